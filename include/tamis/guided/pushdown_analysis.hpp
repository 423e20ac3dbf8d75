#pragma once

/// \file pushdown_analysis.hpp
/// What can be known of an automaton before it runs: loops, followers, classes of bytes.

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "code_points.hpp"
#include "pushdown.hpp"

namespace tamis::guided::detail {

class PushdownAnalysis {
 public:
  /// \param available  bytes that some token has
  PushdownAnalysis(Pushdown& automaton, const ByteSet& available)
      : a_(automaton), available_(available), stamp_(automaton.states.size(), 0) {}

  void run() {
    find_classes();
    find_followers();
    find_loops();
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

  /// The states that the byte edges of `from` and of what its empty edges reach lead to.
  std::vector<std::uint32_t> step(const std::vector<std::uint32_t>& from, unsigned byte) {
    std::vector<std::uint32_t> out;
    for (const std::uint32_t state : from) {
      for (const auto& edge : a_.bytes_of(a_.states[state]))
        if (byte >= edge.first && byte <= edge.last) out.push_back(edge.target);
    }
    if (out.empty()) return out;
    ++time_;
    std::vector<std::uint32_t> reached;
    for (const std::uint32_t state : out)
      if (stamp_[state] != time_) stamp_[state] = time_, reached.push_back(state);
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const std::uint32_t to : a_.empties_of(a_.states[reached[i]]))
        if (stamp_[to] != time_) stamp_[to] = time_, reached.push_back(to);
    return reached;
  }

  void find_loops() {
    std::vector<char> begins_body(a_.states.size(), 0);
    for (const Pushdown::Repeat& r : a_.repeats) begins_body[a_.rules[r.body].start] = 1;
    for (std::uint32_t at = 0; at < a_.states.size(); ++at) {
      Pushdown::State& state = a_.states[at];
      if (state.live.is_empty()) continue;
      const bool counted = begins_body[at] != 0;
      const auto is_back = [&](const std::vector<std::uint32_t>& reached) {
        for (const std::uint32_t to : reached)
          if (counted ? a_.states[to].accepts : to == at) return true;
        return false;
      };
      if (!leads_back(state, is_back)) continue;
      Pushdown::Loop loop;
      loop.is_counted = counted;
      bool any = false;
      for (unsigned byte = 0; byte < 128;) {
        unsigned last = byte;
        while (last < 127 && a_.class_of[last + 1] == a_.class_of[byte]) ++last;
        if (state.live.contains(byte) && is_back(step({at}, byte))) {
          for (unsigned b = byte; b <= last; ++b)
            loop.characters.ascii[b / 64] |= std::uint64_t{1} << (b % 64);
          any = true;
        }
        byte = last + 1;
      }
      if (!any) continue;
      loop.characters.all_others =
          state.live.contains(0xc3) && state.live.contains(0xe3) && takes_all_others(at, is_back);
      state.loop = static_cast<std::uint32_t>(a_.loops.size());
      a_.loops.push_back(loop);
    }
  }

  /// Whether any edge leads back: most states are in no loop, and are done with so.
  template <class IsBack>
  bool leads_back(const Pushdown::State& state, const IsBack& is_back) {
    for (const auto& edge : a_.bytes_of(state)) {
      if (a_.empties_of(a_.states[edge.target]).empty()) {
        if (is_back({edge.target})) return true;
      } else if (is_back(step_to(edge.target))) {
        return true;
      }
    }
    return false;
  }

  /// A state, and those that its empty edges reach.
  std::vector<std::uint32_t> step_to(std::uint32_t state) {
    ++time_;
    stamp_[state] = time_;
    std::vector<std::uint32_t> reached{state};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const std::uint32_t to : a_.empties_of(a_.states[reached[i]]))
        if (stamp_[to] != time_) stamp_[to] = time_, reached.push_back(to);
    return reached;
  }

  /// Whether each character beyond ASCII leads back.
  template <class IsBack>
  bool takes_all_others(std::uint32_t at, const IsBack& is_back) {
    static const std::vector<UnitRanges> others = utf8_of(CodePoints{{0x80, CodePoints::greatest}});
    for (const UnitRanges& path : others) {
      std::vector<std::vector<std::uint32_t>> fronts{{at}};
      for (const UnitRanges::Unit& unit : path.units) {
        std::vector<std::vector<std::uint32_t>> next;
        for (const auto& front : fronts) {
          for (unsigned byte = unit.first; byte <= unit.last;) {
            unsigned last = byte;
            while (last < unit.last && a_.class_of[last + 1] == a_.class_of[byte]) ++last;
            auto reached = step(front, byte);
            if (reached.empty()) {
              // Where no token has the byte, no token tells the difference.
              for (unsigned b = byte; b <= last; ++b)
                if (available_.contains(b)) return false;
            } else if (std::find(next.begin(), next.end(), reached) == next.end()) {
              next.push_back(std::move(reached));
            }
            byte = last + 1;
          }
        }
        if (next.size() > 64) return false;
        fronts = std::move(next);
      }
      for (const auto& front : fronts)
        if (!is_back(front)) return false;
    }
    return true;
  }

  Pushdown& a_;
  ByteSet available_;
  std::vector<std::uint32_t> stamp_;
  std::uint32_t time_ = 0;
  std::vector<ByteSet> first_;
};

}  // namespace tamis::guided::detail
