#pragma once

/// \file torch_module.hpp
/// Any function of libtorch's tensors, from tokens to logits, as a language model.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../../core/types.hpp"
#include "../../generation/language_model.hpp"
#include "torch_options.hpp"

namespace tamis {

/// What a file does not say of the model in it.
struct TorchModuleOptions {
  c10::Device device{c10::kCPU};
  int context = std::numeric_limits<int>::max();  ///< how many tokens a sequence may have
  std::vector<at::Tensor> start = {};  ///< the memory before the first token; none: no memory
};

/// A language model that is a function of tensors. One without memory is given the whole sequence
/// each time:
///
///     ids [1, T], int64                  ->  logits [1, T, V]
///
/// and one with memory the new tokens and what it has returned last:
///
///     ids [1, t], int64, memory...       ->  logits [1, t, V], memory...
///
/// TorchScript (torch_script.hpp) and packages of AOTInductor (torch_package.hpp) are such
/// functions. A memory whose tensors have a dimension that grows with the tokens can be rewound; by
/// the first token the model finds out which. Made for one thread at a time.
class TorchModule {
 public:
  using Function = std::function<std::vector<at::Tensor>(std::vector<at::Tensor>)>;

  /// A sequence so far.
  class Cache {
   public:
    Cache(const Cache& other) { *this = other; }
    /// Copies the memory too, for a function may write into it.
    Cache& operator=(const Cache& other) {
      if (this == &other) return *this;
      ids_ = other.ids_;
      growing_ = other.growing_;
      memory_.clear();
      for (const at::Tensor& tensor : other.memory_) memory_.push_back(tensor.clone());
      return *this;
    }
    Cache(Cache&&) noexcept = default;
    Cache& operator=(Cache&&) noexcept = default;

    int length() const { return static_cast<int>(ids_.size()); }
    std::size_t bytes() const {
      std::size_t sum = ids_.size() * sizeof(std::int64_t);
      for (const at::Tensor& tensor : memory_) sum += tensor.nbytes();
      return sum;
    }
    Cache fork() const { return *this; }

    /// May all but the first `length` tokens be forgotten?
    Result<void> check_rewind(int length) const {
      const bool shrinks =
          std::none_of(growing_.begin(), growing_.end(), [](auto axis) { return axis < 0; });
      if (shrinks || length == this->length()) return {};
      return Error{
          "the memory of the model does not grow with its tokens, so none can be taken back"};
    }
    /// Forgets all but the first `length` tokens. What check_rewind() refuses changes nothing, and
    /// returns false.
    bool rewind(int length) {
      if (!check_rewind(length)) return false;
      ids_.resize(static_cast<std::size_t>(length));
      for (std::size_t i = 0; i < memory_.size(); ++i)
        if (growing_[i] >= 0) memory_[i] = memory_[i].narrow(growing_[i], 0, length);
      return true;
    }

   private:
    friend class TorchModule;
    Cache() = default;

    std::vector<std::int64_t> ids_;
    std::vector<at::Tensor> memory_;
    std::vector<std::int64_t>
        growing_;  // of each tensor the axis of the tokens; -1 if there is none
  };

  /// The model of a function, which is tried with one token: an error says what it does not do.
  static Result<TorchModule> of(Function function, TorchModuleOptions options = {}) {
    if (auto checked = TorchOptions{options.device}.check(); !checked) return checked.error();
    TorchModule model(std::move(function), std::move(options));
    for (at::Tensor& tensor : model.options_.start) tensor = tensor.to(model.options_.device);
    Cache cache = model.start();
    const TokenId first = 0;
    const auto logits = model.run(cache, {&first, 1});
    if (!logits) return logits.error();
    model.vocabulary_ = static_cast<TokenId>(logits->size(1));
    for (std::size_t i = 0; i < cache.memory_.size(); ++i)
      model.growing_.push_back(grown_axis(model.options_.start[i], cache.memory_[i]));
    return model;
  }

  TokenId vocab_size() const { return vocabulary_; }
  /// How many tokens a sequence may have.
  int context_size() const { return options_.context; }
  /// Does the function remember what it has read?
  bool has_memory() const { return !options_.start.empty(); }

  Cache start() const {
    Cache cache;
    cache.growing_ = growing_;
    for (const at::Tensor& tensor : options_.start) cache.memory_.push_back(tensor.clone());
    return cache;
  }

  /// May `ids` be appended to the sequence in the cache? An error says why not.
  Result<void> check(const Cache& cache, std::span<const TokenId> ids) const {
    if (ids.empty()) return Error{"there is no token to go on from; give one or more"};
    if (cache.memory_.size() != options_.start.size())
      return Error{"the cache is of another model; begin with this model's start()"};
    const auto room = static_cast<std::size_t>(std::max(0, options_.context - cache.length()));
    if (ids.size() > room)
      return Error{"the text is " + std::to_string(cache.ids_.size() + ids.size()) +
                   " tokens long; the model takes " + std::to_string(options_.context)};
    for (const TokenId id : ids)
      if (id < 0 || id >= vocabulary_)
        return Error{"there is no token " + std::to_string(id) + "; the model's are 0 to " +
                     std::to_string(vocabulary_ - 1)};
    return {};
  }

