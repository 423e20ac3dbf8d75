#pragma once

/// \file score.hpp
/// How likely a model finds a text, of any length.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "forward_each.hpp"
#include "language_model.hpp"

namespace tamis {

/// How a text is read that is longer than a model can see: in windows of `size` tokens, each
/// `stride` tokens behind the one before. A token counts in the first window that it is in, so that
/// at least size - stride tokens are seen before it, where there are as many. Where windows do not
/// overlap, each begins with the last token of the one before, so that every token but the text's
/// first is scored.
///
/// Source: "Perplexity of fixed-length models", the guide of HF transformers.
struct ScoreWindow {
  std::size_t size;    ///< 2 or more, and no more than the model's context takes
  std::size_t stride;  ///< 1 to size; a small one is slow, and nearer to what the model finds
};

namespace detail {

/// ln p(token) in the softmax of the logits, in nats, summed in double; NaN if a logit is.
template <class Logits>
double log_probability_of(TokenId token, const Logits& logits) {
  const double top = static_cast<double>(*std::max_element(std::begin(logits), std::end(logits)));
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - top);
  return static_cast<double>(logits[static_cast<std::size_t>(token)]) - top - std::log(sum);
}

struct Unwatched {
  void operator()(std::size_t) const {}
};

}  // namespace detail

/// The log-probability of each token of a text but the first, given those before it in its window,
/// in nats: [ids.size() - 1].
///
/// Costs the memory of one window's cache, whatever the length of the text. `watch(scored)` hears
/// how many tokens have been scored. An error if there are fewer than two tokens, if one is not in
/// the vocabulary, if the window cannot be, or if the model answers NaN.
template <LanguageModel M, class Watch = detail::Unwatched>
Result<std::vector<double>> score(M& model, std::span<const TokenId> ids, ScoreWindow window,
                                  Watch&& watch = {}) {
  const auto text = [](std::size_t number) { return std::to_string(number); };
  if (ids.size() < 2)
    return Error{
        "the text has " + text(ids.size()) +
        " tokens; two or more are needed, for the first has nothing that it could follow from"};
  for (const TokenId id : ids)
    if (id < 0 || id >= static_cast<TokenId>(model.vocab_size()))
      return Error{"there is no token " + std::to_string(id) + "; the model's are 0 to " +
                   std::to_string(model.vocab_size() - 1)};
  if (window.size < 2)
    return Error{"the window is " + text(window.size) + "; it must be 2 or more"};
  if constexpr (requires { model.context_size(); }) {
    const auto context = static_cast<std::size_t>(model.context_size());
    if (std::min(window.size, ids.size()) > context)
      return Error{"the window is " + text(window.size) + " tokens, but the model takes " +
                   text(context) + "; make it smaller"};
  }
  if (window.stride < 1 || window.stride > window.size)
    return Error{"the stride is " + text(window.stride) +
                 "; it must be from 1 to the window, which is " + text(window.size)};

  std::vector<double> logs;
  logs.reserve(ids.size() - 1);
  bool valid = true;
  for (std::size_t begin = 0; logs.size() + 1 < ids.size(); begin += window.stride) {
    const std::size_t end = std::min(ids.size(), begin + window.size);
    const std::size_t first = logs.size();  // behind this token the first is scored
    auto cache = model.start();
    if (first > begin) model.forward(cache, ids.subspan(begin, first - begin));
    forward_each(model, cache, ids.subspan(first, end - 1 - first),
                 [&](std::size_t, const auto& logits) {
                   logs.push_back(detail::log_probability_of(ids[logs.size() + 1], logits));
                   valid = valid && !std::isnan(logs.back());
                   watch(logs.size());
                 });
    if (!valid) return Error{sentence_of(Fault::invalid_logit)};
  }
  return logs;
}

/// The whole text in one window.
template <LanguageModel M>
Result<std::vector<double>> score(M& model, std::span<const TokenId> ids) {
  const std::size_t size = std::max<std::size_t>(2, ids.size());
  return score(model, ids, ScoreWindow{size, size});
}

}  // namespace tamis
