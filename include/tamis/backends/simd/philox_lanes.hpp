#pragma once

/// \file philox_lanes.hpp
/// The random numbers of core/philox.hpp for a register of tokens at once.

#include <cstdint>

#include "../../core/philox.hpp"
#include "lanes.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd::detail {

/// The first two words of Philox4x32-10 for each token.
template <int W>
struct PhiloxWords {
  typename Register<W>::Words first, second;
};

/// Every second token, in the low half of 64 bits; what the high halves hold is of no account.
template <int W>
struct PhiloxHalf {
  using Wide = typename Register<W>::Wide;
  Wide c0{}, c1{}, c2{}, c3{};

  /// The first two rounds, of whose products one each is the same for all tokens.
  TAMIS_INLINE void begin(const Stream& stream, const Wide& tokens, std::uint32_t salt) {
    const auto k0 = static_cast<std::uint32_t>(stream.seed), k1 = static_cast<std::uint32_t>(stream.seed >> 32);
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * static_cast<std::uint32_t>(stream.position);
    Wide a{};
    Isa<W>::multiply(tokens, Wide{} + 0xD2511F53u, a);
    const std::uint32_t d0 = static_cast<std::uint32_t>(b >> 32) ^ salt ^ k0, d1 = static_cast<std::uint32_t>(b);
    const Wide d2 = (a >> 32) ^ (static_cast<std::uint32_t>(stream.position >> 32) ^ k1), d3 = a;
    const std::uint64_t e = std::uint64_t{0xD2511F53u} * d0;
    Wide f{};
    Isa<W>::multiply(d2, Wide{} + 0xCD9E8D57u, f);
    c0 = (f >> 32) ^ (d1 ^ (k0 + 0x9E3779B9u));
    c1 = f;
    c2 = (d3 ^ ((e >> 32) ^ (k1 + 0xBB67AE85u)));
    c3 = Wide{} + (e & 0xffffffffu);
  }

  TAMIS_INLINE void round(std::uint32_t k0, std::uint32_t k1) {
    Wide a{}, b{};
    Isa<W>::multiply(c0, Wide{} + 0xD2511F53u, a);
    Isa<W>::multiply(c2, Wide{} + 0xCD9E8D57u, b);
    c0 = (b >> 32) ^ c1 ^ k0;
    c1 = b;
    c2 = (a >> 32) ^ c3 ^ k1;
    c3 = a;
  }
};

template <int W>
TAMIS_INLINE PhiloxWords<W> philox_of(const Stream& of, const Ints<W>& ids, std::uint32_t salt) {
  const Stream stream = of.mark == 0 ? of : Stream{of.mark, 0};
  using Wide = typename Register<W>::Wide;
  PhiloxHalf<W> even, odd;
  const Wide pairs = (Wide)ids.v;
  even.begin(stream, pairs, salt);
  odd.begin(stream, pairs >> 32, salt);
  auto k0 = static_cast<std::uint32_t>(stream.seed), k1 = static_cast<std::uint32_t>(stream.seed >> 32);
  for (int round = 2; round < 10; ++round) {
    const std::uint32_t r = static_cast<std::uint32_t>(round);
    even.round(k0 + r * 0x9E3779B9u, k1 + r * 0xBB67AE85u);
    odd.round(k0 + r * 0x9E3779B9u, k1 + r * 0xBB67AE85u);
  }
  PhiloxWords<W> words;
  words.first = (typename Register<W>::Words)((even.c0 & 0xffffffffu) | (odd.c0 << 32));
  words.second = (typename Register<W>::Words)((even.c1 & 0xffffffffu) | (odd.c1 << 32));
  return words;
}

/// As Stream::uniform.
template <int W>
TAMIS_INLINE Lanes<W> uniform_of(const Stream& stream, const Ints<W>& ids, std::uint32_t salt) {
  const auto words = philox_of<W>(stream, ids, salt);
  const Lanes<W> x(__builtin_convertvector((typename Register<W>::Ints)(words.first >> 9), typename Lanes<W>::Bits));
  return (x + Lanes<W>(0.5f)) * Lanes<W>(0x1p-23f);
}

/// As Stream::small_uniform.
template <int W>
TAMIS_INLINE Lanes<W> small_uniform_of(const Stream& stream, const Ints<W>& ids, std::uint32_t salt) {
  const auto words = philox_of<W>(stream, ids, salt);
  Lanes<W> high, low;
  Isa<W>::to_floats(words.second, high.v);
  Isa<W>::to_floats(words.first, low.v);
  const Lanes<W> v = high * Lanes<W>(0x1p-32f) + (low + Lanes<W>(0.5f)) * Lanes<W>(0x1p-64f);
  return lane_min(v, Lanes<W>(0.99999994f));
}

}  // namespace tamis::simd::detail

#pragma GCC diagnostic pop
