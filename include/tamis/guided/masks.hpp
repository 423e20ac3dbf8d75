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
#include "vocabulary.hpp"

namespace tamis::guided {

/// The masks of an automaton's configurations over a vocabulary.
///
/// A mask is the union over the items of a configuration. Of each state there is, from when it is first met, a table:
/// tokens that it takes whatever its stack is, and tokens of which the stack decides, for they reach beyond the state's
/// rule; only these are tried for each stack anew. Where a state takes characters in a loop, a subtree of the
/// vocabulary that is made of such characters is taken as a whole. Not for several threads at once.
class Masks {
 public:
  Masks(Configurations& configurations, const Vocabulary& vocabulary)
      : c_(configurations), v_(vocabulary), of_state_(configurations.automaton().states.size()) {}

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

  /// Forgets masks that have not been asked for of late, until no more than half of `limit` bytes are kept.
  void shrink(std::size_t limit) {
    if (table_bytes_ > limit / 4) {
      for (auto& table : of_state_) table.reset();
      framed_.clear();
      table_bytes_ = 0;
    }
    while (bytes() > limit / 2 && !order_.empty()) {  // the clock: who was asked for since the last round stays
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
  struct Table {
    std::vector<TokenId> few;           ///< tokens it takes, where they are few
    std::vector<std::uint32_t> many;    ///< or their bits
    std::vector<std::uint32_t> unsure;  ///< places in Vocabulary::ids() of those that the stack decides
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
      for (const Table* table : tables_) {
        for (const TokenId token : table->few) set(mask.words, token);
        for (std::size_t i = 0; i < table->many.size(); ++i) mask.words[i] |= table->many[i];
      }
      for (const Table* table : tables_) try_unsure(id, table->unsure, mask.words);
    } else {
      walk(id, ByteSet{}, mask.words, nullptr);
    }
    if (c_.accepts(id))
      for (const TokenId end : v_.ends()) set(mask.words, end);
    classify(mask);
    return mask;
  }

  void classify(TokenMask& mask) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < mask.words.size(); ++i) {
      if (mask.words[i] == 0) continue;
      count += static_cast<std::size_t>(__builtin_popcount(mask.words[i]));
      if (count == 1)
        mask.token = static_cast<TokenId>(i * 32 + static_cast<std::size_t>(__builtin_ctz(mask.words[i])));
    }
    mask.kind = count == 0           ? TokenMask::Kind::none
                : count == 1         ? TokenMask::Kind::forced
                : count == v_.size() ? TokenMask::Kind::all
                                     : TokenMask::Kind::some;
    if (count != 1) mask.token = -1;
  }

  static void set(std::vector<std::uint32_t>& words, TokenId id) {
    const auto at = static_cast<std::uint32_t>(id);
    words[at / 32] |= std::uint32_t{1} << (at % 32);
  }
  static bool is_set(const std::vector<std::uint32_t>& words, TokenId id) {
    const auto at = static_cast<std::uint32_t>(id);
    return (words[at / 32] >> (at % 32) & 1u) != 0;
  }

