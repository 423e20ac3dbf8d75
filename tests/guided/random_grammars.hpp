#pragma once

/// \file random_grammars.hpp
/// Small grammars by chance, and a reader of texts that shares nothing with the automaton.

#include <tamis/guided/grammar.hpp>
#include <tamis/guided/vocabulary.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace guided_tests {

using tamis::guided::Grammar;

/// Grammars of up to four rules over the letters a, b and c: left recursion, empty rules, counted repeats and members.
inline Grammar random_grammar(std::mt19937& chance, bool with_members) {
  const auto under = [&](std::uint32_t n) { return static_cast<std::uint32_t>(chance() % n); };
  Grammar g;
  const std::uint32_t rules = 1 + under(4);
  for (std::uint32_t i = 0; i < rules; ++i) g.add_rule(std::string("r").append(std::to_string(i)));
  const Grammar::Rule comma = g.add_rule("comma", g.text("c"));
  std::vector<Grammar::Rule> keys;
  for (const char* key : {"a", "ab", "b", "ba"}) keys.push_back(g.add_rule(key, g.text(key)));
  const auto expression = [&](const auto& self, int depth) -> Grammar::Expression {
    const std::uint32_t kind = under(depth > 0 ? 10 : 4);
    const char* texts[] = {"a", "b", "c", "ab", "ca", ""};
    switch (kind) {
      case 0:
      case 1: return g.text(texts[under(6)]);
      case 2: return g.call(under(rules));
      case 3: return g.characters({{'a', static_cast<char32_t>('a' + under(3))}});
      case 4:
      case 5: return g.sequence({self(self, depth - 1), self(self, depth - 1)});
      case 6: return g.choice({self(self, depth - 1), self(self, depth - 1)});
      case 7: {
        const std::uint32_t least = under(3);
        return g.repeat(self(self, depth - 1), least, under(2) ? Grammar::unlimited : least + 1 + under(2));
      }
      case 8: {
        if (!with_members) return g.words({"a", "abc", "abca", "b"});
        Grammar::Members list{{}, comma};
        const std::uint32_t count = 1 + under(4);
        for (std::uint32_t i = 0; i < count; ++i) list.members.push_back({keys[i], under(3) == 0, false});
        std::uint32_t required = 0;
        for (const auto& m : list.members) required += m.is_required;
        list.most = under(2) ? Grammar::unlimited : required + under(3);
        list.least = under(2) && list.most > required ? required + 1 : 0;
        if (list.least > count) list.least = 0;
        return g.members(list);
      }
      default: return g.choice({g.call(under(rules)), self(self, depth - 1)});
    }
  };
  for (std::uint32_t i = 0; i < rules; ++i) g.define(i, expression(expression, 3));
  g.set_start(0);
  return g;
}

/// Which parts of a text which expression matches: the least such sets, found by trying until nothing is new.
class SlowReader {
 public:
  SlowReader(const Grammar& grammar, std::string text) : g_(grammar), text_(std::move(text)) {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::uint32_t rule = 0; rule < g_.rules().size(); ++rule)
        for (std::size_t from = 0; from <= text_.size(); ++from)
          for (const std::size_t to : ends(g_.rules()[rule].body, from))
            changed |= known_.insert({rule, from, to}).second;
    }
  }

  bool accepts() const { return known_.count({g_.start(), 0, text_.size()}) > 0; }

 private:
  using Ends = std::set<std::size_t>;

  Ends all(const Ends& froms, Grammar::Expression e) const {
    Ends out;
    for (const std::size_t from : froms) {
      const Ends more = ends(e, from);
      out.insert(more.begin(), more.end());
    }
    return out;
  }

  Ends ends(Grammar::Expression e, std::size_t from) const {
    const Grammar::Node& n = g_.node(e);
    Ends out;
    switch (n.kind) {
      case Grammar::Kind::text:
        if (text_.compare(from, g_.text_of(n).size(), g_.text_of(n)) == 0) out.insert(from + g_.text_of(n).size());
        return out;
      case Grammar::Kind::characters:
        if (from < text_.size() && g_.code_points_of(n).contains(static_cast<unsigned char>(text_[from])))
          out.insert(from + 1);
        return out;
      case Grammar::Kind::words:
        for (const std::string& word : g_.words_of(n))
          if (text_.compare(from, word.size(), word) == 0) out.insert(from + word.size());
        return out;
      case Grammar::Kind::sequence:
        out.insert(from);
        for (const auto part : n.parts) out = all(out, part);
        return out;
      case Grammar::Kind::choice:
        for (const auto part : n.parts) {
          const Ends more = ends(part, from);
          out.insert(more.begin(), more.end());
        }
        return out;
      case Grammar::Kind::repeat: {
        Ends now{from};
        const std::uint32_t most = n.b == Grammar::unlimited ? n.a + static_cast<std::uint32_t>(text_.size()) + 1 : n.b;
        for (std::uint32_t i = 0;; ++i) {
          if (i >= n.a) out.insert(now.begin(), now.end());
          if (i == most) return out;
          now = all(now, n.parts[0]);
        }
      }
      case Grammar::Kind::call:
        for (std::size_t to = from; to <= text_.size(); ++to)
          if (known_.count({n.a, from, to}) > 0) out.insert(to);
        return out;
      case Grammar::Kind::members: {
        const Grammar::Members& list = g_.members_of(n);
        member_ends(list, std::vector<bool>(list.members.size()), 0, from, out);
        return out;
      }
      default: return out;
    }
  }

  void member_ends(const Grammar::Members& list, const std::vector<bool>& seen, std::uint32_t count, std::size_t from,
                   Ends& out) const {
    bool is_complete = count >= list.least && count <= list.most;
    for (std::size_t i = 0; i < seen.size(); ++i)
      is_complete = is_complete && (seen[i] || !list.members[i].is_required);
    if (is_complete) out.insert(from);
    for (const std::size_t begin : count == 0 ? Ends{from} : ends(g_.rules()[list.separator].body, from)) {
      for (std::size_t i = 0; i < seen.size(); ++i) {
        if (seen[i]) continue;
        std::vector<bool> now = seen;
        now[i] = true;
        for (const std::size_t to : ends(g_.rules()[list.members[i].rule].body, begin))
          member_ends(list, now, count + 1, to, out);
      }
    }
  }

  const Grammar& g_;
  std::string text_;
  std::set<std::tuple<std::uint32_t, std::size_t, std::size_t>> known_;
};

/// The letters a, b and c, longer tokens of them, and an end.
inline std::shared_ptr<const tamis::guided::Vocabulary> letters() {
  const std::vector<std::string> tokens = {"a",   "b",   "c",    "ab",     "ba", "ca", "aaa",
                                           "abc", "cab", "bcab", "aaaaaa", "",   "cc"};
  return std::make_shared<const tamis::guided::Vocabulary>(tokens, std::vector<tamis::TokenId>{11});
}

}  // namespace guided_tests
