#include <tamis/tokenizers/same_vocabulary.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

using namespace tamis;

struct Words {
  std::vector<std::string> words;
  TokenId vocab_size() const { return static_cast<TokenId>(words.size()); }
  std::string_view bytes(TokenId id) const { return words[static_cast<std::size_t>(id)]; }
};

TEST_CASE("Vocabularies are the same if each token is") {
  const Words words{{"a", "b", "c"}};
  CHECK(same_vocabulary(words, words, "big", "small"));
  CHECK(same_vocabulary(words, Words{{"a", "b"}}, "big", "small").error().message ==
        "small has another vocabulary than big: it has 2 tokens instead of 3; a draft model must "
        "have the same tokens");
  CHECK(same_vocabulary(words, Words{{"a", "x", "y"}}, "big", "small").error().message ==
        "small has another vocabulary than big: its token 1 is another; a draft model must have "
        "the same tokens");
}
