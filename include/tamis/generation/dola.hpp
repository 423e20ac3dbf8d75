#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "dola_layers.hpp"
#include "language_model.hpp"
#include "layered_model.hpp"
#include "log_softmax_row.hpp"

namespace tamis {

/// DoLa, decoding by contrasting layers: a language model made of one, whose logits say by how much
/// likelier a token has become from an early layer to the last.
///
/// \f$ z_i = \ln p_i - \ln q_i \f$ for the tokens with \f$ p_i \ge 0.1 \max p \f$, the others are
/// masked. p is the softmax of the model's logits, q that of what its output head makes of the
/// hidden state of an early layer: of those given, the one for which the Jensen-Shannon divergence
/// of p and q is greatest, at each token anew.
///
///     auto dola = Dola<Llama>::of(*model, dola_layers(DolaRange::high, *model));
///     auto made = generate(*dola, tokenizer, sampler, prompt);
///
/// Costs an output head for each early layer. HF recommends a repetition penalty of 1.2 with it.
///
/// Source: Chuang et al., "DoLa: decoding by contrasting layers improves factuality in large
/// language models", ICLR 2024; `_dola_decoding` of HF transformers 4.55.
template <LanguageModel M>
class Dola {
  static_assert(
      LayeredModel<M>,
      "tamis: DoLa contrasts the hidden states of layers, and this model shows none; give it "
      "forward_layers() and logits_of_hidden(), as Llama has");

 public:
  using Cache = typename M::Cache;

  /// What the likeliest token's probability is multiplied by, for the others to reach.
  static constexpr double relative_top = 0.1;

  /// \param model   must outlive this
  /// \param layers  early ones, one or more: 0, the embedding, to the last but one
  static Result<Dola> of(M& model, std::vector<int> layers) {
    if (layers.empty()) return Error{"there is no layer to contrast with; give one or more"};
    for (const int layer : layers)
      if (layer < 0 || layer >= model.layer_count())
        return Error{"layer " + std::to_string(layer) + " cannot be contrasted with the last, " +
                     std::to_string(model.layer_count()) + "; those before it are 0 to " +
                     std::to_string(model.layer_count() - 1)};
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return Dola(model, std::move(layers));
  }

  TokenId vocab_size() const { return model_->vocab_size(); }
  int context_size() const requires requires(const M& model) {
    { model.context_size() } -> std::convertible_to<int>;
  }
  { return model_->context_size(); }
  Cache start() const { return model_->start(); }

  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    std::vector<int> layers = layers_;
    layers.push_back(model_->layer_count());
    hidden_.clear();
    model_->forward_layers(cache, ids, layers,
                           [&](int, std::size_t i, std::span<const float> hidden) {
                             if (i + 1 == ids.size())
                               hidden_.emplace_back(hidden.begin(), hidden.end());
                           });
    if (hidden_.size() != layers.size()) return {};
    const std::span<const float> logits = model_->logits_of_hidden(hidden_.back());
    logits_.assign(logits.begin(), logits.end());
    if (log_softmax_row(logits_, last_) != Fault::none) return logits_;
    double most = -1;
    for (std::size_t at = 0; at < layers_.size(); ++at) {
      // What an early layer makes of it may be beyond the floats; then there is nothing to
      // contrast.
      if (log_softmax_row(model_->logits_of_hidden(hidden_[at]), early_) != Fault::none) continue;
      const double divergence = layers_.size() > 1 ? divergence_of(last_, early_) : 0;
      if (divergence <= most) continue;
      most = divergence;
      layer_ = layers_[at];
      std::swap(early_, chosen_);
    }
    if (most >= 0) contrast();
    return logits_;
  }

  /// The layers that may be contrasted with, rising.
  std::span<const int> layers() const { return layers_; }
  /// The layer that the last token was contrasted with.
  int last_layer() const { return layer_; }

 private:
  Dola(M& model, std::vector<int> layers) : model_(&model), layers_(std::move(layers)) {}

  /// Twice the Jensen-Shannon divergence, in nats, of two rows of log-probabilities.
  static double divergence_of(const std::vector<float>& p, const std::vector<float>& q) {
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (std::max(p[i], q[i]) < -30) continue;  // less than 1e-11 together, of 2^20 tokens
      const double middle = 0.5 * (std::exp(double{p[i]}) + std::exp(double{q[i]}));
      const double twice = 2 * std::log(middle);
      if (p[i] != masked && q[i] != masked) sum += middle * (twice - p[i] - q[i]);
    }
    return sum;
  }

  void contrast() {
    const float least =
        *std::max_element(last_.begin(), last_.end()) + static_cast<float>(std::log(relative_top));
    for (std::size_t i = 0; i < last_.size(); ++i)
      logits_[i] = last_[i] < least || chosen_[i] == masked ? masked : last_[i] - chosen_[i];
  }

  M* model_;
  std::vector<int> layers_;
  int layer_ = 0;
  std::vector<std::vector<float>> hidden_;  ///< of the last token, by layer
  std::vector<float> logits_;
  std::vector<float> last_, early_, chosen_;  ///< log-probabilities, [V]
};

}  // namespace tamis
