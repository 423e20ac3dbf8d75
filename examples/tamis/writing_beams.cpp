#include <string>
#include <tamis/generation/beam_options.hpp>
#include <tamis/generation/generate_beams.hpp>
#include <tamis/generation/log_probability.hpp>
#include <utility>

#include "writing_parts.hpp"

namespace command {

namespace {

tamis::Generation generation_of(tamis::BeamHypothesis found) {
  tamis::Generation text;
  text.tokens = std::move(found.tokens);
  text.text = std::move(found.text);
  text.finish = found.finish;
  text.stop_string = found.stop_string;
  for (const double score : found.token_scores) {
    tamis::LogProbability& log = text.log_probabilities.emplace_back();
    log.raw = score;
  }
  return text;
}

}  // namespace

Result<Written> write_beams(const Loaded& loaded, const Request& request, const Asked& asked,
                            const Audience& audience) {
  const auto beams = tamis::BeamOptions::of(request.config);
  tamis::GenerationOptions options = asked.options;
  options.seed = *request.config.seed;
  options.raw_log_probabilities = false;  // the scores of tokens come without being asked for
  return with_model(loaded, request, [&](auto& model) -> Result<Written> {
    tamis::Memory memory(model);
    const auto tell = [&](const tamis::BeamStep& step) {
      audience.progress("searching: " + std::to_string(step.new_tokens) + " tokens, " +
                        std::to_string(step.finished) + " texts finished");
    };
    auto found = generate_beams(model, memory, loaded.tokenizer, asked.sampler, request.prompt.ids,
                                beams, options, tell, asked.sources);
    if (!found) return found.error();
    if (found->error) return *found->error;
    Written written;
    for (tamis::BeamHypothesis& sequence : found->sequences) {
      written.scores.push_back(sequence.score);
      if (!written.texts.empty()) audience.text("\n\n");
      written.texts.push_back(generation_of(std::move(sequence)));
      std::string& text = written.texts.back().text;
      text.erase(0, request.prompt.healed.size());
      audience.text(text);
      written.texts.back().statistics.new_tokens =
          static_cast<int>(written.texts.back().tokens.size());
      written.texts.back().statistics.prompt_tokens = found->statistics.prompt_tokens;
    }
    if (!written.texts.empty()) written.texts.front().statistics = found->statistics;
    note_cache(memory, written);
    return written;
  });
}

}  // namespace command
