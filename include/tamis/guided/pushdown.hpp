#pragma once

/// \file pushdown.hpp
/// The pushdown automaton over bytes that a grammar becomes: plain data.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "byte_set.hpp"

namespace tamis::guided {

/// A nondeterministic pushdown automaton over bytes.
///
/// Each rule is an automaton of its own whose start is entered by calls only and takes at least one
/// byte: that a rule may be empty is said at its calls. No rule calls itself before it has taken a
/// byte. Each state can reach an end.
struct Pushdown {
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct ByteEdge {
    std::uint8_t first, last;
    std::uint32_t target;
  };

  enum class CallKind : std::uint8_t { rule, repeat, members };

  /// Takes what the callee takes, then goes on at the target.
  struct Call {
    CallKind kind;
    std::uint32_t index;   ///< of the rule, the repeat or the members
    std::uint32_t target;  ///< of a rule; the others know theirs
  };

  /// `body` so many times, then on at `target`.
  struct Repeat {
    std::uint32_t body;  ///< a rule
    std::uint32_t least, most;
    std::uint32_t target;
  };

  struct Member {
    std::uint32_t rule;
    bool is_required, repeats;
  };
  struct Members {
    std::vector<Member> members;
    std::uint32_t separator;  ///< a rule
    std::uint32_t least, most;
    std::uint32_t target;
  };

  struct State {
    std::uint32_t rule = 0;
    bool accepts = false;      ///< the rule may end here
    bool is_only_end = false;  ///< and cannot go on: a call that returns here need not return
    std::uint32_t bytes_begin = 0, bytes_end = 0, calls_begin = 0, calls_end = 0, empties_begin = 0,
                  empties_end = 0;
    ByteSet live = {};  ///< the bytes of its own edges
  };

  struct Rule {
    std::uint32_t start = none;
    ByteSet follow = {};  ///< bytes that may come after it, wherever it is called
    bool is_distinct = false;  ///< see Grammar::make_distinct
  };

  std::vector<State> states;
  std::vector<ByteEdge> byte_edges;
  std::vector<Call> calls;
  std::vector<std::uint32_t> empties;
  std::vector<Repeat> repeats;
  std::vector<Members> members;
  std::vector<Rule> rules;
  std::uint32_t start_rule = 0;
  bool accepts_empty = false;
  bool has_distinct = false;  ///< some rule is
  std::array<std::uint8_t, 256> class_of =
      {};  ///< bytes that no edge tells apart have the same class
  std::uint32_t classes = 0;
  ByteSet available = {};  ///< bytes that some token has

  std::span<const ByteEdge> bytes_of(const State& s) const {
    return std::span(byte_edges).subspan(s.bytes_begin, s.bytes_end - s.bytes_begin);
  }
  std::span<const Call> calls_of(const State& s) const {
    return std::span(calls).subspan(s.calls_begin, s.calls_end - s.calls_begin);
  }
  std::span<const std::uint32_t> empties_of(const State& s) const {
    return std::span(empties).subspan(s.empties_begin, s.empties_end - s.empties_begin);
  }
};

}  // namespace tamis::guided
