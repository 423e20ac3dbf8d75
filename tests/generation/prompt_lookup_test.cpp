#include <tamis/generation/prompt_lookup.hpp>

#include <tamis/generation/draft.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

static Tokens guess(PromptLookup& lookup, const Tokens& tokens, std::size_t count) {
  const Draft draft = lookup.draft(Sequence(tokens), 0, count, Acceptance::rejection);
  CHECK(draft.distributions.empty());  // its tokens are certain
  return draft.tokens;
}
static Tokens guess(const Tokens& tokens, std::size_t count, std::size_t least = 2) {
  PromptLookup lookup(least);
  return guess(lookup, tokens, count);
}

static_assert(Drafter<PromptLookup, int>);

TEST_CASE("Prompt lookup drafts what followed the last tokens before") {
  CHECK(guess({1, 2, 3, 4, 9, 1, 2}, 2) == Tokens{3, 4});
  CHECK(guess({1, 2, 3, 4, 9, 1, 2}, 9) == Tokens{3, 4, 9, 1, 2, 3, 4, 9, 1});
  CHECK(guess({1, 2, 3, 4, 9, 1, 2}, 0).empty());
}

TEST_CASE("Prompt lookup takes the longest match, not the latest") {
  CHECK(guess({5, 1, 2, 7, 6, 1, 2, 8, 5, 1, 2}, 1) == Tokens{7});
  CHECK(guess({5, 1, 2, 7, 6, 1, 2, 8, 6, 1, 2}, 1) == Tokens{8});
}

TEST_CASE("Prompt lookup drafts nothing where fewer tokens match than it requires") {
  const Tokens once{1, 2, 3, 9, 2};
  CHECK(guess(once, 3).empty());
  CHECK(guess(once, 3, 1) == Tokens{3, 9, 2});
  CHECK(guess({1, 2, 3, 4, 5}, 3, 1).empty());
  CHECK(guess({1, 2, 3, 9, 1, 2}, 1, 3).empty());
  CHECK(guess({4}, 3, 0).empty());
}

TEST_CASE("Prompt lookup goes round a loop") {
  CHECK(guess({7, 7, 7}, 3) == Tokens{7, 7, 7});
  CHECK(guess({1, 2, 1, 2, 1, 2}, 5) == Tokens{1, 2, 1, 2, 1});
}

TEST_CASE("Prompt lookup follows a sequence that grows, that goes back, and that is another") {
  PromptLookup lookup;
  CHECK(guess(lookup, {1, 2, 3, 4}, 1).empty());
  CHECK(guess(lookup, {1, 2, 3, 4, 1, 2}, 2) == Tokens{3, 4});
  CHECK(guess(lookup, {1, 2, 3, 2, 3}, 2) == Tokens{2, 3});
  CHECK(guess(lookup, {8, 9, 5, 8, 9}, 1) == Tokens{5});
}
