#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "catch.hpp"
#include "real_model.hpp"
#include "tiny_llama.hpp"

using namespace tamis;

static Llama load(const Bytes& file, int threads = 1, const Kernels& kernels = best_kernels()) {
  const auto gguf = Gguf::parse(file);
  REQUIRE(gguf);
  auto model = Llama::load(*gguf, threads, kernels);
  if (!model) FAIL(model.error().message);
  return *std::move(model);
}

static std::vector<TokenId> random_ids(int count, int vocabulary, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<TokenId> ids(count);
  for (TokenId& id : ids) id = static_cast<TokenId>(random() % vocabulary);
  return ids;
}

static std::vector<float> forward(Llama& model, Llama::Cache& cache, std::span<const TokenId> ids) {
  const auto logits = model.forward(cache, ids);
  return {logits.begin(), logits.end()};
}

/// The greatest difference between the logits after each of `ids` and those that Eigen computes.
static double error_against_eigen(const TinyLlama& tiny, Llama& model,
                                  const std::vector<TokenId>& ids) {
  const auto expected = tiny.logits(ids);
  double error = 0;
  std::size_t visited = 0;
  auto cache = model.start();
  model.forward_each(cache, ids, [&](std::size_t i, std::span<const float> logits) {
    REQUIRE(i == visited++);
    REQUIRE(logits.size() == static_cast<std::size_t>(tiny.vocabulary));
    for (int id = 0; id < tiny.vocabulary; ++id)
      error = std::max(error, std::abs(logits[id] - expected(static_cast<Eigen::Index>(i), id)));
  });
  REQUIRE(visited == ids.size());
  return std::isfinite(error) ? error : 1e9;
}

TEST_CASE(
    "A small llama computes what Eigen computes in double, for each storage type and instruction "
    "set") {
  for (const TensorType type : all_types)
    for (const bool tied : {true, false}) {
      TinyLlama tiny{.type = type, .tied = tied};
      tiny.make();
      const Bytes file = tiny.file();
      for (const Kernels* kernels : usable_kernels()) {
        INFO(tensor_layout(type).name << (tied ? " tied " : " separate ") << kernels->name);
        Llama model = load(file, 1, *kernels);
        CHECK(error_against_eigen(tiny, model, random_ids(45, tiny.vocabulary)) < 2e-5);
      }
    }
}

TEST_CASE("Sizes that fill no register are computed as well") {
  TinyLlama tiny{.layers = 3,
                 .width = 21,
                 .feed = 23,
                 .heads = 3,
                 .kv_heads = 1,
                 .head_size = 10,
                 .rotated = 6,
                 .vocabulary = 37,
                 .tied = false};
  for (const TensorType type : {TensorType::f32, TensorType::f16}) {
    tiny.type = type;
    const Bytes file = tiny.make().file();
    for (const Kernels* kernels : usable_kernels()) {
      Llama model = load(file, 1, *kernels);
      CHECK(error_against_eigen(tiny, model, random_ids(70, tiny.vocabulary)) < 2e-5);
    }
  }
}

TEST_CASE("A text longer than what goes through the layers at once is computed in pieces") {
  TinyLlama tiny{.layers = 1};
  const Bytes file = tiny.make().file();
  Llama model = load(file);
  const auto ids = random_ids(600, tiny.vocabulary);
  CHECK(error_against_eigen(tiny, model, ids) < 5e-5);
  auto cache = model.start();
  const auto logits = model.forward(cache, ids);
  const auto expected = tiny.logits(ids);
  for (int id = 0; id < tiny.vocabulary; ++id)
    CHECK(logits[id] == Approx(expected(599, id)).margin(5e-5));
}

TEST_CASE("Positions turn as the file says: slower by a factor, or each pair by its own") {
  TinyLlama linear{.linear_scale = 4};
  TinyLlama each{.slower = {1, 1, 2, 2, 4, 4, 8, 8}};
  for (TinyLlama* tiny : {&linear, &each}) {
    Llama model = load(tiny->make().file());
    CHECK(error_against_eigen(*tiny, model, random_ids(100, tiny->vocabulary)) < 2e-5);
  }
}

