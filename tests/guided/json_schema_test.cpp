#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/json_schema.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis;
using namespace tamis::guided;
using guided_tests::every_byte;

namespace {

struct Accepts {
  explicit Accepts(const std::string& schema, const JsonSchemaOptions& options = {}) {
    const auto grammar = json_schema(schema, options);
    INFO(schema);
    if (!grammar) FAIL(grammar.error().message);
    const auto made = CompiledGrammar::of(*grammar, every_byte());
    if (made) compiled = *made;
  }
  bool operator()(const std::string& text) const {
    if (!compiled) return false;
    GrammarGuide guide(compiled);
    return guide.accept_bytes(text) && guide.can_stop();
  }
  std::shared_ptr<const CompiledGrammar> compiled;
};

std::string fault_of(const std::string& schema) {
  const auto grammar = json_schema(schema);
  return grammar ? "" : grammar.error().message;
}

struct Score {
  int groups = 0, right = 0, refused = 0, wrongly_accepted = 0;
};

/// \param draft  of schemas that do not say it themselves
Score score_of(const std::string& file, const char* draft = nullptr) {
  Score score;
  std::ifstream lines(TAMIS_TESTS_DIR "/golden/guided/" + file);
  for (std::string line; std::getline(lines, line);) {
    auto group = nlohmann::ordered_json::parse(line);
    if (draft && group["schema"].is_object() && !group["schema"].contains("$schema")) group["schema"]["$schema"] = draft;
    ++score.groups;
    const auto grammar = json_schema(group["schema"].dump());
    if (!grammar) {
      ++score.refused;
      continue;
    }
    const auto compiled = CompiledGrammar::of(*grammar, every_byte());
    bool right = true;
    for (const auto& test : group["tests"]) {
      bool accepted = false;
      if (compiled) {
        GrammarGuide guide(*compiled);
        accepted = guide.accept_bytes(test[0].dump()) && guide.can_stop();
      }
      INFO(group["file"] << ": " << group["group"] << " with " << test[0].dump());
      CHECK_FALSE((accepted && !test[1].get<bool>()));
      score.wrongly_accepted += accepted && !test[1].get<bool>();
      right = right && accepted == test[1].get<bool>();
    }
    score.right += right;
  }
  return score;
}

}  // namespace

TEST_CASE("Of the groups of JSON-Schema-Test-Suite most are wholly right, and nothing invalid is accepted") {
  const Score newest = score_of("schema_suite_2020_12.jsonl");
  CHECK(newest.groups == 383);
  CHECK(newest.right >= 329);
  CHECK(newest.wrongly_accepted == 0);
  const Score older = score_of("schema_suite_7.jsonl", "http://json-schema.org/draft-07/schema#");
  CHECK(older.groups == 257);
  CHECK(older.right >= 241);
  CHECK(older.wrongly_accepted == 0);
}

TEST_CASE("Of schemas as they are met in the world nearly all are wholly right, and nothing invalid is accepted") {
  const Score score = score_of("realistic_schemas.jsonl");
  CHECK(score.groups == 73);
  CHECK(score.right >= 72);
  CHECK(score.wrongly_accepted == 0);
  const Score more = score_of("store_schemas.jsonl");
  CHECK(more.groups == 56);
  CHECK(more.right >= 55);
  CHECK(more.wrongly_accepted == 0);
}

TEST_CASE("Members come in any order, each once, and the required ones all") {
  const Accepts accepts(
      R"({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {}},
                            "required": ["a", "b"], "additionalProperties": false})");
  CHECK(accepts(R"({"a": 1, "b": "x"})"));
  CHECK(accepts(R"({"b": "x", "c": [null], "a": 1})"));
  CHECK_FALSE(accepts(R"({"a": 1})"));
  CHECK_FALSE(accepts(R"({"a": 1, "b": "x", "a": 2})"));
  CHECK_FALSE(accepts(R"({"a": 1, "b": "x", "d": 2})"));
  CHECK_FALSE(accepts(R"({"a": 1.5, "b": "x"})"));
}

TEST_CASE("A key is the same however it is written, and other keys are really others") {
  const Accepts accepts(R"({"properties": {"é": {"type": "integer"}}, "additionalProperties": {"type": "null"}})");
  CHECK(accepts(R"({"é": 1, "e": null})"));
  CHECK(accepts(R"({"\u00e9": 1})"));
  CHECK_FALSE(accepts(R"({"\u00e9": null})"));
  CHECK_FALSE(accepts(R"({"é": null})"));
  CHECK(accepts(R"({"éé": null})"));
}

