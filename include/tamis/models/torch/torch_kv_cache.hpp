#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "../../generation/kv_cache.hpp"

namespace tamis {

/// The keys and values of a sequence in one tensor of libtorch, [layers, 2, kv_heads, room,
/// head_size], taken when the first token comes and filled from the front. A sequence that outgrows
/// its room gets twice as much. What is not filled yet is zero, so that attention may look at all
/// of it and mask what is to come.
class TorchKvCache {
 public:
  /// Remembers nothing yet.
  ///
  /// \param room  for how many tokens there is memory at first
  /// \param most  and at most
  TorchKvCache(std::int64_t layers, std::int64_t heads, std::int64_t head_size, std::int64_t room,
               std::int64_t most, at::TensorOptions options)
      : layers_(layers),
        heads_(heads),
        head_size_(head_size),
        room_(std::min(room, most)),
        most_(most),
        options_(options) {}

  TorchKvCache(const TorchKvCache& other) { *this = other; }
  /// Takes a copy of what is remembered, which goes its own way.
  TorchKvCache& operator=(const TorchKvCache& other) {
    if (this == &other) return *this;
    layers_ = other.layers_;
    heads_ = other.heads_;
    head_size_ = other.head_size_;
    room_ = other.room_;
    most_ = other.most_;
    options_ = other.options_;
    length_ = other.length_;
    memory_ = other.memory_.defined() ? other.copied(room_) : at::Tensor();
    return *this;
  }
  TorchKvCache(TorchKvCache&&) noexcept = default;
  TorchKvCache& operator=(TorchKvCache&&) noexcept = default;

  int length() const { return static_cast<int>(length_); }
  /// For how many tokens there is memory.
  int room() const { return static_cast<int>(room_); }
  std::size_t bytes() const { return memory_.defined() ? memory_.nbytes() : 0; }
  std::size_t bytes_per_token() const {
    return static_cast<std::size_t>(layers_ * 2 * heads_ * head_size_) *
           options_.dtype().itemsize();
  }
  TorchKvCache fork() const { return *this; }
  void rewind(int length) { length_ = length; }

  /// Is it one of such a model?
  bool is_of(std::int64_t layers, std::int64_t heads, std::int64_t head_size,
             at::TensorOptions options) const {
    return layers_ == layers && heads_ == heads && head_size_ == head_size &&
           options_.device() == options.device() && options_.dtype() == options.dtype();
  }

  /// Makes room for `count` tokens, length() and more, at most `most`.
  void reserve(std::int64_t count) {
    if (memory_.defined() && count <= room_) return;
    while (room_ < count) room_ = std::min(2 * room_, most_);
    memory_ = memory_.defined() ? copied(room_)
                                : at::zeros({layers_, 2, heads_, room_, head_size_}, options_);
  }
  /// After the next `count` tokens have been written.
  void advance(std::int64_t count) { length_ += count; }

  /// All of it; undefined before reserve().
  const at::Tensor& memory() const { return memory_; }
  /// The keys of a layer, [kv_heads, room, head_size], and its values.
  at::Tensor keys(std::int64_t layer) const { return memory_.select(0, layer).select(0, 0); }
  at::Tensor values(std::int64_t layer) const { return memory_.select(0, layer).select(0, 1); }

 private:
  at::Tensor copied(std::int64_t room) const {
    at::Tensor copy = at::zeros({layers_, 2, heads_, room, head_size_}, options_);
    copy.narrow(3, 0, length_).copy_(memory_.narrow(3, 0, length_));
    return copy;
  }

  std::int64_t layers_ = 0, heads_ = 0, head_size_ = 0, room_ = 0, most_ = 0, length_ = 0;
  at::TensorOptions options_;
  at::Tensor memory_;
};

static_assert(KvCache<TorchKvCache>);

}  // namespace tamis
