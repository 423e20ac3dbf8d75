#include <tamis/generation/no_tokenizer.hpp>

#include "catch.hpp"

TEST_CASE("No tokenizer makes no text") {
  constexpr tamis::NoTokenizer none;
  CHECK(none.bytes(3).empty());
  CHECK_FALSE(none.is_special(3));
}
