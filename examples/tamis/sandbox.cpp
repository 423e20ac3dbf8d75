#include "sandbox.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include "command.hpp"

namespace command {

namespace {

constexpr std::string_view file_mark = "{file}";

/// A file that is there as long as this.
struct TemporaryFile {
  std::string path;
  TemporaryFile() {
    path = (std::filesystem::temp_directory_path() / "tamis-XXXXXX").string();
    const int file = mkstemp(path.data());
    if (file < 0)
      path.clear();
    else
      close(file);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path.empty()) unlink(path.c_str());
  }
};

/// A word of the shell that stands for this text.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// Starts the command in a process group of its own, with nothing to read and nobody to read it.
pid_t start(const std::string& command) {
  const pid_t child = fork();
  if (child != 0) return child;
  setpgid(0, 0);
  const int nowhere = open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, stream);
  execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

Result<Sandbox> Sandbox::of(const std::string& command, double seconds) {
  if (command.find(file_mark) == std::string::npos)
    return Error{"--run is '" + command +
                 "'; it must have {file} where the path of the program is to stand"};
  if (!(seconds > 0))
    return Error{"--timeout is " + std::to_string(seconds) + "; it must be above 0 seconds"};
  return Sandbox(command, seconds);
}

Result<bool> Sandbox::passes(const std::string& program) const {
  const TemporaryFile file;
  if (file.path.empty())
    return Error{"cannot make a temporary file; set TMPDIR to a folder that may be written to"};
  if (const auto written = write_text(file.path, program); !written) return written.error();
  std::string command = command_;
  for (std::size_t at = command.find(file_mark); at != std::string::npos;) {
    const std::string word = quoted(file.path);
    command.replace(at, file_mark.size(), word);
    at = command.find(file_mark, at + word.size());
  }
  const pid_t child = start(command);
  if (child < 0) return Error{"cannot start '" + command + "'; there may be too many processes"};
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds_);
  int state = 0;
  bool in_time = true;
  for (pid_t ended = 0; ended == 0;) {
    ended = waitpid(child, &state, WNOHANG);
    if (ended < 0 && errno == EINTR) ended = 0;
    if (ended != 0) break;
    if (Clock::now() >= end) {
      in_time = false;
      kill(-child, SIGKILL);
      waitpid(child, &state, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  kill(-child, SIGKILL);  // what it has left running
  return in_time && WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

}  // namespace command
