#pragma once

/// \file torch_llama.hpp
/// The language models of the llama family on libtorch: on the CPU or a GPU, in float32, float16 or
/// bfloat16. Needs the components tamis::torch and tamis::json.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/silu.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../../core/types.hpp"
#include "../../generation/forward_batch.hpp"
#include "../../io/gguf.hpp"
#include "../../io/mapped_file.hpp"
#include "../../io/safetensors.hpp"
#include "../llama_config.hpp"
#include "torch_kv_cache.hpp"
#include "torch_llama_weights.hpp"
#include "torch_options.hpp"

namespace tamis {

/// A llama on libtorch, of HF's files or of a GGUF file. A LanguageModel and a BatchModel.
///
///     auto model = TorchLlama::open("SmolLM2-135M-Instruct", *TorchOptions::of("cuda",
///     "bfloat16")); auto cache = model->start(); std::span<const float> logits =
///     model->forward(cache, prompt);
///
/// Beside it stand functions that leave the logits where they are, for the samplers of
/// tamis::aten. One thread at a time may use a model; `sibling()` is for another.
class TorchLlama {
 public:
  using Cache = TorchKvCache;

  /// Reads a folder with config.json and model.safetensors (or several and their index), or a GGUF
  /// file, which is dequantized.
  static Result<TorchLlama> open(const std::string& path, const TorchOptions& options = {}) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
      const auto gguf = Gguf::open(path);
      if (!gguf) return gguf.error();
      return load(TorchLlamaWeights::of(*gguf, options));
    }
    const std::string config_path = (std::filesystem::path(path) / "config.json").string();
    const auto text = MappedFile::open(config_path);
    if (!text) return text.error();
    const auto bytes = text->bytes();
    const auto config = LlamaConfig::read(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "'" + config_path + "'");
    if (!config) return config.error();
    const auto tensors = Safetensors::open_folder(path);
    if (!tensors) return tensors.error();
    return load(TorchLlamaWeights::of(*config, *tensors, options));
  }

  /// Of weights that are read already.
  static Result<TorchLlama> load(Result<TorchLlamaWeights> weights) {
    if (!weights) return weights.error();
    return TorchLlama(std::make_shared<const TorchLlamaWeights>(*std::move(weights)));
  }

  /// The same model for use at the same time; shares the weights.
  TorchLlama sibling() const { return TorchLlama(weights_); }

  TokenId vocab_size() const { return shape().vocabulary; }
  /// How many tokens a sequence may have.
  int context_size() const { return shape().context; }
  /// The memory of the weights, in bytes.
  std::size_t bytes() const { return weights_->bytes(); }
  const TorchOptions& options() const { return weights_->options; }
  const TorchLlamaWeights& weights() const { return *weights_; }

  /// A cache with memory for `room` tokens, which grows as it must.
  Cache start(int room = 256) const {
    return Cache(shape().layers, shape().kv_heads, shape().head_size, std::max(1, room),
                 context_size(), tensor_options());
  }

  /// May `ids` be appended to the sequence in the cache? An error says why not.
  Result<void> check(const Cache& cache, std::span<const TokenId> ids) const {
    if (ids.empty()) return Error{"there is no token to go on from; give one or more"};
    if (!cache.is_of(shape().layers, shape().kv_heads, shape().head_size, tensor_options()))
      return Error{"the cache is of another model; begin with this model's start()"};
    const auto room = static_cast<std::size_t>(std::max(0, context_size() - cache.length()));
    if (ids.size() > room)
      return Error{"the text is " + std::to_string(cache.length() + ids.size()) +
                   " tokens long; the model takes " + std::to_string(context_size())};
    for (const TokenId id : ids)
      if (id < 0 || id >= vocab_size())
        return Error{"there is no token " + std::to_string(id) + "; the model's are 0 to " +
                     std::to_string(vocab_size() - 1)};
    return {};
  }

  /// Appends `ids` and returns the logits of the token after the last, [vocab_size], in the memory
  /// of the host; they are valid until the next call. What check() refuses changes nothing and
  /// returns an empty span, and so does what libtorch cannot do, such as for want of memory: see
  /// fault().
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    const auto logits = forward_tensor(cache, ids);
    return logits ? row_of(*logits) : std::span<const float>();
  }

  /// As forward(), but the logits, [vocab_size], stay on the device, in the model's numbers.
  Result<at::Tensor> forward_tensor(Cache& cache, std::span<const TokenId> ids) {
    return guard([&]() -> Result<at::Tensor> {
      if (auto checked = check(cache, ids); !checked) return checked.error();
      const BatchEntry<TorchLlama> entry{&cache, ids};
      at::Tensor logits;
      read({&entry, 1}, [&](std::size_t, const at::Tensor& hidden) {
        logits = head(hidden).reshape({vocab_size()});
      });
      return logits;
    });
  }

  /// Appends the ids of each entry to its cache, all in one pass through the layers, and calls
  /// visit(b, logits) for each entry b, in order, with what forward() returns for it alone, up to
  /// rounding. The logits are valid during the call.
  template <class Visit>
  void forward_batch(std::span<const BatchEntry<TorchLlama>> entries, Visit&& visit) {
    std::vector<std::optional<std::size_t>> rows(entries.size());
    std::vector<BatchEntry<TorchLlama>> good;
    for (std::size_t b = 0; b < entries.size(); ++b)
      if (check(*entries[b].cache, entries[b].ids)) {
        rows[b] = good.size();
        good.push_back(entries[b]);
      }
    const auto all = guard([&]() -> Result<at::Tensor> {
      std::vector<at::Tensor> last;
      read(good, [&](std::size_t, const at::Tensor& hidden) { last.push_back(hidden); });
      return last.empty() ? at::Tensor() : on_host(head(at::cat(last)));
    });
    for (std::size_t b = 0; b < entries.size(); ++b)
      visit(b, rows[b] && all ? row_of((*all)[static_cast<std::int64_t>(*rows[b])])
                              : std::span<const float>());
  }

  /// As forward(), and calls visit(i, logits) for each i: the logits, [vocab_size], of the token
  /// after ids[i], in order. They are valid during the call.
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    if (!check(cache, ids)) return;
    for (std::size_t done = 0; done < ids.size(); done += piece) {
      const auto part = ids.subspan(done, std::min(piece, ids.size() - done));
      const auto logits = guard([&]() -> Result<at::Tensor> {
        return on_host(head(pass(std::vector{Part{&cache, part}})));
      });
      for (std::size_t i = 0; i < part.size(); ++i)
        visit(done + i,
              logits ? row_of((*logits)[static_cast<std::int64_t>(i)]) : std::span<const float>());
    }
  }

  /// One step with no value of the host in it, as a CUDA graph replays it: appends `id`, int64 [1],
  /// at `position`, int64 [1], to the memory of a cache, and returns the logits, [vocab_size]. Both
  /// are on the device, and within the vocabulary and the room, which nothing checks.
  at::Tensor step(const at::Tensor& id, const at::Tensor& position, const Cache& cache) const;

  /// What libtorch could not do in the last call of a forward function, in words; nothing if all
  /// went well.
  const std::optional<Error>& fault() const { return fault_; }

 private:
  /// How many tokens go through the layers at once.
  static constexpr std::size_t piece = 512;

  struct Part {
    Cache* cache;
    std::span<const TokenId> ids;
  };

  explicit TorchLlama(std::shared_ptr<const TorchLlamaWeights> weights)
      : weights_(std::move(weights)) {}

  const LlamaShape& shape() const { return weights_->shape; }
  at::TensorOptions tensor_options() const {
    return at::TensorOptions().device(options().device).dtype(options().type);
  }

  template <class F>
  Result<at::Tensor> guard(F&& f) {
    const at::NoGradGuard no_gradients;
    auto done = detail::guard_torch("libtorch could not run the model", f);
    fault_ = done ? std::nullopt : std::optional<Error>(done.error());
    return done;
  }

  static at::Tensor on_host(const at::Tensor& logits) {
    return logits.to(at::kCPU, at::kFloat).contiguous();
  }
  std::span<const float> row_of(const at::Tensor& logits) {
    host_ = on_host(logits);
    return {host_.data_ptr<float>(), static_cast<std::size_t>(vocab_size())};
  }

  at::Tensor norm(const at::Tensor& rows, const at::Tensor& weight) const {
    return at::rms_norm(rows, {shape().width}, weight, shape().epsilon);
  }
  /// The logits of hidden states [n, width]: [n, vocab_size].
  at::Tensor head(const at::Tensor& hidden) const {
    return at::linear(norm(hidden, weights_->output_norm), weights_->head);
  }

  /// Takes all entries through the layers, in pieces; visit(b, hidden) with the last hidden state,
  /// [1, width], of each.
  template <class Visit>
  void read(std::span<const BatchEntry<TorchLlama>> entries, Visit&& visit) const {
    std::vector<Part> parts;
    std::vector<std::pair<std::size_t, std::int64_t>> lasts;
    std::size_t rows = 0;
    const auto flush = [&] {
      if (parts.empty()) return;
      const at::Tensor hidden = pass(parts);
      for (const auto& [b, row] : lasts) visit(b, hidden.narrow(0, row, 1));
      parts.clear();
      lasts.clear();
      rows = 0;
    };
    for (std::size_t b = 0; b < entries.size(); ++b)
      for (auto ids = entries[b].ids; !ids.empty();) {
        const auto part = ids.first(std::min(piece - rows, ids.size()));
        parts.push_back({entries[b].cache, part});
        ids = ids.subspan(part.size());
        rows += part.size();
        if (ids.empty()) lasts.emplace_back(b, static_cast<std::int64_t>(rows) - 1);
        if (rows == piece) flush();
      }
    flush();
  }

  /// Appends the ids of each part to its cache; the hidden states of all of them, [ids, width].
  at::Tensor pass(const std::vector<Part>& parts) const;

  struct Angles {
    at::Tensor cosines, sines;  // [rows, 1, rotated / 2]
  };
  Angles angles(const at::Tensor& positions) const {
    const at::Tensor all = positions.to(at::kFloat).unsqueeze(1).mul(weights_->frequencies);
    return {all.cos().to(options().type).unsqueeze(1), all.sin().to(options().type).unsqueeze(1)};
  }
  /// Turns the first numbers of each head, rows [n, heads, head_size].
  at::Tensor rotate(const at::Tensor& rows, const Angles& by) const {
    const std::int64_t half = shape().rotated / 2;
    const at::Tensor a = rows.narrow(2, 0, half), b = rows.narrow(2, half, half);
    std::vector<at::Tensor> turned{a.mul(by.cosines).sub(b.mul(by.sines)),
                                   b.mul(by.cosines).add(a.mul(by.sines))};
    if (shape().rotated < shape().head_size)
      turned.push_back(rows.narrow(2, shape().rotated, shape().head_size - shape().rotated));
    return at::cat(turned, 2);
  }

  /// The state after a layer, of the state before it, [rows, width]; attend(queries, keys, values),
  /// rotated, gives what the heads see, [rows, heads * head_size].
  template <class Attend>
  at::Tensor layer(const TorchLlamaLayer& weights, const at::Tensor& state, const Angles& by,
                   Attend&& attend) const {
    const std::int64_t heads = shape().heads, kv_heads = shape().kv_heads, rows = state.size(0);
    const at::Tensor all = at::linear(norm(state, weights.attention_norm), weights.query_key_value,
                                      optional(weights.query_key_value_bias))
                               .view({rows, heads + 2 * kv_heads, shape().head_size});
    const at::Tensor turned = rotate(all.narrow(1, 0, heads + kv_heads), by);
    const at::Tensor seen = attend(turned.narrow(1, 0, heads), turned.narrow(1, heads, kv_heads),
                                   all.narrow(1, heads + kv_heads, kv_heads));
    const at::Tensor middle =
        state.add(at::linear(seen, weights.output, optional(weights.output_bias)));
    const at::Tensor both = at::linear(norm(middle, weights.feed_norm), weights.gate_up,
                                       optional(weights.gate_up_bias));
    const at::Tensor fed = at::silu(both.narrow(1, 0, shape().feed_width))
                               .mul(both.narrow(1, shape().feed_width, shape().feed_width));
    return middle.add(at::linear(fed, weights.down, optional(weights.down_bias)));
  }
  static std::optional<at::Tensor> optional(const at::Tensor& tensor) {
    return tensor.defined() ? std::optional<at::Tensor>(tensor) : std::nullopt;
  }

  /// What the heads of `queries`, [rows, heads, head_size], see of the first `seen` positions:
  /// [rows, heads * head_size]. The last row sees all of them, and each row before one less.
  at::Tensor attention(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                       std::int64_t seen, const std::optional<at::Tensor>& mask) const;

  std::shared_ptr<const TorchLlamaWeights> weights_;
  at::Tensor host_;  // the logits that were returned last
  std::optional<Error> fault_;
};

