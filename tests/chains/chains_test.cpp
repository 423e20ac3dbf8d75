/// \file chains_test.cpp
/// Random chains of random policies on random rows with random histories, on each backend: simd and
/// team give the same bits; simd and the reference the same tokens and, to 1e-5, the same
/// probabilities, but for those on a knife edge.
///
/// A chain is on a knife edge if it comes out otherwise than the reference's, and yet each of its
/// steps is the reference's, or what the reference makes of a question so near that a float cannot
/// tell the two apart: see unlike_any and neighbour. So what is excused is the exact answer to
/// almost the same question, never a wrong one.
///
/// More of them, from seed 7: TAMIS_CHAINS=7:0:1000000 build/bin/test-chains "20 thousand*"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <tamis/backends/eigen.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/presets/any_sampler.hpp>

#include "catch.hpp"
#include "example.hpp"

using namespace tamis;
using chains::Example;
using chains::Random;

namespace {

struct Eigen {
  auto operator()(std::span<const float> z, Stream stream, Facts facts) const {
    return reference::RowOf(z, stream, facts);
  }
};
struct Simd {
  auto operator()(std::span<const float> z, Stream stream, Facts facts) const {
    return simd::RowOf(z, stream, facts);
  }
};
struct Team {
  team::Shared* shared;
  auto operator()(std::span<const float> z, Stream stream, Facts facts) const {
    return team::RowOf(team::Solo{}, *shared, z.data(), static_cast<int>(z.size()), stream, facts);
  }
};

/// What a chain leaves of a row, and what it draws from it.
struct Answer {
  Distribution left;
  Choice choice;
};

template <class MakeRow>
Answer answer(const std::vector<AnyPolicy>& chain, const Example& example,
              const MakeRow& make_row) {
  AnySampler sampler(chain);
  const Stream stream = example.sequence.stream();
  const Facts facts = example.sequence.facts();
  return {sampler.distribution(example.logits, stream, facts, make_row),
          sampler(example.logits, stream, facts, make_row)};
}

/// The first token of which two distributions say something else, by `same(kept, kept)`; or
/// nothing.
std::string first_difference(const Distribution& a, const Distribution& b, auto&& same) {
  if (a.fault() != b.fault())
    return std::string(sentence_of(a.fault())) + " | " + sentence_of(b.fault());
  const auto said = [](const auto& kept, std::size_t i) {
    char text[120] = "nothing";
    if (i < kept.size())
      std::snprintf(text, sizeof text, "token %d, logit %.9g, probability %.9g", kept[i].id,
                    kept[i].logit, kept[i].probability);
    return std::string(text);
  };
  for (std::size_t i = 0; i < std::max(a.kept().size(), b.kept().size()); ++i) {
    if (i < a.kept().size() && i < b.kept().size() && same(a.kept()[i], b.kept()[i])) continue;
    return said(a.kept(), i) + " | " + said(b.kept(), i) + "; " + std::to_string(a.kept().size()) +
           " | " + std::to_string(b.kept().size()) + " kept";
  }
  return "";
}

/// The difference between backends that owe each other the same bits.
std::string difference_in_bits(const Answer& a, const Answer& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x.id == y.id && x.logit == y.logit && x.probability == y.probability;
  };
  const std::string left = first_difference(a.left, b.left, same);
  if (!left.empty()) return left;
  const Choice &x = a.choice, &y = b.choice;
  if (x.token == y.token && x.fault == y.fault && x.logit == y.logit && x.surprise == y.surprise)
    return "";
  char text[160];
  std::snprintf(text, sizeof text,
                "drawn: token %d, logit %.9g, surprise %.9g | token %d, logit %.9g, surprise %.9g",
                x.token, x.logit, x.surprise, y.token, y.logit, y.surprise);
  return text;
}

constexpr double tolerance = 1e-5;

/// The difference from the reference: in the tokens kept, or by more than 1e-5 of probability.
std::string difference(const Distribution& reference, const Distribution& other) {
  return first_difference(reference, other, [](const auto& x, const auto& y) {
    return x.id == y.id && std::abs(x.probability - y.probability) <= tolerance;
  });
}

