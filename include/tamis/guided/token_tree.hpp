#pragma once

/// \file token_tree.hpp
/// The bytes of all tokens as one tree.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "intern_table.hpp"

namespace tamis::guided {

/// The tokens of a vocabulary by their bytes. Nodes stand before those below them, so that the tree
/// is a list with skips.
class TokenTree {
 public:
  /// A byte after a path of bytes.
  struct Node {
    std::uint32_t end;         ///< the first node that is not below this one
    std::uint32_t tokens;      ///< where its tokens begin in ids(): its own, then those below it
    std::uint32_t below;       ///< where the tokens below it begin
    std::uint32_t tokens_end;  ///< and where they end
    std::uint32_t shape;       ///< what the bytes below it are, in shapes()
    std::uint8_t byte;
    std::uint8_t depth;   ///< of its byte in the token: 0 for the first
    std::uint8_t height;  ///< how many bytes are below it at most
    bool has_comma = false, has_bracket = false;  ///< it or a byte below: `,`; `[` or `{`
  };

  /// Which bytes a subtree is made of, read from where a character ends.
  struct Shape {
    std::array<std::uint64_t, 2> ascii = {};
    bool has_others = false;     ///< bytes beyond ASCII
    bool is_well_formed = true;  ///< these are UTF-8, though the last character may be cut off
    friend bool operator==(const Shape&, const Shape&) = default;
  };

  /// What may follow within a character of UTF-8: how many bytes, and the range of the next.
  struct Rest {
    int bytes;  ///< -1: the lead is none
    std::uint8_t first = 0x80, last = 0xbf;
  };
  static Rest lead_of(std::uint8_t byte) {
    if (byte < 0xc2 || byte > 0xf4) return {-1};
    if (byte < 0xe0) return {1};
    if (byte < 0xf0)
      return {2, static_cast<std::uint8_t>(byte == 0xe0 ? 0xa0 : 0x80),
              static_cast<std::uint8_t>(byte == 0xed ? 0x9f : 0xbf)};
    return {3, static_cast<std::uint8_t>(byte == 0xf0 ? 0x90 : 0x80),
            static_cast<std::uint8_t>(byte == 0xf4 ? 0x8f : 0xbf)};
  }

  TokenTree() = default;
  /// \param ids       in the order of their bytes
  /// \param bytes_of  the bytes of a token, at least one and at most 255
  template <class BytesOf>
  TokenTree(std::vector<TokenId> ids, const BytesOf& bytes_of) : ids_(std::move(ids)) {
    grow(bytes_of);
    describe();
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Shape>& shapes() const { return shapes_; }
  const std::vector<TokenId>& ids() const { return ids_; }  ///< in the order of the tree
  /// The first node of those that begin with a byte; nodes().size() if there is none.
  std::uint32_t root_of(unsigned byte) const { return roots_[byte]; }

 private:
  /// Makes the nodes of the sorted ids.
  template <class BytesOf>
  void grow(const BytesOf& bytes_of) {
    std::vector<std::uint32_t> path;
    std::string_view before;
    roots_.fill(~std::uint32_t{0});
    const auto close = [&](std::size_t depth, std::uint32_t place) {
      while (path.size() > depth) {
        nodes_[path.back()].end = static_cast<std::uint32_t>(nodes_.size());
        nodes_[path.back()].tokens_end = place;
        path.pop_back();
      }
    };
    for (std::size_t at = 0; at < ids_.size(); ++at) {
      const std::string_view bytes = bytes_of(ids_[at]);
      const auto place = static_cast<std::uint32_t>(at);
      if (at > 0 && bytes == before) {
        nodes_[path.back()].below = place + 1;
        continue;
      }
      std::size_t same = 0;
      while (same < before.size() && same < bytes.size() && before[same] == bytes[same]) ++same;
      close(same, place);
      for (std::size_t depth = same; depth < bytes.size(); ++depth) {
        const auto byte = static_cast<std::uint8_t>(bytes[depth]);
        if (depth == 0) roots_[byte] = static_cast<std::uint32_t>(nodes_.size());
        path.push_back(static_cast<std::uint32_t>(nodes_.size()));
        nodes_.push_back({0, place, place, place, 0, byte, static_cast<std::uint8_t>(depth), 0});
      }
      nodes_.back().below = place + 1;
      before = bytes;
    }
    close(0, static_cast<std::uint32_t>(ids_.size()));
    for (std::uint32_t& root : roots_)
      root = std::min(root, static_cast<std::uint32_t>(nodes_.size()));
  }

  /// Finds the shape and the height of each node, from the last to the first.
  void describe() {
    std::vector<Shape> of_node(nodes_.size());
    detail::InternTable table;
    for (std::size_t at = nodes_.size(); at-- > 0;) {
      Shape shape;
      std::uint8_t height = 0;
      nodes_[at].has_comma = nodes_[at].byte == ',';
      nodes_[at].has_bracket = nodes_[at].byte == '[' || nodes_[at].byte == '{';
      for (std::uint32_t child = static_cast<std::uint32_t>(at) + 1; child < nodes_[at].end;
           child = nodes_[child].end) {
        const Node& n = nodes_[child];
        height = std::max(height, static_cast<std::uint8_t>(n.height + 1));
        nodes_[at].has_comma |= n.has_comma;
        nodes_[at].has_bracket |= n.has_bracket;
        if (n.byte < 0x80) {
          shape.ascii[n.byte / 64] |= std::uint64_t{1} << (n.byte % 64);
          join(shape, of_node[child]);
        } else {
          shape.has_others = true;
          join_others(shape, of_node, child, lead_of(n.byte));
        }
      }
      nodes_[at].height = height;
      nodes_[at].shape = place_of(shape, table);
      of_node[at] = shape;
    }
  }

  static void join(Shape& shape, const Shape& other) {
    shape.ascii[0] |= other.ascii[0];
    shape.ascii[1] |= other.ascii[1];
    shape.has_others |= other.has_others;
    shape.is_well_formed &= other.is_well_formed;
  }

  void join_others(Shape& shape, const std::vector<Shape>& of_node, std::uint32_t at,
                   Rest rest) const {
    if (rest.bytes == 0) return join(shape, of_node[at]);
    shape.is_well_formed &= rest.bytes > 0;
    if (rest.bytes < 0) return;
    for (std::uint32_t child = at + 1; child < nodes_[at].end; child = nodes_[child].end) {
      const std::uint8_t byte = nodes_[child].byte;
      if (byte < rest.first || byte > rest.last)
        shape.is_well_formed = false;
      else
        join_others(shape, of_node, child, {rest.bytes - 1});
    }
  }

  std::uint32_t place_of(const Shape& shape, detail::InternTable& table) {
    const std::uint64_t marks = (shape.has_others ? 2u : 0u) | (shape.is_well_formed ? 1u : 0u);
    const std::uint64_t hash = detail::mixed(detail::mixed(marks, shape.ascii[0]), shape.ascii[1]);
    const std::uint32_t known =
        table.find(hash, [&](std::uint32_t at) { return shapes_[at] == shape; });
    if (known != detail::InternTable::absent) return known;
    const auto at = static_cast<std::uint32_t>(shapes_.size());
    shapes_.push_back(shape);
    table.add(hash, at);
    return at;
  }

  std::vector<Node> nodes_;
  std::vector<Shape> shapes_;
  std::vector<TokenId> ids_;
  std::array<std::uint32_t, 256> roots_ = {};
};

}  // namespace tamis::guided
