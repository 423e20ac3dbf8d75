#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "grammar.hpp"

namespace tamis::guided::detail {

/// Which rules and expressions of a grammar can be the empty text.
class NullableRules {
 public:
  using Expression = Grammar::Expression;
  using Kind = Grammar::Kind;

  explicit NullableRules(const Grammar& grammar) : grammar_(grammar), nullable_(grammar.rules().size()) { find(); }

  bool has(Grammar::Rule rule) const { return nullable_[rule]; }

  bool is_nullable(Expression e) const {
    const Grammar::Node& n = grammar_.node(e);
    const auto nullable = [&](Expression part) { return is_nullable(part); };
    switch (n.kind) {
      case Kind::text:
        return grammar_.text_of(n).empty();
      case Kind::sequence:
        return std::all_of(n.parts.begin(), n.parts.end(), nullable);
      case Kind::choice:
        return std::any_of(n.parts.begin(), n.parts.end(), nullable);
      case Kind::words:
        return !grammar_.words_of(n).empty() && grammar_.words_of(n).front().empty();
      case Kind::repeat:
        return n.a == 0 || is_nullable(n.parts.front());
      case Kind::call:
        return nullable_[n.a];
      case Kind::automaton:
        return grammar_.automaton_of(n).states.front().accepts;
      case Kind::members: {
        const Grammar::Members& list = grammar_.members_of(n);
        return list.least == 0 &&
               std::none_of(list.members.begin(), list.members.end(), [](const auto& m) { return m.is_required; });
      }
      default:
        return false;
    }
  }

 private:
  void find() {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t pass = 0; pass < 2; ++pass) {
        for (std::size_t at = 0; at < nullable_.size(); ++at) {
          const std::size_t rule = pass == 0 ? at : nullable_.size() - 1 - at;
          const Grammar::RuleEntry& entry = grammar_.rules()[rule];
          if (nullable_[rule] || !entry.is_defined || !is_nullable(entry.body)) continue;
          nullable_[rule] = changed = true;
        }
      }
    }
  }

  const Grammar& grammar_;
  std::vector<bool> nullable_;
};

}  // namespace tamis::guided::detail
