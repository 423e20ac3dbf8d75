#pragma once

/// \file draft_automaton.hpp
/// A grammar's automaton while it is being made: states with lists of their own.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "nullable_rules.hpp"
#include "pushdown.hpp"

namespace tamis::guided::detail {

/// What the automaton of one grammar may grow to.
inline constexpr std::size_t most_states = 2'000'000;

struct DraftState {
  std::uint32_t rule = 0;
  bool accepts = false;
  std::vector<Pushdown::ByteEdge> bytes = {};
  std::vector<Pushdown::Call> calls = {};
  std::vector<std::uint32_t> empties = {};
};

/// Makes states of expressions: from the rule to start with, each rule that is called.
class DraftAutomaton {
 public:
  /// \param available  bytes that can be written; edges of others are left out
  DraftAutomaton(const Grammar& grammar, const ByteSet& available)
      : grammar_(grammar), available_(available), nullable_(grammar) {}

  Result<void> build() {
    for (const Grammar::RuleEntry& rule : grammar_.rules())
      if (!rule.is_defined) return Error{"the grammar's rule '" + rule.name + "' is called, but nowhere defined"};
    rule_of_.assign(grammar_.rules().size(), Pushdown::none);
    sizes_.assign(grammar_.rules().size(), unknown);
    start_rule = rule_for(grammar_.start());
    for (std::size_t at = 0; at < pending_.size(); ++at) {
      rule_ = static_cast<std::uint32_t>(at);
      const std::uint32_t start = add_state(), end = add_state();
      starts[at] = start;
      states[end].accepts = true;
      build(pending_[at], start, end);
      if (states.size() > most_states)
        return Error{"the grammar is too large: it needs more than " + std::to_string(most_states) + " states"};
    }
    accepts_empty = nullable_.has(grammar_.start());
    return {};
  }

  std::vector<DraftState> states;
  std::vector<std::uint32_t> starts;  ///< of each rule
  std::vector<std::string> names;     ///< of each rule; empty for the body of a repeat
  std::vector<char> are_distinct;     ///< of each rule
  std::vector<Pushdown::Repeat> repeats;
  std::vector<Pushdown::Members> members;
  std::uint32_t start_rule = 0;
  bool accepts_empty = false;

 private:
  using Expression = Grammar::Expression;
  using Kind = Grammar::Kind;
  static constexpr std::uint32_t unknown = ~std::uint32_t{0}, large = 1u << 20, entered = unknown - 1;
  static constexpr std::uint32_t most_inlined = 24, most_unrolled = 64;
  static constexpr int deepest_inlined = 64;

  std::uint32_t add_state() {
    states.push_back({rule_});
    return static_cast<std::uint32_t>(states.size() - 1);
  }

  void add_bytes(std::uint32_t from, unsigned first, unsigned last, std::uint32_t to) {
    for (unsigned at = first; at <= last; ++at) {
      if (!available_.contains(at)) continue;
      unsigned until = at;
      while (until < last && available_.contains(until + 1)) ++until;
      states[from].bytes.push_back({static_cast<std::uint8_t>(at), static_cast<std::uint8_t>(until), to});
      at = until;
    }
  }

  std::uint32_t add_rule(Expression body, std::string name) {
    starts.push_back(Pushdown::none);
    names.push_back(std::move(name));
    are_distinct.push_back(0);
    pending_.push_back(body);
    return static_cast<std::uint32_t>(starts.size() - 1);
  }
  std::uint32_t rule_for(Grammar::Rule rule) {
    if (rule_of_[rule] == Pushdown::none) {
      rule_of_[rule] = add_rule(grammar_.rules()[rule].body, grammar_.rules()[rule].name);
      are_distinct.back() = grammar_.rules()[rule].is_distinct;
    }
    return rule_of_[rule];
  }
  std::uint32_t rule_for_body(Expression body) {
    const auto [found, is_new] = bodies_.try_emplace(body, 0);
    if (is_new) found->second = add_rule(body, "");
    return found->second;
  }

