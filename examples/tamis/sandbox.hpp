#pragma once

/// \file sandbox.hpp
/// Runs programs that a model wrote, by a command of the user's that sandboxes them.

#include <string>
#include <tamis/core/result.hpp>
#include <utility>

namespace command {

/// A command such as `docker run --rm -i --network none python:3 python - < {file}`, in which
/// {file} stands for the path of the program. Nothing here protects the machine: that is what the
/// command is for.
class Sandbox {
 public:
  /// An error if the command has no {file}, or the time is not above 0.
  static tamis::Result<Sandbox> of(const std::string& command, double seconds);

  /// Whether the command ends with 0 in time. What it writes goes nowhere; if it takes longer it is
  /// killed, with all that it has started in its process group. An error if it cannot be run.
  tamis::Result<bool> passes(const std::string& program) const;

 private:
  Sandbox(std::string command, double seconds) : command_(std::move(command)), seconds_(seconds) {}

  std::string command_;
  double seconds_;
};

}  // namespace command
