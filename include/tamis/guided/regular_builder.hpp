#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "code_points.hpp"
#include "regex_tree.hpp"
#include "regular.hpp"

namespace tamis::guided {

/// Makes the automaton of a pattern by sets of the states of a nondeterministic one.
///
/// What looks ahead is an automaton of its own, of the rests of the text that it lets pass. It
/// begins where the pattern looks, reads on beside it, and must accept in the end: a state of the
/// pattern goes with those that read beside it.
class RegularBuilder {
 public:
  /// What a pattern matches: the whole text, or a part of it where `is_search`. An error, if it is
  /// too large.
  static Result<Regular> of(const RegexTree& tree, bool is_search) {
    return RegularBuilder(tree, 0).build(tree.root(), is_search, is_search);
  }

 private:
  RegularBuilder(const RegexTree& tree, int depth) : tree_(tree), depth_(depth) {}

  Result<Regular> build(RegexTree::Node root, bool may_begin_later, bool may_end_earlier) {
    const std::uint32_t start = add(), end = add();
    std::uint32_t from = start;
    if (may_begin_later) {
      from = add();
      edges_[start].empty.push_back(from);
      edges_[start].sets.push_back({CodePoints::all(), start});
    }
    if (may_end_earlier) edges_[end].sets.push_back({CodePoints::all(), end});
    if (!build(root, from, end)) return fault_;
    find_letters();
    return determine(start, end);
  }

  struct Look {
    std::uint32_t target, language;
  };
  struct Edges {
    std::vector<std::uint32_t> empty = {}, at_begin = {}, at_end = {};
    std::vector<Look> looks = {};
    std::vector<std::pair<CodePoints, std::uint32_t>> sets = {};
  };

  /// Automata that read beside the pattern, and where each is; ascending. Kept once: 0 is none.
  using Beside = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  bool build_look(const RegexTree::Entry& e, std::uint32_t from, std::uint32_t to) {
    constexpr std::size_t most = 8;
    if (languages_.size() == most || depth_ > 3)
      return fault_ = Error{"the pattern looks ahead in more than " + std::to_string(most) + " places"}, false;
    auto language = RegularBuilder(tree_, depth_ + 1).build(e.parts[0], false, true);
    if (!language) return fault_ = language.error(), false;
    edges_[from].looks.push_back({to, static_cast<std::uint32_t>(languages_.size())});
    languages_.push_back(e.kind == RegexTree::Kind::ahead ? *language : language->complement());
    return true;
  }

  std::uint32_t number_of(const Beside& beside) {
    const auto [found, is_new] = numbers_.try_emplace(beside, static_cast<std::uint32_t>(besides_.size()));
    if (is_new) besides_.push_back(beside);
    return found->second;
  }

  static constexpr std::uint32_t none = ~std::uint32_t{0}, not_known = none - 1;

  /// With one more that begins to read; none, if what follows cannot be let pass.
  std::uint32_t begin(std::uint32_t beside, std::uint32_t language) {
    std::uint32_t& known = memo_of(begun_, std::size_t{beside} * languages_.size() + language);
    if (known != not_known) return known;
    const Regular& its = languages_[language];
    if (its.is_dead(0)) return known = none;
    if (its.is_all()) return known = beside;
    Beside more = besides_[beside];
    const std::pair<std::uint32_t, std::uint32_t> one{language, 0};
    const auto at = std::lower_bound(more.begin(), more.end(), one);
    if (at == more.end() || *at != one) more.insert(at, one);
    return known = number_of(more);
  }

  /// All of them one character later; none, if one cannot accept any more.
  std::uint32_t step(std::uint32_t beside, std::size_t letter) {
    if (beside == 0) return 0;
    std::uint32_t& known = memo_of(stepped_, beside * letters_.size() + letter);
    if (known != not_known) return known;
    const char32_t c = letters_[letter].ranges().front().first;
    Beside later;
    for (const auto& [language, state] : besides_[beside]) {
      const Regular& its = languages_[language];
      const std::uint32_t next = its.next_[state * its.letters_.size() + its.letter_of(c)];
      if (its.is_dead(next)) return known = none;
      if (!its.is_sure(next)) later.push_back({language, next});
    }
    work_ += 4 * besides_[beside].size();
    std::sort(later.begin(), later.end());
    later.erase(std::unique(later.begin(), later.end()), later.end());
    return known = number_of(later);
  }

  static std::uint32_t& memo_of(std::vector<std::uint32_t>& memo, std::size_t at) {
    if (memo.size() <= at) memo.resize(std::max(at + 1, 2 * memo.size()), not_known);
    return memo[at];
  }

  bool accepts(std::uint32_t beside) const {
    return std::all_of(besides_[beside].begin(), besides_[beside].end(),
                       [&](const auto& one) { return languages_[one.first].accepts_[one.second]; });
  }

  std::uint32_t add() {
    edges_.push_back({});
    return static_cast<std::uint32_t>(edges_.size() - 1);
  }

