#pragma once

/// \file string_automaton.hpp
/// Many strings sought in one text at once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"

namespace tamis {

/// The automaton of Aho and Corasick over bytes. It holds its strings as a tree, in which a state
/// is a place: the longest front of a string with which the text read so far ends.
///
/// Reading a text takes time in proportion to its length, however many strings there are and
/// however long; memory is in proportion to the length of the strings together.
///
/// Source: Aho and Corasick, "Efficient string matching: an aid to bibliographic search",
/// Communications of the ACM 18(6), 1975.
class StringAutomaton {
 public:
  using State = std::uint32_t;

  static constexpr State start = 0;
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  /// A string found.
  struct Match {
    std::size_t index = none;  ///< which string: its place in the list; of equal ones, the first
    std::size_t length = 0;    ///< of the string, in bytes

    explicit operator bool() const { return index != none; }
  };

  /// Seeks no string.
  StringAutomaton() = default;

  /// Seeks these strings. An error if one is empty, or if they are longer than 2 GiB together.
  static Result<StringAutomaton> of(std::span<const std::string_view> strings) {
    StringAutomaton automaton;
    for (std::size_t index = 0; index < strings.size(); ++index) {
      if (strings[index].empty())
        return Error{"string " + std::to_string(index + 1) + " of the " +
                     std::to_string(strings.size()) +
                     " to look for is empty; it needs at least one character"};
      if (strings[index].size() > (std::size_t{1} << 31) - automaton.nodes_.size())
        return Error{"the strings to look for are longer than 2 GiB together"};
      automaton.add(strings[index], index);
    }
    automaton.link();
    return automaton;
  }

  /// The state after one more byte of text.
  State step(State state, char byte) const {
    for (;;) {
      if (const State next = child(state, byte)) return next;
      if (state == start) return start;
      state = nodes_[state].shorter;
    }
  }

  /// The longest string with which the text read so far ends.
  Match match(State state) const {
    const Node& node = nodes_[state];
    return node.ending == start ? Match{}
                                : Match{nodes_[node.ending].index, nodes_[node.ending].depth};
  }

  /// How many bytes at the end of the text read so far could go on to be a string.
  std::size_t depth(State state) const { return nodes_[state].depth; }

  /// The longest string with which `text` begins.
  Match front(std::string_view text) const {
    Match longest;
    State state = start;
    for (const char byte : text) {
      state = child(state, byte);
      if (state == start) break;
      if (nodes_[state].index != none) longest = {nodes_[state].index, nodes_[state].depth};
    }
    return longest;
  }

 private:
  struct Node {
    State first_child = start;
    State sibling = start;
    State shorter = start;  // the longest proper end of this place that is a place too
    State ending = start;   // this place or the next shorter one where a string ends
    std::uint32_t depth = 0;
    char byte = 0;
    std::size_t index = none;  // of the string that ends here
  };

  /// The place one byte further; `start` if there is none, since no place leads back to it.
  State child(State state, char byte) const {
    if (state == start) return first_[static_cast<unsigned char>(byte)];
    State next = nodes_[state].first_child;
    while (next != start && nodes_[next].byte != byte) next = nodes_[next].sibling;
    return next;
  }

  void add(std::string_view string, std::size_t index) {
    State state = start;
    for (const char byte : string) {
      State next = child(state, byte);
      if (next == start) {
        next = static_cast<State>(nodes_.size());
        nodes_.push_back(
            {.sibling = nodes_[state].first_child, .depth = nodes_[state].depth + 1, .byte = byte});
        nodes_[state].first_child = next;
        if (state == start) first_[static_cast<unsigned char>(byte)] = next;
      }
      state = next;
    }
    if (nodes_[state].index == none) nodes_[state].index = index;
  }

  /// Sets `shorter` and `ending`, from the places near the start to those far from it.
  void link() {
    std::vector<State> order{start};
    for (std::size_t i = 0; i < order.size(); ++i) {
      const State state = order[i];
      for (State next = nodes_[state].first_child; next != start; next = nodes_[next].sibling) {
        Node& node = nodes_[next];
        if (state != start) node.shorter = step(nodes_[state].shorter, node.byte);
        node.ending = node.index != none ? next : nodes_[node.shorter].ending;
        order.push_back(next);
      }
    }
  }

  std::vector<Node> nodes_{1};
  std::array<State, 256> first_{};  // the children of the start, by their byte
};

}  // namespace tamis
