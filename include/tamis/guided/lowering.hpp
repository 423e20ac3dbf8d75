#pragma once

/// \file lowering.hpp
/// A grammar becomes an automaton that cannot run into a dead end.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "draft_automaton.hpp"
#include "left_recursion.hpp"
#include "pushdown.hpp"
#include "pushdown_analysis.hpp"

namespace tamis::guided {

namespace detail {

/// Leaves out what cannot come to an end, and what cannot be reached.
class Trimming {
 public:
  explicit Trimming(DraftAutomaton& draft) : draft_(draft) {}

  /// False if no text is left.
  bool trim() {
    find_productive();
    if (!lives_[draft_.starts[draft_.start_rule]] && !draft_.accepts_empty) return false;
    for (DraftState& state : draft_.states) {
      std::erase_if(state.bytes, [&](const auto& edge) { return !lives_[edge.target]; });
      std::erase_if(state.empties, [&](std::uint32_t to) { return !lives_[to]; });
      std::erase_if(state.calls, [&](const auto& call) { return !can_pass(call); });
    }
    for (Pushdown::Members& members : draft_.members)
      std::erase_if(members.members, [&](const auto& m) { return !m.is_required && !lives_[draft_.starts[m.rule]]; });
    return true;
  }

 private:
  bool can_pass(const Pushdown::Call& call) const {
    if (!lives_[call.target]) return false;
    const auto rule_lives = [&](std::uint32_t rule) { return static_cast<bool>(lives_[draft_.starts[rule]]); };
    if (call.kind == Pushdown::CallKind::rule) return rule_lives(call.index);
    if (call.kind == Pushdown::CallKind::repeat) return rule_lives(draft_.repeats[call.index].body);
    const Pushdown::Members& list = draft_.members[call.index];
    std::uint64_t singles = 0, required = 0;
    bool repeats = false, all = true;
    for (const auto& m : list.members) {
      const bool lives = rule_lives(m.rule);
      all &= lives || !m.is_required;
      repeats |= lives && m.repeats;
      singles += lives && !m.repeats;
      required += m.is_required;
    }
    const bool has_separator = rule_lives(list.separator) || std::max<std::uint64_t>(list.least, required) < 2;
    return all && has_separator && required <= list.most && list.most > 0 &&
           (repeats || singles >= std::max<std::uint64_t>(list.least, 1)) && singles + repeats > 0;
  }

  bool lives_now(const DraftState& state) const {
    return state.accepts ||
           std::any_of(state.bytes.begin(), state.bytes.end(), [&](const auto& e) { return lives_[e.target]; }) ||
           std::any_of(state.empties.begin(), state.empties.end(), [&](std::uint32_t to) { return lives_[to]; }) ||
           std::any_of(state.calls.begin(), state.calls.end(), [&](const auto& call) { return can_pass(call); });
  }

  void find_productive() {
    const std::size_t count = draft_.states.size();
    lives_.assign(count, false);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t pass = 0; pass < 2; ++pass) {
        for (std::size_t at = 0; at < count; ++at) {
          const std::size_t state = pass == 0 ? count - 1 - at : at;
          if (lives_[state] || !lives_now(draft_.states[state])) continue;
          lives_[state] = changed = true;
        }
      }
    }
  }

  DraftAutomaton& draft_;
  std::vector<char> lives_;  ///< of each state: it can come to an end of its rule
};

/// Writes the states that can be reached, one after the other.
class Packing {
 public:
  explicit Packing(const DraftAutomaton& draft) : draft_(draft) {}

