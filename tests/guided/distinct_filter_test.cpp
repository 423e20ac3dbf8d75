#include <tamis/guided/distinct_filter.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/json_schema.hpp>

#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

/// Each byte that JSON prints, and texts that hold more than one item.
std::shared_ptr<const Vocabulary> tokens() {
  std::vector<std::string> all;
  for (int byte = 0x20; byte < 0x7f; ++byte) all.push_back(std::string(1, static_cast<char>(byte)));
  for (const char* more : {"\",\"", "a\",\"a", "a\",\"b", "[\"a\",\"a\"", "[\"a\",\"b\"", "1,1", "1,2", "],[", "},{", "[1,1]", "12", "ab",
                           "{\"a\":", "\xc3\xa9", "\xa9\",\"", "true,", "e1", ".0", "\\u0061", "[[", "]]", "\"]"})
    all.push_back(more);
  all.push_back("");
  const auto end = static_cast<TokenId>(all.size() - 1);
  return std::make_shared<const Vocabulary>(all, std::vector<TokenId>{end});
}

std::shared_ptr<const CompiledGrammar> compiled(const std::string& schema, bool is_compact = true) {
  const auto grammar = json_schema(schema, {.space = {.is_compact = is_compact}});
  INFO(schema);
  if (!grammar) FAIL(grammar.error().message);
  const auto made = CompiledGrammar::of(*grammar, tokens());
  REQUIRE(made);
  return *made;
}

bool has_twice(const nlohmann::json& value) {
  for (std::size_t i = 0; i < value.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (value[i] == value[j]) return true;
  return false;
}

}  // namespace

TEST_CASE("Lists of distinct items: mask and accept agree, nothing comes twice, and no step leaves nothing") {
  const char* schemas[] = {
      R"({"type": "array", "items": {"type": "string"}, "uniqueItems": true, "minItems": 3, "maxItems": 5})",
      R"({"type": "array", "items": {"type": "string", "pattern": "^[ab]{1,3}$", "minLength": 1}, "uniqueItems": true, "minItems": 5, "maxItems": 8})",
      R"({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 400}, "uniqueItems": true, "minItems": 4, "maxItems": 6})",
      R"({"type": "array", "items": {"type": "number", "minimum": -50, "maximum": 50}, "uniqueItems": true, "minItems": 2, "maxItems": 4})",
      R"({"type": "array", "uniqueItems": true, "minItems": 2, "maxItems": 4, "items": {"type": "array", "items": {"enum": [1, 2]}, "minItems": 1, "maxItems": 2}})",
      R"({"type": "array", "uniqueItems": true, "minItems": 2, "maxItems": 3, "items": {"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "integer"}},
          "required": ["a"], "additionalProperties": false}})",
      R"({"type": "array", "uniqueItems": true, "maxItems": 3, "items": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"type": "string", "maxLength": 2}}})",
      R"({"type": "array", "uniqueItems": true, "minItems": 3, "maxItems": 5, "items": {"type": "number", "multipleOf": 3, "minimum": -9, "maximum": 1000}})",
      R"({"type": "array", "uniqueItems": true, "minItems": 3, "maxItems": 4, "items": {"type": "object", "additionalProperties": false,
          "properties": {"a": {"const": 7}, "b": {"type": ["boolean", "null"]}}, "required": ["a", "b"]}})",
      R"({"type": "array", "uniqueItems": true, "minItems": 2, "items": {"type": "integer", "minimum": 100000, "maximum": 999999}})",
      R"({"type": "array", "uniqueItems": true, "minItems": 2, "maxItems": 4, "contains": {"const": "a"}, "items": {"type": ["string", "boolean"], "maxLength": 3}})"};
  std::mt19937 chance(1);
  for (const char* schema : schemas) {
    INFO(schema);
    const auto grammar = compiled(schema);
    const auto& vocabulary = grammar->vocabulary();
    for (int walk = 0; walk < 6; ++walk) {
      GrammarGuide guide(grammar);
      std::string text;
      for (int step = 0; step < 60; ++step) {
        const auto mask = guide.mask();
        REQUIRE(mask);
        INFO(text);
        std::vector<TokenId> allowed;
        for (TokenId id = 0; static_cast<std::size_t>(id) < vocabulary.size(); ++id) {
          GrammarGuide fork = guide;
          const bool is_allowed = (*mask)->allows(id);
          if (fork.accept(id) != is_allowed) FAIL("token " << vocabulary.bytes_of(id) << " after " << text);
          if (is_allowed) allowed.push_back(id);
        }
        REQUIRE_FALSE(allowed.empty());
        // Half of the steps end what can be ended: strings of one letter are often alike.
        TokenId next = allowed[chance() % allowed.size()];
        for (const TokenId id : allowed)
          if (chance() % 3 == 0 && std::string_view("\",]}").find(std::string(vocabulary.bytes_of(id)).substr(0, 1)) != std::string_view::npos) next = id;
        text += vocabulary.bytes_of(next);
        REQUIRE(guide.accept(next));
        if (guide.is_over()) break;
      }
      if (!guide.is_over()) continue;
      INFO(text);
      CHECK_FALSE(has_twice(nlohmann::json::parse(text)));
    }
  }
}

