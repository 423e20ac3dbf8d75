#include <tamis/metrics/diversity.hpp>

#include <cmath>

#include "catch.hpp"
#include "texts.hpp"

using namespace tamis;
using namespace tamis::metrics;

TEST_CASE("Diversity has the values of Python") {
  // the product over n = 2, 3, 4 of sum(len(set(ngrams(t, n)))) / sum(len(list(ngrams(t, n)))) over
  // texts t
  CHECK(diversity(texts::words(5)) == Approx(0.8469721767594108).epsilon(1e-14));
  CHECK(diversity(texts::words(6)) == Approx(0.5440734852499558).epsilon(1e-14));
  CHECK(diversity(texts::words(1)) == Approx(0.7575757575757576).epsilon(1e-14));
}

TEST_CASE("The same in two texts is no repetition, the same twice in one is") {
  CHECK(diversity(texts::Texts{{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}}) == 1);
  CHECK(diversity(texts::Texts{{1, 2, 3, 4, 5, 1, 2, 3, 4, 5}}) < 0.5);
}

TEST_CASE("Texts too short to repeat are diverse, no texts are nothing") {
  CHECK(diversity(texts::Texts{{1}, {}}) == 1);
  CHECK(std::isnan(diversity({})));
}
