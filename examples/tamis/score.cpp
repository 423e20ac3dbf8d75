#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tamis/generation/score.hpp>
#include <tamis/metrics/distinct.hpp>
#include <tamis/metrics/diversity.hpp>
#include <tamis/metrics/perplexity.hpp>
#include <tamis/metrics/repetition.hpp>
#include <tamis/metrics/self_bleu.hpp>
#include <vector>

#include "command.hpp"
#include "model.hpp"
#include "terminal.hpp"

namespace command {

namespace {

/// One text, and the model's log-probability of each of its tokens but the first, which has nothing
/// before it.
struct ScoredText {
  std::vector<tamis::TokenId> ids;
  std::vector<double> logs;
  std::size_t bytes;
};

/// What one or several texts are like, apart from what the model makes of them.
nlohmann::ordered_json variety_of(const std::vector<std::vector<tamis::TokenId>>& texts,
                                  std::size_t vocab_size) {
  namespace metrics = tamis::metrics;
  nlohmann::ordered_json object = {{"repetition_score", metrics::seq_rep_n(texts, 4)}};
  for (int n = 1; n <= 4; ++n)
    object["seq_rep_" + std::to_string(n)] = metrics::seq_rep_n(texts, n);
  for (int n = 1; n <= 4; ++n)
    object["distinct_" + std::to_string(n)] = metrics::distinct_n(texts, n);
  object["expectation_adjusted_distinct"] =
      metrics::expectation_adjusted_distinct(texts, vocab_size);
  object["diversity"] = metrics::diversity(texts);
  if (texts.size() > 1) object["self_bleu"] = metrics::self_bleu(texts);
  return object;
}

struct Score {
  ModelOptions model;
  std::vector<std::string> files = {"-"};
  std::optional<int> window, stride;
  bool json = false;
  bool quiet = false;

  Result<void> run() const {
    std::vector<std::string> texts;
    for (const std::string& file : files) {
      auto text = read_text(file);
      if (!text) return text.error();
      texts.push_back(*std::move(text));
    }
    Progress progress(quiet);
    progress.show("loading the model");
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    std::vector<ScoredText> scored;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      auto text = score(*loaded, texts[i], progress);
      const std::string which = texts.size() > 1 ? "'" + files[i] + "': " : "";
      if (!text) return Error{which + text.error().message};
      scored.push_back(*std::move(text));
    }
    progress.clear();
    json ? print_json(loaded->tokenizer, scored) : print(loaded->tokenizer, scored);
    return {};
  }

 private:
  /// How a text is read: at once if the model can see it all, and if nothing else was asked for.
  Result<tamis::ScoreWindow> window_for(const tamis::Llama& model, std::size_t tokens) const {
    if (window && *window < 2)
      return Error{"--window is " + std::to_string(*window) + "; it must be 2 or more"};
    if (stride && *stride < 1)
      return Error{"--stride is " + std::to_string(*stride) + "; it must be 1 or more"};
    const auto context = static_cast<std::size_t>(model.context_size());
    const std::size_t size = window ? static_cast<std::size_t>(*window)
                                    : std::max<std::size_t>(2, std::min(context, tokens));
    const std::size_t step = stride          ? static_cast<std::size_t>(*stride)
                             : size < tokens ? size / 2
                                             : size;
    return tamis::ScoreWindow{size, step};
  }

  Result<ScoredText> score(Loaded& loaded, const std::string& text, Progress& progress) const {
    const tamis::Bpe& tokenizer = loaded.tokenizer;
    ScoredText scored{tokenizer.encode(text), {}, text.size()};
    std::vector<tamis::TokenId>& ids = scored.ids;
    if (tokenizer.special().needs_begin) ids.insert(ids.begin(), tokenizer.special().begin);
    const auto read_in = window_for(loaded.model(), ids.size());
    if (!read_in) return read_in.error();
    auto logs = tamis::score(loaded.model(), ids, *read_in, [&](std::size_t done) {
      if (done % 32 == 0)
        progress.show("token " + std::to_string(done) + " of " + std::to_string(ids.size()));
    });
    if (!logs) return logs.error();
    scored.logs = *std::move(logs);
    return scored;
  }

