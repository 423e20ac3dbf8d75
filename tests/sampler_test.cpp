#include <tamis/sampler.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <tamis/backends/eigen.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <type_traits>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(), endless = -masked;

/// What each backend says of the row.
template <class F>
void on_every_backend(std::span<const float> logits, F&& check) {
  reference::RowOf a(logits, {1, 2});
  simd::RowOf b(logits, {1, 2});
  team::Shared shared;
  team::RowOf c(team::Solo{}, shared, logits.data(), static_cast<int>(logits.size()), Stream{1, 2});
  check(a), check(b), check(c);
}

}  // namespace

TEST_CASE("A sampler is a value, as large as its parameters") {
  using S = Sampler<Temperature, TopK, TopP>;
  CHECK(std::is_trivially_copyable_v<S>);
  CHECK(sizeof(S) == sizeof(Temperature) + sizeof(TopK) + sizeof(TopP));
}

TEST_CASE("A row with a NaN or with plus infinity gives no token but a fault") {
  for (const float bad : {not_a_number, -not_a_number, endless}) {
    for (const std::size_t place : {0u, 3u, 600u, 999u}) {
      std::vector<float> logits(1000, 0.5f);
      logits[7] = 30.0f;  // a clear winner does not hide it
      logits[place] = bad;
      on_every_backend(logits, [](auto& row) {
        CHECK(Sampler{Greedy{}}(row).fault == Fault::invalid_logit);
        CHECK(Sampler{Temperature{0.8f}, TopK{5}, TopP{0.9f}}(row).fault == Fault::invalid_logit);
        CHECK(Sampler{Temperature{0.8f}}(row).token == -1);
        CHECK(Sampler{TopK{5}}.distribution(row).fault() == Fault::invalid_logit);
      });
    }
  }
}

TEST_CASE("A row without a token to draw gives no token but a fault") {
  on_every_backend(std::vector<float>(100, masked), [](auto& row) {
    CHECK(Sampler{Greedy{}}(row).fault == Fault::all_masked);
    CHECK(Sampler{TopP{0.9f}}(row).fault == Fault::all_masked);
    CHECK(Sampler<>().distribution(row).fault() == Fault::all_masked);
  });
  CHECK(std::string(sentence_of(Fault::all_masked)).find("masked") != std::string::npos);
}

TEST_CASE("The distribution is what is drawn from: kept tokens, probabilities, log-probabilities") {
  const std::vector<float> logits = {std::log(0.5f), masked, std::log(0.3f), std::log(0.15f),
                                     std::log(0.05f)};
  on_every_backend(logits, [](auto& row) {
    const Distribution all = Sampler{TopP{0.79f}}.distribution(row);
    REQUIRE(all.kept().size() == 2);
    CHECK(all.kept()[1].id == 2);
    CHECK(all.kept()[0].probability == Approx(0.625).epsilon(1e-5));
    CHECK(all.log_probability(2) == Approx(std::log(0.375)).epsilon(1e-5));
    CHECK(all.log_probability(4) == -HUGE_VAL);
    CHECK(Sampler<>().distribution(row).log_probability(4) == Approx(std::log(0.05)).epsilon(1e-5));
    CHECK(Sampler{Greedy{}}.distribution(row).kept().size() == 1);
  });
}

TEST_CASE("What a sampler keeps can be collected without its draw, in the order of ids") {
  const std::vector<float> logits = {1, masked, 4, 2, 3};
  on_every_backend(logits, [](auto& row) {
    std::vector<TokenId> ids;
    std::vector<double> kept;
    const auto sink = [&](TokenId id, double logit) { ids.push_back(id), kept.push_back(logit); };
    CHECK(Sampler{Temperature{0.5f}, TopK{2}, Greedy{}}.collect(row, sink) == Fault::none);
    CHECK(ids == std::vector<TokenId>{2, 4});
    CHECK(kept == std::vector<double>{8, 6});
    ids.clear();
    CHECK(Sampler{Greedy{}}.collect(row, sink) == Fault::none);
    CHECK(ids == std::vector<TokenId>{0, 2, 3, 4});
  });
  on_every_backend(std::vector<float>{1, not_a_number}, [](auto& row) {
    CHECK(Sampler<>().collect(row, [](TokenId, double) {}) == Fault::invalid_logit);
  });
}

TEST_CASE("The choice says how surprising it was") {
  const std::vector<float> logits = {0, 1, 2, 3};
  on_every_backend(logits, [](auto& row) {
    const Sampler sampler{Temperature{0.7f}};
    const Choice choice = sampler(row);
    CHECK(choice.surprise ==
          Approx(-sampler.distribution(row).log_probability(choice.token)).epsilon(1e-5));
  });
}

TEST_CASE("A row can be drawn from again, and rows beside each other do not mix") {
  const std::vector<float> logits = {0, 5, 1, 2}, others = {9, 0, 0, 0};
  const std::vector<Occurrence> few = {{1, 0, 0, masked, {}}};
  simd::RowOf banned(logits, {1, 1}, {.few = few}), plain(logits, {1, 1}), other(others, {1, 1});
  CHECK(Sampler{Greedy{}}(plain).token == 1);
  CHECK(Sampler{Greedy{}}(other).token == 0);
  CHECK(Sampler{Greedy{}}(banned).token == 3);
  CHECK(Sampler{Greedy{}}(banned).token == 3);
  CHECK(Sampler{Greedy{}}(plain).token == 1);
}

TEST_CASE("A policy that learns sees each choice, and none where there was a fault") {
  std::vector<float> logits = {0, 1, 2};
  Sampler sampler{Mirostat{2.0f, 0.5f, 4.0f}};
  simd::RowOf row(logits, {3, 0});
  const Choice first = sampler(row);
  CHECK(first.fault == Fault::none);
  CHECK(first.surprise > 0);
}
