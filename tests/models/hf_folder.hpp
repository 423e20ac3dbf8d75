#pragma once

/// \file hf_folder.hpp
/// A llama of a GGUF file as a folder of HF's files.

#include <cstdint>
#include <cstring>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/core/bfloat16.hpp>
#include <tamis/io/gguf.hpp>
#include <tamis/io/safetensors_writer.hpp>
#include <tamis/models/llama_weights.hpp>
#include <vector>

#include "catch.hpp"

/// Writes config.json and model.safetensors, in float32 or, rounded, in bfloat16, to a folder.
inline void write_hf_folder(const tamis::Gguf& gguf, const std::string& folder,
                            bool is_brain = false) {
  using namespace tamis;
  const auto weights = LlamaWeights::load(gguf);
  if (!weights) FAIL(weights.error().message);
  const LlamaShape& shape = weights->shape;
  std::deque<std::vector<std::uint16_t>> halves;
  std::deque<std::vector<float>> floats;
  std::vector<SafetensorsTensor> tensors;

  const auto add = [&](const std::string& name, std::vector<std::uint64_t> extents,
                       std::vector<float> numbers) {
    if (!is_brain) {
      floats.push_back(std::move(numbers));
      tensors.push_back({name, ElementType::f32, extents, std::as_bytes(std::span(floats.back()))});
      return;
    }
    auto& to = halves.emplace_back();
    for (const float number : numbers) {
      std::uint32_t bits;
      std::memcpy(&bits, &number, 4);
      to.push_back(static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16));
    }
    tensors.push_back({name, ElementType::bf16, extents, std::as_bytes(std::span(to))});
  };
  const auto vector = [&](const std::string& name, const AlignedVector<float>& from) {
    add(name, {from.size()}, {from.begin(), from.end()});
  };
  // Numbers that are rotated together stand side by side in GGUF, and half a head apart in HF's.
  const auto matrix = [&](const std::string& name, const PackedMatrix& from, int rotated = 0) {
    const int columns = from.columns();
    std::vector<float> numbers(static_cast<std::size_t>(from.rows()) * columns);
    for (int row = 0; row < from.rows(); ++row) {
      const int in_head = row % shape.head_size;
      const int to =
          in_head < rotated ? row - in_head + in_head / 2 + in_head % 2 * (rotated / 2) : row;
      from.row(row, numbers.data() + static_cast<std::size_t>(to) * columns);
    }
    add(name, {static_cast<std::uint64_t>(from.rows()), static_cast<std::uint64_t>(columns)},
        std::move(numbers));
  };

  matrix("model.embed_tokens.weight", weights->embedding);
  if (weights->output) matrix("lm_head.weight", *weights->output);
  vector("model.norm.weight", weights->output_norm);
  for (int i = 0; i < shape.layers; ++i) {
    const LlamaLayer& layer = weights->layers[i];
    const std::string name = "model.layers." + std::to_string(i) + ".";
    vector(name + "input_layernorm.weight", layer.attention_norm);
    matrix(name + "self_attn.q_proj.weight", layer.query, shape.rotated);
    matrix(name + "self_attn.k_proj.weight", layer.key, shape.rotated);
    matrix(name + "self_attn.v_proj.weight", layer.value);
    matrix(name + "self_attn.o_proj.weight", layer.output);
    vector(name + "post_attention_layernorm.weight", layer.feed_norm);
    matrix(name + "mlp.gate_proj.weight", layer.gate);
    matrix(name + "mlp.up_proj.weight", layer.up);
    matrix(name + "mlp.down_proj.weight", layer.down);
  }
  const std::pair<std::string, std::string> metadata[] = {{"format", "pt"}};
  const auto written = write_safetensors(folder + "/model.safetensors", tensors, metadata);
  if (!written) FAIL(written.error().message);
  nlohmann::json config = {{"architectures", {"LlamaForCausalLM"}},
                           {"model_type", "llama"},
                           {"hidden_act", "silu"},
                           {"num_hidden_layers", shape.layers},
                           {"hidden_size", shape.width},
                           {"intermediate_size", shape.feed_width},
                           {"num_attention_heads", shape.heads},
                           {"num_key_value_heads", shape.kv_heads},
                           {"head_dim", shape.head_size},
                           {"vocab_size", shape.vocabulary},
                           {"max_position_embeddings", shape.context},
                           {"rms_norm_eps", shape.epsilon},
                           {"rope_theta", shape.rope_base},
                           {"rope_scaling", nullptr},
                           {"tie_word_embeddings", !weights->output}};
  std::ofstream(folder + "/config.json") << config.dump(1) << "\n";
}
