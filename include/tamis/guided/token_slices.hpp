#pragma once

/// \file token_slices.hpp
/// The tokens that are made of a class of characters: what all grammars of a vocabulary can share.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "byte_set.hpp"
#include "character_class.hpp"
#include "token_tree.hpp"

namespace tamis::guided {

/// The tokens below a node that go on with one of some bytes, and then with characters of a class.
struct TokenSlice {
  struct Tree {
    std::uint32_t begin, end;  ///< in `rest`
  };

  std::vector<std::uint32_t> words = {};  ///< a bit a token, as in a mask
  std::vector<TokenTree::Node> rest =
      {};                        ///< what else goes on with these bytes: `end` is a place in here
  std::vector<Tree> trees = {};  ///< of `rest`, one for a byte at most
  bool is_worth_it = true;       ///< else it is empty: nearly all of the tokens would be in `rest`

  std::size_t bytes() const {
    return words.size() * 4 + rest.size() * sizeof(TokenTree::Node) + trees.size() * 8 + 256;
  }
};

/// Slices that were asked for, the latest of them kept. For any number of threads.
class TokenSlices {
 public:
  static constexpr std::uint32_t root = ~std::uint32_t{0};

  struct Key {
    std::uint32_t node = root;  ///< below which: a node of the tree, or all
    ByteSet first = {};         ///< what comes after it; beyond ASCII only if `then` has all others
    CharacterClass then = {};
    ByteSet exits =
        every_byte();  ///< what may come after them: tokens that go on otherwise are in no rest
    friend bool operator==(const Key&, const Key&) = default;
  };

  static constexpr ByteSet every_byte() {
    ByteSet set;
    set.add(0, 255);
    return set;
  }

  /// What is kept at most; the slice that was asked for longest ago goes first.
  struct Limits {
    std::size_t slices = 64;
    std::size_t bytes = std::size_t{32} << 20;
  };

  TokenSlices() = default;
  explicit TokenSlices(Limits limits) : limits_(limits) {}

