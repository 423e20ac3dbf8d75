#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "code_points.hpp"
#include "grammar.hpp"
#include "regex_tree.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

/// A regular language of texts: a finite automaton over code points, with the algebra of sets.
class Regular {
 public:
  static constexpr std::size_t most_states = 4000;  ///< of an automaton, and of what it is made from five times that

  /// Every text.
  static Regular all() { return lengths(0, Grammar::unlimited); }

  /// Texts of `least` to `most` characters. Requires that the greater of them that is not unlimited is small.
  static Regular lengths(std::uint32_t least, std::uint32_t most) {
    Regular out;
    out.letters_ = {CodePoints::all()};
    const std::uint32_t last = most == Grammar::unlimited ? least : most + 1;
    for (std::uint32_t n = 0; n <= last; ++n) {
      out.accepts_.push_back(n >= least && (most == Grammar::unlimited || n <= most));
      out.next_.push_back(std::min(n + 1, last));
    }
    return out;
  }

  /// These texts and no others.
  static Regular of_texts(const std::vector<std::string>& texts) {
    std::map<std::u32string, std::uint32_t> prefixes{{U"", 0}};
    std::map<std::pair<std::uint32_t, char32_t>, std::uint32_t> edges;
    CodePoints used;
    Regular out;
    out.accepts_ = {false};
    for (const std::string& text : texts) {
      std::u32string prefix;
      std::uint32_t at = 0;
      for (TextReader reader(text); !reader.at_end();) {
        const char32_t c = reader.next();
        if (c == TextReader::invalid) continue;
        used.add(c);
        prefix.push_back(c);
        const auto [found, is_new] = prefixes.try_emplace(prefix, static_cast<std::uint32_t>(out.accepts_.size()));
        if (is_new) out.accepts_.push_back(false);
        edges[{at, c}] = found->second;
        at = found->second;
      }
      out.accepts_[at] = true;
    }
    const auto dead = static_cast<std::uint32_t>(out.accepts_.size());
    out.accepts_.push_back(false);
    std::map<char32_t, std::uint32_t> letter_of;
    for (const CodePointRange& r : used.ranges())
      for (char32_t c = r.first; c <= r.last; ++c) {
        letter_of[c] = static_cast<std::uint32_t>(out.letters_.size());
        out.letters_.push_back({{c, c}});
      }
    out.letters_.push_back(used.complement());
    out.next_.assign(out.accepts_.size() * out.letters_.size(), dead);
    for (const auto& [edge, target] : edges)
      out.next_[edge.first * out.letters_.size() + letter_of[edge.second]] = target;
    return out;
  }

  /// What a pattern matches: the whole text, or a part of it where `is_search`.
  static Result<Regular> of(const RegexTree& tree, bool is_search);

  bool is_empty() const { return std::find(accepts_.begin(), accepts_.end(), true) == accepts_.end(); }
  bool is_all() const { return std::find(accepts_.begin(), accepts_.end(), false) == accepts_.end(); }
  std::size_t size() const { return accepts_.size(); }

  bool matches(std::string_view text) const {
    std::uint32_t at = 0;
    for (TextReader reader(text); !reader.at_end();) {
      const char32_t c = reader.next();
      std::size_t letter = 0;
      while (letter < letters_.size() && !letters_[letter].contains(c)) ++letter;
      if (letter == letters_.size()) return false;
      at = next_[at * letters_.size() + letter];
    }
    return accepts_[at];
  }

  Regular complement() const {
    Regular out = *this;
    out.accepts_.flip();
    return out;
  }
  Result<Regular> common(const Regular& other) const {
    return combined(other, [](bool x, bool y) { return x && y; });
  }
  Result<Regular> without(const Regular& other) const {
    return combined(other, [](bool x, bool y) { return x && !y; });
  }
  Result<Regular> united(const Regular& other) const {
    return combined(other, [](bool x, bool y) { return x || y; });
  }

  /// As an expression of a grammar; `is_json` spells it as between the quotes of a JSON string.
  Grammar::Expression write(Grammar& grammar, bool is_json) const {
    Grammar::Automaton out;
    out.is_json = is_json;
    for (std::size_t state = 0; state < accepts_.size(); ++state) {
      std::map<std::uint32_t, CodePoints> targets;
      for (std::size_t letter = 0; letter < letters_.size(); ++letter)
        targets[next_[state * letters_.size() + letter]].add(letters_[letter]);
      Grammar::Automaton::State made;
      made.accepts = accepts_[state];
      for (auto& [target, set] : targets)
        if (!is_dead(target)) made.edges.push_back({std::move(set), target});
      out.states.push_back(std::move(made));
    }
    return grammar.automaton(std::move(out));
  }

