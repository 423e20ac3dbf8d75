#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/json.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis::guided;
using guided_tests::every_byte;

namespace {

bool is_json(const std::string& text, JsonSpace space = {}) {
  GrammarGuide guide(*CompiledGrammar::of(json(space), every_byte()));
  return guide.accept_bytes(text) && guide.can_stop();
}

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace

TEST_CASE("JSON is what JSONTestSuite calls so, and nothing else") {
  std::ifstream file(TAMIS_TESTS_DIR "/golden/guided/json_texts.jsonl");
  const auto compiled = *CompiledGrammar::of(json(), every_byte());
  int yes = 0, no = 0;
  for (std::string line; std::getline(file, line);) {
    const auto test = nlohmann::json::parse(line);
    const std::string name = test["name"];
    GrammarGuide guide(compiled);
    const bool accepted = guide.accept_bytes(from_hex(test["hex"])) && guide.can_stop();
    INFO(name);
    CHECK(accepted == (name[0] == 'y'));
    (name[0] == 'y' ? yes : no) += accepted == (name[0] == 'y');
  }
  CHECK(yes == 95);
  CHECK(no == 186);
  CHECK_FALSE(is_json(std::string(100'000, '[')));
  std::string objects;
  for (int i = 0; i < 50'000; ++i) objects += "[{\"\":";
  CHECK_FALSE(is_json(objects + "\n"));
}

TEST_CASE("White space is bounded, so that none goes on for ever") {
  CHECK(is_json("{\n" + std::string(20, ' ') + "\"a\": 1}"));
  CHECK_FALSE(is_json("{" + std::string(21, ' ') + "}"));
  CHECK_FALSE(is_json("{\n\n}"));
  CHECK(is_json("{\"a\":[1,2]}", {.is_compact = true}));
  CHECK_FALSE(is_json("{\"a\": 1}", {.is_compact = true}));
  CHECK_FALSE(is_json("[1,\n2]", {.allows_newline = false}));
}

TEST_CASE("A hundred brackets deep, JSON closes as it was opened") {
  GrammarGuide guide(*CompiledGrammar::of(json(), every_byte()));
  for (int i = 0; i < 100; ++i) REQUIRE(guide.accept_bytes(i % 2 ? "[" : "{\"a\":"));
  REQUIRE(guide.accept_bytes("null"));
  for (int i = 99; i >= 0; --i) {
    CHECK_FALSE(guide.accept_bytes(i % 2 ? "}" : "]"));
    REQUIRE(guide.accept_bytes(i % 2 ? "]" : "}"));
  }
  CHECK(guide.can_stop());
}
