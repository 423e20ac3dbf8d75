#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <tuple>
#include <vector>

#include "../core/distribution.hpp"
#include "../core/executor.hpp"
#include "../core/policy.hpp"
#include "../core/types.hpp"
#include "../policies/top_k.hpp"
#include "../sampler.hpp"

namespace tamis {

/// Mirostat 1: a top-k whose k follows from a Zipf's law that is fitted to the likeliest tokens, and from `mu`, which is
/// steered so that the surprise of what is drawn stays near `tau`. Both in nats.
///
///     MirostatOne sampler({.tau = 3, .vocab_size = 49152}, Temperature{0.8f});
///
/// Over the `fitted` likeliest, with \f$ t_i = \ln \frac{i+2}{i+1} \f$:
/// \f$ s = \sum t_i (z_i - z_{i+1}) / \sum t_i^2 \f$, and with \f$ \epsilon = s - 1 \f$ and N the size of the vocabulary
/// \f$ k = (\epsilon e^\mu / (1 - N^{-\epsilon}))^{1/s} \f$. At least one token is kept, and those that tie with the last.
///
/// A sampler and no policy: a policy sees a row's maximum and its sums, but no logits in order. This one takes a row
/// twice, through the policies before it to the likeliest tokens, and through the same policies and a top-k to the draw.
///
/// Requires `tau > 0`, `eta >= 0`, `fitted >= 2`; policies that learn nothing. One sampler a request.
/// Source: Basu et al., "Mirostat: a neural text decoding algorithm...", ICLR 2021, algorithm 1; llama.cpp,
/// `llama_sampler_init_mirostat`, whose tau and mu are in bits.
template <class... Ps>
class MirostatOne {
  static_assert(!(Observer<Ps> || ...) && !(Draw<Ps> || ...),
                "tamis: MirostatOne draws, and learns, by itself; give it policies that do neither");

 public:
  struct Options {
    float tau = 3.0f;
    float eta = 0.1f;
    std::size_t vocab_size = 0;  ///< of the model, whatever is left of it
    unsigned fitted = 100;
  };

  explicit MirostatOne(Options options, Ps... before)
      : options_(options), before_(before...), mu_(2 * static_cast<double>(options.tau)) {}

  /// Draws one token, and learns from it.
  template <RowExecutor E>
  Choice operator()(E& row) {
    const auto top = sampler(options_.fitted).distribution(row);
    if (top.fault() != Fault::none) return {.fault = top.fault()};
    const Choice choice = sampler(rank_of(top))(row);
    if (choice.fault == Fault::none) observe(row, choice);
    return choice;
  }

  /// Learns from a token of this row, whoever chose it, with its surprise.
  template <RowExecutor E>
  void observe(E&, const Choice& choice) {
    mu_ -= static_cast<double>(options_.eta) * static_cast<double>(choice.surprise - options_.tau);
  }

  /// What it draws from.
  template <RowExecutor E>
  Distribution distribution(E& row) const {
    auto top = sampler(options_.fitted).distribution(row);
    if (top.fault() != Fault::none) return top;
    return sampler(rank_of(top)).distribution(row);
  }

  double mu() const { return mu_; }

 private:
  auto sampler(unsigned k) const {
    return std::apply([&](const Ps&... before) { return Sampler<Ps..., TopK>(before..., TopK{k}); }, before_);
  }

  /// How many tokens to keep, given the likeliest.
  unsigned rank_of(const Distribution& top) const {
    std::vector<double> z;
    for (const auto& kept : top.kept()) z.push_back(kept.logit);
    std::sort(z.begin(), z.end(), std::greater<>());
    z.resize(std::min<std::size_t>(z.size(), options_.fitted));  // what ties with the last has come along
    double products = 0, squares = 0;
    for (std::size_t i = 0; i + 1 < z.size(); ++i) {
      const double t = std::log(static_cast<double>(i + 2) / static_cast<double>(i + 1));
      products += t * (z[i] - z[i + 1]);
      squares += t * t;
    }
    if (z.size() < 2) return 1;
    const double s = products / squares, epsilon = s - 1;
    const double log_size = std::log(static_cast<double>(std::max<std::size_t>(options_.vocab_size, z.size())));
    // epsilon / (1 - N^-epsilon), which is 1 / ln N at 0.
    const double factor = std::abs(epsilon) < 1e-9 ? 1 / log_size : epsilon / -std::expm1(-epsilon * log_size);
    const double log_rank = (std::log(factor) + mu_) / s;  // of equal logits s is 0: everything, or one
    const double most = 4294967295.0, rank = log_rank < std::log(most) ? std::exp(log_rank) : most;
    return rank >= 1 ? static_cast<unsigned>(rank) : 1;
  }

  Options options_;
  std::tuple<Ps...> before_;
  double mu_;  ///< how surprising a token may be; steered
};

}  // namespace tamis
