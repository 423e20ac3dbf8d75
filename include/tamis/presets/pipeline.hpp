#pragma once

/// \file pipeline.hpp
/// Policies and sources in any order, over a history: what the cases of tests/golden and other languages ask.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/distribution.hpp"
#include "../core/sequence.hpp"
#include "any_sampler.hpp"

namespace tamis {

/// Steps applied one after the other to a row of logits, each with its own view of the history.
///
/// For checks and for exact distributions: every step reads and writes the whole row. To draw fast, compose
/// a Sampler.
class Pipeline {
 public:
  struct Step {
    std::string type;  ///< its name, for messages
    /// What it is, given the history; it may add biases and pushes to the sequence.
    std::function<AnyPolicy(Sequence&)> policy;
    std::size_t window = std::numeric_limits<std::size_t>::max();  ///< how many of the last tokens are counted
  };

  Pipeline() = default;
  explicit Pipeline(std::vector<Step> steps) : steps_(std::move(steps)) {}

  const std::vector<Step>& steps() const { return steps_; }

  /// What the steps leave of the row, after the tokens of a prompt and those generated since.
  template <class MakeRow>
  Distribution distribution(std::span<const float> logits, std::span<const TokenId> prompt,
                            std::span<const TokenId> generated, std::uint64_t seed, MakeRow&& make_row) const {
    std::vector<float> row(logits.begin(), logits.end());
    Distribution left;
    if (steps_.empty()) left = AnySampler().distribution(row, Stream{seed, prompt.size()}, {}, make_row);
    std::uint32_t place = 1;
    for (const Step& step : steps_) {
      Sequence sequence(prompt, seed, step.window);
      for (const TokenId id : generated) sequence.append(id);
      auto policy = step.policy;  // a copy: what sources know is of one history
      const AnyPolicy chosen = policy(sequence);
      const AnySampler sampler({chosen}, place);
      place += std::visit([](const auto& p) { return detail::places_of(p); }, chosen);
      left = sampler.distribution(row, sequence.stream(), sequence.facts(), make_row);
      if (left.fault() != Fault::none) break;
      row.assign(row.size(), masked);
      for (const auto& kept : left.kept()) row[static_cast<std::size_t>(kept.id)] = static_cast<float>(kept.logit);
    }
    return left;
  }

 private:
  std::vector<Step> steps_;
};

}  // namespace tamis
