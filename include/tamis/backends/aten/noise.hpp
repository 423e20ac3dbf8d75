#pragma once

/// \file noise.hpp
/// The random numbers of core/philox.hpp on tensors: the same bits, on any device.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace tamis::aten {

/// Two words of 32 bits, each in an int64.
struct Words {
  at::Tensor first, second;
};

/// The first two words of Philox4x32-10. All are int64 and broadcast: `key` and `position` hold 64 bits, `token` and
/// `salt` 32.
inline Words philox(const at::Tensor& key, const at::Tensor& position, const at::Tensor& token, std::int64_t salt) {
  const auto low = [](const at::Tensor& x) { return x.bitwise_and(x.new_full({1}, 0xffffffff)); };
  const auto high = [&](const at::Tensor& x) { return low(x.bitwise_right_shift(32)); };
  at::Tensor k0 = low(key), k1 = high(key);
  at::Tensor c0 = token, c1 = token.new_full({1, 1}, salt), c2 = low(position), c3 = high(position);
  for (int round = 0; round < 10; ++round) {
    const at::Tensor a = c0.mul(0xD2511F53), b = c2.mul(0xCD9E8D57);  // modulo 2^64
    c0 = high(b).bitwise_xor(c1).bitwise_xor(k0), c1 = low(b);
    c2 = high(a).bitwise_xor(c3).bitwise_xor(k1), c3 = low(a);
    k0 = low(k0.add(0x9E3779B9)), k1 = low(k1.add(0xBB67AE85));
  }
  return {c0, c1};
}

}  // namespace tamis::aten
