#pragma once

/// \file llama.hpp
/// The language models of the llama family, on the CPU.
///
/// Source: Touvron et al., "LLaMA: open and efficient foundation language models", 2023. The rows
/// of queries and keys in a GGUF file are permuted so that the numbers rotated together stand side
/// by side.

#include <algorithm>
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
#include "kernels.hpp"
#include "llama_layers.hpp"
#include "llama_weights.hpp"
#include "multiplier.hpp"

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
template <KvCache C>
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
    const LlamaShape& shape = weights->shape;
    Cache empty(shape.layers, shape.kv_heads, shape.head_size);
    return BasicLlama(std::make_shared<const LlamaWeights>(*std::move(weights)), std::move(empty),
                      threads, kernels);
  }

  /// The same model for use at the same time: it shares the weights, and the memory of caches that
  /// share any.
  BasicLlama sibling(int threads = 1) const {
    return BasicLlama(layers_->weights(), empty_, threads, layers_->kernels());
  }

  /// The same model with another kind of cache, Other(layers, heads, head_size, options...).
  ///
  ///     auto endless = model->with_cache<WindowKvCache>(threads, 4, 1020);
  template <KvCache Other, class... Options>
  BasicLlama<Other> with_cache(int threads = 1, const Options&... options) const {
    return BasicLlama<Other>(layers_->weights(),
                             Other(shape().layers, shape().kv_heads, shape().head_size, options...),
                             threads, layers_->kernels());
  }

  TokenId vocab_size() const { return shape().vocabulary; }
  /// How many tokens a sequence may have. With a sliding cache, any number.
  int context_size() const requires(!SlidingKvCache<C>) { return shape().context; }
  /// The memory of the weights, in bytes.
  std::size_t bytes() const { return weights().memory.bytes(); }

  /// How many layers there are; hidden states are those of 0, the embedding, to this one.
  int layer_count() const { return shape().layers; }
  /// How many numbers a hidden state has.
  int hidden_size() const { return shape().width; }
  /// Does the output head have the numbers of the embedding?
  bool has_tied_output() const { return !weights().output; }

  Cache start() const { return empty_; }

  /// May `ids` be appended to the sequence in the cache? An error says why not: no token, one that
  /// the vocabulary does not have, more than the context takes.
  Result<void> check(const Cache& cache, std::span<const TokenId> ids) const {
    if (ids.empty()) return Error{"there is no token to go on from; give one or more"};
    if constexpr (slides) {
      if (const int seen = cache.sinks() + cache.window(); seen > shape().context)
        return Error{"the cache sees " + std::to_string(seen) + " tokens; the model takes " +
                     std::to_string(shape().context)};
    } else {
      const auto room = static_cast<std::size_t>(std::max(0, context_size() - cache.length()));
      if (ids.size() > room)
        return Error{"the text is " + std::to_string(cache.length() + ids.size()) +
                     " tokens long; the model takes " + std::to_string(context_size())};
    }
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
    for (; ids.size() > piece; ids = ids.subspan(piece)) pass(cache, ids.first(piece));
    pass(cache, ids);
    return row_of(layers_->logits(static_cast<int>(ids.size()) - 1, 1), 0);
  }

  /// Appends the ids of each entry to its cache, all in one pass through the layers, and calls
  /// visit(b, logits) for each entry b, in order: what forward() returns for it alone, to the bit.
  /// The logits are valid during the call.
  template <class Visit>
  void forward_batch(std::span<const BatchEntry<BasicLlama>> entries, Visit&& visit) {
    std::vector<Part> parts;
    std::vector<Last> lasts;
    std::size_t rows = 0;
    const auto flush = [&] {
      pass(parts);
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
        if (rows == piece) flush();
      }
    }
    flush();
  }

  /// As forward(), and calls visit(i, logits) for each i: the logits, [vocab_size], of the token
  /// after ids[i], in order. They are valid during the call.
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    if (!check(cache, ids)) return;
    for (std::size_t done = 0; done < ids.size(); done += piece) {
      const auto part = ids.subspan(done, std::min(piece, ids.size() - done));
      pass(cache, part);
      for (int first = 0; first < static_cast<int>(part.size()); first += logit_rows) {
        const int count = std::min(logit_rows, static_cast<int>(part.size()) - first);
        const float* logits = layers_->logits(first, count);
        for (int i = 0; i < count; ++i)
          visit(done + static_cast<std::size_t>(first + i), row_of(logits, i));
      }
    }
  }

  /// As forward(), without logits: calls visit(layer, i, hidden) with the hidden state,
  /// [hidden_size], of ids[i] after each of `layers`, which are rising numbers of 0 to
  /// layer_count(): 0 is the embedding, and the last is taken behind the output norm. Layer by
  /// layer, piece by piece; valid during the call.
  ///
  /// Source: `hidden_states` of HF transformers.
  template <class Visit>
  void forward_layers(Cache& cache, std::span<const TokenId> ids, std::span<const int> layers,
                      Visit&& visit) {
    if (!check(cache, ids)) return;
    const auto width = static_cast<std::size_t>(padded(hidden_size()));
    for (std::size_t done = 0; done < ids.size(); done += piece) {
      const Part part{&cache, ids.subspan(done, std::min(piece, ids.size() - done))};
      layers_->pass({&part, 1}, [&](int layer, const float* rows) {
        if (!std::binary_search(layers.begin(), layers.end(), layer)) return;
        const auto count = part.ids.size();
        if (layer == layer_count()) rows = layers_->normed(0, static_cast<int>(count));
        for (std::size_t i = 0; i < count; ++i)
          visit(layer, done + i, std::span(rows + i * width, std::size_t(hidden_size())));
      });
    }
  }

  /// What the output head makes of a hidden state, [hidden_size]: the logits, [vocab_size], valid
  /// until the next call. Of the last layer's they are those of forward(), to the bit. Empty, if
  /// the hidden state has another size.
  std::span<const float> logits_of_hidden(std::span<const float> hidden) {
    if (hidden.size() != static_cast<std::size_t>(hidden_size())) return {};
    AlignedVector<float> row(static_cast<std::size_t>(padded(hidden_size())));
    std::copy(hidden.begin(), hidden.end(), row.begin());
    return row_of(layers_->head(row.data(), 1), 0);
  }

 private:
  template <KvCache Other>
  friend class BasicLlama;
  using Part = typename LlamaLayers<C>::Part;
  static constexpr bool slides = SlidingKvCache<C>;

  /// Tokens that go through the layers together: enough for the products to be fast, and few enough
  /// for their numbers to stay in the caches.
  static constexpr std::size_t piece = 256;
  /// Rows of logits that are computed together: as many as fit into the caches.
  static constexpr int logit_rows = 32;

  BasicLlama(std::shared_ptr<const LlamaWeights> weights, Cache empty, int threads,
             const Kernels& kernels)
      : layers_(std::make_unique<LlamaLayers<C>>(std::move(weights), kernels, threads)),
        empty_(std::move(empty)) {}

  const LlamaWeights& weights() const { return *layers_->weights(); }
  const LlamaShape& shape() const { return weights().shape; }

  /// Where the stream has the last token of an entry of a batch, if it was not refused.
  struct Last {
    std::size_t entry;
    int row;
  };
  static constexpr int refused = -1;

  /// Appends tokens, at most a piece in all, to their caches.
  void pass(std::span<const Part> parts) {
    if (!parts.empty()) layers_->pass(parts, [](int, const float*) {});
  }
  void pass(Cache& cache, std::span<const TokenId> ids) {
    const Part part{&cache, ids};
    pass({&part, 1});
  }

  /// One of the rows of logits.
  std::span<const float> row_of(const float* logits, int row) const {
    return {logits + std::ptrdiff_t{row} * padded(vocab_size()), std::size_t(vocab_size())};
  }

  /// Calls visit(entry, logits) for each.
  template <class Visit>
  void visit_lasts(std::span<const Last> lasts, Visit& visit) {
    const int width = padded(hidden_size());
    while (!lasts.empty()) {
      // The rows move to the front of the stream, which is no longer needed: none overtakes
      // another.
      int count = 0;
      std::size_t taken = 0;
      for (float* stream = layers_->stream(); taken < lasts.size() && count < logit_rows; ++taken)
        if (lasts[taken].row != refused)
          std::copy_n(stream + std::ptrdiff_t{lasts[taken].row} * width, width,
                      stream + std::ptrdiff_t{count++} * width);
      const float* logits = count > 0 ? layers_->logits(0, count) : nullptr;
      for (int row = 0; const Last& last : lasts.first(taken))
        visit(last.entry, last.row == refused ? std::span<const float>() : row_of(logits, row++));
      lasts = lasts.subspan(taken);
    }
  }

  std::unique_ptr<LlamaLayers<C>> layers_;
  Cache empty_;  // what sequences begin with
};

/// With a cache that holds each sequence by itself.
using Llama = BasicLlama<ContiguousKvCache>;

static_assert(BatchModel<Llama>);

}  // namespace tamis