  /// About how many states an expression takes. A call that is not built in place counts as one state; where the size
  /// of a rule is asked for, as what the rule has, which is `large` where it calls itself.
  std::uint32_t size_of(Expression e, int depth, bool of_rule = false) {
    const Grammar::Node& n = grammar_.node(e);
    switch (n.kind) {
      case Kind::text:
        return static_cast<std::uint32_t>(grammar_.text_of(n).size());
      case Kind::byte_set:
        return 1;
      case Kind::characters:
        return grammar_.code_points_of(n).ranges().empty() || grammar_.code_points_of(n).ranges().back().last < 0x80
                   ? 1
                   : 10;
      case Kind::json_characters:
        return n.b ? 20 : 12;
      case Kind::words:
        return static_cast<std::uint32_t>(grammar_.words_of(n).size()) * 4;
      case Kind::members:
        return large;
      case Kind::automaton:
        return static_cast<std::uint32_t>(std::min<std::size_t>(large, grammar_.automaton_of(n).states.size() * 4));
      case Kind::repeat: {
        const std::uint32_t copies = std::min(most_unrolled, std::max(1u, n.b == Grammar::unlimited ? n.a : n.b));
        return std::min(large, size_of(n.parts.front(), depth, of_rule) * copies);
      }
      case Kind::call: {
        const std::uint32_t size = rule_size(n.a, depth + 1);
        return of_rule || size <= most_inlined ? size : 1;
      }
      default: {
        std::uint32_t size = 1;
        for (const Expression part : n.parts) size = std::min(large, size + size_of(part, depth, of_rule));
        return size;
      }
    }
  }
  std::uint32_t rule_size(Grammar::Rule rule, int depth) {
    std::uint32_t& size = sizes_[rule];
    if (grammar_.rules()[rule].is_distinct || size == entered || depth > deepest_inlined) return large;
    if (size != unknown) return size;
    size = entered;
    const std::uint32_t found = size_of(grammar_.rules()[rule].body, depth, true);
    return sizes_[rule] = found;
  }

  /// Adds paths from one state to another. Nothing leads back to `from`, and nothing leaves `to`.
  void build(Expression e, std::uint32_t from, std::uint32_t to) {
    if (states.size() > most_states) return;
    const Grammar::Node& n = grammar_.node(e);
    switch (n.kind) {
      case Kind::text:
        return build_text(grammar_.text_of(n), from, to);
      case Kind::byte_set: {
        const ByteSet& set = grammar_.bytes_of(n);
        for (unsigned first = 0; first < 256; ++first) {
          if (!set.contains(first)) continue;
          unsigned last = first;
          while (last < 255 && set.contains(last + 1)) ++last;
          add_bytes(from, first, last, to);
          first = last;
        }
        return;
      }
      case Kind::characters: {
        Paths paths;
        return build_units(utf8_of(grammar_.code_points_of(n)), from, to, false, paths);
      }
      case Kind::json_characters: {
        Paths paths;
        return build_json(grammar_.code_points_of(n), n.b != 0, from, to, paths);
      }
      case Kind::sequence:
        for (std::size_t i = 0; i < n.parts.size(); ++i) {
          const std::uint32_t next = i + 1 == n.parts.size() ? to : add_state();
          build(n.parts[i], from, next);
          from = next;
        }
        return;
      case Kind::choice:
        for (const Expression part : n.parts) build(part, from, to);
        return;
      case Kind::words:
        return build_words(grammar_.words_of(n), from, to);
      case Kind::repeat:
        return build_repeat(n.parts.front(), n.a, n.b, from, to);
      case Kind::call: {
        if (rule_size(n.a, 0) <= most_inlined) return build(grammar_.rules()[n.a].body, from, to);
        const std::uint32_t rule = rule_for(n.a);
        states[from].calls.push_back({Pushdown::CallKind::rule, rule, to});
        if (nullable_.has(n.a)) states[from].empties.push_back(to);
        return;
      }
      case Kind::automaton:
        return build_automaton(grammar_.automaton_of(n), from, to);
      case Kind::members: {
        const Grammar::Members& list = grammar_.members_of(n);
        Pushdown::Members made{{}, rule_for(list.separator), list.least, list.most, to};
        for (const Grammar::Member& m : list.members)
          made.members.push_back({rule_for(m.rule), m.is_required, m.repeats});
        if (nullable_.is_nullable(e)) states[from].empties.push_back(to);
        states[from].calls.push_back({Pushdown::CallKind::members, static_cast<std::uint32_t>(members.size()), to});
        members.push_back(std::move(made));
        return;
      }
    }
  }

