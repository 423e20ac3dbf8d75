/// \file gguf_fuzz.cpp
/// Arbitrary bytes as a GGUF file, and small models with arbitrary changes: nothing crashes, all
/// that is read lies in the file, and a model that loads computes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <tamis/io/gguf.hpp>
#include <tamis/models/llama.hpp>
#include <vector>

#include "../models/tiny_llama.hpp"

using namespace tamis;

static void require(bool holds) {
  if (!holds) std::abort();
}

static bool lies_in(std::span<const std::byte> file, const void* begin, std::size_t size) {
  const auto* at = static_cast<const std::byte*>(begin);
  return size == 0 || (at >= file.data() && at + size <= file.data() + file.size());
}

/// Small models, one of each storage type.
static const std::vector<Bytes>& models() {
  static const std::vector<Bytes> files = [] {
    std::vector<Bytes> made;
    for (const TensorType type : all_types) {
      TinyLlama tiny{.type = type,
                     .layers = 1,
                     .width = 32,
                     .feed = 32,
                     .heads = 2,
                     .kv_heads = 1,
                     .head_size = 16,
                     .vocabulary = 5,
                     .tied = type != TensorType::f16};
      if (type == TensorType::f32) tiny.linear_scale = 2;
      if (type == TensorType::q8_0) tiny.slower = {1, 1, 1, 1, 2, 2, 2, 2};
      made.push_back(tiny.make().file());
    }
    return made;
  }();
  return files;
}

template <class T>
static void read_values(const Gguf& gguf, std::string_view key) {
  const auto value = gguf.value<T>(key);
  require(value.has_value() || !value.error().message.empty());
}

static void run(std::span<const std::byte> file) {
  const auto gguf = Gguf::parse(file);
  if (!gguf) return require(!gguf.error().message.empty());
  for (const GgufTensor& tensor : gguf->tensors()) {
    require(lies_in(file, tensor.bytes.data(), tensor.bytes.size()));
    require(gguf->tensor(tensor.name) == &tensor);
  }
  for (const auto key : {"general.architecture", "llama.block_count", "tokenizer.ggml.tokens"}) {
    read_values<int>(*gguf, key);
    read_values<double>(*gguf, key);
    read_values<bool>(*gguf, key);
    read_values<std::vector<float>>(*gguf, key);
    if (const auto texts = gguf->value<std::vector<std::string_view>>(key))
      for (const auto text : *texts) require(lies_in(file, text.data(), text.size()));
  }

  auto model = Llama::load(*gguf);
  if (!model) return require(!model.error().message.empty());
  auto cache = model->start();
  const std::vector<TokenId> ids = {0, model->vocab_size() - 1, model->vocab_size() / 2};
  const auto logits = model->forward(cache, ids);
  if (model->context_size() < 3) return require(logits.empty() && cache.length() == 0);
  require(logits.size() == static_cast<std::size_t>(model->vocab_size()) && cache.length() == 3);
  cache.rewind(1);
  require(model->forward(cache, std::span(ids).first(1)).size() == logits.size());
}

/// The first byte says what the others are: a file; or, of one of the small models, places (two
/// bytes) and what stands there instead (one byte).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::byte> input(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  if (data[0] >= 4 * models().size()) {
    // A copy of its own size, so that reading past its end is noticed.
    const std::vector<std::byte> file(input.begin(), input.end());
    run(file);
    return 0;
  }
  Bytes file = models()[data[0] % models().size()];
  for (std::size_t i = 0; i + 3 <= input.size(); i += 3) {
    const auto at =
        std::to_integer<std::size_t>(input[i]) << 8 | std::to_integer<std::size_t>(input[i + 1]);
    if (at < file.size())
      file[at] = input[i + 2];
    else
      file.resize(at % file.size() + 1);
  }
  run(file);
  return 0;
}
