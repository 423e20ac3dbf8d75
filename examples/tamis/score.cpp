#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <tamis/metrics/perplexity.hpp>
#include <vector>

#include "command.hpp"
#include "model.hpp"
#include "terminal.hpp"

namespace command {

namespace {

/// ln p(token) in the model's own distribution, the sum in double.
double log_probability(std::span<const float> logits, tamis::TokenId token) {
  const double greatest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - greatest);
  return static_cast<double>(logits[static_cast<std::size_t>(token)]) - greatest - std::log(sum);
}

struct Score {
  ModelOptions model;
  std::string file = "-";
  bool json = false;
  bool quiet = false;

  Result<void> run() const {
    const auto text = read_text(file);
    if (!text) return text.error();
    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    const tamis::Bpe& tokenizer = loaded->tokenizer;
    std::vector<tamis::TokenId> ids = tokenizer.encode(*text);
    if (tokenizer.special().needs_begin) ids.insert(ids.begin(), tokenizer.special().begin);
    if (ids.size() < 2) {
      return Error{
          "the text has " + std::to_string(ids.size()) +
          " tokens; two or more are needed, for the first has nothing that it could follow from"};
    }
    auto cache = loaded->model.start();
    if (const auto fits = loaded->model.check(cache, ids); !fits) return fits.error();

    // The first token has no token before it: N tokens have N - 1 log-probabilities.
    std::vector<double> logs(ids.size() - 1);
    bool valid = true;
    const std::span<const tamis::TokenId> scored(ids);
    loaded->model.forward_each(
        cache, scored.first(ids.size() - 1), [&](std::size_t i, std::span<const float> logits) {
          if (i % 32 == 0)
            progress.show("token " + std::to_string(i) + " of " + std::to_string(ids.size()));
          logs[i] = log_probability(logits, ids[i + 1]);
          valid = valid && !std::isnan(logs[i]);
        });
    progress.clear();
    if (!valid) return Error{sentence_of(tamis::Fault::invalid_logit)};
    json ? print_json(tokenizer, ids, logs, text->size())
         : print(tokenizer, ids, logs, text->size());
    return {};
  }

 private:
  static void print_json(const tamis::Bpe& tokenizer, const std::vector<tamis::TokenId>& ids,
                         const std::vector<double>& logs, std::size_t bytes) {
    nlohmann::ordered_json object;
    object["perplexity"] = tamis::metrics::perplexity(logs);
    object["mean_nll"] = tamis::metrics::mean_surprise(logs);
    object["bits_per_byte"] = tamis::metrics::bits_per_byte(logs, bytes);
    object["tokens"] = logs.size();
    object["ids"] = ids;
    object["logprobs"] = nlohmann::json::array({nullptr});
    for (const double log : logs) object["logprobs"].push_back(log);
    object["pieces"] = nlohmann::json::array();
    for (const tamis::TokenId id : ids) object["pieces"].push_back(tokenizer.bytes(id));
    std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }

  static void print(const tamis::Bpe& tokenizer, const std::vector<tamis::TokenId>& ids,
                    const std::vector<double>& logs, std::size_t bytes) {
    for (std::size_t i = 0; i < logs.size(); ++i) {
      const nlohmann::json piece = tokenizer.bytes(ids[i + 1]);
      std::printf("%9.4f  %6d  %s\n", logs[i], ids[i + 1],
                  piece.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    }
    std::printf(
        "perplexity %.4f, mean negative log-likelihood %.5f nats, %.4f bits per byte, over %zu "
        "tokens\n",
        tamis::metrics::perplexity(logs), tamis::metrics::mean_surprise(logs),
        tamis::metrics::bits_per_byte(logs, bytes), logs.size());
  }
};

}  // namespace

Command score(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("score", "Perplexity and token log-probabilities of a text");
  auto options = std::make_shared<Score>();
  options->model.add_model(*app);
  options->model.add_threads(*app);
  app->add_option("FILE", options->file, "the text; by default standard input")->type_name("");
  app->add_flag(
      "--json", options->json,
      R"(writes {"perplexity", "mean_nll", "bits_per_byte", "tokens", "ids", "logprobs", "pieces"})");
  app->add_flag("--quiet", options->quiet, "shows no progress");
  return {app, [options] { return options->run(); }};
}

}  // namespace command
