#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tamis/generation/finish_reason.hpp>
#include <tamis/generation/generation.hpp>
#include <tamis/metrics/acceptance_rate.hpp>
#include <vector>

#include "batch_file.hpp"
#include "cache_options.hpp"
#include "command.hpp"
#include "draft_options.hpp"
#include "model.hpp"
#include "parameter_options.hpp"
#include "prompt_options.hpp"
#include "terminal.hpp"
#include "text_json.hpp"
#include "writing.hpp"

namespace command {

namespace {

/// What all texts together took.
struct Totals {
  int prompt_tokens = 0;
  int new_tokens = 0;
  int forced_tokens = 0;
  double load_seconds;
  double prefill_seconds = 0;
  double decode_seconds = 0;
  double tokens_per_second = 0;
  std::uint64_t seed;
  std::size_t cache_bytes;   ///< of one text, at its end
  std::size_t cache_tokens;  ///< of how many tokens
  tamis::metrics::Speculation drafts = {};

  Totals(const Written& written, double load_seconds, std::uint64_t seed)
      : load_seconds(load_seconds),
        seed(seed),
        cache_bytes(written.cache_bytes),
        cache_tokens(written.cache_tokens) {
    int decoded = 0;  // the first token of each text comes from the pass over the prompt
    for (const tamis::Generation& text : written.texts) {
      drafts.steps += text.statistics.speculation.steps;
      drafts.proposed += text.statistics.speculation.proposed;
      drafts.accepted += text.statistics.speculation.accepted;
      prompt_tokens = text.statistics.prompt_tokens;
      new_tokens += text.statistics.new_tokens;
      forced_tokens += text.statistics.forced_tokens;
      decoded += text.statistics.new_tokens - 1;
      prefill_seconds += text.statistics.prefill_seconds;
      decode_seconds += text.statistics.decode_seconds;
    }
    if (decoded > 0 && decode_seconds > 0) tokens_per_second = decoded / decode_seconds;
  }

  nlohmann::ordered_json to_json() const {
    nlohmann::ordered_json object = {{"prompt_tokens", prompt_tokens},
                                     {"new_tokens", new_tokens},
                                     {"load_seconds", load_seconds},
                                     {"prefill_seconds", prefill_seconds},
                                     {"decode_seconds", decode_seconds},
                                     {"tokens_per_second", tokens_per_second},
                                     {"kv_cache_bytes", cache_bytes},
                                     {"kv_cache_bytes_per_token", bytes_per_token()},
                                     {"seed", seed}};
    if (forced_tokens > 0) object["forced_tokens"] = forced_tokens;
    if (drafts.steps > 0)
      object["drafts"] = {{"passes", drafts.steps},
                          {"proposed", drafts.proposed},
                          {"accepted", drafts.accepted},
                          {"acceptance_rate", acceptance_rate(drafts)},
                          {"tokens_per_pass", tokens_per_step(drafts)}};
    return object;
  }

  void print(const std::vector<tamis::Generation>& texts) const {
    std::string ends;
    for (const tamis::Generation& text : texts) {
      std::string name(tamis::name_of(text.finish));
      std::ranges::replace(name, '_', ' ');
      ends += (ends.empty() ? "" : ", ") + name;
    }
    std::fprintf(stderr,
                 "[%d prompt tokens in %.2f s; %d new tokens in %.2f s, %.1f tokens/s; model "
                 "loaded in %.2f s; "
                 "seed %llu; ended by: %s]\n",
                 prompt_tokens, prefill_seconds, new_tokens, decode_seconds, tokens_per_second,
                 load_seconds, static_cast<unsigned long long>(seed), ends.c_str());
    if (cache_tokens > 0)
      std::fprintf(stderr, "[cache: %.1f MB, %.0f bytes a token]\n",
                   static_cast<double>(cache_bytes) / 1e6, bytes_per_token());
    if (forced_tokens > 0)
      std::fprintf(stderr, "[forced: %d of %d tokens could be no others]\n", forced_tokens,
                   new_tokens);
    if (drafts.proposed > 0)
      std::fprintf(
          stderr,
          "[drafts: %llu of %llu tokens accepted, %.0f %%; %.2f tokens a pass of the model]\n",
          static_cast<unsigned long long>(drafts.accepted),
          static_cast<unsigned long long>(drafts.proposed), 100 * acceptance_rate(drafts),
          tokens_per_step(drafts));
  }

 private:
  double bytes_per_token() const {
    return cache_tokens == 0 ? 0
                             : static_cast<double>(cache_bytes) / static_cast<double>(cache_tokens);
  }
};

struct Generate {
  const CLI::App* app = nullptr;
  ModelOptions model;
  ParameterOptions parameters;
  PromptOptions prompt;
  DraftOptions drafts;
  CacheOptions cache;
  GuideOptions guide;
  std::string batch;
  bool json = false;
  bool quiet = false;
  bool stream = false;

