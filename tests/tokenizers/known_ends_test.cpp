#include <array>
#include <string_view>
#include <tamis/tokenizers/known_ends.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Control tokens with a name that is known end a generation, each once and in order") {
  const std::array<std::string_view, 4> tokens{"<|im_end|>", "a", "<|eot_id|>", "<|end|>"};
  const std::array<std::int32_t, 4> kinds{3, 1, 3, 1};  // <|end|> is text like any other here
  BpeParts parts;
  parts.tokens = tokens;
  parts.kinds = kinds;
  SpecialTokens special;
  special.ends = {2, 1};
  detail::add_known_ends(special, parts);
  CHECK(special.ends == std::vector<TokenId>{0, 1, 2});
}
