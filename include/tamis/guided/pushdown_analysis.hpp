#pragma once

/// \file pushdown_analysis.hpp
/// What can be known of an automaton before it runs: followers, classes of bytes.

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "pushdown.hpp"

namespace tamis::guided::detail {

class PushdownAnalysis {
 public:
  explicit PushdownAnalysis(Pushdown& automaton)
      : a_(automaton), stamp_(automaton.states.size(), 0) {}

  void run() {
    find_classes();
    find_followers();
  }

 private:
  void find_classes() {
    std::bitset<257> begins;
    begins.set(0);
    for (const auto& edge : a_.byte_edges) {
      begins.set(edge.first);
      begins.set(edge.last + 1u);
    }
    std::uint32_t id = 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (byte > 0 && begins.test(byte)) ++id;
      a_.class_of[byte] = static_cast<std::uint8_t>(id);
    }
    a_.classes = id + 1;
  }

  template <class Visit>
  void each_empty_closure(std::uint32_t from, const Visit& visit) {
    ++time_;
    std::vector<std::uint32_t> work{from};
    stamp_[from] = time_;
    while (!work.empty()) {
      const std::uint32_t at = work.back();
      work.pop_back();
      visit(a_.states[at]);
      for (const std::uint32_t to : a_.empties_of(a_.states[at])) {
        if (stamp_[to] == time_) continue;
        stamp_[to] = time_;
        work.push_back(to);
      }
    }
  }

  bool completes(std::uint32_t state) {
    bool accepts = false;
    each_empty_closure(state, [&](const Pushdown::State& s) { accepts |= s.accepts; });
    return accepts;
  }

  /// The bytes with which a state goes on, in its own rule and those it calls.
  ByteSet first_of(std::uint32_t state) {
    ByteSet out;
    each_empty_closure(state, [&](const Pushdown::State& s) {
      out |= s.live;
      for (const Pushdown::Call& call : a_.calls_of(s)) {
        if (call.kind == Pushdown::CallKind::rule) out |= first_[call.index];
        if (call.kind == Pushdown::CallKind::repeat) out |= first_[a_.repeats[call.index].body];
        if (call.kind == Pushdown::CallKind::members)
          for (const auto& m : a_.members[call.index].members) out |= first_[m.rule];
      }
    });
    return out;
  }

  void find_followers() {
    first_.assign(a_.rules.size(), {});
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t rule = a_.rules.size(); rule-- > 0;) {
        const ByteSet found = first_of(a_.rules[rule].start);
        changed |= found != first_[rule];
        first_[rule] = found;
      }
    }
    struct Return {
      std::uint32_t callee;
      ByteSet first;
      std::uint32_t caller;  ///< whose followers are the callee's too; none, if they are not
    };
    std::vector<Return> returns;
    for (const Pushdown::State& s : a_.states) {
      for (const Pushdown::Call& call : a_.calls_of(s)) {
        ByteSet first = first_of(call.target);
        const std::uint32_t caller = completes(call.target) ? s.rule : Pushdown::none;
        if (call.kind == Pushdown::CallKind::rule) returns.push_back({call.index, first, caller});
        if (call.kind == Pushdown::CallKind::repeat) {
          const std::uint32_t body = a_.repeats[call.index].body;
          first |= first_[body];
          returns.push_back({body, first, caller});
        }
        if (call.kind == Pushdown::CallKind::members) {
          const Pushdown::Members& list = a_.members[call.index];
          ByteSet between;
          for (const auto& m : list.members) between |= first_[m.rule];
          returns.push_back({list.separator, between, Pushdown::none});
          first |= first_[list.separator];
          for (const auto& m : list.members) returns.push_back({m.rule, first, caller});
        }
      }
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const Return& r : returns) {
        ByteSet follow = a_.rules[r.callee].follow;
        follow |= r.first;
        if (r.caller != Pushdown::none) follow |= a_.rules[r.caller].follow;
        changed |= follow != a_.rules[r.callee].follow;
        a_.rules[r.callee].follow = follow;
      }
    }
  }

  Pushdown& a_;
  std::vector<std::uint32_t> stamp_;
  std::uint32_t time_ = 0;
  std::vector<ByteSet> first_;
};

}  // namespace tamis::guided::detail
