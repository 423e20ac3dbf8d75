#include <tamis/metrics/pass_at_k.hpp>

#include "catch.hpp"

using namespace tamis::metrics;

TEST_CASE("pass@k has the values of exact fractions") {
  struct Known {
    Attempts task;
    std::int64_t k;
    double value;
  };
  // Python 3: float(1 - Fraction(comb(n - c, k), comb(n, k)))
  const Known known[] = {
      {{5, 2}, 1, 0.4},
      {{5, 2}, 3, 0.9},
      {{200, 13}, 10, 0.49755111473060615},
      {{200, 1}, 100, 0.5},
      {{1000, 7}, 500, 0.9923509039500229},
      {{10000, 3}, 1000, 0.2710243038706751},
      {{10, 0}, 5, 0},
      {{10, 10}, 1, 1},
      {{10, 6}, 5, 1},
  };
  for (const Known& k : known) {
    CAPTURE(k.task.samples, k.task.correct, k.k);
    REQUIRE(pass_at_k(k.task, k.k));
    CHECK(*pass_at_k(k.task, k.k) == Approx(k.value).epsilon(1e-12));
  }
}

TEST_CASE("pass@k of a benchmark is the mean over its tasks") {
  const std::vector<Attempts> tasks{{5, 2}, {10, 0}, {10, 10}};
  CHECK(*pass_at_k(tasks, 1) == Approx((0.4 + 0 + 1) / 3));
}

TEST_CASE("pass@k says which number cannot be") {
  CHECK(pass_at_k({5, 2}, 0).error().message == "pass@k needs a k of 1 or more, not 0");
  CHECK(pass_at_k({5, 2}, 6).error().message ==
        "pass@6 needs 6 samples of a task or more, and there are 5");
  CHECK(pass_at_k({5, 6}, 1).error().message ==
        "of 5 samples 6 cannot be correct; from 0 to 5 can");
  CHECK(pass_at_k({5, -1}, 1).error().message ==
        "of 5 samples -1 cannot be correct; from 0 to 5 can");
  CHECK(pass_at_k(std::vector<Attempts>{}, 1).error().message ==
        "pass@1 needs a task; there is none");
  CHECK(pass_at_k(std::vector<Attempts>{{5, 1}, {1, 2}}, 1).error().message ==
        "task 1: of 1 samples 2 cannot be correct; from 0 to 1 can");
}
