#pragma once

/// \file torch_model.hpp
/// A model on libtorch, which lives in the module tamis-torch.so: the program itself knows nothing
/// of libtorch.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <utility>

namespace command {

/// What the module makes of a model.
class TorchModelInModule {
 public:
  using Logits = std::span<const float>;

  /// What the model remembers of a sequence.
  class Memory {
   public:
    virtual ~Memory() = default;
    virtual std::unique_ptr<Memory> copy() const = 0;
    virtual int length() const = 0;
    virtual std::size_t bytes() const = 0;
    virtual void rewind(int length) = 0;
  };

  virtual ~TorchModelInModule() = default;
  virtual tamis::TokenId vocab_size() const = 0;
  virtual int context_size() const = 0;
  virtual std::unique_ptr<Memory> start() const = 0;
  virtual tamis::Result<void> check(const Memory& memory,
                                    std::span<const tamis::TokenId> ids) const = 0;
  virtual Logits forward(Memory& memory, std::span<const tamis::TokenId> ids) = 0;
  virtual void forward_each(Memory& memory, std::span<const tamis::TokenId> ids,
                            const std::function<void(std::size_t, Logits)>& visit) = 0;
};

/// A LanguageModel.
class TorchModel {
 public:
  class Cache {
   public:
    explicit Cache(std::unique_ptr<TorchModelInModule::Memory> memory)
        : memory_(std::move(memory)) {}
    Cache(const Cache& other) : memory_(other.memory_->copy()) {}
    Cache& operator=(const Cache& other) {
      memory_ = other.memory_->copy();
      return *this;
    }
    Cache(Cache&&) noexcept = default;
    Cache& operator=(Cache&&) noexcept = default;

    int length() const { return memory_->length(); }
    std::size_t bytes() const { return memory_->bytes(); }
    void rewind(int length) { memory_->rewind(length); }

   private:
    friend class TorchModel;
    std::unique_ptr<TorchModelInModule::Memory> memory_;
  };

  explicit TorchModel(std::shared_ptr<TorchModelInModule> model) : model_(std::move(model)) {}

  /// Loads the module and with it the model of a folder or a GGUF file; a sentence where there is
  /// no libtorch.
  static tamis::Result<TorchModel> open(const std::string& path, const std::string& device,
                                        const std::string& dtype, int threads);

  tamis::TokenId vocab_size() const { return model_->vocab_size(); }
  int context_size() const { return model_->context_size(); }
  Cache start() const { return Cache(model_->start()); }
  tamis::Result<void> check(const Cache& cache, std::span<const tamis::TokenId> ids) const {
    return model_->check(*cache.memory_, ids);
  }
  std::span<const float> forward(Cache& cache, std::span<const tamis::TokenId> ids) {
    return model_->forward(*cache.memory_, ids);
  }
  template <class Visit>
  void forward_each(Cache& cache, std::span<const tamis::TokenId> ids, Visit&& visit) {
    model_->forward_each(*cache.memory_, ids, std::ref(visit));
  }

 private:
  std::shared_ptr<TorchModelInModule> model_;
};

/// What the module has for TorchModel::open().
using OpenTorchModel = void (*)(const std::string& path, const std::string& device,
                                const std::string& dtype, int threads,
                                tamis::Result<std::shared_ptr<TorchModelInModule>>& made);

}  // namespace command
