#pragma once

/// \file torch_cuda_graph.hpp
/// Steps of a llama on libtorch as a CUDA graph. Empty where the headers of CUDA are not found;
/// needs libtorch_cuda (TAMIS_TORCH_CUDA).

#if __has_include(<cuda_runtime_api.h>)

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "../../core/result.hpp"
#include "../../core/types.hpp"
#include "../../generation/language_model.hpp"
#include "torch_llama.hpp"

namespace tamis {

/// A TorchLlama on a GPU that reads a single token by replaying a graph: the launches of all layers
/// cost as much as one. Several tokens go through the model as ever.
///
///     TorchCudaGraph fast(*std::move(model));
///     auto cache = fast.start(1024);
///
/// The graph is of one cache and its room, and is captured again for another, which costs as much
/// as some tens of steps: give the cache the room that it will need, and take turns seldom.
class TorchCudaGraph {
 public:
  using Cache = TorchLlama::Cache;

  /// \param model  on a CUDA device; on another all is as without graphs
  explicit TorchCudaGraph(TorchLlama model) : model_(std::move(model)) {}

  TokenId vocab_size() const { return model_.vocab_size(); }
  int context_size() const { return model_.context_size(); }
  std::size_t bytes() const { return model_.bytes(); }
  Cache start(int room = 1024) const { return model_.start(room); }
  Result<void> check(const Cache& cache, std::span<const TokenId> ids) const {
    return model_.check(cache, ids);
  }

  /// As TorchLlama::forward().
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    const auto logits = forward_tensor(cache, ids);
    if (!logits) return {};
    host_ = logits->to(at::kCPU, at::kFloat).contiguous();
    return {host_.data_ptr<float>(), static_cast<std::size_t>(vocab_size())};
  }

  /// As forward(), but the logits, [vocab_size], stay on the device; they are written over by the
  /// next step. Nothing waits for the device.
  Result<at::Tensor> forward_tensor(Cache& cache, std::span<const TokenId> ids) {
    if (!model_.options().device.is_cuda() || ids.size() != 1)
      return model_.forward_tensor(cache, ids);
    if (auto checked = check(cache, ids); !checked) return checked.error();
    return detail::guard_torch("libtorch could not run the model", [&]() -> Result<at::Tensor> {
      const at::NoGradGuard no_gradients;
      const c10::cuda::CUDAGuard on_device(model_.options().device);
      cache.reserve(cache.length() + 1);
      set_inputs(ids[0], cache.length());
      if (captured_.defined() && captured_.is_same(cache.memory()))
        graph_->replay();
      else
        capture(cache);
      cache.advance(1);
      return logits_;
    });
  }

  /// The model, for what has no graph: batches, and the logits of each token.
  TorchLlama& model() { return model_; }

 private:
  void set_inputs(TokenId id, int position) {
    const auto numbers = at::TensorOptions().dtype(at::kLong).device(model_.options().device);
    if (!id_.defined()) {
      id_ = at::empty({1}, numbers);
      position_ = at::empty({1}, numbers);
    }
    id_.fill_(id);
    position_.fill_(position);
  }

  /// Captures the step for this cache, and takes it. The first run, outside of the graph, lets the
  /// libraries choose their kernels and take their memory; a step twice is a step once.
  void capture(const Cache& cache) {
    captured_ = at::Tensor();
    graph_ = std::make_unique<at::cuda::CUDAGraph>();
    const auto caller = c10::cuda::getCurrentCUDAStream();
    const auto side = c10::cuda::getStreamFromPool(false, caller.device_index());
    caller.synchronize();
    {
      const c10::cuda::CUDAStreamGuard on_side(side);
      model_.step(id_, position_, cache);
      side.synchronize();
      graph_->capture_begin();
      logits_ = model_.step(id_, position_, cache);
      graph_->capture_end();
    }
    captured_ = cache.memory();
    graph_->replay();
  }

  TorchLlama model_;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
  at::Tensor id_, position_, logits_, captured_;  // captured_: the memory of the graph's cache
  at::Tensor host_;                               // the logits that were returned last
};

static_assert(LanguageModel<TorchCudaGraph>);

}  // namespace tamis

#endif
