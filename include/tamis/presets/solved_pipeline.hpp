#pragma once

/// \file solved_pipeline.hpp
/// A pipeline on one row of logits: the exact probabilities of its draws, and the draws.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../core/chain.hpp"
#include "../core/distribution.hpp"
#include "../core/result.hpp"
#include "../core/types.hpp"
#include "../policies/multinomial.hpp"
#include "../policies/xtc.hpp"
#include "pipeline.hpp"

namespace tamis {

/// What a pipeline draws from after a history, worked out once; then a draw costs what the tokens
/// kept cost.
///
/// A distribution depends on the position of the draw only through the coins of XTC. It is worked
/// out for each way in which they can fall.
class SolvedPipeline {
 public:
  /// The most steps of XTC that a pipeline may have: each doubles the work.
  static constexpr std::size_t most_coins = 4;

  /// Works out the pipeline on `logits`, [vocab_size], after `prompt` and `generated`, ids below
  /// vocab_size.
  ///
  /// `on(pipeline, logits, prompt, generated, seed)` returns what Pipeline::distribution does, on
  /// some backend. An error says what is wrong with the logits, or that no token is left.
  template <class On>
  static Result<SolvedPipeline> of(const Pipeline& pipeline, std::span<const float> logits,
                                   std::span<const TokenId> prompt,
                                   std::span<const TokenId> generated, On&& on) {
    SolvedPipeline solved;
    solved.vocab_size_ = logits.size();
    solved.find_coins(pipeline, prompt, generated);
    if (solved.coins_.size() > most_coins) {
      return Error{"the pipeline has " + std::to_string(solved.coins_.size()) +
                   " steps of XTC; it may have " + std::to_string(most_coins)};
    }
    for (std::size_t fallen = 0; fallen < std::size_t{1} << solved.coins_.size(); ++fallen) {
      Way way{on(solved.with_coins(pipeline, fallen), logits, prompt, generated, std::uint64_t{0}),
              {}};
      if (way.left.fault() != Fault::none) return Error{sentence_of(way.left.fault())};
      for (const auto& kept : way.left.kept()) way.logits.push_back(static_cast<float>(kept.logit));
      solved.ways_.push_back(std::move(way));
    }
    return solved;
  }

  /// The probability of each token, [vocab_size], over all noise; 0 where a token was cut off.
  std::vector<double> probabilities() const {
    std::vector<double> all(vocab_size_);
    for (std::size_t fallen = 0; fallen < ways_.size(); ++fallen) {
      double weight = 1;
      for (std::size_t i = 0; i < coins_.size(); ++i)
        weight *= fallen >> i & 1 ? coins_[i].chance : 1 - coins_[i].chance;
      if (weight == 0) continue;
      for (const auto& kept : ways_[fallen].left.kept())
        all[static_cast<std::size_t>(kept.id)] += weight * kept.probability;
    }
    return all;
  }

  /// Draws one token: the one that a Sampler of the same policies in the same order, with
  /// Multinomial at its end, draws with this stream. `make_row(logits, stream, facts)` makes an
  /// executor of a backend.
  template <class MakeRow>
  TokenId draw(Stream stream, MakeRow&& make_row) const {
    std::size_t fallen = 0;
    for (std::size_t i = 0; i < coins_.size(); ++i)
      fallen |= std::size_t{stream.uniform(~0u, coins_[i].salt) < coins_[i].chance} << i;
    const Way& way = ways_[fallen];
    auto row = make_row(std::span<const float>(way.logits), stream, Facts{});
    const Choice choice = detail::pick(row, detail::Raw{}, Multinomial{}.point(stream.bits(salt_)));
    return choice.token < 0 ? choice.token
                            : way.left.kept()[static_cast<std::size_t>(choice.token)].id;
  }

 private:
  struct Coin {
    std::size_t step;
    std::uint32_t salt;
    float chance;
  };

  /// What is left, when the coins have fallen one way; the logits are those kept, in the order of
  /// ids.
  struct Way {
    Distribution left;
    std::vector<float> logits;
  };

  void find_coins(const Pipeline& pipeline, std::span<const TokenId> prompt,
                  std::span<const TokenId> generated) {
    std::size_t number = 0;
    for (const Pipeline::Step& step : pipeline.steps()) {
      Sequence sequence(prompt, 0, step.window);
      for (const TokenId id : generated) sequence.append(id);
      auto policy = step.policy;  // a copy: what sources know is of one history
      const AnyPolicy asked = policy(sequence);
      if (const Xtc* xtc = std::get_if<Xtc>(&asked); xtc && !xtc->idle())
        coins_.push_back({number, salt_, xtc->chance});
      salt_ += std::visit([](const auto& p) { return detail::places_of(p); }, asked);
      ++number;
    }
  }

  /// The pipeline with each coin decided: that of coins_[i] has fallen if bit i is set.
  Pipeline with_coins(const Pipeline& pipeline, std::size_t fallen) const {
    std::vector<Pipeline::Step> steps = pipeline.steps();
    for (std::size_t i = 0; i < coins_.size(); ++i) {
      const float chance = fallen >> i & 1 ? 1.0f : 0.0f;
      auto& step = steps[coins_[i].step];
      step.policy = [policy = std::move(step.policy),
                     chance](Sequence& sequence) mutable -> AnyPolicy {
        AnyPolicy decided = policy(sequence);
        if (Xtc* xtc = std::get_if<Xtc>(&decided)) xtc->chance = chance;
        return decided;
      };
    }
    return Pipeline(std::move(steps));
  }

  std::size_t vocab_size_ = 0;
  std::uint32_t salt_ = 1;  ///< of the place behind the last step
  std::vector<Coin> coins_;
  std::vector<Way> ways_;  ///< [2^coins]
};

}  // namespace tamis