TEST_CASE("The logits are the same to the bit in pieces and at once, on any number of threads") {
  for (const TensorType type : {TensorType::f16, TensorType::q4_1, TensorType::q8_0}) {
    TinyLlama tiny{.type = type, .tied = type == TensorType::q8_0};
    const Bytes file = tiny.make().file();
    const auto ids = random_ids(300, tiny.vocabulary);
    for (const Kernels* kernels : usable_kernels()) {
      INFO(tensor_layout(type).name << " " << kernels->name);
      Llama model = load(file, 1, *kernels);
      auto cache = model.start();
      const auto at_once = forward(model, cache, ids);

      auto single = model.start();
      for (const TokenId id : std::span(ids).first(299)) model.forward(single, {&id, 1});
      CHECK(forward(model, single, std::span(ids).last(1)) == at_once);

      std::mt19937 random(5);
      auto pieces = model.start();
      std::vector<float> last;
      for (std::size_t done = 0; done < ids.size();) {
        const auto size = std::min<std::size_t>(random() % 40 + 1, ids.size() - done);
        last = forward(model, pieces, std::span(ids).subspan(done, size));
        done += size;
      }
      CHECK(last == at_once);

      for (const int threads : {2, 3}) {
        Llama several = load(file, threads, *kernels);
        auto other = several.start();
        CHECK(forward(several, other, ids) == at_once);
        const TokenId next = 7;
        auto copy = cache;
        CHECK(forward(several, other, {&next, 1}) == forward(model, copy, {&next, 1}));
      }
    }
  }
}

/// What forward_batch() gives to each entry, and to each alone; both go on from the caches.
static void check_batch(Llama& model, std::vector<Llama::Cache>& caches,
                        const std::vector<std::vector<TokenId>>& ids) {
  std::vector<BatchEntry<Llama>> entries;
  std::vector<Llama::Cache> copies = caches;
  std::vector<std::vector<float>> expected, given;
  for (std::size_t b = 0; b < ids.size(); ++b) {
    expected.push_back(forward(model, copies[b], ids[b]));
    entries.push_back({&caches[b], ids[b]});
  }
  forward_batch(model, entries, [&](std::size_t b, std::span<const float> logits) {
    REQUIRE(b == given.size());
    given.emplace_back(logits.begin(), logits.end());
  });
  CHECK(given == expected);
  for (std::size_t b = 0; b < ids.size(); ++b) CHECK(caches[b].length() == copies[b].length());
}

TEST_CASE(
    "A batch of sequences of any lengths gives each the logits that it has alone, to the bit") {
  for (const TensorType type : {TensorType::f16, TensorType::q4_1}) {
    TinyLlama tiny{.type = type};
    const Bytes file = tiny.make().file();
    for (const Kernels* kernels : usable_kernels())
      for (const int threads : {1, 3}) {
        INFO(tensor_layout(type).name << " " << kernels->name << " " << threads);
        Llama model = load(file, threads, *kernels);
        // Beginning together, of which two go through the layers in pieces; then one token each,
        // then one joins with many; more sequences than rows of logits that fit at once.
        std::vector<std::vector<TokenId>> ids;
        for (int b = 0; b < 40; ++b)
          ids.push_back(random_ids(b == 3 ? 300 : b == 7 ? 257 : b % 5 + 1, tiny.vocabulary, b));
        std::vector<Llama::Cache> caches(ids.size(), model.start());
        check_batch(model, caches, ids);
        for (int step = 0; step < 3; ++step) {
          for (auto& each : ids) each = {static_cast<TokenId>((each.back() + 7 * step + 1) % tiny.vocabulary)};
          if (step == 1) ids[11] = random_ids(30, tiny.vocabulary, 5);
          check_batch(model, caches, ids);
        }
      }
  }
}

