/// \file torch_model_in_module.cpp
/// Models on libtorch, for `tamis generate` to run.

#include <ATen/Parallel.h>

#include <memory>
#include <tamis/models/torch/torch_llama.hpp>
#include <tamis/models/torch/torch_options.hpp>
#include <utility>

#include "../torch_model.hpp"

namespace {

using command::TorchModelInModule;

class Remembered final : public TorchModelInModule::Memory {
 public:
  explicit Remembered(tamis::TorchKvCache cache) : cache(std::move(cache)) {}
  std::unique_ptr<Memory> copy() const override { return std::make_unique<Remembered>(cache); }
  int length() const override { return cache.length(); }
  std::size_t bytes() const override { return cache.bytes(); }
  void rewind(int length) override { cache.rewind(length); }

  tamis::TorchKvCache cache;
};

class Llama final : public TorchModelInModule {
 public:
  explicit Llama(tamis::TorchLlama model) : model_(std::move(model)) {}
  tamis::TokenId vocab_size() const override { return model_.vocab_size(); }
  int context_size() const override { return model_.context_size(); }
  std::unique_ptr<Memory> start() const override {
    return std::make_unique<Remembered>(model_.start());
  }
  tamis::Result<void> check(const Memory& memory,
                            std::span<const tamis::TokenId> ids) const override {
    return model_.check(static_cast<const Remembered&>(memory).cache, ids);
  }
  Logits forward(Memory& memory, std::span<const tamis::TokenId> ids) override {
    return model_.forward(static_cast<Remembered&>(memory).cache, ids);
  }
  void forward_each(Memory& memory, std::span<const tamis::TokenId> ids,
                    const std::function<void(std::size_t, Logits)>& visit) override {
    model_.forward_each(static_cast<Remembered&>(memory).cache, ids, visit);
  }

 private:
  tamis::TorchLlama model_;
};

tamis::Result<std::shared_ptr<TorchModelInModule>> open(const std::string& path,
                                                        const std::string& device,
                                                        const std::string& dtype, int threads) {
  at::set_num_threads(threads);
  const auto options = tamis::TorchOptions::of(device, dtype);
  if (!options) return options.error();
  auto model = tamis::TorchLlama::open(path, *options);
  if (!model) return model.error();
  return std::shared_ptr<TorchModelInModule>(std::make_shared<Llama>(*std::move(model)));
}

}  // namespace

/// What `tamis` looks for in the module; returns through `made`, since a class has no place in C.
extern "C" __attribute__((visibility("default"))) void tamis_open_torch_model(
    const std::string& path, const std::string& device, const std::string& dtype, int threads,
    tamis::Result<std::shared_ptr<TorchModelInModule>>& made) {
  made = open(path, device, dtype, threads);
}
