#include <tamis/policies/log_softmax.hpp>
#include <tamis/policies/top_k.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("LogSoftmax leaves log-probabilities") {
  const std::vector<float> row = {std::log(2.0f), std::log(1.0f), std::log(5.0f), masked};
  const auto left = after(row, LogSoftmax{});
  CHECK(left[0] == Approx(std::log(0.25)).epsilon(1e-5));
  CHECK(left[1] == Approx(std::log(0.125)).epsilon(1e-5));
  CHECK(left[2] == Approx(std::log(0.625)).epsilon(1e-5));
  CHECK(left[3] == masked);
}

TEST_CASE("LogSoftmax after a truncation is of the survivors") {
  const auto left = after(logits_of({0.6f, 0.2f, 0.2f}), TopK{1}, LogSoftmax{});
  CHECK(left[0] == Approx(0).margin(1e-6));
  CHECK(left[1] == masked);
}

TEST_CASE("LogSoftmax changes no probability") {
  const auto row = make_row(RowKind::normal, 1, 1000);
  const auto before = left_by(row, {}, {}), behind = left_by(row, {}, {}, LogSoftmax{});
  for (std::size_t i = 0; i < row.size(); ++i) {
    CHECK(behind.kept()[i].probability == Approx(before.kept()[i].probability).epsilon(1e-5));
  }
}

TEST_CASE("LogSoftmax obeys the laws of a transform") { CHECK(broken_law(LogSoftmax{}) == ""); }

static_assert(Transform<LogSoftmax> && kinds_of<LogSoftmax> == 1 && std::is_empty_v<LogSoftmax>);