  void build_text(const std::string& text, std::uint32_t from, std::uint32_t to) {
    if (text.empty()) states[from].empties.push_back(to);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const std::uint32_t next = i + 1 == text.size() ? to : add_state();
      add_bytes(from, byte, byte, next);
      from = next;
    }
  }

  void build_words(const std::vector<std::string>& words, std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> path{from};
    std::string before;
    for (std::size_t at = 0; at < words.size(); ++at) {
      const std::string& word = words[at];
      if (word.empty()) {
        states[from].empties.push_back(to);
        continue;
      }
      std::size_t same = 0;
      while (same < before.size() && same < word.size() && before[same] == word[same]) ++same;
      path.resize(same + 1);
      for (std::size_t i = same; i < word.size(); ++i) {
        // The last byte of a word that begins no other leads to the end at once.
        const bool is_leaf =
            i + 1 == word.size() && !(at + 1 < words.size() && words[at + 1].compare(0, word.size(), word) == 0);
        const std::uint32_t next = is_leaf ? to : add_state();
        const auto byte = static_cast<unsigned char>(word[i]);
        add_bytes(path.back(), byte, byte, next);
        if (i + 1 == word.size() && !is_leaf) states[next].empties.push_back(to);
        path.push_back(next);
      }
      before = word;
      if (path.back() == to) {
        path.pop_back();
        before.pop_back();
      }
    }
  }