  /// \param words  32-bit words of a mask of the vocabulary
  std::shared_ptr<const TokenSlice> of(const TokenTree& tree, std::size_t words, const Key& key) {
    {
      const std::lock_guard lock(mutex_);
      for (Entry& entry : entries_) {
        if (!(entry.key == key)) continue;
        entry.used = ++time_;
        return entry.slice;
      }
    }
    auto made = std::make_shared<const TokenSlice>(Making(tree, words, key).make());
    const std::lock_guard lock(
        mutex_);  // another thread may have made it meanwhile: then there are two for a while
    bytes_ += made->bytes();
    entries_.push_back({key, made, ++time_});
    while (entries_.size() > limits_.slices || (bytes_ > limits_.bytes && entries_.size() > 1)) {
      const auto oldest =
          std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry& a, const Entry& b) { return a.used < b.used; });
      bytes_ -= oldest->slice->bytes();
      *oldest = std::move(entries_.back());
      entries_.pop_back();
    }
    return made;
  }

  /// A bit for each token of at most so many characters; each byte that continues none is counted.
  std::shared_ptr<const std::vector<std::uint32_t>> at_most(const TokenTree& tree,
                                                            std::size_t words,
                                                            std::size_t characters) {
    const std::lock_guard lock(mutex_);
    if (by_length_.empty()) measure(tree);
    while (at_most_.size() <= characters) {
      const std::size_t length = at_most_.size();
      auto made = length > 0 ? std::make_shared<std::vector<std::uint32_t>>(*at_most_.back())
                             : std::make_shared<std::vector<std::uint32_t>>(words);
      if (length < by_length_.size())
        for (const std::uint32_t id : by_length_[length])
          (*made)[id / 32] |= std::uint32_t{1} << (id % 32);
      at_most_.push_back(std::move(made));
    }
    return at_most_[characters];
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    Key key;
    std::shared_ptr<const TokenSlice> slice;
    std::uint64_t used;
  };

  /// Takes the tree apart: what is of the class becomes bits, and of the rest the nodes are copied.
  class Making {
   public:
    Making(const TokenTree& tree, std::size_t words, const Key& key) : tree_(tree), key_(key) {
      slice_.words.assign(words, 0);
    }

    TokenSlice make() {
      const auto take = [&](std::uint32_t at) {
        const unsigned byte = tree_.nodes()[at].byte;
        if (!key_.first.contains(byte) || slice_.rest.size() > most_rest()) return;
        const auto begin = static_cast<std::uint32_t>(slice_.rest.size());
        if (byte < 0x80)
          cover(at);
        else
          cover_rest(at, TokenTree::lead_of(tree_.nodes()[at].byte));
        const auto end = static_cast<std::uint32_t>(slice_.rest.size());
        if (end > begin) slice_.trees.push_back({begin, end});
      };
      if (key_.node == root) {
        for (std::uint32_t at = 0; at < tree_.nodes().size(); at = tree_.nodes()[at].end) take(at);
      } else {
        each_child(key_.node, take);
      }
      if (slice_.rest.size() > most_rest()) return {.is_worth_it = false};
      slice_.rest.shrink_to_fit();
      return std::move(slice_);
    }

   private:
    std::size_t most_rest() const { return 1024 + tree_.nodes().size() / 8; }

    template <class Visit>
    void each_child(std::uint32_t at, const Visit& visit) {
      const std::uint32_t end = tree_.nodes()[at].end;
      for (std::uint32_t child = at + 1; child < end; child = tree_.nodes()[child].end)
        visit(child);
    }

    void set(std::uint32_t begin, std::uint32_t end) {
      for (std::uint32_t place = begin; place < end; ++place) {
        const auto id = static_cast<std::uint32_t>(tree_.ids()[place]);
        slice_.words[id / 32] |= std::uint32_t{1} << (id % 32);
      }
    }

    /// A node where a character of the class ends.
    void cover(std::uint32_t at) {
      if (slice_.rest.size() > most_rest()) return;
      const TokenTree::Node node = tree_.nodes()[at];
      if (key_.then.includes(tree_.shapes()[node.shape])) return set(node.tokens, node.tokens_end);
      cover_children(
          node,
          [&](std::uint32_t child) {
            const std::uint8_t byte = tree_.nodes()[child].byte;
            if (key_.then.contains(byte))
              cover(child);
            else if (byte >= 0x80 && key_.then.all_others)
              cover_rest(child, TokenTree::lead_of(byte));
            else if (byte >= 0x80 || key_.exits.contains(byte))
              copy(child);
          },
          at);
    }

    /// A node within a character.
    void cover_rest(std::uint32_t at, TokenTree::Rest rest) {
      if (rest.bytes < 0) return copy(at);
      if (rest.bytes == 0) return cover(at);
      cover_children(
          tree_.nodes()[at],
          [&](std::uint32_t child) {
            const std::uint8_t byte = tree_.nodes()[child].byte;
            if (byte < rest.first || byte > rest.last)
              copy(child);
            else
              cover_rest(child, {rest.bytes - 1});
          },
          at);
    }

    template <class Visit>
    void cover_children(TokenTree::Node node, const Visit& visit, std::uint32_t at) {
      set(node.tokens, node.below);
      const std::size_t place = slice_.rest.size();
      slice_.rest.push_back(node);
      each_child(at, visit);
      if (slice_.rest.size() == place + 1)
        slice_.rest.pop_back();
      else
        slice_.rest[place].end = static_cast<std::uint32_t>(slice_.rest.size());
    }

    void copy(std::uint32_t at) {
      const auto place = static_cast<std::uint32_t>(slice_.rest.size());
      if (place > most_rest()) return;
      for (std::uint32_t from = at; from < tree_.nodes()[at].end; ++from) {
        slice_.rest.push_back(tree_.nodes()[from]);
        slice_.rest.back().end += place - at;  // modulo 2^32: right whichever is greater
      }
    }

    const TokenTree& tree_;
    const Key& key_;
    TokenSlice slice_;
  };

  void measure(const TokenTree& tree) {
    by_length_.resize(1);
    std::array<std::size_t, 257> length = {};  // after so many bytes
    for (const TokenTree::Node& node : tree.nodes()) {
      const std::size_t here = length[node.depth + 1u] =
          length[node.depth] + ((node.byte & 0xc0u) != 0x80u);
      if (by_length_.size() <= here) by_length_.resize(here + 1);
      for (std::uint32_t place = node.tokens; place < node.below; ++place)
        by_length_[here].push_back(static_cast<std::uint32_t>(tree.ids()[place]));
    }
  }

  Limits limits_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<std::vector<std::uint32_t>> by_length_;  ///< tokens of so many characters
  std::vector<std::shared_ptr<const std::vector<std::uint32_t>>>
      at_most_;  ///< 256 at most: no token is longer
  std::size_t bytes_ = 0;
  std::uint64_t time_ = 0;
};

}  // namespace tamis::guided