TEST_CASE("Another long number is found at once: of two ids the second may be begun") {
  const auto grammar = compiled(R"({"type": "array", "uniqueItems": true, "minItems": 2, "items": {"type": "integer", "minimum": 100000, "maximum": 999999}})");
  GrammarGuide guide(grammar);
  REQUIRE(guide.accept_bytes("[100000,10000"));
  CHECK_FALSE(GrammarGuide(guide).accept_bytes("0]"));
  CHECK(guide.accept_bytes("1]"));
  CHECK(guide.can_stop());
}

TEST_CASE("What the fuel did not reach to is not taken for closed: who asks again comes on") {
  const auto grammar = json_schema(R"({"type": "array", "uniqueItems": true, "minItems": 2, "items": {"type": "object", "additionalProperties": false,
      "properties": {"a": {"const": 7}, "b": {"type": ["boolean", "null"]}}, "required": ["a", "b"]}})");
  REQUIRE(grammar);
  for (const std::uint64_t fuel : {5u, 10u, 20u, 40u, 60u, 80u, 400u}) {
    const auto compiled_so = CompiledGrammar::of(*grammar, tokens(), {.fuel = fuel});
    REQUIRE(compiled_so);
    GrammarGuide guide(*compiled_so);
    int tries = 1;
    while (tries < 100 && !guide.accept_bytes(R"([{"a": 7, "b": true},)")) ++tries;
    CHECK(tries < 100);
  }
}

TEST_CASE("No list of more items than there are values can be written") {
  const auto is_possible = [](const char* schema) {
    const auto grammar = json_schema(schema);
    REQUIRE(grammar);
    return CompiledGrammar::of(*grammar, tokens()).has_value();
  };
  CHECK(is_possible(R"({"type": "array", "uniqueItems": true, "minItems": 3, "items": {"enum": ["green", true, 2.5]}})"));
  CHECK_FALSE(is_possible(R"({"type": "array", "uniqueItems": true, "minItems": 4, "items": {"enum": ["green", true, 2.5]}})"));
  CHECK(is_possible(R"({"type": "array", "uniqueItems": true, "minItems": 2, "items": {"type": "array", "maxItems": 1, "items": {"const": 1.5}}})"));
  CHECK_FALSE(is_possible(R"({"type": "array", "uniqueItems": true, "minItems": 3, "items": {"type": "array", "maxItems": 1, "items": {"const": 1.5}}})"));
}

TEST_CASE("White space that may end an item that is there already stops while another may still be begun") {
  const auto grammar = compiled(R"({"type": "array", "uniqueItems": true, "minItems": 2, "maxItems": 3, "items":
      {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}, "additionalProperties": false}})", false);
  GrammarGuide guide(grammar);
  REQUIRE(guide.accept_bytes("[{}, {"));
  int blanks = 0;
  for (const TokenId blank = 0; guide.accept(blank); ++blanks) REQUIRE(blanks < 100);  // the vocabulary's first byte
  CHECK(blanks >= 20);
  CHECK(guide.accept_bytes("\"name\""));
}