TEST_CASE("Strings keep to lengths and patterns in characters, whatever their escapes") {
  const Accepts length(R"({"type": "string", "minLength": 2, "maxLength": 3})");
  CHECK((length(R"("éé")") && length(R"("\u00e9\n")") && length(R"("\ud83d\ude00ab")")));
  CHECK_FALSE((length(R"("é")") || length(R"("\ud83d\ude00")") || length(R"("abcd")")));
  const Accepts both(R"({"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$", "maxLength": 6})");
  CHECK((both(R"("ab-cd")") && both(R"("abcdef")")));
  CHECK_FALSE((both(R"("ab-cdef")") || both(R"("ab--c")")));
  const Accepts anywhere(R"({"type": "string", "pattern": "\"x"})");
  CHECK(anywhere(R"("a\"xb")"));
  CHECK_FALSE(anywhere(R"("ax")"));
  const Accepts long_one(R"({"type": "string", "maxLength": 100000})");
  CHECK(long_one("\"" + std::string(100'000, 'x') + "\""));
  CHECK_FALSE(long_one("\"" + std::string(100'001, 'x') + "\""));
}

TEST_CASE("Schemas that hold together are met, those that exclude each other exclude") {
  const Accepts all(
      R"({"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"minimum": 5}}, "required": ["a"]}]})");
  CHECK(all(R"({"a": 5})"));
  CHECK_FALSE((all(R"({"a": 4})") || all("{}")));
  const Accepts one(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})");
  CHECK((one("1") && one("2.5")));
  CHECK_FALSE((one("3") || one("1.5")));
  const Accepts kinds(
      R"({"oneOf": [{"properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}, "required": ["kind"]},
                                    {"properties": {"kind": {"const": "b"}, "n": {"type": "string"}}, "required": ["kind"]}]})");
  CHECK((kinds(R"({"kind": "a", "n": 1})") && kinds(R"({"n": "x", "kind": "b"})")));
  CHECK_FALSE((kinds(R"({"kind": "a", "n": "x"})") || kinds(R"({"n": 1})")));
  const Accepts condition(
      R"({"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}})");
  CHECK((condition(R"({"a": 1, "b": 0})") && condition(R"({"a": 2, "c": 0})") && condition("7")));
  CHECK_FALSE((condition(R"({"a": 1, "c": 0})") || condition(R"({"b": 0})")));
}

