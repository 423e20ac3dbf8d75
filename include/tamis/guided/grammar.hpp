#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "byte_set.hpp"
#include "code_points.hpp"

namespace tamis::guided {

/// A context-free grammar over bytes: what every front end writes, and what the automaton is made of.
///
///     Grammar g;
///     const auto list = g.add_rule("list");
///     g.define(list, g.sequence({g.text("("), g.repeat(g.call(list), 0, 3), g.text(")")}));
///     g.set_start(list);
///
/// Expressions and rules are numbers; an expression may be used in several places. Rules may call each other and
/// themselves, to the left too.
class Grammar {
 public:
  using Expression = std::uint32_t;
  using Rule = std::uint32_t;
  static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

  enum class Kind : std::uint8_t {
    text,
    byte_set,
    characters,
    json_characters,
    sequence,
    choice,
    words,
    repeat,
    call,
    members,
    automaton
  };

  /// One thing of an unordered list.
  struct Member {
    Rule rule;
    bool is_required = false;
    bool repeats = false;  ///< else it comes once at most
  };

  /// Members in any order, with a separator between them: a JSON object's properties.
  ///
  /// Each of the required comes, and `least` to `most` in all. Where members repeat, `least` must not ask for more
  /// than one beyond the required, for what repeats is not told apart.
  struct Members {
    std::vector<Member> members;
    Rule separator;
    std::uint32_t least = 0;
    std::uint32_t most = unlimited;
  };

  /// A finite automaton over code points; it begins in state 0.
  struct Automaton {
    struct Edge {
      CodePoints set;
      std::uint32_t target;
    };
    struct State {
      std::vector<Edge> edges = {};
      bool accepts = false;
    };
    std::vector<State> states;
    bool is_json = false;  ///< spelled as between the quotes of a JSON string
  };

  struct Node {
    Kind kind;
    std::uint32_t a = 0;  ///< where in the list of its kind; of a repeat the least, of a call the rule
    std::uint32_t b = 0;  ///< of a repeat the most
    std::vector<Expression> parts = {};
  };

  struct RuleEntry {
    std::string name;
    Expression body;
    bool is_defined = false;
    bool is_distinct = false;
  };

  /// These very bytes; none of them is the empty text.
  Expression text(std::string_view bytes) {
    texts_.emplace_back(bytes);
    return add({Kind::text, last(texts_)});
  }
  Expression empty() { return text(""); }
  /// What no text is.
  Expression nothing() { return add({Kind::choice}); }

  Expression bytes(const ByteSet& set) {
    byte_sets_.push_back(set);
    return add({Kind::byte_set, last(byte_sets_)});
  }

  /// One of these code points, in UTF-8.
  Expression characters(CodePoints set) {
    code_points_.push_back(std::move(set));
    return add({Kind::characters, last(code_points_)});
  }

  /// One of these code points as it stands between the quotes of a JSON string, in each way in which JSON writes it.
  /// What ASCII prints is escaped only where `every_escape` says so.
  Expression json_characters(CodePoints set, bool every_escape) {
    code_points_.push_back(std::move(set));
    return add({Kind::json_characters, last(code_points_), every_escape ? 1u : 0u});
  }

  Expression sequence(std::vector<Expression> parts) {
    if (parts.size() == 1) return parts.front();
    return parts.empty() ? empty() : add({Kind::sequence, 0, 0, std::move(parts)});
  }

  Expression choice(std::vector<Expression> parts) {
    return parts.size() == 1 ? parts.front() : add({Kind::choice, 0, 0, std::move(parts)});
  }

  /// One of many texts; they share their beginnings.
  Expression words(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    words_.push_back(std::move(words));
    return add({Kind::words, last(words_)});
  }

  /// `least` to `most` times, or without end.
  Expression repeat(Expression part, std::uint32_t least, std::uint32_t most = unlimited) {
    if (least == 1 && most == 1) return part;
    return most == 0 ? empty() : add({Kind::repeat, least, most, {part}});
  }
  Expression optional(Expression part) { return repeat(part, 0, 1); }

  Expression call(Rule rule) { return add({Kind::call, rule}); }

  Expression members(Members list) {
    members_.push_back(std::move(list));
    return add({Kind::members, last(members_)});
  }

  Expression automaton(Automaton a) {
    automata_.push_back(std::move(a));
    return add({Kind::automaton, last(automata_)});
  }

  Rule add_rule(std::string name) {
    rules_.push_back({std::move(name), 0});
    return last(rules_);
  }
  Rule add_rule(std::string name, Expression body) {
    const Rule rule = add_rule(std::move(name));
    define(rule, body);
    return rule;
  }
  void define(Rule rule, Expression body) {
    rules_[rule].body = body;
    rules_[rule].is_defined = true;
  }
  /// Says that a rule, whose first byte is `[` or `{` and whose texts are JSON, takes lists whose items, or objects whose
  /// keys, are all different: see DistinctItems. For a grammar cannot.
  void make_distinct(Rule rule) { rules_[rule].is_distinct = true; }
  void set_start(Rule rule) { start_ = rule; }

  Rule start() const { return start_; }
  const std::vector<RuleEntry>& rules() const { return rules_; }
  std::size_t size() const { return nodes_.size(); }
  const Node& node(Expression e) const { return nodes_[e]; }
  const std::string& text_of(const Node& n) const { return texts_[n.a]; }
  const ByteSet& bytes_of(const Node& n) const { return byte_sets_[n.a]; }
  const CodePoints& code_points_of(const Node& n) const { return code_points_[n.a]; }
  const std::vector<std::string>& words_of(const Node& n) const { return words_[n.a]; }
  const Automaton& automaton_of(const Node& n) const { return automata_[n.a]; }
  const Members& members_of(const Node& n) const { return members_[n.a]; }

 private:
  template <class List>
  static std::uint32_t last(const List& list) {
    return static_cast<std::uint32_t>(list.size() - 1);
  }
  Expression add(Node node) {
    nodes_.push_back(std::move(node));
    return last(nodes_);
  }

  std::vector<Node> nodes_;
  std::vector<std::string> texts_;
  std::vector<ByteSet> byte_sets_;
  std::vector<CodePoints> code_points_;
  std::vector<std::vector<std::string>> words_;
  std::vector<Automaton> automata_;
  std::vector<Members> members_;
  std::vector<RuleEntry> rules_;
  Rule start_ = 0;
};

}  // namespace tamis::guided
