#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "code_points.hpp"
#include "regex_tree.hpp"
#include "text_reader.hpp"

namespace tamis::guided::detail {

/// A deterministic automaton over code points that the compiler makes of a small pattern. It begins
/// in state 0.
struct StaticAutomaton {
  static constexpr std::size_t most_states = 96, most_edges = 384;
  static constexpr std::size_t most_work =
      20'000;  // clang allows a million steps, of which each takes some tens

  struct Edge {
    char32_t first = 0, last = 0;
    std::uint32_t target = 0;
  };

  bool fits = false;          ///< it is all here
  bool looks_around = false;  ///< the pattern looks ahead, or has anchors that are not at its ends
  std::size_t states = 0;
  std::array<bool, most_states> accepts = {};
  std::array<std::uint16_t, most_states + 1> begin = {};  ///< where the edges of each state begin
  std::array<Edge, most_edges> edges = {};                ///< of a state: ascending, apart

  constexpr bool matches(std::string_view text) const {
    std::size_t state = 0;
    for (TextReader reader(text); !reader.at_end();) {
      const char32_t c = reader.next();
      std::size_t at = begin[state];
      while (at < begin[state + 1] && edges[at].last < c) ++at;
      if (at == begin[state + 1] || c < edges[at].first) return false;
      state = edges[at].target;
    }
    return accepts[state];
  }

  static constexpr StaticAutomaton of(const RegexTree& tree);
};

/// Makes it by sets of the states of a nondeterministic one.
class StaticAutomatonBuilder {
 public:
  constexpr explicit StaticAutomatonBuilder(const RegexTree& tree) : tree_(tree) {}

  constexpr StaticAutomaton build() {
    StaticAutomaton out;
    for (RegexTree::Node node = 0; node < tree_.size(); ++node) {
      const RegexTree::Kind kind = tree_[node].kind;
      out.looks_around |= kind == RegexTree::Kind::text_begin ||
                          kind == RegexTree::Kind::text_end || kind == RegexTree::Kind::ahead ||
                          kind == RegexTree::Kind::not_ahead;
    }
    const std::uint32_t start = add(), end = add();
    if (!write(tree_.root(), start, end)) return out;
    find_bounds();
    determine(start, end, out);
    return out;
  }

 private:
  using Set = std::vector<std::uint32_t>;
  struct Move {
    CodePoints set;
    std::uint32_t target;
  };
  struct State {
    std::vector<std::uint32_t> empty = {}, at_begin = {}, at_end = {};
    std::vector<Move> moves = {};
  };

  constexpr std::uint32_t add() {
    states_.push_back({});
    return static_cast<std::uint32_t>(states_.size() - 1);
  }

  /// False if it is too large, or looks ahead.
  constexpr bool write(RegexTree::Node node, std::uint32_t from, std::uint32_t to) {
    if (states_.size() > 4 * StaticAutomaton::most_states) return false;
    const RegexTree::Entry& e = tree_[node];
    switch (e.kind) {
      case RegexTree::Kind::set:
        if (e.set.ranges().size() > 40) return false;
        states_[from].moves.push_back({e.set, to});
        return true;
      case RegexTree::Kind::text_begin:
        states_[from].at_begin.push_back(to);
        return true;
      case RegexTree::Kind::text_end:
        states_[from].at_end.push_back(to);
        return true;
      case RegexTree::Kind::choice:
        for (const RegexTree::Node part : e.parts)
          if (!write(part, from, to)) return false;
        return true;
      case RegexTree::Kind::sequence:
        for (const RegexTree::Node part : e.parts) {
          const std::uint32_t next = add();
          if (!write(part, from, next)) return false;
          from = next;
        }
        states_[from].empty.push_back(to);
        return true;
      case RegexTree::Kind::repeat:
        return write_repeat(e, from, to);
      default:
        return false;
    }
  }

  constexpr bool write_repeat(const RegexTree::Entry& e, std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t i = 0; i < e.least; ++i) {
      const std::uint32_t next = add();
      if (!write(e.parts[0], from, next)) return false;
      from = next;
    }
    if (e.most == RegexTree::unlimited) {
      const std::uint32_t first = add(), last = add();
      states_[from].empty.push_back(first);
      states_[first].empty.push_back(to);
      states_[last].empty.push_back(first);
      return write(e.parts[0], first, last);
    }
    for (std::uint32_t i = e.least; i < e.most; ++i) {
      states_[from].empty.push_back(to);
      const std::uint32_t next = add();
      if (!write(e.parts[0], from, next)) return false;
      from = next;
    }
    states_[from].empty.push_back(to);
    return true;
  }

