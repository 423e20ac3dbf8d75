#pragma once

/// \file writing_parts.hpp
/// What all ways of writing share: a request as the library takes it, and the model that answers.

#include <tamis/core/result.hpp>
#include <tamis/generation/classifier_free_guidance.hpp>
#include <tamis/generation/dola.hpp>
#include <tamis/models/any_llama.hpp>

#include "asked.hpp"
#include "dola_layers.hpp"
#include "writing.hpp"

namespace command {

using tamis::Error;
using tamis::Result;

/// A request, translated. An error if it contradicts itself, or names a token that the model does
/// not have.
Result<Asked> asked_of(const Loaded& loaded, const Request& request);

/// The loaded model, with the cache that was chosen.
inline tamis::AnyLlama model_of(const Loaded& loaded, const Request& request) {
  return tamis::AnyLlama(loaded.model(), request.cache.kind(), request.threads,
                         request.cache.window_for(loaded.context_size()));
}

/// Calls back with the model that answers: it may be one that contrasts layers, or reads two texts.
template <class F>
Result<Written> with_model(const Loaded& loaded, const Request& request, F&& f) {
  if (const TorchModel* on_torch = loaded.on_torch()) {
    TorchModel model = *on_torch;
    return f(model);
  }
  tamis::AnyLlama model = model_of(loaded, request);
  if (!request.config.dola_layers.empty()) {
    const auto layers = dola_layers_of(request.config.dola_layers, model);
    if (!layers) return layers.error();
    auto contrasting = tamis::Dola<tamis::AnyLlama>::of(model, *layers);
    if (!contrasting) return contrasting.error();
    return f(*contrasting);
  }
  if (request.config.guidance_scale != 1) {
    tamis::ClassifierFreeGuidance guided(model, request.config.guidance_scale, request.prompt.ids,
                                         loaded.tokenizer.encode(request.config.negative_prompt));
    return f(guided);
  }
  return f(model);
}

/// The bytes and tokens of what a model remembers, where it can tell.
template <class Memory>
void note_cache(const Memory& memory, Written& written) {
  if constexpr (requires { memory.cache().bytes(); }) written.cache_bytes = memory.cache().bytes();
  written.cache_tokens = memory.tokens().size();
}

/// By beam search, all at once.
Result<Written> write_beams(const Loaded& loaded, const Request& request, const Asked& asked,
                            const Audience& audience);

/// By contrastive search.
Result<Written> write_contrastive(const Loaded& loaded, const Request& request, const Asked& asked,
                                  const Audience& audience);

}  // namespace command
