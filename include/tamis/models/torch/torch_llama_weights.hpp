#pragma once

/// \file torch_llama_weights.hpp
/// The weights of a llama as tensors of libtorch.

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../../io/gguf.hpp"
#include "../../io/safetensors.hpp"
#include "../llama_config.hpp"
#include "../llama_weights.hpp"
#include "torch_options.hpp"

namespace tamis {

/// What is not there is undefined. Matrices that read the same are one.
struct TorchLlamaLayer {
  at::Tensor attention_norm, feed_norm;  // [width]
  at::Tensor query_key_value;            // [(heads + 2 * kv_heads) * head_size, width]
  at::Tensor query_key_value_bias;
  at::Tensor output, output_bias;    // [width, heads * head_size]
  at::Tensor gate_up, gate_up_bias;  // [2 * feed_width, width]
  at::Tensor down, down_bias;        // [width, feed_width]
};

struct TorchLlamaWeights {
  LlamaShape shape;
  TorchOptions options;
  at::Tensor embedding;    // [vocabulary, width]
  at::Tensor head;         // [vocabulary, width], maybe the same tensor
  at::Tensor output_norm;  // [width]
  at::Tensor frequencies;  // [rotated / 2], float32, radians a position
  std::vector<TorchLlamaLayer> layers;

  /// The memory of all of them, in bytes.
  std::size_t bytes() const {
    std::size_t sum = 0;
    const auto add = [&](const at::Tensor& tensor) {
      sum += tensor.defined() ? tensor.nbytes() : 0;
    };
    for (const TorchLlamaLayer& layer : layers)
      for (const at::Tensor* tensor :
           {&layer.attention_norm, &layer.feed_norm, &layer.query_key_value,
            &layer.query_key_value_bias, &layer.output, &layer.output_bias, &layer.gate_up,
            &layer.gate_up_bias, &layer.down, &layer.down_bias})
        add(*tensor);
    add(embedding);
    add(output_norm);
    if (!head.is_same(embedding)) add(head);
    return sum;
  }

  /// What a GGUF file holds, dequantized; an error as of LlamaWeights.
  static Result<TorchLlamaWeights> of(const Gguf& gguf, const TorchOptions& options);

  /// What HF's files hold; an error names the tensor that is missing, left over or of another
  /// shape.
  static Result<TorchLlamaWeights> of(const LlamaConfig& config, const Safetensors& tensors,
                                      const TorchOptions& options);
};

namespace detail {

/// Numbers of the host as a tensor on the device.
inline at::Tensor tensor_of(const float* from, std::vector<std::int64_t> shape,
                            const TorchOptions& options, at::ScalarType type) {
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
  std::memcpy(tensor.data_ptr<float>(), from, tensor.nbytes());
  return tensor.to(options.device, type);
}

class TorchLlamaOfGguf {
 public:
  TorchLlamaOfGguf(const LlamaWeights& from, const TorchOptions& options)
      : from_(from), options_(options) {}

  TorchLlamaWeights convert() const {
    const LlamaShape& shape = from_.shape;
    TorchLlamaWeights to;
    to.shape = shape;
    to.options = options_;
    to.embedding = matrix(from_.embedding);
    to.head = from_.output ? matrix(*from_.output) : to.embedding;
    to.output_norm = vector(from_.output_norm);
    to.frequencies = tensor_of(from_.frequencies.data(), {shape.rotated / 2}, options_, at::kFloat);
    for (const LlamaLayer& layer : from_.layers) {
      TorchLlamaLayer its;
      its.attention_norm = vector(layer.attention_norm);
      its.feed_norm = vector(layer.feed_norm);
      its.query_key_value =
          at::cat({apart(matrix(layer.query), shape.heads),
                   apart(matrix(layer.key), shape.kv_heads), matrix(layer.value)});
      its.output = matrix(layer.output);
      its.gate_up = at::cat({matrix(layer.gate), matrix(layer.up)});
      its.down = matrix(layer.down);
      to.layers.push_back(std::move(its));
    }
    return to;
  }

