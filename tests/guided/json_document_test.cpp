#include <tamis/guided/json_document.hpp>

#include "catch.hpp"

using namespace tamis::guided;

TEST_CASE("JSON is read with its order and its digits") {
  const auto value = JsonReader::read(R"( {"b": [1.0, -2e5, true], "a": "x\u00e9\ud83d\ude00\n"} )", "it");
  REQUIRE(value);
  CHECK((value->keys == std::vector<std::string>{"b", "a"}));
  CHECK(value->find("b")->items[0].text == "1.0");
  CHECK(value->find("b")->items[1].text == "-2e5");
  CHECK(value->find("b")->items[2].truth);
  CHECK(value->find("a")->text == "xé😀\n");
  CHECK(value->find("c") == nullptr);
}

TEST_CASE("What is no JSON is refused with its place") {
  const auto fault = [](const std::string& text) { return JsonReader::read(text, "it").error().message; };
  CHECK(fault("{\"a\": 1,\n \"a\": 2}") == "it is not proper JSON at line 2, column 5: the key 'a' is there twice");
  for (const char* text : {"", "[1,]", "{\"a\" 1}", "01", "1.", "\"\\x\"", "\"\\ud800\"", "\"\t\"", "[1] 2", "tru",
                           "{1: 2}", "\xff", "-", "1e"}) {
    INFO(text);
    CHECK(fault(text).find("it is not proper JSON at line 1, column ") == 0);
  }
  CHECK(fault(std::string(10'000, '[')).find("nested") != std::string::npos);
}
