#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "code_points.hpp"
#include "grammar.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

/// A regular language of texts: a finite automaton over code points, with the algebra of sets.
class Regular {
 public:
  static constexpr std::size_t most_states = 4000;  ///< of an automaton, and of what it is made from five times that

  /// Every text.
  static Regular all() { return lengths(0, Grammar::unlimited); }

  /// Texts of `least` to `most` characters. Requires that the greater of them that is not unlimited
  /// is small.
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

  /// Of a deterministic automaton over ASCII that begins in state 0: the edges of each state.
  static Regular of_edges(const std::vector<std::vector<std::pair<char, std::uint32_t>>>& edges,
                          const std::vector<bool>& accepts) {
    Regular out;
    std::map<char, std::uint32_t> letter_of;
    CodePoints used;
    for (const auto& from : edges) {
      for (const auto& [c, to] : from) {
        const auto code = static_cast<char32_t>(c);
        if (!letter_of.try_emplace(c, static_cast<std::uint32_t>(out.letters_.size())).second) continue;
        out.letters_.push_back({{code, code}});
        used.add(code);
      }
    }
    out.letters_.push_back(used.complement());
    out.accepts_ = accepts;
    out.accepts_.push_back(false);
    out.next_.assign(out.accepts_.size() * out.letters_.size(), static_cast<std::uint32_t>(edges.size()));
    for (std::size_t from = 0; from < edges.size(); ++from)
      for (const auto& [c, to] : edges[from]) out.next_[from * out.letters_.size() + letter_of[c]] = to;
    out.minimize();
    return out;
  }

  bool is_empty() const { return std::find(accepts_.begin(), accepts_.end(), true) == accepts_.end(); }
  bool is_all() const { return std::find(accepts_.begin(), accepts_.end(), false) == accepts_.end(); }
  std::size_t size() const { return accepts_.size(); }

  bool matches(std::string_view text) const {
    std::uint32_t at = 0;
    for (TextReader reader(text); !reader.at_end();) {
      const char32_t c = reader.next();
      const std::size_t letter = letter_of(c);
      if (letter == letters_.size()) return false;
      at = next_[at * letters_.size() + letter];
    }
    return accepts_[at];
  }