/// A truncation that knows its own order to so many places only, a multiple of 2^-52 of `coarse`,
/// and sees the logits a little shifted against the row.
template <class P>
struct Coarse : P {
  float coarse, shift;
  constexpr auto key(const auto& at, const auto& row) const {
    return P::key(at.with(at.logit() + shift), row) + coarse - coarse;
  }
};

/// A truncation whose cut is a little off.
template <class P>
struct Shifted : P {
  float shift;
  constexpr auto cut(const auto& row) const { return P::cut(row) + shift; }
};

/// One policy of a chain at its place, on a row that those before it have left.
struct Step {
  const AnyPolicy& policy;
  std::uint32_t salt;
  Stream stream;
  Facts facts;
  float coarse = 0, shift = 0;  ///< see Coarse, Shifted

  /// What a backend makes of the row: [V], `masked` where a token was dropped.
  template <class MakeRow>
  std::vector<float> operator()(const std::vector<float>& before, const MakeRow& make_row) const {
    std::vector<float> after(before.size(), masked);
    auto sink = [&](TokenId id, double z) {
      after[static_cast<std::size_t>(id)] = static_cast<float>(z);
    };
    auto row = make_row(std::span<const float>(before), stream, facts);
    std::visit(
        [&](const auto& p) {
          using P = std::remove_cvref_t<decltype(p)>;
          if constexpr (Draw<P>)
            return;
          else if constexpr (std::same_as<MakeRow, Eigen> && HasRowKey<P>)
            detail::collect_after(row, salt, sink, Coarse<P>{p, coarse, shift});
          else if constexpr (std::same_as<MakeRow, Eigen> && HasCut<P>)
            detail::collect_after(row, salt, sink, Shifted<P>{p, shift});
          else
            detail::collect_after(row, salt, sink, p);
        },
        policy);
    return after;
  }
};

/// What a float can say of a logit: a unit in its last place, or 2^-22, which is 2.4e-7 of the
/// probability.
float resolution(float z) { return std::max(std::abs(z) * 0x1p-23f, 0x1p-22f); }

/// The step asked a question next to the one it was asked, so near that a float cannot tell them
/// apart. Its numbers are moved by up to a millionth; then each logit by its resolution, equal
/// logits alike, each weight by half of the unit in which the fast backends add them up
/// (core/fixed.hpp), and a cut by the resolution of the logits; or else each logit and key is
/// rounded to a multiple of these, so that some tie, and what weighs less than a unit is nothing.
std::vector<float> neighbour(const Step& step, std::vector<float> row, std::uint64_t trial) {
  Random random{trial};
  AnyPolicy policy = step.policy;
  chains::nudge(policy, random);
  const bool rounds = trial % 2;
  const double grid = std::ldexp(1.0, static_cast<int>(random.bits() % 3)),
               phase = random.uniform(),
               way_of_all = std::clamp(4 * random.uniform() - 2, -1.0, 1.0);
  const float top = *std::ranges::max_element(row);
  for (float& z : row) {
    if (z == masked) continue;
    const Philox4 noise = philox(trial, std::bit_cast<std::uint32_t>(z + 0.0f), 0);
    const double fine = resolution(z), way = static_cast<double>(noise.word[0] % 3) - 1;
    double moved = rounds ? (std::nearbyint(z / (grid * fine) + phase) - phase) * (grid * fine)
                          : z + way * fine;
    const double weight = std::exp(moved - top);
    if (weight < 0x1p-16) {
      const double half = 0x1p-41, up = trial % 4 ? noise.word[1] * 0x1p-31 - 1 : way_of_all;
      const double other = !rounds ? weight + up * half : weight < 2 * half * phase ? 0 : weight;
      moved = other > 0 ? top + std::log(other) : std::min(moved, top - 1000.0);
    }
    z = static_cast<float>(std::clamp<double>(moved, -greatest, greatest));
  }
  const float coarse = rounds ? static_cast<float>(grid * 0x1.8p30) : 0;
  // Two units in the last place of an entropy, for a key is made of one; else one of the logits.
  const bool has_key =
      std::visit([](const auto& p) { return HasRowKey<std::remove_cvref_t<decltype(p)>>; }, policy);
  const double most_shift = has_key ? 0x1p-19 : resolution(top);
  const auto shift = static_cast<float>(most_shift * (2 * random.uniform() - 1));
  return Step{policy, step.salt, step.stream, step.facts, coarse, shift}(row, Eigen{});
}

