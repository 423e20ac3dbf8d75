#pragma once

/// \file llama_weights.hpp
/// What a GGUF file of the architecture `llama` holds, checked and packed.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "../core/result.hpp"
#include "../io/gguf.hpp"
#include "packed_matrix.hpp"
#include "weight_memory.hpp"

namespace tamis {

/// The numbers that shape a llama.
struct LlamaShape {
  int layers = 0;
  int width = 0;       ///< of the residual stream
  int feed_width = 0;  ///< inside the feed-forward layers
  int heads = 0;       ///< of queries
  int kv_heads = 0;    ///< of keys and values; each serves heads / kv_heads heads
  int head_size = 0;
  int vocabulary = 0;
  int context = 0;  ///< tokens the model was made for
  int rotated = 0;  ///< of each head's numbers, how many are rotated by position
  float rope_base = 0;
  float rope_scale = 1;  ///< positions are divided by this
  float epsilon = 0;     ///< under the root of the norm
};

struct LlamaLayer {
  AlignedVector<float> attention_norm;  // [width]
  PackedMatrix query, key,
      value;            // [heads * head_size, width], [kv_heads * head_size, width] twice
  PackedMatrix output;  // [width, heads * head_size]
  AlignedVector<float> feed_norm;  // [width]
  PackedMatrix gate, up;           // [feed_width, width]
  PackedMatrix down;               // [width, feed_width]
};

struct LlamaWeights {
  LlamaShape shape;
  PackedMatrix embedding;              // [vocabulary, width]
  std::optional<PackedMatrix> output;  // [vocabulary, width]; if there is none, `embedding` is used
  AlignedVector<float> output_norm;    // [width]
  AlignedVector<float> frequencies;    // [rotated / 2], radians a position
  std::vector<LlamaLayer> layers;

  WeightMemory memory;  // of all the matrices

  /// Reads and checks all; an error names the value or tensor that is missing, unknown or of
  /// another shape.
  static Result<LlamaWeights> load(const Gguf& gguf);
};

namespace detail {

/// Takes the values and tensors that a llama needs. What is wrong first is remembered; all later
/// steps then do nothing.
class LlamaLoader {
 public:
  explicit LlamaLoader(const Gguf& gguf) : gguf_(gguf), taken_(gguf.tensors().size()) {}

  Result<LlamaWeights> load() {
    read_shape();
    if (!fault_) read_tensors();
    if (!fault_) refuse_leftovers();
    if (fault_) return Error{*fault_};
    return std::move(weights_);
  }

 private:
  void fail(std::string sentence) {
    if (!fault_) fault_ = std::move(sentence);
  }

  template <class T>
  T value(std::string_view key) {
    auto value = gguf_.value<T>(key);
    if (value) return *value;
    fail(value.error().message);
    return {};
  }
  template <class T>
  T value_or(std::string_view key, T otherwise) {
    return gguf_.has(key) ? value<T>(key) : otherwise;
  }
  /// A size, small enough for products of two to be computed in 64 bits and with a piece's tokens
  /// in 32.
  int count(std::string_view key, std::optional<int> otherwise = std::nullopt) {
    const int n = otherwise ? value_or(key, *otherwise) : value<int>(key);
    if (!fault_ && (n < 1 || n > largest))
      refuse_value(key, n, "a count from 1 to " + std::to_string(largest) + " is needed");
    return n;
  }
  template <class N>
  void refuse_value(std::string_view key, N n, const std::string& needed) {
    fail("in " + gguf_.name() + ", the value '" + std::string(key) + "' is " + std::to_string(n) +
         "; " + needed);
  }

