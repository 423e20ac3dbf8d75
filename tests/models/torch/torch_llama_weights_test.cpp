#include <array>
#include <span>
#include <string>
#include <tamis/io/safetensors_writer.hpp>
#include <tamis/models/torch/torch_llama_weights.hpp>
#include <vector>

#include "../../io/temporary_folder.hpp"
#include "catch.hpp"

using namespace tamis;

/// A model of one layer, [heads, head_size] = [2, 2], whose tensors are all ones.
struct Ones {
  std::vector<SafetensorsTensor> tensors;
  std::array<float, 64> ones{};
  LlamaConfig config;

  Ones() {
    ones.fill(1);
    config.shape = {.layers = 1,
                    .width = 4,
                    .feed_width = 3,
                    .heads = 2,
                    .kv_heads = 1,
                    .head_size = 2,
                    .vocabulary = 5,
                    .context = 8,
                    .rotated = 2};
    config.frequencies = {1};
    add("model.embed_tokens.weight", {5, 4});
    add("lm_head.weight", {5, 4});
    add("model.norm.weight", {4});
    const std::string layer = "model.layers.0.";
    add(layer + "input_layernorm.weight", {4});
    add(layer + "post_attention_layernorm.weight", {4});
    add(layer + "self_attn.q_proj.weight", {4, 4});
    add(layer + "self_attn.k_proj.weight", {2, 4});
    add(layer + "self_attn.v_proj.weight", {2, 4});
    add(layer + "self_attn.o_proj.weight", {4, 4});
    add(layer + "mlp.gate_proj.weight", {3, 4});
    add(layer + "mlp.up_proj.weight", {3, 4});
    add(layer + "mlp.down_proj.weight", {4, 3});
  }
  void add(const std::string& name, std::vector<std::uint64_t> shape) {
    std::uint64_t size = 4;
    for (const auto extent : shape) size *= extent;
    tensors.push_back({name, ElementType::f32, shape,
                       std::as_bytes(std::span(ones)).first(static_cast<std::size_t>(size))});
  }
  SafetensorsTensor& tensor(const std::string& name) {
    for (auto& tensor : tensors)
      if (tensor.name == name) return tensor;
    return tensors.front();
  }

  Result<TorchLlamaWeights> load(const TorchOptions& options = {}) const {
    const TemporaryFolder folder;
    const auto written = write_safetensors(folder.path("x"), tensors);
    if (!written) return written.error();
    const auto read = Safetensors::open(folder.path("x"));
    if (!read) return read.error();
    return TorchLlamaWeights::of(config, *read, options);
  }
  bool is_refused(const std::string& with) const {
    const auto loaded = load();
    const std::string message = loaded ? "it loads" : loaded.error().message;
    UNSCOPED_INFO(message);
    return message.find(with) != std::string::npos;
  }
};

TEST_CASE("Matrices that read the same state are one, and a tied head is the embedding") {
  Ones ones;
  const auto weights = ones.load({.type = at::kHalf});
  if (!weights) FAIL(weights.error().message);
  CHECK(weights->layers[0].query_key_value.sizes() == at::IntArrayRef({8, 4}));
  CHECK(weights->layers[0].gate_up.sizes() == at::IntArrayRef({6, 4}));
  CHECK(weights->embedding.scalar_type() == at::kHalf);
  CHECK(weights->frequencies.scalar_type() == at::kFloat);
  CHECK(!weights->head.is_same(weights->embedding));
  CHECK(!weights->layers[0].output_bias.defined());
  CHECK(weights->bytes() == 2 * (20 + 20 + 4 + 8 + 32 + 16 + 24 + 12));
  ones.config.tied = true;
  CHECK(ones.load()->head.is_same(ones.load()->embedding) == false);  // of two loads
  const auto tied = ones.load();
  CHECK(tied->head.is_same(tied->embedding));
}

TEST_CASE("Biases are taken where the configuration has them") {
  Ones ones;
  ones.config.attention_bias = true;
  CHECK(ones.is_refused("has no tensor 'model.layers.0.self_attn.q_proj.bias', which the"));
  ones.add("model.layers.0.self_attn.q_proj.bias", {4});
  ones.add("model.layers.0.self_attn.k_proj.bias", {2});
  ones.add("model.layers.0.self_attn.v_proj.bias", {2});
  const auto weights = ones.load();
  if (!weights) FAIL(weights.error().message);
  CHECK(weights->layers[0].query_key_value_bias.sizes() == at::IntArrayRef({8}));
  ones.config.attention_bias = false;
  CHECK(
      ones.is_refused("has the tensor 'model.layers.0.self_attn.k_proj.bias', which the "
                      "configuration does not ask for"));
}

TEST_CASE("A tensor of another shape or type is refused by its name") {
  Ones shape;
  shape.tensor("model.layers.0.self_attn.k_proj.weight").shape = {4, 2};
  CHECK(
      shape.is_refused("the tensor 'model.layers.0.self_attn.k_proj.weight' has the shape [4, 2]; "
                       "the configuration asks for [2, 4]"));
  Ones type;
  type.tensor("model.norm.weight").type = ElementType::i32;
  CHECK(
      type.is_refused("the tensor 'model.norm.weight' is stored as I32; Tamis computes with F64, "
                      "F32, F16 and BF16"));
  Ones old;
  old.add("model.layers.0.self_attn.rotary_emb.inv_freq", {1});
  CHECK(old.load());
}
