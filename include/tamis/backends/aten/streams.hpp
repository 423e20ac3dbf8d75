#pragma once

/// \file streams.hpp
/// The noise of the rows of a batch.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "../../core/philox.hpp"
#include "lanes.hpp"
#include "noise.hpp"

namespace tamis::aten {

/// A Stream a row: on the host, as a sequence knows it, or as tensors on the device of the logits, so that a graph of
/// kernels that is replayed reads them anew.
class Streams {
 public:
  Streams(std::initializer_list<Stream> rows) : host_(rows) {}
  Streams(std::span<const Stream> rows) : host_(rows.begin(), rows.end()) {}
  Streams(const std::vector<Stream>& rows) : host_(rows) {}

  /// \param seeds, positions  int64 [B], 64 bits each, as those of Stream
  /// \param marks             the same; undefined: none
  Streams(const at::Tensor& seeds, const at::Tensor& positions, const at::Tensor& marks = {})
      : seeds_(seeds), positions_(positions), marks_(marks) {}

  bool on_host() const { return !seeds_.defined(); }
  std::int64_t size() const { return on_host() ? static_cast<std::int64_t>(host_.size()) : seeds_.numel(); }

  /// The tensors, [B]; undefined on the host.
  const at::Tensor& seeds() const { return seeds_; }
  const at::Tensor& positions() const { return positions_; }
  const at::Tensor& marks() const { return marks_; }

  /// Those of some rows; `rows` holds the same numbers as `index`, an int64 tensor on the device.
  Streams of(std::span<const std::int64_t> rows, const at::Tensor& index) const {
    if (!on_host()) {
      return {seeds_.index_select(0, index), positions_.index_select(0, index),
              marks_.defined() ? marks_.index_select(0, index) : marks_};
    }
    std::vector<Stream> some;
    for (const std::int64_t row : rows) some.push_back(host_[static_cast<std::size_t>(row)]);
    return some;
  }

  /// 64 random bits a row, int64 [B, 1]: Stream::bits.
  at::Tensor bits(std::uint32_t salt, at::Device device) const {
    if (on_host()) return column([&](const Stream& s) { return s.bits(salt); }, device);
    const Words words = philox(seeds_.unsqueeze(1), positions_.unsqueeze(1), row_token(), salt);
    return words.second.bitwise_left_shift(32).bitwise_or(words.first);
  }

  /// Uniform in (0, 1), one a row, [B, 1]: Stream::uniform(~0, salt).
  Lanes coin(std::uint32_t salt, at::Device device) const {
    if (on_host()) {
      const auto half = [&](const Stream& s) {  // in units of 2^-24
        return static_cast<std::uint64_t>(s.uniform(~0u, salt) * 0x1p24f);
      };
      return Lanes(column(half, device).to(at::kFloat).mul(0x1p-24f));
    }
    return uniform_of(philox(seeds_.unsqueeze(1), positions_.unsqueeze(1), row_token(), salt));
  }

  /// The words of each token, [B, V], for `tokens`, int64 [1, V].
  Words words(const at::Tensor& tokens) const {
    const at::Device device = tokens.device();
    const auto tensor = [&](const at::Tensor& t, auto&& of) { return on_host() ? column(of, device) : t.unsqueeze(1); };
    const at::Tensor seeds = tensor(seeds_, [](const Stream& s) { return s.seed; });
    const at::Tensor positions = tensor(positions_, [](const Stream& s) { return s.position; });
    if (!on_host() && !marks_.defined()) return philox(seeds, positions, tokens, 0);
    const at::Tensor marks = tensor(marks_, [](const Stream& s) { return s.mark; }), marked = marks.ne(0);
    return philox(at::where(marked, marks, seeds), positions.mul(marked.bitwise_not()), tokens, 0);
  }

  /// Uniform in (0, 1), 23 bits: Stream::uniform.
  static Lanes uniform_of(const Words& words) {
    return Lanes(words.first.bitwise_right_shift(9).to(at::kFloat).add_(0.5f).mul_(0x1p-23f));
  }
  /// Uniform in (0, 1), exact where it is small: Stream::small_uniform.
  static Lanes small_uniform_of(const Words& words) {
    const at::Tensor high = words.second.to(at::kFloat).mul_(0x1p-32f);
    const at::Tensor low = words.first.to(at::kFloat).add_(0.5f).mul_(0x1p-64f);
    return Lanes(high.add(low).clamp_max_(0.99999994f));
  }

 private:
  /// A number a row, computed here and sent there without waiting for the device, int64 [B, 1].
  at::Tensor column(auto&& of, at::Device device) const {
    at::Tensor t = at::empty({size(), 1}, at::kLong);
    std::int64_t* to = t.mutable_data_ptr<std::int64_t>();
    for (const Stream& s : host_) *to++ = static_cast<std::int64_t>(of(s));
    return t.to(device, /*non_blocking=*/true);
  }

  at::Tensor row_token() const { return seeds_.new_full({1, 1}, 0xffffffff); }

  std::vector<Stream> host_;
  at::Tensor seeds_, positions_, marks_;
};

}  // namespace tamis::aten
