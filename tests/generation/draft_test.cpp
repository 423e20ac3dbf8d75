#include <tamis/generation/draft.hpp>

#include <tamis/generation/prompt_lookup.hpp>

#include "catch.hpp"

using namespace tamis;

/// What a user may write: the same token again.
struct Again {
  template <class S>
  Draft draft(const Sequence& sequence, const S&, std::size_t count, Acceptance) {
    return {std::vector<TokenId>(count, sequence.tokens().back()), {}};
  }
};
struct Silent {};

static_assert(Drafter<Again, int> && Drafter<PromptLookup, int>);
static_assert(!Drafter<Silent, int>);

TEST_CASE("A drafter needs one function") {
  const std::vector<TokenId> tokens{1, 2};
  CHECK(Again().draft(Sequence(tokens), 0, 3, Acceptance::shared_noise).tokens ==
        std::vector<TokenId>{2, 2, 2});
}
