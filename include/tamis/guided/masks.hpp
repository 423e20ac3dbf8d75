#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "configurations.hpp"
#include "guide.hpp"
#include "token_slices.hpp"
#include "token_tree.hpp"
#include "vocabulary.hpp"

namespace tamis::guided {

/// The masks of an automaton's configurations over a vocabulary.
///
/// A mask is the union over the items of a configuration. Of each state there is, from when it is
/// first met, a table: tokens that it takes whatever its stack is, and tokens of which the stack
/// decides, for they reach beyond the state's rule; only these are tried for each stack anew. Where
/// a state takes characters in a loop, a subtree of the vocabulary that is made of such characters
/// is taken as a whole. Not for several threads at once.
class Masks {
 public:
  Masks(Configurations& configurations, const Vocabulary& vocabulary)
      : c_(configurations),
        v_(vocabulary),
        tree_(vocabulary.tree()),
        of_state_(configurations.automaton().states.size()) {}

  /// The mask of a configuration, kept by the one that masks alike.
  std::shared_ptr<const TokenMask> of(std::uint32_t id) {
    const std::uint32_t key = c_.clamped(id);
    if (const auto found = known_.find(key); found != known_.end()) {
      found->second.is_recent = true;
      return found->second.mask;
    }
    auto mask = std::make_shared<TokenMask>(make(key));
    known_.emplace(key, Known{mask, true});
    order_.push_back(key);
    return mask;
  }

  std::size_t bytes() const { return table_bytes_ + known_.size() * (v_.words() * 4 + 128); }

  /// Forgets masks that have not been asked for of late, until no more than half of `limit` bytes
  /// are kept.
  void shrink(std::size_t limit) {
    if (table_bytes_ > limit / 4) {
      for (auto& table : of_state_) table.reset();
      framed_.clear();
      table_bytes_ = 0;
    }
    while (bytes() > limit / 2 &&
           !order_.empty()) {  // the clock: who was asked for since the last round stays
      hand_ %= order_.size();
      const auto found = known_.find(order_[hand_]);
      if (found->second.is_recent) {
        found->second.is_recent = false;
        ++hand_;
        continue;
      }
      known_.erase(found);
      order_[hand_] = order_.back();
      order_.pop_back();
    }
  }

  /// Forgets a mask that came of a failure.
  void forget(std::uint32_t id) {
    const std::uint32_t key = c_.clamped(id);
    if (known_.erase(key) > 0) order_.erase(std::find(order_.begin(), order_.end(), key));
    for (auto& table : of_state_) table.reset();
    framed_.clear();
    table_bytes_ = 0;
  }

 private:
  /// Below fewer tokens a slice is not worth its keeping; and bytes that begin fewer are walked.
  static constexpr std::uint32_t least_sliced = 1024, least_grouped = 8;

  struct Table {
    std::vector<std::shared_ptr<const TokenSlice>> slices = {};  ///< tokens it takes ...
    std::vector<TokenId> few = {};         ///< ... and these, where they are few
    std::vector<std::uint32_t> many = {};  ///< or the bits of all
    std::vector<std::uint32_t> unsure =
        {};  ///< places in TokenTree::ids() of those that the stack decides
  };

  struct Known {
    std::shared_ptr<const TokenMask> mask;
    bool is_recent;
  };

  TokenMask make(std::uint32_t id) {
    TokenMask mask;
    mask.words.assign(v_.words(), 0);
    tables_.clear();
    if (collect(id)) {
      for (const Table* table : tables_) add(*table, mask);
      for (const Table* table : tables_) try_unsure(id, table->unsure, mask);
    } else {
      Table table;
      walk(id, {table, ByteSet{}, false});
      add(table, mask);
    }
    if (c_.accepts(id))
      for (const TokenId end : v_.ends()) mask.allow(end);
    mask.find_kind(v_.size());
    return mask;
  }

