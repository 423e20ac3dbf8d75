#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "code_points.hpp"
#include "grammar.hpp"

namespace tamis::guided {

/// A regular expression, read.
class RegexTree {
 public:
  using Node = std::uint32_t;
  static constexpr std::uint32_t unlimited = Grammar::unlimited;

  enum class Kind : std::uint8_t {
    set,         ///< one of the code points
    sequence,    ///< the parts, one after the other; none of them is the empty text
    choice,      ///< one of the parts; none of them is no text
    repeat,      ///< the part, least to most times
    text_begin,  ///< nothing, where the text begins
    text_end,    ///< nothing, where the text ends
    ahead,       ///< nothing, where the rest of the text begins with the part
    not_ahead,   ///< nothing, where it does not
  };

  struct Entry {
    Kind kind;
    CodePoints set = {};
    std::uint32_t least = 0, most = 0;
    std::vector<Node> parts = {};
  };

  constexpr Node set(CodePoints points) { return add({Kind::set, std::move(points)}); }
  constexpr Node sequence(std::vector<Node> parts) {
    return parts.size() == 1 ? parts.front() : add({Kind::sequence, {}, 0, 0, std::move(parts)});
  }
  constexpr Node choice(std::vector<Node> parts) {
    return parts.size() == 1 ? parts.front() : add({Kind::choice, {}, 0, 0, std::move(parts)});
  }
  constexpr Node repeat(Node part, std::uint32_t least, std::uint32_t most) {
    return add({Kind::repeat, {}, least, most, {part}});
  }
  constexpr Node text_begin() { return add({Kind::text_begin}); }
  constexpr Node text_end() { return add({Kind::text_end}); }
  constexpr Node ahead(Node part, bool is_there) {
    looks_ahead_ = true;
    return add({is_there ? Kind::ahead : Kind::not_ahead, {}, 0, 0, {part}});
  }

  constexpr const Entry& operator[](Node node) const { return entries_[node]; }
  constexpr std::size_t size() const { return entries_.size(); }
  constexpr Node root() const { return root_; }
  constexpr void set_root(Node root) { root_ = root; }

  /// How long a text of a part is, at least and at most, in characters; what it would take beyond the greatest number
  /// is cut off.
  std::pair<std::uint64_t, std::uint64_t> lengths(Node node) const {
    constexpr std::uint64_t greatest = std::uint64_t{1} << 62;
    const Entry& e = entries_[node];
    std::uint64_t least = e.kind == Kind::set, most = least;
    if (e.kind == Kind::choice && !e.parts.empty()) std::tie(least, most) = lengths(e.parts.front());
    if (e.kind != Kind::sequence && e.kind != Kind::choice && e.kind != Kind::repeat) return {least, most};
    for (const Node part : e.parts) {
      const auto [low, high] = lengths(part);
      if (e.kind == Kind::choice) {
        least = std::min(least, low);
        most = std::max(most, high);
      } else if (e.kind == Kind::sequence) {
        least = std::min(greatest, least + low);
        most = std::min(greatest, most + high);
      } else {
        const bool is_endless = high > 0 && (e.most == unlimited || high > greatest / std::max(e.most, 1u));
        least = low > greatest / std::max(e.least, 1u) ? greatest : low * e.least;
        most = is_endless ? greatest : high * e.most;
      }
    }
    return {least, most};
  }

  /// A tree whose repeats without end have one: `outer` times where others of them are within, else `inner` times. None
  /// comes less often than it must.
  RegexTree limited(std::uint32_t inner, std::uint32_t outer) const {
    RegexTree out = *this;
    std::vector<bool> has_endless(entries_.size());  // parts stand before what they are parts of
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Entry& e = out.entries_[i];
      const bool within =
          std::any_of(e.parts.begin(), e.parts.end(), [&](Node part) { return static_cast<bool>(has_endless[part]); });
      has_endless[i] = within || (e.kind == Kind::repeat && e.most == unlimited);
      if (e.kind == Kind::repeat && e.most == unlimited) e.most = std::max(e.least, within ? outer : inner);
    }
    return out;
  }

  /// Whether some part looks ahead.
  constexpr bool looks_ahead() const { return looks_ahead_; }

  /// Whether a part asks for a place in the text, or for what follows.
  constexpr bool has_anchor(Node node) const {
    const Entry& e = entries_[node];
    if (e.kind >= Kind::text_begin) return true;
    for (const Node part : e.parts)
      if (has_anchor(part)) return true;
    return false;
  }

 private:
  constexpr Node add(Entry entry) {
    entries_.push_back(std::move(entry));
    return static_cast<Node>(entries_.size() - 1);
  }

  std::vector<Entry> entries_;
  Node root_ = 0;
  bool looks_ahead_ = false;
};

/// What a pattern's words mean.
struct RegexOptions {
  bool is_search = false;            ///< the pattern may match anywhere in the text; else it matches the whole
  bool is_ecmascript = false;        ///< classes as ECMAScript reads them: without classes within
  bool unicode_classes = true;       ///< `\d`, `\w` and `\s` take what Unicode calls so; else ASCII's, but for spaces
  bool ignore_case = false;          ///< as `(?i)`
  bool dot_matches_newline = false;  ///< as `(?s)`
};

}  // namespace tamis::guided
