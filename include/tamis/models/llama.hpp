#pragma once

/// \file llama.hpp
/// The language models of the llama family, on the CPU.
///
/// Source: Touvron et al., "LLaMA: open and efficient foundation language models", 2023. The rows of queries and keys in a GGUF file are permuted so that the
/// numbers rotated together stand side by side.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "../core/result.hpp"
#include "../core/types.hpp"
#include "../generation/forward_batch.hpp"
#include "../generation/kv_cache.hpp"
#include "../generation/language_model.hpp"
#include "../io/gguf.hpp"
#include "attention.hpp"
#include "kernels.hpp"
#include "llama_weights.hpp"
#include "multiplier.hpp"
#include "rotation.hpp"

namespace tamis {

/// A llama: RMS norms, rotated positions, grouped-query attention and SwiGLU. A LanguageModel.
///
///     auto model = Llama::open("model.gguf");
///     auto cache = model->start();
///     std::span<const float> logits = model->forward(cache, prompt);
///
/// The logits of a token are the same to the bit however the tokens before it were cut into pieces,
/// and on any number of threads. One thread at a time may use a model; `sibling()` is for another.
///
/// `C` is the cache that it reads and writes.
template <class C>
class BasicLlama {
 public:
  using Cache = C;

  /// Reads the model in the GGUF file at `path`; it computes on `threads` threads.
  static Result<BasicLlama> open(const std::string& path, int threads = 1) {
    const auto gguf = Gguf::open(path);
    if (!gguf) return gguf.error();
    return load(*gguf, threads);
  }

  /// As above, from a file already read, which is not needed afterwards.
  static Result<BasicLlama> load(const Gguf& gguf, int threads = 1,
                                 const Kernels& kernels = best_kernels()) {
    auto weights = LlamaWeights::load(gguf);
    if (!weights) return weights.error();
    return BasicLlama(std::make_shared<const LlamaWeights>(*std::move(weights)), threads, kernels);
  }

  /// The same model for use at the same time: it shares the weights and nothing else.
  BasicLlama sibling(int threads = 1) const {
    return BasicLlama(weights_, threads, compute_->kernels());
  }

  TokenId vocab_size() const { return shape().vocabulary; }
  /// How many tokens a sequence may have.
  int context_size() const { return shape().context; }
  /// The memory of the weights, in bytes.
  std::size_t bytes() const { return weights_->memory.bytes(); }

  /// How many layers there are; hidden states are those of 0, the embedding, to this one.
  int layer_count() const { return shape().layers; }
  /// How many numbers a hidden state has.
  int hidden_size() const { return shape().width; }
  /// Does the output head have the numbers of the embedding?
  bool has_tied_output() const { return !weights_->output; }

  Cache start() const { return Cache(shape().layers, shape().kv_heads, shape().head_size); }

  /// May `ids` be appended to the sequence in the cache? An error says why not: no token, one that
  /// the vocabulary does not have, more than the context takes.
  Result<void> check(const Cache& cache, std::span<const TokenId> ids) const {
    if (ids.empty()) return Error{"there is no token to go on from; give one or more"};
    const auto room = static_cast<std::size_t>(std::max(0, context_size() - cache.length()));
    if (ids.size() > room)
      return Error{"the text is " + std::to_string(cache.length() + ids.size()) +
                   " tokens long; the model takes " + std::to_string(context_size())};
    for (const TokenId id : ids)
      if (id < 0 || id >= vocab_size())
        return Error{"there is no token " + std::to_string(id) + "; the model's are 0 to " +
                     std::to_string(vocab_size() - 1)};
    if (cache.layers() != shape().layers || cache.heads() != shape().kv_heads ||
        cache.head_size() != shape().head_size)
      return Error{"the cache is of another model; begin with this model's start()"};
    return {};
  }

  /// Appends `ids` and returns the logits of the token after the last, [vocab_size], which are
  /// valid until the next call. What check() refuses changes nothing and returns an empty span.
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    if (!check(cache, ids)) return {};
    for (; ids.size() > piece; ids = ids.subspan(piece)) transform(cache, ids.first(piece));
    transform(cache, ids);
    return logits_of(static_cast<int>(ids.size()) - 1, 1);
  }

  /// Appends the ids of each entry to its cache, all in one pass through the layers, and calls
  /// visit(b, logits) for each entry b, in order: what forward() returns for it alone, to the bit.
  /// The logits are valid during the call.
  template <class Visit>
  void forward_batch(std::span<const BatchEntry<BasicLlama>> entries, Visit&& visit) {
    std::vector<Part> parts;
    std::vector<Last> lasts;
    std::size_t rows = 0;
    const auto pass = [&] {
      transform(parts);
      visit_lasts(lasts, visit);
      parts.clear();
      lasts.clear();
      rows = 0;
    };
    for (std::size_t b = 0; b < entries.size(); ++b) {
      std::span<const TokenId> ids = entries[b].ids;
      if (!check(*entries[b].cache, ids)) {
        lasts.push_back({b, refused});
        continue;
      }
      while (!ids.empty()) {
        const auto part = ids.first(std::min(piece - rows, ids.size()));
        parts.push_back({entries[b].cache, part});
        ids = ids.subspan(part.size());
        rows += part.size();
        if (ids.empty()) lasts.push_back({b, static_cast<int>(rows) - 1});
        if (rows == piece) pass();
      }
    }
    pass();
  }

