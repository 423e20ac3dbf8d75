/// \file real_caches_test.cpp
/// The caches on SmolLM2-135M-Instruct.

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/paged_kv_cache.hpp>
#include <tamis/generation/prefix_cache.hpp>
#include <tamis/generation/quantized_kv_cache.hpp>
#include <tamis/generation/window_kv_cache.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>
#include <vector>

#include "catch.hpp"
#include "real_model.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

static const nlohmann::json& golden() {
  static const auto json =
      nlohmann::json::parse(std::ifstream(TAMIS_TESTS_DIR "/golden/perplexity.json"));
  return json;
}

/// Of the golden text. The model reads it in pieces, so that a window slides within and between.
template <class M>
static double perplexity(M model) {
  const auto ids = golden()["ids"].get<Tokens>();
  double sum = 0;
  auto cache = model.start();
  for (std::size_t done = 0; done < ids.size(); done += 100)
    model.forward_each(
        cache, std::span(ids).subspan(done, std::min<std::size_t>(100, ids.size() - done)),
        [&](std::size_t i, std::span<const float> logits) {
          if (done + i + 1 == ids.size()) return;
          double total = 0;
          for (const float z : logits) total += std::exp(static_cast<double>(z));
          sum += std::log(total) - logits[static_cast<std::size_t>(ids[done + i + 1])];
        });
  return std::exp(sum / static_cast<double>(ids.size() - 1));
}

TEST_CASE(
    "A cache of bytes costs SmolLM2 less than 0.5 % of perplexity, for a fourth of the memory") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  const double exact = golden()["perplexity"].get<double>();
  const double bytes = perplexity(model->with_cache<QuantizedKvCache>());
  INFO("perplexity " << exact << " exact, " << bytes << " with bytes");
  CHECK(bytes == Approx(exact).epsilon(0.005));
  const auto of = [](const auto& cache) { return cache.bytes_per_token(); };
  CHECK(of(model->start()) == 30 * 3 * 2 * 64 * 4);  // 46,080
  CHECK(of(model->with_cache<PagedKvCache>().start()) == 46080);
  CHECK(of(model->with_cache<WindowKvCache>().start()) == 46080);
  CHECK(of(model->with_cache<QuantizedKvCache>().start()) == 30 * 3 * 2 * (64 + 4));  // 12,240
}

TEST_CASE("Behind a window, sinks keep the perplexity of SmolLM2, which is worse without them") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  const double exact = golden()["perplexity"].get<double>();
  const double with = perplexity(model->with_cache<WindowKvCache>(1, 4, 124));
  const double without = perplexity(model->with_cache<WindowKvCache>(1, 0, 128));
  INFO("perplexity " << exact << " exact, " << with << " with sinks, " << without << " without");
  CHECK(with < 1.01 * exact);
  CHECK(without > 1.1 * with);
}

TEST_CASE("SmolLM2 draws the same tokens from each exact cache, with and without known prefixes") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  auto paged = model->with_cache<PagedKvCache>(2, 16);
  auto sliding = model->with_cache<WindowKvCache>(1, 4, 400);
  const Sampler sampler{Temperature{0.9f}, TopP{0.95f}};
  const auto text = golden()["ids"].get<Tokens>();
  PrefixCache prefixes(paged.start(), std::size_t{1} << 28);
  int read = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Tokens prompt(text.begin(), text.begin() + 100);
    prompt.insert(prompt.end(), text.begin() + 100 + 10 * static_cast<int>(seed),
                  text.begin() + 120 + 10 * static_cast<int>(seed));
    const GenerationOptions options{.max_new_tokens = 24, .seed = seed};
    const auto expected = generate(*model, NoTokenizer{}, sampler, prompt, options);
    REQUIRE(expected);
    CHECK(generate(sliding, NoTokenizer{}, sampler, prompt, options)->tokens == expected->tokens);
    auto memory = prefixes.recall(paged, prompt);
    const auto made = generate(paged, memory, NoTokenizer{}, sampler, prompt, options);
    CHECK(made->tokens == expected->tokens);
    read += made->statistics.prompt_tokens - made->statistics.cached_tokens;
    prefixes.keep(memory);
  }
  CHECK(read == 120 + 2 * 24);  // of 3 * 120 tokens
}
