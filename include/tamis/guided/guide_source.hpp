#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "guide.hpp"

namespace tamis::guided {

/// A guide as a source: at each step nothing may come but what the guide allows.
///
/// The guide begins where the generation begins. It follows the sequence token by token, and back when it is rewound.
/// Of what sources before it allow, what the guide does not is taken away. Should that or bans leave nothing of what
/// it allows, the guide wins, and they are lifted for the step; so let it be the last of the sources. A token that the guide did not allow, or an error of the guide, ends the generation by allowing
/// nothing: a guide never fails open.
template <Guide G>
class GuideSource {
 public:
  explicit GuideSource(G guide) { states_.push_back(std::move(guide)); }

  void push(Sequence& sequence) {
    if (!follow(sequence)) return allow_nothing(sequence, Error{"a token came that the guide does not allow"});
    const auto mask = states_.back().mask();
    if (!mask) return allow_nothing(sequence, mask.error());
    words_ = (*mask)->words.size();
    keep_some(sequence, **mask);
    allow(sequence, (*mask)->words);
  }

  /// How many tokens of a draft may follow, one after the other.
  std::size_t admits(const Sequence& sequence, std::span<const TokenId> draft) {
    if (!follow(sequence)) return 0;
    G ahead = states_.back();
    return static_cast<std::size_t>(
        std::find_if(draft.begin(), draft.end(), [&](TokenId token) { return !ahead.accept(token); }) - draft.begin());
  }

  /// What the text must go on with.
  std::string forced_bytes(const Sequence& sequence) {
    return follow(sequence) ? states_.back().forced_bytes() : std::string();
  }

  /// Where the guide stands after what has been generated when it was asked last.
  const G& guide() const { return states_.back(); }
  /// Why it allowed nothing, if it did so for an error.
  const std::optional<Error>& fault() const { return fault_; }

 private:
  /// Goes where the sequence is; false, if the guide did not allow its tokens.
  bool follow(const Sequence& sequence) {
    const std::size_t prompt = sequence.prompt().size();
    const std::size_t kept = sequence.unchanged(prompt + states_.size() - 1, rewinds_);
    states_.erase(states_.begin() + static_cast<std::ptrdiff_t>(kept > prompt ? kept - prompt : 0) + 1, states_.end());
    const auto generated = sequence.generated();
    while (states_.size() <= generated.size()) {
      G next = states_.back();
      if (!next.accept(generated[states_.size() - 1])) return false;
      states_.push_back(std::move(next));
    }
    return true;
  }

  void allow_nothing(Sequence& sequence, Error why) {
    fault_ = std::move(why);
    ours_.assign(words_ > 0 ? words_ : std::size_t{1} << 15, 0);
    sequence.set_allowed(ours_);
  }

  /// Allows what the mask allows, of what others allow; if that is nothing, the guide wins.
  void allow(Sequence& sequence, const std::vector<std::uint32_t>& mask) {
    const auto now = sequence.allowed();
    if (ours_.empty() || !std::equal(now.begin(), now.end(), ours_.begin(), ours_.end()))
      theirs_.assign(now.begin(), now.end());
    ours_ = mask;
    if (!theirs_.empty()) {
      std::uint32_t any = 0;
      for (std::size_t at = 0; at < ours_.size(); ++at) any |= ours_[at] &= at < theirs_.size() ? theirs_[at] : 0;
      if (any == 0) ours_ = mask;
    }
    sequence.set_allowed(ours_);
  }

  /// Lifts bans where nothing else is left of the mask.
  static void keep_some(Sequence& sequence, const TokenMask& mask) {
    std::vector<TokenId> banned;
    for (const Occurrence& o : sequence.facts().few)
      if (o.bias == masked && mask.allows(o.id)) banned.push_back(o.id);
    if (banned.empty()) return;
    std::size_t allowed = 0;
    for (const std::uint32_t word : mask.words) allowed += static_cast<std::size_t>(__builtin_popcount(word));
    if (allowed > banned.size()) return;
    for (const TokenId id : banned) sequence.lift_ban(id);
  }

  std::vector<G> states_;  ///< after each of the generated tokens; the first is the start
  std::size_t rewinds_ = 0, words_ = 0;
  std::vector<std::uint32_t> ours_, theirs_;  ///< masks of tokens: what this has allowed, and what others have
  std::optional<Error> fault_;
};

}  // namespace tamis::guided
