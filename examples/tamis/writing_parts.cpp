#include "writing_parts.hpp"

#include <string>
#include <tamis/generation/token_healing.hpp>
#include <utility>

namespace command {

namespace {

using tamis::GenerationConfig;

/// The strategies that look into the model, with what else is asked for.
Result<void> check_contrast(const Request& request) {
  const GenerationConfig& config = request.config;
  const bool contrastive = config.penalty_alpha > 0;
  const bool dola = !config.dola_layers.empty();
  if (!contrastive && !dola) return {};
  const std::string name = contrastive ? "penalty_alpha" : "dola_layers";
  const auto together = [&](const std::string& other) {
    return Error{name + " and " + other + " are two ways to choose a token; leave one of them out"};
  };
  if (contrastive && dola) return together("dola_layers");
  if (config.guidance_scale != 1) return together("guidance_scale");
  if (request.drafts) return together(request.drafts->name());
  if (!contrastive) return {};
  if (config.do_sample == true && config.temperature > 0)
    return Error{"penalty_alpha chooses for certain, but do_sample is true; leave one of them out"};
  if (config.num_beams > 1) return together("num_beams");
  if (config.num_return_sequences > 1)
    return Error{"num_return_sequences is " + std::to_string(config.num_return_sequences) +
                 ", but a contrastive search finds the same text each time; set it to 1"};
  if (request.cache.kind() == tamis::KvCacheKind::window)
    return Error{
        "penalty_alpha compares a token with all before it, which a window does not see; leave "
        "--kv-cache window out"};
  if (!config.use_cache)
    return Error{
        "penalty_alpha needs a cache, which use_cache switches off; leave one of them out"};
  return {};
}

/// What only the models that Tamis itself runs can do.
Result<void> check_torch(const Loaded& loaded, const Request& request) {
  if (!loaded.on_torch()) return {};
  const auto refuse = [](const std::string& what) {
    return Error{what + " needs a model that Tamis itself runs, of a GGUF file and without --device "
                        "and --dtype; leave it out"};
  };
  if (request.config.penalty_alpha > 0) return refuse("penalty_alpha");
  if (!request.config.dola_layers.empty()) return refuse("dola_layers");
  if (request.config.guidance_scale != 1) return refuse("guidance_scale");
  if (request.cache.kind() != tamis::KvCacheKind::contiguous) return refuse("--kv-cache");
  return {};
}

/// What can be asked for and this command does not do, or not together.
Result<void> check_supported(const Loaded& loaded, const Request& request) {
  const GenerationConfig& config = request.config;
  if (const auto contrast = check_contrast(request); !contrast) return contrast;
  if (const auto torch = check_torch(loaded, request); !torch) return torch;
  if (const auto fits = request.cache.check_context(loaded.context_size()); !fits)
    return fits;
  const bool beams = config.num_beams > 1;
  if (beams && request.drafts)
    return Error{"num_beams is " + std::to_string(config.num_beams) + ", but " +
                 request.drafts->name() + " drafts for one sequence; leave one of them out"};
  if (beams && (!config.banned_strings.empty() || config.jump_forward))
    return Error{"num_beams is " + std::to_string(config.num_beams) + ", and " +
                 (config.jump_forward ? "jump_forward" : "banned_strings") +
                 " changes tokens that beams are compared by; leave one of them out"};
  if (beams && config.prompt_logprobs)
    return Error{"prompt_logprobs is " + std::to_string(*config.prompt_logprobs) +
                 " and num_beams is " + std::to_string(config.num_beams) +
                 "; a beam search does not score its prompt, so leave one of them out"};
  if (beams && config.logprobs)
    return Error{"logprobs is " + std::to_string(*config.logprobs) + " and num_beams is " +
                 std::to_string(config.num_beams) +
                 "; a beam search has scores of its tokens instead, which --json writes, so leave "
                 "logprobs out"};
  if (beams && request.cache.kind() == tamis::KvCacheKind::window)
    return Error{"num_beams is " + std::to_string(config.num_beams) +
                 ", and a beam search compares texts that are all seen whole; leave --kv-cache "
                 "window out"};
  if (config.guidance_scale != 1 && request.drafts)
    return Error{"guidance_scale reads two texts at once, and " + request.drafts->name() +
                 " drafts for one; leave one of them out"};
  if (!config.use_cache && request.drafts)
    return Error{request.drafts->name() +
                 " needs a cache, which --no-kv-cache switches off; leave one of them out"};
  return {};
}

}  // namespace

Result<Asked> asked_of(const Loaded& loaded, const Request& request) {
  const GenerationConfig& config = request.config;
  const Prompt& prompt = request.prompt;
  if (const auto supported = check_supported(loaded, request); !supported) return supported.error();
  auto asked = asked_of(config, loaded, prompt.ids.size(), request.wants_logprobs);
  if (!asked) return asked;
  if (!prompt.ends.empty() && config.eos_token_id.empty() && !config.ignore_eos)
    asked->options.end_tokens = prompt.ends;
  if (!prompt.healed.empty())
    asked->sources.emplace_back(
        tamis::HealedPrefix(loaded.tokenizer, prompt.healed, prompt.ids.size()));
  if (!request.guide.is_given()) return asked;
  if (!prompt.healed.empty())
    return Error{
        "a text that is guided begins anew, and token healing takes back a part of the prompt; "
        "leave one of them out"};
  const auto guide = request.guides->source(request.guide, asked->options.end_tokens);
  if (!guide) return guide.error();
  if (*guide) asked->sources.push_back(**guide);  // the last, for it yields to nothing
  return asked;
}

}  // namespace command
