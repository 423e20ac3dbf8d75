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

TEST_CASE("Each request may have a guide and a search of its own, and has the tokens that it has alone") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string schema =
      R"({"type": "object", "properties": {"city": {"type": "string", "maxLength": 12}}, "required": ["city"]})";
  std::ofstream(folder.path("city.json")) << schema;
  std::ofstream(folder.path("sum.gbnf")) << "root ::= [0-9] \" + \" [0-9]";
  const std::string file = file_of(
      folder,
      {R"({"prompt": "A city: ", "json_schema": )" + schema + R"(, "n": 2, "seed": 3, "temperature": 1.5})",
       R"({"prompt": "A date: ", "regex": "[0-9]{4}-[0-9]{2}", "seed": 4, "temperature": 1.5})",
       R"({"prompt": "Fire is ", "choice": ["hot", "cold"], "temperature": 0, "min_new_tokens": 9})",
       R"({"prompt": "A sum: ", "grammar": "root ::= [0-9] \" + \" [0-9]", "temperature": 0})",
       R"({"prompt": "A city: ", "json_schema": )" + schema + R"(, "num_beams": 3})",
       R"({"prompt": "The sea is", "max_new_tokens": 6, "penalty_alpha": 0.6, "top_k": 4})",
       R"({"prompt": "x", "regex": "a", "choice": ["a"]})", R"({"prompt": "x", "regex": "(a"})",
       R"({"prompt": "x", "choice": [1]})", R"({"prompt": "x", "regex": "a+", "ignore_eos": true})"});
  const Ran ran = run_tamis({"generate", "--batch", file, "--quiet"});
  const auto results = lines_of(ran.out);
  REQUIRE(results.size() == 10);
  const std::vector<std::vector<std::string>> alone = {
      {"A city: ", "--json-schema", folder.path("city.json"), "--n", "2", "--seed", "3", "--temperature", "1.5"},
      {"A date: ", "--regex", "[0-9]{4}-[0-9]{2}", "--seed", "4", "--temperature", "1.5"},
      {"Fire is ", "--choice", "hot,cold", "--temperature", "0", "--min-new-tokens", "9"},
      {"A sum: ", "--grammar", folder.path("sum.gbnf"), "--temperature", "0"},
      {"A city: ", "--json-schema", folder.path("city.json"), "--num-beams", "3"},
      {"The sea is", "--max-new-tokens", "6", "--penalty-alpha", "0.6", "--top-k", "4"}};
  for (std::size_t i = 0; i < alone.size(); ++i) {
    std::vector<std::string> arguments{"generate", "--json", "--quiet", "--prompt"};
    arguments.insert(arguments.end(), alone[i].begin(), alone[i].end());
    const Ran one = run_tamis(arguments);
    INFO(arguments[4] << results[i].dump() << one.err);
    REQUIRE(one.status == 0);
    CHECK(results[i]["sequences"] == json::parse(one.out)["sequences"]);
  }
  CHECK(results[2]["sequences"][0]["finish_reason"] == "end_of_sequence");
  const std::vector<std::string> errors = {"regex and choice each say what the whole text is", "a '(' has no ')'",
                                           "choice is [1]; it must be a list of texts",
                                           "needs a token to end with"};
  for (std::size_t i = 0; i < errors.size(); ++i)
    CHECK(results[6 + i].value("error", "").find(errors[i]) != std::string::npos);
}

TEST_CASE("Drafts and caches are for the requests of a file too, which then are answered one by one") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string file =
      file_of(folder, {R"({"prompt": "1, 2, 3, 4, 1, 2, 3, 4, 1,", "max_new_tokens": 8, "temperature": 0})"});
  const auto sequences = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"generate", "--batch", file, "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run_tamis(arguments);
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    return lines_of(ran.out).at(0)["sequences"][0]["ids"];
  };
  const json plain = sequences({});
  CHECK(sequences({"--draft-lookup", "4"}) == plain);
  CHECK(sequences({"--kv-cache", "window"}) == plain);
}

TEST_CASE("What a configuration says of bans, loops, stops, healing and the prompt's scores is done") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string file = file_of(
      folder,
      {R"({"prompt": "The capital of France is", "max_new_tokens": 8, "temperature": 0})",
       R"({"prompt": "The capital of France is", "max_new_tokens": 8, "temperature": 0, "banned_strings": ["Paris"], )"
       R"("prompt_logprobs": 2})",
       R"({"prompt": "ha ha ha ha ha ha", "max_new_tokens": 90, "temperature": 0, "loop_block": 8, "loop_repeats": 3})",
       R"({"prompt": "See http:", "max_new_tokens": 4, "temperature": 0, "token_healing": true})"});
  const Ran ran = run_tamis({"generate", "--batch", file, "--quiet"});
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  auto results = lines_of(ran.out);
  CHECK(results[0]["sequences"][0]["text"].get<std::string>().find("Paris") != std::string::npos);
  const json& banned = results[1]["sequences"][0];
  CHECK(banned["text"].get<std::string>().find("Paris") == std::string::npos);
  CHECK(banned["prompt_logprobs"].size() + 1 == results[1]["prompt_ids"].size());
  CHECK(banned["prompt_top_logprobs"][0].size() == 2);
  CHECK(results[2]["sequences"][0]["finish_reason"] == "loop");
  CHECK(results[3]["sequences"][0]["text"].get<std::string>().substr(0, 2) == "//");
  // Two tokens in a row of the first text end it, where they are asked for by the command line.
  const json ids = results[0]["sequences"][0]["ids"];
  const Ran stopped = run_tamis({"generate", "--prompt", "The capital of France is", "--temperature", "0", "--json",
                                 "--stop-token-sequences", json::array({{ids[1], ids[2]}}).dump()});
  CHECK(json::parse(stopped.out)["sequences"][0]["finish_reason"] == "stop_sequence");
}

TEST_CASE("A line that cannot be answered is reported by its number, and the rest is done") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string good = R"({"prompt": "Once", "max_new_tokens": 1, "seed": 1})";
  const std::string file = file_of(
      folder,
      {good, "not JSON", R"({"prompt": "a", "messages": []})", R"({"seed": 1})", R"({"prompt": 5})",
       R"({"prompt": "a", "temprature": 1})", R"({"prompt": "a", "top_p": 2})", R"({"prompt": ""})",
       R"({"prompt": "a", "penalty_alpha": 0.5, "dola_layers": "low"})", R"([1, 2])", R"({"messages": [{"role": "user"}]})",
       R"({"prompt": "a", "stop_token_ids": [99999]})", good});
  const Ran ran = run_tamis({"generate", "--batch", file, "--quiet"});
  CHECK(ran.status == 1);
  const auto results = lines_of(ran.out);
  REQUIRE(results.size() == 13);
  CHECK(results[0]["sequences"] == results[12]["sequences"]);
  const std::vector<std::string> errors = {
      "this is not proper JSON at line 1, column 2: invalid literal",
      "there are both a prompt and messages; give one of them",
      "there is neither a prompt nor messages; give one of them",
      "prompt is 5; it must be a text",
      "temprature",
      "top_p is 2",
      "the prompt is empty",
      "penalty_alpha and dola_layers are two ways to choose a token; leave one of them out",
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
