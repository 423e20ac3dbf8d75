#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "beam_candidates.hpp"
#include "collect_from.hpp"
#include "contrastive_options.hpp"
#include "kv_cache.hpp"
#include "layered_model.hpp"

namespace tamis {

/// The draw of a contrastive search, and what it remembers of the text: of the likeliest tokens,
/// the one with the greatest (1 - alpha) p - alpha s, where s is the greatest cosine of its hidden
/// state in the last layer with those of all tokens before it.
///
/// Stands where a sampler does. It reads each candidate with the model and goes back; after a
/// choice, the chosen token has been read.
template <class M, class S>
class ContrastiveChoice {
  static_assert(KvCache<typename M::Cache>,
                "tamis: a contrastive search reads tokens and goes back, which this type of cache "
                "cannot; give the model one with rewind(n)");

 public:
  /// \param model    must outlive this
  /// \param sampler  its policies are applied before the likeliest are looked for; not its draw
  ContrastiveChoice(M& model, S sampler, const ContrastiveOptions& options)
      : model_(model), sampler_(std::move(sampler)), options_(options), cache_(model.start()) {}

  /// Reads tokens that are given.
  void read(std::span<const TokenId> ids) { look(ids); }

  /// Forgets all but the first `length` tokens.
  void rewind(std::size_t length) {
    if (length >= states_.size()) return;
    cache_.rewind(static_cast<int>(length));
    states_.resize(length);
    if (cache_.length() == static_cast<int>(length)) return;
    // A window cannot go back far; then it is read again.
    std::vector<TokenId> tokens;
    for (const State& state : states_) tokens.push_back(state.token);
    cache_ = model_.start();
    states_.clear();
    look(tokens);
  }

  /// Has read `ids` and nothing else: goes back to where they part from what it has read, and on.
  void follow(std::span<const TokenId> ids) {
    std::size_t same = 0;
    while (same < ids.size() && same < states_.size() && ids[same] == states_[same].token) ++same;
    rewind(same);
    if (same < ids.size()) look(ids.subspan(same));
  }

  /// How many tokens it has read.
  std::size_t length() const { return states_.size(); }

  /// The logits of the token after what has been read, one token or more; valid until the next
  /// call.
  std::span<const float> logits() { return model_.logits_of_hidden(states_.back().hidden); }

  template <class Row>
  Choice operator()(Row& row) {
    BeamCandidates likeliest(static_cast<std::size_t>(options_.top_k));
    std::vector<double> all;
    const Fault fault = collect_from(sampler_, row, [&](TokenId id, double z) {
      likeliest.offer({0, id, z, z, z});
      all.push_back(z);
    });
    if (fault != Fault::none) return {.fault = fault};
    if (all.empty()) return {.fault = Fault::all_masked};
    const double top = likeliest.best().front().score;
    double total = 0;
    for (const double z : all) total += std::exp(z - top);

    // From the least likely on, so that the likeliest, which mostly wins, need not be read again.
    const std::size_t length = states_.size();
    const BeamCandidates::Candidate* best = nullptr;
    double most = -std::numeric_limits<double>::infinity();
    for (auto one = likeliest.best().rbegin(); one != likeliest.best().rend(); ++one) {
      rewind(length);
      look({&one->token, 1});
      const double p = std::exp(one->score - top) / total;
      const double score =
          (1 - options_.penalty_alpha) * p - options_.penalty_alpha * likeness(length);
      if (best && score < most) continue;
      best = &*one;
      most = score;
    }
    if (best != &likeliest.best().front()) {
      rewind(length);
      look({&best->token, 1});
    }
    const double surprise = top + std::log(total) - best->score;
    return {.token = best->token,
            .logit = static_cast<float>(best->score),
            .surprise = static_cast<float>(surprise)};
  }

 private:
  struct State {
    TokenId token;
    std::vector<float> hidden;  ///< of the last layer
    double norm;
  };

  void look(std::span<const TokenId> ids) {
    const int last = model_.layer_count();
    model_.forward_layers(
        cache_, ids, std::span(&last, 1), [&](int, std::size_t i, std::span<const float> hidden) {
          double square = 0;
          for (const float x : hidden) square += double{x} * x;
          states_.push_back({ids[i], {hidden.begin(), hidden.end()}, std::sqrt(square)});
        });
  }

  /// The greatest cosine of the last state with the first `count`.
  double likeness(std::size_t count) const {
    const State& one = states_.back();
    double most = -1;
    for (std::size_t at = 0; at < count; ++at) {
      const State& other = states_[at];
      float product = 0;
      for (std::size_t i = 0; i < one.hidden.size(); ++i)
        product += one.hidden[i] * other.hidden[i];
      most = std::max(most, product / (one.norm * other.norm));
    }
    return most;
  }

  M& model_;
  S sampler_;
  ContrastiveOptions options_;
  typename M::Cache cache_;
  std::vector<State> states_;  ///< of each token read
};

}  // namespace tamis