  /// Appends `ids` and returns the logits of the token after the last, [vocab_size], in the memory
  /// of the host; they are valid until the next call. What check() refuses changes nothing and
  /// returns an empty span, and so does what the function fails at: see fault().
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    const auto logits = forward_tensor(cache, ids);
    return logits ? row_of(*logits) : std::span<const float>();
  }

  /// As forward(), but the logits, [vocab_size], stay on the device, in the function's numbers.
  Result<at::Tensor> forward_tensor(Cache& cache, std::span<const TokenId> ids) {
    const auto logits = checked_run(cache, ids);
    if (!logits) return logits;
    return logits->select(0, logits->size(0) - 1);
  }

  /// As forward(), and calls visit(i, logits) for each i: the logits, [vocab_size], of the token
  /// after ids[i], in order. They are valid during the call.
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    const auto logits = checked_run(cache, ids);
    if (!logits) return;
    const std::int64_t before = logits->size(0) - static_cast<std::int64_t>(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
      visit(i, row_of(logits->select(0, before + static_cast<std::int64_t>(i))));
  }

  /// Why the last call of a forward function returned nothing; nothing if all went well.
  const std::optional<Error>& fault() const { return fault_; }

 private:
  TorchModule(Function function, TorchModuleOptions options)
      : function_(std::move(function)), options_(std::move(options)) {}

  /// The axis that had no token and has one; -1 if there is none.
  static std::int64_t grown_axis(const at::Tensor& before, const at::Tensor& after) {
    if (before.dim() != after.dim()) return -1;
    for (std::int64_t axis = 0; axis < before.dim(); ++axis)
      if (before.size(axis) == 0 && after.size(axis) == 1) return axis;
    return -1;
  }

  static std::string shape_text(const at::Tensor& tensor) {
    std::string text = "[";
    for (const std::int64_t extent : tensor.sizes())
      text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    return text + "]";
  }

  Result<at::Tensor> checked_run(Cache& cache, std::span<const TokenId> ids) {
    const auto checked = check(cache, ids);
    Result<at::Tensor> logits = checked ? run(cache, ids) : Result<at::Tensor>(checked.error());
    fault_ = logits ? std::nullopt : std::optional<Error>(logits.error());
    return logits;
  }

  /// Appends the ids; the logits of them, or of the whole sequence, [tokens, vocabulary].
  Result<at::Tensor> run(Cache& cache, std::span<const TokenId> ids) const {
    const at::NoGradGuard no_gradients;
    return detail::guard_torch("the module failed", [&]() -> Result<at::Tensor> {
      std::vector<std::int64_t> read(has_memory() ? std::vector<std::int64_t>() : cache.ids_);
      read.insert(read.end(), ids.begin(), ids.end());
      const auto count = static_cast<std::int64_t>(read.size());
      std::vector<at::Tensor> arguments{at::from_blob(read.data(), {1, count}, at::kLong)
                                            .to(options_.device, at::kLong, false, true)};
      arguments.insert(arguments.end(), cache.memory_.begin(), cache.memory_.end());
      std::vector<at::Tensor> results = function_(std::move(arguments));
      if (results.size() != 1 + options_.start.size())
        return Error{"the module returns " + std::to_string(results.size()) + " tensors; " +
                     std::to_string(1 + options_.start.size()) +
                     " are needed, the logits and what it remembers"};
      const at::Tensor& logits = results.front();
      const bool fits = logits.dim() == 3 && logits.size(0) == 1 && logits.size(1) == count &&
                        logits.size(2) > 0 && logits.is_floating_point() &&
                        (vocabulary_ == 0 || logits.size(2) == vocabulary_);
      if (!fits)
        return Error{
            "the module returns logits of the shape " + shape_text(logits) + " and type " +
            c10::toString(logits.scalar_type()) + " for " + std::to_string(count) +
            " tokens; floating-point numbers [1, " + std::to_string(count) +
            (vocabulary_ == 0 ? ", vocabulary]" : ", " + std::to_string(vocabulary_) + "]") +
            " are needed"};
      cache.ids_.insert(cache.ids_.end(), ids.begin(), ids.end());
      cache.memory_.assign(results.begin() + 1, results.end());
      return logits.squeeze(0);
    });
  }

  std::span<const float> row_of(const at::Tensor& logits) {
    host_ = logits.to(at::kCPU, at::kFloat).contiguous();
    return {host_.data_ptr<float>(), static_cast<std::size_t>(vocabulary_)};
  }

  Function function_;
  TorchModuleOptions options_;
  TokenId vocabulary_ = 0;
  std::vector<std::int64_t> growing_;
  at::Tensor host_;  // the logits that were returned last
  std::optional<Error> fault_;
};

static_assert(LanguageModel<TorchModule>);

}  // namespace tamis
