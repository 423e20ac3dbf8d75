// Random chains of random policies on random rows with random histories, on tensors: bit for bit what team gives, and
// the reference's tokens and probabilities but on knife edges; see chains/chains_test.cpp.
#include <tamis/backends/eigen.hpp>
#include <tamis/presets/any_sampler.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "backends/aten/batch.hpp"
#include "chains/example.hpp"

using namespace tamis;
using chains::Example;

namespace {

bool same(const Distribution& a, const Distribution& b) {
  return a.fault() == b.fault() && std::ranges::equal(a.kept(), b.kept(), [](const auto& x, const auto& y) {
           return x.id == y.id && x.logit == y.logit;
         });
}

bool alike(const Distribution& a, const Distribution& b) {
  return a.fault() == b.fault() && std::ranges::equal(a.kept(), b.kept(), [](const auto& x, const auto& y) {
           return x.id == y.id &&
                  std::abs(x.probability - y.probability) <= 1e-5 + 2e-7 * std::abs(x.logit) * x.probability;
         });
}

/// One row as a batch of one.
struct OneRow : aten::RowsOf {
  OneRow(std::span<const float> logits, Stream stream, const tamis::Facts& facts, at::Device device)
      : RowsOf(at::from_blob(const_cast<float*>(logits.data()), {1, size_of(logits)}, at::kFloat).clone().to(device),
               {stream}, aten::facts_of(std::span(&facts, 1), size_of(logits), device)) {}

  static std::int64_t size_of(std::span<const float> logits) { return static_cast<std::int64_t>(logits.size()); }
};

struct Tally {
  int bits = 0, unlike = 0;
};

void compare(const Example& example, at::Device device, Tally& tally) {
  const Stream stream = example.sequence.stream();
  const tamis::Facts facts = example.sequence.facts();
  team::Shared shared;
  const auto on_team = [&](std::span<const float> z, Stream s, tamis::Facts f) {
    return team::RowOf(team::Solo{}, shared, z.data(), static_cast<int>(z.size()), s, f);
  };
  const auto on_tensor = [&](std::span<const float> z, Stream s, tamis::Facts f) { return OneRow(z, s, f, device); };
  const auto on_reference = [](std::span<const float> z, Stream s, tamis::Facts f) { return reference::RowOf(z, s, f); };
  AnySampler by_team(example.chain), by_tensor = by_team;
  const Distribution got = by_tensor.distribution(example.logits, stream, facts, on_tensor);
  const bool left = same(got, by_team.distribution(example.logits, stream, facts, on_team));
  const Choice want = by_team(example.logits, stream, facts, on_team);
  const bool drawn = batches::same(by_tensor(example.logits, stream, facts, on_tensor), want);
  if (!left || !drawn) {
    ++tally.bits;
    UNSCOPED_INFO((left ? "draw of " : "distribution of ") << example.sentence());
  }
  if (example.kind != testing::RowKind::largest_floats)  // a logit beyond the floats is masked
    tally.unlike += !alike(got, by_team.distribution(example.logits, stream, facts, on_reference));
}

}  // namespace

TEST_CASE("400 random chains on tensors give team's bits, and the reference's distribution but on knife edges") {
  for (const at::Device device : batches::devices()) {
    Tally tally;
    for (std::uint64_t i = 0; i < 400 && tally.bits < 3; ++i) compare(Example(11, i), device, tally);
    CHECK(tally.bits == 0);
    CHECK(tally.unlike <= 20);  // team's own, each of which chains_test.cpp explains
  }
}