  /// Where sets begin and end: between two bounds no set tells characters apart.
  constexpr void find_bounds() {
    for (const State& state : states_)
      for (const Move& move : state.moves)
        for (const CodePointRange& r : move.set.ranges()) {
          bounds_.push_back(r.first);
          bounds_.push_back(r.last + 1);
        }
    std::sort(bounds_.begin(), bounds_.end());
    bounds_.erase(std::unique(bounds_.begin(), bounds_.end()), bounds_.end());
  }

  /// A state twice is one that may read on, and once more after the end of the text was asked for.
  constexpr void close(Set& set, bool at_begin) const {
    std::array<bool, 12 * StaticAutomaton::most_states> has = {};
    for (const std::uint32_t s : set) has[s] = true;
    for (std::size_t i = 0; i < set.size(); ++i) {
      const State& from = states_[set[i] / 2];
      const bool ended = set[i] % 2 != 0;
      const auto enter = [&](std::uint32_t state, bool is_ended) {
        const std::uint32_t key = 2 * state + (is_ended ? 1u : 0u);
        if (has[key]) return;
        has[key] = true;
        set.push_back(key);
      };
      for (const std::uint32_t to : from.empty) enter(to, ended);
      if (at_begin)
        for (const std::uint32_t to : from.at_begin) enter(to, ended);
      for (const std::uint32_t to : from.at_end) enter(to, true);
    }
    // What neither moves nor ends the text tells no sets apart.
    std::erase_if(set, [&](std::uint32_t s) {
      return s / 2 != end_ && (s % 2 != 0 || states_[s / 2].moves.empty());
    });
    std::sort(set.begin(), set.end());
  }

  constexpr void determine(std::uint32_t start, std::uint32_t end, StaticAutomaton& out) {
    end_ = end;
    std::vector<Set> known(1, Set{2 * start});
    close(known[0], true);
    std::size_t count = 0, work = 0;
    for (std::size_t at = 0; at < known.size(); ++at) {
      if (at == StaticAutomaton::most_states) return;
      const Set now = known[at];
      out.begin[at] = static_cast<std::uint16_t>(count);
      for (const std::uint32_t s : now) out.accepts[at] = out.accepts[at] || s / 2 == end;
      for (std::size_t b = 0; b + 1 < bounds_.size(); ++b) {
        Set next;
        for (const std::uint32_t s : now) {
          if (s % 2 != 0) continue;
          for (const Move& move : states_[s / 2].moves)
            if (move.set.contains(bounds_[b])) next.push_back(2 * move.target);
        }
        if ((work += 1 + now.size()) > StaticAutomaton::most_work) return;
        if (next.empty()) continue;
        std::sort(next.begin(), next.end());
        next.erase(std::unique(next.begin(), next.end()), next.end());
        close(next, false);
        work += states_.size() / 8 + known.size();
        std::size_t target = 0;
        while (target < known.size() && known[target] != next) ++target;
        if (target == known.size()) known.push_back(next);
        const auto id = static_cast<std::uint32_t>(target);
        const bool grows = count > out.begin[at] && out.edges[count - 1].target == id &&
                           out.edges[count - 1].last + 1 == bounds_[b];
        if (!grows && count == StaticAutomaton::most_edges) return;
        if (grows)
          out.edges[count - 1].last = bounds_[b + 1] - 1;
        else
          out.edges[count++] = {bounds_[b], bounds_[b + 1] - 1, id};
      }
    }
    out.states = known.size();
    out.begin[out.states] = static_cast<std::uint16_t>(count);
    out.fits = true;
  }

  const RegexTree& tree_;
  std::vector<State> states_;
  std::vector<char32_t> bounds_;
  std::uint32_t end_ = 0;
};

constexpr StaticAutomaton StaticAutomaton::of(const RegexTree& tree) {
  return StaticAutomatonBuilder(tree).build();
}

}  // namespace tamis::guided::detail
