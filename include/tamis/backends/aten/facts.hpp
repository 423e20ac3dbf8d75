#pragma once

/// \file facts.hpp
/// What is known of the tokens of a batch besides their logits, as tensors.

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/facts.hpp"

namespace tamis::aten {

/// What tamis::Facts holds of one row, for many: each tensor is [B, V], or [1, V] where it holds for all rows, on the
/// device of the logits; what is undefined says the plain thing.
struct Facts {
  at::Tensor output;   ///< how often each token was generated, integers or floats
  at::Tensor prompt;   ///< how often it occurs in the prompt
  at::Tensor bias;     ///< added to its logit before any policy; minus infinity bans it
  at::Tensor allowed;  ///< may it come next? bool; or int32 [B, ceil(V / 32)], bit id % 32 of word id / 32
  std::array<at::Tensor, push_slots> push;  ///< what the policies Push, ScaledPush and Forced read
  at::Tensor listed;   ///< may a source speak of it? bool; undefined: of all, if there is a push

  /// Calls see(tensor) for each.
  void each(auto&& see) {
    see(output), see(prompt), see(bias), see(allowed);
    for (at::Tensor& slot : push) see(slot);
    see(listed);
  }

  /// Those of some rows, int64.
  Facts of(const at::Tensor& rows) const {
    Facts some = *this;
    some.each([&](at::Tensor& t) {
      if (t.defined() && t.size(0) > 1) t = t.index_select(0, rows);
    });
    return some;
  }
};

/// The facts of sequences on the host, one a row, as tensors on a device. Sends what the lists hold, and a guide's
/// words, but never the vocabulary; does not wait for the device.
inline Facts facts_of(std::span<const tamis::Facts> rows, std::int64_t vocab_size, at::Device device) {
  const auto count = static_cast<std::int64_t>(rows.size());
  std::int64_t n = 0;
  bool guided = false;
  for (const tamis::Facts& facts : rows) {
    n += std::count_if(facts.few.begin(), facts.few.end(), [&](const Occurrence& o) { return o.id < vocab_size; });
    guided |= facts.allowed != nullptr;
  }
  Facts out;
  if (n > 0) {
    // Where in [B, V] each listed token is, and what is said of it, a column each.
    const int columns = 4 + push_slots;
    at::Tensor places = at::empty({n}, at::kLong), values = at::empty({columns, n}, at::kFloat);
    std::int64_t* place = places.mutable_data_ptr<std::int64_t>();
    float* value = values.mutable_data_ptr<float>();
    std::array<bool, 4 + push_slots> used{};
    std::int64_t row = 0;
    for (const tamis::Facts& facts : rows) {
      for (const Occurrence& o : facts.few) {
        if (o.id >= vocab_size) continue;
        *place++ = row * vocab_size + o.id;
        std::array<float, 4 + push_slots> said{1.0f, static_cast<float>(o.output), static_cast<float>(o.prompt), o.bias};
        std::copy(o.push.begin(), o.push.end(), said.begin() + 4);
        for (std::size_t c = 0; c < said.size(); ++c) {
          value[static_cast<std::int64_t>(c) * n] = said[c];
          used[c] |= said[c] != 0;
        }
        ++value;
      }
      ++row;
    }
    const at::Tensor there = places.to(device, true), all = values.to(device, true);
    const auto spread = [&](int column) {
      if (!used[static_cast<std::size_t>(column)]) return at::Tensor();
      at::Tensor t = at::zeros({count * vocab_size}, all.options());
      return t.index_copy_(0, there, all.select(0, column)).view({count, vocab_size});
    };
    out.listed = spread(0).ne(0);
    out.output = spread(1), out.prompt = spread(2), out.bias = spread(3);
    for (int slot = 0; slot < push_slots; ++slot) out.push[static_cast<std::size_t>(slot)] = spread(4 + slot);
  }
  if (guided) {
    const std::int64_t words = (vocab_size + 31) / 32;
    at::Tensor allowed = at::empty({count, words}, at::kInt);
    std::int32_t* to = allowed.mutable_data_ptr<std::int32_t>();
    for (const tamis::Facts& facts : rows) {
      if (facts.allowed) std::copy_n(facts.allowed, words, reinterpret_cast<std::uint32_t*>(to));
      else std::fill_n(to, words, -1);
      to += words;
    }
    out.allowed = allowed.to(device, true);
  }
  const bool biased = std::any_of(rows.begin(), rows.end(), [](const tamis::Facts& f) { return f.bias != nullptr; });
  if (biased) {
    at::Tensor bias = at::zeros({count, vocab_size}, at::kFloat);
    float* to = bias.mutable_data_ptr<float>();
    for (const tamis::Facts& facts : rows) {
      if (facts.bias) std::copy_n(facts.bias, vocab_size, to);
      to += vocab_size;
    }
    bias = bias.to(device, true);
    out.bias = out.bias.defined() ? out.bias.add_(bias) : bias;
  }
  return out;
}

/// A guide's words as one condition a token, bool [B, V].
inline at::Tensor unpacked(const at::Tensor& words, std::int64_t vocab_size) {
  const at::Tensor places = at::arange(32, words.options());
  const at::Tensor bits = words.unsqueeze(2).bitwise_right_shift(places).bitwise_and(places.new_full({1}, 1));
  return bits.flatten(1).narrow(1, 0, vocab_size).ne(0);
}

}  // namespace tamis::aten
