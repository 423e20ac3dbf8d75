#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/xtc.hpp>

#include "agree.hpp"

using namespace tamis;

static std::vector<TokenId> kept_of(const auto& sampler, auto row) {
  std::vector<TokenId> ids;
  for (const auto& kept : sampler.distribution(row).kept()) ids.push_back(kept.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST_CASE("A row of which two cuts each leave most keeps on simd what the reference keeps") {
  for (std::uint64_t seed = 5000; seed < 5012; ++seed) {
    const agree::Case row(testing::RowKind::two_values, seed, 5000);
    // The second cut drops what the first has kept of the greater value, where the coin says so.
    const Sampler sampler{TopNSigma{1.0f}, Xtc{0.01f, 0.5f}};
    INFO("seed " << seed);
    CHECK(kept_of(sampler, simd::RowOf(row.logits, row.stream, row.facts())) ==
          kept_of(sampler, reference::RowOf(row.logits, row.stream, row.facts())));
  }
}