 private:
  bool is_dead(std::uint32_t state) const {
    if (accepts_[state]) return false;
    for (std::size_t letter = 0; letter < letters_.size(); ++letter)
      if (next_[state * letters_.size() + letter] != state) return false;
    return true;
  }

  Result<Regular> combined(const Regular& other, const std::function<bool(bool, bool)>& accepts) const {
    Regular out;
    std::vector<std::pair<std::size_t, std::size_t>> pairs;  // of letters, whose common characters are a letter
    for (std::size_t x = 0; x < letters_.size(); ++x) {
      for (std::size_t y = 0; y < other.letters_.size(); ++y) {
        CodePoints both = letters_[x].common(other.letters_[y]);
        if (both.is_empty()) continue;
        out.letters_.push_back(std::move(both));
        pairs.push_back({x, y});
      }
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known{{{0, 0}, 0}};
    std::vector<std::pair<std::uint32_t, std::uint32_t>> order{{0, 0}};
    for (std::size_t at = 0; at < order.size(); ++at) {
      if (order.size() > 4 * most_states) return too_large();
      const auto [x, y] = order[at];
      out.accepts_.push_back(accepts(accepts_[x], other.accepts_[y]));
      for (const auto& [a, b] : pairs) {
        const std::pair target{next_[x * letters_.size() + a], other.next_[y * other.letters_.size() + b]};
        const auto [found, is_new] = known.try_emplace(target, static_cast<std::uint32_t>(order.size()));
        if (is_new) order.push_back(target);
        out.next_.push_back(found->second);
      }
    }
    out.minimize();
    if (out.size() > most_states) return too_large();
    return out;
  }

  static Error too_large() {
    return Error{"the pattern is too large: its automaton needs more than " + std::to_string(most_states) + " states"};
  }

  /// Moore's partition, refined until it is stable; then letters that no state tells apart become one.
  void minimize() {
    std::vector<std::uint32_t> group(size());
    for (std::size_t i = 0; i < size(); ++i) group[i] = accepts_[i] != accepts_[0];
    const std::size_t width = letters_.size();
    for (std::size_t count = 0;;) {
      std::map<std::vector<std::uint32_t>, std::uint32_t> known;
      std::vector<std::uint32_t> next_group(size());
      std::vector<std::uint32_t> signature;
      for (std::size_t i = 0; i < size(); ++i) {
        signature.assign(1, group[i]);
        for (std::size_t letter = 0; letter < width; ++letter) signature.push_back(group[next_[i * width + letter]]);
        next_group[i] = known.try_emplace(signature, static_cast<std::uint32_t>(known.size())).first->second;
      }
      group = std::move(next_group);
      if (known.size() == count) break;
      count = known.size();
    }
    Regular out;
    std::vector<std::size_t> representative;
    for (std::size_t i = 0; i < size(); ++i)
      if (group[i] == representative.size()) representative.push_back(i);  // groups are numbered as they are met
    std::map<std::vector<std::uint32_t>, std::size_t> columns;
    std::vector<std::vector<std::uint32_t>> kept;
    for (std::size_t letter = 0; letter < width; ++letter) {
      std::vector<std::uint32_t> column;
      for (const std::size_t state : representative) column.push_back(group[next_[state * width + letter]]);
      const auto [found, is_new] = columns.try_emplace(column, kept.size());
      if (is_new) {
        kept.push_back(column);
        out.letters_.push_back(letters_[letter]);
      } else {
        out.letters_[found->second].add(letters_[letter]);
      }
    }
    for (std::size_t state = 0; state < representative.size(); ++state) {
      out.accepts_.push_back(accepts_[representative[state]]);
      for (const auto& column : kept) out.next_.push_back(column[state]);
    }
    *this = std::move(out);
  }

  friend class RegularBuilder;

  std::vector<CodePoints> letters_;  ///< sets that no state tells apart; together every character
  std::vector<std::uint32_t> next_;  ///< [states, letters]
  std::vector<bool> accepts_;
};

/// Makes the automaton of a pattern by sets of the states of a nondeterministic one.
class RegularBuilder {
 public:
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

 private:
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

inline Result<Regular> Regular::of(const RegexTree& tree, bool is_search) {
  return RegularBuilder(tree).build(is_search);
}

}  // namespace tamis::guided
