#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "language_model.hpp"

namespace tamis {

/// Classifier-free guidance: a language model made of a model that reads two texts, the prompt and a negative prompt,
/// both with what is generated behind them. Its logits lead from the second to the first, and past it:
///
/// \f$ z_i = u_i + s (c_i - u_i) \f$, c and u being the log-softmax after the prompt and after the negative one.
///
///     ClassifierFreeGuidance guided(model, 1.5, prompt, negative_prompt);
///     auto made = generate(guided, tokenizer, sampler, prompt);
///
/// A token that the model masks after either text is as after the prompt. Costs a reading of both prompts, and the model
/// twice a token.
///
/// Neutral: `scale = 1`; then the negative prompt is not read, and the logits are the model's own, bit for bit.
/// Requires `scale >= 0`, a prompt, and that this prompt is what is generated from.
/// Source: Sanchez et al., "Stay on topic with classifier-free guidance", 2023;
/// `UnbatchedClassifierFreeGuidanceLogitsProcessor` of HF, from which the default of the negative prompt is: the
/// prompt's last token.
template <LanguageModel M>
class ClassifierFreeGuidance {
 public:
  /// The memory of both texts. A value, if the model's is.
  class Cache {
   public:
    int length() const { return static_cast<int>(length_); }

    /// May all but the first `length` tokens be forgotten? Where the model's caches ask that.
    bool check_rewind(int length) const
      requires requires(const typename M::Cache& cache) { cache.check_rewind(0); }
    {
      const std::size_t other = other_at(static_cast<std::size_t>(length));
      return guided_.check_rewind(length) && (other >= other_length_ || other_.check_rewind(static_cast<int>(other)));
    }
    void rewind(int length)
      requires requires(typename M::Cache& cache) { cache.rewind(0); }
    {
      length_ = static_cast<std::size_t>(length);
      guided_.rewind(length);
      const std::size_t other = other_at(length_);
      if (other < other_length_) other_.rewind(static_cast<int>(other)), other_length_ = other;
    }
    std::size_t bytes() const
      requires requires(const typename M::Cache& cache) { cache.bytes(); }
    {
      return guided_.bytes() + other_.bytes();
    }

   private:
    friend class ClassifierFreeGuidance;
    Cache(M& model, std::size_t prompt_length, std::size_t negative_length)
        : guided_(model.start()), other_(model.start()), prompt_length_(prompt_length), negative_length_(negative_length) {}

    /// How many tokens of the other text go with so many. Within the prompt, its last one is read again: the logits
    /// come with it.
    std::size_t other_at(std::size_t length) const {
      return length >= prompt_length_ ? negative_length_ + length - prompt_length_ : negative_length_ - 1;
    }

    typename M::Cache guided_, other_;
    std::size_t prompt_length_, negative_length_;
    std::size_t length_ = 0, other_length_ = 0;
  };

  /// The model must outlive this.
  ClassifierFreeGuidance(M& model, double scale, std::span<const TokenId> prompt, std::vector<TokenId> negative_prompt = {})
      : model_(&model), scale_(scale), prompt_length_(prompt.size()), negative_(std::move(negative_prompt)) {
    if (negative_.empty() && !prompt.empty()) negative_.push_back(prompt.back());
  }

  TokenId vocab_size() const { return model_->vocab_size(); }

  /// How many tokens there is room for: less than the model's, if the negative prompt is the longer one.
  int context_size() const
    requires requires(const M& model) { { model.context_size() } -> std::convertible_to<int>; }
  {
    const std::size_t longer = negative_.size() > prompt_length_ ? negative_.size() - prompt_length_ : 0;
    return std::max(0, static_cast<int>(model_->context_size()) - static_cast<int>(longer));
  }

  Cache start() const { return Cache(*model_, prompt_length_, negative_.size()); }

  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    const std::size_t before = std::exchange(cache.length_, cache.length_ + ids.size());
    copy(model_->forward(cache.guided_, ids), logits_);
    if (scale_ == 1 || cache.length_ < prompt_length_ || negative_.empty()) return logits_;
    const std::span<const TokenId> behind = ids.subspan(before < prompt_length_ ? prompt_length_ - before : 0);
    std::vector<TokenId> unread(negative_.begin() + static_cast<std::ptrdiff_t>(std::min(cache.other_length_, negative_.size())),
                                negative_.end());
    unread.insert(unread.end(), behind.begin(), behind.end());
    cache.other_length_ += unread.size();
    copy(model_->forward(cache.other_, unread), other_);
    lead();
    return logits_;
  }

 private:
  static void copy(const auto& from, std::vector<float>& to) { to.assign(std::begin(from), std::end(from)); }

  /// ln sum e^z; NaN if a logit is not a number or infinite.
  static double log_sum(const std::vector<float>& logits) {
    const double top = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
    double sum = 0;
    for (const float z : logits) sum += std::exp(static_cast<double>(z) - top);
    return top + std::log(sum);
  }

  /// Turns the logits after the prompt into the guided ones.
  void lead() {
    const double guided_sum = log_sum(logits_), other_sum = log_sum(other_);
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      const double c = static_cast<double>(logits_[i]) - guided_sum, u = static_cast<double>(other_[i]) - other_sum;
      const bool open = logits_[i] != masked && other_[i] != masked;
      const double z = open ? u + scale_ * (c - u) : c;
      logits_[i] = static_cast<float>(z > static_cast<double>(greatest) ? static_cast<double>(greatest) : z);
    }
  }

  M* model_;
  double scale_;
  std::size_t prompt_length_;
  std::vector<TokenId> negative_;
  std::vector<float> logits_, other_;
};

}  // namespace tamis
