#include <string>
#include <tamis/generation/output_text.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"

using tamis::OutputText;
using tamis::StopStrings;

static OutputText seeking(std::vector<std::string> strings) {
  auto stops = StopStrings::of(strings);
  REQUIRE(stops);
  return OutputText(*std::move(stops));
}

TEST_CASE("Text comes in whole characters, as soon as it can be no stop string") {
  auto text = seeking({"END"});
  CHECK(text.push("caf\xC3") == "caf");
  CHECK(text.push("\xA9 E") == "\u00e9 ");
  CHECK(text.push("N") == "");
  CHECK(text.push("d") == "ENd");
  CHECK_FALSE(text.found());
  CHECK(text.push("EN") == "");
  CHECK(text.finish() == "EN");
}

TEST_CASE("After a stop string nothing more comes, not even half a character") {
  auto text = seeking({"x", "END"});
  CHECK(text.push("a EN") == "a ");
  CHECK(text.push("D\xC3") == "");
  CHECK(text.found() == 1);
  CHECK(text.finish() == "");
}

TEST_CASE("Half a character at the end becomes U+FFFD, after what was held for it") {
  auto text = seeking({"END"});
  CHECK(text.push("EN\xC3") == "");
  CHECK(text.finish() == "EN\uFFFD");
}

TEST_CASE("Where no stop string is sought, none is found, nor one that began there") {
  auto text = seeking({"END"});
  CHECK(text.push_unsought("END EN") == "END EN");
  CHECK(text.push("D") == "D");
  CHECK(text.push("END") == "");
  CHECK(text.found() == 0);
}
