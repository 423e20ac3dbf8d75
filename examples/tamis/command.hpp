#pragma once

/// \file command.hpp
/// What the commands of the program share: how they are added, and how they end.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <tamis/core/result.hpp>
#include <utility>

namespace command {

using tamis::Error;
using tamis::Result;

/// A command: its options, and what is done once they are read.
struct Command {
  CLI::App* app;
  std::function<Result<void>()> run;
  std::function<int()> status = [] { return 0; };  ///< the exit status, after a run without error
};

// Each of these adds a command to the program; each is a file of its own.
Command generate(CLI::App& program);
Command chat(CLI::App& program);
Command tokenize(CLI::App& program);
Command check(CLI::App& program);
Command score(CLI::App& program);
Command presets(CLI::App& program);
Command measure(CLI::App& program);
Command distribution(CLI::App& program);
Command conform(CLI::App& program);
Command explain(CLI::App& program);
Command pass_at_k(CLI::App& program);
Command guide(CLI::App& program);

/// Writes a text to a file; one that is there is replaced.
inline Result<void> write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file)
    return Error{"cannot write '" + path +
                 "'; name a file in a folder that is there and may be written to"};
  return {};
}

/// The text of a file, or of standard input if `path` is "-".
inline Result<std::string> read_text(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // A folder opens, and fails when it is read.
  if (!file.good() && !file.eof())
    return Error{"cannot read '" + path + "'; give a file that is there and may be read"};
  return text;
}

}  // namespace command
