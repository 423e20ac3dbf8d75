#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sources/source.hpp>
#include <tamis/sources/watermark.hpp>
#include <tamis/testing/chi_squared.hpp>

#include <set>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static std::uint64_t mark_after(Watermark source, const Ids& prompt, const Ids& generated = {},
                                std::uint64_t seed = 0) {
  Sequence sequence(prompt, seed);
  for (const TokenId id : generated) sequence.append(id);
  source.push(sequence);
  return sequence.stream().mark;
}

TEST_CASE("Watermark marks by its key and the last tokens, whatever the seed and the place") {
  const Watermark source({.key = 7, .width = 2});
  const std::uint64_t mark = mark_after(source, {1, 2, 3});
  CHECK(mark != 0);
  CHECK(mark == mark_after(source, {2, 3}, {}, 99));
  CHECK(mark == mark_after(source, {1, 1, 1}, {2, 3}));
  CHECK(mark != mark_after(source, {3, 2}));
  CHECK(mark != mark_after(Watermark({.key = 8, .width = 2}), {1, 2, 3}));
  CHECK(mark != mark_after(Watermark({.key = 7, .width = 3}), {1, 2, 3}));
  CHECK(mark_after(source, {3}) == mark_after(Watermark({.key = 7, .width = 1}), {3}));
}

TEST_CASE("Watermark holds for one step") {
  Sequence sequence(Ids{1, 2});
  Watermark({.key = 7}).push(sequence);
  CHECK(sequence.stream().mark != 0);
  sequence.clear_passing();
  CHECK(sequence.stream().mark == 0);
}

TEST_CASE("Watermark leaves a draw to the seed where its noise was used before") {
  const Watermark once({.key = 7, .width = 1}),
      always({.key = 7, .width = 1, .repeats = Watermark::Repeats::marked});
  CHECK(mark_after(once, {5}, {1, 5}) == 0);  // 5 stood before the first draw
  CHECK(mark_after(once, {5}, {1, 2}) != 0);
  CHECK(mark_after(once, {1, 5}, {2, 1}) != 0);  // nothing was drawn after the 1 of the prompt
  CHECK(mark_after(once, {5}, {1, 2, 1}) == 0);
  CHECK(mark_after(always, {5}, {1, 5}) == mark_after(always, {5}));
}

TEST_CASE("Watermark depends on the tokens alone, however they came") {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    Watermark source({.key = 3, .width = 2});
    Ids prompt(random() % 6);
    for (TokenId& id : prompt) id = static_cast<TokenId>(random() % 3);
    Sequence sequence(prompt);
    for (int step = 0; step < 60; ++step) {
      sequence.clear_passing();
      if (random() % 4 == 0)
        sequence.rewind(sequence.size() - random() % std::min<std::size_t>(sequence.size() + 1, 9));
      for (auto more = random() % 3; more > 0; --more)
        sequence.append(static_cast<TokenId>(random() % 3));
      source.push(sequence);
      const auto was = sequence.prompt(), is = sequence.generated();
      REQUIRE(sequence.stream().mark == mark_after(Watermark({.key = 3, .width = 2}),
                                                   {was.begin(), was.end()},
                                                   {is.begin(), is.end()}));
    }
  }
}

TEST_CASE("Over the keys, GumbelMax with a watermark draws each token with its probability") {
  const auto row = logits_of({0.5f, 0.25f, 0.125f, 0.1f, 0.02f, 0.005f});
  const std::vector<double> probabilities = {0.5, 0.25, 0.125, 0.1, 0.02, 0.005};
  DrawCounts counts(row.size());
  for (std::uint64_t key = 0; key < 100000; ++key) {
    Sequence sequence(Ids{4, 9}, 1);
    Watermark({.key = key}).push(sequence);
    team::Shared shared;
    team::RowOf executor(team::Solo{}, shared, row.data(), 6, sequence.stream());
    counts.add(Sampler{GumbelMax{}}(executor).token);
  }
  CHECK(chi_squared(probabilities, counts).passed());
}

TEST_CASE("A watermark fixes the draw of GumbelMax and leaves Multinomial to the seed") {
  const auto row = make_row(RowKind::normal, 1, 50);
  std::set<TokenId> raced, inverted;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Sequence sequence(Ids{4, 9}, seed);
    Watermark({.key = 1}).push(sequence);
    team::Shared shared;
    team::RowOf executor(team::Solo{}, shared, row.data(), 50, sequence.stream());
    raced.insert(Sampler{Temperature{0.8f}, TopP{0.99f}, GumbelMax{}}(executor).token);
    inverted.insert(Sampler{Temperature{0.8f}, TopP{0.99f}}(executor).token);
  }
  CHECK(raced.size() == 1);
  CHECK(inverted.size() > 5);
}

static_assert(Source<Watermark>);
