#pragma once

#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../core/types.hpp"
#include "event_stream.hpp"
#include "generation_options.hpp"
#include "language_model.hpp"
#include "memory.hpp"

namespace tamis {

/// Continues `prompt` as generate() does, one token at a time, as they are asked for:
///
///     auto events = stream(model, memory, tokenizer, sampler, prompt, {.seed = 7});
///     for (const GenerationEvent& event : events) std::cout << event.text;
///     if (auto made = events.result()) use(made->tokens);
///
/// The tokens, events and results are those of generate(). A break out of the loop leaves model and
/// memory as good as before; so does a std::stop_token given as `stop`, asked before each token.
template <LanguageModel M, class T, class S, class Sources = std::tuple<>,
          class Stop = detail::NeverStopped>
EventStream<M, S, T, Sources, Stop> stream(M& model, Memory<M>& memory, const T& tokenizer,
                                           S sampler, std::span<const TokenId> prompt,
                                           const GenerationOptions& options = {},
                                           Sources sources = {}, Stop stop = {}) {
  return {model,  memory,  tokenizer,          std::move(sampler),
          prompt, options, std::move(sources), std::move(stop)};
}

/// As above, with a memory of its own.
template <LanguageModel M, class T, class S, class Sources = std::tuple<>,
          class Stop = detail::NeverStopped>
requires(!std::is_same_v<T, Memory<M>>) EventStream<M, S, T, Sources, Stop> stream(
    M& model, const T& tokenizer, S sampler, std::span<const TokenId> prompt,
    const GenerationOptions& options = {}, Sources sources = {}, Stop stop = {}) {
  return {model,   tokenizer,          std::move(sampler), prompt,
          options, std::move(sources), std::move(stop)};
}

}  // namespace tamis
