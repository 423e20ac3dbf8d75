#include <tamis/guided/vocabulary.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

const std::vector<std::string> tokens = {"b",    "ab",       "a",          "",       "abc", "a",
                                         "\xc3", "\xc3\xa9", "a\xc3\xa9!", "ad\xff", "</s>"};

}  // namespace

TEST_CASE("A vocabulary knows its tokens' bytes and its ends") {
  const Vocabulary v(tokens, {10});
  CHECK(v.bytes_of(4) == "abc");
  CHECK(v.longest() == 4);
  CHECK(v.size() == 11);
  CHECK(v.is_end(10));
  CHECK(v.present().contains(0xff));
  CHECK_FALSE(v.present().contains('z'));
}

TEST_CASE("Tokens that are too long, and ids outside of the vocabulary, match no text") {
  const Vocabulary v({"a", std::string(300, 'a')}, {7, -1, 1});
  CHECK(v.tree().ids().size() == 1);
  CHECK(v.bytes_of(1).empty());
  CHECK(v.bytes_of(-1).empty());
  CHECK(v.bytes_of(99).empty());
  CHECK((v.ends() == std::vector<TokenId>{1}));
}