inline at::Tensor TorchLlama::attention(const at::Tensor& queries, const at::Tensor& keys,
                                        const at::Tensor& values, std::int64_t seen,
                                        const std::optional<at::Tensor>& mask) const {
  const std::int64_t rows = queries.size(0), heads = shape().heads, kv_heads = shape().kv_heads;
  const at::Tensor k = keys.narrow(1, 0, seen).unsqueeze(0),
                   v = values.narrow(1, 0, seen).unsqueeze(0);
  if (rows == 1) {
    // The heads that share keys and values are rows of one head: nothing is repeated.
    const at::Tensor q = queries.reshape({1, kv_heads, heads / kv_heads, shape().head_size});
    return at::scaled_dot_product_attention(q, k, v, mask).reshape({1, heads * shape().head_size});
  }
  const at::Tensor q = queries.transpose(0, 1).unsqueeze(0);
  return at::scaled_dot_product_attention(q, k, v, mask, 0.0, !mask && seen == rows, std::nullopt,
                                          heads != kv_heads)
      .squeeze(0)
      .transpose(0, 1)
      .reshape({rows, heads * shape().head_size});
}

inline at::Tensor TorchLlama::pass(const std::vector<Part>& parts) const {
  std::vector<std::int64_t> ids, positions;
  struct Place {
    std::int64_t row, count, begin;
    std::optional<at::Tensor> mask;
  };
  std::vector<Place> places;
  for (const Part& part : parts) {
    const std::int64_t begin = part.cache->length(),
                       count = static_cast<std::int64_t>(part.ids.size());
    Place place{static_cast<std::int64_t>(ids.size()), count, begin, std::nullopt};
    part.cache->reserve(begin + count);
    for (std::int64_t t = 0; t < count; ++t) {
      ids.push_back(part.ids[static_cast<std::size_t>(t)]);
      positions.push_back(begin + t);
    }
    if (begin > 0 && count > 1) {
      const auto numbers = at::TensorOptions().dtype(at::kLong).device(options().device);
      place.mask = at::arange(begin + count, numbers)
                       .unsqueeze(0)
                       .le(at::arange(begin, begin + count, numbers).unsqueeze(1));
    }
    places.push_back(std::move(place));
  }
  const auto on_device = [&](std::vector<std::int64_t>& numbers) {
    return at::from_blob(numbers.data(), {static_cast<std::int64_t>(numbers.size())}, at::kLong)
        .to(options().device, at::kLong, /*non_blocking=*/false, /*copy=*/true);
  };
  const Angles by = angles(on_device(positions));
  at::Tensor state = weights_->embedding.index_select(0, on_device(ids));
  for (std::int64_t i = 0; i < shape().layers; ++i) {
    const auto attend = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
      std::vector<at::Tensor> seen;
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const Place& its = places[p];
        const at::Tensor keys = parts[p].cache->keys(i), values = parts[p].cache->values(i);
        keys.narrow(1, its.begin, its.count).copy_(k.narrow(0, its.row, its.count).transpose(0, 1));
        values.narrow(1, its.begin, its.count)
            .copy_(v.narrow(0, its.row, its.count).transpose(0, 1));
        seen.push_back(attention(q.narrow(0, its.row, its.count), keys, values,
                                 its.begin + its.count, its.mask));
      }
      return seen.size() == 1 ? seen.front() : at::cat(seen);
    };
    state = layer(weights_->layers[static_cast<std::size_t>(i)], state, by, attend);
  }
  for (const Part& part : parts) part.cache->advance(static_cast<std::int64_t>(part.ids.size()));
  return state;
}

inline at::Tensor TorchLlama::step(const at::Tensor& id, const at::Tensor& position,
                                   const Cache& cache) const {
  const at::NoGradGuard no_gradients;
  const std::int64_t room = cache.room();
  const at::Tensor mask =
      at::arange(room, position.options()).le(position).reshape({1, 1, 1, room});
  const Angles by = angles(position);
  at::Tensor state = weights_->embedding.index_select(0, id);
  for (std::int64_t i = 0; i < shape().layers; ++i) {
    const auto attend = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
      at::Tensor keys = cache.keys(i), values = cache.values(i);
      keys.index_copy_(1, position, k.transpose(0, 1));
      values.index_copy_(1, position, v.transpose(0, 1));
      return attention(q, keys, values, room, mask);
    };
    state = layer(weights_->layers[static_cast<std::size_t>(i)], state, by, attend);
  }
  return head(state).reshape({vocab_size()});
}

static_assert(BatchModel<TorchLlama>);

}  // namespace tamis
