#pragma once

/// \file merges.hpp
/// The merges of byte-pair encoding, and the merging.

#include <algorithm>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "../core/types.hpp"

namespace tamis {

/// A list of merges, each of two neighbouring tokens into one; the earlier in the list, the sooner.
///
/// Merging a word means: as long as two neighbours can merge, merge those whose merge stands first
/// in the list; of equal ones, the leftmost. A word of n symbols takes time n log n at most.
///
/// Source: Sennrich et al., "Neural machine translation of rare words with subword units", ACL
/// 2016.
class Merges {
 public:
  Merges() = default;

  /// Makes room for `count` merges.
  void reserve(std::size_t count) { resize(std::bit_ceil(2 * count + 2)); }

  /// Adds the next merge of the list; without effect if the two have one already. There is room for
  /// 2^32 - 2 of them.
  void add(TokenId left, TokenId right, TokenId merged) {
    if (2 * (count_ + 1) >= slots_.size()) resize(std::max<std::size_t>(4, 2 * slots_.size()));
    Slot& slot = slots_[place(key_of(left, right))];
    if (slot.key != nobody) return;
    slot = {key_of(left, right), static_cast<std::uint32_t>(count_), merged};
    ++count_;
  }

  /// How many there are.
  std::size_t size() const { return count_; }

  /// The memory that merging needs; it may serve many words, one after the other.
  class Workspace {
    friend class Merges;
    struct Pair {
      std::uint32_t rank;  // of the merge with the right neighbour; `never` if there is none
      TokenId merged;
    };
    struct Symbol {
      TokenId id;
      Pair pair;
      std::size_t left, right;  // neighbours
    };
    struct Candidate {
      std::uint32_t rank;
      std::size_t at;
      auto operator<=>(const Candidate&) const = default;
    };
    std::vector<Pair> pairs_;
    std::vector<Symbol> symbols_;
    std::vector<Candidate> heap_;
  };

  /// Merges the word that `ids` holds from index `begin` to its end, in place.
  void merge(std::vector<TokenId>& ids, std::size_t begin, Workspace& space) const {
    constexpr std::size_t short_word = 48;  // up to here, looking at all pairs beats a heap
    const std::size_t length = ids.size() - begin;
    if (length < 2 || slots_.empty()) return;
    if (length <= short_word)
      merge_short(ids, begin, space);
    else
      merge_long(ids, begin, space);
  }

 private:
  static constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint64_t nobody = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

  struct Slot {
    std::uint64_t key = nobody;
    std::uint32_t rank = 0;
    TokenId merged = -1;
  };
  using Pair = Workspace::Pair;

  static std::uint64_t key_of(TokenId left, TokenId right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 |
           static_cast<std::uint32_t>(right);
  }

  /// The index of the slot that holds this key, or that is free for it.
  std::size_t place(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::uint64_t mixed = key;  // the finalizer of MurmurHash3
    mixed = (mixed ^ mixed >> 33) * 0xFF51AFD7ED558CCDu;
    mixed = (mixed ^ mixed >> 33) * 0xC4CEB9FE1A85EC53u;
    std::size_t at = static_cast<std::size_t>(mixed ^ mixed >> 33) & mask;
    while (slots_[at].key != nobody && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }

  void resize(std::size_t size) {
    std::vector<Slot> old(size);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != nobody) slots_[place(slot.key)] = slot;
  }

  Pair pair_of(TokenId left, TokenId right) const {
    const Slot& slot = slots_[place(key_of(left, right))];
    return slot.key == nobody ? Pair{never, -1} : Pair{slot.rank, slot.merged};
  }

  void merge_short(std::vector<TokenId>& ids, std::size_t begin, Workspace& space) const {
    auto& pairs = space.pairs_;  // pairs[i] is of ids[begin + i] and its right neighbour
    pairs.clear();
    for (std::size_t at = begin; at + 1 < ids.size(); ++at)
      pairs.push_back(pair_of(ids[at], ids[at + 1]));
    while (!pairs.empty()) {
      const auto best = std::ranges::min_element(pairs, {}, &Pair::rank);
      if (best->rank == never) break;
      const auto at = static_cast<std::size_t>(best - pairs.begin());
      ids[begin + at] = best->merged;
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(begin + at + 1));
      pairs.erase(best);
      if (at < pairs.size()) pairs[at] = pair_of(ids[begin + at], ids[begin + at + 1]);
      if (at > 0) pairs[at - 1] = pair_of(ids[begin + at - 1], ids[begin + at]);
    }
  }

  void merge_long(std::vector<TokenId>& ids, std::size_t begin, Workspace& space) const {
    auto& symbols = space.symbols_;
    auto& heap = space.heap_;
    const std::size_t length = ids.size() - begin;
    symbols.clear();
    heap.clear();
    for (std::size_t at = 0; at < length; ++at) {
      const bool is_last = at + 1 == length;
      const Pair pair = is_last ? Pair{never, -1} : pair_of(ids[begin + at], ids[begin + at + 1]);
      symbols.push_back(
          {ids[begin + at], pair, at == 0 ? nowhere : at - 1, is_last ? nowhere : at + 1});
      if (pair.rank != never) heap.push_back({pair.rank, at});
    }
    std::ranges::make_heap(heap, std::greater{});

    const auto renew = [&](std::size_t at) {
      auto& symbol = symbols[at];
      symbol.pair =
          symbol.right == nowhere ? Pair{never, -1} : pair_of(symbol.id, symbols[symbol.right].id);
      if (symbol.pair.rank == never) return;
      heap.push_back({symbol.pair.rank, at});
      std::ranges::push_heap(heap, std::greater{});
    };
    while (!heap.empty()) {
      std::ranges::pop_heap(heap, std::greater{});
      const auto [rank, at] = heap.back();
      heap.pop_back();
      auto& symbol = symbols[at];
      if (symbol.pair.rank != rank) continue;  // one of the two has merged elsewhere since
      auto& gone = symbols[symbol.right];
      symbol.id = symbol.pair.merged;
      symbol.right = gone.right;
      gone.pair.rank = never;
      if (symbol.right != nowhere) symbols[symbol.right].left = at;
      renew(at);
      if (symbol.left != nowhere) renew(symbol.left);
    }

    ids.resize(begin);
    for (std::size_t at = 0; at != nowhere; at = symbols[at].right) ids.push_back(symbols[at].id);
  }

  std::vector<Slot> slots_;  // a power of two, at most half full; open addressing
  std::size_t count_ = 0;
};

}  // namespace tamis