  /// Its texts, if there are not more than so many.
  std::optional<std::vector<std::string>> texts(std::size_t most) const {
    std::vector<std::string> out;
    std::vector<std::pair<std::uint32_t, std::string>> open{{0, ""}};
    for (std::size_t at = 0; at < open.size(); ++at) {
      const auto [state, text] = open[at];
      if (accepts_[state]) out.push_back(text);
      if (out.size() > most || open.size() > 100 * most) return std::nullopt;
      for (std::size_t letter = 0; letter < letters_.size(); ++letter) {
        const std::uint32_t next = next_[state * letters_.size() + letter];
        if (is_dead(next)) continue;
        for (const CodePointRange& r : letters_[letter].ranges()) {
          if (r.last - r.first > most) return std::nullopt;
          for (char32_t c = r.first; c <= r.last; ++c) {
            std::string longer = text;
            append_utf8(longer, c);
            open.push_back({next, std::move(longer)});
          }
        }
      }
    }
    return out;
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
  /// The letter of a character; how many there are, for what is none.
  std::size_t letter_of(char32_t c) const {
    std::size_t letter = 0;
    while (letter < letters_.size() && !letters_[letter].contains(c)) ++letter;
    return letter;
  }

  bool is_left_never(std::uint32_t state) const {
    for (std::size_t letter = 0; letter < letters_.size(); ++letter)
      if (next_[state * letters_.size() + letter] != state) return false;
    return true;
  }
  /// Whether no text is accepted from here, or every one. Seen where the automaton is the smallest.
  bool is_dead(std::uint32_t state) const { return !accepts_[state] && is_left_never(state); }
  bool is_sure(std::uint32_t state) const { return accepts_[state] && is_left_never(state); }

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

  /// Makes it the smallest of its language: states are merged by Hopcroft's algorithm, and letters
  /// that no state tells apart become one.
  void minimize() {
    const std::size_t width = letters_.size();
    const std::vector<std::uint32_t> block = blocks();
    Regular out;
    std::vector<std::uint32_t> number(size() + 2,
                                      Grammar::unlimited);  // of a block, in the order they are met
    std::vector<std::uint32_t> order{0};
    number[block[0]] = 0;
    for (std::size_t at = 0; at < order.size(); ++at) {
      for (std::size_t letter = 0; letter < width; ++letter) {
        const std::uint32_t to = next_[order[at] * width + letter];
        if (number[block[to]] != Grammar::unlimited) continue;
        number[block[to]] = static_cast<std::uint32_t>(order.size());
        order.push_back(to);
      }
    }
    std::map<std::vector<std::uint32_t>, std::size_t> columns;
    std::vector<std::vector<std::uint32_t>> kept;
    for (std::size_t letter = 0; letter < width; ++letter) {
      std::vector<std::uint32_t> column;
      for (const std::uint32_t state : order) column.push_back(number[block[next_[state * width + letter]]]);
      const auto [found, is_new] = columns.try_emplace(column, kept.size());
      if (is_new) {
        kept.push_back(column);
        out.letters_.push_back(letters_[letter]);
      } else {
        out.letters_[found->second].add(letters_[letter]);
      }
    }
    for (std::size_t at = 0; at < order.size(); ++at) {
      out.accepts_.push_back(accepts_[order[at]]);
      for (const auto& column : kept) out.next_.push_back(column[at]);
    }
    *this = std::move(out);
  }

  /// The block of each state: two states are in one if no text tells them apart.
  std::vector<std::uint32_t> blocks() const {
    const std::size_t width = letters_.size(), count = size();
    // Who leads to a state by a letter, one list after the other, and where each begins.
    std::vector<std::uint32_t> before(count * width), begins(count * width + 1);
    for (std::size_t i = 0; i < count * width; ++i) ++begins[next_[i] * width + i % width + 1];
    for (std::size_t i = 0; i < count * width; ++i) begins[i + 1] += begins[i];
    std::vector<std::uint32_t> ends(begins.begin(), begins.end() - 1);
    for (std::size_t i = 0; i < count * width; ++i)
      before[ends[next_[i] * width + i % width]++] = static_cast<std::uint32_t>(i / width);
    std::vector<std::uint32_t> block(count);
    std::vector<std::vector<std::uint32_t>> members(2);
    for (std::size_t i = 0; i < count; ++i) {
      block[i] = accepts_[i];
      members[block[i]].push_back(static_cast<std::uint32_t>(i));
    }
    std::vector<std::uint32_t> work{members[0].size() < members[1].size() ? 0u : 1u};
    std::vector<bool> is_waiting(2);
    is_waiting[work[0]] = true;
    std::vector<std::uint32_t> marked(count, 0);  // when a state was last seen
    std::uint32_t time = 0;
    std::vector<std::uint32_t> touched, in_block(count + 1);  // blocks that the splitter cuts, and how many are in
    while (!work.empty()) {
      const std::vector<std::uint32_t> splitter = members[work.back()];
      is_waiting[work.back()] = false;
      work.pop_back();
      for (std::size_t letter = 0; letter < width; ++letter) {
        ++time;
        touched.clear();
        for (const std::uint32_t to : splitter) {
          for (std::uint32_t at = begins[to * width + letter]; at < begins[to * width + letter + 1]; ++at) {
            marked[before[at]] = time;
            if (in_block[block[before[at]]]++ == 0) touched.push_back(block[before[at]]);
          }
        }
        for (const std::uint32_t id : touched) {
          if (std::exchange(in_block[id], 0) == members[id].size()) continue;
          const auto fresh = static_cast<std::uint32_t>(members.size());
          std::vector<std::uint32_t> in, out;
          for (const std::uint32_t state : members[id]) (marked[state] == time ? in : out).push_back(state);
          if (in.size() > out.size()) std::swap(in, out);
          for (const std::uint32_t state : in) block[state] = fresh;
          members[id] = std::move(out);
          members.push_back(std::move(in));
          is_waiting.push_back(true);  // the smaller part; the larger waits if the whole did
          work.push_back(fresh);
        }
      }
    }
    return block;
  }

  friend class RegularBuilder;

  std::vector<CodePoints> letters_;  ///< sets that no state tells apart; together every character
  std::vector<std::uint32_t> next_;  ///< [states, letters]
  std::vector<bool> accepts_;
};

}  // namespace tamis::guided
