/// \file mask_hashes_test.cpp
/// The masks of some texts, as hashes: what changes a mask is noticed. Where a change is meant, the new hash goes here.

#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/json_schema.hpp>
#include <tamis/guided/read_grammar.hpp>
#include <tamis/guided/regex.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

/// The bytes, marks of JSON together, and words put together of syllables: 2,900 tokens and an end.
const std::vector<std::string>& pieces() {
  static const auto made = [] {
    std::vector<std::string> all;
    for (int byte = 0; byte < 256; ++byte) all.push_back(std::string(1, static_cast<char>(byte)));
    for (const char* mark : {"\",\"", "\":", "\": ", "{\"", "\"}", "},{", "[{\"", "]}", "\n  ", "    ", "true", "false", "null", "10", "20", "\\u00"})
      all.push_back(mark);
    const char* syllables[] = {"a", "ber", "co", "do", "é", "fin", "go", "ha", "in", "ka", "la", "mo", "na", "ou", "pe", "ri", "st", "tion", "um", "ve"};
    for (const char* first : syllables)
      for (const char* second : syllables)
        for (const char* before : {"", " ", "_", "\"", ", ", "-"}) all.push_back(std::string(before) + first + second);
    for (const char* first : syllables)
      for (const char* after : {"\"", "\",", ".", ")", ");\n", "=", "s "}) all.push_back(std::string(first) + after);
    return all;
  }();
  return made;
}

std::shared_ptr<const Vocabulary> tokens() {
  auto all = pieces();
  all.push_back("");
  const auto end = static_cast<TokenId>(all.size() - 1);
  return std::make_shared<const Vocabulary>(all, std::vector<TokenId>{end});
}

/// Of all masks on the way through a text, by the longest tokens that it begins with; 0 if it is not of the grammar.
std::uint64_t hash_of(const Result<Grammar>& grammar, std::string_view text) {
  REQUIRE(grammar);
  const auto compiled = CompiledGrammar::of(*grammar, tokens());
  REQUIRE(compiled);
  GrammarGuide guide(*compiled);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (;;) {
    const auto mask = guide.mask();
    REQUIRE(mask);
    for (const std::uint32_t word : (*mask)->words) hash = (hash ^ word) * 0x100000001b3u;
    if (text.empty()) return guide.can_stop() ? hash : 0;
    std::size_t longest = 0;
    for (std::size_t id = 1; id < pieces().size(); ++id)
      if (pieces()[id].size() > (longest == 0 ? 0 : pieces()[longest].size()) && text.substr(0, pieces()[id].size()) == pieces()[id]) longest = id;
    if (!guide.accept(static_cast<TokenId>(longest))) return 0;
    text.remove_prefix(pieces()[longest].size());
  }
}

}  // namespace

TEST_CASE("Masks are what they were") {
  CHECK(hash_of(json_schema(R"({"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}, "tags": {"type": "array", "items": {"type": "string"},
                               "uniqueItems": true}, "n": {"type": "integer", "minimum": -3, "maximum": 250}}, "required": ["name"]})"),
                R"({"name":"kalamo é","tags":["go","gona"], "other": {"x": [1, null]}, "n": 210})") == 0x9f4479a27bf7bc17u);
  CHECK(hash_of(json_schema(R"({"oneOf": [{"type": "object", "properties": {"kind": {"const": "a"}, "at": {"type": "string", "format": "date-time"}}, "required": ["kind", "at"]},
                               {"type": "array", "prefixItems": [{"type": "number", "multipleOf": 0.5}], "items": {"enum": ["co", "cona", true]}}]})"),
                R"({"kind": "a", "at": "2024-02-29T10:20:30Z"})") == 0x5295458e09e0e162u);
  CHECK(hash_of(regex(R"((?i)[a-zé]+(-[a-z]{2,5}){0,3}\.(com|ORG))"), "kala-mona-go.org") == 0xef4b76c5238ec795u);
  CHECK(hash_of(regex(R"((?=.*[0-9])[\w ]{3,40})"), "la co na 20") == 0xc2b8e15f4638dfb0u);
  CHECK(hash_of(read_grammar("root ::= sum \"\\n\"?\nsum ::= sum \"-\" term | term\nterm ::= [a-z]+ | [0-9]{1,3} | \"(\" sum \")\""), "kala-(10-go)-lamo") == 0xb79d2a40356e2a8du);
}
