#include <tamis/metrics/words.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::metrics;

TEST_CASE(
    "Words are what stands between white space, and the same word has the same number in every "
    "text") {
  Words words;
  CHECK(words.number("to be or not to be") == std::vector<TokenId>{0, 1, 2, 3, 0, 1});
  CHECK(words.number("\t not\n\r to \f\v Be ") == std::vector<TokenId>{3, 0, 4});
  CHECK(words.number("").empty());
  CHECK(words.number(" \n ").empty());
  CHECK(words.number("be") == std::vector<TokenId>{1});
  CHECK(words.distinct() == 5);
}
