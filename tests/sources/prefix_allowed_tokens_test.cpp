#include <span>
#include <tamis/core/sequence.hpp>
#include <tamis/sources/prefix_allowed_tokens.hpp>
#include <tamis/sources/source.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("After each text only the tokens are allowed that the function names") {
  const auto next_two = [](std::span<const TokenId> tokens) {
    return std::vector<TokenId>{tokens.back() + 1, tokens.back() + 2};
  };
  PrefixAllowedTokens source(40, next_two);
  static_assert(Source<decltype(source)>);
  Sequence sequence(std::vector<TokenId>{30});
  source.push(sequence);
  const auto allowed = [&] {
    std::vector<TokenId> ids;
    for (TokenId id = 0; id < 40; ++id)
      if (sequence.facts().allows(id)) ids.push_back(id);
    return ids;
  };
  CHECK(allowed() == std::vector<TokenId>{31, 32});
  sequence.append(38);
  source.push(sequence);
  CHECK(allowed() == std::vector<TokenId>{39});
  sequence.append(39);
  source.push(sequence);
  CHECK(allowed().empty());
}