  void build_automaton(const Grammar::Automaton& automaton, std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> made;
    Paths paths;
    for (std::size_t i = 0; i < automaton.states.size(); ++i) made.push_back(add_state());
    states[from].empties.push_back(made.front());
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (automaton.states[i].accepts) states[made[i]].empties.push_back(to);
      for (const auto& edge : automaton.states[i].edges) {
        if (automaton.is_json)
          build_json(edge.set, false, made[i], made[edge.target], paths);
        else
          build_units(utf8_of(edge.set), made[i], made[edge.target], false, paths);
      }
    }
  }

  void build_repeat(Expression part, std::uint32_t least, std::uint32_t most, std::uint32_t from, std::uint32_t to) {
    if (nullable_.is_nullable(part)) least = 0;
    const std::uint32_t size = std::max(1u, size_of(part, 0));
    if (most == Grammar::unlimited) {
      if (least > 1 && least * std::uint64_t{size} > most_unrolled) {
        const std::uint32_t next = add_state();
        add_repeat(part, least, least, from, next);
        from = next;
        least = 0;
      }
      for (; least > 1; --least) {
        const std::uint32_t next = add_state();
        build(part, from, next);
        from = next;
      }
      const std::uint32_t begin = add_state(), end = add_state();
      states[from].empties.push_back(begin);
      if (least == 0) states[from].empties.push_back(to);
      build(part, begin, end);
      states[end].empties.push_back(begin);
      states[end].empties.push_back(to);
      return;
    }
    if (least > most) return;
    if (most * std::uint64_t{size} > most_unrolled && most > 1) {
      if (least == 0) states[from].empties.push_back(to);
      return add_repeat(part, least, most, from, to);
    }
    for (std::uint32_t i = 0; i < most; ++i) {
      if (i >= least) states[from].empties.push_back(to);
      const std::uint32_t next = i + 1 == most ? to : add_state();
      build(part, from, next);
      from = next;
    }
  }

  void add_repeat(Expression part, std::uint32_t least, std::uint32_t most, std::uint32_t from, std::uint32_t to) {
    states[from].calls.push_back({Pushdown::CallKind::repeat, static_cast<std::uint32_t>(repeats.size()), to});
    repeats.push_back({rule_for_body(part), least, most, to});
  }

  /// Where a path leads, what kind it is of and what is left of it, and the state before that.
  using Paths = std::map<std::vector<std::uint32_t>, std::uint32_t>;

  /// Paths of single units; those with the same end share it. Hexadecimal digits stand for themselves, in both cases.
  void build_units(const std::vector<UnitRanges>& all, std::uint32_t from, std::uint32_t to, bool is_hexadecimal,
                   Paths& known) {
    for (const UnitRanges& path : all) {
      std::uint32_t target = to;
      std::vector<std::uint32_t> rest{to, is_hexadecimal};
      for (std::size_t i = path.units.size(); i-- > 1;) {
        const UnitRanges::Unit unit = path.units[i];
        rest.insert(rest.end(), {unit.first, unit.last});
        const auto [found, is_new] = known.try_emplace(rest, 0);
        if (is_new) {
          found->second = add_state();
          add_unit(found->second, unit, target, is_hexadecimal);
          if (is_hexadecimal && i == 4) {  // between two surrogates
            const std::uint32_t backslash = add_state(), u = add_state();
            add_bytes(backslash, '\\', '\\', u);
            add_bytes(u, 'u', 'u', found->second);
            found->second = backslash;
          }
        }
        target = found->second;
      }
      add_unit(from, path.units.front(), target, is_hexadecimal);
    }
  }

  void add_unit(std::uint32_t from, UnitRanges::Unit unit, std::uint32_t to, bool is_hexadecimal) {
    if (!is_hexadecimal) return add_bytes(from, unit.first, unit.last, to);
    if (unit.first <= 9) add_bytes(from, '0' + unit.first, '0' + std::min(unit.last, 9u), to);
    if (unit.last < 10) return;
    const std::uint32_t first = std::max(unit.first, 10u) - 10, last = unit.last - 10;
    add_bytes(from, 'A' + first, 'A' + last, to);
    add_bytes(from, 'a' + first, 'a' + last, to);
  }

  void build_json(const CodePoints& set, bool every_escape, std::uint32_t from, std::uint32_t to, Paths& paths) {
    static const CodePoints plain{{0x20, '!'}, {'#', '['}, {']', 0x7e}};
    const CodePoints printed = set.common(plain);
    for (const CodePointRange& r : printed.ranges()) add_bytes(from, r.first, r.last, to);
    // What is not printed in ASCII is often the same where the rest differs: its first bytes are kept with a state.
    const CodePoints escaped = every_escape ? set : set.without(plain);
    std::vector<std::uint32_t> key{to, set.contains('/') ? 3u : 2u};
    for (const CodePointRange& r : escaped.ranges()) key.insert(key.end(), {r.first, r.last});
    const auto [found, is_new] = paths.try_emplace(key, 0);
    if (is_new) {
      found->second = add_state();
      build_escapes(set, escaped, found->second, to, paths);
    }
    const std::vector<Pushdown::ByteEdge> edges = states[found->second].bytes;
    states[from].bytes.insert(states[from].bytes.end(), edges.begin(), edges.end());
  }

  void build_escapes(const CodePoints& set, const CodePoints& escaped, std::uint32_t from, std::uint32_t to,
                     Paths& paths) {
    static const CodePoints one_byte{{0, 0x7e}};
    build_units(utf8_of(set.without(one_byte)), from, to, false, paths);
    const std::uint32_t escape = add_state();
    constexpr std::pair<char, char32_t> short_escapes[] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
                                                           {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
    for (const auto& [name, meaning] : short_escapes) {
      const auto byte = static_cast<unsigned char>(name);
      if (set.contains(meaning)) add_bytes(escape, byte, byte, to);
    }
    if (!escaped.is_empty()) {
      const std::uint32_t digits = add_state();
      add_bytes(escape, 'u', 'u', digits);
      build_units(hex_escapes_of(escaped), digits, to, true, paths);
    }
    if (!states[escape].bytes.empty()) add_bytes(from, '\\', '\\', escape);
  }

  const Grammar& grammar_;
  ByteSet available_;
  NullableRules nullable_;
  std::vector<std::uint32_t> rule_of_, sizes_;
  std::vector<Expression> pending_;  ///< the body of each rule
  std::map<Expression, std::uint32_t> bodies_;
  std::uint32_t rule_ = 0;  ///< being built
};

}  // namespace tamis::guided::detail
