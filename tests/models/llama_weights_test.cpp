#include <functional>
#include <string>
#include <tamis/models/llama_weights.hpp>

#include "catch.hpp"
#include "tiny_llama.hpp"

using namespace tamis;

static std::string sentence(const Bytes& file) {
  const auto gguf = Gguf::parse(file, "it");
  if (!gguf) return gguf.error().message;
  const auto weights = LlamaWeights::load(*gguf);
  return weights ? "no error" : weights.error().message;
}
static std::string sentence(const TinyLlama& tiny) { return sentence(tiny.file()); }

/// The sentence about a small llama with values of its own instead of the usual ones, or more.
static std::string with_values(const std::function<void(GgufWriter&)>& add) {
  TinyLlama tiny;
  tiny.make();
  GgufWriter writer = tiny.values();
  add(writer);
  tiny.add_tensors(writer);
  return sentence(writer.bytes());
}

TEST_CASE("The shape and the weights of a llama are read from its file") {
  TinyLlama tiny{.type = TensorType::q4_1,
                 .layers = 3,
                 .feed = 128,
                 .vocabulary = 70,
                 .tied = false,
                 .base = 5000};
  const Bytes file = tiny.make().file();
  const auto weights = LlamaWeights::load(*Gguf::parse(file));
  REQUIRE(weights);
  const LlamaShape& shape = weights->shape;
  CHECK(shape.layers == 3);
  CHECK(shape.width == 64);
  CHECK(shape.feed_width == 128);
  CHECK(shape.heads == 4);
  CHECK(shape.kv_heads == 2);
  CHECK(shape.head_size == 16);
  CHECK(shape.vocabulary == 70);
  CHECK(shape.context == 1024);
  CHECK(shape.rope_base == 5000.0f);
  CHECK(shape.epsilon == 1e-5f);
  REQUIRE(weights->output);
  CHECK(weights->output->rows() == 70);
  REQUIRE(weights->layers.size() == 3);
  CHECK(weights->layers[2].down.columns() == 128);
  CHECK(weights->layers[2].down.type() == TensorType::q4_1);
  std::vector<float> row(64);
  weights->embedding.row(69, row.data());
  const auto& numbers = tiny.tensors["token_embd.weight"].numbers;
  CHECK(std::equal(row.begin(), row.end(), numbers.end() - 64));
  CHECK(std::ranges::equal(weights->output_norm, tiny.tensors["output_norm.weight"].numbers));
  CHECK(weights->frequencies.size() == 8);
  CHECK(weights->frequencies[1] == Approx(std::pow(5000.0, -2.0 / 16)));
}

