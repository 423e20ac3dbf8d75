/// \file mpi_communicator_test.cpp
/// Run by mpirun, on two processes and on four: each checks for itself.

#include <tamis/sharded/mpi_communicator.hpp>

#include <array>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>
#include <tamis/sharded/counting_communicator.hpp>
#include <tamis/sharded/draw.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"

using namespace tamis;
using sharded::MpiCommunicator;
using testing::RowKind;

namespace {

/// MPI, from the first test to the end of the program.
struct Mpi {
  Mpi() { MPI_Init(nullptr, nullptr); }
  ~Mpi() { MPI_Finalize(); }
};

Result<MpiCommunicator> all_processes(
    std::chrono::milliseconds patience = std::chrono::seconds(30)) {
  static const Mpi mpi;
  return MpiCommunicator::of(MPI_COMM_WORLD, patience);
}

}  // namespace

TEST_CASE("Processes gather, sum and take maxima") {
  auto world = all_processes();
  REQUIRE(world);
  const auto size = static_cast<std::uint64_t>(world->size()),
             rank = static_cast<std::uint64_t>(world->rank());
  std::vector<std::uint64_t> all(size);
  REQUIRE(world->all_gather(std::as_bytes(std::span(&rank, 1)),
                            std::as_writable_bytes(std::span(all))));
  for (std::uint64_t r = 0; r < size; ++r) CHECK(all[r] == r);
  std::array<std::uint64_t, 2> sums{rank, std::uint64_t{1} << 63}, maxima{rank, ~rank};
  REQUIRE(world->all_reduce(sums, sharded::Reduction::sum));
  REQUIRE(world->all_reduce(maxima, sharded::Reduction::max));
  CHECK(sums == std::array<std::uint64_t, 2>{size * (size - 1) / 2, size % 2 << 63});
  CHECK(maxima == std::array<std::uint64_t, 2>{size - 1, ~std::uint64_t{0}});
  CHECK(world->barrier());
}

TEST_CASE("Every process draws the token that one process draws") {
  auto world = all_processes();
  REQUIRE(world);
  sharded::CountingCommunicator counting(*world);
  constexpr int vocab_size = 32000;
  auto shard = sharded::Shard<decltype(counting)>::even(counting, vocab_size);
  REQUIRE(shard);
  Sampler usual{RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f}};
  Sampler untruncated{Temperature{0.8f}};
  for (std::uint64_t step = 0; step < 50; ++step) {
    const auto logits =
        testing::make_row(testing::row_kinds[step % testing::row_kinds.size()], step, vocab_size);
    const std::vector<Occurrence> few = {{7, 1, 0, 0, {}}, {31999, 0, 3, 1.5f, {}}};
    const auto part = std::span(logits).subspan(static_cast<std::size_t>(shard->first()),
                                                static_cast<std::size_t>(shard->count()));
    const auto check = [&](auto& sampler) {
      simd::RowOf row(logits, Stream{8, step}, Facts{.few = few});
      const Choice wanted = sampler(row);
      const auto got = sharded::draw(*shard, sampler, part, Stream{8, step}, Facts{.few = few});
      REQUIRE(got);
      CHECK(got->token == wanted.token);
      CHECK(got->logit == wanted.logit);
    };
    check(usual);
    check(untruncated);
  }
  const auto logits = testing::make_row(RowKind::normal, 1, vocab_size);
  counting.reset();
  REQUIRE(sharded::draw(*shard, usual,
                        std::span(logits).subspan(static_cast<std::size_t>(shard->first()),
                                                  static_cast<std::size_t>(shard->count())),
                        Stream{}));
  CHECK(counting.rounds() == 1);
  CHECK(counting.bytes() == 1048);
}

TEST_CASE("A process that does not come is an error for the others, after the time that was said") {
  auto world = all_processes(std::chrono::milliseconds(200));
  REQUIRE(world);
  if (world->rank() != 0) {
    const auto result = world->barrier();
    REQUIRE_FALSE(result);
    CHECK(result.error().message == "rank " + std::to_string(world->rank()) + " of " +
                                        std::to_string(world->size()) +
                                        " waited 200 ms for the others at MPI_Ibarrier");
    CHECK_FALSE(world->barrier());
  }
  auto after = all_processes();  // the program's own communicator is as it was
  REQUIRE(after);
  CHECK(after->barrier());
}