TEST_CASE("What a batch cannot append is answered with nothing, and the others go on") {
  TinyLlama tiny{.vocabulary = 50, .context = 20};
  Llama model = load(tiny.make().file());
  std::vector<Llama::Cache> caches(4, model.start());
  check_batch(model, caches, {{1, 2}, {}, {50}, {3}});
  CHECK(caches[1].length() == 0);
  CHECK(caches[2].length() == 0);
  check_batch(model, caches, {random_ids(19, 50), {4}, random_ids(20, 50), {5}});
  CHECK(caches[0].length() == 2);
  model.forward_batch({}, [](std::size_t, std::span<const float>) { FAIL("visited"); });
}

TEST_CASE("The hidden states are those of Eigen, and the last gives the logits to the bit") {
  for (const bool tied : {true, false}) {
    TinyLlama tiny{.layers = 3, .width = 21, .tied = tied};
    Llama model = load(tiny.make().file());
    CHECK(model.layer_count() == 3);
    CHECK(model.hidden_size() == 21);
    CHECK(model.has_tied_output() == tied);
    const auto ids = random_ids(300, tiny.vocabulary);  // more than go through the layers at once
    const auto expected = tiny.hidden_states(ids);
    auto cache = model.start(), plain = model.start();
    std::vector<std::size_t> visits(4);
    std::vector<float> last;
    double error = 0;
    const std::vector<int> layers{0, 2, 3};
    model.forward_layers(cache, ids, layers,
                         [&](int layer, std::size_t i, std::span<const float> hidden) {
                           REQUIRE(i == visits[layer]++);
                           REQUIRE(hidden.size() == 21);
                           const auto row = static_cast<Eigen::Index>(i);
                           for (int k = 0; k < 21; ++k)
                             error = std::max(error, std::abs(hidden[k] - expected[layer](row, k)));
                           if (layer == 3) last.assign(hidden.begin(), hidden.end());
                         });
    CHECK(visits == std::vector<std::size_t>{300, 0, 300, 300});
    CHECK(error < 5e-5);
    const auto logits = forward(model, plain, ids);
    CHECK(std::ranges::equal(model.logits_of_hidden(last), logits));
    const TokenId next = 3;
    CHECK(forward(model, cache, {&next, 1}) == forward(model, plain, {&next, 1}));

    CHECK(model.logits_of_hidden(std::span(last).first(20)).empty());
    model.forward_layers(cache, {}, layers, [](int, std::size_t, std::span<const float>) {
      FAIL("visited");
    });
  }
}

TEST_CASE("A cache is a value: a copy goes its own way, and rewinding forgets") {
  TinyLlama tiny{.type = TensorType::q4_1};
  Llama model = load(tiny.make().file());
  const auto ids = random_ids(40, tiny.vocabulary), other = random_ids(40, tiny.vocabulary, 2);
  auto cache = model.start();
  model.forward(cache, std::span(ids).first(20));
  auto copy = cache, fork = cache.fork();
  const auto expected = forward(model, cache, std::span(ids).last(20));
  const auto expected_of_other = forward(model, copy, std::span(other).last(20));
  CHECK(expected != expected_of_other);
  CHECK(forward(model, fork, std::span(ids).last(20)) == expected);

  copy.rewind(20);
  CHECK(copy.length() == 20);
  CHECK(forward(model, copy, std::span(ids).last(20)) == expected);
  copy.rewind(0);
  CHECK(forward(model, copy, ids) == expected);
}

TEST_CASE("A sibling shares the weights and computes the same") {
  TinyLlama tiny{.type = TensorType::q8_0};
  Llama model = load(tiny.make().file());
  Llama sibling = model.sibling(2);
  const auto ids = random_ids(30, tiny.vocabulary);
  auto a = model.start(), b = sibling.start();
  const auto logits = model.forward(a, ids);
  CHECK(std::ranges::equal(sibling.forward(b, ids), logits));
}

