// The fused backend's code, run by host threads around a barrier: what a thread block does.
#include <tamis/backends/team.hpp>

#include <atomic>
#include <barrier>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/policies/xtc.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

struct Threads {
  int me, n;
  std::barrier<>* barrier;

  int rank() const { return me; }
  int size() const { return n; }
  void sync() const { barrier->arrive_and_wait(); }
  void add(std::uint64_t* sum, std::uint64_t x) const {
    std::atomic_ref(*sum).fetch_add(x, std::memory_order_relaxed);
  }
  void max(auto* most, auto x) const {
    std::atomic_ref ref(*most);
    for (auto seen = ref.load(); seen < x && !ref.compare_exchange_weak(seen, x);) {
    }
  }
};

/// How many of the four threads' choices are not that of a team of one.
template <class S>
int disagreements(S sampler) {
  constexpr int n = 4;
  int differ = 0;
  std::uint64_t step = 0;
  for (const testing::RowKind kind : testing::row_kinds) {
    auto logits = testing::make_row(kind, ++step, 997);
    if (step % 5 == 0) logits[500] = -masked;  // plus infinity: every thread must hear of it
    const std::vector<Occurrence> few = {{3, 1, 0, 0, {}}, {600, 2, 1, 0.5f, {}}};
    team::Shared shared{};
    team::RowOf solo(team::Solo{}, shared, logits.data(), 997, Stream{9, step}, Facts{.few = few});
    const Choice want = sampler(solo);
    std::barrier barrier(n);
    team::Shared together{};
    Choice choices[n];
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < n; ++i)
        threads.emplace_back([&, i] {
          team::RowOf<Threads> row({i, n, &barrier}, together, logits.data(), 997, {9, step},
                                   {.few = few});
          choices[i] = sampler(row);
        });
    }
    for (const Choice& c : choices) {
      differ += c.token != want.token || c.fault != want.fault || c.surprise != want.surprise;
    }
  }
  return differ;
}

}  // namespace

TEST_CASE("A team of four threads draws what a team of one draws") {
  CHECK(disagreements(Sampler{Greedy{}}) == 0);
  CHECK(disagreements(Sampler{RepetitionPenalty{1.3f}, Temperature{0.8f}, TopK{50}, TopP{0.9f}}) ==
        0);
  CHECK(disagreements(Sampler{TypicalP{0.5f}}) == 0);
  CHECK(disagreements(Sampler{TopNSigma{1.0f}, Xtc{0.01f, 0.5f}}) == 0);
  CHECK(disagreements(Sampler{TopK{7, Ties::least_id}, GumbelMax{}}) == 0);
}