  static void add(const Table& table, TokenMask& mask) {
    for (const auto& slice : table.slices) mask.allow_all(slice->words);
    if (!table.many.empty()) mask.allow_all(table.many);
    for (const TokenId token : table.few) mask.allow(token);
  }

  /// Finds the tables of the items. False where too many are missing, or leave too much to try
  /// token by token: then one walk for all is cheaper.
  bool collect(std::uint32_t id) {
    constexpr std::size_t most_missing = 4, most_unsure = 2000;
    const std::vector<Configurations::Item> items(c_.items(id).begin(), c_.items(id).end());
    std::size_t missing = 0;
    for (const auto& item : items) missing += of_state_[item.state] == nullptr;
    if (missing > most_missing) return false;
    for (const auto& item : items) {
      bool has_plain = c_.stacks().has_empty(item.stacks);
      const std::size_t count = c_.stacks().frames(item.stacks).size();
      for (std::size_t i = 0; i < count; ++i) {
        const Frame frame = c_.stacks().frames(item.stacks)[i];
        if (frame.kind == Frame::Kind::repeat)
          tables_.push_back(&framed_table(item.state, frame));
        else
          has_plain = true;
      }
      if (has_plain) tables_.push_back(&state_table(item.state));
    }
    std::size_t unsure = 0;
    for (const Table* table : tables_) unsure += table->unsure.size();
    return unsure <= most_unsure;
  }

  const Table& state_table(std::uint32_t state) {
    std::unique_ptr<Table>& table = of_state_[state];
    if (!table) {
      const Pushdown& a = c_.automaton();
      table = std::make_unique<Table>(
          make_table(c_.of_item(state, Stacks::unknown), a.rules[a.states[state].rule].follow));
    }
    return *table;
  }

  /// Within the body of a repeat nearly every token reaches beyond: so the repeat is looked at
  /// together with its body.
  const Table& framed_table(std::uint32_t state, Frame frame) {
    frame.below = Stacks::unknown;
    const std::uint32_t id = c_.of_item(state, c_.stacks().push(frame));
    std::unique_ptr<Table>& table = framed_[id];
    if (!table) {
      const Pushdown& a = c_.automaton();
      const std::uint32_t rule = a.states[a.repeats[frame.place].target].rule;
      table = std::make_unique<Table>(make_table(id, a.rules[rule].follow));
    }
    return *table;
  }

  Table make_table(std::uint32_t id, const ByteSet& follow) {
    Table table;
    walk(id, {table, follow, true});
    if (table.few.size() > v_.words()) {
      TokenMask many;
      many.words.assign(v_.words(), 0);
      for (const TokenId token : table.few) many.allow(token);
      table.many = std::move(many.words);
      table.few = {};
    }
    table.few.shrink_to_fit();
    table_bytes_ += 128 + 4 * (table.few.size() + table.many.size() + table.unsure.size());
    return table;
  }

  void take(Table& table, std::uint32_t begin, std::uint32_t end) const {
    for (std::uint32_t at = begin; at < end; ++at) table.few.push_back(tree_.ids()[at]);
  }

  /// Whether all that is below a node keeps the configuration in its loop.
  bool stays_in_loop(std::uint32_t id, const TokenTree::Node& node) {
    const Configurations::Loop at = c_.loop(id);
    return at.characters && node.height <= at.left &&
           at.characters->includes(tree_.shapes()[node.shape]);
  }

  /// Whether some byte below a node is one with which the configuration goes on. Not asked where
  /// nothing is below.
  bool has_live(std::uint32_t id, const TokenTree::Node& node) const {
    if (node.height == 0) return true;
    const ByteSet& live = c_.live(id);
    const TokenTree::Shape& shape = tree_.shapes()[node.shape];
    return ((shape.ascii[0] & live.word(0)) | (shape.ascii[1] & live.word(1))) != 0 ||
           (shape.has_others && (live.word(2) | live.word(3)) != 0);
  }

