#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "../model_path.hpp"
#include "json_of.hpp"

using nlohmann::json;

namespace {

/// A schema in a file that goes with this.
struct SchemaFile {
  SchemaFile() {
    std::ofstream(path) << R"({"type": "object", "properties": {"name": {"type": "string", "maxLength": 12},
      "age": {"type": "integer", "minimum": 0, "maximum": 150}}, "required": ["name", "age"], "additionalProperties": false})";
  }
  TemporaryFolder folder;
  std::string path = folder.path("person.json");
};

}  // namespace

TEST_CASE("tamis guide check says whether a text is accepted, or where it stops") {
  if (!model_path()) return;
  const SchemaFile schema;
  const Ran good = run_tamis({"guide", "check", schema.path, R"({"age": 36, "name": "Ada"})"});
  CHECK(good.status == 0);
  CHECK(good.out == "accepted\n");
  const Ran bad = run_tamis({"guide", "check", schema.path, R"({"age": 151})", R"({"age": 1)"});
  CHECK(bad.status == 1);
  CHECK(bad.out == "refused at byte 11 of 12\nincomplete after 9 bytes\n");
  const Ran wrong = run_tamis({"guide", "check", "--regex", R"((a)\1)", "aa"});
  CHECK(wrong.status == 1);
  CHECK(wrong.err.find("is not regular") != std::string::npos);
}

TEST_CASE("tamis guide mask writes the tokens that may come next") {
  if (!model_path()) return;
  const json mask = json_of({"guide", "mask", "--choice", "Paris,Pisa", "--prefix", "P", "--json"});
  CHECK_FALSE(mask["can_stop"].get<bool>());
  CHECK(mask["forced"] == "");
  CHECK(mask["allowed"].size() >= 4);  // a, ar, aris, i, is, isa...
  const json ended = json_of({"guide", "mask", "--choice", "Paris,Pisa", "--prefix", "Pisa", "--json"});
  CHECK(ended["can_stop"].get<bool>());
  CHECK(ended["forced"] == "");
}

TEST_CASE("tamis generate writes what the schema, the pattern and the choice allow, by every way of searching") {
  if (!model_path()) return;
  const SchemaFile schema;
  for (const std::vector<std::string>& how :
       std::vector<std::vector<std::string>>{{"--temperature", "1.5", "--seed", "1"},
                                             {"--num-beams", "3"},
                                             {"--draft-lookup", "4", "--temperature", "0"}}) {
    std::vector<std::string> words = {"generate",  "--prompt",         "A person: ", "--json-schema",
                                      schema.path, "--max-new-tokens", "60",         "--json"};
    words.insert(words.end(), how.begin(), how.end());
    const json result = json_of(words);
    const json& sequence = result["sequences"][0];
    INFO(sequence.dump());
    REQUIRE(sequence["finish_reason"] == "end_of_sequence");
    const json person = json::parse(sequence["text"].get<std::string>());
    CHECK(person.size() == 2);
    CHECK(person["age"].get<double>() >= 0);
    CHECK(person["age"].get<double>() <= 150);
    CHECK(person["name"].get<std::string>().size() <= 48);
  }
  const Ran chosen = run_tamis(
      {"generate", "--prompt", "Is fire hot? Answer: ", "--choice", "yes,no", "--quiet", "--min-new-tokens", "20"});
  CHECK((chosen.out == "yes\n" || chosen.out == "no\n"));
}

TEST_CASE("Guides that contradict each other, or cannot end, are refused") {
  if (!model_path()) return;
  const Ran two = run_tamis({"generate", "--prompt", "x", "--choice", "a,b", "--regex", "a"});
  CHECK(two.status == 1);
  CHECK(two.err.find("give one of them") != std::string::npos);
  const Ran endless = run_tamis({"generate", "--prompt", "x", "--choice", "a,b", "--ignore-eos"});
  CHECK(endless.status == 1);
  CHECK(endless.err.find("needs a token to end with") != std::string::npos);
}

TEST_CASE("With --jump-forward text that is forced is cut as the tokenizer cuts it, and is hardly asked of the model") {
  if (!model_path()) return;
  for (const std::string text :
       {"The quick brown fox jumps over the lazy dog twice", "na\u00efve caf\u00e9 \u6771\u4eac in 2026"}) {
    const json whole = json_of({"generate", "--prompt", text, "--max-new-tokens", "1", "--json"});
    json sequence = json_of({"generate", "--prompt", "Say: ", "--regex", text, "--json", "--jump-forward"})["sequences"][0];
    CHECK(sequence["text"] == text);
    CHECK(sequence["forced_tokens"].get<std::size_t>() + 2 >= sequence["ids"].size() - 1);
    sequence["ids"].erase(sequence["ids"].size() - 1);  // the end
    CHECK(sequence["ids"] == whole["prompt_ids"]);
  }
  // Beams are compared token by token.
  const Ran beams = run_tamis({"generate", "--prompt", "x", "--regex", "ab", "--jump-forward", "--num-beams", "2"});
  CHECK(beams.err.find("num_beams is 2, and jump_forward changes tokens that beams are compared by") != std::string::npos);
}