 private:
  at::Tensor matrix(const PackedMatrix& from) const {
    at::Tensor to = at::empty({from.rows(), from.columns()}, at::TensorOptions().dtype(at::kFloat));
    auto* numbers = to.data_ptr<float>();
    for (int row = 0; row < from.rows(); ++row)
      from.row(row, numbers + std::ptrdiff_t{row} * from.columns());
    return to.to(options_.device, options_.type);
  }
  at::Tensor vector(const AlignedVector<float>& from) const {
    return tensor_of(from.data(), {static_cast<std::int64_t>(from.size())}, options_,
                     options_.type);
  }

  /// The numbers that are rotated together stand side by side in a GGUF file, and half of them
  /// apart in HF's: (0, 1), (2, 3), ... become (0, half), (1, half + 1), ...
  at::Tensor apart(const at::Tensor& rows, int heads) const {
    const std::int64_t size = from_.shape.head_size, rotated = from_.shape.rotated,
                       width = rows.size(1);
    const at::Tensor by_head = rows.view({heads, size, width});
    const at::Tensor turned = by_head.narrow(1, 0, rotated)
                                  .reshape({heads, rotated / 2, 2, width})
                                  .transpose(1, 2)
                                  .reshape({heads, rotated, width});
    return at::cat({turned, by_head.narrow(1, rotated, size - rotated)}, 1)
        .reshape({heads * size, width});
  }

  const LlamaWeights& from_;
  const TorchOptions& options_;
};

/// Takes the tensors of HF's names. What is wrong first is remembered; all later steps then do
/// nothing.
class TorchLlamaOfSafetensors {
 public:
  TorchLlamaOfSafetensors(const LlamaConfig& config, const Safetensors& from,
                          const TorchOptions& options)
      : config_(config), from_(from), options_(options), taken_(from.tensors().size()) {}

  Result<TorchLlamaWeights> load() {
    const LlamaShape& shape = config_.shape;
    TorchLlamaWeights to;
    to.shape = shape;
    to.options = options_;
    to.embedding = take("model.embed_tokens.weight", {shape.vocabulary, shape.width});
    // A file of a tied model may have the head all the same.
    const bool has_head = from_.tensor("lm_head.weight") != nullptr;
    if (has_head || !config_.tied)
      to.head = take("lm_head.weight", {shape.vocabulary, shape.width});
    if (config_.tied) to.head = to.embedding;
    to.output_norm = take("model.norm.weight", {shape.width});
    to.frequencies =
        tensor_of(config_.frequencies.data(), {shape.rotated / 2}, options_, at::kFloat);
    for (int i = 0; i < shape.layers && !fault_; ++i) to.layers.push_back(layer(i));
    refuse_leftovers();
    if (fault_) return Error{*fault_};
    return to;
  }

 private:
  TorchLlamaLayer layer(int index) {
    const LlamaShape& shape = config_.shape;
    const std::string name = "model.layers." + std::to_string(index) + ".";
    const std::int64_t width = shape.width, feed = shape.feed_width,
                       queries = std::int64_t{shape.heads} * shape.head_size,
                       keys = std::int64_t{shape.kv_heads} * shape.head_size;
    const auto joined = [&](std::vector<std::pair<std::string, std::int64_t>> parts, bool is_bias) {
      std::vector<at::Tensor> tensors;
      for (const auto& [part, rows] : parts)
        tensors.push_back(is_bias ? take(name + part + ".bias", {rows})
                                  : take(name + part + ".weight", {rows, width}));
      return fault_ ? at::Tensor() : at::cat(tensors);
    };
    const std::vector<std::pair<std::string, std::int64_t>> attention = {
        {"self_attn.q_proj", queries}, {"self_attn.k_proj", keys}, {"self_attn.v_proj", keys}};
    const std::vector<std::pair<std::string, std::int64_t>> feeding = {{"mlp.gate_proj", feed},
                                                                       {"mlp.up_proj", feed}};
    TorchLlamaLayer its;
    its.attention_norm = take(name + "input_layernorm.weight", {width});
    its.feed_norm = take(name + "post_attention_layernorm.weight", {width});
    its.query_key_value = joined(attention, false);
    if (config_.attention_bias) its.query_key_value_bias = joined(attention, true);
    its.output = take(name + "self_attn.o_proj.weight", {width, queries});
    if (config_.output_bias) its.output_bias = take(name + "self_attn.o_proj.bias", {width});
    its.gate_up = joined(feeding, false);
    if (config_.feed_bias) its.gate_up_bias = joined(feeding, true);
    its.down = take(name + "mlp.down_proj.weight", {width, feed});
    if (config_.feed_bias) its.down_bias = take(name + "mlp.down_proj.bias", {width});
    return its;
  }

