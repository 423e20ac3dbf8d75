#pragma once

/// \file any_sampler.hpp
/// A sampler whose policies and their order are chosen at run time.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "../core/facts.hpp"
#include "../core/philox.hpp"
#include "../sampler.hpp"
#include "any_policy.hpp"

namespace tamis {

/// Policies composed at run time, applied from left to right.
///
///     AnySampler sampler{{TopK{50}, Temperature{0.8f}}};
///     Choice next = sampler(logits, stream, facts, [](auto z, Stream s, Facts f) { return simd::RowOf(z, s, f); });
///
/// Draws the token that a Sampler of the same policies in the same order draws on the same backend. It
/// writes the row out after each policy, so it costs a reading and a writing of the vocabulary a policy;
/// where the order is known when the program is compiled, a Sampler costs a fraction of that.
class AnySampler {
 public:
  AnySampler() = default;
  /// \param place  which place of a longer chain the first of the policies has: it tells its noise from that of others
  explicit AnySampler(std::vector<AnyPolicy> policies, std::uint32_t place = 1)
      : policies_(std::move(policies)), place_(place) {
    if (policies_.empty() || !is_draw(policies_.back())) policies_.push_back(Multinomial{});
  }

  /// Draws one token. `make_row(logits, stream, facts)` makes an executor of a backend.
  template <class MakeRow>
  Choice operator()(std::span<const float> logits, Stream stream, Facts facts, MakeRow&& make_row) {
    const Left left = run(policies_.size(), logits, stream, facts, make_row);
    if (left.fault != Fault::none) return {.fault = left.fault};
    auto row = make_row(std::span<const float>(left.logits), stream, left.facts());
    const Choice choice = std::visit(
        [&](const auto& draw) -> Choice {
          if constexpr (!Draw<std::remove_cvref_t<decltype(draw)>>) return {};
          else return detail::checked(row, detail::run<true>(row, detail::Raw{}, left.salt, draw));
        },
        policies_.back());
    if (choice.fault != Fault::none) return choice;
    for (std::size_t i = policies_.size(); i-- > 0;) {  // the last first, as in Sampler
      std::visit(
          [&](auto& p) {
            using P = std::remove_cvref_t<decltype(p)>;
            if constexpr (LooksBack<P>) {
              if (!is_idle(p)) p.observe(choice, before(i, choice.token, logits, stream, facts, make_row));
            } else if constexpr (Observer<P>) {
              p.observe(choice);
            }
          },
          policies_[i]);
    }
    return choice;
  }

  /// What is left to draw from; see Sampler::distribution.
  template <class MakeRow>
  Distribution distribution(std::span<const float> logits, Stream stream, Facts facts, MakeRow&& make_row) const {
    const Left left = run(policies_.size(), logits, stream, facts, make_row);
    Distribution all;
    if (std::holds_alternative<Greedy>(policies_.back()) && left.fault == Fault::none) {
      auto row = make_row(std::span<const float>(left.logits), stream, left.facts());
      const Choice choice = Sampler{Greedy{}}(row);
      if (choice.token >= 0) all.add(choice.token, choice.logit);
    } else {
      for (std::size_t id = 0; id < left.logits.size(); ++id) {
        if (left.logits[id] > masked) all.add(static_cast<TokenId>(id), left.logits[id]);
      }
    }
    all.complete(left.fault);
    return all;
  }

 private:
  /// The row after some of the policies. What was added and banned is in the logits by then.
  struct Left {
    std::uint32_t salt;
    std::vector<float> logits = {};
    std::vector<Occurrence> few = {};
    Fault fault = Fault::none;

    Facts facts() const { return {.few = few}; }
  };

  static bool is_draw(const AnyPolicy& policy) {
    return std::visit([](const auto& p) { return Draw<std::remove_cvref_t<decltype(p)>>; }, policy);
  }

  /// The token in the row that reaches the policy at this place.
  template <class MakeRow>
  Choice before(std::size_t place, TokenId token, std::span<const float> logits, Stream stream, Facts facts,
                MakeRow& make_row) const {
    const Left left = run(place, logits, stream, facts, make_row);
    auto row = make_row(std::span<const float>(left.logits), stream, left.facts());
    return detail::run<true>(row, detail::Raw{}, left.salt, detail::Recall{token});
  }

  /// What the first `count` policies leave.
  template <class MakeRow>
  Left run(std::size_t count, std::span<const float> logits, Stream stream, Facts facts, MakeRow& make_row) const {
    Left left{.salt = place_};
    left.few.assign(facts.few.begin(), facts.few.end());
    for (Occurrence& o : left.few) o.bias = 0;
    apply(logits, stream, facts, make_row, left);
    for (std::size_t i = 0; i < count; ++i) {
      std::visit(
          [&](const auto& p) {
            if constexpr (!Draw<std::remove_cvref_t<decltype(p)>>) {
              if (left.fault == Fault::none) apply(left.logits, stream, left.facts(), make_row, left, p);
            }
          },
          policies_[i]);
    }
    return left;
  }

  /// Applies one policy, or none but what the facts say.
  template <class MakeRow, class... P>
  static void apply(std::span<const float> logits, Stream stream, Facts facts, MakeRow& make_row, Left& left,
                    const P&... policy) {
    std::vector<float> next(logits.size(), masked);
    auto sink = [&](TokenId id, double z) { next[static_cast<std::size_t>(id)] = static_cast<float>(z); };
    auto row = make_row(logits, stream, facts);
    detail::collect_after(row, left.salt, sink, policy...);
    left.salt += (detail::places_of(policy) + ... + 0u);
    left.fault = row.fault();
    left.logits = std::move(next);
  }

  std::vector<AnyPolicy> policies_ = {Multinomial{}};
  std::uint32_t place_ = 1;
};

}  // namespace tamis