  void read_shape() {
    const auto architecture = value<std::string_view>("general.architecture");
    if (!fault_ && architecture != "llama")
      fail(gguf_.name() + " holds a model of architecture " + detail::quoted(architecture) +
           "; Tamis reads 'llama'");
    if (fault_) return;

    LlamaShape& shape = weights_.shape;
    shape.layers = count("llama.block_count");
    shape.width = count("llama.embedding_length");
    shape.feed_width = count("llama.feed_forward_length");
    shape.heads = count("llama.attention.head_count");
    shape.kv_heads = count("llama.attention.head_count_kv", shape.heads);
    shape.context = value<int>("llama.context_length");
    if (!fault_ && shape.context < 1)
      refuse_value("llama.context_length", shape.context, "one or more is needed");
    if (fault_) return;
    if (shape.heads % shape.kv_heads != 0)
      return refuse_value(
          "llama.attention.head_count_kv", shape.kv_heads,
          "a divisor of head_count, " + std::to_string(shape.heads) + ", is needed");
    if (!gguf_.has("llama.attention.key_length") && shape.width % shape.heads != 0)
      return refuse_value(
          "llama.attention.head_count", shape.heads,
          "a divisor of embedding_length, " + std::to_string(shape.width) + ", is needed");
    shape.head_size = count("llama.attention.key_length", std::max(1, shape.width / shape.heads));
    const int value_size = count("llama.attention.value_length", shape.head_size);
    shape.rotated = count("llama.rope.dimension_count", shape.head_size);
    if (fault_) return;
    if (std::int64_t{shape.heads} * shape.head_size > largest)
      return refuse_value("llama.attention.key_length", shape.head_size,
                          "with " + std::to_string(shape.heads) + " heads that is too much");
    if (value_size != shape.head_size)
      return refuse_value("llama.attention.value_length", value_size,
                          "Tamis needs that of the keys, " + std::to_string(shape.head_size));
    if (shape.rotated % 2 != 0 || shape.rotated > shape.head_size)
      return refuse_value("llama.rope.dimension_count", shape.rotated,
                          "an even number up to the head's size, " +
                              std::to_string(shape.head_size) + ", is needed");
    if (const int experts = value_or("llama.expert_count", 0); experts != 0)
      return refuse_value("llama.expert_count", experts, "Tamis reads models without experts");

    shape.epsilon = value<float>("llama.attention.layer_norm_rms_epsilon");
    if (!fault_ && !(shape.epsilon >= 0 && shape.epsilon < 1))
      return refuse_value("llama.attention.layer_norm_rms_epsilon", shape.epsilon,
                          "a small positive number is needed");
    shape.rope_base = value_or("llama.rope.freq_base", 10000.0f);
    if (!fault_ && !(shape.rope_base > 0 && std::isfinite(shape.rope_base)))
      return refuse_value("llama.rope.freq_base", shape.rope_base, "a positive number is needed");
    read_rope_scaling();
  }

  void read_rope_scaling() {
    const auto type = value_or<std::string_view>("llama.rope.scaling.type", "none");
    if (fault_ || type == "none") return;
    if (type != "linear")
      return fail("in " + gguf_.name() + ", the positions are scaled in the way " +
                  detail::quoted(type) +
                  " (llama.rope.scaling.type); Tamis knows 'none' and 'linear'");
    float& scale = weights_.shape.rope_scale;
    scale = value_or("llama.rope.scaling.factor", 1.0f);
    if (!fault_ && !(scale > 0 && std::isfinite(scale)))
      refuse_value("llama.rope.scaling.factor", scale, "a positive number is needed");
  }

  /// The tensor `name`, of exactly these rows and columns and a type that Tamis computes with; or
  /// null.
  const GgufTensor* tensor(const std::string& name, std::int64_t rows, std::int64_t columns) {
    if (fault_) return nullptr;
    const GgufTensor* tensor = gguf_.tensor(name);
    if (!tensor) {
      fail(gguf_.name() + " has no tensor '" + name + "', which a llama needs");
      return nullptr;
    }
    taken_[static_cast<std::size_t>(tensor - gguf_.tensors().data())] = true;
    const std::string named = "in " + gguf_.name() + ", the tensor '" + name + "' ";
    if (tensor->columns() != static_cast<std::uint64_t>(columns) ||
        tensor->rows() != static_cast<std::uint64_t>(rows))
      fail(named + "has the shape [" + std::to_string(tensor->rows()) + ", " +
           std::to_string(tensor->columns()) + "]; its other values ask for [" +
           std::to_string(rows) + ", " + std::to_string(columns) + "]");
    else if (!PackedMatrix::supports(tensor->type))
      fail(named + "is stored as " + std::string(tensor_layout(tensor->type).name) +
           "; Tamis computes with F32, F16, Q4_0, Q4_1 and Q8_0");
    return fault_ ? nullptr : tensor;
  }

