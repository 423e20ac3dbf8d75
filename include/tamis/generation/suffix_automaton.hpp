#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "../core/types.hpp"

namespace tamis {

/// Suffix automaton: knows every piece of a sequence, and grows with it token by token.
///
///     SuffixAutomaton seen;
///     for (TokenId id : tokens) seen.append(id);
///     seen.repeated();   // how long the end of the sequence is that has occurred before
///     seen.follows();    // where what came after that begins
///
/// A token costs a constant on average, whatever the length of the sequence; it takes two states at
/// most.
///
/// Source: Blumer et al., "The smallest automaton recognizing the subwords of a text", Theoretical
/// Computer Science 40, 1985.
class SuffixAutomaton {
 public:
  SuffixAutomaton() {
    states_.reserve(64);  // a sequence is seldom shorter
    states_.emplace_back();
  }

  void append(TokenId id) {
    ++size_;
    const int fresh = add({.length = size_});
    int at = last_;
    for (; at >= 0 && next(at, id) < 0; at = state(at).link) connect(at, id, fresh);
    if (at < 0)
      state(fresh).link = root;
    else
      state(fresh).link = suffix_of(at, id);
    last_ = fresh;
    State& again = state(state(fresh).link);
    follows_ = again.end;
    again.end = size_;  // for who asks next; what is behind it by links has an earlier one
  }

  /// The length of the longest end of the sequence that has occurred before, perhaps overlapping; 0
  /// if none has.
  std::size_t repeated() const {
    return state(last_).link > root ? state(state(last_).link).length : 0;
  }

  /// An earlier place behind these tokens: how many tokens precede it. The place of the latest
  /// search for the same tokens where there was one, else of their first occurrence. Only if
  /// repeated() is not 0.
  std::size_t follows() const { return follows_; }

  std::size_t size() const { return size_; }

 private:
  static constexpr int root = 0;

  struct State {
    std::size_t length = 0;  ///< of the longest piece that leads here
    std::size_t end = 0;     ///< how many tokens the sequence had when such a piece ended
    int link = -1;           ///< the state of the longest end of it that occurs elsewhere too
    int edges = -1;          ///< the first of its edges
  };
  struct Edge {
    TokenId id;
    int next;  ///< of the same state; -1 for the last
  };

  State& state(int at) { return states_[static_cast<std::size_t>(at)]; }
  const State& state(int at) const { return states_[static_cast<std::size_t>(at)]; }

  int add(State state) {
    if (state.end == 0) state.end = size_;
    states_.push_back(state);
    return static_cast<int>(states_.size()) - 1;
  }

  static std::uint64_t key(int from, TokenId id) {
    return static_cast<std::uint64_t>(from) << 32 | static_cast<std::uint32_t>(id);
  }
  int next(int from, TokenId id) const {
    const auto found = targets_.find(key(from, id));
    return found == targets_.end() ? -1 : found->second;
  }
  void connect(int from, TokenId id, int to) {
    if (!targets_.insert_or_assign(key(from, id), to).second) return;
    edges_.push_back({id, state(from).edges});
    state(from).edges = static_cast<int>(edges_.size()) - 1;
  }

  /// The state of the pieces that lead to `from`, followed by `id`, which occurred before; made if
  /// need be.
  int suffix_of(int from, TokenId id) {
    const int known = next(from, id);
    if (state(known).length == state(from).length + 1) return known;
    const int half =
        add({.length = state(from).length + 1, .end = state(known).end, .link = state(known).link});
    for (int edge = state(known).edges; edge >= 0;
         edge = edges_[static_cast<std::size_t>(edge)].next) {
      const TokenId other = edges_[static_cast<std::size_t>(edge)].id;
      connect(half, other, next(known, other));
    }
    state(known).link = half;
    for (int at = from; at >= 0 && next(at, id) == known; at = state(at).link)
      connect(at, id, half);
    return half;
  }

  std::vector<State> states_;
  std::vector<Edge> edges_;
  std::unordered_map<std::uint64_t, int> targets_;
  int last_ = root;
  std::size_t size_ = 0, follows_ = 0;
};

}  // namespace tamis
