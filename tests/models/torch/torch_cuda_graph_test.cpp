#include <tamis/models/torch/torch_cuda_graph.hpp>

#include "catch.hpp"

#if __has_include(<cuda_runtime_api.h>) && defined(TAMIS_TEST_TORCH_CUDA)

#include <ATen/ops/allclose.h>

#include "../tiny_llama.hpp"

using namespace tamis;

TEST_CASE("A graph's steps have the logits of the model's, also after the cache has grown") {
  if (!at::hasCUDA()) {
    WARN("skipped: libtorch has no CUDA device here");
    return;
  }
  const Bytes file = TinyLlama().make().file();
  const TorchOptions options{.device = c10::Device(c10::kCUDA, 0)};
  auto model = TorchLlama::load(TorchLlamaWeights::of(*Gguf::parse(file), options));
  if (!model) FAIL(model.error().message);
  TorchLlama plain = model->sibling();
  TorchCudaGraph graph(*std::move(model));
  auto a = plain.start(), b = graph.start(16);
  for (TokenId id = 0; id < 40; ++id) {
    const auto expected = plain.forward_tensor(a, {&id, 1});
    const auto logits = graph.forward_tensor(b, {&id, 1});
    REQUIRE(expected);
    REQUIRE(logits);
    CHECK(at::allclose(*logits, *expected, 1e-3, 1e-4));
  }
  CHECK(b.room() == 64);
}

#else

TEST_CASE("Steps as a CUDA graph need libtorch_cuda") {
  WARN("skipped: these tests are not linked with libtorch_cuda (TAMIS_TORCH_CUDA)");
}

#endif