  Result<void> run() {
    const auto config = parameters.config();
    if (!config) return config.error();
    if (!batch.empty()) {
      for (const char* other :
           {"--prompt", "--prompt-file", "--chat", "--system", "--heal", "--fim", "--fim-files"})
        if (app->count(other) > 0)
          return Error{std::string("--batch has the prompts in its file, so ") + other +
                       " has no meaning with it; leave one of them out"};
    }
    if (const auto checked = drafts.check(); !checked) return checked;
    if (const auto checked = cache.check(); !checked) return checked;
    const auto guide_text = guide.text();
    if (!guide_text) return guide_text.error();
    if (!batch.empty() && model.is_on_torch())
      return Error{
          "--batch answers with a model of a GGUF file that Tamis itself runs; leave out --device and "
          "--dtype, and a folder for --model"};
    if (!batch.empty())
      return answer_file(
          {batch, *config, *guide_text, cache, drafts.asked() ? &drafts : nullptr, quiet}, model);
    if (const auto read = prompt.read(parameters.reads_standard_input()); !read) return read;

    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    auto tokens = prompt.tokens(*loaded, config->token_healing);
    if (!tokens) return tokens.error();

    tamis::GenerationConfig plain = resolved(*config);
    if (config->penalty_alpha > 0 && !config->do_sample) plain.do_sample = false;
    if (plain.num_beams > 1 && app->count("--stream") > 0)
      return Error{"--stream asks for the text as it comes, but num_beams is " +
                   std::to_string(plain.num_beams) +
                   ", and a beam search may change its text until its end; leave one of them out"};
    if (!plain.seed) plain.seed = std::random_device{}();
    Audience audience;
    audience.prefill = [&](std::size_t read, std::size_t all) {
      progress.show("reading the prompt: " + std::to_string(read) + " of " + std::to_string(all) +
                    " tokens");
    };
    audience.progress = [&](const std::string& line) { progress.show(line); };
    bool shown = false;
    audience.text = [&](std::string_view piece) {
      progress.clear();
      shown = shown || !piece.empty();
      if (!json) std::cout << piece << std::flush;
    };
    Guides guides(loaded->tokenizer);
    const Request request{.prompt = *std::move(tokens),
                          .config = plain,
                          .wants_logprobs = json || plain.logprobs,
                          .cache = cache,
                          .guide = *guide_text,
                          .guides = &guides,
                          .drafts = drafts.asked() ? &drafts : nullptr,
                          .threads = model.threads};
    const auto written = write_texts(*loaded, request, audience);
    progress.clear();
    if (!written) {
      if (shown && !json) std::cout << std::endl;
      return written.error();
    }
    const Totals totals(*written, loaded->seconds, *plain.seed);
    if (json)
      print_json(request.prompt, *written, totals);
    else
      std::cout << std::endl;
    if (!quiet) totals.print(written->texts);
    if (!quiet && plain.num_beams > 1 && !json)
      std::fprintf(
          stderr,
          "[a beam search may change its text until its end, so all of it was printed then]\n");
    return {};
  }

 private:
  static void print_json(const Prompt& prompt, const Written& written, const Totals& totals) {
    nlohmann::ordered_json object;
    object["prompt_ids"] = prompt.ids;
    if (!prompt.healed.empty()) object["healed"] = prompt.healed;
    object["sequences"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < written.texts.size(); ++i) {
      object["sequences"].push_back(json_of(written.texts[i]));
      if (!written.scores.empty()) object["sequences"].back()["score"] = written.scores[i];
    }
    object["stats"] = totals.to_json();
    std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }
};

}  // namespace

Command generate(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("generate", "Goes on with a text, and streams what the model writes");
  auto options = std::make_shared<Generate>();
  options->app = app;
  options->model.add_model(*app);
  options->model.add_torch(*app);
  options->prompt.add(*app);
  app->add_option("--batch", options->batch,
                  "answers the requests of a file, a JSON object a line with a \"prompt\" or with "
                  "\"messages\"; - is standard input")
      ->type_name("FILE");
  options->model.add_threads(*app);
  app->add_flag("--json", options->json,
                R"(writes {"prompt_ids", "sequences", "stats"} when all is done)");
  app->add_flag("--stream", options->stream,
                "shows the text as it comes, as is done anyway; refused where it may still change");
  app->add_flag("--quiet", options->quiet, "shows no progress and no statistics");
  options->cache.add(*app);
  options->drafts.add(*app);
  options->guide.add(*app);
  options->parameters.add(*app);
  return {app, [options] { return options->run(); }};
}

}  // namespace command
