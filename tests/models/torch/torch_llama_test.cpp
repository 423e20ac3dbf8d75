#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <tamis/models/torch/torch_llama.hpp>
#include <vector>

#include "../../io/temporary_folder.hpp"
#include "../hf_folder.hpp"
#include "../tiny_llama.hpp"
#include "catch.hpp"
#include "golden_torch.hpp"
#include "model_path.hpp"

using namespace tamis;

static std::vector<TokenId> random_ids(int count, int vocabulary, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<TokenId> ids(count);
  for (TokenId& id : ids) id = static_cast<TokenId>(random() % vocabulary);
  return ids;
}

static TorchLlama load(const TinyLlama& tiny, const TorchOptions& options = {}) {
  const Bytes file = tiny.file();
  const auto gguf = Gguf::parse(file);
  REQUIRE(gguf);
  auto model = TorchLlama::load(TorchLlamaWeights::of(*gguf, options));
  if (!model) FAIL(model.error().message);
  return *std::move(model);
}

/// The greatest difference between the logits after each of `ids` and those that Eigen computes.
static double error_against_eigen(const TinyLlama& tiny, TorchLlama& model,
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
  REQUIRE(cache.length() == static_cast<int>(ids.size()));
  return std::isfinite(error) ? error : 1e9;
}

TEST_CASE("A small llama on libtorch computes what Eigen computes in double") {
  TinyLlama plain, untied{.tied = false}, quantized{.type = TensorType::q4_1},
      partial{.width = 21, .feed = 23, .heads = 3, .kv_heads = 1, .head_size = 10, .rotated = 6},
      slower{.linear_scale = 4}, each{.slower = {1, 1, 2, 2, 4, 4, 8, 8}};
  for (TinyLlama* tiny : {&plain, &untied, &quantized, &partial, &slower, &each}) {
    TorchLlama model = load(tiny->make());
    CHECK(error_against_eigen(*tiny, model, random_ids(60, tiny->vocabulary)) < 2e-5);
  }
  // Longer than what goes through the layers at once, and than the first room of a cache.
  TorchLlama model = load(plain);
  CHECK(error_against_eigen(plain, model, random_ids(700, plain.vocabulary)) < 1e-4);
}

TEST_CASE("Half and brain floats compute the same logits less exactly") {
  const TinyLlama tiny = TinyLlama().make();
  for (const auto& [type, bound] : {std::pair{at::kHalf, 0.03}, std::pair{at::kBFloat16, 0.2}}) {
    TorchLlama model = load(tiny, {.type = type});
    const double error = error_against_eigen(tiny, model, random_ids(40, tiny.vocabulary));
    CHECK(error < bound);
    CHECK(error > 1e-5);
    auto cache = model.start();
    const auto logits = model.forward_tensor(cache, random_ids(3, tiny.vocabulary));
    REQUIRE(logits);
    CHECK(logits->scalar_type() == type);
    CHECK(logits->dim() == 1);
  }
}

TEST_CASE("A folder of HF's files holds the same model as the GGUF file") {
  for (const bool is_brain : {false, true})
    for (const bool tied : {true, false}) {
      const TinyLlama tiny = TinyLlama{.tied = tied}.make();
      const Bytes file = tiny.file();
      const TemporaryFolder folder;
      write_hf_folder(*Gguf::parse(file), folder.path(""), is_brain);
      auto model = TorchLlama::open(folder.path(""));
      if (!model) FAIL(model.error().message);
      const double error = error_against_eigen(tiny, *model, random_ids(30, tiny.vocabulary));
      CHECK(error < (is_brain ? 0.2 : 2e-5));
      CHECK(model->bytes() == load(tiny).bytes());
    }
}

TEST_CASE("The models that transformers has written have its logits: Llama 3's positions, Qwen 2") {
  for (const char* name : {"llama3", "qwen2"}) {
    INFO(name);
    const std::string folder = TAMIS_TESTS_DIR "/golden/tiny/" + std::string(name);
    auto model = TorchLlama::open(folder);
    if (!model) FAIL(model.error().message);
    const auto golden = nlohmann::json::parse(std::ifstream(folder + "/logits.json"));
    const auto every = golden["every"].get<std::size_t>();
    auto cache = model->start();
    model->forward_each(cache, golden["ids"].get<std::vector<TokenId>>(),
                        [&](std::size_t i, std::span<const float> logits) {
                          if (i % every != 0) return;
                          const auto expected =
                              golden["logits"][i / every].get<std::vector<float>>();
                          REQUIRE(logits.size() == expected.size());
                          for (std::size_t id = 0; id < expected.size(); ++id)
                            CHECK(logits[id] == Approx(expected[id]).margin(2e-4));
                        });
    CHECK(cache.length() == 100);
  }
}

