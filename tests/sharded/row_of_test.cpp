/// \file row_of_test.cpp
/// Random chains of random policies, on rows whose vocabulary is cut at random places: whatever the
/// number of ranks, each gets bit for bit what team makes of the whole row, and so what simd does
/// (chains/chains_test.cpp).

#include <tamis/sharded/row_of.hpp>

#include <array>
#include <cstdio>
#include <numeric>
#include <optional>
#include <string>
#include <tamis/backends/team.hpp>
#include <tamis/presets/any_sampler.hpp>

#include "catch.hpp"
#include "chains/example.hpp"
#include "ranks.hpp"

using namespace tamis;
using chains::Example;
using chains::Random;
using sharded::ThreadCommunicator;
using Shard = sharded::Shard<ThreadCommunicator>;

namespace {

/// Where the shards begin, and the end: at random, so that some are empty and others hold nearly
/// all.
std::vector<int> cuts_of(std::size_t vocab_size, int ranks, std::uint64_t seed) {
  Random random{seed};
  std::vector<int> cuts(static_cast<std::size_t>(ranks) + 1);
  for (int& cut : cuts) cut = static_cast<int>(random.bits() % (vocab_size + 1));
  cuts.front() = 0, cuts.back() = static_cast<int>(vocab_size);
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

/// What a chain leaves of a row, and what it draws from it.
struct Answer {
  std::vector<Distribution::Kept> kept;
  Fault fault = Fault::none;
  Choice choice;

  bool operator==(const Answer& other) const {
    const auto same = [](const auto& x, const auto& y) {
      return x.id == y.id && x.logit == y.logit && x.probability == y.probability;
    };
    return std::equal(kept.begin(), kept.end(), other.kept.begin(), other.kept.end(), same) &&
           fault == other.fault && choice.token == other.choice.token &&
           choice.logit == other.choice.logit && choice.surprise == other.choice.surprise &&
           choice.fault == other.choice.fault;
  }
};

template <class MakeRow>
Answer answer(const Example& example, const MakeRow& make_row) {
  AnySampler sampler(example.chain);
  const Stream stream = example.sequence.stream();
  const Facts facts = example.sequence.facts();
  const Distribution left = sampler.distribution(example.logits, stream, facts, make_row);
  return {left.kept(), left.fault(), sampler(example.logits, stream, facts, make_row)};
}

/// What one team makes of the examples.
std::vector<Answer> whole(std::uint64_t seed, std::uint64_t count) {
  team::Shared shared{};
  std::vector<Answer> answers;
  for (std::uint64_t i = 0; i < count; ++i)
    answers.push_back(answer(Example(seed, i), [&](std::span<const float> z, Stream s, Facts f) {
      return team::RowOf(team::Solo{}, shared, z.data(), static_cast<int>(z.size()), s, f);
    }));
  return answers;
}

/// How many of the examples come out otherwise on some rank; the first is said.
int disagreements(std::uint64_t seed, int ranks, const std::vector<Answer>& wanted) {
  const auto failures = ranks::on_each(ranks, [&](ThreadCommunicator& communicator) {
    std::vector<std::string> found;
    for (std::uint64_t i = 0; i < wanted.size(); ++i) {
      const Example example(seed, i);
      const auto cuts = cuts_of(example.logits.size(), ranks, i);
      const auto rank = static_cast<std::size_t>(communicator.rank());
      auto shard = Shard::of(communicator, cuts[rank], cuts[rank + 1] - cuts[rank]);
      if (!shard) return std::vector{shard.error().message};
      const auto make_row = [&](std::span<const float> z, Stream stream, Facts facts) {
        const auto mine = z.subspan(static_cast<std::size_t>(shard->first()),
                                    static_cast<std::size_t>(shard->count()));
        return sharded::RowOf<ThreadCommunicator>(*shard, mine, stream, facts);
      };
      const Answer got = answer(example, make_row);
      if (shard->error()) return std::vector{shard->error()->message};
      if (!(got == wanted[i])) {
        std::string text = "rank " + std::to_string(rank) + " of " + std::to_string(ranks) +
                           " draws " + std::to_string(got.choice.token) + ", and a whole row " +
                           std::to_string(wanted[i].choice.token) + "; shards begin at";
        for (const int cut : cuts) text += " " + std::to_string(cut);
        found.push_back(text + "; " + example.sentence());
      }
    }
    return found;
  });
  int all = 0;
  for (const auto& found : failures) {
    all += static_cast<int>(found.size());
    if (!found.empty()) UNSCOPED_INFO(found[0]);
  }
  return all;
}

}  // namespace

TEST_CASE(
    "2,000 random chains give on 1, 2, 3, 4 and 8 ranks bit for bit what they give on one row") {
  const auto wanted = whole(31, 2000);
  for (const int ranks : {1, 2, 3, 4, 8}) CHECK(disagreements(31, ranks, wanted) == 0);
}
