#pragma once

/// \file view.hpp
/// A row in memory as the vector kernels see it: blocks of tokens, a register of them at a time.
///
/// Of most tokens nothing is known but the logit. A block that holds others is patched: what is said of many, a
/// guide's mask or an array of biases, is applied to a copy of its logits; the few tokens that a sequence speaks of
/// are masked in the copy, and visited after it with all that is known of them.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "../../core/bfloat16.hpp"
#include "../../core/facts.hpp"
#include "../../core/half.hpp"
#include "../../core/philox.hpp"
#include "dispatch.hpp"
#include "lanes.hpp"
#include "philox_lanes.hpp"
#include "scratch.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd::detail {

/// A row as the kernels see it: `n` logits, in the order of ids; token i is ids[i], or i if ids is null.
struct View {
  const float* z;
  const TokenId* ids;
  int n;
  Facts facts;  ///< whether a token is allowed, and the biases, are of rows with all tokens alone
  Stream stream;
  const std::uint8_t* special;  ///< per block: is anything known of one of its tokens? Null says no.
  const std::uint16_t* halves = nullptr;  ///< the logits, if they are of 16 bits; then z is null
  bool upper = false;                     ///< whether these are the upper halves of floats, not binary16

  TokenId id(int i) const { return ids ? ids[i] : i; }
  template <int W>
  TAMIS_INLINE Ints<W> ids_at(int first) const {
    return ids ? Ints<W>::load(ids + first) : Ints<W>::from(first);
  }
  int blocks() const { return (n + block_size - 1) / block_size; }

  float logit(int i) const {
    if (!halves) return z[i];
    return upper ? float{BFloat16{halves[i]}} : float_of_half(halves[i]);
  }
  /// The logits of 16 bits of `W` tokens.
  template <int W>
  TAMIS_INLINE Lanes<W> widened(int from) const {
    Lanes<W> r;
    if (upper) Isa<W>::widen_upper(halves + from, r.v);
    else Isa<W>::widen_half(halves + from, r.v);
    return r;
  }
  /// So many of its tokens, of which nothing is known, as a row of their own.
  View part(int from, int count) const {
    return {z ? z + from : nullptr, ids ? ids + from : nullptr, count, {}, stream, nullptr, halves ? halves + from : nullptr, upper};
  }
};

/// The logits of a block as floats.
[[gnu::noinline]] inline void copy_logits(const View& view, int from, int count, float* to) {
  if (!view.halves) {
    std::memcpy(to, view.z + from, sizeof(float) * static_cast<std::size_t>(count));
    return;
  }
  on_best([view, from, count, to]<int W>() {
    int i = 0;
    for (; i + W <= count; i += W) view.template widened<W>(from + i).store(to + i);
    for (; i < count; ++i) to[i] = view.logit(from + i);
  });
}

/// The exponential noise of a block, made when somebody asks for it. First all random numbers, then all logarithms: each
/// waits long for its own steps, and a loop of one kind has many of them under way.
template <int W>
class BlockNoise {
 public:
  TAMIS_INLINE BlockNoise(const View& view, int from, int count) : view_(&view), from_(from), count_(count) {}

  TAMIS_INLINE Lanes<W> at(int first) {
    if (!noise_) make();
    return Lanes<W>::load(noise_ + (first - from_));
  }

 private:
  TAMIS_INLINE void make() {
    float* const noise = scratch().noise;
    for (int i = 0; i < count_; i += W) small_uniform_of<W>(view_->stream, view_->template ids_at<W>(from_ + i), 0).store(noise + i);
    for (int i = 0; i < count_; i += W) tamis::detail::minus_log1m<Lanes<W>>(Lanes<W>::load(noise + i)).store(noise + i);
    noise_ = noise;
  }

  const View* view_;
  int from_, count_;
  const float* noise_ = nullptr;
};

/// `W` tokens as one. Of plain tokens nothing is known, and the compiler knows it.
template <int W, bool Plain>
struct Site {
  using Real = Lanes<W>;

  Lanes<W> z;
  const View* view;
  const Patch* patch;
  BlockNoise<W>* noise;
  int first;  ///< where the tokens stand, in the row or among those of the patch

  TAMIS_INLINE Lanes<W> logit() const { return z; }
  TAMIS_INLINE Lanes<W> count() const { return of(&Patch::output); }
  TAMIS_INLINE Lanes<W> prompt_count() const { return of(&Patch::prompt); }
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
    else return Lanes<W>::load(patch->push[slot] + first);
  }
  TAMIS_INLINE auto bias() const {
    if constexpr (Plain) return Zero{};
    else return of(&Patch::bias);
  }
  TAMIS_INLINE bool allowed() const { return true; }  // what is not has been masked in the copy
  TAMIS_INLINE Lanes<W> id() const {
    Lanes<W> r;
    r.v = __builtin_convertvector(ids().v, typename Lanes<W>::Bits);
    return r;
  }
  TAMIS_INLINE Lanes<W> uniform() const { return uniform_of<W>(view->stream, ids(), 0); }
  TAMIS_INLINE Lanes<W> exponential() const {
    if constexpr (Plain) return noise->at(first);
    else return tamis::detail::minus_log1m<Lanes<W>>(small_uniform_of<W>(view->stream, ids(), 0));
  }
  TAMIS_INLINE Site with(const Lanes<W>& logit) const { return {logit, view, patch, noise, first}; }

  TAMIS_INLINE Ints<W> ids() const {
    if constexpr (Plain) return view->template ids_at<W>(first);
    else return Ints<W>::load(patch->ids + first);
  }

 private:
  TAMIS_INLINE Lanes<W> of(const float (Patch::*known)[block_size]) const {
    if constexpr (Plain) return 0.0f;
    else return Lanes<W>::load(patch->*known + first);
  }
};