  PackedMatrix matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
    return matrix(name, rows, columns, weights_.memory);
  }
  PackedMatrix matrix(const std::string& name, std::int64_t rows, std::int64_t columns,
                      WeightMemory& memory) {
    const GgufTensor* tensor = this->tensor(name, rows, columns);
    if (!tensor) return {};
    return PackedMatrix(static_cast<TensorType>(tensor->type), static_cast<int>(rows),
                        static_cast<int>(columns), tensor->bytes, memory);
  }

  AlignedVector<float> vector(const std::string& name, int size) {
    const PackedMatrix row = matrix(name, 1, size, scratch_);
    AlignedVector<float> numbers(fault_ ? 0 : static_cast<std::size_t>(size));
    if (!fault_) row.row(0, numbers.data());
    return numbers;
  }

  void read_tensors() {
    LlamaShape& shape = weights_.shape;
    if (const GgufTensor* embedding = gguf_.tensor("token_embd.weight"))
      shape.vocabulary = static_cast<int>(std::min<std::uint64_t>(embedding->rows(), 1 << 24));
    weights_.embedding = matrix("token_embd.weight", shape.vocabulary, shape.width);
    if (gguf_.tensor("output.weight"))
      weights_.output = matrix("output.weight", shape.vocabulary, shape.width);
    weights_.output_norm = vector("output_norm.weight", shape.width);
    const std::int64_t all_heads = std::int64_t{shape.heads} * shape.head_size;
    const std::int64_t kv_heads = std::int64_t{shape.kv_heads} * shape.head_size;
    for (int i = 0; i < shape.layers && !fault_; ++i) {
      const std::string block = "blk." + std::to_string(i) + ".";
      LlamaLayer layer;
      layer.attention_norm = vector(block + "attn_norm.weight", shape.width);
      layer.query = matrix(block + "attn_q.weight", all_heads, shape.width);
      layer.key = matrix(block + "attn_k.weight", kv_heads, shape.width);
      layer.value = matrix(block + "attn_v.weight", kv_heads, shape.width);
      layer.output = matrix(block + "attn_output.weight", shape.width, all_heads);
      layer.feed_norm = vector(block + "ffn_norm.weight", shape.width);
      layer.gate = matrix(block + "ffn_gate.weight", shape.feed_width, shape.width);
      layer.up = matrix(block + "ffn_up.weight", shape.feed_width, shape.width);
      layer.down = matrix(block + "ffn_down.weight", shape.width, shape.feed_width);
      weights_.layers.push_back(std::move(layer));
    }
    read_frequencies();
  }

  /// Pair i of a head turns by base^(-2i / rotated) radians a position; `rope_freqs.weight`, of the
  /// models with longer contexts, slows some pairs down.
  void read_frequencies() {
    if (fault_) return;
    const LlamaShape& shape = weights_.shape;
    const int pairs = shape.rotated / 2;
    AlignedVector<float> slower(static_cast<std::size_t>(pairs), 1.0f);
    if (gguf_.tensor("rope_freqs.weight")) slower = vector("rope_freqs.weight", pairs);
    if (fault_) return;
    for (int i = 0; i < pairs; ++i)
      weights_.frequencies.push_back(
          static_cast<float>(std::pow(double{shape.rope_base}, -2.0 * i / shape.rotated) /
                             slower[i] / shape.rope_scale));
  }

  /// A tensor that nothing reads would be a part of the model left out.
  void refuse_leftovers() {
    const auto at = std::ranges::find(taken_, false);
    if (at != taken_.end())
      fail(gguf_.name() + " has the tensor " +
           detail::quoted(gguf_.tensors()[at - taken_.begin()].name) +
           ", which the llamas that Tamis reads do not have");
  }

  static constexpr int largest = 1 << 20;

  const Gguf& gguf_;
  WeightMemory scratch_;
  LlamaWeights weights_;
  std::vector<bool> taken_;  // by the index of the tensor in the file
  std::optional<std::string> fault_;
};

}  // namespace detail

inline Result<LlamaWeights> LlamaWeights::load(const Gguf& gguf) {
  return detail::LlamaLoader(gguf).load();
}

}  // namespace tamis
