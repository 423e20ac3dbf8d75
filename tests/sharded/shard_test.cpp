#include <tamis/sharded/shard.hpp>

#include <string>

#include "catch.hpp"
#include "ranks.hpp"

using namespace tamis;
using sharded::ThreadCommunicator;
using Shard = sharded::Shard<ThreadCommunicator>;

TEST_CASE("Even shards have each token once, and differ in size by one at most") {
  for (const int size : {1, 3, 8}) {
    const auto parts = ranks::on_each(size, [](ThreadCommunicator& c) {
      const auto shard = Shard::even(c, 1003);
      return shard && shard->vocab_size() == 1003 ? std::pair{shard->first(), shard->count()}
                                                  : std::pair{-1, -1};
    });
    int end = 0;
    for (const auto& [first, count] : parts) {
      CHECK(first == end);
      CHECK(count - 1003 / size <= 1);
      CHECK(count - 1003 / size >= 0);
      end = first + count;
    }
    CHECK(end == 1003);
  }
}

TEST_CASE("Shards that do not make up a vocabulary are refused on every rank, in the same words") {
  const auto said = [](auto first, auto count) {
    const auto messages = ranks::on_each(2, [&](ThreadCommunicator& c) {
      const auto shard = Shard::of(c, first[c.rank()], count[c.rank()]);
      return shard ? std::string() : shard.error().message;
    });
    CHECK(messages[0] == messages[1]);
    return messages[0];
  };
  using Two = std::array<int, 2>;
  CHECK(said(Two{0, 10}, Two{10, 5}).empty());
  CHECK(said(Two{0, 10}, Two{10, 0}).empty());
  CHECK(said(Two{0, 9}, Two{10, 5}) ==
        "rank 1 has 5 tokens from id 9 on; it must have those from 10 on, where the rank before it "
        "ends");
  CHECK(said(Two{0, 10}, Two{10, -5}) ==
        "rank 1 has -5 tokens from id 10 on; it must have those from 10 on, where the rank before "
        "it ends");
  CHECK(said(Two{0, 0}, Two{0, 0}) ==
        "the shards have 0 tokens together; they must have 1 to 16777216");
  CHECK(said(Two{0, 1 << 24}, Two{1 << 24, 1}) ==
        "the shards have 16777217 tokens together; they must have 1 to 16777216");
}
