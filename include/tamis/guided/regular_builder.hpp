#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "code_points.hpp"
#include "regex_tree.hpp"
#include "regular.hpp"

namespace tamis::guided {

/// Makes the automaton of a pattern by sets of the states of a nondeterministic one.
class RegularBuilder {
 public:
  /// What a pattern matches: the whole text, or a part of it where `is_search`. An error, if it is too large.
  static Result<Regular> of(const RegexTree& tree, bool is_search) { return RegularBuilder(tree).build(is_search); }

 private:
  explicit RegularBuilder(const RegexTree& tree) : tree_(tree) {}

  Result<Regular> build(bool is_search) {
    const std::uint32_t start = add(), end = add();
    std::uint32_t from = start;
    if (is_search) {
      from = add();
      edges_[start].empty.push_back(from);
      edges_[start].sets.push_back({CodePoints::all(), start});
      edges_[end].sets.push_back({CodePoints::all(), end});
    }
    if (!build(tree_.root(), from, end)) return Regular::too_large();
    find_letters();
    return determine(start, end);
  }

  struct Edges {
    std::vector<std::uint32_t> empty = {}, at_begin = {}, at_end = {};
    std::vector<std::pair<CodePoints, std::uint32_t>> sets = {};
  };

  std::uint32_t add() {
    edges_.push_back({});
    return static_cast<std::uint32_t>(edges_.size() - 1);
  }

  bool build(RegexTree::Node node, std::uint32_t from, std::uint32_t to) {
    if (edges_.size() > 5 * Regular::most_states) return false;
    const RegexTree::Entry& e = tree_[node];
    switch (e.kind) {
      case RegexTree::Kind::set: edges_[from].sets.push_back({e.set, to}); return true;
      case RegexTree::Kind::text_begin: edges_[from].at_begin.push_back(to); return true;
      case RegexTree::Kind::text_end: edges_[from].at_end.push_back(to); return true;
      case RegexTree::Kind::choice:
        for (const RegexTree::Node part : e.parts)
          if (!build(part, from, to)) return false;
        return true;
      case RegexTree::Kind::sequence:
        for (const RegexTree::Node part : e.parts) {
          const std::uint32_t next = add();
          if (!build(part, from, next)) return false;
          from = next;
        }
        edges_[from].empty.push_back(to);
        return true;
      case RegexTree::Kind::repeat: break;
    }
    for (std::uint32_t i = 0; i < e.least; ++i) {
      const std::uint32_t next = add();
      if (!build(e.parts[0], from, next)) return false;
      from = next;
    }
    if (e.most == RegexTree::unlimited) {
      const std::uint32_t begin = add(), end = add();
      edges_[from].empty.push_back(begin);
      edges_[begin].empty.push_back(to);
      edges_[end].empty.push_back(begin);
      return build(e.parts[0], begin, end);
    }
    for (std::uint32_t i = e.least; i < e.most; ++i) {
      edges_[from].empty.push_back(to);
      const std::uint32_t next = add();
      if (!build(e.parts[0], from, next)) return false;
      from = next;
    }
    edges_[from].empty.push_back(to);
    return true;
  }

  /// Splits the characters into those that no set tells apart.
  void find_letters() {
    std::vector<char32_t> bounds{0, 0xd800, 0xe000, CodePoints::greatest + 1};
    std::vector<const CodePoints*> sets;
    for (const Edges& from : edges_) {
      for (const auto& [set, to] : from.sets) {
        if (std::any_of(sets.begin(), sets.end(), [&, s = &set](const CodePoints* other) { return *other == *s; }))
          continue;
        sets.push_back(&set);
        for (const CodePointRange& r : set.ranges()) bounds.insert(bounds.end(), {r.first, r.last + 1});
      }
    }
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    std::map<std::vector<bool>, CodePoints> groups;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      if (bounds[i] == 0xd800) continue;  // no character, but surrogates
      std::vector<bool> in;
      for (const CodePoints* set : sets) in.push_back(set->contains(bounds[i]));
      groups[in].add(bounds[i], bounds[i + 1] - 1);
    }
    for (auto& [in, set] : groups) letters_.push_back(std::move(set));
  }

  /// A state twice is one that may read on, and once more after the end of the text was asked for.
  void close(std::vector<std::uint32_t>& set, bool at_begin) const {
    std::vector<bool> has(2 * edges_.size());
    for (const std::uint32_t s : set) has[s] = true;
    const auto enter = [&](std::uint32_t state, bool ended) {
      const std::uint32_t key = 2 * state + ended;
      if (has[key]) return;
      has[key] = true;
      set.push_back(key);
    };
    for (std::size_t i = 0; i < set.size(); ++i) {
      const Edges& e = edges_[set[i] / 2];
      const bool ended = set[i] % 2 != 0;
      for (const std::uint32_t to : e.empty) enter(to, ended);
      if (at_begin)
        for (const std::uint32_t to : e.at_begin) enter(to, ended);
      for (const std::uint32_t to : e.at_end) enter(to, true);
    }
    std::sort(set.begin(), set.end());
  }

  Result<Regular> determine(std::uint32_t start, std::uint32_t end) const {
    Regular out;
    out.letters_ = letters_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    std::vector<std::vector<std::uint32_t>> order;
    std::vector<std::uint32_t> first{2 * start};
    close(first, true);
    order.push_back(first);
    std::size_t work = 0;
    for (std::size_t at = 0; at < order.size(); ++at) {
      const std::vector<std::uint32_t> now = order[at];
      work += now.size() * letters_.size();
      if (order.size() > 4 * Regular::most_states || work > 20'000'000) return Regular::too_large();
      out.accepts_.push_back(std::any_of(now.begin(), now.end(), [&](std::uint32_t s) { return s / 2 == end; }));
      for (const CodePoints& letter : letters_) {
        const char32_t c = letter.ranges().front().first;
        std::vector<std::uint32_t> next;
        for (const std::uint32_t s : now) {
          if (s % 2 != 0) continue;
          for (const auto& [set, to] : edges_[s / 2].sets)
            if (set.contains(c)) next.push_back(2 * to);
        }
        std::sort(next.begin(), next.end());
        next.erase(std::unique(next.begin(), next.end()), next.end());
        close(next, false);
        const auto [found, is_new] = known.try_emplace(next, static_cast<std::uint32_t>(order.size()));
        if (is_new) order.push_back(next);
        out.next_.push_back(found->second);
      }
    }
    out.minimize();
    if (out.size() > Regular::most_states) return Regular::too_large();
    return out;
  }

  const RegexTree& tree_;
  std::vector<Edges> edges_;
  std::vector<CodePoints> letters_;
};

}  // namespace tamis::guided
