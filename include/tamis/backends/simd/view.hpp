#pragma once

/// \file view.hpp
/// A row in memory as the vector kernels see it: blocks of tokens, a register of them at a time.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "../../core/facts.hpp"
#include "../../core/philox.hpp"
#include "lanes.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd {

/// How many tokens a block has.
inline constexpr int block_size = 512;

namespace detail {

/// The facts of one block of tokens, in the order of the tokens.
struct BlockFacts {
  alignas(64) float output[block_size], prompt[block_size], bias[block_size];
  alignas(64) float push[push_slots][block_size];
  alignas(64) float allowed[block_size];
};

/// A row as the kernels see it: `n` logits, in the order of ids; token i is ids[i], or i if ids is null.
struct View {
  const float* z;
  const TokenId* ids;
  int n;
  Facts facts;
  Stream stream;
  const std::uint8_t* special;  ///< per block: is anything known of one of its tokens? Null says no.

  TokenId id(int i) const { return ids ? ids[i] : i; }
  int blocks() const { return (n + block_size - 1) / block_size; }

  [[gnu::noinline]] void expand(int block, BlockFacts& to) const {
    const int from = block * block_size, count = std::min(block_size, n - from);
    std::memset(&to, 0, sizeof to - sizeof to.allowed);
    if (facts.bias)
      for (int i = 0; i < count; ++i) to.bias[i] = facts.bias[id(from + i)];
    if (facts.allowed)
      for (int i = 0; i < block_size; ++i) to.allowed[i] = i < count && facts.allows(id(from + i)) ? 1.0f : 0.0f;
    else
      std::fill_n(to.allowed, block_size, 1.0f);
    const auto put = [&](const Occurrence& o, int i) {
      to.output[i] = static_cast<float>(o.output), to.prompt[i] = static_cast<float>(o.prompt);
      to.bias[i] = o.bias + to.bias[i];
      for (int slot = 0; slot < push_slots; ++slot) to.push[slot][i] = o.push[static_cast<unsigned>(slot)];
    };
    if (ids) {
      for (int i = 0; i < count; ++i) put(facts.of(ids[from + i]), i);
    } else {
      const auto& few = facts.few;
      for (std::size_t o = place_of(few, from); o < few.size() && few[o].id < from + count; ++o) put(few[o], few[o].id - from);
    }
  }
};

/// `W` tokens as one. Of plain tokens nothing is known, and the compiler knows it.
template <int W, bool Plain>
struct Site {
  using Real = Lanes<W>;

  Lanes<W> z;
  const View* view;
  const BlockFacts* facts;
  int first;

  TAMIS_INLINE Lanes<W> logit() const { return z; }
  TAMIS_INLINE Lanes<W> count() const { return of(&BlockFacts::output); }
  TAMIS_INLINE Lanes<W> prompt_count() const { return of(&BlockFacts::prompt); }
  TAMIS_INLINE auto seen() const {
    if constexpr (Plain) return false;
    else return count() + prompt_count() > 0.0f;
  }
  TAMIS_INLINE auto listed() const {
    if constexpr (Plain) return false;
    else return true;
  }
  TAMIS_INLINE Lanes<W> push(int slot) const {
    if constexpr (Plain) return 0.0f;
    else return Lanes<W>::load(facts->push[slot] + first % block_size);
  }
  TAMIS_INLINE auto bias() const {
    if constexpr (Plain) return Zero{};
    else return of(&BlockFacts::bias);
  }
  TAMIS_INLINE auto allowed() const {
    if constexpr (Plain) return true;
    else return of(&BlockFacts::allowed) > 0.0f;
  }
  TAMIS_INLINE Lanes<W> id() const { return each([&](TokenId id) { return static_cast<float>(id); }); }
  TAMIS_INLINE Lanes<W> uniform() const {
    return each([&](TokenId id) { return view->stream.uniform(static_cast<std::uint32_t>(id), 0); });
  }
  TAMIS_INLINE Lanes<W> exponential() const {
    const Lanes<W> v = each([&](TokenId id) { return view->stream.small_uniform(static_cast<std::uint32_t>(id), 0); });
    return tamis::detail::minus_log1m<Lanes<W>>(v);
  }
  TAMIS_INLINE Site with(const Lanes<W>& logit) const { return {logit, view, facts, first}; }

 private:
  TAMIS_INLINE Lanes<W> of(const float (BlockFacts::*known)[block_size]) const {
    if constexpr (Plain) return 0.0f;
    else return Lanes<W>::load(facts->*known + first % block_size);
  }
  TAMIS_INLINE Lanes<W> each(auto&& f) const {
    float r[W];
    for (int i = 0; i < W; ++i) r[i] = f(view->id(std::min(first + i, view->n - 1)));
    return Lanes<W>::load(r);
  }
};

/// Visits the tokens of a block, the last of the row followed by masked ones; `visit` takes a site.
template <int W, bool Plain, class Visit>
TAMIS_INLINE void each_of(const View& view, int block, const BlockFacts* facts, Visit&& visit) {
  const int from = block * block_size, to = std::min(from + block_size, view.n);
  int i = from;
  for (; i + W <= to; i += W) visit(Site<W, Plain>{Lanes<W>::load(view.z + i), &view, facts, i});
  if (i < to) {
    float rest[W];
    for (int j = 0; j < W; ++j) rest[j] = i + j < to ? view.z[i + j] : masked;
    visit(Site<W, Plain>{Lanes<W>::load(rest), &view, facts, i});
  }
}

/// As above; the caller need not know whether the block is plain.
template <int W, class Visit>
TAMIS_INLINE void each_in(const View& view, int block, Visit&& visit) {
  if (!view.special || !view.special[block]) {
    each_of<W, true>(view, block, nullptr, visit);
  } else {
    BlockFacts facts;
    view.expand(block, facts);
    each_of<W, false>(view, block, &facts, visit);
  }
}

}  // namespace detail
}  // namespace tamis::simd

#pragma GCC diagnostic pop