/// Why the result of a step is none of the reference's, at this row or at 200 rows next to it;
/// nothing if it is.
///
/// Tokens whose probability before the step is below 2^-38, where the fast backends no longer tell
/// them from none, may come and go. Each other must be kept, or dropped, as in one of the
/// reference's results, and its logit must lie between the least and the greatest of them, give or
/// take four units of resolution.
std::string unlike_any(const Step& step, const std::vector<float>& before,
                       const std::vector<float>& result) {
  float scale = 0, top = masked;
  for (const float z : before) {
    if (z > masked) scale = std::max(scale, std::abs(z)), top = std::max(top, z);
  }
  for (const float z : result) {
    if (z > masked) scale = std::max(scale, std::abs(z));
  }
  const double slack = 4 * double{resolution(scale)};
  double total = 0;
  for (const float z : before) total += std::exp(double{z} - top);
  const auto counts = [&](std::size_t i) {
    return std::exp(double{before[i]} - top) / total >= 0x1p-38;
  };

  std::vector<float> least(result.size(), greatest), most(result.size(), masked);
  std::string why;
  for (std::uint64_t trial = 0; trial <= 200; ++trial) {
    const auto answer = trial ? neighbour(step, before, trial) : step(before, Eigen{});
    std::string unlike;
    for (std::size_t i = 0; i < result.size(); ++i) {
      least[i] = std::min(least[i], answer[i]), most[i] = std::max(most[i], answer[i]);
      const bool kept = result[i] > masked;
      const bool within =
          kept ? least[i] - slack <= result[i] && result[i] <= most[i] + slack : least[i] == masked;
      if (within || !counts(i) || !unlike.empty()) continue;
      char text[160];
      std::snprintf(text, sizeof text,
                    "token %zu has the logit %.9g, and not one from %.9g to %.9g", i, result[i],
                    least[i], most[i]);
      unlike = text;
    }
    if (unlike.empty()) return "";
    why = unlike;
  }
  return why;
}

/// Where a chain that comes out otherwise than the reference's goes wrong; nothing if each of its
/// steps, from the row that the fast backend had before it, is the reference's or that of a
/// neighbour: then it passed over a knife edge.
std::string wrong_step(const Example& example) {
  std::vector<float> row = example.logits;
  const Stream stream = example.sequence.stream();
  Facts facts = example.sequence.facts();
  std::vector<Occurrence> few(facts.few.begin(), facts.few.end());
  for (Occurrence& o : few) o.bias = 0;
  // What the sequence says comes first, as a step that changes nothing else.
  std::uint32_t salt = 0;
  AnyPolicy nothing = Temperature{1.0f};
  for (std::size_t i = 0; i <= example.chain.size(); ++i) {
    const Step step{i ? example.chain[i - 1] : nothing, salt, stream, facts};
    if (i && chains::is_draw(step.policy)) break;
    const auto result = step(row, Simd{});
    if (const auto why = unlike_any(step, row, result); !why.empty()) {
      return "step " + std::to_string(i) + ", " + std::string(chains::name_of(step.policy)) + ": " +
             why;
    }
    row = result;
    facts = {.few = few};
    salt += i ? std::visit([](const auto& p) { return detail::places_of(p); }, step.policy) : 1;
  }
  return "";
}

/// What was seen over many chains.
struct Tally {
  std::uint64_t chains = 0, edges = 0, faults = 0, drawn_otherwise = 0, failures = 0;
  std::array<std::uint64_t, std::variant_size_v<AnyPolicy>> uses{};
};

