/// \file main.cpp
/// The program `tamis`: reads the options, runs a command, and says in one sentence what went
/// wrong.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <tamis/config.hpp>
#include <tamis/io/nearest_name.hpp>
#include <vector>

#include "command.hpp"

namespace {

/// Writes the sentence and returns the exit status of every error.
int fail(const std::string& sentence) {
  std::fflush(stdout);
  std::string line = sentence;
  for (char& c : line) c = c == '\n' || c == '\r' ? ' ' : c;
  std::fprintf(stderr, "tamis: %s\n", line.c_str());
  return 1;
}

/// The command that was chosen; the program itself if there is none.
const CLI::App& chosen(const CLI::App& program) {
  const auto commands = program.get_subcommands();
  return commands.empty() ? program : *commands.front();
}

/// What was not expected, with what was probably meant.
std::string unexpected(const CLI::App& program) {
  const CLI::App& app = chosen(program);
  const auto left = program.remaining(true);
  const std::string word = left.empty() ? "" : left.front();
  const std::string name = &app == &program ? "tamis" : "tamis " + app.get_name();
  std::vector<std::string> known;
  if (&app == &program && !word.starts_with("-")) {
    for (const CLI::App* command : program.get_subcommands({}))
      known.push_back(command->get_name());
    return "unknown command '" + word + "'" + tamis::did_you_mean(word, known) +
           " ('tamis --help' lists them)";
  }
  if (!word.starts_with("-"))
    return "'" + word + "' is not expected by '" + name + "'; see '" + name + " --help'";
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& other : option->get_lnames()) known.push_back("--" + other);
  }
  const std::string option = word.substr(0, word.find('='));
  return "unknown option '" + option + "' of '" + name + "'" + tamis::did_you_mean(option, known) +
         " ('" + name + " --help' lists them)";
}

/// What CLI11 has against the command line, in our words.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& program) {
  const std::string what = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) return unexpected(program);
  if (dynamic_cast<const CLI::RequiredError*>(&error)) {
    const CLI::App& app = chosen(program);
    if (!program.remaining(true).empty()) return unexpected(program);
    const std::string name = &app == &program ? "tamis" : "tamis " + app.get_name();
    const bool command = what.find("subcommand") != std::string::npos;
    return (command ? "which command?" : what.substr(0, what.find(' ')) + " is missing;") + " '" +
           name + " --help' " + (command ? "lists them" : "tells more");
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {  // "--top-k: 1 required N missing"
    const std::string option = what.substr(0, what.find(':'));
    const bool missing = what.find("missing") != std::string::npos;
    return option + (missing ? " needs a value" : " is given more than once; give it once");
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error)) {  // "Could not convert: --threads = x"
    const std::size_t option = what.find(": "), value = what.find(" = ");
    if (option != std::string::npos && value != std::string::npos) {
      const std::string name = what.substr(option + 2, value - option - 2);
      const CLI::Option* known = chosen(program).get_option_no_throw(name);
      const bool whole = !known || known->get_type_name() != "X";
      return name + " is '" + what.substr(value + 3) + "'; it must be a " +
             (whole ? "whole number" : "number");
    }
  }
  return what;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Token sampling and text generation.", "tamis");
  program.require_subcommand(1);
  program.set_version_flag("--version", std::to_string(TAMIS_VERSION_MAJOR) + "." +
                                            std::to_string(TAMIS_VERSION_MINOR) + "." +
                                            std::to_string(TAMIS_VERSION_PATCH));
  program.get_formatter()->column_width(34);
  const command::Command commands[] = {
      command::generate(program),  command::chat(program),         command::tokenize(program),
      command::check(program),     command::score(program),        command::presets(program),
      command::measure(program),   command::distribution(program), command::conform(program),
      command::pass_at_k(program), command::guide(program),        command::explain(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return program.exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(sentence_of(error, program));
  }
  for (const command::Command& command : commands) {
    if (!command.app->parsed()) continue;
    const auto done = command.run();
    if (!done) return fail(done.error().message);
    std::cout.flush();
    if (!std::cout) return fail("cannot write to standard output");
    return command.status();
  }
  return fail("no command was run");
}
