/// \file c10d_communicator_test.cpp
/// On a backend written here, over threads: that of Gloo is in the library, but no header of the
/// package says how it is made.

#include <tamis/sharded/c10d_communicator.hpp>
#include <torch/csrc/distributed/c10d/Backend.hpp>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <tamis/sharded/draw.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "ranks.hpp"

using namespace tamis;
using sharded::ThreadCommunicator;
using Communicator = sharded::C10dCommunicator<c10d::Backend>;
static_assert(sharded::Communicator<Communicator>);

namespace {

/// Work that is done when it is handed out.
struct Done : c10d::Work {
  bool wait(std::chrono::milliseconds) override { return true; }
};

/// A backend over the threads of a group, of tensors on the CPU.
class Threads : public c10d::Backend {
 public:
  explicit Threads(ThreadCommunicator& other)
      : Backend(other.rank(), other.size()), other_(other) {}

  c10::intrusive_ptr<c10d::Work> allgather(std::vector<std::vector<at::Tensor>>& taken,
                                           std::vector<at::Tensor>& given,
                                           const c10d::AllgatherOptions&) override {
    std::vector<std::byte> all(given[0].nbytes() * taken[0].size());
    must(other_.all_gather({static_cast<const std::byte*>(given[0].data_ptr()), given[0].nbytes()},
                           all));
    for (std::size_t r = 0; r < taken[0].size(); ++r)
      std::memcpy(taken[0][r].data_ptr(), all.data() + r * given[0].nbytes(), given[0].nbytes());
    return c10::make_intrusive<Done>();
  }

  c10::intrusive_ptr<c10d::Work> allreduce(std::vector<at::Tensor>& tensors,
                                           const c10d::AllreduceOptions& options) override {
    const auto n = static_cast<std::size_t>(tensors[0].numel());
    auto* numbers = tensors[0].data_ptr<std::int64_t>();
    std::vector<std::int64_t> all(n * static_cast<std::size_t>(getSize()));
    must(other_.all_gather(std::as_bytes(std::span(numbers, n)),
                           std::as_writable_bytes(std::span(all))));
    for (std::size_t i = 0; i < n; ++i) {
      numbers[i] = all[i];
      for (std::size_t at = i + n; at < all.size(); at += n) {
        const auto sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(numbers[i]) +
                                                   static_cast<std::uint64_t>(all[at]));
        numbers[i] = options.reduceOp == c10d::ReduceOp::SUM ? sum : std::max(numbers[i], all[at]);
      }
    }
    return c10::make_intrusive<Done>();
  }

  c10::intrusive_ptr<c10d::Work> barrier(const c10d::BarrierOptions&) override {
    must(other_.barrier());
    return c10::make_intrusive<Done>();
  }

 private:
  static void must(const Result<void>& result) {
    if (!result) throw std::runtime_error(result.error().message + "\nframe #0: somewhere");
  }

  ThreadCommunicator& other_;
};

Communicator on(ThreadCommunicator& other) {
  return Communicator(c10::intrusive_ptr<c10d::Backend>(c10::make_intrusive<Threads>(other)));
}

}  // namespace

TEST_CASE("A process group of libtorch gathers, sums and takes maxima of numbers without a sign") {
  const auto right = ranks::on_each(3, [](ThreadCommunicator& threads) -> int {
    auto group = on(threads);
    const auto rank = static_cast<std::uint64_t>(group.rank());
    std::array<std::uint64_t, 3> all{};
    if (!group.all_gather(std::as_bytes(std::span(&rank, 1)),
                          std::as_writable_bytes(std::span(all))))
      return false;
    std::array<std::uint64_t, 2> sums{rank, std::uint64_t{1} << 63}, maxima{rank << 62, 5};
    if (!group.all_reduce(sums, sharded::Reduction::sum) ||
        !group.all_reduce(maxima, sharded::Reduction::max))
      return false;
    return group.barrier().has_value() && all == std::array<std::uint64_t, 3>{0, 1, 2} &&
           sums == std::array<std::uint64_t, 2>{3, std::uint64_t{1} << 63} &&
           maxima == std::array<std::uint64_t, 2>{std::uint64_t{2} << 62, 5};
  });
  CHECK(right == std::vector<int>{1, 1, 1});
}

TEST_CASE("A row shared through libtorch gives the token of one row") {
  const auto logits = testing::make_row(testing::RowKind::normal, 4, 5000);
  const Sampler sampler{Temperature{0.8f}, TopK{50}};
  simd::RowOf row(logits, Stream{1, 2});
  const TokenId wanted = sampler(row).token;
  const auto tokens = ranks::on_each(3, [&](ThreadCommunicator& threads) {
    auto group = on(threads);
    auto shard = sharded::Shard<Communicator>::even(group, 5000);
    if (!shard) return -2;
    const auto part = std::span(logits).subspan(static_cast<std::size_t>(shard->first()),
                                                static_cast<std::size_t>(shard->count()));
    return sharded::draw(*shard, sampler, part, Stream{1, 2}).value_or({}).token;
  });
  CHECK(tokens == std::vector<TokenId>{wanted, wanted, wanted});
}

TEST_CASE("What a process group throws is an error of one line, and nothing works after it") {
  ThreadCommunicator::Group group(2);
  group.fail();
  ThreadCommunicator threads(group, 1);
  auto failed = on(threads);
  CHECK(failed.barrier().error().message ==
        "barrier failed at rank 1 of 2: rank 1 of 2 was left alone at a barrier: another thread "
        "has failed, or did not come in time");
  std::array<std::uint64_t, 1> numbers{7};
  CHECK(failed.all_reduce(numbers, sharded::Reduction::sum).error().message ==
        "allreduce failed at rank 1 of 2: another operation has failed before");
  CHECK(numbers[0] == 7);
}