  /// What the model makes of texts, all taken together.
  static nlohmann::ordered_json surprise_of(const std::vector<ScoredText>& texts) {
    std::vector<double> logs;
    std::size_t bytes = 0;
    for (const ScoredText& text : texts) {
      logs.insert(logs.end(), text.logs.begin(), text.logs.end());
      bytes += text.bytes;
    }
    return {{"perplexity", tamis::metrics::perplexity(logs)},
            {"mean_nll", tamis::metrics::mean_surprise(logs)},
            {"bits_per_byte", tamis::metrics::bits_per_byte(logs, bytes)},
            {"tokens", logs.size()}};
  }

  /// All that is said of texts together.
  static nlohmann::ordered_json summary_of(const tamis::Bpe& tokenizer,
                                           const std::vector<ScoredText>& texts) {
    std::vector<std::vector<tamis::TokenId>> ids;
    for (const ScoredText& text : texts) ids.push_back(text.ids);
    auto object = surprise_of(texts);
    object.update(variety_of(ids, static_cast<std::size_t>(tokenizer.vocab_size())));
    return object;
  }

  static void print_json(const tamis::Bpe& tokenizer, const std::vector<ScoredText>& texts) {
    auto list = nlohmann::ordered_json::array();
    for (const ScoredText& text : texts) {
      auto object = summary_of(tokenizer, {text});
      object["ids"] = text.ids;
      object["logprobs"] = nlohmann::json::array({nullptr});
      for (const double log : text.logs) object["logprobs"].push_back(log);
      object["pieces"] = nlohmann::json::array();
      for (const tamis::TokenId id : text.ids) object["pieces"].push_back(tokenizer.bytes(id));
      list.push_back(std::move(object));
    }
    auto object = list[0];
    if (texts.size() > 1) {
      object = summary_of(tokenizer, texts);
      object["texts"] = std::move(list);
    }
    std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  }

  static void print(const tamis::Bpe& tokenizer, const std::vector<ScoredText>& texts) {
    for (const ScoredText& text : texts) {
      for (std::size_t i = 0; i < text.logs.size() && texts.size() == 1; ++i) {
        const nlohmann::json piece = tokenizer.bytes(text.ids[i + 1]);
        std::printf("%9.4f  %6d  %s\n", text.logs[i], text.ids[i + 1],
                    piece.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
      }
    }
    const auto summary = summary_of(tokenizer, texts);
    const auto value = [&](const char* name) { return summary[name].get<double>(); };
    std::printf(
        "perplexity %.4f, mean negative log-likelihood %.5f nats, %.4f bits per byte, over %zu "
        "tokens\n",
        value("perplexity"), value("mean_nll"), value("bits_per_byte"),
        summary["tokens"].get<std::size_t>());
    for (const auto& [name, number] : summary.items()) {
      if (name == "perplexity" || name == "mean_nll" || name == "bits_per_byte" || name == "tokens")
        continue;
      std::string words = name;
      for (char& c : words) c = c == '_' ? ' ' : c;
      if (number.is_null() || std::isnan(number.get<double>()))
        std::printf("%-30s  none: the text is too short\n", words.c_str());
      else
        std::printf("%-30s  %.4f\n", words.c_str(), number.get<double>());
    }
  }
};

}  // namespace

Command score(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "score", "Perplexity, repetition and variety of a text, or of several");
  auto options = std::make_shared<Score>();
  options->model.add_model(*app);
  options->model.add_threads(*app);
  app->add_option("FILE", options->files,
                  "texts, which are scored together; by default standard input")
      ->type_name("");
  app->add_option("--window", options->window,
                  "how many tokens are read at once; by default the whole text, or what the model "
                  "takes of it")
      ->type_name("N");
  app->add_option("--stride", options->stride,
                  "how far each window is behind the one before, for a longer text; by default "
                  "half a window")
      ->type_name("N");
  app->add_flag(
      "--json", options->json,
      R"(writes {"perplexity", "mean_nll", "bits_per_byte", "tokens", "repetition_score", "seq_rep_1" to 4, "distinct_1" to 4, "expectation_adjusted_distinct", "diversity", "ids", "logprobs", "pieces"}; of several texts "self_bleu" and "texts" too)");
  app->add_flag("--quiet", options->quiet, "shows no progress");
  return {app, [options] { return options->run(); }};
}

}  // namespace command
