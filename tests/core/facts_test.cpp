#include <tamis/core/facts.hpp>

#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Facts find a token among the few, and know nothing of the others") {
  std::vector<Occurrence> few;
  for (TokenId id = 3; id < 60; id += 7)
    few.push_back({id, static_cast<std::uint32_t>(id), 1, -2, {4, 5, 6}});
  for (std::size_t size = 0; size <= few.size(); ++size) {
    const Facts facts{.few = std::span(few).first(size)};
    for (TokenId id = 0; id < 70; ++id) {
      const bool listed = id % 7 == 3 && id < 3 + 7 * static_cast<TokenId>(size);
      const Occurrence expected =
          listed ? few[static_cast<std::size_t>(id / 7)] : Occurrence{id, 0, 0, 0, {}};
      CHECK(facts.of(id) == expected);
    }
  }
}

TEST_CASE("Facts allow everything, unless told otherwise by a bit a token") {
  CHECK(Facts{}.allows(1000));
  const std::uint32_t words[] = {0x80000001u, 0x2u};
  const Facts facts{.allowed = words};
  for (TokenId id = 0; id < 64; ++id) CHECK(facts.allows(id) == (id == 0 || id == 31 || id == 33));
}

static_assert(Facts{}.of(5) == Occurrence{5, 0, 0, 0, {}});