TEST_CASE("A schema that calls itself makes values of any depth") {
  const Accepts tree(
      R"({"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {"left": {"$ref": "#/$defs/node"},
                         "value": {"type": "integer"}}, "required": ["value"], "additionalProperties": false}}})");
  CHECK(tree(R"({"value": 1, "left": {"left": {"value": 3}, "value": 2}})"));
  CHECK_FALSE(tree(R"({"value": 1, "left": {"left": {}, "value": 2}})"));
  const auto endless = json_schema(
      R"({"$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}, "$ref": "#/$defs/a"})");
  REQUIRE(endless);
  CHECK_FALSE(CompiledGrammar::of(*endless, every_byte()));
  CHECK(fault_of(R"({"allOf": [{"$ref": "#"}]})").find("leads back to itself") != std::string::npos);
}

TEST_CASE("Up to draft 4 an integer has no point, since draft 6 it has no fraction") {
  const Accepts old(R"({"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer"})"), newer(R"({"type": "integer"})");
  CHECK((old("12") && old("-0") && newer("12") && newer("12.0")));
  CHECK_FALSE((old("12.0") || old("12.5") || newer("12.5")));
  const Accepts other(R"({"$schema": "http://json-schema.org/draft-04/schema#", "type": "number", "not": {"type": "integer"}})");
  CHECK((other("12.0") && other("1.5")));
  CHECK_FALSE(other("12"));
}

TEST_CASE("A list of distinct items is no longer than there are values") {
  const Accepts pairs(R"({"type": "array", "uniqueItems": true, "items": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 1}})");
  CHECK((pairs(R"([[], ["b"], ["a"]])") && pairs("[]")));
  CHECK_FALSE((pairs(R"([[], []])") || pairs(R"([["a"], ["a"]])")));
  const char* items = R"("items": {"type": "object", "properties": {"x": {"type": "boolean"}}, "required": ["x"], "additionalProperties": false})";
  CHECK(Accepts(std::string(R"({"type": "array", "uniqueItems": true, "minItems": 2, )") + items + "}")(R"([{"x": true}, {"x": false}])"));
  CHECK_FALSE(Accepts(std::string(R"({"type": "array", "uniqueItems": true, "minItems": 3, )") + items + "}").compiled);
}

TEST_CASE("What cannot be held to is refused with its place, or left out if that is asked for") {
  const std::string unknown = R"({"properties": {"a~/b": {"type": "string", "format": "x-colour"}}})";
  CHECK(fault_of(unknown) ==
        "the schema's #/properties/a~0~1b/format cannot be held to while generating: the format 'x-colour' is not known here");
  std::vector<std::string> left_out;
  REQUIRE(json_schema(unknown, {.lenient = true}, &left_out));
  CHECK((left_out == std::vector<std::string>{"#/properties/a~0~1b/format"}));
  CHECK(fault_of(R"({"format": "colour"})").find("#/format cannot be held to") != std::string::npos);
  CHECK(fault_of(R"({"pattern": "(a)\\1"})").find("not regular") != std::string::npos);
  CHECK(fault_of(R"({"$ref": "#/nowhere"})").find("'#/nowhere' is not in this document") != std::string::npos);
  CHECK(fault_of(R"({"type": "text"})").find("the type 'text' is not known") != std::string::npos);
  CHECK(fault_of("{").find("the schema is not proper JSON at line 1, column 2") == 0);
  CHECK(fault_of("3").find("a schema must be an object") != std::string::npos);
}

TEST_CASE("What is unevaluated is what no schema that holds has looked at") {
  const Accepts object(R"({"properties": {"kind": {}}, "anyOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
      {"properties": {"b": {"type": "integer"}}, "required": ["b"]}], "unevaluatedProperties": false})");
  CHECK((object(R"({"a": 1, "kind": 2})") && object(R"({"a": 1, "b": 2})") && object(R"({"b": 1})")));
  CHECK_FALSE((object(R"({"a": 1, "c": 2})") || object(R"({"a": 1, "b": "x"})") || object("{}")));
  const Accepts array(R"({"prefixItems": [true], "contains": {"type": "string"}, "unevaluatedItems": {"type": "null"}})");
  CHECK((array(R"([1, "x", null, "y"])") && array(R"(["x", null])")));
  CHECK_FALSE((array(R"([1, "x", 2])") || array("[1, null]")));
}

TEST_CASE("What must not hold may be said of members that no schema names") {
  const Accepts some(R"({"type": "object", "not": {"additionalProperties": {"type": "integer"}, "properties": {"a": {}}}})");
  CHECK((some(R"({"b": "x"})") && some(R"({"a": 1, "b": 2, "c": null})")));
  CHECK_FALSE((some("{}") || some(R"({"a": "x"})") || some(R"({"b": 2})")));
  const Accepts either(R"({"oneOf": [{"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": false},
      {"type": "object", "properties": {"a": {}, "c": {}}, "additionalProperties": false}]})");
  CHECK((either(R"({"b": 1})") && either(R"({"c": 1, "a": 2})")));
  CHECK_FALSE((either("{}") || either(R"({"a": 1})") || either(R"({"b": 1, "c": 2})")));
  const Accepts both(R"({"type": "object", "not": {"anyOf": [{"patternProperties": {"^a": false}}, {"propertyNames": {"maxLength": 2}}]}})");
  CHECK((both(R"({"ab": 1, "xyz": 2})") && both(R"({"abc": 1})")));
  CHECK_FALSE((both(R"({"ab": 1})") || both(R"({"xyz": 1})")));
}

TEST_CASE("A few values may be asked to differ") {
  const Accepts days(R"({"items": {"type": "integer", "minimum": 1, "maximum": 7}, "uniqueItems": true})");
  CHECK((days("[3, 1]") && days("[]")));
  CHECK_FALSE((days("[3, 3]") || days("[0]")));
  const Accepts accepts(R"({"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": true, "minItems": 2})");
  CHECK((accepts(R"(["c", "a"])") && accepts(R"(["b","a","c"])")));
  CHECK_FALSE((accepts(R"(["a"])") || accepts(R"(["a","a"])")));
}
