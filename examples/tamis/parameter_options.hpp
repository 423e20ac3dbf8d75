#pragma once

/// \file parameter_options.hpp
/// The options that make a GenerationConfig: presets, a file, and one option for each parameter.

#include <CLI/CLI.hpp>
#include <deque>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/io/generation_config.hpp>
#include <tamis/io/generation_fields.hpp>
#include <vector>

namespace command {

/// The options of all parameters, made from the table of parameters.
class ParameterOptions {
 public:
  /// Adds --preset, --config, and an option for each parameter that `has` says there is; what is
  /// not said is as in `otherwise`.
  void add(CLI::App& app, const tamis::GenerationConfig& otherwise = {},
           bool (*has)(const tamis::GenerationField&) = nullptr);

  /// Whether the configuration is read from standard input.
  bool reads_standard_input() const { return file_ == "-"; }

  /// The first of these options that was given; empty if none was.
  std::string first_given() const;

  /// The presets, on top of them the file, on top of it the options; validated.
  tamis::Result<tamis::GenerationConfig> config() const;

 private:
  struct Given {
    const tamis::GenerationField* field;
    CLI::Option* option;
    std::vector<std::string> texts;
  };

  tamis::GenerationConfig otherwise_;
  std::vector<std::string> presets_;
  std::string file_;
  std::deque<Given> given_;  // CLI11 keeps pointers to the texts
};

}  // namespace command
