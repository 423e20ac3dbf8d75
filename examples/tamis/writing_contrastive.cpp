#include <tamis/generation/contrastive_search.hpp>
#include <tamis/io/generation_config.hpp>
#include <utility>

#include "listener.hpp"
#include "writing_parts.hpp"

namespace command {

Result<Written> write_contrastive(const Loaded& loaded, const Request& request, const Asked& asked,
                                  const Audience& audience) {
  constexpr int usual_candidates = 4;
  tamis::AnyLlama model = model_of(loaded, request);
  tamis::ContrastiveOptions contrast;
  contrast.penalty_alpha = request.config.penalty_alpha;
  contrast.top_k = request.config.top_k;
  if (contrast.top_k == tamis::GenerationConfig().top_k) contrast.top_k = usual_candidates;
  auto text = contrastive_search(model, loaded.tokenizer, asked.sampler, request.prompt.ids,
                                 contrast, asked.options,
                                 Listener(audience, request.prompt.healed.size()), asked.sources);
  if (!text) return text.error();
  if (text->error) return *text->error;
  text->text.erase(0, request.prompt.healed.size());
  Written written;
  written.texts.push_back(*std::move(text));
  return written;
}

}  // namespace command