/// Lists what the sequence knows of the tokens of a block, `z` being the copy of its logits.
[[gnu::noinline]] inline void list_known(const View& view, int from, int count, Patch& patch) {
  const auto& few = view.facts.few;
  int n = 0;
  const auto list = [&](const Occurrence& o, int at) {
    patch.ids[n] = o.id, patch.place[n] = at;
    patch.known[n] = patch.z[at];
    patch.output[n] = static_cast<float>(o.output), patch.prompt[n] = static_cast<float>(o.prompt);
    patch.bias[n] = o.bias;
    for (int slot = 0; slot < push_slots; ++slot) patch.push[slot][n] = o.push[static_cast<unsigned>(slot)];
    patch.z[at] = masked;
    ++n;
  };
  if (!view.ids) {
    for (std::size_t o = place_of(few, from); o < few.size() && few[o].id < from + count; ++o) list(few[o], few[o].id - from);
  } else {
    const TokenId* ids = view.ids + from;
    int at = 0;
    for (std::size_t o = place_of(few, ids[0]); o < few.size() && few[o].id <= ids[count - 1]; ++o) {
      at = static_cast<int>(std::lower_bound(ids + at, ids + count, few[o].id) - ids);
      if (ids[at] == few[o].id) list(few[o], at);
    }
  }
  patch.n = n;
  for (; n % 16 != 0; ++n) {  // a register more, of tokens that are not there
    patch.ids[n] = 0, patch.known[n] = masked, patch.output[n] = patch.prompt[n] = patch.bias[n] = 0;
    for (auto& push : patch.push) push[n] = 0;
  }
}

/// Copies the logits of a block, and masks what is missing to two registers.
inline void copy_block(const View& view, int from, int count, Patch& patch) {
  copy_logits(view, from, count, patch.z);
  for (int i = count; i % 32 != 0; ++i) patch.z[i] = masked;
}

/// Puts all that is known of the tokens of a block into the copy of its logits.
template <int W>
TAMIS_INLINE void patch_block(const View& view, int from, int count, Patch& patch) {
  if (!view.ids && view.facts.bias)
    for (int i = 0; i < count; ++i) patch.z[i] = patch.z[i] + view.facts.bias[from + i];
  if (!view.ids && view.facts.allowed)
    for (int i = 0; i < count; i += W) {
      const int at = from + i;
      Mask<W> allowed;
      Isa<W>::mask_of(view.facts.allowed[at / 32] >> (at % 32), allowed.bits);
      select(allowed, Lanes<W>::load(patch.z + i), Lanes<W>(masked)).store(patch.z + i);
    }
  list_known(view, from, count, patch);
}

/// Visits the tokens of a block, in any order; some of those visited are masked and not there. `visit` takes a site.
template <int W, class Visit>
TAMIS_INLINE void each_in(const View& view, int block, Visit&& visit) {
  const int from = block * block_size, count = std::min(block_size, view.n - from);
  const bool special = view.special && view.special[block];
  Patch* patch = nullptr;
  if (special || view.halves || count % (2 * W) != 0) {
    patch = &scratch().patch;
    copy_block(view, from, count, *patch);
    if (special) patch_block<W>(view, from, count, *patch);
  }
  const float* const z = patch ? patch->z : view.z + from;
  BlockNoise<W> noise(view, from, (count + 2 * W - 1) / (2 * W) * (2 * W));
  for (int i = 0; i < count; i += 2 * W) {
    visit(Site<W, true>{Lanes<W>::load(z + i), &view, nullptr, &noise, from + i});
    visit(Site<W, true>{Lanes<W>::load(z + i + W), &view, nullptr, &noise, from + i + W});
  }
  if (special)
    for (int j = 0; j < patch->n; j += W) visit(Site<W, false>{Lanes<W>::load(patch->known + j), &view, patch, &noise, j});
}

/// Visits the tokens of a block in their order: `emit(first, z, values...)` takes where they stand, what `map` makes of
/// them, and what each of `functions` makes of that. Lanes behind the last token are masked.
template <int W, class Map, class Emit, class... Functions>
TAMIS_INLINE void each_in_order(const View& view, int block, const Map& map, Emit&& emit, const Functions&... functions) {
  const bool special = view.special && view.special[block];
  const int from = block * block_size;
  Ordered* const ordered = special ? &scratch().ordered : nullptr;
  each_in<W>(view, block, [&]<bool Plain>(const Site<W, Plain>& at) TAMIS_INLINE_LAMBDA {
    const Lanes<W> z = map(at);
    if (Plain && !special) return emit(at.first, z, functions(at.with(z))...);
    const auto put = [&](int which, const Lanes<W>& x) TAMIS_INLINE_LAMBDA {
      if constexpr (Plain) {
        x.store(ordered->value[which] + (at.first - from));
      } else {
        for (int i = 0; i < W && at.first + i < at.patch->n; ++i) ordered->value[which][at.patch->place[at.first + i]] = x[i];
      }
    };
    put(0, z);
    [[maybe_unused]] int which = 0;
    (put(++which, functions(at.with(z))), ...);
  });
  if (!special) return;
  const int count = std::min(block_size, view.n - from);
  for (int i = 0; i < count; i += W) {
    const auto get = [&](int which) TAMIS_INLINE_LAMBDA { return Lanes<W>::load(ordered->value[which] + i); };
    if constexpr (sizeof...(Functions) == 0) emit(from + i, get(0));
    else if constexpr (sizeof...(Functions) == 1) emit(from + i, get(0), get(1));
    else emit(from + i, get(0), get(1), get(2));
  }
}

}  // namespace tamis::simd::detail

#pragma GCC diagnostic pop
