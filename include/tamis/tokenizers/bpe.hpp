#pragma once

/// \file bpe.hpp
/// Byte-level byte-pair encoding: the tokenizers of GPT-2's family.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "byte_alphabet.hpp"
#include "composed.hpp"
#include "detokenizer.hpp"
#include "merges.hpp"
#include "string_automaton.hpp"
#include "tokenizer.hpp"
#include "word_splitter.hpp"

namespace tamis {

/// What a token is, by the numbers of GGUF.
enum class TokenKind : std::int32_t {
  normal = 1,
  unknown = 2,
  control = 3,  ///< a mark of the format, made from its name in a text only where that is wanted
  user_defined = 4,  ///< text that always becomes this token
  unused = 5
};

/// What a Bpe is made of. The strings may go once it is made.
struct BpeParts {
  std::span<const std::string_view> tokens;  ///< by id, written in the ByteAlphabet
  std::span<const std::int32_t> kinds;       ///< a TokenKind for each token; empty: all are normal
  std::span<const std::string_view> merges;  ///< "left right", the first in the list the soonest
  WordSplit split = WordSplit::gpt2;
  bool composes = false;  ///< text is put into normalization form C first
  bool whole_words =
      false;  ///< a word that is a token is that token, whatever the merges make of it
  SpecialTokens special;
};

/// A byte-level tokenizer: text is divided into words, each byte of a word becomes a symbol, and
/// neighbouring symbols are merged as the list of merges says.
///
///     auto bpe = bpe_from_gguf(gguf);
///     std::vector<TokenId> ids = bpe->encode("Hello, world!");
///
/// Gives the tokens that HF's `tokenizers` gives. Time is in proportion to the text, times the
/// logarithm of its longest word. Where tokens have equal text, the least id is made.
///
/// Beware: a vocabulary may lack symbols for some bytes; such bytes of a text are dropped, without
/// a word, as HF does. SmolLM2's lacks 21, none of which occurs in ordinary text: C0, C1, F5 to FF,
/// which are never part of UTF-8, and eight control characters. `has_symbol` tells.
class Bpe {
 public:
  /// Checks the parts and makes the tokenizer.
  static Result<Bpe> of(const BpeParts& parts) {
    Bpe bpe;
    bpe.split_ = parts.split;
    bpe.composes_ = parts.composes;
    Ids ids;
    if (auto done = bpe.take_tokens(parts, ids); !done) return done.error();
    if (auto done = bpe.take_merges(parts, ids); !done) return done.error();
    if (parts.whole_words) bpe.sort_words();
    if (auto done = bpe.take_special(parts.special); !done) return done.error();
    return bpe;
  }

  TokenId vocab_size() const { return static_cast<TokenId>(starts_.size() - 1); }

