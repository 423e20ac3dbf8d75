#pragma once

/// \file sequence.hpp
/// The tokens of one request so far, and what follows from them for the next: counts, pushes, noise.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "facts.hpp"
#include "philox.hpp"
#include "types.hpp"

namespace tamis {

/// The prompt and what has been generated. Kept up to date token by token: a step costs what it touches,
/// whatever the length of the history and the size of the vocabulary.
class Sequence {
 public:
  /// \param seed    the request's randomness: the same seed and tokens give the same next token
  /// \param window  how many of the last tokens are counted; all, if not said
  explicit Sequence(std::span<const TokenId> prompt = {}, std::uint64_t seed = 0,
                    std::size_t window = std::numeric_limits<std::size_t>::max())
      : seed_(seed), window_(window) {
    for (const TokenId id : prompt) extend(id, true);
  }

  /// Adds a generated token.
  void append(TokenId id) { extend(id, false); }

  /// Forgets the last tokens, down to `length` of them.
  void rewind(std::size_t length) {
    if (length < tokens_.size()) rewinds_.push_back(length);
    while (tokens_.size() > length) {
      if (window_ > 0) count(tokens_.back(), tokens_.size() - 1, false);
      tokens_.pop_back();
      if (window_ > 0 && tokens_.size() >= window_) count(tokens_[tokens_.size() - window_], tokens_.size() - window_, true);
    }
    prompt_length_ = std::min(prompt_length_, length);
  }

  /// How many of the first `length` tokens are still those that a reader saw who has noted `rewinds`; notes
  /// anew. For sources that index the history as it grows.
  std::size_t unchanged(std::size_t length, std::size_t& rewinds) const {
    for (; rewinds < rewinds_.size(); ++rewinds) length = std::min(length, rewinds_[rewinds]);
    return length;
  }

  std::size_t size() const { return tokens_.size(); }
  std::span<const TokenId> tokens() const { return tokens_; }
  std::span<const TokenId> prompt() const { return tokens().first(prompt_length_); }
  std::span<const TokenId> generated() const { return tokens().subspan(prompt_length_); }

  /// What is known of the tokens; valid until the sequence changes. Nothing of ids below 0, which are no tokens.
  Facts facts() const {
    const std::span<const Occurrence> few = few_;
    return {.few = few.subspan(place_of(few, 0)), .allowed = allowed_.empty() ? nullptr : allowed_.data()};
  }

  /// The noise of the next draw.
  Stream stream() const { return {seed_, tokens_.size(), mark_}; }

  /// Lets the noise of single tokens follow from `mark` in the next step; 0: from the seed, as it does otherwise.
  void set_mark(std::uint64_t mark) { mark_ = mark; }

  /// Adds to a token's logit in the steps to come; minus infinity bans it.
  void set_bias(TokenId id, float bias) {
    entry(id).bias += bias;
    entry_of(lasting_, id).bias += bias;
    drop_if_plain(id);
  }

  /// Allows nothing but the tokens whose bits are set in the steps to come: bit id % 32 of word id / 32, for the
  /// whole vocabulary. Empty: everything.
  void set_allowed(std::vector<std::uint32_t> words) { allowed_ = std::move(words); }

  /// What is allowed; empty: everything.
  std::span<const std::uint32_t> allowed() const { return allowed_; }

  /// Lets what is allowed speak of so many tokens: those that it did not speak of are not allowed.
  void cover(TokenId vocab_size) {
    const std::size_t words = (static_cast<std::size_t>(vocab_size) + 31) / 32;
    if (!allowed_.empty() && allowed_.size() < words) allowed_.resize(words);
  }

  /// The one token that is allowed, if it is one and not banned.
  std::optional<TokenId> only_allowed() const {
    std::optional<TokenId> only;
    for (std::size_t at = 0; at < allowed_.size(); ++at) {
      const std::uint32_t word = allowed_[at];
      if (word == 0) continue;
      if (only || (word & (word - 1)) != 0) return std::nullopt;
      only = static_cast<TokenId>(32 * at) + __builtin_ctz(word);
    }
    if (only && facts().of(*only).bias == masked) return std::nullopt;
    return only;
  }

  /// Adds to a token's logit in the next step; minus infinity bans it.
  void add_bias(TokenId id, float bias) {
    entry(id).bias += bias;
    passing_.push_back({id, -1, bias});
  }

  /// Lets a token come in the next step though it is banned: for a guide that would else leave nothing.
  void lift_ban(TokenId id) {
    Occurrence& o = entry(id);
    if (o.bias != masked) return drop_if_plain(id);
    o.bias = 0;
    passing_.push_back({id, -1, 0});
    lifted_.push_back(id);
  }

  /// Whether the ban of a token is lifted in this step.
  bool is_lifted(TokenId id) const { return std::find(lifted_.begin(), lifted_.end(), id) != lifted_.end(); }

  /// Adds to what the policies that read `slot` see of a token in the next step.
  void add_push(TokenId id, int slot, float value) {
    entry(id).push[static_cast<std::size_t>(slot)] += value;
    passing_.push_back({id, slot, value});
  }

  /// Forgets what was added for one step.
  void clear_passing() {
    for (const Passing& p : passing_) {
      Occurrence& o = entry(p.id);
      if (p.slot >= 0) o.push[static_cast<std::size_t>(p.slot)] = 0;
      else o.bias = lasting_bias(p.id);
    }
    for (const Passing& p : passing_) drop_if_plain(p.id);
    passing_.clear();
    lifted_.clear();
    mark_ = 0;
  }

 private:
  struct Passing {
    TokenId id;
    int slot;  ///< -1 for the bias
    float value;
  };

  void extend(TokenId id, bool prompt) {
    tokens_.push_back(id);
    if (prompt) prompt_length_ = tokens_.size();
    count(id, tokens_.size() - 1, true);
    if (tokens_.size() > window_) {
      const std::size_t left = tokens_.size() - window_ - 1;
      count(tokens_[left], left, false);
    }
  }

  /// Counts the token at `place` in, or out.
  void count(TokenId id, std::size_t place, bool in) {
    Occurrence& o = entry(id);
    std::uint32_t& n = place < prompt_length_ ? o.prompt : o.output;
    n += in ? 1u : ~0u;
    if (!in) drop_if_plain(id);
  }

  Occurrence& entry(TokenId id) { return entry_of(few_, id); }

  static Occurrence& entry_of(std::vector<Occurrence>& few, TokenId id) {
    const std::size_t at = place_of(few, id);
    if (at < few.size() && few[at].id == id) return few[at];
    return *few.insert(few.begin() + static_cast<std::ptrdiff_t>(at), Occurrence{id, 0, 0, 0, {}});
  }

  void drop_if_plain(TokenId id) {
    const std::size_t at = place_of(few_, id);
    if (at < few_.size() && few_[at] == Occurrence{id, 0, 0, 0, {}}) few_.erase(few_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  float lasting_bias(TokenId id) const {
    const std::size_t at = place_of(lasting_, id);
    return at < lasting_.size() && lasting_[at].id == id ? lasting_[at].bias : 0.0f;
  }

  std::vector<TokenId> tokens_;
  std::size_t prompt_length_ = 0;
  std::uint64_t seed_, mark_ = 0;
  std::size_t window_;
  std::vector<Occurrence> few_, lasting_;
  std::vector<Passing> passing_;
  std::vector<std::uint32_t> allowed_;
  std::vector<TokenId> lifted_;
  std::vector<std::size_t> rewinds_;  ///< to which lengths, in order
};

}  // namespace tamis
