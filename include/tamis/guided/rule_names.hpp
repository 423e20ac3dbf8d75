#pragma once

#include <map>
#include <string>
#include <utility>

#include "../core/result.hpp"
#include "grammar.hpp"

namespace tamis::guided::detail {

/// The rules of a grammar that is being read, by name: they may be called before they are defined.
class RuleNames {
 public:
  explicit RuleNames(Grammar& grammar) : g_(grammar) {}

  Grammar::Rule of(const std::string& name) {
    const auto [found, is_new] = rules_.try_emplace(name, 0);
    if (is_new) found->second = g_.add_rule(name);
    return found->second;
  }

  bool is_defined(const std::string& name) const {
    const auto found = rules_.find(name);
    return found != rules_.end() && g_.rules()[found->second].is_defined;
  }

  /// Lets the grammar begin with the rule `root`, else `start`, else the first. An error, if a rule is called and not
  /// defined, or there is none.
  Result<void> finish() {
    if (g_.rules().empty()) return Error{"the grammar has no rule; write one, as in: root ::= \"yes\" | \"no\""};
    for (const auto& [name, rule] : rules_)
      if (!g_.rules()[rule].is_defined)
        return Error{"the grammar's rule '" + name + "' is called, but nowhere defined"};
    g_.set_start(first_);
    for (const char* name : {"start", "root"})
      if (is_defined(name)) g_.set_start(of(name));
    return {};
  }
  /// Notes the rule that is defined first.
  void set_first(Grammar::Rule rule) { first_ = rule; }

 private:
  Grammar& g_;
  std::map<std::string, Grammar::Rule> rules_;
  Grammar::Rule first_ = 0;
};

}  // namespace tamis::guided::detail
