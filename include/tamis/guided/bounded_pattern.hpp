#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "regex.hpp"
#include "regex_parser.hpp"
#include "regex_tree.hpp"

namespace tamis::guided::detail {

/// A pattern that is sought somewhere in a text, as one of the whole text; nothing, where an anchor or what looks ahead
/// stands within.
inline std::optional<RegexTree> whole_pattern(RegexTree tree) {
  const RegexTree::Entry root = tree[tree.root()];
  const std::vector<RegexTree::Node> alternatives =
      root.kind == RegexTree::Kind::choice ? root.parts : std::vector<RegexTree::Node>{tree.root()};
  std::vector<RegexTree::Node> all;
  for (const RegexTree::Node alternative : alternatives) {
    bool at_begin = false, at_end = false;
    std::vector<RegexTree::Node> parts;
    if (!strip_anchors(tree, alternative, at_begin, at_end, parts)) return std::nullopt;
    const auto any = [&] { return tree.repeat(tree.set(CodePoints::all()), 0, RegexTree::unlimited); };
    if (!at_begin) parts.insert(parts.begin(), any());
    if (!at_end) parts.push_back(any());
    all.push_back(tree.sequence(parts));
  }
  tree.set_root(tree.choice(all));
  return tree;
}

/// Texts that a pattern matches and that have `least` to `most` characters: all of them where at most one repeat is
/// without end and nothing else has several lengths, else those in which no repeat takes more than its share of the
/// length. Nothing, where that cannot be said.
inline std::optional<RegexTree> bounded_pattern(const RegexTree& searched, std::uint32_t least, std::uint32_t most) {
  constexpr std::uint32_t outer = 12;  // repeats of what has repeats within
  const auto whole = whole_pattern(searched);
  if (!whole || whole->lengths(whole->root()).first < least) return std::nullopt;
  if (whole->lengths(whole->root()).second <= most) return whole;
  std::uint32_t low = 0, high = most;  // the greatest share with which no text is too long
  const auto fits = [&](std::uint32_t share) {
    const RegexTree limited = whole->limited(share, std::min(share, outer));
    return limited.lengths(limited.root()).second <= most;
  };
  if (!fits(low)) return std::nullopt;
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (fits(middle))
      low = middle;
    else
      high = middle - 1;
  }
  return whole->limited(low, std::min(low, outer));
}

}  // namespace tamis::guided::detail
