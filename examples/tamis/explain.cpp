#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <tamis/presets/config_pipeline.hpp>
#include <tamis/presets/explanation.hpp>
#include <tamis/presets/orders.hpp>
#include <tamis/presets/place_in_order.hpp>
#include <tamis/presets/standard.hpp>
#include <vector>

#include "asked.hpp"
#include "command.hpp"
#include "explain_page.hpp"
#include "model.hpp"
#include "parameter_options.hpp"
#include "pipeline_on.hpp"
#include "prompt_options.hpp"
#include "terminal.hpp"
#include "writing.hpp"

namespace command {

namespace {

using nlohmann::ordered_json;
using tamis::TokenId;

std::string dumped(const ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The tokens of a text, each taken apart.
struct Steps {
  std::string prompt;
  std::uint64_t seed;
  std::vector<std::string> policies;  ///< their names
  std::vector<TokenId> drawn;
  std::vector<tamis::Explanation> explanations;  ///< one a token drawn

  ordered_json to_json(const tamis::Bpe& tokenizer) const {
    ordered_json object = {{"prompt", prompt},
                           {"seed", seed},
                           {"policies", policies},
                           {"steps", ordered_json::array()}};
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const tamis::Explanation& step = explanations[i];
      ordered_json json = {{"drawn", drawn[i]},
                           {"piece", tokenizer.bytes(drawn[i])},
                           {"rank", step.rank},
                           {"kept", step.kept},
                           {"entropy", step.entropy},
                           {"policies", ordered_json::array()},
                           {"tokens", ordered_json::array()}};
      for (const auto& policy : step.policies)
        json["policies"].push_back({{"type", policy.type},
                                    {"kept", policy.kept},
                                    {"removed", policy.removed},
                                    {"removed_mass", policy.removed_mass},
                                    {"entropy", policy.entropy},
                                    {"changes", policy.changes}});
      for (const auto& token : step.tokens)
        json["tokens"].push_back(
            {{"id", token.id},
             {"piece", tokenizer.bytes(token.id)},
             {"logit", token.logit},
             {"probabilities", token.probabilities},
             {"removed_by",
              token.removed_by < 0 ? ordered_json() : ordered_json(token.removed_by)}});
      object["steps"].push_back(std::move(json));
    }
    return object;
  }

  void print(const tamis::Bpe& tokenizer) const {
    const auto piece = [&](TokenId id) { return dumped(tokenizer.bytes(id)); };
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const tamis::Explanation& step = explanations[i];
      const auto& token = *step.find(drawn[i]);
      std::printf(
          "step %zu: drawn %s, %.2f %% by the model (rank %zu), %.2f %% after the policies\n",
          i + 1, piece(drawn[i]).c_str(), 100 * token.before(), step.rank, 100 * token.after());
      std::printf("  %-22s %9s %11s %9s %8s\n", "policy", "removed", "their mass", "left",
                  "entropy");
      std::printf("  %-22s %9s %11s %9zu %8.3f\n", "the model", "", "", step.kept, step.entropy);
      for (const auto& policy : step.policies) {
        if (policy.removed > 0)
          std::printf("  %-22s %9zu %9.2f %% %9zu %8.3f\n", policy.type.c_str(), policy.removed,
                      100 * policy.removed_mass, policy.kept, policy.entropy);
        else
          std::printf("  %-22s %9s %11s %9zu %8.3f\n", policy.type.c_str(), "-",
                      policy.changes ? "reweighs" : "no change", policy.kept, policy.entropy);
      }
      std::printf("  %-22s %9s %9s\n", "token", "model", "after");
      for (const auto& one : step.tokens) {
        const std::string fate =
            one.id == drawn[i] ? "drawn"
            : one.removed_by < 0
                ? ""
                : "removed by " + policies[static_cast<std::size_t>(one.removed_by)];
        std::printf("  %-22s %7.2f %% %7.2f %%  %s\n", piece(one.id).c_str(), 100 * one.before(),
                    100 * one.after(), fate.c_str());
      }
      std::printf("\n");
    }
  }
};

struct Explain {
  const CLI::App* app = nullptr;
  ModelOptions model;
  ParameterOptions parameters;
  PromptOptions prompt;
  int top = 10;
  std::string html;
  bool json = false;
  bool quiet = false;

