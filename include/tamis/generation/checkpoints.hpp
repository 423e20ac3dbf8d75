#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <type_traits>
#include <utility>

#include "output_text.hpp"

namespace tamis {

namespace detail {

/// What a sampler has learnt, for it to go back to. One that cannot be assigned has no state that
/// could be restored.
template <class S>
class Learnt {
  static constexpr bool forgets =
      std::is_copy_constructible_v<S> && std::is_copy_assignable_v<S> && !std::is_empty_v<S>;
  struct Nothing {
    explicit Nothing(const S&) {}
  };

 public:
  explicit Learnt(const S& sampler) : kept_(sampler) {}

  void restore(S& sampler) const {
    if constexpr (forgets) sampler = kept_;
  }

 private:
  std::conditional_t<forgets, S, Nothing> kept_;
};

}  // namespace detail

/// How a continuation was before each of its last new tokens: what is needed to take them back.
///
/// `Learnt` is what the sampler goes back to. Places of tokens are among the new
/// ones.
template <class Learnt>
class Checkpoints {
 public:
  struct Entry {
    OutputText text;
    Learnt sampler;
    std::size_t text_size;  ///< of what could be shown
  };

  /// How it was before the next token.
  void add(Entry entry) { entries_.push_back(std::move(entry)); }

  const Entry& before(std::size_t at) const { return entries_[at - dropped_]; }
  const Entry& last() const { return entries_.back(); }

  /// The tokens from `at` on are taken back.
  void take_back(std::size_t at) {
    while (entries_.size() > at - dropped_) entries_.pop_back();
  }

  /// The first `count` tokens stay.
  void drop(std::size_t count) {
    while (!entries_.empty() && dropped_ < count) {
      entries_.pop_front();
      ++dropped_;
    }
  }

  /// The token whose text has the byte at this place; the first that can go back, if an earlier
  /// one.
  std::size_t token_at(std::size_t place) const {
    std::size_t at = dropped_ + entries_.size() - 1;
    while (at > dropped_ && before(at).text.size() > place) --at;
    return at;
  }

  /// The first of `count` tokens, whose text is `text`, that may still go. Where something that may
  /// go stands behind something that could have become banned, that may go as well: what is drawn
  /// in its place may make it so.
  ///
  /// \param has_bans        whether strings are banned
  /// \param stopping(count) how many of the first `count` tokens, at their end, may be the front of
  /// a stop sequence
  template <class Stopping>
  std::size_t first_that_may_go(std::size_t count, const OutputText& text, bool has_bans,
                                const Stopping& stopping) const {
    const auto first_of = [&](std::size_t n, const OutputText& then) {
      std::size_t first = n - stopping(n);
      if (has_bans && then.possibly_banned() < then.size())
        first = std::min(first, token_at(then.possibly_banned()));
      return first;
    };
    std::size_t first = first_of(count, text);
    for (std::size_t at = count; has_bans && first < at;) {
      at = first;
      first = first_of(at, before(at).text);
    }
    return first;
  }

 private:
  std::deque<Entry> entries_;  ///< before the tokens from dropped_ on
  std::size_t dropped_ = 0;
};

}  // namespace tamis
