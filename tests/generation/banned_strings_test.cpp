#include <tamis/generation/banned_strings.hpp>

#include <string>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A banned string is found at the moment at which it is whole, wherever the text is cut") {
  const std::string text = "xaab-abcd";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    auto banned = *BannedStrings::of({"abc", "zz"});
    auto end = banned.push(std::string_view(text).substr(0, cut));
    if (cut >= 8) {
      CHECK(end == 8u);
    } else {
      CHECK_FALSE(end);
      CHECK(banned.push(std::string_view(text).substr(cut)) == 8 - cut);
    }
    CHECK(banned.found() == 5u);
  }
}

TEST_CASE("What could become a banned string has begun at its first byte") {
  auto banned = *BannedStrings::of({"abcd", "bx"});
  banned.push("xa");
  CHECK(banned.possible() == 1);
  banned.push("b");
  CHECK(banned.possible() == 1);
  banned.push("q");
  CHECK(banned.possible() == 4);
  CHECK(banned.size() == 4);
  banned.push("abc");
  CHECK(banned.possible() == 4);
  banned.push("a");
  CHECK(banned.possible() == 7);
}

TEST_CASE("Of banned strings that end together the longest is found") {
  auto banned = *BannedStrings::of({"c", "abc"});
  CHECK(banned.push("abc") == 3u);
  CHECK(banned.found() == 0u);
}

TEST_CASE("An empty banned string is refused, and none bans nothing") {
  CHECK(BannedStrings::of({"a", ""}).error().message ==
        "banned string 2 of 2 is empty; it needs at least one character");
  BannedStrings none;
  CHECK_FALSE(none.push("abc"));
  CHECK(none.possible() == 3);
}