  /// As forward(), and calls visit(i, logits) for each i: the logits, [vocab_size], of the token
  /// after ids[i], in order. They are valid during the call.
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    if (!check(cache, ids)) return;
    const int stride = padded(vocab_size());
    for (std::size_t done = 0; done < ids.size(); done += piece) {
      const auto part = ids.subspan(done, std::min(piece, ids.size() - done));
      transform(cache, part);
      for (int first = 0; first < static_cast<int>(part.size()); first += logit_rows) {
        const int count = std::min(logit_rows, static_cast<int>(part.size()) - first);
        const auto logits = logits_of(first, count);
        for (int i = 0; i < count; ++i)
          visit(done + static_cast<std::size_t>(first + i),
                logits.subspan(std::size_t(i) * stride, vocab_size()));
      }
    }
  }

  /// As forward(), without logits: calls visit(layer, i, hidden) with the hidden state, [hidden_size],
  /// of ids[i] after each of `layers`, which are rising numbers of 0 to layer_count(): 0 is the
  /// embedding, and the last is taken behind the output norm. Layer by layer, piece by piece; valid
  /// during the call.
  ///
  /// Source: `hidden_states` of HF transformers.
  template <class Visit>
  void forward_layers(Cache& cache, std::span<const TokenId> ids, std::span<const int> layers,
                      Visit&& visit) {
    if (!check(cache, ids)) return;
    const int width = padded(shape().width);
    for (std::size_t done = 0; done < ids.size(); done += piece) {
      const Part part{&cache, ids.subspan(done, std::min(piece, ids.size() - done))};
      transform({&part, 1}, [&](int layer, const float* stream) {
        if (!std::binary_search(layers.begin(), layers.end(), layer)) return;
        const float* rows = stream;
        if (layer == shape().layers) {
          float* normed = activations_.normed.data();
          norm(stream, weights_->output_norm.data(), static_cast<int>(part.ids.size()), normed);
          rows = normed;
        }
        for (std::size_t i = 0; i < part.ids.size(); ++i)
          visit(layer, done + i,
                std::span(rows + i * static_cast<std::size_t>(width), std::size_t(shape().width)));
      });
    }
  }

  /// What the output head makes of a hidden state, [hidden_size]: the logits, [vocab_size], valid
  /// until the next call. Of the last layer's they are those of forward(), to the bit. Empty, if
  /// the hidden state has another size.
  std::span<const float> logits_of_hidden(std::span<const float> hidden) {
    const int width = padded(shape().width);
    if (hidden.size() != static_cast<std::size_t>(shape().width)) return {};
    float* row = room(activations_.normed, 1, width);
    std::fill(std::copy(hidden.begin(), hidden.end(), row), row + width, 0.0f);
    return head(1);
  }

 private:
  /// Tokens that go through the layers together: enough for the products to be fast, and few enough
  /// for their numbers to stay in the caches.
  static constexpr std::size_t piece = 256;
  /// Rows of logits that are computed together: as many as fit into the caches.
  static constexpr int logit_rows = 32;

  BasicLlama(std::shared_ptr<const LlamaWeights> weights, int threads, const Kernels& kernels)
      : weights_(std::move(weights)), compute_(std::make_unique<Multiplier>(kernels, threads)) {}

  const LlamaShape& shape() const { return weights_->shape; }

  /// The residual stream and what a layer computes from it, a row a token.
  struct Activations {
    AlignedVector<float> stream, normed, query, key, value, mixed, gate, up, turns, logits;
  };

  static float* room(AlignedVector<float>& buffer, std::size_t rows, int stride) {
    if (buffer.size() < rows * stride) buffer.resize(rows * stride);
    return buffer.data();
  }

  /// Tokens of one sequence among those that go through the layers together.
  struct Part {
    Cache* cache;
    std::span<const TokenId> ids;
  };

  /// Where the stream has the last token of an entry of a batch, if it was not refused.
  struct Last {
    std::size_t entry;
    int row;
  };
  static constexpr int refused = -1;

  void transform(Cache& cache, std::span<const TokenId> ids) {
    const Part part{&cache, ids};
    transform({&part, 1});
  }

  struct Unseen {
    void operator()(int, const float*) const {}
  };

  /// Appends the tokens, at most a piece in all, to their caches; the residual stream is left in
  /// stream, a row a token. Calls see(layer, stream) before the layers and after each.
  template <class See = Unseen>
  void transform(std::span<const Part> parts, See&& see = {}) {
    const LlamaShape& shape = this->shape();
    std::size_t n = 0;
    for (const Part& part : parts) n += part.ids.size();
    if (n == 0) return;
    const int count = static_cast<int>(n), width = padded(shape.width),
              feed = padded(shape.feed_width);
    const int all = padded(shape.heads * shape.head_size),
              shared = padded(shape.kv_heads * shape.head_size);
    const Rotation rotation{weights_->frequencies, shape.head_size};
    std::vector<AttentionRows<Cache>>& rows = rows_;
    rows.clear();
    float* turns = room(activations_.turns, n, shape.rotated);
    for (int first = 0; const Part& part : parts) {
      const int tokens = static_cast<int>(part.ids.size()), begin = part.cache->length();
      part.cache->extend(tokens);
      rotation.angles(begin, tokens, turns + std::ptrdiff_t{first} * shape.rotated);
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
      compute_->take({normed, count, shape.width, width});
      compute_->multiply(layer.query, query, all);
      compute_->multiply(layer.key, key, shared);
      compute_->multiply(layer.value, value, shared);
      rotation.rotate(query, count, shape.heads, all, turns);
      rotation.rotate(key, count, shape.kv_heads, shared, turns);
      for (std::size_t p = 0; p < parts.size(); ++p)
        for (int t = 0; t < rows[p].tokens; ++t)
          for (int head = 0; head < shape.kv_heads; ++head) {
            const std::ptrdiff_t at =
                std::ptrdiff_t{rows[p].first + t} * shared + head * shape.head_size;
            parts[p].cache->write(i, head, rows[p].begin + t, key + at, value + at);
          }
      attention_(compute_->kernels(), compute_->workers(), std::span(rows), i, shape.heads, query,
                 mixed, all);
      compute_->take({mixed, count, shape.heads * shape.head_size, all});
      compute_->multiply(layer.output, normed, width);
      add(normed, count * width, stream);

      norm(stream, layer.feed_norm.data(), count, normed);
      compute_->take({normed, count, shape.width, width});
      compute_->multiply(layer.gate, gate, feed);
      compute_->multiply(layer.up, up, feed);
      compute_->kernels().swiglu(gate, up, count * feed);
      compute_->take({gate, count, shape.feed_width, feed});
      compute_->multiply(layer.down, normed, width);
      add(normed, count * width, stream);
      see(i + 1, stream);
    }
  }

  /// Calls visit(entry, logits) for each.
  template <class Visit>
  void visit_lasts(std::span<const Last> lasts, Visit& visit) {
    const int width = padded(shape().width), stride = padded(vocab_size());
    while (!lasts.empty()) {
      // The rows move to the front of the stream, which is no longer needed: none overtakes
      // another.
      int count = 0;
      std::size_t taken = 0;
      for (; taken < lasts.size() && count < logit_rows; ++taken)
        if (lasts[taken].row != refused) {
          float* stream = activations_.stream.data();
          std::copy_n(stream + std::ptrdiff_t{lasts[taken].row} * width, width,
                      stream + std::ptrdiff_t{count++} * width);
        }
      const auto logits = count > 0 ? logits_of(0, count) : std::span<const float>();
      const auto rows = lasts.first(taken);
      lasts = lasts.subspan(taken);
      for (std::size_t row = 0; const Last& last : rows)
        visit(last.entry, last.row == refused
                              ? std::span<const float>()
                              : logits.subspan(row++ * static_cast<std::size_t>(stride),
                                               static_cast<std::size_t>(vocab_size())));
    }
  }

  /// The logits after the rows [first, first + count) of the stream, [count][padded vocab_size].
  std::span<const float> logits_of(int first, int count) {
    const int width = padded(shape().width);
    norm(activations_.stream.data() + std::ptrdiff_t{first} * width, weights_->output_norm.data(),
         count, activations_.normed.data());
    return head(count);
  }

  /// The output head's products with the first rows of normed, [count][padded vocab_size].
  std::span<const float> head(int count) {
    const int width = padded(shape().width), stride = padded(vocab_size());
    float* logits = room(activations_.logits, static_cast<std::size_t>(count), stride);
    compute_->take({activations_.normed.data(), count, shape().width, width});
    compute_->multiply(weights_->output ? *weights_->output : weights_->embedding, logits, stride);
    return {logits, count == 1 ? static_cast<std::size_t>(vocab_size())
                               : static_cast<std::size_t>(count) * stride};
  }

  /// RMS norm of each row. Source: Zhang and Sennrich, "Root mean square layer normalization",
  /// 2019.
  void norm(const float* rows, const float* weights, int count, float* to) const {
    const int width = shape().width, stride = padded(width);
    for (int t = 0; t < count; ++t, rows += stride, to += stride) {
      const float mean = compute_->kernels().squares(rows, stride) / static_cast<float>(width);
      const float factor = 1.0f / std::sqrt(mean + shape().epsilon);
      for (int i = 0; i < width; ++i) to[i] = weights[i] * (rows[i] * factor);
    }
  }

  static void add(const float* from, int count, float* to) {
    for (int i = 0; i < count; ++i) to[i] += from[i];
  }

  std::shared_ptr<const LlamaWeights> weights_;
  std::unique_ptr<Multiplier> compute_;
  Attention<Cache> attention_;
  std::vector<AttentionRows<Cache>> rows_;
  Activations activations_;
};

/// With a cache that holds each sequence by itself.
using Llama = BasicLlama<ContiguousKvCache>;

static_assert(BatchModel<Llama>);

}  // namespace tamis
