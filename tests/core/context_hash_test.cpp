#include <tamis/core/context_hash.hpp>

#include <bit>
#include <set>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using Ids = std::vector<TokenId>;

TEST_CASE("The hash of a context follows from the key, the tokens and their order") {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t key : {0u, 1u, 7u}) {
    for (const Ids& context :
         {Ids{}, Ids{0}, Ids{1}, Ids{0, 1}, Ids{1, 0}, Ids{0, 0}, Ids{1, 0, 0}}) {
      CHECK(context_hash(key, context) == context_hash(key, context));
      seen.insert(context_hash(key, context));
    }
  }
  CHECK(seen.size() == 20);  // without tokens, the keys 0 and 1 are 1 both
  CHECK_FALSE(seen.contains(0));
}

TEST_CASE("The hash of a context is the same on every machine") {
  CHECK(context_hash(42, Ids{1, 2, 3}) == 0x9cb4db7e720ffa23u);
}

TEST_CASE("Another token in the context turns half of the bits of its hash") {
  int turned = 0;
  for (TokenId id = 0; id < 1000; ++id)
    turned += std::popcount(context_hash(5, Ids{id, 9}) ^ context_hash(5, Ids{id + 1, 9}));
  CHECK(turned == Approx(32000).margin(5 * 127));  // of 64,000 fair coins
}
