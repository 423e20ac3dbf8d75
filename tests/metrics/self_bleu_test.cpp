#include <tamis/metrics/self_bleu.hpp>

#include "catch.hpp"
#include "texts.hpp"

using namespace tamis;
using namespace tamis::metrics;

TEST_CASE("Self-BLEU has the values of NLTK") {
  // f = SmoothingFunction().method1; the mean over i of
  // sentence_bleu(texts[:i] + texts[i + 1:], texts[i], weights=[1 / n] * n, smoothing_function=f)
  const double of_three[] = {0.727140885939317, 0.6750847132070669, 0.630427631758627,
                             0.5899740765526353, 0.5567747783668716};
  const double of_five[] = {0.4633515882109128, 0.4321178845715627, 0.3908199938444739,
                            0.36254380078781523, 0.34086380425345403};
  for (int n = 1; n <= 5; ++n) {
    CHECK(self_bleu(texts::words(3), n) == Approx(of_three[n - 1]).epsilon(1e-12));
    CHECK(self_bleu(texts::words(5), n) == Approx(of_five[n - 1]).epsilon(1e-12));
  }
  CHECK(self_bleu(texts::random()) == Approx(0.21979322985761424).epsilon(1e-12));
  CHECK(self_bleu(texts::random(), 2) == Approx(0.677778172684343).epsilon(1e-12));
  auto with_empty = texts::random();
  with_empty.push_back({});
  CHECK(self_bleu(with_empty) == Approx(0.19537175987343489).epsilon(1e-12));
}

TEST_CASE("Self-BLEU is 1 of one text many times, and 0 of texts that share no token") {
  CHECK(self_bleu(texts::Texts(5, {1, 2, 3, 4, 5, 6})) == Approx(1));
  CHECK(self_bleu(texts::Texts{{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}}) == 0);
}

TEST_CASE("Self-BLEU of one text is not a number") {
  CHECK(std::isnan(self_bleu({})));
  CHECK(std::isnan(self_bleu(texts::words(1))));
}