  /// Finds the tables of the items. False where too many are missing, or leave too much to try token by token: then one
  /// walk for all is cheaper.
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
      table =
          std::make_unique<Table>(make_table(c_.of_item(state, Stacks::unknown), a.rules[a.states[state].rule].follow));
    }
    return *table;
  }

  /// Within the body of a repeat nearly every token reaches beyond: so the repeat is looked at together with its body.
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
    scratch_.assign(v_.words(), 0);
    walk(id, follow, scratch_, &table.unsure);
    std::erase_if(table.unsure, [&](std::uint32_t at) { return is_set(scratch_, v_.ids()[at]); });
    std::size_t count = 0;
    for (const std::uint32_t word : scratch_) count += static_cast<std::size_t>(__builtin_popcount(word));
    if (count > v_.words()) {
      table.many = scratch_;
    } else {
      table.few.reserve(count);
      for (std::size_t i = 0; i < scratch_.size(); ++i)
        for (std::uint32_t word = scratch_[i]; word != 0; word &= word - 1)
          table.few.push_back(static_cast<TokenId>(i * 32 + static_cast<std::size_t>(__builtin_ctz(word))));
    }
    table_bytes_ += 128 + 4 * (table.few.size() + table.many.size() + table.unsure.size());
    return table;
  }

  std::uint32_t tokens_end(std::uint32_t node) const {
    return node < v_.nodes().size() ? v_.nodes()[node].tokens : static_cast<std::uint32_t>(v_.ids().size());
  }

  void set_range(std::vector<std::uint32_t>& words, std::uint32_t begin, std::uint32_t end) const {
    for (std::uint32_t at = begin; at < end; ++at) set(words, v_.ids()[at]);
  }

  /// Whether all that is below a node keeps the configuration in its loop.
  bool stays_in_loop(std::uint32_t id, const Vocabulary::Node& node) const {
    const Configurations::Loop at = c_.loop(id);
    if (at.loop == Pushdown::none || node.height > at.left) return false;
    const Pushdown::Loop& loop = c_.automaton().loops[at.loop];
    const Vocabulary::Shape& shape = v_.shapes()[node.shape];
    if ((shape.ascii[0] & ~loop.ascii[0]) != 0 || (shape.ascii[1] & ~loop.ascii[1]) != 0) return false;
    return !shape.has_others || (loop.all_others && shape.is_well_formed);
  }

  /// Walks the tree of the tokens from a configuration and sets the bits of those that it takes. What goes on beyond an
  /// unknown stack, with a byte of `follow`, comes into `unsure`.
  void walk(std::uint32_t id, const ByteSet& follow, std::vector<std::uint32_t>& words,
            std::vector<std::uint32_t>* unsure) {
    const std::vector<Vocabulary::Node>& nodes = v_.nodes();
    const ByteSet live = c_.live(id);
    path_[0] = {id, false};
    for (unsigned first = 0; first < 256; ++first) {
      if (!live.contains(first)) continue;
      const std::uint32_t root = v_.root_of(first);
      const std::uint32_t end = root < nodes.size() ? nodes[root].end : root;
      for (std::uint32_t at = root; at < end;) {
        const Vocabulary::Node& node = nodes[at];
        const Step before = path_[node.depth];
        const bool beyond =
            before.is_beyond || (node.depth > 0 && unsure && c_.escapes(before.id) && follow.contains(node.byte));
        const std::uint32_t now = c_.next(before.id, node.byte);
        if (now == Configurations::dead) {
          if (beyond)
            for (std::uint32_t place = node.tokens; place < tokens_end(node.end); ++place) unsure->push_back(place);
          at = node.end;
          continue;
        }
        if (node.height > 0 && stays_in_loop(now, node)) {
          set_range(words, node.tokens, tokens_end(node.end));
          at = node.end;
          continue;
        }
        set_range(words, node.tokens, node.below);
        path_[node.depth + 1u] = {now, beyond};
        ++at;
      }
    }
  }

  /// Tries tokens one after the other, which stand in the order of the tree.
  void try_unsure(std::uint32_t id, const std::vector<std::uint32_t>& unsure, std::vector<std::uint32_t>& words) {
    path_[0] = {id, false};
    std::string_view before;
    std::size_t known = 0;  // bytes of `before` that path_ holds
    for (const std::uint32_t place : unsure) {
      const TokenId token = v_.ids()[place];
      if (is_set(words, token)) continue;
      const std::string_view bytes = v_.bytes_of(token);
      std::size_t depth = 0;
      while (depth < known && depth < bytes.size() && before[depth] == bytes[depth]) ++depth;
      while (depth < bytes.size() && path_[depth].id != Configurations::dead) {
        path_[depth + 1].id = c_.next(path_[depth].id, static_cast<std::uint8_t>(bytes[depth]));
        ++depth;
      }
      if (path_[depth].id != Configurations::dead) set(words, token);
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
  std::unordered_map<std::uint32_t, Known> known_;
  std::vector<std::uint32_t> order_;  ///< the keys of known_, for the clock
  std::size_t hand_ = 0;
  std::vector<std::unique_ptr<Table>> of_state_;                      ///< with an unknown stack
  std::unordered_map<std::uint32_t, std::unique_ptr<Table>> framed_;  ///< by configuration: a state and one frame
  std::size_t table_bytes_ = 0;
  std::vector<const Table*> tables_;
  std::vector<std::uint32_t> scratch_;
  std::array<Step, Vocabulary::longest_token + 1> path_ = {};
};

}  // namespace tamis::guided
