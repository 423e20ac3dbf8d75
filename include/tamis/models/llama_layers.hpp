#pragma once

/// \file llama_layers.hpp
/// The layers of a llama: tokens in, hidden states and logits out.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "../core/types.hpp"
#include "../generation/kv_cache.hpp"
#include "attention.hpp"
#include "kernels.hpp"
#include "llama_weights.hpp"
#include "multiplier.hpp"
#include "rotation.hpp"

namespace tamis {

/// Computes with the weights of a llama, on some threads, and keeps what it needs for that.
template <KvCache C>
class LlamaLayers {
 public:
  /// Tokens of one sequence among those that go through the layers together.
  struct Part {
    C* cache;
    std::span<const TokenId> ids;
  };

  LlamaLayers(std::shared_ptr<const LlamaWeights> weights, const Kernels& kernels, int threads)
      : weights_(std::move(weights)), compute_(kernels, threads) {}

  const std::shared_ptr<const LlamaWeights>& weights() const { return weights_; }
  const Kernels& kernels() const { return compute_.kernels(); }

  /// Appends the tokens to their caches; the residual stream is left in stream(), a row a token.
  /// Calls see(layer, stream) before the layers and after each.
  template <class See>
  void pass(std::span<const Part> parts, See&& see) {
    const LlamaShape& shape = this->shape();
    std::size_t n = 0;
    for (const Part& part : parts) n += part.ids.size();
    if (n == 0) return;
    const int count = static_cast<int>(n), width = padded(shape.width),
              feed = padded(shape.feed_width);
    const int all = padded(shape.heads * shape.head_size),
              shared = padded(shape.kv_heads * shape.head_size);
    const Rotation rotation{weights_->frequencies, shape.head_size};
    std::vector<AttentionRows<C>>& rows = rows_;
    rows.clear();
    float* turns = room(activations_.turns, n, shape.rotated);
    float* sink_turns = slides ? room(activations_.sink_turns, n, shape.rotated) : nullptr;
    float* to_sinks = slides ? room(activations_.to_sinks, n, all) : nullptr;
    for (int first = 0; const Part& part : parts) {
      const int tokens = static_cast<int>(part.ids.size()), begin = part.cache->length();
      part.cache->extend(tokens);
      rotation.angles(begin, tokens, turns + std::ptrdiff_t{first} * shape.rotated);
      if constexpr (slides)
        rotation.angles(begin, tokens, sink_turns + std::ptrdiff_t{first} * shape.rotated,
                        part.cache->sinks() + part.cache->window() - 1);
      rows.push_back({part.cache, first, tokens, begin});
      first += tokens;
    }

    float* stream = room(activations_.stream, n, width);
    float* normed = room(activations_.normed, n, width);
    float* query = room(activations_.query, n, all);
    float* key = room(activations_.key, n, shared);
    float* value = room(activations_.value, n, shared);
    float* mixed = room(activations_.mixed, n, all);
    float* gate = room(activations_.gate, n, feed);
    float* up = room(activations_.up, n, feed);
    for (float* to = stream; const Part& part : parts)
      for (const TokenId id : part.ids) {
        weights_->embedding.row(id, to);
        to += width;
      }

    see(0, stream);
    for (int i = 0; i < shape.layers; ++i) {
      const LlamaLayer& layer = weights_->layers[i];
      norm(stream, layer.attention_norm.data(), count, normed);
      compute_.take({normed, count, shape.width, width});
      compute_.multiply(layer.query, query, all);
      compute_.multiply(layer.key, key, shared);
      compute_.multiply(layer.value, value, shared);
      if constexpr (slides) {
        std::copy_n(query, n * all, to_sinks);
        rotation.rotate(to_sinks, count, shape.heads, all, sink_turns);
      }
      rotation.rotate(query, count, shape.heads, all, turns);
      rotation.rotate(key, count, shape.kv_heads, shared, turns);
      for (std::size_t p = 0; p < parts.size(); ++p)
        for (int t = 0; t < rows[p].tokens; ++t)
          for (int head = 0; head < shape.kv_heads; ++head) {
            const std::ptrdiff_t at =
                std::ptrdiff_t{rows[p].first + t} * shared + head * shape.head_size;
            parts[p].cache->write(i, head, rows[p].begin + t, key + at, value + at);
          }
      attention_(compute_.kernels(), compute_.workers(), std::span(rows), i, shape.heads,
                 {query, to_sinks}, mixed, all);
      compute_.take({mixed, count, shape.heads * shape.head_size, all});
      compute_.multiply(layer.output, normed, width);
      add(normed, count * width, stream);

      norm(stream, layer.feed_norm.data(), count, normed);
      compute_.take({normed, count, shape.width, width});
      compute_.multiply(layer.gate, gate, feed);
      compute_.multiply(layer.up, up, feed);
      compute_.kernels().swiglu(gate, up, count * feed);
      compute_.take({gate, count, shape.feed_width, feed});
      compute_.multiply(layer.down, normed, width);
      add(normed, count * width, stream);
      see(i + 1, stream);
    }
  }

  /// What the last pass left, [tokens][padded width].
  float* stream() { return activations_.stream.data(); }

  /// The rows [first, first + count) of the stream behind the output norm, [count][padded width];
  /// valid until the next call.
  const float* normed(int first, int count) {
    norm(stream() + std::ptrdiff_t{first} * padded(shape().width), weights_->output_norm.data(),
         count, activations_.normed.data());
    return activations_.normed.data();
  }

  /// The logits of the rows [first, first + count) of the stream, [count][padded vocabulary].
  const float* logits(int first, int count) { return head(normed(first, count), count); }

  /// What the output head makes of rows, [count][padded width], filled up with 0.
  const float* head(const float* rows, int count) {
    const int width = padded(shape().width), stride = padded(shape().vocabulary);
    float* logits = room(activations_.logits, static_cast<std::size_t>(count), stride);
    compute_.take({rows, count, shape().width, width});
    compute_.multiply(weights_->output ? *weights_->output : weights_->embedding, logits, stride);
    return logits;
  }

 private:
  static constexpr bool slides = SlidingKvCache<C>;

  /// The residual stream and what a layer computes from it, a row a token.
  struct Activations {
    AlignedVector<float> stream, normed, query, key, value, mixed, gate, up, turns, logits;
    AlignedVector<float> to_sinks, sink_turns;  // queries turned for the sinks of a sliding cache
  };

  static float* room(AlignedVector<float>& buffer, std::size_t rows, int stride) {
    if (buffer.size() < rows * stride) buffer.resize(rows * stride);
    return buffer.data();
  }

  const LlamaShape& shape() const { return weights_->shape; }

  /// RMS norm of each row. Source: Zhang and Sennrich, "Root mean square layer normalization",
  /// 2019.
  void norm(const float* rows, const float* weights, int count, float* to) const {
    const int width = shape().width, stride = padded(width);
    for (int t = 0; t < count; ++t, rows += stride, to += stride) {
      const float mean = compute_.kernels().squares(rows, stride) / static_cast<float>(width);
      const float factor = 1.0f / std::sqrt(mean + shape().epsilon);
      for (int i = 0; i < width; ++i) to[i] = weights[i] * (rows[i] * factor);
    }
  }

  static void add(const float* from, int count, float* to) {
    for (int i = 0; i < count; ++i) to[i] += from[i];
  }

  std::shared_ptr<const LlamaWeights> weights_;
  Multiplier compute_;
  Attention<C> attention_;
  std::vector<AttentionRows<C>> rows_;
  Activations activations_;
};

}  // namespace tamis
