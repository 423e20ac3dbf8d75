#include <tamis/sharded/counting_communicator.hpp>

#include <array>
#include <tamis/sharded/thread_communicator.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::sharded;

static_assert(Communicator<CountingCommunicator<ThreadCommunicator>>);

TEST_CASE("Operations are counted, and the bytes that this rank gives to them") {
  ThreadCommunicator::Group group(1);
  ThreadCommunicator alone(group, 0);
  CountingCommunicator counting(alone);
  std::array<std::uint64_t, 3> numbers{1, 2, 3};
  std::array<std::byte, 5> mine{}, all{};
  REQUIRE(counting.all_reduce(numbers, Reduction::sum));
  REQUIRE(counting.all_gather(mine, all));
  REQUIRE(counting.barrier());
  CHECK(counting.rounds() == 3);
  CHECK(counting.bytes() == 29);
  CHECK(numbers == std::array<std::uint64_t, 3>{1, 2, 3});
  counting.reset();
  CHECK(counting.rounds() + counting.bytes() == 0);
}
