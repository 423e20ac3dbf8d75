#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "command.hpp"
#include "model.hpp"
#include "terminal.hpp"

namespace command {

namespace {

using Clock = std::chrono::steady_clock;
using tamis::TokenId;

struct Measure {
  ModelOptions model;
  std::string prompt = "The capital of France is";
  std::vector<int> lengths = {25, 50, 100, 200};
  int repeats = 3;

  Result<void> kv_cache() const {
    for (const int length : lengths) {
      if (length < 1)
        return Error{"a length is " + std::to_string(length) + "; it must be 1 or more"};
    }
    if (repeats < 1)
      return Error{"repeats is " + std::to_string(repeats) + "; it must be 1 or more"};
    auto loaded = load(model);
    if (!loaded) return loaded.error();
    const std::vector<TokenId> ids = loaded->tokenizer.encode(prompt);
    if (ids.empty()) return Error{"the prompt is empty; give a text to go on from"};
    const auto longest =
        static_cast<std::size_t>(*std::max_element(lengths.begin(), lengths.end()));
    if (const auto fits =
            loaded->model().check(loaded->model().start(), std::vector<TokenId>(ids.size() + longest));
        !fits) {
      return fits.error();
    }

    Progress progress(false);
    std::vector<double> with, without;  // the least time of each step
    for (int i = 0; i < repeats; ++i) {
      const auto note = [&](const char* what) {
        progress.show("round " + std::to_string(i + 1) + " of " + std::to_string(repeats) + ", " +
                      what);
      };
      note("with the cache");
      keep_least(with, steps(loaded->model(), ids, longest, true));
      note("without");
      keep_least(without, steps(loaded->model(), ids, longest, false));
    }
    progress.clear();

    std::printf(
        "%d thread%s, %zu prompt tokens, greedy; the least time of %d rounds for each token\n\n",
        model.threads, model.threads == 1 ? "" : "s", ids.size(), repeats);
    std::printf("new tokens | with KV cache | without    | ratio | tokens/s with | without\n");
    std::printf("---------: | ------------: | ---------: | ----: | ------------: | ------:\n");
    for (const int length : lengths) {
      const double cached = sum(with, length), uncached = sum(without, length);
      std::printf("%10d | %11.3f s | %8.3f s | %5.1f | %13.1f | %7.1f\n", length, cached, uncached,
                  uncached / cached, length / cached, length / uncached);
    }
    const auto all = static_cast<int>(longest);
    std::printf("\ndecoding with the cache: %.1f tokens/s on %d thread%s\n", all / sum(with, all),
                model.threads, model.threads == 1 ? "" : "s");
    return {};
  }

 private:
  /// The seconds from each token to the next, the prompt's pass being part of the first.
  static std::vector<double> steps(tamis::Llama& model, std::vector<TokenId> ids, std::size_t count,
                                   bool cached) {
    std::vector<double> seconds;
    auto cache = model.start();
    std::span<const TokenId> unread(ids);
    for (std::size_t n = 0; n < count; ++n) {
      const auto start = Clock::now();
      if (!cached) {
        cache = model.start();
        unread = ids;
      }
      const auto logits = model.forward(cache, unread);
      tamis::simd::RowOf row(logits, {0, ids.size()});
      ids.push_back(tamis::Sampler{tamis::Greedy{}}(row).token);
      unread = std::span(ids).last(1);
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return seconds;
  }

  static void keep_least(std::vector<double>& least, const std::vector<double>& times) {
    if (least.empty()) least = times;
    for (std::size_t i = 0; i < times.size(); ++i) least[i] = std::min(least[i], times[i]);
  }

  static double sum(const std::vector<double>& times, int count) {
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += times[static_cast<std::size_t>(i)];
    return sum;
  }
};

}  // namespace

Command measure(CLI::App& program) {
  CLI::App* app =
      program.add_subcommand("measure", "Measures the speed of the model on this machine");
  auto options = std::make_shared<Measure>();
  options->model.threads = 1;
  CLI::App* kv_cache = app->add_subcommand(
      "kv-cache",
      "A table of decoding with the KV cache against reading everything again for each token");
  app->require_subcommand(1);
  options->model.add_model(*kv_cache);
  kv_cache
      ->add_option("--threads", options->model.threads,
                   "how many threads the model computes on; by default 1")
      ->type_name("N");
  kv_cache->add_option("--prompt", options->prompt, "the text to go on from")->type_name("TEXT");
  kv_cache->add_option("--lengths", options->lengths, "how many tokens, by default 25,50,100,200")
      ->delimiter(',')
      ->type_name("N,...");
  kv_cache
      ->add_option("--repeats", options->repeats,
                   "rounds, of which the least time counts for each token; by default 3")
      ->type_name("N");
  return {app, [options] { return options->kv_cache(); }};
}

}  // namespace command
