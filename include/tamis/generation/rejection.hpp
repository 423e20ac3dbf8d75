#pragma once

/// \file rejection.hpp
/// Whether a drafted token is accepted, and what is drawn if not.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "../core/distribution.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Rejection: draws from a sampler's distribution by way of a token that was drawn from another.
///
///     Rejection rejection(sampler);
///     rejection.propose(token, &draft);   // for the next draw
///     Choice choice = rejection(row);     // this token with probability min(1, p/q), else one of
///     max(0, p - q)
///
/// A sampler, like the one it holds: without a proposal it draws as that does. The coins are those
/// of the row, with salts of their own. What is drawn has the sampler's probabilities, whatever the
/// draft's.
///
/// The noise of single tokens, and a watermark that is in it, has no part in a token that was
/// proposed. Source: see Acceptance::rejection.
template <class S>
class Rejection {
  using Plain = std::remove_reference_t<std::unwrap_reference_t<S>>;

 public:
  /// A copy remembers what the sampler has learnt; a reference_wrapper lends it.
  explicit Rejection(S sampler) : sampler_(std::move(sampler)) {}

  const Plain& sampler() const { return sampler_; }

  /// For the next draw; `drawn_from` null: the token is certain. Must live until then.
  void propose(TokenId token, const Distribution* drawn_from) {
    proposed_ = token;
    drawn_from_ = drawn_from;
  }

  /// Whether a sampler can be drawn from so: it says what it draws from, and learns, if it does,
  /// from a choice that another made.
  template <class E>
  static constexpr bool can = requires(Plain& sampler, E& row) {
    sampler.distribution(row);
  }
  &&(std::is_invocable_v<const Plain&, E&> ||
     requires(S & sampler, E& row, const Choice& choice) { sampler.observe(row, choice); });

  template <class E>
  Choice operator()(E& row) {
    const TokenId proposed = std::exchange(proposed_, -1);
    if constexpr (can<E>) {
      if (proposed >= 0) return judge(row, proposed);
    }
    return inner()(row);
  }

  template <class E>
  Distribution distribution(E& row) const requires requires(const Plain& sampler) {
    sampler.distribution(row);
  }
  { return sampler().distribution(row); }

 private:
  using Kept = Distribution::Kept;

  Plain& inner() { return sampler_; }

  static constexpr std::uint32_t accept_salt = 0xACCE97u,
                                 redraw_salt = 0x2ED2A3u;  // above those of any policy

  /// In [0, 1), 53 bits.
  template <class E>
  static double coin(E& row, std::uint32_t salt) {
    return static_cast<double>(row.bits(salt) >> 11) * 0x1p-53;
  }

  /// Null, if the token was dropped.
  static const Kept* find(const Distribution& all, TokenId id) {
    const auto at =
        std::lower_bound(all.kept().begin(), all.kept().end(), id,
                         [](const Kept& kept, TokenId other) { return kept.id < other; });
    return at != all.kept().end() && at->id == id ? &*at : nullptr;
  }

  /// The draft's probability of a token, while `proposed` is judged.
  double drafted(TokenId proposed, TokenId id) const {
    if (!drawn_from_) return id == proposed ? 1.0 : 0.0;
    const Kept* kept = find(*drawn_from_, id);
    return kept ? kept->probability : 0.0;
  }

  template <class E>
  Choice judge(E& row, TokenId proposed) {
    Plain& sampler = inner();
    const Distribution target = sampler.distribution(row);
    if (target.fault() != Fault::none) return {.fault = target.fault()};
    const Kept* wanted = find(target, proposed);
    const bool accepted =
        wanted && coin(row, accept_salt) * drafted(proposed, proposed) < wanted->probability;
    const Kept& kept = accepted ? *wanted : rest(target, proposed, coin(row, redraw_salt));
    const Choice choice{.token = kept.id,
                        .logit = static_cast<float>(kept.logit),
                        .surprise = static_cast<float>(-target.log_probability(kept.id))};
    if constexpr (requires { sampler.observe(row, choice); }) sampler.observe(row, choice);
    return choice;
  }

  /// The token at the point `u` of what the draft leaves of the target, in the order of ids.
  const Kept& rest(const Distribution& target, TokenId proposed, double u) const {
    const auto left = [&](const Kept& kept) {
      return std::max(0.0, kept.probability - drafted(proposed, kept.id));
    };
    double total = 0;
    for (const Kept& kept : target.kept()) total += left(kept);
    const Kept* last = nullptr;
    double below = 0;
    for (const Kept& kept : target.kept()) {
      const double weight = left(kept);
      if (weight <= 0) continue;
      last = &kept;
      if ((below += weight) > u * total) break;
    }
    return last ? *last
                : target.kept().front();  // nothing is left if both are equal but for rounding
  }

  S sampler_;
  TokenId proposed_ = -1;
  const Distribution* drawn_from_ = nullptr;
};

}  // namespace tamis
