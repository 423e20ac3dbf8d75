#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../model_path.hpp"
#include "json_of.hpp"
#include "run_tamis.hpp"

using nlohmann::json;

namespace {

std::vector<std::string> asked(const std::string& command, const std::vector<std::string>& more) {
  std::vector<std::string> words{command,    "--json",           "--quiet",
                                 "--prompt", "Once upon a time", "--seed",
                                 "11",       "--max-new-tokens", "12"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE(
    "explain takes the tokens apart that generate draws, whatever the order and the coins of XTC") {
  if (!model_path()) return;
  const std::vector<std::vector<std::string>> configurations{
      {"--temperature", "0.9", "--xtc-probability", "0.5", "--xtc-threshold", "0.05"},
      {"--order", "llama_cpp", "--temperature", "0.9", "--top-k", "40", "--xtc-probability", "0.5",
       "--xtc-threshold", "0.05"},
      {"--no-do-sample", "--repetition-penalty", "1.3"},
      {"--min-new-tokens", "5", "--typical-p", "0.8"}};
  for (const auto& configuration : configurations) {
    const json written = json_of(asked("generate", configuration)),
               explained = json_of(asked("explain", configuration));
    std::vector<int> drawn;
    for (const json& step : explained["steps"]) {
      drawn.push_back(step["drawn"].get<int>());
      std::size_t left = step["kept"].get<std::size_t>();
      REQUIRE(step["policies"].size() == explained["policies"].size());
      for (const json& policy : step["policies"]) {
        CHECK(policy["removed"].get<std::size_t>() + policy["kept"].get<std::size_t>() == left);
        left = policy["kept"].get<std::size_t>();
      }
      double before = 0;
      bool found = false;
      for (const json& token : step["tokens"]) {
        before += token["probabilities"].front().get<double>();
        CHECK((token["probabilities"].back() == 0) == !token["removed_by"].is_null());
        found |= token["id"] == step["drawn"] && token["removed_by"].is_null();
      }
      CHECK(found);
      CHECK(before <= 1 + 1e-9);
    }
    CHECK(json(drawn) == written["sequences"][0]["ids"]);
  }
}

TEST_CASE("explain prints the steps, and writes a page that loads nothing and holds its data") {
  if (!model_path()) return;
  const TemporaryFolder folder;
  const std::string page = folder.path("page.html");
  const Ran ran = run_tamis({"explain", "--quiet", "--prompt", "</script>", "--seed", "1",
                             "--max-new-tokens", "3", "--top-k", "5", "--html", page});
  REQUIRE(ran.status == 0);
  CHECK(ran.out.empty());
  const std::string text = read_file(page);
  CHECK(text.find("{\"prompt\":\"\\u003c/script>\"") != std::string::npos);
  for (const char* loads : {"http:", "https:", "src=", "href=", "@import", "url("})
    CHECK(text.find(loads) == std::string::npos);
  CHECK(text.find("type=\"range\"") != std::string::npos);
  CHECK(text.find("prefers-color-scheme: dark") != std::string::npos);
  const Ran printed = run_tamis({"explain", "--quiet", "--prompt", "The sea", "--seed", "1",
                                 "--max-new-tokens", "2", "--top-k", "5"});
  CHECK(printed.out.find("step 2: drawn ") != std::string::npos);
  CHECK(printed.out.find("  top_k ") != std::string::npos);
}

TEST_CASE("explain refuses what it cannot follow") {
  CHECK(failure_of({"explain", "--prompt", "a", "--mirostat", "2"}) ==
        "mirostat learns from the tokens drawn, which explain does not follow; leave it out");
  CHECK(failure_of({"explain", "--prompt", "a", "--num-return-sequences", "2"}) ==
        "explain is about one text, but num_return_sequences is 2");
  CHECK(failure_of({"explain", "--prompt", "a", "--top", "0"}) ==
        "--top is 0; it must be from 1 to 1000");
}
