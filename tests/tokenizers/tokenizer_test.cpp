#include <string>
#include <tamis/tokenizers/tokenizer.hpp>

#include "catch.hpp"

using namespace tamis;

/// The least that a tokenizer must have: a token is a byte.
struct Bytes {
  TokenId vocab_size() const { return 256; }
  std::vector<TokenId> encode(std::string_view text, EncodeOptions = {}) const {
    std::vector<TokenId> ids;
    for (const char byte : text) ids.push_back(static_cast<unsigned char>(byte));
    return ids;
  }
  Result<std::string> decode(std::span<const TokenId> ids, DecodeOptions = {}) const {
    std::string text;
    for (const TokenId id : ids) text += bytes(id);
    return text;
  }
  std::string_view bytes(TokenId id) const {
    return std::string_view(all).substr(static_cast<std::size_t>(id), 1);
  }
  bool is_special(TokenId) const { return false; }
  const SpecialTokens& special() const { return none; }

  std::string all = [] {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    return all;
  }();
  SpecialTokens none;
};

struct WithoutBytes : Bytes {
  void bytes(TokenId) const = delete;
};

static_assert(Tokenizer<Bytes>);
static_assert(!Tokenizer<WithoutBytes>);
static_assert(!Tokenizer<int>);

TEST_CASE("A tokenizer without special tokens says so") {
  const Bytes bytes;
  CHECK(bytes.special().end == -1);
  CHECK(bytes.special().ends.empty());
  CHECK_FALSE(bytes.special().needs_begin);
  CHECK(*bytes.decode(bytes.encode("ab")) == "ab");
}
