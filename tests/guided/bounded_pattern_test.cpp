#include <tamis/guided/bounded_pattern.hpp>
#include <tamis/guided/regular_builder.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

/// Whether the bounded pattern has the text; nothing, if the bounds cannot be said.
std::optional<bool> has(const char* pattern, std::uint32_t least, std::uint32_t most, const std::string& text) {
  const auto tree = RegexParser(pattern).parse();
  REQUIRE(tree);
  const auto bounded = detail::bounded_pattern(*tree, least, most);
  if (!bounded) return std::nullopt;
  const auto language = RegularBuilder::of(*bounded, false);
  REQUIRE(language);
  return language->matches(text);
}

}  // namespace

TEST_CASE("One repeat without end takes what the length leaves to it, exactly") {
  CHECK(has("^a[b-d]*e$", 0, 7, "abcdbce") == true);
  CHECK(has("^a[b-d]*e$", 0, 7, "abcdbcde") == false);
  CHECK(has("^ab", 0, 5, "abxyz") == true);
  CHECK(has("^ab", 0, 5, "abxyz1") == false);
  CHECK(has("^[0-9]{3}$", 1, 9, "123") == true);  // which needs no bound
}

TEST_CASE("Several of them share the length, and no text is too long") {
  CHECK(has("^(/[a-z]+)*$", 0, 40, "/ab/c") == true);
  CHECK(has("^(/[a-z]+)*$", 0, 40, "/" + std::string(40, 'x')) == false);
  const auto tree = RegexParser("^(/[a-z]+)*(\\?.*)?$").parse();
  const auto bounded = detail::bounded_pattern(*tree, 0, 100);
  REQUIRE(bounded);
  CHECK(bounded->lengths(bounded->root()).second <= 100);
  CHECK(bounded->lengths(bounded->root()).second > 80);
}

TEST_CASE("What has no such bound, or too great a least length, is left to others") {
  CHECK_FALSE(has("^[a-z]+$", 2, 9, "ab"));
  CHECK_FALSE(has("^[a-z]{10,}$", 0, 9, "ab"));
  CHECK_FALSE(has("(^|,)a", 0, 9, "a"));
}
