#pragma once

/// \file explanation.hpp
/// One step of generation, taken apart: what each policy has left of the model's distribution.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../core/distribution.hpp"
#include "../core/result.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "../policies/xtc.hpp"
#include "pipeline.hpp"

namespace tamis {

/// What is to be explained, and how closely.
struct ExplanationOptions {
  TokenId drawn = -1;     ///< the token that was drawn; -1 if none was
  std::size_t top = 20;   ///< how many of the likeliest tokens are shown, before the policies and after them
  std::uint64_t seed = 0; ///< of the draw, whose coin decides whether XTC acts
  /// The place of XTC in the sampler that drew (place_in_order), if that is not its place in the pipeline.
  std::optional<std::uint32_t> place_of_xtc = {};
};

/// The distribution of one token, before any policy and after each.
struct Explanation {
  /// What one step of a pipeline has done.
  struct Policy {
    std::string type;         ///< its name
    std::size_t kept = 0;     ///< how many tokens it leaves
    std::size_t removed = 0;  ///< how many of those before it does not
    double removed_mass = 0;  ///< their probability before it, together
    double entropy = 0;       ///< after it, in nats
    bool changes = false;     ///< whether any probability is another than before it
  };

  /// One token.
  struct Token {
    TokenId id = 0;
    double logit = 0;                   ///< the model's
    std::vector<double> probabilities;  ///< of the model, and after each policy: [1 + policies]; 0 once it is removed
    int removed_by = -1;                ///< the index of the policy that removed it; -1: it can be drawn

    double before() const { return probabilities.front(); }  ///< by the model
    double after() const { return probabilities.back(); }    ///< after all policies
  };

  std::vector<Policy> policies;
  std::vector<Token> tokens;  ///< those that are likeliest before or after, and that drawn; the likeliest of the model first
  std::size_t kept = 0;       ///< how many tokens the model has left, before any policy
  double entropy = 0;         ///< of the model, in nats
  std::size_t rank = 0;       ///< of the token drawn among the model's, from 1 on; 0 if none was

  /// What is said of a token; null if nothing is.
  const Token* find(TokenId id) const {
    const auto at = std::find_if(tokens.begin(), tokens.end(), [&](const Token& t) { return t.id == id; });
    return at == tokens.end() ? nullptr : &*at;
  }
};

namespace detail {

/// The pipeline, with the coin of XTC as it fell.
inline Pipeline with_coin(const Pipeline& pipeline, Stream stream, std::uint32_t place) {
  std::vector<Pipeline::Step> steps = pipeline.steps();
  for (Pipeline::Step& step : steps) {
    step.policy = [policy = std::move(step.policy), stream, place](Sequence& sequence) mutable -> AnyPolicy {
      AnyPolicy decided = policy(sequence);
      if (Xtc* xtc = std::get_if<Xtc>(&decided); xtc && !xtc->idle())
        xtc->chance = stream.uniform(~0u, place) < xtc->chance ? 1.0f : 0.0f;
      return decided;
    };
  }
  return Pipeline(std::move(steps));
}

/// The likeliest tokens of a distribution.
inline void add_top(const Distribution& left, std::size_t top, std::set<TokenId>& ids) {
  std::vector<Distribution::Kept> kept = left.kept();
  top = std::min(top, kept.size());
  std::partial_sort(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(top), kept.end(), [](const auto& a, const auto& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.id < b.id;
  });
  for (std::size_t i = 0; i < top; ++i) ids.insert(kept[i].id);
}

inline double probability_in(const Distribution& left, TokenId id) { return std::exp(left.log_probability(id)); }

}  // namespace detail

/// Takes a step apart: the pipeline, as far as each of its policies, on `logits`, [vocab_size], after the tokens of `prompt`
/// and those `generated` since.
///
/// `on(pipeline, logits, prompt, generated, seed)` returns what Pipeline::distribution does, on some backend. An error says
/// what is wrong with the logits, or after which policy no token is left.
template <class On>
Result<Explanation> explain(const Pipeline& pipeline, std::span<const float> logits, std::span<const TokenId> prompt,
                            std::span<const TokenId> generated, const ExplanationOptions& options, On&& on) {
  const Stream stream{options.seed, prompt.size() + generated.size()};
  const Pipeline asked = options.place_of_xtc ? detail::with_coin(pipeline, stream, *options.place_of_xtc) : pipeline;
  std::vector<Distribution> left;
  for (std::size_t count = 0; count <= asked.steps().size(); ++count) {
    const auto steps = asked.steps().begin();
    const Pipeline front(std::vector<Pipeline::Step>(steps, steps + static_cast<std::ptrdiff_t>(count)));
    left.push_back(on(front, logits, prompt, generated, options.seed));
    if (const Fault fault = left.back().fault(); fault != Fault::none)
      return Error{(count == 0 ? std::string() : "after " + asked.steps()[count - 1].type + ": ") + sentence_of(fault)};
  }

  Explanation made;
  made.kept = left[0].kept().size(), made.entropy = left[0].entropy();
  for (std::size_t i = 1; i < left.size(); ++i) {
    const auto &before = left[i - 1].kept(), &after = left[i].kept();
    Explanation::Policy policy{.type = asked.steps()[i - 1].type, .kept = after.size(), .entropy = left[i].entropy()};
    auto stays = after.begin();
    for (const auto& token : before) {
      while (stays != after.end() && stays->id < token.id) ++stays;
      const bool removed = stays == after.end() || stays->id != token.id;
      policy.changes |= removed || stays->probability != token.probability;
      if (removed) ++policy.removed, policy.removed_mass += token.probability;
    }
    made.policies.push_back(std::move(policy));
  }

  std::set<TokenId> ids;
  detail::add_top(left.front(), options.top, ids), detail::add_top(left.back(), options.top, ids);
  if (options.drawn >= 0) ids.insert(options.drawn);
  for (const TokenId id : ids) {
    Explanation::Token token{.id = id, .logit = static_cast<double>(logits[static_cast<std::size_t>(id)]), .probabilities = {}};
    for (std::size_t i = 0; i < left.size(); ++i) {
      token.probabilities.push_back(detail::probability_in(left[i], id));
      if (i > 0 && token.removed_by < 0 && left[i].log_probability(id) == -HUGE_VAL) token.removed_by = static_cast<int>(i) - 1;
    }
    made.tokens.push_back(std::move(token));
  }
  std::stable_sort(made.tokens.begin(), made.tokens.end(), [](const auto& a, const auto& b) { return a.before() > b.before(); });
  if (const auto* drawn = made.find(options.drawn)) {
    made.rank = 1;
    for (const auto& kept : left[0].kept()) made.rank += kept.id != drawn->id && kept.probability > drawn->before();
  }
  return made;
}

}  // namespace tamis
