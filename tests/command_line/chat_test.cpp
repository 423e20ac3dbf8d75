#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "../model_path.hpp"
#include "run_tamis.hpp"

using nlohmann::json;

static Ran chat(const std::string& input, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"chat", "--temperature", "0", "--max-new-tokens", "12"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_tamis(arguments, input);
}

/// How many tokens each answer read, and knew before.
static std::vector<std::pair<int, int>> read_and_known(const std::string& err) {
  std::vector<std::pair<int, int>> counts;
  static const std::regex pattern(R"(\[(\d+) tokens read, (\d+) known before;)");
  for (std::sregex_iterator at(err.begin(), err.end(), pattern), end; at != end; ++at)
    counts.emplace_back(std::stoi((*at)[1]), std::stoi((*at)[2]));
  return counts;
}

TEST_CASE("An answer is what generate --chat writes") {
  if (!model_path()) return;
  const Ran one = run_tamis({"generate", "--chat", "--prompt", "What is the capital of France?",
                             "--temperature", "0", "--top-p", "0.9", "--repetition-penalty", "1.1",
                             "--max-new-tokens", "12", "--quiet"});
  const Ran ran = chat("What is the capital of France?\n", {"--quiet"});
  CHECK(ran.status == 0);
  CHECK(ran.out == one.out);
  CHECK(ran.err.empty());
}

TEST_CASE("A turn of a chat reads its own tokens, and none of those before it") {
  if (!model_path()) return;
  const Ran ran = chat("My name is Ada.\nWhat is my name?\nThank you!\n");
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  const auto counts = read_and_known(ran.err);
  REQUIRE(counts.size() == 3);
  CHECK(counts[0].second == 0);
  for (std::size_t turn = 1; turn < 3; ++turn) {
    // What was read, and the answer but for its last token, is known.
    CHECK(counts[turn].second >= counts[turn - 1].first + counts[turn - 1].second);
    CHECK(counts[turn].first < 25);
  }
}

TEST_CASE("A conversation is saved, taken back, forgotten and loaded") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string one = folder.path("one.json"), two = folder.path("two.json"),
                    three = folder.path("three.json"), four = folder.path("four.json");
  const Ran ran = chat("Hello\nWho are you?\n/save " + one + "\n/undo\n/save " + two +
                           "\nWho are you?\n/save " + three + "\n/reset\nHello\n/save " + four +
                           "\n/load " + one + "\n/retry\n/save " + one + "\n/quit\nnever read\n",
                       {"--system", "You are a poet.", "--quiet"});
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  const auto saved = [](const std::string& path) { return json::parse(read_file(path)); };
  const json all = saved(one);
  REQUIRE(all.size() == 5);
  CHECK(all[0] == json({{"role", "system"}, {"content", "You are a poet."}}));
  CHECK(all[1] == json({{"role", "user"}, {"content", "Hello"}}));
  CHECK(all[2]["role"] == "assistant");
  CHECK(saved(two) == json(std::vector<json>{all[0], all[1], all[2]}));
  CHECK(saved(three) == all);  // greedy: the same again, whatever the cache knew
  CHECK(saved(four) == saved(two));
  CHECK(ran.err.empty());
}

TEST_CASE("What a chat cannot do it says, and goes on") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string broken = folder.path("broken.json");
  std::ofstream(broken) << "[{\"role\": 5}]";
  const Ran ran = chat(
      "/what\n/undo\n/retry\n/save\n/save /no/such/folder/file\n/load /no/such/file\n"
      "/load " +
          broken + "\n//help is a\\\nmessage\n   \n/system\n",
      {"--quiet"});
  CHECK(ran.status == 0);
  const std::vector<std::string> expected = {
      "tamis: unknown command '/what'; /help lists them, and a message that begins with / is "
      "written "
      "with //",
      "tamis: there is no message to take back",
      "tamis: there is no message to answer anew",
      "tamis: /save needs the name of a file",
      "tamis: cannot write '/no/such/folder/file'; name a file in a folder that is there and may "
      "be "
      "written to",
      "tamis: cannot read '/no/such/file'; give a file that is there and may be read",
      "tamis: '" + broken +
          "' holds no conversation: a message is {\"role\":5}; it must be "
          "{\"role\": a text, \"content\": a text}",
      "(none of its own; the model's format may have one)"};
  std::string lines;
  for (const std::string& line : expected) lines += line + "\n";
  CHECK(ran.err == lines);
  CHECK_FALSE(ran.out.empty());
  CHECK(chat("/help\n").err.find("/reset") != std::string::npos);
}

TEST_CASE("A message that is too long for the context is refused, and the chat goes on") {
  if (!model_path()) return;
  std::string words;
  for (int i = 0; i < 9000; ++i) words += "word ";
  const Ran ran = chat(words + "\nHello\n", {"--quiet"});
  CHECK(ran.status == 0);
  CHECK(ran.err.find("but the model's context takes") != std::string::npos);
  CHECK_FALSE(ran.out.empty());
}

TEST_CASE("What a chat is not for is refused before the model is read") {
  CHECK(
      failure_of({"chat", "--num-beams", "2"}) ==
      "num_beams is set, but a chat has one answer at a time, drawn token by token; leave it out");
  CHECK(failure_of({"chat", "--config", "-"}, "{}") ==
        "standard input is the chat, so it cannot be the configuration; give --config a file");
}

TEST_CASE("Ctrl-C stops an answer, and the chat goes on with what there is of it") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string file = folder.path("saved.json");
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tamis";
  int in[2], out[2];
  REQUIRE(pipe(in) == 0);
  REQUIRE(pipe(out) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    for (const int each : {in[0], in[1], out[0], out[1]}) close(each);
    execl(program.c_str(), "tamis", "chat", "--temperature", "0", "--ignore-eos",
          "--max-new-tokens", "8000", nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  const auto say = [&](const std::string& line) {
    REQUIRE(write(in[1], line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  };
  say("Tell me a very long story.\n");
  char piece[256];
  REQUIRE(read(out[0], piece, sizeof piece) > 0);  // it has begun
  REQUIRE(kill(child, SIGINT) == 0);
  say("/save " + file + "\nGo on.\n");
  while (!std::filesystem::exists(file)) usleep(1000);
  // All of the first answer is written. What comes after it is of the second, which goes on.
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  while (read(out[0], piece, sizeof piece) > 0) {
  }
  while (read(out[0], piece, sizeof piece) <= 0) usleep(1000);
  fcntl(out[0], F_SETFL, 0);
  REQUIRE(kill(child, SIGINT) == 0);
  close(in[1]);
  while (read(out[0], piece, sizeof piece) > 0) {
  }
  close(out[0]);
  int state = 0;
  waitpid(child, &state, 0);
  CHECK(WIFEXITED(state));
  CHECK(WEXITSTATUS(state) == 0);
  const json saved = json::parse(read_file(file));
  REQUIRE(saved.size() == 2);
  CHECK(saved[1]["role"] == "assistant");
  CHECK_FALSE(saved[1]["content"].get<std::string>().empty());
}
