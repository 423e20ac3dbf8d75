#pragma once

/// \file run_tamis.hpp
/// Runs the program `tamis`, as somebody else would.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../io/temporary_folder.hpp"
#include "catch.hpp"

/// What a run has left.
struct Ran {
  int status = -1;  ///< the exit status; 128 and the signal's number if a signal ended it
  std::string out;
  std::string err;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs `tamis`, which is built into the folder of the tests, with these arguments and this
/// standard input.
inline Ran run_tamis(const std::vector<std::string>& arguments, const std::string& input = "") {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tamis";
  INFO("the program tamis must be beside the tests, in " << program);
  REQUIRE(std::filesystem::exists(program));

  const TemporaryFolder folder;
  const std::string in = folder.path("in"), out = folder.path("out"), err = folder.path("err");
  std::ofstream(in, std::ios::binary) << input;
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int create = O_WRONLY | O_CREAT | O_TRUNC;
    dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(out.c_str(), create, 0600), STDOUT_FILENO);
    dup2(open(err.c_str(), create, 0600), STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  int state = 0;
  waitpid(child, &state, 0);
  const int status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  return {status, read_file(out), read_file(err)};
}

/// The sentence with which a run has failed: it ended with 1 and wrote nothing but one line, which
/// begins with "tamis: ".
inline std::string sentence_of(const Ran& ran) {
  INFO("standard error: " << ran.err);
  CHECK(ran.status == 1);
  const std::string front = "tamis: ";
  REQUIRE(ran.err.substr(0, front.size()) == front);
  REQUIRE(ran.err.find('\n') == ran.err.size() - 1);
  return ran.err.substr(front.size(), ran.err.size() - front.size() - 1);
}

inline std::string failure_of(const std::vector<std::string>& arguments,
                              const std::string& input = "") {
  return sentence_of(run_tamis(arguments, input));
}