  /// The tokens of `text`. Bytes that are no UTF-8 are kept like any others.
  std::vector<TokenId> encode(std::string_view text, EncodeOptions options = {}) const {
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 3);
    Merges::Workspace space;
    const StringAutomaton& marks = options.parse_special ? all_marks_ : user_marks_;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto mark = marks.front(text.substr(at));
      if (!mark) {
        ++at;
        continue;
      }
      encode_words(text.substr(begin, at - begin), ids, space);
      const auto& id_of = options.parse_special ? all_mark_ids_ : user_mark_ids_;
      ids.push_back(id_of[mark.index]);
      begin = at += mark.length;
    }
    encode_words(text.substr(begin), ids, space);
    return ids;
  }

  /// The text of `ids`, with U+FFFD for bytes that make no character.
  Result<std::string> decode(std::span<const TokenId> ids, DecodeOptions options = {}) const {
    std::string bytes;
    for (std::size_t at = 0; at < ids.size(); ++at) {
      if (!is_token(ids[at]))
        return Error{"token " + std::to_string(at + 1) + " of " + std::to_string(ids.size()) +
                     " has the id " + std::to_string(ids[at]) +
                     "; the vocabulary has the ids 0 to " + std::to_string(vocab_size() - 1)};
      if (!options.skip_special || !is_special(ids[at])) bytes += this->bytes(ids[at]);
    }
    Detokenizer detokenizer;
    std::string text = detokenizer.push(bytes);
    text += detokenizer.finish();
    return text;
  }

  /// What the token adds to the text; empty if there is no such token.
  std::string_view bytes(TokenId id) const {
    if (!is_token(id)) return {};
    const auto at = static_cast<std::size_t>(id);
    return std::string_view(bytes_).substr(starts_[at], starts_[at + 1] - starts_[at]);
  }

  /// Whether the token is a control token, or the unknown one.
  bool is_special(TokenId id) const {
    if (!is_token(id)) return false;
    const TokenKind kind = kinds_[static_cast<std::size_t>(id)];
    return kind == TokenKind::control || kind == TokenKind::unknown;
  }

  const SpecialTokens& special() const { return special_; }

  /// The least token with these bytes, special or not; found by looking at all.
  std::optional<TokenId> find(std::string_view bytes) const {
    for (TokenId id = 0; id < vocab_size(); ++id)
      if (this->bytes(id) == bytes) return id;
    return std::nullopt;
  }

  /// Whether a text keeps this byte.
  bool has_symbol(unsigned char byte) const { return symbols_[byte] >= 0; }

 private:
  using Ids = std::unordered_map<std::string_view, TokenId>;

  Bpe() = default;

  bool is_token(TokenId id) const { return id >= 0 && id < vocab_size(); }

  void encode_words(std::string_view text, std::vector<TokenId>& ids,
                    Merges::Workspace& space) const {
    const std::string whole = composes_ ? composed(text) : std::string();
    if (composes_) text = whole;
    WordSplitter words(split_, text);
    for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
      if (const TokenId id = whole_word(word); id >= 0) {
        ids.push_back(id);
        continue;
      }
      const std::size_t begin = ids.size();
      for (const char byte : word)
        if (const TokenId symbol = symbols_[static_cast<unsigned char>(byte)]; symbol >= 0)
          ids.push_back(symbol);
      merges_.merge(ids, begin, space);
    }
  }

  void sort_words() {
    for (TokenId id = 0; id < vocab_size(); ++id)
      if (kinds_[static_cast<std::size_t>(id)] == TokenKind::normal) words_.push_back(id);
    std::stable_sort(words_.begin(), words_.end(),
                     [this](TokenId a, TokenId b) { return bytes(a) < bytes(b); });
  }

  /// The token that is this word; -1 if there is none, or if whole words do not count.
  TokenId whole_word(std::string_view word) const {
    const auto at =
        std::lower_bound(words_.begin(), words_.end(), word,
                         [this](TokenId a, std::string_view b) { return bytes(a) < b; });
    return at != words_.end() && bytes(*at) == word ? *at : -1;
  }

  static std::string quoted(std::string_view text) {
    return "'" + std::string(text.substr(0, 64)) + (text.size() > 64 ? "...'" : "'");
  }

  Result<void> take_tokens(const BpeParts& parts, Ids& ids) {
    const std::size_t count = parts.tokens.size();
    if (count == 0) return Error{"the vocabulary is empty; a tokenizer needs tokens"};
    if (count > std::size_t{std::numeric_limits<TokenId>::max()})
      return Error{"the vocabulary has " + std::to_string(count) +
                   " tokens; at most 2147483647 are possible"};
    if (!parts.kinds.empty() && parts.kinds.size() != count)
      return Error{"the vocabulary has " + std::to_string(count) + " tokens, but the types of " +
                   std::to_string(parts.kinds.size()) + "; one for each token is needed"};
    std::vector<std::string_view> all_marks, user_marks;
    ids.reserve(count);
    starts_.reserve(count + 1);
    for (std::size_t at = 0; at < count; ++at) {
      const std::string_view token = parts.tokens[at];
      const auto id = static_cast<TokenId>(at);
      const std::int32_t kind = parts.kinds.empty() ? 1 : parts.kinds[at];
      if (kind < 1 || kind > 5)
        return Error{"token " + std::to_string(at) + ", " + quoted(token) + ", has the type " +
                     std::to_string(kind) + "; a byte-level vocabulary has the types 1 to 5"};
      kinds_.push_back(static_cast<TokenKind>(kind));
      ids.try_emplace(token, id);
      const bool is_text = kinds_.back() == TokenKind::normal || kinds_.back() == TokenKind::unused;
      const auto bytes = is_text ? ByteAlphabet::bytes(token) : std::nullopt;
      bytes_ += bytes ? std::string_view(*bytes) : token;
      starts_.push_back(bytes_.size());
      if (is_text || token.empty()) continue;
      all_marks.push_back(token);
      all_mark_ids_.push_back(id);
      if (kinds_.back() != TokenKind::user_defined) continue;
      user_marks.push_back(token);
      user_mark_ids_.push_back(id);
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
      const auto found = ids.find(ByteAlphabet::character(static_cast<unsigned char>(byte)));
      symbols_[byte] = found == ids.end() ? -1 : found->second;
    }
    auto all = StringAutomaton::of(all_marks);
    auto user = StringAutomaton::of(user_marks);
    if (!all) return all.error();
    if (!user) return user.error();
    all_marks_ = *std::move(all);
    user_marks_ = *std::move(user);
    return {};
  }

  Result<void> take_merges(const BpeParts& parts, const Ids& ids) {
    if (parts.merges.size() >= std::numeric_limits<std::uint32_t>::max())
      return Error{"the list of merges has " + std::to_string(parts.merges.size()) +
                   " entries; at most 4294967294 are possible"};
    merges_.reserve(parts.merges.size());
    std::string whole;
    for (std::size_t at = 0; at < parts.merges.size(); ++at) {
      const std::string_view merge = parts.merges[at];
      const std::size_t space = merge.find(' ');
      if (space == 0 || space >= merge.size() - 1 || merge.find(' ', space + 1) != merge.npos)
        return Error{"merge " + std::to_string(at) + " is " + quoted(merge) +
                     "; two tokens with one space between them are needed"};
      const std::string_view left = merge.substr(0, space), right = merge.substr(space + 1);
      whole.assign(left).append(right);
      TokenId found[3];
      for (int part = 0; part < 3; ++part) {
        const std::string_view token = part == 0 ? left : part == 1 ? right : whole;
        const auto entry = ids.find(token);
        if (entry == ids.end())
          return Error{"merge " + std::to_string(at) + ", " + quoted(merge) + ", needs the token " +
                       quoted(token) + ", which the vocabulary does not have"};
        found[part] = entry->second;
      }
      merges_.add(found[0], found[1], found[2]);
    }
    return {};
  }

  Result<void> take_special(const SpecialTokens& special) {
    special_ = special;
    std::vector<TokenId> all = special.ends;
    all.insert(all.end(), {special.begin, special.end, special.padding, special.unknown});
    for (const TokenId id : all)
      if (id < -1 || id >= vocab_size())
        return Error{"a special token has the id " + std::to_string(id) +
                     "; the vocabulary has the ids 0 to " + std::to_string(vocab_size() - 1)};
    return {};
  }

  WordSplit split_ = WordSplit::gpt2;
  bool composes_ = false;
  std::string bytes_;                   // of all tokens, one after the other
  std::vector<std::size_t> starts_{0};  // token id is bytes_[starts_[id], starts_[id + 1])
  std::vector<TokenKind> kinds_;
  std::array<TokenId, 256> symbols_{};  // the token of each byte; -1 if there is none
  Merges merges_;
  std::vector<TokenId> words_;  // by their bytes, where words that are tokens are not merged
  StringAutomaton all_marks_, user_marks_;  // tokens that are made from their text, not by merges
  std::vector<TokenId> all_mark_ids_, user_mark_ids_;
  SpecialTokens special_;
};

static_assert(Tokenizer<Bpe>);

}  // namespace tamis