TEST_CASE("Pieces, copies, rewound caches and batches give the logits of one pass") {
  const TinyLlama tiny = TinyLlama().make();
  TorchLlama model = load(tiny);
  const auto ids = random_ids(90, tiny.vocabulary);
  auto whole = model.start();
  const auto at_once = *model.forward_tensor(whole, ids);
  const auto same = [&](const at::Tensor& logits) {
    return at::allclose(logits, at_once, 1e-4, 1e-5);
  };

  auto pieces = model.start(4);
  model.forward(pieces, std::span(ids).first(1));
  model.forward(pieces, std::span(ids).subspan(1, 40));
  auto copy = pieces.fork();
  model.forward(copy, random_ids(20, tiny.vocabulary, 2));
  for (int i = 41; i < 89; ++i) model.forward(pieces, std::span(ids).subspan(i, 1));
  CHECK(same(*model.forward_tensor(pieces, std::span(ids).last(1))));
  copy.rewind(41);
  CHECK(same(*model.forward_tensor(copy, std::span(ids).subspan(41))));

  // Two that read many tokens, one that reads one, and one that the model refuses.
  auto a = model.start(), b = model.start(), c = model.start(), refused = model.start();
  model.forward(b, std::span(ids).first(30));
  model.forward(c, std::span(ids).first(89));
  const std::vector<TokenId> wrong{tiny.vocabulary};
  const std::vector<BatchEntry<TorchLlama>> entries{
      {&a, ids}, {&refused, wrong}, {&b, std::span(ids).subspan(30)}, {&c, std::span(ids).last(1)}};
  std::size_t visited = 0;
  model.forward_batch(entries, [&](std::size_t i, std::span<const float> logits) {
    CHECK(i == visited++);
    CHECK(logits.empty() == (i == 1));
    if (i == 1) return;
    REQUIRE(logits.size() == static_cast<std::size_t>(tiny.vocabulary));
    for (int id = 0; id < tiny.vocabulary; ++id)
      CHECK(logits[id] == Approx(at_once[id].item<float>()).margin(1e-4));
  });
  CHECK(visited == 4);
  CHECK(a.length() == 90);
  CHECK(refused.length() == 0);

  // As a CUDA graph replays it: id and position are tensors, and all of the room is looked at.
  auto stepped = model.start(128);
  model.forward(stepped, std::span(ids).first(89));
  const auto number = [](std::int64_t n) { return at::tensor({n}, at::kLong); };
  CHECK(same(model.step(number(ids[89]), number(89), stepped)));
}

TEST_CASE("What a model on libtorch does not take is refused in a sentence, and changes nothing") {
  const TinyLlama tiny = TinyLlama{.context = 40}.make();
  TorchLlama model = load(tiny);
  auto cache = model.start();
  model.forward(cache, random_ids(30, tiny.vocabulary));
  const auto refused = [&](std::vector<TokenId> ids) {
    CHECK(model.forward(cache, ids).empty());
    CHECK(cache.length() == 30);
    return model.check(cache, ids).error().message;
  };
  CHECK(refused({}) == "there is no token to go on from; give one or more");
  CHECK(refused({1, -1}) == "there is no token -1; the model's are 0 to 49");
  CHECK(refused(std::vector<TokenId>(11, 1)) == "the text is 41 tokens long; the model takes 40");
  const TinyLlama other = TinyLlama{.layers = 3}.make();
  auto others = load(other).start();
  CHECK(model.forward(others, std::vector<TokenId>{1}).empty());
  CHECK(model.fault()->message == "the cache is of another model; begin with this model's start()");
  CHECK(!model.forward(cache, std::vector<TokenId>{1}).empty());
  CHECK(!model.fault());
}

TEST_CASE("SmolLM2 on libtorch has the next-token logits of transformers to 0.0005") {
  const auto path = model_path();
  if (!path) return;
  auto model = TorchLlama::open(*path);
  if (!model) FAIL(model.error().message);
  for (const auto& line : golden_lines("next_token.jsonl")) {
    auto cache = model->start();
    const auto logits = model->forward(cache, line["ids"].get<std::vector<TokenId>>());
    const auto ids = line["top_ids"].get<std::vector<TokenId>>();
    const auto expected = line["top_logits"].get<std::vector<double>>();
    for (std::size_t i = 0; i < ids.size(); ++i)
      CHECK(logits[ids[i]] == Approx(expected[i]).margin(0.0005));
  }
}

TEST_CASE("SmolLM2 on libtorch writes a golden text of transformers, with a margin of 0.00027") {
  const auto path = model_path();
  if (!path) return;
  auto model = TorchLlama::open(*path);
  if (!model) FAIL(model.error().message);
  const auto line = greedy_lines()[1];
  CHECK(continued(*model, line) == line["new_ids"].get<std::vector<TokenId>>());
}

static bool same_weights(const TorchLlamaWeights& a, const TorchLlamaWeights& b) {
  bool same = a.layers.size() == b.layers.size() && at::equal(a.embedding, b.embedding) &&
              at::equal(a.head, b.head) && at::equal(a.output_norm, b.output_norm);
  for (std::size_t i = 0; same && i < a.layers.size(); ++i)
    for (const auto part : {&TorchLlamaLayer::attention_norm, &TorchLlamaLayer::feed_norm,
                            &TorchLlamaLayer::query_key_value, &TorchLlamaLayer::output,
                            &TorchLlamaLayer::gate_up, &TorchLlamaLayer::down})
      same = same && at::equal(a.layers[i].*part, b.layers[i].*part);
  return same;
}

TEST_CASE("SmolLM2 on libtorch writes all golden greedy texts, from HF's files", "[slow]") {
  const auto path = model_path();
  if (!path) return;
  const TemporaryFolder folder;
  const auto gguf = Gguf::open(*path);
  write_hf_folder(*gguf, folder.path(""));
  auto model = TorchLlama::open(folder.path(""));
  if (!model) FAIL(model.error().message);
  CHECK(same_weights(model->weights(), *TorchLlamaWeights::of(*gguf, {})));
  std::size_t tokens = 0;
  for (const auto& line : greedy_lines()) {
    INFO(line["prompt"] << " " << line["params"]);
    const auto expected = line["new_ids"].get<std::vector<TokenId>>();
    CHECK(continued(*model, line) == expected);
    tokens += expected.size();
  }
  CHECK(tokens == 803);
}
