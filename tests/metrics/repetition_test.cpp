#include <tamis/metrics/repetition.hpp>

#include <cmath>

#include "catch.hpp"
#include "texts.hpp"

using namespace tamis;
using namespace tamis::metrics;

TEST_CASE("rep-n is the share of n-grams that occurred before: the values of Python") {
  const auto all = texts::words(6);
  // 1 - len(set(ngrams(text, n))) / len(list(ngrams(text, n)))
  CHECK(rep_n(all[0], 1) == Approx(0.3846153846153846).epsilon(1e-14));
  CHECK(rep_n(all[0], 2) == Approx(0.16666666666666663).epsilon(1e-14));
  CHECK(rep_n(all[0], 3) == Approx(0.09090909090909094).epsilon(1e-14));
  CHECK(rep_n(all[0], 4) == 0);
  CHECK(rep_n(all[2], 2) == Approx(0.1578947368421053).epsilon(1e-14));
  CHECK(rep_n(all[5], 1) == Approx(0.6521739130434783).epsilon(1e-14));
  CHECK(rep_n(all[5], 4) == Approx(0.4).epsilon(1e-14));
  CHECK(repetition_score(all[5]) == rep_n(all[5], 4));
  CHECK(repetition_score(all[5], 2) == rep_n(all[5], 2));
}

TEST_CASE("A text that says one thing over and over repeats all but the first") {
  const std::vector<TokenId> text(103, 9);
  CHECK(repetition_score(text) == Approx(0.99));  // 100 4-grams, one of them new
}

TEST_CASE("A text without an n-gram repeats none") {
  CHECK(rep_n({}, 4) == 0);
  CHECK(rep_n(std::vector<TokenId>{1, 1, 1}, 4) == 0);
}

TEST_CASE("seq-rep-n is the mean over continuations") {
  CHECK(seq_rep_n(texts::words(6)) == Approx(0.06666666666666667).epsilon(1e-14));
  CHECK(seq_rep_n(texts::words(6), 2) == Approx(0.156113769271664).epsilon(1e-14));
  CHECK(seq_rep_n(texts::words(5), 2) == Approx(0.07824561403508772).epsilon(1e-14));
  CHECK(std::isnan(seq_rep_n({})));
}
