// The fused backend's code, run by host threads around barriers: what blocks and clusters of a GPU do.
#include <tamis/backends/team.hpp>

#include <atomic>
#include <mutex>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/policies/xtc.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>

#include "agree/agree.hpp"
#include "catch.hpp"
#include "host_teams.hpp"

using namespace tamis;
using host_teams::Shape;

namespace {

/// Room for so few that most rows are too long for it, so that every way of finding a cut is gone.
using Small = team::BasicShared<64, 64>;

/// How many threads of a team draw otherwise than simd from rows of every kind.
template <class Memory, class S>
int disagreements(Shape shape, const S& sampler, std::size_t size, bool resident = false) {
  int differ = 0;
  std::uint64_t step = size;
  for (const testing::RowKind kind : testing::row_kinds) {
    agree::Case c(kind, ++step, size);
    if (step % 5 == 0) c.logits[size / 2] = -masked;  // plus infinity: every thread must hear of it
    simd::RowOf simd_row(c.logits, c.stream, c.facts());
    S simd_sampler = sampler;
    const Choice want = simd_sampler(simd_row);
    std::mutex mutex;
    std::vector<std::vector<float>> rooms(static_cast<std::size_t>(shape.blocks), std::vector<float>(size));
    std::vector<std::vector<std::uint32_t>> bits(static_cast<std::size_t>(shape.blocks), std::vector<std::uint32_t>(size / 32 + 1));
    host_teams::run<Memory>(shape, [&](auto thread) {
      team::Room<float> room;
      if (resident) {
        const auto b = static_cast<std::size_t>(thread.block());
        room = {rooms[b].data(), static_cast<int>(size), bits[b].data(), static_cast<int>(size)};
      }
      team::RowOf<decltype(thread), float, Memory> row(thread, thread.memory(), c.logits.data(), static_cast<int>(size),
                                                       c.stream, c.facts(), room);
      S mine = sampler;
      const Choice got = mine(row);
      const std::lock_guard lock(mutex);
      differ += !agree::same(got, want);
    });
  }
  return differ;
}

/// The same of several chains, each of which goes its own way.
template <class Memory>
int disagreements_of_chains(Shape shape, std::size_t size, bool resident = false) {
  const auto of = [&](const auto& sampler) { return disagreements<Memory>(shape, sampler, size, resident); };
  return of(Sampler{Greedy{}}) + of(Sampler{RepetitionPenalty{1.3f}, Temperature{0.8f}, TopK{50}, TopP{0.9f}}) +
         of(Sampler{TopP{0.9f}}) + of(Sampler{TypicalP{0.5f}}) + of(Sampler{TopNSigma{1.0f}}) + of(Sampler{Temperature{0.5f}, Xtc{0.01f, 0.5f}}) +
         of(Sampler{TopK{7, Ties::least_id}, GumbelMax{}}) + of(Sampler{Temperature{1.3f}}) + of(Sampler{TopK{2}, MinP{0.1f}});
}

/// Takes tokens from any thread.
struct Anyhow {
  using any_order = void;
  std::vector<float>& left;
  void operator()(TokenId id, float z) { std::atomic_ref(left[static_cast<std::size_t>(id)]).store(z); }
};

}  // namespace

TEST_CASE("A team of one draws what simd draws, however little it can gather") {
  for (const std::size_t size : {1u, 63u, 65u, 997u, 5000u}) {
    CHECK(disagreements_of_chains<team::Shared>({}, size) == 0);
    CHECK(disagreements_of_chains<Small>({}, size) == 0);
    CHECK(disagreements_of_chains<Small>({}, size, true) == 0);
  }
}

TEST_CASE("Four threads draw what simd draws, as warps, as lanes, and as blocks of a cluster") {
  for (const Shape shape : {Shape{1, 4, 1}, Shape{1, 1, 4}, Shape{1, 2, 2}, Shape{2, 2, 1}, Shape{4, 1, 1}}) {
    CAPTURE(shape.blocks, shape.warps, shape.lanes);
    CHECK(disagreements_of_chains<Small>(shape, 997) == 0);
    CHECK(disagreements_of_chains<Small>(shape, 997, true) == 0);
  }
}

TEST_CASE("A cluster of blocks of warps of lanes draws what simd draws") {
  CHECK(disagreements_of_chains<team::Shared>({2, 2, 2}, 130) == 0);
  CHECK(disagreements_of_chains<team::Shared>({2, 2, 2}, 20000, true) == 0);
}

TEST_CASE("A cluster whose last blocks have few tokens or none draws what simd draws") {
  // A block that decided by its own tokens would go another way than the others, and these would wait for it for ever.
  for (const std::size_t size : {1u, 130u, 300u, 997u}) {
    CAPTURE(size);
    CHECK(disagreements_of_chains<Small>({8, 1, 1}, size) == 0);
    CHECK(disagreements_of_chains<Small>({8, 1, 1}, size, true) == 0);
  }
}

TEST_CASE("What is left is handed over by all threads in any order as by one in that of ids") {
  const Sampler sampler{RepetitionPenalty{1.3f}, TopK{40}, MinP{0.01f}};
  for (const std::size_t size : {50u, 997u}) {
    const agree::Case c(testing::RowKind::normal, 5, size);
    std::vector<float> want(size, masked), got = want;
    simd::RowOf simd_row(c.logits, c.stream, c.facts());
    REQUIRE(sampler.collect(simd_row, [&](TokenId id, double z) { want[static_cast<std::size_t>(id)] = static_cast<float>(z); }) == Fault::none);
    host_teams::run<Small>({2, 2, 1}, [&](auto thread) {
      team::RowOf<decltype(thread), float, Small> row(thread, thread.memory(), c.logits.data(), static_cast<int>(size), c.stream, c.facts());
      Anyhow sink{got};
      sampler.collect(row, sink);
    });
    CHECK(got == want);
  }
}

TEST_CASE("The greatest vocabulary is drawn from by a cluster as by simd") {
  const auto size = std::size_t{1} << 18;
  for (const testing::RowKind kind : {testing::RowKind::normal, testing::RowKind::all_equal, testing::RowKind::normal_narrow}) {
    const agree::Case c(kind, 4, size);
    simd::RowOf simd_row(c.logits, c.stream, c.facts());
    const Sampler sampler{Temperature{0.9f}, TopP{0.95f}};
    const Choice want = sampler(simd_row);
    host_teams::run<team::Shared>({2, 2, 1}, [&](auto thread) {
      team::RowOf<decltype(thread)> row(thread, thread.memory(), c.logits.data(), static_cast<int>(size), c.stream, c.facts());
      const Choice got = sampler(row);
      if (!agree::same(got, want)) FAIL_CHECK("another token, by thread " << thread.thread());
    });
  }
}
