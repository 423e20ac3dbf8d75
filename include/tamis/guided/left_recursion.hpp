#pragma once

/// \file left_recursion.hpp
/// Rules that call themselves before they take a byte, made into rules that do not.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "draft_automaton.hpp"

namespace tamis::guided::detail {

/// Takes the empty edges of a state apart: it gets the edges of all that they lead to. Where these are more than
/// `most` and it is no start, they stay.
inline void flatten(std::vector<DraftState>& states, std::uint32_t at, std::size_t most,
                    std::vector<std::uint32_t>& stamp) {
  if (states[at].empties.empty()) return;
  std::vector<std::uint32_t> reached{at};
  stamp[at] = at;
  std::size_t edges = states[at].bytes.size() + states[at].calls.size();
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const std::uint32_t to : states[reached[i]].empties) {
      if (stamp[to] == at) continue;
      stamp[to] = at;
      reached.push_back(to);
      edges += states[to].bytes.size() + states[to].calls.size();
      if (edges > most || reached.size() > 2 * most) return;
    }
  }
  DraftState whole{states[at].rule};
  for (const std::uint32_t from : reached) {
    const DraftState& s = states[from];
    whole.accepts |= s.accepts;
    whole.bytes.insert(whole.bytes.end(), s.bytes.begin(), s.bytes.end());
    whole.calls.insert(whole.calls.end(), s.calls.begin(), s.calls.end());
  }
  states[at] = std::move(whole);
}

inline void flatten_all(DraftAutomaton& draft) {
  std::vector<std::uint32_t> stamp(draft.states.size(), Pushdown::none);
  for (std::uint32_t at = 0; at < draft.states.size(); ++at) flatten(draft.states, at, 16, stamp);
  std::fill(stamp.begin(), stamp.end(), Pushdown::none);
  for (const std::uint32_t start : draft.starts) {
    flatten(draft.states, start, most_states, stamp);
    draft.states[start].accepts = false;  // that it may be empty is said at its calls
  }
}

/// Makes rules of those that call themselves from their start.
///
/// What such a rule derives begins, at the bottom of its leftmost branch, with something else; and whenever one of
/// these rules is complete, what follows one of their calls to it may go on. So for each of them there is an automaton
/// of copies of all of them: it begins where any begins otherwise, goes from an end of a rule to wherever a first call
/// to that rule returns, and ends where the rule ends that was asked for.
class LeftRecursion {
 public:
  explicit LeftRecursion(DraftAutomaton& draft) : draft_(draft) {}

  Result<void> remove() {
    find_groups();
    for (const std::vector<std::uint32_t>& group : groups_) {
      if (const auto removed = remove_from(group); !removed) return removed;
    }
    return {};
  }

 private:
  using Call = Pushdown::Call;

  /// The rules that a state enters before it takes a byte.
  template <class Visit>
  void each_entered(const DraftState& state, const Visit& visit) const {
    for (const Call& call : state.calls) {
      if (call.kind == Pushdown::CallKind::rule) visit(call.index);
      if (call.kind == Pushdown::CallKind::repeat) visit(draft_.repeats[call.index].body);
      if (call.kind == Pushdown::CallKind::members)
        for (const auto& member : draft_.members[call.index].members) visit(member.rule);
    }
  }

  /// Tarjan's strongly connected components of the rules by the calls from their starts, without recursion.
  void find_groups() {
    const std::size_t count = draft_.starts.size();
    std::vector<std::vector<std::uint32_t>> next(count);
    for (std::size_t rule = 0; rule < count; ++rule)
      each_entered(draft_.states[draft_.starts[rule]], [&](std::uint32_t to) { next[rule].push_back(to); });
    group_of_.assign(count, Pushdown::none);
    std::vector<std::uint32_t> index(count, Pushdown::none), low(count), open;
    std::vector<std::pair<std::uint32_t, std::size_t>> work;
    std::uint32_t counter = 0;
    for (std::uint32_t root = 0; root < count; ++root) {
      if (index[root] != Pushdown::none) continue;
      work.push_back({root, 0});
      while (!work.empty()) {
        const auto [rule, edge] = work.back();
        if (edge == 0) {
          index[rule] = low[rule] = counter++;
          open.push_back(rule);
        }
        if (edge < next[rule].size()) {
          ++work.back().second;
          const std::uint32_t to = next[rule][edge];
          if (index[to] == Pushdown::none)
            work.push_back({to, 0});
          else if (group_of_[to] == Pushdown::none)
            low[rule] = std::min(low[rule], index[to]);
          continue;
        }
        work.pop_back();
        if (!work.empty()) low[work.back().first] = std::min(low[work.back().first], low[rule]);
        if (low[rule] != index[rule]) continue;
        std::vector<std::uint32_t> group;
        for (;;) {
          const std::uint32_t member = open.back();
          open.pop_back();
          group.push_back(member);
          group_of_[member] = static_cast<std::uint32_t>(groups_.size());
          if (member == rule) break;
        }
        const bool calls_itself = std::find(next[rule].begin(), next[rule].end(), rule) != next[rule].end();
        if (group.size() > 1 || calls_itself) {
          groups_.push_back(std::move(group));
        } else {
          group_of_[rule] = alone;
        }
      }
    }
  }

