#include <tamis/sharded/thread_communicator.hpp>

#include <array>
#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "catch.hpp"
#include "ranks.hpp"

using namespace tamis;
using sharded::Reduction;
using sharded::ThreadCommunicator;

TEST_CASE("Every rank gets what every rank gave, in their order") {
  for (const int size : {1, 2, 5}) {
    const auto gathered = ranks::on_each(size, [](ThreadCommunicator& c) {
      std::vector<int> all(static_cast<std::size_t>(c.size()), -1);
      for (int round = 0; round < 100; ++round) {
        const int mine = 10 * c.rank() + round;
        if (!c.all_gather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(all))))
          return std::vector<int>();
      }
      return all;
    });
    std::vector<int> expected;
    for (int r = 0; r < size; ++r) expected.push_back(10 * r + 99);
    for (const auto& all : gathered) CHECK(all == expected);
  }
}

TEST_CASE("Sums are those modulo 2^64, and maxima those of all ranks") {
  using Numbers = std::array<std::uint64_t, 4>;
  const auto reduced = ranks::on_each(3, [](ThreadCommunicator& c) {
    const auto rank = static_cast<std::uint64_t>(c.rank());
    Numbers sums{rank, 1, std::uint64_t{1} << 63, 7}, maxima{rank, 5 - rank, ~rank, 0};
    const bool done =
        c.all_reduce(sums, Reduction::sum) && c.all_reduce(maxima, Reduction::max) && c.barrier();
    return done ? std::pair{sums, maxima} : std::pair<Numbers, Numbers>();
  });
  for (const auto& [sums, maxima] : reduced) {
    CHECK(sums == Numbers{3, 3, std::uint64_t{1} << 63, 21});
    CHECK(maxima == Numbers{2, 5, ~std::uint64_t{0}, 0});
  }
}

TEST_CASE("Where the ranks give different lengths, all of them get an error") {
  const auto messages = ranks::on_each(3, [](ThreadCommunicator& c) {
    std::vector<std::byte> mine(c.rank() == 1 ? 8 : 4), all(24);
    const auto result = c.all_gather(mine, all);
    return result ? std::string() : result.error().message;
  });
  int says_why = 0;
  for (const std::string& message : messages) {
    CHECK_FALSE(message.empty());
    says_why += message.find("every rank must draw the same row with the same sampler") !=
                std::string::npos;
  }
  CHECK(says_why > 0);
}

TEST_CASE(
    "A rank that does not come is waited for no longer than was said, and then nothing works") {
  ThreadCommunicator::Group group(2, std::chrono::milliseconds(20));
  ThreadCommunicator alone(group, 1);
  const auto start = std::chrono::steady_clock::now();
  const auto result = alone.barrier();
  REQUIRE_FALSE(result);
  CHECK(result.error().message ==
        "rank 1 of 2 was left alone at a barrier: another thread has failed, or did not come in "
        "time");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  CHECK_FALSE(ThreadCommunicator(group, 0).barrier());
}