TEST_CASE("What cannot be appended is refused with a sentence, and changes nothing") {
  TinyLlama tiny{.vocabulary = 50, .context = 20};
  Llama model = load(tiny.make().file());
  CHECK(model.vocab_size() == 50);
  CHECK(model.context_size() == 20);
  auto cache = model.start();
  const auto refused = [&](const std::vector<TokenId>& ids) {
    const int length = cache.length();
    const auto checked = model.check(cache, ids);
    REQUIRE_FALSE(checked);
    CHECK(model.forward(cache, ids).empty());
    model.forward_each(cache, ids, [](std::size_t, std::span<const float>) { FAIL("visited"); });
    CHECK(cache.length() == length);
    return checked.error().message;
  };
  CHECK(refused({}) == "there is no token to go on from; give one or more");
  CHECK(refused({3, 50}) == "there is no token 50; the model's are 0 to 49");
  CHECK(refused({-1}) == "there is no token -1; the model's are 0 to 49");
  CHECK(refused(random_ids(21, 50)) == "the text is 21 tokens long; the model takes 20");
  const auto ids = random_ids(20, 50);
  CHECK(model.check(cache, ids));
  CHECK(model.forward(cache, ids).size() == 50);
  CHECK(refused({1}) == "the text is 21 tokens long; the model takes 20");

  cache = Llama::Cache(2, 3, 16);
  CHECK(refused({1}) == "the cache is of another model; begin with this model's start()");
}

TEST_CASE("A weight that is no number shows in the logits, and not as a crash") {
  for (const TensorType type : {TensorType::f32, TensorType::q8_0}) {
    TinyLlama tiny{.type = type};
    tiny.make();
    auto& bytes = tiny.tensors["blk.1.ffn_up.weight"].bytes;
    const std::uint32_t nan = 0x7fc07e00;  // to float and to half precision
    std::memcpy(bytes.data(), &nan, type == TensorType::f32 ? 4 : 2);
    const Bytes file = tiny.file();
    for (const Kernels* kernels : usable_kernels()) {
      Llama model = load(file, 1, *kernels);
      auto cache = model.start();
      const auto logits = model.forward(cache, random_ids(3, tiny.vocabulary));
      CHECK(std::ranges::any_of(logits, [](float z) { return std::isnan(z); }));
    }
  }
}

// The real model.

static std::vector<nlohmann::json> golden(const std::string& name) {
  std::ifstream file(TAMIS_TESTS_DIR "/golden/" + name);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  REQUIRE_FALSE(lines.empty());
  return lines;
}

static std::vector<TokenId> ids_of(const nlohmann::json& json) {
  return json.get<std::vector<TokenId>>();
}

TEST_CASE("SmolLM2's next-token logits are those of the float32 reference to 0.001") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  CHECK(model->vocab_size() == 49152);
  CHECK(model->context_size() == 8192);
  for (const auto& line : golden("next_token.jsonl")) {
    INFO(line["prompt"].get<std::string>());
    auto cache = model->start();
    const auto logits = model->forward(cache, ids_of(line["ids"]));
    const auto ids = ids_of(line["top_ids"]);
    const auto expected = line["top_logits"].get<std::vector<double>>();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      CHECK(logits[ids[i]] == Approx(expected[i]).margin(0.001));
      if (i > 0 && expected[i - 1] - expected[i] > 0.01) CHECK(logits[ids[i - 1]] > logits[ids[i]]);
    }
    const auto greater =
        std::ranges::count_if(logits, [&](float z) { return z > expected.back() + 0.01; });
    CHECK(greater <= static_cast<std::ptrdiff_t>(ids.size()));  // none is missing among the top
    double sum = 0;
    for (const float z : logits) sum += std::exp(static_cast<double>(z));
    CHECK(std::log(sum) == Approx(line["logsumexp"].get<double>()).margin(0.001));
  }
}

TEST_CASE("SmolLM2's perplexity on the golden text is that of the float32 reference to 0.05 %") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  const auto expected =
      nlohmann::json::parse(std::ifstream(TAMIS_TESTS_DIR "/golden/perplexity.json"));
  const auto ids = ids_of(expected["ids"]);
  double sum = 0;
  auto cache = model->start();
  model->forward_each(cache, ids, [&](std::size_t i, std::span<const float> logits) {
    if (i + 1 == ids.size()) return;
    double total = 0;
    for (const float z : logits) total += std::exp(static_cast<double>(z));
    sum += std::log(total) - logits[ids[i + 1]];
  });
  const double perplexity = std::exp(sum / static_cast<double>(ids.size() - 1));
  CHECK(perplexity == Approx(expected["perplexity"].get<double>()).epsilon(0.0005));
}

