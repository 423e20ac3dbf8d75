#include <tamis/generation/forced_text.hpp>

#include <string>
#include <vector>

#include "catch.hpp"
#include "longest_pieces.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

namespace {

const LongestPieces pieces{{"a", "b", "ab", "abc", "c", "d"}};  // ids 0 to 5

/// Forces these bytes behind every token.
struct Forces {
  std::string bytes;
  void push(Sequence&) const {}
  std::string forced_bytes(const Sequence&) const { return bytes; }
};

Tokens forced_after(Tokens before, TokenId token, std::string bytes) {
  Sequence sequence(before);
  Forces source{std::move(bytes)};
  return with_forced_text(pieces, sequence, source, token);
}

}  // namespace

TEST_CASE("Forced text is cut as the tokenizer cuts it together with the token before it") {
  CHECK((forced_after({5}, 0, "bcd") == Tokens{3, 5}));
  CHECK((forced_after({5}, 1, "cd") == Tokens{1, 4, 5}));
  CHECK((forced_after({5}, 0, "") == Tokens{0}));
}

TEST_CASE("What stands before the token stays, whatever the tokenizer would make of it") {
  CHECK((forced_after({0}, 1, "cd") == Tokens{1, 4, 5}));  // abc would be one token
  CHECK((forced_after({0}, 1, "dab") == Tokens{1, 5, 2}));
}

TEST_CASE("What a source does not admit is left out") {
  struct Admits : Forces {
    std::size_t admits(const Sequence&, std::span<const TokenId> draft) const { return draft.size() < 1 ? 0 : 1; }
  };
  Sequence sequence(Tokens{5});
  Admits source;
  source.bytes = "bcd";
  CHECK((with_forced_text(pieces, sequence, source, 0) == Tokens{3}));
  CHECK(sequence.size() == 1);
}

TEST_CASE("Text may go on in one token if one that is allowed begins with it and is longer") {
  Sequence sequence(Tokens{5});
  sequence.set_allowed({0b1101});  // a, ab, abc
  CHECK(may_go_on_in_one(pieces, sequence, Tokens{0}));
  CHECK(may_go_on_in_one(pieces, sequence, Tokens{0, 1}));
  CHECK_FALSE(may_go_on_in_one(pieces, sequence, Tokens{3}));
  CHECK_FALSE(may_go_on_in_one(pieces, sequence, Tokens{4}));
}
