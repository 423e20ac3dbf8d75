#include <unistd.h>

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
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

#include "batch_file.hpp"
#include "command.hpp"
#include "model.hpp"
#include "parameter_options.hpp"
#include "terminal.hpp"
#include "writing.hpp"

namespace command {

namespace {

/// What all texts together took.
struct Totals {
  int prompt_tokens = 0;
  int new_tokens = 0;
  double load_seconds;
  double prefill_seconds = 0;
  double decode_seconds = 0;
  double tokens_per_second = 0;
  std::uint64_t seed;

  Totals(const std::vector<tamis::Generation>& texts, double load_seconds, std::uint64_t seed)
      : load_seconds(load_seconds), seed(seed) {
    int decoded = 0;  // the first token of each text comes from the pass over the prompt
    for (const tamis::Generation& text : texts) {
      prompt_tokens = text.statistics.prompt_tokens;
      new_tokens += text.statistics.new_tokens;
      decoded += text.statistics.new_tokens - 1;
      prefill_seconds += text.statistics.prefill_seconds;
      decode_seconds += text.statistics.decode_seconds;
    }
    if (decoded > 0 && decode_seconds > 0) tokens_per_second = decoded / decode_seconds;
  }

  nlohmann::ordered_json to_json() const {
    return {{"prompt_tokens", prompt_tokens},
            {"new_tokens", new_tokens},
            {"load_seconds", load_seconds},
            {"prefill_seconds", prefill_seconds},
            {"decode_seconds", decode_seconds},
            {"tokens_per_second", tokens_per_second},
            {"seed", seed}};
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
  }
};

struct Generate {
  const CLI::App* app = nullptr;
  ModelOptions model;
  ParameterOptions parameters;
  std::optional<std::string> prompt;
  std::string prompt_file;
  bool chat = false;
  std::string system;
  std::string batch;
  bool json = false;
  bool quiet = false;

  Result<void> run() const {
    const auto config = parameters.config();
    if (!config) return config.error();
    if (!batch.empty()) {
      for (const char* other : {"--prompt", "--prompt-file", "--chat", "--system"})
        if (app->count(other) > 0)
          return Error{std::string("--batch has the prompts in its file, so ") + other +
                       " has no meaning with it; leave one of them out"};
      return answer_file(batch, model, *config, quiet);
    }
    const auto text = prompt_text();
    if (!text) return text.error();

    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    const auto ids = tokens_of(*loaded, *text);
    if (!ids) return ids.error();

    tamis::GenerationConfig plain = resolved(*config);
    if (!plain.seed) plain.seed = std::random_device{}();
    Audience audience;
    audience.prefill = [&](std::size_t read, std::size_t all) {
      progress.show("reading the prompt: " + std::to_string(read) + " of " + std::to_string(all) +
                    " tokens");
    };
    bool shown = false;
    audience.text = [&](std::string_view piece) {
      progress.clear();
      shown = shown || !piece.empty();
      if (!json) std::cout << piece << std::flush;
    };
    const auto texts = write_texts(*loaded, *ids, plain, json || plain.logprobs, audience);
    progress.clear();
    if (!texts) {
      if (shown && !json) std::cout << std::endl;
      return texts.error();
    }
    const Totals totals(*texts, loaded->seconds, *plain.seed);
    if (json)
      print_json(*ids, *texts, totals);
    else
      std::cout << std::endl;
    if (!quiet) totals.print(*texts);
    return {};
  }

 private:
  /// The text to go on from: of the option, of the file, or of standard input.
  Result<std::string> prompt_text() const {
    if (prompt) return *prompt;
    if (!prompt_file.empty()) return read_text(prompt_file);
    if (parameters.reads_standard_input()) {
      return Error{
          "standard input is the configuration, so it cannot be the prompt; give --prompt or "
          "--prompt-file"};
    }
    if (isatty(STDIN_FILENO)) {
      return Error{
          "there is no prompt; give --prompt TEXT, --prompt-file FILE, or a text on standard "
          "input"};
    }
    return read_text("-");
  }