  Pushdown pack() {
    state_.assign(draft_.states.size(), Pushdown::none);
    rule_.assign(draft_.starts.size(), Pushdown::none);
    out_.start_rule = rule_for(draft_.start_rule);
    out_.accepts_empty = draft_.accepts_empty;
    for (std::size_t at = 0; at < order_.size(); ++at) {
      const DraftState& from = draft_.states[order_[at]];
      Pushdown::State to;
      to.rule = rule_[from.rule];
      to.accepts = from.accepts;
      to.bytes_begin = size_of(out_.byte_edges);
      for (const auto& edge : from.bytes) {
        out_.byte_edges.push_back({edge.first, edge.last, state_for(edge.target)});
        to.live.add(edge.first, edge.last);
      }
      to.bytes_end = size_of(out_.byte_edges);
      to.calls_begin = size_of(out_.calls);
      for (const auto& call : from.calls) add_call(call);
      to.calls_end = size_of(out_.calls);
      to.empties_begin = size_of(out_.empties);
      for (const std::uint32_t target : from.empties) out_.empties.push_back(state_for(target));
      to.empties_end = size_of(out_.empties);
      to.is_only_end = to.accepts && from.bytes.empty() && from.calls.empty() && from.empties.empty();
      out_.states.push_back(to);
    }
    return std::move(out_);
  }

 private:
  template <class List>
  static std::uint32_t size_of(const List& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  std::uint32_t state_for(std::uint32_t draft) {
    if (state_[draft] != Pushdown::none) return state_[draft];
    rule_for(draft_.states[draft].rule);
    state_[draft] = size_of(order_);
    order_.push_back(draft);
    return state_[draft];
  }

  std::uint32_t rule_for(std::uint32_t draft) {
    if (rule_[draft] != Pushdown::none) return rule_[draft];
    rule_[draft] = size_of(out_.rules);
    out_.rules.push_back({});
    const std::uint32_t start = state_for(draft_.starts[draft]);
    out_.rules[rule_[draft]].start = start;
    out_.rules[rule_[draft]].is_distinct = draft_.are_distinct[draft] != 0;
    out_.has_distinct |= out_.rules[rule_[draft]].is_distinct;
    return rule_[draft];
  }

  void add_call(const Pushdown::Call& call) {
    const std::uint32_t target = state_for(call.target);
    std::uint32_t index = 0;
    switch (call.kind) {
      case Pushdown::CallKind::rule: index = rule_for(call.index); break;
      case Pushdown::CallKind::repeat: {
        const auto [found, is_new] = repeats_.try_emplace(call.index, size_of(out_.repeats));
        index = found->second;
        if (!is_new) break;
        const Pushdown::Repeat& old = draft_.repeats[call.index];
        out_.repeats.push_back({rule_for(old.body), old.least, old.most, target});
        break;
      }
      case Pushdown::CallKind::members: {
        const auto [found, is_new] = members_.try_emplace(call.index, size_of(out_.members));
        index = found->second;
        if (!is_new) break;
        Pushdown::Members list = draft_.members[call.index];
        for (auto& m : list.members) m.rule = rule_for(m.rule);
        list.separator = rule_for(list.separator);
        list.target = target;
        out_.members.push_back(std::move(list));
        break;
      }
    }
    out_.calls.push_back({call.kind, index, target});
  }

  const DraftAutomaton& draft_;
  Pushdown out_;
  std::vector<std::uint32_t> state_, rule_, order_;
  std::map<std::uint32_t, std::uint32_t> repeats_, members_;
};

}  // namespace detail

/// The automaton of a grammar. An error, if it is too large, calls a rule that is not there, or has no text at all.
///
/// \param available  bytes that some token has; others cannot be written
inline Result<Pushdown> lower(const Grammar& grammar, const ByteSet& available) {
  detail::DraftAutomaton draft(grammar, available);
  if (const auto built = draft.build(); !built) return built.error();
  detail::flatten_all(draft);
  if (const auto removed = detail::LeftRecursion(draft).remove(); !removed) return removed.error();
  if (!detail::Trimming(draft).trim())
    return Error{"the grammar matches no text that the tokens can write; its rule '" +
                 grammar.rules()[grammar.start()].name + "' never comes to an end"};
  Pushdown automaton = detail::Packing(draft).pack();
  automaton.available = available;
  detail::PushdownAnalysis(automaton).run();
  return automaton;
}

}  // namespace tamis::guided
