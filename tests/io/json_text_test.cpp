#include <string>
#include <tamis/io/json_text.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string fault_of(const std::string& text) {
  const auto object = parse_json_object(text, "the text");
  return object ? "" : object.error().message;
}

TEST_CASE("A proper object is read") {
  const auto object = parse_json_object(R"({"a": 1, "b": [true, null]})", "the text");
  REQUIRE(object);
  CHECK((*object)["a"] == 1);
  CHECK((*object)["b"].size() == 2);
}

TEST_CASE("Malformed JSON is refused with line and column") {
  CHECK(fault_of("{\"a\" 1}").find("the text is not proper JSON at line 1, column 6: ") == 0);
  CHECK(fault_of("{\n  \"a\": 1,\n}").find("the text is not proper JSON at line 3, column 1: ") ==
        0);
  CHECK(fault_of("{\n\"a\": 1").find("unexpected end of input") != std::string::npos);
  CHECK(fault_of("{\"a\": NaN}").find("at line 1, column 7: invalid literal") != std::string::npos);
  CHECK(fault_of("{\"a\": 1e999}").find("number overflow") != std::string::npos);
  CHECK(fault_of("{\"a\": \"\xff\"}").find("ill-formed UTF-8") != std::string::npos);
  CHECK(fault_of("{} x").find("line 1, column 4") != std::string::npos);
}

TEST_CASE("No fault quotes more than a line of the text") {
  CHECK(fault_of("{\"a\": \"" + std::string(100000, 'x')).size() < 250);
  CHECK(fault_of("[" + std::string(100000, '1') + "]").size() < 250);
}

TEST_CASE("A key that is there twice is refused") {
  CHECK(fault_of(R"({"a": 1, "b": 2, "a": 3})") ==
        "the text is not proper JSON: the key 'a' is there twice");
  CHECK(fault_of(R"({"a": {"c": 1}, "b": {"c": 2}})") == "");
}

TEST_CASE("JSON that is no object is refused") {
  CHECK(fault_of("[1, 2]") ==
        R"(the text is [1,2]; it must be a JSON object, as in {"temperature": 0.8})");
  CHECK(fault_of("3").find("the text is 3; it must be a JSON object") == 0);
  CHECK(fault_of(" \n").find("the text is empty; it must be a JSON object") == 0);
}

TEST_CASE("Deep nesting is refused, not followed") {
  CHECK(fault_of(std::string(1000000, '[')).find("more than 64 objects and lists") !=
        std::string::npos);
  CHECK(fault_of(R"({"a": )" + std::string(60, '[') + std::string(60, ']') + "}") == "");
}