  Result<void> run() {
    if (top < 1 || top > 1000)
      return Error{"--top is " + std::to_string(top) + "; it must be from 1 to 1000"};
    const auto given = parameters.config();
    if (!given) return given.error();
    tamis::GenerationConfig config = tamis::resolved(*given);
    if (const std::string other = what_draws_otherwise(config); !other.empty())
      return Error{other + ", which explain does not follow; leave it out"};
    if (config.num_return_sequences != 1)
      return Error{"explain is about one text, but num_return_sequences is " +
                   std::to_string(config.num_return_sequences)};
    if (const auto read = prompt.read(parameters.reads_standard_input()); !read) return read;

    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    auto tokens = prompt.tokens(*loaded);
    if (!tokens) return tokens.error();
    if (!config.seed) config.seed = std::random_device{}();
    if (config.eos_token_id.empty()) config.eos_token_id = loaded->tokenizer.special().ends;
    const auto pipeline =
        tamis::config_pipeline(config, static_cast<std::size_t>(loaded->vocab_size()),
                               context_of(config, *loaded, tokens->ids.size()));
    if (!pipeline) return pipeline.error();

    Audience audience;
    audience.text = [](std::string_view) {};
    audience.prefill = [](std::size_t, std::size_t) {};
    audience.progress = [&](const std::string& line) { progress.show(line); };
    const Request request{.prompt = *std::move(tokens), .config = config, .threads = model.threads};
    const auto written = write_texts(*loaded, request, audience);
    if (!written) return written.error();
    const auto steps = taken_apart(*loaded, request, *pipeline, written->texts[0].tokens, progress);
    progress.clear();
    if (!steps) return steps.error();

    if (!html.empty()) {
      if (const auto page =
              write_text(html, explain_page(dumped(steps->to_json(loaded->tokenizer))));
          !page)
        return page;
    }
    if (json)
      std::cout << dumped(steps->to_json(loaded->tokenizer)) << '\n';
    else if (html.empty())
      steps->print(loaded->tokenizer);
    return {};
  }

 private:
  /// What of a configuration draws otherwise than from what one row and a history say; empty if
  /// nothing does.
  std::string what_draws_otherwise(const tamis::GenerationConfig& config) const {
    if (config.mirostat != 0) return "mirostat learns from the tokens drawn";
    if (config.adaptive_target) return "adaptive_target learns from the tokens drawn";
    if (config.penalty_alpha > 0) return "penalty_alpha asks for contrastive search";
    if (!config.dola_layers.empty()) return "dola_layers asks for other logits than the model's";
    if (config.token_healing || app->count("--heal") > 0)
      return "--heal binds the first tokens to a text";
    return "";
  }

  /// Reads the text again, a token at a time as it was drawn, and takes each of its tokens apart.
  Result<Steps> taken_apart(Loaded& loaded, const Request& request, const tamis::Pipeline& pipeline,
                            const std::vector<TokenId>& drawn, Progress& progress) const {
    const std::span<const TokenId> read = request.prompt.ids;
    Steps steps{loaded.tokenizer.decode(read).value_or(""), *request.config.seed, {}, drawn, {}};
    for (const auto& step : pipeline.steps()) steps.policies.push_back(step.type);
    const bool llama_cpp = request.config.order == tamis::PolicyOrder::llama_cpp;
    auto cache = loaded.model().start();
    std::span<const float> logits = loaded.model().forward(cache, read);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      progress.show("taking token " + std::to_string(i + 1) + " of " +
                    std::to_string(drawn.size()) + " apart");
      const tamis::ExplanationOptions options{
          .drawn = drawn[i],
          .top = static_cast<std::size_t>(top),
          .seed = *request.config.seed,
          .place_of_xtc = llama_cpp ? tamis::place_in_order<tamis::Xtc, tamis::orders::llama_cpp>
                                    : tamis::Standard::place_of_xtc};
      auto step =
          tamis::explain(pipeline, logits, read, std::span(drawn).first(i), options, on_simd);
      if (!step) return step.error();
      steps.explanations.push_back(*std::move(step));
      if (i + 1 < drawn.size()) logits = loaded.model().forward(cache, std::span(&drawn[i], 1));
    }
    return steps;
  }
};

}  // namespace

Command explain(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "explain", "Shows what each policy did to the model's distribution, a token at a time");
  auto options = std::make_shared<Explain>();
  options->app = app;
  options->model.add_model(*app);
  options->prompt.add(*app);
  options->model.add_threads(*app);
  app->add_option("--top", options->top,
                  "how many of the likeliest tokens are shown, before the policies and after them")
      ->type_name("N")
      ->capture_default_str();
  app->add_option("--html", options->html,
                  "writes a page for a browser, with the steps on a slider")
      ->type_name("FILE");
  app->add_flag("--json", options->json, R"(writes {"prompt", "seed", "policies", "steps"})");
  app->add_flag("--quiet", options->quiet, "shows no progress");
  tamis::GenerationConfig otherwise;
  otherwise.max_new_tokens = 20;
  options->parameters.add(*app, otherwise);
  return {app, [options] { return options->run(); }};
}

}  // namespace command
