#include <tamis/presets/pipeline.hpp>
#include <tamis/sources/bans.hpp>
#include <tamis/sources/dry.hpp>

#include <map>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static Pipeline::Step step(AnyPolicy policy) {
  return {"step", [policy](Sequence&) { return policy; }};
}

static std::vector<float> left_by(std::vector<Pipeline::Step> steps, std::vector<float> row,
                                  const Ids& prompt = {}, const Ids& generated = {}) {
  const auto left = Pipeline(std::move(steps)).distribution(row, prompt, generated, 1, team_row());
  row.assign(row.size(), masked);
  for (const auto& k : left.kept())
    row[static_cast<std::size_t>(k.id)] = static_cast<float>(k.logit);
  return row;
}

TEST_CASE("A pipeline applies its steps one after the other") {
  const std::vector<float> row = {2, 1, 0};
  CHECK((left_by({step(Temperature{0.1f}), step(TopP{0.9f})}, row) ==
         std::vector{20.0f, masked, masked}));
  CHECK((left_by({step(TopP{0.9f}), step(Temperature{0.1f})}, row) ==
         std::vector{20.0f, 10.0f, masked}));
  CHECK(left_by({}, row) == row);
}

TEST_CASE("Each step of a pipeline has its own view of the history") {
  auto near = step(FrequencyPenalty{1.0f}), far = step(FrequencyPenalty{1.0f});
  near.window = 2;
  CHECK((left_by({near}, {9, 9, 9}, {}, {0, 1, 1}) == std::vector{9.0f, 7.0f, 9.0f}));
  CHECK((left_by({near, far}, {9, 9, 9}, {}, {0, 1, 1}) == std::vector{8.0f, 5.0f, 9.0f}));
}

TEST_CASE("What a step adds to the sequence is its own") {
  const Pipeline::Step ban{"ban", [](Sequence& s) -> AnyPolicy {
                             Bans({0}, 0, 100).push(s);
                             s.add_push(1, 0, 5);
                             return Push{};
                           }};
  // The push is not there a second time, in a step that reads pushes without a source.
  CHECK((left_by({ban, step(Push{})}, {1, 1, 1}) == std::vector{masked, 6.0f, 1.0f}));
  CHECK((left_by({ban, ban}, {1, 1, 1}) == std::vector{masked, 11.0f, 1.0f}));
}

TEST_CASE("A pipeline may be asked again, with another history") {
  const Pipeline::Step dry{"dry",
                           [source = Dry({.multiplier = 1, .base = 2, .allowed_length = 1})](
                               Sequence& s) mutable -> AnyPolicy {
                             source.push(s);
                             return Push{};
                           }};
  const Pipeline pipeline({dry});
  const std::vector<float> row = {0, 0, 0};
  const auto logit = [&](const Ids& prompt, std::size_t at) {
    return pipeline.distribution(row, prompt, {}, 0, team_row()).kept()[at].logit;
  };
  CHECK(logit({1, 2, 1}, 2) == -1);
  CHECK(logit({0, 1, 2}, 1) == 0);
  CHECK(logit({2, 1, 0, 0}, 0) == -1);
  CHECK(logit({1, 2, 1}, 2) == -1);
  CHECK(logit({}, 2) == 0);
}

TEST_CASE("Each step of a pipeline has a coin of its own, that of the same place in a sampler") {
  const auto row = logits_of({0.3f, 0.25f, 0.2f, 0.15f, 0.1f});
  const Xtc xtc{0.12f, 0.5f};
  std::map<std::size_t, int> left;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto one = Pipeline({step(TopH{1.0f}), step(xtc), step(xtc)})
                         .distribution(row, {}, {}, seed, team_row());
    const auto other = ::tamis::testing::left_by(row, {}, Stream{seed, 0}, TopH{1.0f}, xtc, xtc);
    REQUIRE(one.kept().size() == other.kept().size());
    ++left[one.kept().size()];
  }
  // Both act and leave one, or neither does and all five stay; or one does and leaves two, which no
  // coin for both does.
  CHECK(left.size() == 3);
  CHECK(left[2] > 150);
  CHECK(left[2] < 250);
}

TEST_CASE("A pipeline stops at a row with nothing left, and says so") {
  const auto nothing = Pipeline({step(Forced{true}), step(TopK{1})});
  const std::vector<float> row = {1, 2};
  CHECK(nothing.distribution(row, {}, {}, 0, team_row()).fault() == Fault::all_masked);
  const std::vector<float> nan = {1, std::nanf("")};
  CHECK(Pipeline().distribution(nan, {}, {}, 0, team_row()).fault() == Fault::invalid_logit);
}

TEST_CASE("A pipeline that ends greedily leaves the least id of the likeliest") {
  CHECK((left_by({step(TopK{3}), step(Greedy{})}, {1, 3, 3, 2}) ==
         std::vector{masked, 3.0f, masked, masked}));
}