TEST_CASE("What a file does not say has the meaning that llamas have by default") {
  TinyLlama tiny{.kv_heads = 4};
  tiny.make();
  GgufWriter writer;
  writer.value("general.architecture", "llama").value("llama.block_count", 2u);
  writer.value("llama.embedding_length", 64u).value("llama.feed_forward_length", 96u);
  writer.value("llama.attention.head_count", 4u).value("llama.context_length", 1024u);
  writer.value("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  tiny.add_tensors(writer);
  const Bytes file = writer.bytes();
  const auto weights = LlamaWeights::load(*Gguf::parse(file));
  REQUIRE(weights);
  CHECK(weights->shape.kv_heads == 4);
  CHECK(weights->shape.head_size == 16);
  CHECK(weights->shape.rotated == 16);
  CHECK(weights->shape.rope_base == 10000.0f);
  CHECK_FALSE(weights->output);
}

TEST_CASE("Another architecture is refused by its name") {
  GgufWriter gemma;
  gemma.value("general.architecture", "gemma3");
  CHECK(sentence(gemma.bytes()) ==
        "it holds a model of architecture 'gemma3'; Tamis reads 'llama'");
  CHECK(sentence(GgufWriter{}.bytes()) == "it has no value named 'general.architecture'");
}

TEST_CASE("A tensor that is missing, too much, of another shape or stored otherwise is named") {
  TinyLlama tiny;
  const auto changed = [&](const std::function<void(TinyLlama&)>& change) {
    TinyLlama copy = tiny.make();
    change(copy);
    return sentence(copy);
  };
  for (const std::string name : {"token_embd.weight", "output_norm.weight", "blk.0.attn_q.weight",
                                 "blk.1.ffn_norm.weight", "blk.1.ffn_down.weight"})
    CHECK(changed([&](TinyLlama& t) { t.tensors.erase(name); }) ==
          "it has no tensor '" + name + "', which a llama needs");
  CHECK(changed([](TinyLlama& t) {
          t.tensors["blk.1.attn_q.bias"] = t.tensors["output_norm.weight"];
        }) ==
        "it has the tensor 'blk.1.attn_q.bias', which the llamas that Tamis reads do not have");
  CHECK(
      changed([](TinyLlama& t) {
        t.tensors["blk.2.attn_norm.weight"] = t.tensors["output_norm.weight"];
      }) ==
      "it has the tensor 'blk.2.attn_norm.weight', which the llamas that Tamis reads do not have");
  CHECK(changed([](TinyLlama& t) {
          t.tensors["blk.1.attn_k.weight"] = t.tensors["blk.1.attn_q.weight"];
        }) ==
        "in it, the tensor 'blk.1.attn_k.weight' has the shape [64, 64]; its other values ask for "
        "[32, 64]");
  CHECK(changed([](TinyLlama& t) {
          t.slower = {1, 2, 3};
        }) ==
        "in it, the tensor 'rope_freqs.weight' has the shape [1, 3]; its other values ask for [1, "
        "8]");

  TinyLlama copy = tiny.make();
  copy.tensors.erase("blk.0.ffn_up.weight");
  GgufWriter writer = copy.values();
  copy.add_tensors(writer);
  writer.tensor("blk.0.ffn_up.weight", 30, {64, 96}, std::vector<std::byte>(2 * 64 * 96));
  CHECK(sentence(writer.bytes()) ==
        "in it, the tensor 'blk.0.ffn_up.weight' is stored as BF16; Tamis computes with F32, F16, "
        "Q4_0, Q4_1 and Q8_0");
}

TEST_CASE("Values with which no llama can be computed are named with what is needed") {
  const auto changed = [](const std::function<void(TinyLlama&)>& change) {
    TinyLlama tiny;
    tiny.make();
    change(tiny);
    return sentence(tiny);
  };
  CHECK(changed([](TinyLlama& t) { t.layers = 0; }) ==
        "in it, the value 'llama.block_count' is 0; a count from 1 to 1048576 is needed");
  CHECK(changed([](TinyLlama& t) {
          t.heads = -1;
        }).find("a 32-bit unsigned integer, 4294967295; an integer from") != std::string::npos);
  CHECK(changed([](TinyLlama& t) { t.feed = (1 << 20) + 1; }).find("a count from 1 to 1048576") !=
        std::string::npos);
  CHECK(changed([](TinyLlama& t) { t.context = 0; }) ==
        "in it, the value 'llama.context_length' is 0; one or more is needed");
  CHECK(changed([](TinyLlama& t) { t.kv_heads = 3; }) ==
        "in it, the value 'llama.attention.head_count_kv' is 3; a divisor of head_count, 4, is "
        "needed");
  CHECK(changed([](TinyLlama& t) { t.rotated = 15; }) ==
        "in it, the value 'llama.rope.dimension_count' is 15; an even number up to the head's "
        "size, 16, is needed");
  CHECK(changed([](TinyLlama& t) { t.rotated = 18; }).find("'llama.rope.dimension_count' is 18") !=
        std::string::npos);
  CHECK(changed([](TinyLlama& t) {
          t.heads = t.kv_heads = t.head_size = 1 << 11;
        }).find("is too much") != std::string::npos);
  CHECK(changed([](TinyLlama& t) { t.layers = 1 << 20; }) ==
        "it has no tensor 'blk.2.attn_norm.weight', which a llama needs");
  for (const float bad : {-1.0f, std::nanf(""), std::numeric_limits<float>::infinity()}) {
    CHECK(changed([&](TinyLlama& t) {
            t.epsilon = bad;
          }).find("; a small positive number is needed") != std::string::npos);
    CHECK(changed([&](TinyLlama& t) { t.base = bad; }).find("; a positive number is needed") !=
          std::string::npos);
    CHECK(changed([&](TinyLlama& t) {
            t.linear_scale = bad;
          }).find("; a positive number is needed") != std::string::npos);
  }
}

TEST_CASE("Variants of the llama that Tamis does not compute are refused by name") {
  CHECK(with_values([](GgufWriter& writer) { writer.value("llama.rope.scaling.type", "yarn"); }) ==
        "in it, the positions are scaled in the way 'yarn' (llama.rope.scaling.type); Tamis knows "
        "'none' and 'linear'");
  CHECK(with_values([](GgufWriter& writer) { writer.value("llama.rope.scaling.type", "none"); }) ==
        "no error");
  CHECK(with_values([](GgufWriter& writer) { writer.value("llama.expert_count", 8u); }) ==
        "in it, the value 'llama.expert_count' is 8; Tamis reads models without experts");
  CHECK(with_values([](GgufWriter& writer) { writer.value("llama.expert_count", 0u); }) ==
        "no error");
}