  bool build(RegexTree::Node node, std::uint32_t from, std::uint32_t to) {
    if (edges_.size() > 5 * Regular::most_states) return fault_ = Regular::too_large(), false;
    const RegexTree::Entry& e = tree_[node];
    switch (e.kind) {
      case RegexTree::Kind::set:
        edges_[from].sets.push_back({e.set, to});
        return true;
      case RegexTree::Kind::ahead:
      case RegexTree::Kind::not_ahead:
        return build_look(e, from, to);
      case RegexTree::Kind::text_begin:
        if (depth_ > 0)
          return fault_ = Error{"a pattern that looks ahead for the text's begin is not supported"}, false;
        edges_[from].at_begin.push_back(to);
        return true;
      case RegexTree::Kind::text_end:
        edges_[from].at_end.push_back(to);
        return true;
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
      case RegexTree::Kind::repeat:
        break;
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
    for (const Regular& language : languages_) {
      for (const CodePoints& letter : language.letters_) {
        sets.push_back(&letter);
        for (const CodePointRange& r : letter.ranges()) bounds.insert(bounds.end(), {r.first, r.last + 1});
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

  /// A state of the pattern, twice, and once more after the end of the text was asked for; and what
  /// reads beside it.
  using Item = std::uint64_t;
  static Item item(std::uint32_t state, bool ended, std::uint32_t beside) {
    return Item{beside} << 32 | (2 * state + ended);
  }

  void close(std::vector<Item>& set, bool at_begin) {
    stamps_.resize(2 * edges_.size());  // of what has nothing beside it
    ++time_;
    std::set<Item> others;
    const auto is_new = [&](Item s) {
      if (s >> 32 != 0) return others.insert(s).second;
      return std::exchange(stamps_[static_cast<std::size_t>(s)], time_) != time_;
    };
    for (const Item s : set) is_new(s);
    const auto enter = [&](std::uint32_t state, bool ended, std::uint32_t beside) {
      const Item key = item(state, ended, beside);
      if (is_new(key)) set.push_back(key);
    };
    for (std::size_t i = 0; i < set.size() && work_ <= most_work; ++i) {
      const Edges& e = edges_[static_cast<std::uint32_t>(set[i]) / 2];
      const bool ended = set[i] % 2 != 0;
      const auto beside = static_cast<std::uint32_t>(set[i] >> 32);
      work_ += (beside == 0 ? 1 : 4) * (1 + e.empty.size() + e.at_end.size() + e.looks.size());
      for (const std::uint32_t to : e.empty) enter(to, ended, beside);
      if (at_begin)
        for (const std::uint32_t to : e.at_begin) enter(to, ended, beside);
      for (const std::uint32_t to : e.at_end) enter(to, true, beside);
      for (const Look& look : e.looks)
        if (const std::uint32_t more = begin(beside, look.language); more != none) enter(look.target, ended, more);
    }
    std::sort(set.begin(), set.end());
  }

  /// Of each state where its sets lead, by letters.
  struct Step {
    std::uint32_t letter, target;
  };
  std::vector<std::vector<Step>> steps() {
    std::vector<std::vector<Step>> out(edges_.size());
    for (std::size_t state = 0; state < edges_.size(); ++state) {
      for (const auto& [set, to] : edges_[state].sets)
        for (std::uint32_t letter = 0; letter < letters_.size(); ++letter)
          if (set.contains(letters_[letter].ranges().front().first)) out[state].push_back({letter, to});
      work_ += out[state].size();
      if (work_ > most_work) break;
    }
    return out;
  }

  Result<Regular> determine(std::uint32_t start, std::uint32_t end) {
    Regular out;
    out.letters_ = letters_;
    number_of({});
    const std::vector<std::vector<Step>> edges = steps();
    std::map<std::vector<Item>, std::uint32_t> known, known_open;  // sets of items, and those that are not closed yet
    std::vector<std::vector<Item>> order, next(letters_.size());
    std::vector<Item> first{item(start, false, 0)};
    close(first, true);
    order.push_back(first);
    for (std::size_t at = 0; at < order.size(); ++at) {
      const std::vector<Item> now = order[at];
      work_ += letters_.size();
      out.accepts_.push_back(std::any_of(now.begin(), now.end(), [&](Item s) {
        return static_cast<std::uint32_t>(s) / 2 == end && accepts(static_cast<std::uint32_t>(s >> 32));
      }));
      for (const Item s : now) {
        if (s % 2 != 0) continue;
        const auto& its = edges[static_cast<std::uint32_t>(s) / 2];
        work_ += its.size();
        if (order.size() > 4 * Regular::most_states || work_ > most_work || besides_.size() > 20'000)
          return Regular::too_large();
        for (const Step& edge : its)
          if (const std::uint32_t beside = step(static_cast<std::uint32_t>(s >> 32), edge.letter); beside != none)
            next[edge.letter].push_back(item(edge.target, false, beside));
      }
      for (std::vector<Item>& set : next) {
        std::sort(set.begin(), set.end());
        set.erase(std::unique(set.begin(), set.end()), set.end());
        const auto [open, is_open_new] = known_open.try_emplace(set, static_cast<std::uint32_t>(order.size()));
        if (is_open_new) {
          close(set, false);
          const auto [found, is_new] = known.try_emplace(set, static_cast<std::uint32_t>(order.size()));
          if (is_new) order.push_back(set);
          open->second = found->second;
        }
        out.next_.push_back(open->second);
        set.clear();
      }
    }
    out.minimize();
    if (out.size() > Regular::most_states) return Regular::too_large();
    return out;
  }

  static constexpr std::size_t most_work = 4'000'000;  ///< steps: a second at most, however it is compiled

  const RegexTree& tree_;
  int depth_;  ///< of looking ahead within looking ahead
  std::vector<Edges> edges_;
  std::vector<CodePoints> letters_;
  std::vector<Regular> languages_;  ///< of rests of the text, that what looks ahead lets pass
  std::vector<Beside> besides_;
  std::map<Beside, std::uint32_t> numbers_;
  std::vector<std::uint32_t> begun_, stepped_;  ///< what begin() and step() found
  std::vector<std::uint32_t> stamps_;           ///< when close() met a state last
  std::uint32_t time_ = 0;
  std::size_t work_ = 0;
  Error fault_;
};

}  // namespace tamis::guided