  /// Where the tokens come that a walk finds.
  struct Found {
    Table& table;
    const ByteSet& follow;  ///< what goes on beyond an unknown stack with such a byte is unsure ...
    bool is_unknown;        ///< ... if there is such a stack
  };

  /// Walks the tree of the tokens from a configuration.
  void walk(std::uint32_t id, const Found& found) {
    path_[0] = {id, false};
    hopeless_ = nullptr;
    walk_below(TokenSlices::root, found);
  }

  /// Walks what is below a node, or all. What stays in a loop from the next byte on is taken as a
  /// slice of the vocabulary, which is at hand if any grammar asked for it before.
  void walk_below(std::uint32_t at, const Found& found) {
    const std::vector<TokenTree::Node>& nodes = tree_.nodes();
    const bool is_root = at == TokenSlices::root;
    const Step here = path_[is_root ? 0 : nodes[at].depth + 1u];
    struct Group {
      Configurations::Loop loop;
      TokenSlices::Key key;
      std::uint32_t tokens;
    };
    std::array<Group, 4> groups;
    std::size_t count = 0;
    const ByteSet live = c_.live(here.id);  // a copy: what is found moves it
    const Configurations::Loop stays = slicing_loop(here.id, is_root);
    ByteSet sliced;
    each_child(at, live, [&](std::uint32_t child) {
      const TokenTree::Node& node = nodes[child];
      if (!live.contains(node.byte)) return;
      const bool is_other = node.byte >= 0xc2 && node.byte <= 0xf4;
      Configurations::Loop then;
      if (stays.characters &&
          (stays.characters->contains(node.byte) || (stays.characters->all_others && is_other)))
        then = stays;
      else if (node.byte < 0x80 && node.tokens_end - node.tokens >= least_grouped)
        then = slicing_loop(c_.next(here.id, node.byte), false);
      if (!then.characters || then.characters == hopeless_) return;
      std::size_t i = 0;
      while (i < count && !(groups[i].loop == then)) ++i;
      if (i == groups.size()) return;
      if (i == count) groups[count++] = {then, {at, {}, *then.characters}, 0};
      groups[i].key.first.add(node.byte);
      groups[i].tokens += node.tokens_end - node.tokens;
    });
    for (std::size_t i = 0; i < count; ++i) {
      Group& group = groups[i];
      if (group.tokens < least_sliced) continue;
      if (group.loop.exits) group.key.exits = *group.loop.exits;
      const auto slice = v_.slices().of(tree_, v_.words(), group.key);
      if (!slice->is_worth_it) {
        hopeless_ = group.loop.characters;
        continue;
      }
      take(found.table, slice, group.loop.left);
      for (const TokenSlice::Tree& tree : slice->trees)
        walk_nodes(slice->rest, tree.begin, tree.end, found, false);
      sliced |= group.key.first;
    }
    path_[is_root ? 0 : nodes[at].depth + 1u] = here;
    each_child(at, live, [&](std::uint32_t child) {
      if (!sliced.contains(nodes[child].byte))
        walk_nodes(nodes, child, nodes[child].end, found, true);
    });
  }

  template <class Visit>
  void each_child(std::uint32_t at, const ByteSet& live, const Visit& visit) const {
    const std::vector<TokenTree::Node>& nodes = tree_.nodes();
    if (at == TokenSlices::root) {
      for (unsigned k = 0; k < 4; ++k) {
        for (std::uint64_t word = live.word(k); word != 0; word &= word - 1) {
          const std::uint32_t root =
              tree_.root_of(k * 64 + static_cast<unsigned>(__builtin_ctzll(word)));
          if (root < nodes.size()) visit(root);
        }
      }
      return;
    }
    const std::uint32_t end = nodes[at].end;
    for (std::uint32_t child = at + 1; child < end; child = nodes[child].end) visit(child);
  }

  /// The loop of a configuration, if it lasts for the longest token, or if a slice can be cut where
  /// it ends.
  Configurations::Loop slicing_loop(std::uint32_t id, bool may_end) {
    Configurations::Loop loop = c_.loop(id);
    if (loop.left >= v_.longest())
      loop.left = ~std::uint32_t{0};
    else if (!may_end || !loop.exits)
      loop = {};
    return loop;
  }

