#include <tamis/testing/conform_batch.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;
using samplers::Row;

TEST_CASE("A batch of one row has the verdict of the row") {
  const Row p = samplers::softmax(samplers::logits(1, 50, 2));
  const std::vector<Row> rows{p};
  const std::vector<DrawCounts> drawn{samplers::Inverse(p).draw(2, 5000)};
  const auto batch = conform_batch(rows, drawn, 0.01);
  const auto one = conform(p, drawn[0], 0.01);
  CHECK(batch.p_value == one.p_value);
  CHECK(batch.passed() == one.passed());
  CHECK(batch.rows.size() == 1);
}

TEST_CASE("conform_batch accepts 500 correct batches at the rate stated") {
  int rejected = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    std::vector<Row> rows;
    std::vector<DrawCounts> drawn;
    for (std::uint64_t row = 0; row < 8; ++row) {
      rows.push_back(samplers::softmax(samplers::logits(10 * i + row, 100, 2)));
      drawn.push_back(samplers::Inverse(rows.back()).draw(7'000'000 + 10 * i + row, 500));
    }
    rejected += !conform_batch(rows, drawn, 0.02).passed();
  }
  CAPTURE(rejected);
  CHECK(rejected <= samplers::expected_rejections(500, 0.02).most);
  CHECK(rejected >= 1);
}

TEST_CASE("Errors too small for any row are found in their sum") {
  std::vector<Row> rows;
  std::vector<DrawCounts> drawn;
  for (std::uint64_t row = 0; row < 100; ++row) {
    const Row z = samplers::logits(row, 100, 2);
    rows.push_back(samplers::softmax(z));
    drawn.push_back(samplers::Inverse(samplers::softmax(z, 1.05)).draw(1000 + row, 1000));
  }
  const auto report = conform_batch(rows, drawn, 1e-3);
  CHECK_FALSE(report.passed());
  CHECK(report.together < 1e-6);
  CHECK(200 * report.rows[report.worst].p_value > 1e-3);
}

TEST_CASE("One draw outside of one row's support fails the batch, and the row is named") {
  const std::vector<Row> rows(3, Row{0.5, 0.5, 0});
  std::vector<DrawCounts> drawn(3, DrawCounts(3));
  for (auto& row : drawn) row.of_token = {50, 50, 0};
  CHECK(conform_batch(rows, drawn).passed());
  drawn[1].add(2);
  const auto report = conform_batch(rows, drawn);
  CHECK(report.p_value == 0);
  CHECK(report.worst == 1);
}

TEST_CASE("Draws too few to compare frequencies tell nothing, unless one is impossible") {
  const std::vector<Row> rows{Row{0.5, 0.5, 0}};
  std::vector<DrawCounts> drawn(1, DrawCounts(3));
  drawn[0].of_token = {2, 1, 0};
  CHECK(conform_batch(rows, drawn).tells_nothing);
  drawn[0].of_token = {2, 0, 1};
  CHECK_FALSE(conform_batch(rows, drawn).tells_nothing);
  CHECK_FALSE(conform_batch(rows, drawn).passed());
  // Where one token is all there is, a few draws are enough.
  const std::vector<Row> sure{Row{0, 1, 0}};
  drawn[0].of_token = {0, 3, 0};
  CHECK_FALSE(conform_batch(sure, drawn).tells_nothing);
  CHECK(conform_batch(sure, drawn).passed());
}
