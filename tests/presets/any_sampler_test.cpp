#include <tamis/core/sequence.hpp>
#include <tamis/presets/any_sampler.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;

/// A history with repetitions, and something of everything that sources say.
static Sequence example() {
  Sequence sequence(std::vector<TokenId>{0, 1, 1, 2}, 5);
  for (const TokenId id : {3, 3, 4, 0}) sequence.append(id);
  sequence.add_bias(5, 2.5f);
  sequence.add_bias(6, masked);
  sequence.add_push(0, 0, -1.5f);
  sequence.add_push(4, 1, 0.75f);
  sequence.add_push(1, 2, 1);
  std::vector<std::uint32_t> allowed(5, ~0u);
  allowed[0] &= ~(1u << 2);
  sequence.set_allowed(allowed);
  return sequence;
}

/// Whether a sampler that is chosen now and one that was composed give the same tokens and the same
/// distributions, on rows of many kinds at many positions.
template <class... Ps>
static std::string difference(Ps... policies) {
  const Sequence sequence = example();
  const Facts facts = sequence.facts();
  Sampler composed{policies...};
  AnySampler chosen({AnyPolicy(policies)...});
  auto make_row = team_row();
  std::uint64_t position = 0;
  for (const RowKind kind : row_kinds) {
    const auto row = testing::make_row(kind, 1, 130);
    for (int draw = 0; draw < 12; ++draw) {
      const Stream stream{5, ++position};
      auto executor = make_row(row, stream, facts);
      const auto one = composed.distribution(executor),
                 other = chosen.distribution(row, stream, facts, make_row);
      const auto equal = [](const auto& a, const auto& b) {
        return a.id == b.id && a.logit == b.logit && a.probability == b.probability;
      };
      if (one.fault() != other.fault() || !std::ranges::equal(one.kept(), other.kept(), equal)) {
        return "distributions on " + std::string(name_of(kind));
      }
      auto again = make_row(row, stream, facts);
      const Choice drawn = composed(again), picked = chosen(row, stream, facts, make_row);
      if (drawn.token != picked.token || drawn.logit != picked.logit ||
          drawn.fault != picked.fault) {
        return "draws on " + std::string(name_of(kind));
      }
    }
  }
  return "";
}

TEST_CASE("AnySampler draws what a Sampler of the same policies in the same order draws") {
  CHECK(difference(Temperature{1.0f}) == "");
  CHECK(difference(RepetitionPenalty{1.3f}, FrequencyPenalty{0.4f}, PresencePenalty{0.3f}, Push{},
                   ScaledPush{}, Temperature{0.8f}, TopK{20}, TopP{0.9f}) == "");
  CHECK(difference(TopP{0.9f}, SoftCap{10.0f}, Smoothing{0.2f}, DynamicTemperature{0.5f, 1.5f},
                   MinP{0.01f}, TypicalP{0.9f}, Xtc{0.05f, 0.5f}) == "");
}

TEST_CASE(
    "AnySampler counts the places of a policy that stands for two, so that the coins fall alike") {
  CHECK(difference(TopH{0.8f}, Xtc{0.02f, 0.5f}, EpsilonCutoff{1e-4f}, Xtc{0.03f, 0.5f},
                   EtaCutoff{1e-3f}) == "");
}

TEST_CASE("AnySampler draws with any draw") {
  CHECK(difference(LogSoftmax{}, TopA{0.01f}, GumbelMax{}) == "");
  CHECK(difference(TopNSigma{2.0f}, Greedy{}) == "");
  CHECK(difference(Forced{true}, Multinomial{}) == "");
}

TEST_CASE("AnySampler learns from its choices") {
  CHECK(difference(Temperature{1.2f}, Mirostat{2.0f, 0.3f, 4.0f}) == "");
}

TEST_CASE("AnySampler of nothing is the model's own distribution") {
  const auto row = make_row(RowKind::normal, 1, 100);
  auto make = team_row();
  for (std::uint64_t position = 0; position < 50; ++position) {
    auto executor = make(row, Stream{1, position}, {});
    CHECK(AnySampler()(row, Stream{1, position}, {}, make).token == Sampler<>()(executor).token);
  }
  CHECK(AnySampler(std::vector<AnyPolicy>{}).distribution(row, {}, {}, make).kept().size() == 100);
}

TEST_CASE("AnySampler says what was wrong with a row, wherever it comes to light") {
  auto make = team_row();
  const auto nan = make_row(RowKind::one_nan, 1, 33),
             nothing = make_row(RowKind::all_masked, 1, 33);
  AnySampler sampler({TopK{3}, Temperature{0.5f}});
  CHECK(sampler(nan, {}, {}, make).fault == Fault::invalid_logit);
  CHECK(sampler(nan, {}, {}, make).token == -1);
  CHECK(sampler(nothing, {}, {}, make).fault == Fault::all_masked);
  CHECK(sampler.distribution(nan, {}, {}, make).fault() == Fault::invalid_logit);
  CHECK(sampler.distribution(nothing, {}, {}, make).fault() == Fault::all_masked);
  AnySampler forced({Forced{true}});  // and nothing is pushed
  CHECK(forced(make_row(RowKind::normal, 1, 33), {}, {}, make).fault == Fault::all_masked);
}
