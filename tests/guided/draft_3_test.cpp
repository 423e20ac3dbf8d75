#include <tamis/guided/draft_3.hpp>

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

nlohmann::json plain(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::null: return nullptr;
    case JsonValue::Kind::boolean: return value.truth;
    case JsonValue::Kind::number: return nlohmann::json::parse(value.text);
    case JsonValue::Kind::string: return value.text;
    default: break;
  }
  nlohmann::json out = value.is(JsonValue::Kind::array) ? nlohmann::json::array() : nlohmann::json::object();
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (value.is(JsonValue::Kind::array))
      out.push_back(plain(value.items[i]));
    else
      out[value.keys[i]] = plain(value.items[i]);
  }
  return out;
}

nlohmann::json rewritten(const char* schema) {
  auto value = JsonReader::read(schema, "the schema");
  REQUIRE(value);
  detail::Draft3::rewrite(*value);
  return plain(*value);
}

}  // namespace

TEST_CASE("The words of draft 3 become those of draft 4, and everything stays where it is") {
  using nlohmann::json;
  CHECK(rewritten(R"({"divisibleBy": 2})") == json{{"multipleOf", 2}});
  CHECK(rewritten(R"({"extends": {"divisibleBy": 2}})")["allOf"] == json::parse(R"([{"multipleOf": 2}])"));
  CHECK(rewritten(R"({"disallow": ["string", {"minimum": 1}]})")["allOf"] ==
        json::parse(R"([{"not": {"anyOf": [{"type": "string"}, {"minimum": 1}]}}])"));
  CHECK(rewritten(R"({"type": ["null", {"minimum": 1}]})") ==
        json::parse(R"({"type": "any", "allOf": [{"anyOf": [{"type": "null"}, {"minimum": 1}]}]})"));
  CHECK(rewritten(R"({"properties": {"a": {"required": true}, "b": {"required": false}}})")["allOf"] ==
        json::parse(R"([{"required": ["a"]}])"));
  CHECK(rewritten(R"({"properties": {"extends": {"type": "string"}}, "enum": [{"extends": 1}]})") ==
        json::parse(R"({"properties": {"extends": {"type": "string"}}, "enum": [{"extends": 1}]})"));
}
