#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

#include "command.hpp"
#include "model.hpp"
#include "parameter_options.hpp"
#include "terminal.hpp"
#include "writing.hpp"

namespace command {

namespace {

struct Generate {
  ModelOptions model;
  ParameterOptions parameters;
  std::optional<std::string> prompt;
  std::string prompt_file;
  bool chat = false;
  std::string system;
  bool json = false;
  bool quiet = false;

  Result<void> run() const {
    const auto config = parameters.config();
    if (!config) return config.error();
    const auto text = prompt_text();
    if (!text) return text.error();

    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    const auto ids = tokens_of(*loaded, *text);
    if (!ids) return ids.error();

    Statistics statistics{.prompt_tokens = ids->size(), .load_seconds = loaded->seconds};
    tamis::GenerationConfig plain = resolved(*config);
    if (!plain.seed) plain.seed = std::random_device{}();
    statistics.seed = *plain.seed;
    Writing writing;
    writing.wants_logprobs = json || plain.logprobs;
    writing.show_prefill = [&](std::size_t done) {
      progress.show("reading the prompt: " + std::to_string(done) + " of " +
                    std::to_string(ids->size()) + " tokens");
    };
    writing.show = [&](std::string_view piece) {
      progress.clear();
      if (!json) std::cout << piece << std::flush;
    };
    const auto texts = write_texts(*loaded, *ids, plain, writing, statistics);
    progress.clear();
    if (!texts) return texts.error();
    if (json)
      print_json(*ids, *texts, statistics);
    else
      std::cout << std::endl;
    if (!quiet) print_statistics(*texts, statistics);
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
    const auto fits = loaded.model.check(loaded.model.start(), ids);
    if (!fits) return Error{"the prompt does not fit: " + fits.error().message};
    return ids;
  }

  static void print_json(const std::vector<tamis::TokenId>& prompt_ids,
                         const std::vector<Written>& texts, const Statistics& statistics) {
    nlohmann::ordered_json object;
    object["prompt_ids"] = prompt_ids;
    object["sequences"] = nlohmann::ordered_json::array();
    for (const Written& text : texts) {
      object["sequences"].push_back({{"ids", text.ids},
                                     {"text", text.text},
                                     {"score", text.score},
                                     {"logprobs", text.logprobs},
                                     {"finish_reason", text.finish_reason}});
    }
    object["stats"] = {
        {"prompt_tokens", statistics.prompt_tokens},
        {"new_tokens", statistics.new_tokens},
        {"load_seconds", statistics.load_seconds},
        {"prefill_seconds", statistics.prefill_seconds},
        {"decode_seconds", statistics.decode_seconds},
        {"tokens_per_second", rate(statistics.new_tokens, statistics.decode_seconds)},
        {"seed", statistics.seed}};
    std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }

  static double rate(std::size_t tokens, double seconds) {
    return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
  }

  static void print_statistics(const std::vector<Written>& texts, const Statistics& s) {
    std::string ends;
    for (const Written& text : texts) ends += (ends.empty() ? "" : ", ") + text.finish_reason;
    std::fprintf(stderr,
                 "[%zu prompt tokens in %.2f s; %zu new tokens in %.2f s, %.1f tokens/s; model "
                 "loaded in %.2f s; "
                 "seed %llu; ended by %s]\n",
                 s.prompt_tokens, s.prefill_seconds, s.new_tokens, s.decode_seconds,
                 rate(s.new_tokens, s.decode_seconds), s.load_seconds,
                 static_cast<unsigned long long>(s.seed), ends.c_str());
  }
};

}  // namespace

Command generate(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("generate", "Goes on with a text, and streams what the model writes");
  auto options = std::make_shared<Generate>();
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
  options->model.add_threads(*app);
  app->add_flag("--json", options->json,
                R"(writes {"prompt_ids", "sequences", "stats"} when all is done)");
  app->add_flag("--quiet", options->quiet, "shows no progress and no statistics");
  options->parameters.add(*app);
  return {app, [options] { return options->run(); }};
}

}  // namespace command