  Result<std::vector<tamis::TokenId>> tokens_of(const Loaded& loaded,
                                                const std::string& text) const {
    std::string whole = text;
    if (chat) {
      const auto source = loaded.gguf.value<std::string_view>("tokenizer.chat_template");
      if (!source) return source.error();
      const auto chat_template = tamis::ChatTemplate::of(*source);
      if (!chat_template) return chat_template.error();
      std::vector<tamis::ChatMessage> messages;
      if (!system.empty()) messages.push_back({"system", system});
      messages.push_back({"user", text});
      whole = chat_template->apply(messages);
    }
    std::vector<tamis::TokenId> ids = loaded.tokenizer.encode(whole);
    const tamis::SpecialTokens& special = loaded.tokenizer.special();
    if (special.needs_begin && (ids.empty() || ids.front() != special.begin))
      ids.insert(ids.begin(), special.begin);
    if (ids.empty()) return Error{"the prompt is empty; give a text to go on from"};
    return ids;
  }

  static void print_json(const std::vector<tamis::TokenId>& prompt_ids,
                         const std::vector<tamis::Generation>& texts, const Totals& totals) {
    nlohmann::ordered_json object;
    object["prompt_ids"] = prompt_ids;
    object["sequences"] = nlohmann::ordered_json::array();
    for (const tamis::Generation& text : texts) object["sequences"].push_back(json_of(text));
    object["stats"] = totals.to_json();
    std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }

  /// The score is the sum of the log-probabilities, which are the model's own, before any policy.
  /// Those after, and those of the likeliest tokens, are there if `logprobs` was asked for.
  static nlohmann::ordered_json json_of(const tamis::Generation& text) {
    double score = 0;
    std::vector<double> raw, processed;
    nlohmann::ordered_json top = nlohmann::ordered_json::array();
    for (const tamis::LogProbability& log : text.log_probabilities) {
      raw.push_back(log.raw.value_or(0));
      score += raw.back();
      if (log.processed) processed.push_back(*log.processed);
      if (log.raw_top.empty()) continue;
      top.push_back(nlohmann::ordered_json::array());
      for (const auto& candidate : log.raw_top) {
        top.back().push_back({{"id", candidate.token}, {"logprob", candidate.log_probability}});
      }
    }
    nlohmann::ordered_json object = {{"ids", text.tokens},
                                     {"text", text.text},
                                     {"score", score},
                                     {"logprobs", raw},
                                     {"finish_reason", tamis::name_of(text.finish)}};
    if (!processed.empty()) object["processed_logprobs"] = processed;
    if (!top.empty()) object["top_logprobs"] = top;
    return object;
  }
};

}  // namespace

Command generate(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("generate", "Goes on with a text, and streams what the model writes");
  auto options = std::make_shared<Generate>();
  options->app = app;
  options->model.add_model(*app);
  app->add_option("--prompt", options->prompt,
                  "the text to go on from; without it, --prompt-file or standard input")
      ->type_name("TEXT");
  app->add_option("--prompt-file", options->prompt_file, "a file with the text to go on from")
      ->type_name("FILE");
  app->add_flag("--chat", options->chat,
                "takes the text for a message, in the model's own chat format");
  app->add_option("--system", options->system, "with --chat, the system message")
      ->type_name("TEXT");
  app->add_option("--batch", options->batch,
                  "answers the requests of a file, a JSON object a line with a \"prompt\" or with "
                  "\"messages\"; - is standard input")
      ->type_name("FILE");
  options->model.add_threads(*app);
  app->add_flag("--json", options->json,
                R"(writes {"prompt_ids", "sequences", "stats"} when all is done)");
  app->add_flag("--quiet", options->quiet, "shows no progress and no statistics");
  options->parameters.add(*app);
  return {app, [options] { return options->run(); }};
}

}  // namespace command
