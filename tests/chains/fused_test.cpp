#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/presets/any_sampler.hpp>
#include <tuple>

#include "catch.hpp"
#include "example.hpp"

using namespace tamis;
using chains::Example;
using chains::Random;

namespace {

/// A long order in which every truncation sees what a transform and another truncation have left.
using Order = std::tuple<RepetitionPenalty, TopNSigma, TopK, TypicalP, Smoothing, Xtc, AdaptiveP,
                         TopP, Mirostat>;

/// A random policy of its kind; half of them are neutral, for no row survives them all.
template <class P>
P random_policy(Random& random) {
  AnyPolicy policy = P{};
  do chains::randomize(policy, random);
  while (HasIdle<P> && random.bits() % 2 == 0 && !is_idle(std::get<P>(policy)));
  return std::get<P>(policy);
}

bool same(const Distribution& a, const Distribution& b) {
  return a.fault() == b.fault() &&
         std::ranges::equal(a.kept(), b.kept(), [](const auto& x, const auto& y) {
           return x.id == y.id && x.logit == y.logit && x.probability == y.probability;
         });
}

bool same(const Choice& a, const Choice& b) {
  return a.token == b.token && a.fault == b.fault && a.logit == b.logit && a.surprise == b.surprise;
}

/// Whether the policies composed, on simd and team, give what they give one after the other,
/// written out between.
template <class... Ps>
std::string difference(const Example& example, const std::tuple<Ps...>& policies) {
  const Stream stream = example.sequence.stream();
  const Facts facts = example.sequence.facts();
  team::Shared shared;
  const auto team_row = [&](std::span<const float> z, Stream s, Facts f) {
    return team::RowOf(team::Solo{}, shared, z.data(), static_cast<int>(z.size()), s, f);
  };
  AnySampler written_out(
      std::apply([](const auto&... p) { return std::vector<AnyPolicy>{p...}; }, policies));
  Sampler<Ps...> on_simd = std::make_from_tuple<Sampler<Ps...>>(policies), on_team = on_simd;

  simd::width = std::min(example.width, simd::widest());
  simd::RowOf simd_row(example.logits, stream, facts);
  auto row = team_row(example.logits, stream, facts);
  const Distribution want = written_out.distribution(example.logits, stream, facts, team_row);
  std::string what;
  if (!same(on_team.distribution(row), want)) what = "team, distribution";
  if (!same(on_simd.distribution(simd_row), want)) what = "simd, distribution";
  const Choice wanted = written_out(example.logits, stream, facts, team_row);
  if (!same(on_team(row), wanted)) what = "team, draw";
  if (!same(on_simd(simd_row), wanted)) what = "simd, draw";
  simd::width = simd::widest();
  return what;
}

}  // namespace

TEST_CASE(
    "What is composed gives what the same policies give one after the other, bit for bit, 20,000 "
    "times") {
  int failures = 0;
  for (std::uint64_t i = 0; i < 20'000 && failures < 3; ++i) {
    Example example(100, i);
    Random random{i};
    const auto policies = [&]<class... Ps>(std::tuple<Ps...>*) {
      return std::tuple<Ps...>{random_policy<Ps>(random)...};
    }(static_cast<Order*>(nullptr));
    example.chain =
        std::apply([](const auto&... p) { return std::vector<AnyPolicy>{p...}; }, policies);
    const std::string what = difference(example, policies);
    if (!what.empty()) ++failures, UNSCOPED_INFO(what << ": " << example.sentence());
  }
  CHECK(failures == 0);
}
