#pragma once

/// \file toy_model.hpp
/// A language model of a few tokens, whose every answer is known.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "../core/philox.hpp"
#include "../core/types.hpp"
#include "../generation/language_model.hpp"

namespace tamis::testing {

/// A toy language model. Its logits are a function of the tokens before, which the test knows as
/// well; and it counts what it is given to read.
///
/// A bigram model, of a given table, has answers that can be worked out by hand. One that remembers
/// all has none, but gives other logits after any other history: a cache that is wrong by one token
/// anywhere shows.
class ToyModel {
 public:
  /// The tokens themselves.
  class Cache {
   public:
    int length() const { return static_cast<int>(tokens_.size()); }
    void rewind(int length) { tokens_.resize(static_cast<std::size_t>(length)); }
    std::size_t bytes() const { return tokens_.size() * sizeof(TokenId); }
    std::span<const TokenId> tokens() const { return tokens_; }

   private:
    friend class ToyModel;
    std::vector<TokenId> tokens_;
  };

  static constexpr int unlimited = std::numeric_limits<int>::max();

  /// A bigram model: `table[a][b]` is the logit of b after a, [V][V].
  static ToyModel bigram(std::vector<std::vector<float>> table, int context_size = unlimited) {
    ToyModel model(static_cast<TokenId>(table.size()), context_size);
    model.table_ = std::move(table);
    return model;
  }

  /// After each token comes the next, the first after the last, surely: the others are masked.
  static ToyModel counting(TokenId vocab_size, int context_size = unlimited) {
    const auto size = static_cast<std::size_t>(vocab_size);
    std::vector<std::vector<float>> table(size, std::vector<float>(size, masked));
    for (std::size_t a = 0; a < size; ++a) table[a][(a + 1) % size] = 0;
    return bigram(std::move(table), context_size);
  }

  /// A model whose logits, between -spread and spread, depend on all tokens before and on `seed`.
  static ToyModel remembering(TokenId vocab_size, std::uint64_t seed = 1, float spread = 3) {
    ToyModel model(vocab_size, unlimited);
    model.seed_ = seed;
    model.spread_ = spread;
    return model;
  }

  TokenId vocab_size() const { return vocab_size_; }
  int context_size() const { return context_size_; }
  Cache start() const { return {}; }

  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    cache.tokens_.insert(cache.tokens_.end(), ids.begin(), ids.end());
    tokens_read_ += ids.size();
    logits_ = logits_after(cache.tokens_);
    return logits_;
  }

  /// As forward(), and calls visit(i, logits) with the logits after each of the ids.
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    for (std::size_t i = 0; i < ids.size(); ++i) visit(i, forward(cache, ids.subspan(i, 1)));
  }

  /// How many tokens it has been given to read, with all caches.
  std::size_t tokens_read() const { return tokens_read_; }

  /// The logits of the token after these, one or more, [V].
  std::vector<float> logits_after(std::span<const TokenId> tokens) const {
    if (!table_.empty()) return table_[static_cast<std::size_t>(tokens.back())];
    std::uint64_t hash = 14695981039346656037u;  // FNV-1a
    for (const TokenId id : tokens) hash = (hash ^ static_cast<std::uint32_t>(id)) * 1099511628211u;
    std::vector<float> logits(static_cast<std::size_t>(vocab_size_));
    for (std::size_t id = 0; id < logits.size(); ++id)
      logits[id] =
          spread_ * (2 * Stream{seed_, hash}.uniform(static_cast<std::uint32_t>(id), 0) - 1);
    return logits;
  }

  /// ln p of each token after these, in the softmax of the logits, [V].
  std::vector<double> log_probabilities_after(std::span<const TokenId> tokens) const {
    const std::vector<float> logits = logits_after(tokens);
    const double top = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float z : logits) sum += std::exp(z - top);
    std::vector<double> log_probabilities;
    for (const float z : logits) log_probabilities.push_back(z - top - std::log(sum));
    return log_probabilities;
  }

  /// ln p of `continuation` after `prompt`, which has one token or more.
  double log_probability(std::span<const TokenId> prompt,
                         std::span<const TokenId> continuation) const {
    std::vector<TokenId> tokens(prompt.begin(), prompt.end());
    double sum = 0;
    for (const TokenId id : continuation) {
      sum += log_probabilities_after(tokens)[static_cast<std::size_t>(id)];
      tokens.push_back(id);
    }
    return sum;
  }

 private:
  ToyModel(TokenId vocab_size, int context_size)
      : vocab_size_(vocab_size), context_size_(context_size) {}

  TokenId vocab_size_;
  int context_size_;
  std::vector<std::vector<float>> table_;  ///< of a bigram model
  std::uint64_t seed_ = 0;
  float spread_ = 0;
  std::vector<float> logits_;
  std::size_t tokens_read_ = 0;
};

static_assert(LanguageModel<ToyModel>);

}  // namespace tamis::testing