void see(const Example& example, Tally& tally) {
  ++tally.chains;
  for (const AnyPolicy& policy : example.chain) ++tally.uses[policy.index()];
  const auto fail = [&](const std::string& what, const std::string& how) {
    if (++tally.failures <= 5) UNSCOPED_INFO(what << ": " << how << "\n  " << example.sentence());
  };

  team::Shared shared;
  simd::width = std::min(example.width, simd::widest());
  const Answer on_simd = answer(example.chain, example, Simd{});
  const Answer on_team = answer(example.chain, example, Team{&shared});
  const Answer on_eigen = answer(example.chain, example, Eigen{});
  simd::width = simd::widest();

  if (const auto bits = difference_in_bits(on_simd, on_team); !bits.empty())
    fail("simd | team", bits);

  double sum = 0;
  bool finite = true;
  for (const auto& kept : on_simd.left.kept()) {
    sum += kept.probability;
    finite &= std::isfinite(kept.logit) && kept.probability >= 0 && kept.probability <= 1;
  }
  const bool none = on_simd.left.fault() != Fault::none;
  if (!finite || (none ? sum != 0 : std::abs(sum - 1) > 1e-9))
    fail("probabilities", "their sum is " + std::to_string(sum));
  if (none != (on_simd.choice.token < 0))
    fail("draw", "a token where there is none to draw, or none where there is");
  if (!none && on_simd.left.log_probability(on_simd.choice.token) == -HUGE_VAL)
    fail("draw", "a token that was dropped");
  tally.faults += on_simd.choice.fault != Fault::none;
  // A logit beyond the floats is masked where the reference, in double, still has it on its way.
  if (example.kind == testing::RowKind::largest_floats) return;
  if (const auto unlike = difference(on_eigen.left, on_simd.left); !unlike.empty()) {
    const std::string wrong = wrong_step(example);
    if (wrong.empty()) {
      ++tally.edges;
    } else {
      fail("eigen | simd", unlike + "\n  " + wrong);
    }
  } else if (on_eigen.choice.token != on_simd.choice.token) {
    ++tally.drawn_otherwise;
  }
}

Tally see_all(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
  Tally tally;
  for (std::uint64_t i = first; i < first + count; ++i) {
    const Example example(seed, i);
    if (count == 1) std::printf("%s\n", example.sentence().c_str());
    see(example, tally);
  }
  const auto percent = 100 * static_cast<double>(tally.edges) / static_cast<double>(tally.chains);
  std::printf(
      "%lu chains of seed %lu from %lu on: %lu (%.2f %%) on a knife edge, %lu with another token "
      "drawn, "
      "%lu with none to draw, %lu wrong\n",
      static_cast<unsigned long>(tally.chains), static_cast<unsigned long>(seed),
      static_cast<unsigned long>(first), static_cast<unsigned long>(tally.edges), percent,
      static_cast<unsigned long>(tally.drawn_otherwise), static_cast<unsigned long>(tally.faults),
      static_cast<unsigned long>(tally.failures));
  CHECK(tally.failures == 0);
  return tally;
}

/// Those of seed 1: every policy must be among them many times, and few may need an excuse.
void check_shard(std::uint64_t first, std::uint64_t count) {
  const Tally tally = see_all(1, first, count);
  for (std::size_t i = 0; i < tally.uses.size(); ++i) {
    CAPTURE(chains::name_of(chains::policy_at(i)));
    CHECK(tally.uses[i] > count / 50);
  }
  CHECK(tally.edges <= count / 200);
  CHECK(tally.drawn_otherwise <= 2);  // where the point of the draw lies between two shares
}

}  // namespace

TEST_CASE("20 thousand random chains agree on every backend, or those that TAMIS_CHAINS names") {
  const char* wanted = std::getenv("TAMIS_CHAINS");
  if (!wanted) return check_shard(0, 20'000);
  unsigned long long seed = 0, first = 0, count = 0;
  if (std::sscanf(wanted, "%llu:%llu:%llu", &seed, &first, &count) != 3) {
    FAIL("TAMIS_CHAINS is " << wanted << "; it must be SEED:FIRST:COUNT, as in 7:0:100000");
  }
  see_all(seed, first, count);
}

TEST_CASE("60 thousand more random chains agree on every backend", "[slow]") {
  check_shard(20'000, 60'000);
}
TEST_CASE("Another 60 thousand random chains agree on every backend", "[slow]") {
  check_shard(80'000, 60'000);
}
TEST_CASE("The last 60 thousand random chains agree on every backend", "[slow]") {
  check_shard(140'000, 60'000);
}