  /// The tensor of this name, of exactly this shape; undefined after a fault.
  at::Tensor take(const std::string& name, std::vector<std::int64_t> shape) {
    if (fault_) return {};
    const SafetensorsTensor* found = from_.tensor(name);
    if (!found) {
      fault_ = from_.name() + " has no tensor '" + name + "', which the configuration asks for";
      return {};
    }
    taken_[static_cast<std::size_t>(found - from_.tensors().data())] = true;
    const std::vector<std::uint64_t> asked(shape.begin(), shape.end());
    const auto type = type_of(found->type);
    if (found->shape != asked)
      fault_ = "in " + from_.name() + ", the tensor '" + name + "' has the shape " +
               found->shape_text() + "; the configuration asks for " +
               SafetensorsTensor{{}, {}, asked, {}}.shape_text();
    else if (!type)
      fault_ = "in " + from_.name() + ", the tensor '" + name + "' is stored as " +
               std::string(facts_of(found->type).name) +
               "; Tamis computes with F64, F32, F16 and BF16";
    if (fault_) return {};
    at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(*type));
    std::memcpy(tensor.data_ptr(), found->bytes.data(), found->bytes.size());
    return tensor.to(options_.device, options_.type);
  }

  static std::optional<at::ScalarType> type_of(ElementType type) {
    switch (type) {
      case ElementType::f64:
        return at::kDouble;
      case ElementType::f32:
        return at::kFloat;
      case ElementType::f16:
        return at::kHalf;
      case ElementType::bf16:
        return at::kBFloat16;
      default:
        return std::nullopt;
    }
  }

  /// A tensor that nothing reads would be a part of the model left out. Files of long ago have the
  /// frequencies of the rotation, which follow from the configuration.
  void refuse_leftovers() {
    for (std::size_t i = 0; i < taken_.size() && !fault_; ++i)
      if (const std::string& name = from_.tensors()[i].name;
          !taken_[i] && !name.ends_with("rotary_emb.inv_freq"))
        fault_ = from_.name() + " has the tensor " + detail::quoted(std::string_view(name)) +
                 ", which the configuration does not ask for";
  }

  const LlamaConfig& config_;
  const Safetensors& from_;
  const TorchOptions& options_;
  std::vector<bool> taken_;  // by the index of the tensor
  std::optional<std::string> fault_;
};

}  // namespace detail

inline Result<TorchLlamaWeights> TorchLlamaWeights::of(const Gguf& gguf,
                                                       const TorchOptions& options) {
  if (auto checked = options.check(); !checked) return checked.error();
  auto weights = LlamaWeights::load(gguf);
  if (!weights) return weights.error();
  return detail::guard_torch(gguf.name() + " could not be loaded",
                             [&]() -> Result<TorchLlamaWeights> {
                               return detail::TorchLlamaOfGguf(*weights, options).convert();
                             });
}

inline Result<TorchLlamaWeights> TorchLlamaWeights::of(const LlamaConfig& config,
                                                       const Safetensors& tensors,
                                                       const TorchOptions& options) {
  if (auto checked = options.check(); !checked) return checked.error();
  return detail::guard_torch(tensors.name() + " could not be loaded", [&] {
    return detail::TorchLlamaOfSafetensors(config, tensors, options).load();
  });
}

}  // namespace tamis
