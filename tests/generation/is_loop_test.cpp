#include <tamis/generation/is_loop.hpp>

#include <cstdint>
#include <tamis/core/philox.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

TEST_CASE("A block more than so many times in a row is a loop") {
  CHECK_FALSE(is_loop(Tokens{5, 5, 5}, 1, 3));
  CHECK(is_loop(Tokens{5, 5, 5, 5}, 1, 3));
  CHECK(is_loop(Tokens{9, 1, 2, 1, 2, 1, 2}, 2, 2));
  CHECK_FALSE(is_loop(Tokens{9, 1, 2, 1, 2, 1, 2}, 1, 2));
  CHECK_FALSE(is_loop(Tokens{9, 1, 2, 1, 2, 1, 2, 3}, 2, 2));
  CHECK_FALSE(is_loop(Tokens{1, 2, 7, 1, 2, 1, 2}, 2, 2));
  CHECK(is_loop(Tokens{1, 2, 3, 1, 2, 3}, 9, 1));
  CHECK_FALSE(is_loop(Tokens{}, 9, 1));
  CHECK_FALSE(is_loop(Tokens{1, 1, 1, 1}, 0, 1));
}

TEST_CASE("What is a loop is what counting the blocks says") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Tokens tokens(seed % 17);
    for (std::size_t i = 0; i < tokens.size(); ++i)
      tokens[i] = Stream{seed, i}.uniform(0, 0) < 0.7f ? 0 : 1;
    for (const std::size_t longest : {1u, 2u, 5u})
      for (const std::size_t repeats : {1u, 2u, 4u}) {
        bool expected = false;
        for (std::size_t block = 1; block <= longest; ++block) {
          std::size_t equal = 0;  // tokens from the end that are what is a block before them
          while (equal + block < tokens.size() &&
                 tokens[tokens.size() - 1 - equal] == tokens[tokens.size() - 1 - equal - block])
            ++equal;
          expected = expected || equal / block + 1 > repeats;
        }
        CHECK(is_loop(tokens, longest, repeats) == expected);
      }
  }
}
