#include "writing.hpp"

#include <cstdint>
#include <optional>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/speculative.hpp>
#include <utility>

#include "listener.hpp"
#include "writing_parts.hpp"

namespace command {

namespace {

/// The texts that a model writes: the one that is loaded, or one made of it.
template <class M>
Result<Written> write_with(M& model, const Loaded& loaded, const Request& request,
                           const Asked& asked, const Audience& audience) {
  const Prompt& prompt = request.prompt;
  tamis::GenerationOptions options = asked.options;
  std::optional<ChosenDrafter> drafter;
  if (request.drafts) {
    auto chosen = request.drafts->drafter(loaded, request.threads);
    if (!chosen) return chosen.error();
    drafter = *std::move(chosen);
  }

  Written written;
  tamis::Memory memory(model);
  const auto write = [&](Listener listener) -> Result<tamis::Generation> {
    if constexpr (tamis::detail::ReadsEach<M>) {
      if (drafter)
        return generate_speculative(model, memory, loaded.tokenizer, asked.sampler, prompt.ids,
                                    *drafter, options, request.drafts->speculation(), listener,
                                    asked.sources);
    }
    return generate(model, memory, loaded.tokenizer, asked.sampler, prompt.ids, options, listener,
                    asked.sources);
  };
  for (int i = 0; i < request.config.num_return_sequences; ++i) {
    if (i > 0) audience.text("\n\n");
    options.seed = *request.config.seed + static_cast<std::uint64_t>(i);
    auto text = write(Listener(audience, prompt.healed.size()));
    if (!text) return text.error();
    if (text->error) return *text->error;
    text->text.erase(0, prompt.healed.size());
    written.texts.push_back(*std::move(text));
  }
  note_cache(memory, written);
  return written;
}

}  // namespace

Result<Written> write_texts(const Loaded& loaded, const Request& request,
                            const Audience& audience) {
  const auto asked = asked_of(loaded, request);
  if (!asked) return asked.error();
  if (request.config.num_beams > 1) return write_beams(loaded, request, *asked, audience);
  if (request.config.penalty_alpha > 0) return write_contrastive(loaded, request, *asked, audience);
  return with_model(loaded, request, [&](auto& model) {
    return write_with(model, loaded, request, *asked, audience);
  });
}

}  // namespace command
