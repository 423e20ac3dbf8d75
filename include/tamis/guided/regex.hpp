#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "regex_parser.hpp"
#include "regex_tree.hpp"
#include "regular.hpp"
#include "regular_builder.hpp"

namespace tamis::guided {

namespace detail {

/// Takes the anchors off that stand where they say nothing, at the ends; false if others are left.
inline bool strip_anchors(const RegexTree& tree, RegexTree::Node node, bool& at_begin, bool& at_end,
                          std::vector<RegexTree::Node>& parts) {
  const RegexTree::Entry& e = tree[node];
  parts = e.kind == RegexTree::Kind::sequence ? e.parts : std::vector<RegexTree::Node>{node};
  while (!parts.empty() && tree[parts.front()].kind == RegexTree::Kind::text_begin) {
    parts.erase(parts.begin());
    at_begin = true;
  }
  while (!parts.empty() && tree[parts.back()].kind == RegexTree::Kind::text_end) {
    parts.pop_back();
    at_end = true;
  }
  for (const RegexTree::Node part : parts)
    if (tree.has_anchor(part)) return false;
  return true;
}

}  // namespace detail

/// The expression of a pattern without anchors. `is_json` spells it as between the quotes of a JSON string.
inline Grammar::Expression write_regex(const RegexTree& tree, RegexTree::Node node, Grammar& grammar, bool is_json) {
  const RegexTree::Entry& e = tree[node];
  std::vector<Grammar::Expression> parts;
  for (const RegexTree::Node part : e.parts) parts.push_back(write_regex(tree, part, grammar, is_json));
  switch (e.kind) {
    case RegexTree::Kind::set: return is_json ? grammar.json_characters(e.set, false) : grammar.characters(e.set);
    case RegexTree::Kind::sequence: return grammar.sequence(std::move(parts));
    case RegexTree::Kind::choice: return grammar.choice(std::move(parts));
    case RegexTree::Kind::repeat: return grammar.repeat(parts[0], e.least, e.most);
    default: return grammar.empty();
  }
}

/// The expression of a whole pattern. Where its anchors allow, counts stay counts; else it becomes an automaton, which
/// may be too large.
inline Result<Grammar::Expression> write_pattern(const RegexTree& tree, const RegexOptions& options, Grammar& grammar,
                                                 bool is_json) {
  const RegexTree::Node root = tree.root();
  const std::vector<RegexTree::Node> alternatives =
      tree[root].kind == RegexTree::Kind::choice ? tree[root].parts : std::vector<RegexTree::Node>{root};
  const auto any = [&] {
    const auto one =
        is_json ? grammar.json_characters(CodePoints::all(), false) : grammar.characters(CodePoints::all());
    return grammar.repeat(one, 0);
  };
  std::vector<Grammar::Expression> all;
  for (const RegexTree::Node alternative : alternatives) {
    bool at_begin = !options.is_search, at_end = !options.is_search;
    std::vector<RegexTree::Node> parts;
    if (!detail::strip_anchors(tree, alternative, at_begin, at_end, parts)) {
      const auto regular = RegularBuilder::of(tree, options.is_search);
      if (!regular) return regular.error();
      return regular->write(grammar, is_json);
    }
    std::vector<Grammar::Expression> written;
    if (!at_begin) written.push_back(any());
    for (const RegexTree::Node part : parts) written.push_back(write_regex(tree, part, grammar, is_json));
    if (!at_end) written.push_back(any());
    all.push_back(grammar.sequence(std::move(written)));
  }
  return grammar.choice(std::move(all));
}

/// The grammar of the texts that a pattern matches: as a whole, unless the options say otherwise.
inline Result<Grammar> regex(std::string_view pattern, const RegexOptions& options = {}) {
  const auto tree = RegexParser(pattern, options).parse();
  if (!tree) return tree.error();
  Grammar grammar;
  const auto whole = write_pattern(*tree, options, grammar, false);
  if (!whole) return whole.error();
  grammar.set_start(grammar.add_rule("regex", *whole));
  return grammar;
}

}  // namespace tamis::guided
