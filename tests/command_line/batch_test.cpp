#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "../model_path.hpp"
#include "run_tamis.hpp"

using nlohmann::json;

static std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

static std::string file_of(const TemporaryFolder& folder, const std::vector<std::string>& lines) {
  const std::string path = folder.path("requests.jsonl");
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << '\n';
  return path;
}

TEST_CASE("A file of requests is answered in its order, each as it is alone") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string file = file_of(
      folder,
      {R"({"prompt": "The capital of France is", "max_new_tokens": 12, "temperature": 0, "id": "x"})",
       R"({"prompt": "Once upon a time", "max_new_tokens": 3, "seed": 5, "n": 3, "temperature": 0.9})",
       "",
       R"({"messages": [{"role": "system", "content": "Be brief."},)"
       R"( {"role": "user", "content": "Hello"}], "max_new_tokens": 8, "temperature": 0, "id": 7})",
       R"({"prompt": "A list:\n1.", "stop": ["2."], "temperature": 0})"});
  const Ran ran = run_tamis({"generate", "--batch", file, "--top-k", "40"});
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  const auto results = lines_of(ran.out);
  REQUIRE(results.size() == 4);
  CHECK(results[0]["line"] == 1);
  CHECK(results[0]["id"] == "x");
  CHECK(results[1]["line"] == 2);
  CHECK_FALSE(results[1].contains("id"));
  CHECK(results[2]["line"] == 4);
  CHECK(results[2]["id"] == 7);
  CHECK(results[3]["line"] == 5);

  const auto alone = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"generate", "--json", "--top-k", "40"});
    const Ran one = run_tamis(arguments);
    REQUIRE(one.status == 0);
    return json::parse(one.out);
  };
  const auto check_same = [](const json& made, const json& expected) {
    CHECK(made["prompt_ids"] == expected["prompt_ids"]);
    CHECK(made["sequences"] == expected["sequences"]);
  };
  check_same(results[0], alone({"--prompt", "The capital of France is", "--max-new-tokens", "12",
                                "--temperature", "0"}));
  check_same(results[1], alone({"--prompt", "Once upon a time", "--max-new-tokens", "3", "--seed",
                                "5", "--n", "3", "--temperature", "0.9"}));
  check_same(results[2], alone({"--chat", "--system", "Be brief.", "--prompt", "Hello",
                                "--max-new-tokens", "8", "--temperature", "0"}));
  check_same(results[3], alone({"--prompt", "A list:\n1.", "--stop", "2.", "--temperature", "0"}));
  CHECK(results[3]["sequences"][0]["finish_reason"] == "stop_string");
}

TEST_CASE("A line that cannot be answered is reported by its number, and the rest is done") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string good = R"({"prompt": "Once", "max_new_tokens": 1, "seed": 1})";
  const std::string file = file_of(
      folder,
      {good, "not JSON", R"({"prompt": "a", "messages": []})", R"({"seed": 1})", R"({"prompt": 5})",
       R"({"prompt": "a", "temprature": 1})", R"({"prompt": "a", "top_p": 2})", R"({"prompt": ""})",
       R"({"prompt": "a", "num_beams": 2})", R"([1, 2])", R"({"messages": [{"role": "user"}]})",
       R"({"prompt": "a", "stop_token_ids": [99999]})", good});
  const Ran ran = run_tamis({"generate", "--batch", file, "--quiet"});
  CHECK(ran.status == 1);
  const auto results = lines_of(ran.out);
  REQUIRE(results.size() == 13);
  CHECK(results[0]["sequences"] == results[12]["sequences"]);
  const std::vector<std::string> errors = {
      R"(this is not JSON: "not JSON")",
      "there are both a prompt and messages; give one of them",
      "there is neither a prompt nor messages; give one of them",
      "prompt is 5; it must be a text",
      "temprature",
      "top_p is 2",
      "the prompt is empty",
      "num_beams is 2, but a batch has no beam search; set it to 1",
      R"(this is [1,2]; it must be an object with a "prompt" or with "messages")",
      R"(a message is {"role":"user"}; it must be {"role": a text, "content": a text})",
      "stop_token_ids names the token 99999"};
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const std::string said = results[i + 1].value("error", "");
    INFO(said);
    CHECK(said.find(errors[i]) != std::string::npos);
    CHECK(ran.err.find("tamis: " + file + ":" + std::to_string(i + 2) + ": " + said + "\n") !=
          std::string::npos);
  }
  CHECK(ran.err.ends_with("tamis: 11 of 13 requests of '" + file +
                          "' could not be answered: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...\n"));
}

TEST_CASE("Requests come from standard input too, and none is nothing") {
  if (!model_path()) return;
  const Ran ran = run_tamis({"generate", "--batch", "-"},
                            "{\"prompt\": \"Once\", \"max_new_tokens\": 1, \"seed\": 1}");
  CHECK(ran.status == 0);
  CHECK(lines_of(ran.out).size() == 1);
  CHECK(ran.err.find("[1 requests answered, 0 not; 1 new tokens") != std::string::npos);
  const Ran none = run_tamis({"generate", "--batch", "-"}, "\n");
  CHECK(none.status == 0);
  CHECK(none.out.empty());
}

TEST_CASE("A file of requests that is not there, or is given with a prompt, is refused") {
  CHECK(failure_of({"generate", "--batch", "/no/such/file"}) ==
        "cannot read '/no/such/file'; give a file that is there and may be read");
  CHECK(
      failure_of({"generate", "--batch", "x", "--prompt", "y"}) ==
      "--batch has the prompts in its file, so --prompt has no meaning with it; leave one of them "
      "out");
}
