#pragma once

/// \file terminal.hpp
/// What a person at a terminal sees while a command works. All of it goes to standard error.

#include <unistd.h>

#include <cstdio>
#include <string>

namespace command {

/// A line that changes while something goes on, and is gone when it is done. Where standard error
/// is no terminal there is nothing.
class Progress {
 public:
  explicit Progress(bool quiet) : shown_(!quiet && isatty(STDERR_FILENO)) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void show(const std::string& line) {
    if (!shown_) return;
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    dirty_ = true;
  }
  void clear() {
    if (dirty_) std::fprintf(stderr, "\r\033[K");
    dirty_ = false;
  }

 private:
  bool shown_;
  bool dirty_ = false;
};

}  // namespace command
