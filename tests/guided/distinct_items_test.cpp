#include <tamis/guided/distinct_items.hpp>

#include <string_view>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

/// Where an item is there twice, of a text whose first byte, and each that is marked with a '!' before it, begins a list of
/// distinct items; npos if nowhere.
std::size_t repeats_at(std::string_view text) {
  DistinctItems items;
  bool begins = true;
  std::size_t at = 0;
  for (const char c : text) {
    if (c == '!') {
      begins = true;
      continue;
    }
    if (!items.take(static_cast<std::uint8_t>(c), begins)) return at;
    begins = false;
    ++at;
  }
  return std::string_view::npos;
}

bool could_repeat(std::string_view text) {
  DistinctItems items;
  bool begins = true;
  for (const char c : text) {
    REQUIRE(items.take(static_cast<std::uint8_t>(c), begins));
    begins = false;
  }
  return items.could_repeat();
}

constexpr auto never = std::string_view::npos;

}  // namespace

TEST_CASE("An item that a list has already is seen where it is complete, however it is written") {
  CHECK(repeats_at(R"(["a","b","a"])") == 11);
  CHECK(repeats_at(R"(["a","A","aa"])") == never);
  CHECK(repeats_at(R"(["é\n\ud83d\ude00", "\u00e9\u000a😀"])") == 38);
  CHECK(repeats_at(R"([1, 10, 1.0])") == 11);
  CHECK(repeats_at(R"([1.5,15e-1 ])") == 10);
  CHECK(repeats_at(R"([0,-0])") == 5);
  CHECK(repeats_at(R"([1,true,"1",null,[1],"true"])") == never);
  CHECK(repeats_at(R"([true,true])") == 9);
  CHECK(repeats_at(R"([[1,[2]],[1,[2.0]]])") == 17);
  CHECK(repeats_at(R"([[1,2],[2,1],[]])") == never);
  CHECK(repeats_at(R"([{"a":1,"b":[]},{"b":[],"a":1}])") == 29);
  CHECK(repeats_at(R"([{"a":1},{"a":2},{"b":1},{}])") == never);
}

TEST_CASE("Of lists within lists those are held to it that are said to be") {
  CHECK(repeats_at(R"([[1,1],[2,2]])") == never);
  CHECK(repeats_at(R"([![1,1],[2,2]])") == 5);
  CHECK(repeats_at(R"([{"x":!["a","b","a"]}])") == 17);
  CHECK(repeats_at(R"({"a":1,"b":1,"\u0061":2})") == 20);
  CHECK(repeats_at(R"({"a":{"b":1,"b":1},"c":["a","a"]})") == never);
}

TEST_CASE("What is being written could repeat an item while it is the beginning of one") {
  CHECK_FALSE(could_repeat(R"(["abc)"));
  CHECK(could_repeat(R"(["abc",)"));
  CHECK(could_repeat(R"(["abc","ab)"));
  CHECK_FALSE(could_repeat(R"(["abc","ax)"));
  CHECK_FALSE(could_repeat(R"(["abc","d")"));
  CHECK_FALSE(could_repeat(R"(["abc",[)"));
  CHECK(could_repeat("[1200,1"));
  CHECK(could_repeat("[1200,12.00"));
  CHECK(could_repeat("[1200,120000"));
  CHECK(could_repeat("[1200,0.01"));
  CHECK(could_repeat("[1200,12e"));
  CHECK_FALSE(could_repeat("[1200,2"));
  CHECK_FALSE(could_repeat("[1200,12.01"));
  CHECK_FALSE(could_repeat("[1200,-1"));
  CHECK(could_repeat("[-0.5,-0"));
  CHECK_FALSE(could_repeat("[-0.5,0"));
  CHECK(could_repeat("[0,-0.0"));
  CHECK_FALSE(could_repeat("[0,-0.01"));
  CHECK(could_repeat("[2.5,0.002"));
  CHECK(could_repeat(R"([{"id":1,"n":"xy"},{"id":1,"n":"x)"));
  CHECK_FALSE(could_repeat(R"([{"id":1,"n":"xy"},{"id":2,"n":"x)"));
  CHECK_FALSE(could_repeat(R"([{"id":1,"n":"xy"},{"id":1,"m)"));
  CHECK(could_repeat(R"([[1,2],[1,)"));
  CHECK_FALSE(could_repeat(R"([[1,2],[1,2,)"));
  CHECK(could_repeat(R"({"key":1,"k)"));
  CHECK_FALSE(could_repeat(R"({"key":1,"k":)"));
}

TEST_CASE("Outside of such a list nothing is followed, and copies go their own ways") {
  DistinctItems items;
  for (const char c : std::string_view(R"({"a":[1,1]})")) CHECK(items.take(static_cast<std::uint8_t>(c), false));
  CHECK(items.is_idle());
  for (const char c : std::string_view(R"(["a")")) REQUIRE(items.take(static_cast<std::uint8_t>(c), c == '['));
  CHECK_FALSE(items.is_idle());
  DistinctItems fork = items;
  for (const char c : std::string_view(R"(,"b")")) REQUIRE(fork.take(static_cast<std::uint8_t>(c), false));
  CHECK(items.size() == 1);
  CHECK(fork.size() == 2);
  for (const char c : std::string_view(R"(,"b"])")) REQUIRE(items.take(static_cast<std::uint8_t>(c), false));
  CHECK(items.is_idle());
}