  Result<void> remove_from(const std::vector<std::uint32_t>& group) {
    const std::uint32_t id = group_of_[group.front()];
    std::vector<std::uint32_t> states;  // of all its rules, but for the starts
    std::vector<std::uint32_t> place(draft_.states.size(), Pushdown::none);
    const auto is_in = [&](std::uint32_t rule) { return group_of_[rule] == id; };
    for (std::uint32_t at = 0; at < draft_.states.size(); ++at) {
      const std::uint32_t rule = draft_.states[at].rule;
      if (!is_in(rule) || draft_.starts[rule] == at) continue;
      place[at] = static_cast<std::uint32_t>(states.size());
      states.push_back(at);
    }
    struct First {
      std::uint32_t callee, returns;
    };
    std::vector<First> firsts;
    for (const std::uint32_t rule : group) {
      for (const Call& call : draft_.states[draft_.starts[rule]].calls) {
        if (call.kind == Pushdown::CallKind::rule) {
          if (is_in(call.index)) firsts.push_back({call.index, call.target});
          continue;
        }
        DraftState single;
        single.calls = {call};
        bool recurs = false;
        each_entered(single, [&](std::uint32_t to) { recurs |= is_in(to); });
        if (recurs)
          return Error{"the grammar's rule '" + draft_.names[rule] +
                       "' begins with a counted repeat of what begins with the rule itself; write the repeat out"};
      }
    }
    if (draft_.states.size() + group.size() * (states.size() + 1) > most_states)
      return Error{"the grammar is too large: its left-recursive rules, of which '" + draft_.names[group.front()] +
                   "' is one, need too many states"};

    std::vector<std::uint32_t> starts;
    for (const std::uint32_t wanted : group) {
      const auto base = static_cast<std::uint32_t>(draft_.states.size());
      const auto moved = [&](std::uint32_t state) { return base + place[state]; };
      for (const std::uint32_t from : states) {
        DraftState copy = draft_.states[from];
        const std::uint32_t rule = copy.rule;
        if (copy.accepts)
          for (const First& first : firsts)
            if (first.callee == rule) copy.empties.push_back(first.returns);
        copy.accepts = copy.accepts && rule == wanted;
        move(copy, wanted, moved);
        draft_.states.push_back(std::move(copy));
      }
      DraftState start;
      for (const std::uint32_t rule : group) {
        const DraftState& old = draft_.states[draft_.starts[rule]];
        start.bytes.insert(start.bytes.end(), old.bytes.begin(), old.bytes.end());
        for (const Call& call : old.calls)
          if (call.kind != Pushdown::CallKind::rule || !is_in(call.index)) start.calls.push_back(call);
      }
      move(start, wanted, moved);
      starts.push_back(static_cast<std::uint32_t>(draft_.states.size()));
      draft_.states.push_back(std::move(start));
    }
    for (std::size_t at = 0; at < group.size(); ++at) draft_.starts[group[at]] = starts[at];
    return {};
  }

  /// Lets the edges of a copied state lead to copies.
  template <class Moved>
  void move(DraftState& state, std::uint32_t rule, const Moved& moved) {
    state.rule = rule;
    for (auto& edge : state.bytes) edge.target = moved(edge.target);
    for (std::uint32_t& to : state.empties) to = moved(to);
    for (Call& call : state.calls) {
      call.target = moved(call.target);
      if (call.kind == Pushdown::CallKind::repeat) {
        Pushdown::Repeat repeat = draft_.repeats[call.index];
        repeat.target = call.target;
        call.index = static_cast<std::uint32_t>(draft_.repeats.size());
        draft_.repeats.push_back(repeat);
      }
      if (call.kind == Pushdown::CallKind::members) {
        Pushdown::Members members = draft_.members[call.index];
        members.target = call.target;
        call.index = static_cast<std::uint32_t>(draft_.members.size());
        draft_.members.push_back(std::move(members));
      }
    }
  }

  static constexpr std::uint32_t alone = Pushdown::none - 1;

  DraftAutomaton& draft_;
  std::vector<std::vector<std::uint32_t>> groups_;
  std::vector<std::uint32_t> group_of_;  ///< of each rule: in groups_, or `alone`
};

}  // namespace tamis::guided::detail
