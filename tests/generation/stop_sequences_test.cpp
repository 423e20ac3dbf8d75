#include <tamis/generation/stop_sequences.hpp>

#include <vector>

#include "catch.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

TEST_CASE("Of the stop sequences with which tokens end the longest counts") {
  const StopSequences stops({{1, 2}, {9, 1, 2}, {4}});
  CHECK(stops.match(Tokens{7, 1, 2}) == 2);
  CHECK(stops.match(Tokens{9, 1, 2}) == 3);
  CHECK(stops.match(Tokens{4}) == 1);
  CHECK(stops.match(Tokens{2}) == 0);
  CHECK(stops.match(Tokens{1, 2, 3}) == 0);
  CHECK(stops.match(Tokens{}) == 0);
  CHECK(StopSequences().match(Tokens{1}) == 0);
}

TEST_CASE(
    "The front of a stop sequence with which tokens end is the longest, and never the whole") {
  const StopSequences stops({{1, 1, 2}, {5, 1}});
  CHECK(stops.front(Tokens{1}) == 1);
  CHECK(stops.front(Tokens{1, 1, 1}) == 2);
  CHECK(stops.front(Tokens{5}) == 1);
  CHECK(stops.front(Tokens{5, 1}) == 1);  // of 1 1 2
  CHECK(stops.front(Tokens{1, 1, 2}) == 0);
  CHECK(stops.front(Tokens{}) == 0);
}