  void take(Table& table, const std::shared_ptr<const TokenSlice>& slice,
            std::uint32_t left) const {
    if (left == ~std::uint32_t{0}) return table.slices.push_back(slice);
    const auto short_ones = v_.slices().at_most(tree_, v_.words(), left);
    table.many.resize(v_.words());
    for (std::size_t i = 0; i < table.many.size(); ++i)
      table.many[i] |= slice->words[i] & (*short_ones)[i];
  }

  void walk_nodes(const std::vector<TokenTree::Node>& nodes, std::uint32_t begin, std::uint32_t end,
                  const Found& found, bool is_tree) {
    for (std::uint32_t at = begin; at < end;) {
      const TokenTree::Node& node = nodes[at];
      const Step before = path_[node.depth];
      const bool beyond =
          before.is_beyond || (node.depth > 0 && found.is_unknown && c_.escapes(before.id) &&
                               found.follow.contains(node.byte));
      const std::uint32_t now = c_.next(before.id, node.byte);
      if (now == Configurations::dead) {
        if (beyond)
          for (std::uint32_t place = node.tokens; place < node.tokens_end; ++place)
            found.table.unsure.push_back(place);
        at = node.end;
        continue;
      }
      if (node.height > 0 && stays_in_loop(now, node)) {
        take(found.table, node.tokens, node.tokens_end);
        at = node.end;
        continue;
      }
      if (node.tokens < node.below) take(found.table, node.tokens, node.below);
      if (!has_live(now, node) && !(found.is_unknown && (beyond || c_.escapes(now)))) {
        at = node.end;
        continue;
      }
      path_[node.depth + 1u] = {now, beyond};
      ++at;
      if (is_tree && node.tokens_end - node.tokens >= least_sliced) {
        walk_below(at - 1, found);
        at = node.end;
      }
    }
  }

  /// Tries tokens one after the other, which stand in the order of the tree.
  void try_unsure(std::uint32_t id, const std::vector<std::uint32_t>& unsure,
                  TokenMask& mask) {
    path_[0] = {id, false};
    std::string_view before;
    std::size_t known = 0;  // bytes of `before` that path_ holds
    for (const std::uint32_t place : unsure) {
      const TokenId token = tree_.ids()[place];
      if (mask.allows(token)) continue;
      const std::string_view bytes = v_.bytes_of(token);
      std::size_t depth = 0;
      while (depth < known && depth < bytes.size() && before[depth] == bytes[depth]) ++depth;
      while (depth < bytes.size() && path_[depth].id != Configurations::dead) {
        path_[depth + 1].id = c_.next(path_[depth].id, static_cast<std::uint8_t>(bytes[depth]));
        ++depth;
      }
      if (path_[depth].id != Configurations::dead) mask.allow(token);
      before = bytes;
      known = depth;
    }
  }

  struct Step {
    std::uint32_t id;
    bool is_beyond;  ///< an unknown stack was reached before: the tokens below may go on there
  };

  Configurations& c_;
  const Vocabulary& v_;
  const TokenTree& tree_;
  std::unordered_map<std::uint32_t, Known> known_;
  std::vector<std::uint32_t> order_;  ///< the keys of known_, for the clock
  std::size_t hand_ = 0;
  std::vector<std::unique_ptr<Table>> of_state_;  ///< with an unknown stack
  std::unordered_map<std::uint32_t, std::unique_ptr<Table>>
      framed_;  ///< by configuration: a state and one frame
  std::size_t table_bytes_ = 0;
  std::vector<const Table*> tables_;
  const CharacterClass* hopeless_ =
      nullptr;  ///< of which a slice of all was not worth it: nor are smaller ones
  std::array<Step, Vocabulary::longest_token + 1> path_ = {};
};

}  // namespace tamis::guided
