#pragma once

/// \file token_healing.hpp
/// A prompt that ends within a word, mended.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Healed prefix: the bytes with which the first tokens after a place must begin. A source.
///
/// While some of the bytes are to come, only tokens may come that go on with them: what stands at
/// their front, or what they stand at the front of. What other sources allow before this one speaks
/// is narrowed, and given back at the end. A step that it speaks in costs a look at all tokens;
/// there are no more such steps than bytes.
template <class T>
class HealedPrefix {
 public:
  /// \param tokenizer  must outlive this
  /// \param place      how many tokens of the sequence precede the bytes
  HealedPrefix(const T& tokenizer, std::string bytes, std::size_t place)
      : tokenizer_(&tokenizer), bytes_(std::move(bytes)), place_(place) {}

  void push(Sequence& sequence) {
    const auto words = (static_cast<std::size_t>(tokenizer_->vocab_size()) + 31) / 32;
    const std::uint32_t* now = sequence.facts().allowed;
    std::vector<std::uint32_t> allowed;
    if (now) allowed.assign(now, now + words);
    const bool is_ours = !ours_.empty() && allowed == ours_;
    const std::string_view rest = bytes_to_come(sequence.tokens());
    if (rest.empty()) {
      if (is_ours) sequence.set_allowed(theirs_);
      ours_.clear();
      return;
    }
    if (!is_ours) theirs_ = std::move(allowed);
    ours_.assign(words, 0);
    for (TokenId id = 0; id < tokenizer_->vocab_size(); ++id) {
      const auto at = static_cast<std::size_t>(id) / 32, bit = static_cast<std::size_t>(id) % 32;
      if (goes_on(tokenizer_->bytes(id), rest) && !tokenizer_->is_special(id))
        ours_[at] |= std::uint32_t{1} << bit;
    }
    for (std::size_t at = 0; at < theirs_.size(); ++at) ours_[at] &= theirs_[at];
    sequence.set_allowed(ours_);
  }

 private:
  static bool goes_on(std::string_view bytes, std::string_view rest) {
    const std::size_t both = std::min(bytes.size(), rest.size());
    return both > 0 && bytes.substr(0, both) == rest.substr(0, both);
  }

  std::string_view bytes_to_come(std::span<const TokenId> tokens) const {
    std::string_view rest = bytes_;
    for (const TokenId id : tokens.subspan(std::min(place_, tokens.size())))
      rest.remove_prefix(std::min(rest.size(), tokenizer_->bytes(id).size()));
    return rest;
  }

  const T* tokenizer_;
  std::string bytes_;
  std::size_t place_;
  std::vector<std::uint32_t> ours_,
      theirs_;  ///< masks of tokens: what this has allowed, and what others have
};

/// Token healing: takes the prompt's last token back, and makes what comes begin with its text. A
/// prompt is cut into tokens as if it ended there; "http:" ends in a token that the model has
/// seldom seen go on with "//", which has tokens of its own with the colon.
///
///     TokenHealing healing(tokenizer, prompt);
///     auto made = generate(model, tokenizer, sampler, healing.prompt(), options, on_event,
///     healing.source()); made->text.substr(healing.bytes().size());   // what comes after the
///     prompt
///
/// No more is taken back than one token, and those before it that end within a character; nothing,
/// if no token would be left, or if the last one is special. The source is to come after those that
/// allow tokens. Source: Lundberg, "The art of prompt design: prompt boundaries and token healing",
/// 2023.
template <class T>
class TokenHealing {
 public:
  /// The tokenizer must outlive this and its source.
  TokenHealing(const T& tokenizer, std::span<const TokenId> prompt)
      : tokenizer_(&tokenizer), prompt_(prompt.begin(), prompt.end()) {
    std::size_t keep = prompt_.size();
    std::string taken;
    do {
      if (keep < 2 || tokenizer.is_special(prompt_[keep - 1])) return;
      taken.insert(0, tokenizer.bytes(prompt_[--keep]));
    } while (taken.empty() || (static_cast<unsigned char>(taken[0]) & 0xC0u) == 0x80u);
    prompt_.resize(keep);
    bytes_ = std::move(taken);
  }

  /// What is left of the prompt, from which to generate.
  const std::vector<TokenId>& prompt() const { return prompt_; }
  /// The bytes of what was taken back, with which the text then begins; empty if nothing was.
  const std::string& bytes() const { return bytes_; }
  HealedPrefix<T> source() const { return HealedPrefix<T>(*tokenizer_, bytes_, prompt_.size()); }

 private:
  const T* tokenizer_;
  std::vector<TokenId> prompt_;
  std::string bytes_;
};

}  // namespace tamis
