#pragma once

/// \file vocabulary.hpp
/// The bytes of all tokens as one tree: what a guide asks of a tokenizer.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "../tokenizers/tokenizer.hpp"
#include "byte_set.hpp"
#include "token_slices.hpp"
#include "token_tree.hpp"

namespace tamis::guided {

/// The tokens of a vocabulary by their bytes, for guides; made once a tokenizer, and shared.
///
/// Special tokens and tokens without bytes match no text. The end tokens come where a text may end.
class Vocabulary {
 public:
  static constexpr std::size_t longest_token = 255;  ///< longer ones match no text

  /// \param bytes  of each token; empty for those that match no text
  /// \param ends   the tokens that end a text
  Vocabulary(const std::vector<std::string>& bytes, std::vector<TokenId> ends)
      : size_(bytes.size()), ends_(std::move(ends)), offsets_(bytes.size() + 1) {
    std::vector<TokenId> order;
    std::size_t all = 0;
    for (const std::string& b : bytes) all += b.size();
    bytes_.reserve(all);
    for (std::size_t id = 0; id < size_; ++id) {
      const bool is_text = !bytes[id].empty() && bytes[id].size() <= longest_token;
      if (is_text) bytes_ += bytes[id];
      offsets_[id + 1] = bytes_.size();
      if (!is_text) continue;
      order.push_back(static_cast<TokenId>(id));
      longest_ = std::max(longest_, bytes[id].size());
      for (const char c : bytes[id]) present_.add(static_cast<unsigned char>(c));
    }
    std::sort(order.begin(), order.end(), [&](TokenId a, TokenId b) {
      const int compared = bytes_of(a).compare(bytes_of(b));
      return compared != 0 ? compared < 0 : a < b;
    });
    tree_ = TokenTree(std::move(order), [this](TokenId id) { return bytes_of(id); });
    std::erase_if(ends_,
                  [&](TokenId id) { return id < 0 || static_cast<std::size_t>(id) >= size_; });
  }

  /// Of a tokenizer; its own end tokens, if no others are given.
  template <Tokenizer T>
  static Vocabulary of(const T& tokenizer) {
    return of(tokenizer, tokenizer.special().ends);
  }
  template <Tokenizer T>
  static Vocabulary of(const T& tokenizer, std::vector<TokenId> ends) {
    std::vector<std::string> bytes(static_cast<std::size_t>(tokenizer.vocab_size()));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const auto id = static_cast<TokenId>(at);
      const bool ends_text = std::find(ends.begin(), ends.end(), id) != ends.end();
      if (!ends_text && !tokenizer.is_special(id)) bytes[at] = tokenizer.bytes(id);
    }
    return Vocabulary(bytes, std::move(ends));
  }

  std::size_t size() const { return size_; }
  std::size_t words() const { return (size_ + 31) / 32; }  ///< 32-bit words of a mask
  const std::vector<TokenId>& ends() const { return ends_; }
  std::size_t longest() const { return longest_; }     ///< bytes of the longest token
  const ByteSet& present() const { return present_; }  ///< bytes that some token has
  const TokenTree& tree() const { return tree_; }
  /// Sets of tokens that are made of a class of characters, found once a vocabulary and shared by
  /// all grammars.
  TokenSlices& slices() const { return *slices_; }

  /// What the token adds to the text; nothing, if it is special or not of the vocabulary.
  std::string_view bytes_of(TokenId id) const {
    const auto at = static_cast<std::size_t>(id);
    if (id < 0 || at >= size_) return {};
    return std::string_view(bytes_).substr(offsets_[at], offsets_[at + 1] - offsets_[at]);
  }

  bool is_end(TokenId id) const { return std::find(ends_.begin(), ends_.end(), id) != ends_.end(); }

 private:
  std::size_t size_ = 0, longest_ = 0;
  std::vector<TokenId> ends_;
  std::string bytes_;
  std::vector<std::size_t> offsets_;
  ByteSet present_;
  TokenTree tree_;
  std::shared_ptr<TokenSlices> slices_ =
      std::make_shared<TokenSlices>();  // of a copy too: it has the same tokens
};

}  // namespace tamis::guided