TEST_CASE("Who writes the same list again is given the mask that is there; another list has its own") {
  const auto grammar = compiled(R"({"type": "array", "uniqueItems": true, "items": {"type": "array", "items": {"type": "integer"}}})", false);
  const auto mask_after = [&](const char* text) {
    GrammarGuide guide(grammar);
    REQUIRE(guide.accept_bytes(text));
    return *guide.mask();
  };
  const auto one = mask_after("[[1], [");
  CHECK(one == mask_after("[[1], ["));
  CHECK(one == mask_after("[[ 1 ], ["));
  CHECK(mask_after("[[1], [1")->words == mask_after("[[1], [1")->words);
  CHECK(mask_after("[[1], [1")->words != mask_after("[[2], [1")->words);
  CHECK(mask_after("[[1, 2], [1, 2")->words != mask_after("[[12], [1, 2")->words);
}

TEST_CASE("An object must have more members than are required: its keys differ") {
  const auto grammar = compiled(R"({"type": "object", "minProperties": 3, "maxProperties": 3, "properties": {"a": {"type": "integer"}},
                                    "additionalProperties": {"type": "boolean"}})");
  const auto accepts = [&](const char* text) {
    GrammarGuide guide(grammar);
    return guide.accept_bytes(text) && guide.can_stop();
  };
  CHECK(accepts(R"({"x":true,"y":true,"z":false})"));
  CHECK(accepts(R"({"a":1,"y":true,"z":false})"));
  CHECK_FALSE(accepts(R"({"x":true,"y":true,"y":false})"));
  CHECK_FALSE(accepts(R"({"x":true,"y":true,"\u0079":false})"));
  CHECK_FALSE(accepts(R"({"x":true,"y":true})"));
  CHECK_FALSE(accepts(R"({"x":true,"y":true,"z":true,"w":true})"));
}

TEST_CASE("A token that would make an item come twice is no token of the mask, and others are as the grammar has them") {
  const auto grammar = compiled(R"({"type": "array", "items": {"type": "string"}, "uniqueItems": true})");
  const auto plain = compiled(R"({"type": "array", "items": {"type": "string"}})");
  const auto allowed = [](const std::shared_ptr<const CompiledGrammar>& its, const char* text) {
    GrammarGuide guide(its);
    REQUIRE(guide.accept_bytes(text));
    const auto mask = guide.mask();
    REQUIRE(mask);
    std::vector<std::string> out;
    for (TokenId id = 0; static_cast<std::size_t>(id) < its->vocabulary().size(); ++id)
      if ((*mask)->allows(id)) out.emplace_back(its->vocabulary().bytes_of(id));
    return out;
  };
  const auto lost = [&](const char* text) {
    const auto all = allowed(plain, text), left = allowed(grammar, text);
    std::vector<std::string> out;
    for (const std::string& one : all)
      if (std::find(left.begin(), left.end(), one) == left.end()) out.push_back(one);
    CHECK(all.size() == left.size() + out.size());
    return out;
  };
  using List = std::vector<std::string>;
  CHECK(lost("") == List{"[\"a\",\"a\""});
  CHECK(lost("[\"").empty());  // the second a may go on
  CHECK(lost("[\"a\",\"") == List{"a\",\"a", "a\",\"b"});
  CHECK(lost("[\"a\",\"a") == List{"\"", "\",\"", "\"]"});
  CHECK(lost("[\"a\",\"ab").empty());
  const auto numbers = compiled(R"({"type": "array", "items": {"type": "number"}, "uniqueItems": true})");
  const auto next = allowed(numbers, "[0,");
  CHECK(std::find(next.begin(), next.end(), "-") != next.end());  // -0 is 0, but -1 is not
  CHECK(std::find(next.begin(), next.end(), "0") != next.end());
}