/// The greedy choice of a golden line's parameters: they are few, and their meaning is in
/// golden/README.md.
static TokenId greedy(std::span<const float> logits, const std::vector<TokenId>& history,
                      std::size_t prompt, const nlohmann::json& params) {
  std::vector<float> z(logits.begin(), logits.end());
  if (const float penalty = params.value("repetition_penalty", 1.0f); penalty != 1) {
    std::vector<TokenId> distinct = history;
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const TokenId id : distinct) z[id] = z[id] < 0 ? z[id] * penalty : z[id] / penalty;
  }
  if (const auto n = params.value("no_repeat_ngram_size", std::size_t{0});
      n > 0 && history.size() >= n)
    for (std::size_t i = 0; i + n <= history.size(); ++i)
      if (std::equal(history.end() - static_cast<std::ptrdiff_t>(n) + 1, history.end(),
                     history.begin() + static_cast<std::ptrdiff_t>(i)))
        z[history[i + n - 1]] = masked;
  if (history.size() - prompt < params.value("min_new_tokens", std::size_t{0})) z[2] = masked;
  return static_cast<TokenId>(std::ranges::max_element(z) - z.begin());
}

TEST_CASE(
    "SmolLM2's greedy texts are the golden ones up to the first step where two tokens are too "
    "close",
    "[slow]") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  int lines = 0, tokens = 0;
  for (const auto& line : golden("generations.jsonl")) {
    if (line["mode"] != "greedy") continue;
    ++lines;
    INFO(line["prompt"].get<std::string>() << " " << line["params"].dump());
    auto history = ids_of(line["prompt_ids"]);
    const std::size_t prompt = history.size();
    const auto expected = ids_of(line["new_ids"]);
    const auto margins = line["top2_margin"].get<std::vector<double>>();
    auto cache = model->start();
    auto logits = model->forward(cache, history);
    for (std::size_t i = 0; i < expected.size() && margins[i] >= 0.02; ++i, ++tokens) {
      INFO("new token " << i);
      history.push_back(greedy(logits, history, prompt, line["params"]));
      REQUIRE(history.back() == expected[i]);
      logits = model->forward(cache, std::span(history).last(1));
    }
  }
  CHECK(lines == 21);
  CHECK(tokens > 400);
}

TEST_CASE("SmolLM2's logits are the same to the bit in a batch and alone") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  std::vector<std::vector<TokenId>> ids;
  for (const auto& line : golden("next_token.jsonl"))
    if (ids.size() < 6) ids.push_back(ids_of(line["ids"]));
  std::vector<Llama::Cache> caches(ids.size(), model->start());
  check_batch(*model, caches, ids);
  for (auto& each : ids) each = {each.back()};
  check_batch(*model, caches, ids);
}

TEST_CASE("SmolLM2's logits are the same to the bit in pieces and at once", "[slow]") {
  RealModel* const it = real_model();
  if (!it) return;
  Llama* const model = &it->model;
  const auto ids = ids_of(
      nlohmann::json::parse(std::ifstream(TAMIS_TESTS_DIR "/golden/perplexity.json"))["ids"]);
  auto at_once = model->start(), pieces = model->start();
  const auto expected = forward(*model, at_once, ids);
  model->forward(pieces, std::span(ids).first(100));
  auto copy = pieces;
  model->forward(copy, std::span(ids).first(50));
  for (const TokenId id : std::span(ids).subspan(100, 20)) model->forward(pieces, {&id, 1});
  CHECK(forward(*model, pieces, std::span(ids).subspan(120)) == expected);
  copy.rewind(100);
  CHECK(forward(*model, copy, std::span(ids).subspan(100)) == expected);
  CHECK(pieces.bytes() >= std::size_t{30} * 2 * 3 * 64 * 4 * ids.size());
}
