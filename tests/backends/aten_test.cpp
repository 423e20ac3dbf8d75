#include <tamis/backends/aten.hpp>

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/adaptive_p.hpp>
#include <tamis/policies/dynamic_temperature.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/green_list.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/policies/xtc.hpp>
#include <tamis/sampler.hpp>

#include "backends/aten/batch.hpp"

using namespace tamis;
using batches::Batch;
using testing::RowKind;

namespace {

using Usual = Sampler<Temperature, TopK, TopP>;
constexpr Usual usual{Temperature{0.8f}, TopK{50}, TopP{0.95f}};

/// Normal rows.
Batch normal_rows(std::int64_t count, std::int64_t vocab_size) {
  Batch batch{vocab_size};
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i)
    batch.add(testing::make_row(RowKind::normal, i, static_cast<std::size_t>(vocab_size)), 3 * i);
  return batch;
}

/// What libtorch calls the operations that read a tensor on the host, or whose result has a shape that depends on it.
constexpr std::array<std::string_view, 8> host_reading = {
    "aten::_local_scalar_dense", "aten::item",          "aten::nonzero", "aten::is_nonzero", "aten::equal",
    "aten::masked_select",       "aten::_unique2", "aten::repeat_interleave"};

std::vector<TokenId> tokens_of(const Result<aten::Choices>& choices) {
  if (!choices) return {};
  std::vector<TokenId> ids;
  for (const Choice& c : choices->on_host()) ids.push_back(c.token);
  return ids;
}

}  // namespace

TEST_CASE("Choices lie on the device of the logits, one a row, with log-probabilities and how many tokens were kept") {
  for (const at::Device device : batches::devices()) {
    const Batch batch = normal_rows(5, 300);
    const auto choices = aten::sample(batch.tensor(device), usual, batch.streams);
    REQUIRE(choices.has_value());
    for (const at::Tensor& t : {choices->token, choices->logit, choices->surprise, choices->kept, choices->fault}) {
      CHECK(t.device() == device);
      CHECK((t.dim() == 1 && t.size(0) == 5));
    }
    const at::Tensor kept = choices->kept.cpu(), log_probability = choices->log_probability().cpu();
    const auto left = aten::after(batch.tensor(device), usual, batch.streams);
    REQUIRE(left.has_value());
    const at::Tensor log_softmax = left->log_softmax(1).cpu();
    const auto on_host = choices->on_host();
    for (std::int64_t row = 0; row < 5; ++row) {
      const Choice& c = on_host[static_cast<std::size_t>(row)];
      const float* const logits = left->cpu().const_data_ptr<float>() + row * 300;
      CHECK(kept.const_data_ptr<std::int64_t>()[row] == std::count_if(logits, logits + 300, [](float z) { return z > masked; }));
      CHECK(log_probability.const_data_ptr<float>()[row] ==
            Approx(log_softmax.const_data_ptr<float>()[row * 300 + c.token]).margin(1e-5));
    }
  }
}

TEST_CASE("A batch of simd's rows has simd's tokens, at the greatest vocabulary too") {
  for (const at::Device device : batches::devices()) {
    const Batch batch = normal_rows(3, 1 << 18);
    const auto choices = aten::sample(batch.tensor(device), usual, batch.streams);
    REQUIRE(choices.has_value());
    const auto got = choices->on_host();
    for (std::size_t row = 0; row < 3; ++row) {
      simd::RowOf one(std::span(batch.logits).subspan(row << 18, 1 << 18), batch.streams[row]);
      CHECK(got[row].token == usual(one).token);
    }
  }
}

TEST_CASE("The tokens do not depend on strides, and those of half precision are those of the same numbers as floats") {
  for (const at::Device device : batches::devices()) {
    const Batch batch = normal_rows(6, 500);
    const at::Tensor logits = batch.tensor(device);
    const auto want = tokens_of(aten::sample(logits, usual, batch.streams));
    CHECK(tokens_of(aten::sample(logits.t().contiguous().t(), usual, batch.streams)) == want);
    const at::Tensor wide = at::zeros({6, 1000}, logits.options());
    wide.slice(1, 1, 1000, 2).copy_(logits);
    CHECK(tokens_of(aten::sample(wide.slice(1, 1, 1000, 2), usual, batch.streams)) == want);
    const auto broadcast = tokens_of(aten::sample(logits.narrow(0, 0, 1).expand({6, 500}), usual, batch.streams));
    CHECK(broadcast.front() == want.front());
    for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
      const at::Tensor half = logits.to(type);
      CHECK(tokens_of(aten::sample(half, usual, batch.streams)) == tokens_of(aten::sample(half.to(at::kFloat), usual, batch.streams)));
    }
  }
}

TEST_CASE("A sampler a row gives each row what it would give it alone") {
  for (const at::Device device : batches::devices()) {
    const Batch batch = normal_rows(7, 400);
    const auto facts = batch.facts();
    std::vector<Usual> samplers;
    for (int i = 0; i < 7; ++i) samplers.push_back(Usual{Temperature{i % 3 ? 0.7f : 1.3f}, TopK{i % 2 ? 5u : 40u}, TopP{0.9f}});
    const auto choices = aten::sample(batch.tensor(device), samplers, batch.streams, aten::facts_of(facts, 400, device));
    REQUIRE(choices.has_value());
    const auto got = choices->on_host();
    for (std::size_t row = 0; row < 7; ++row) CHECK(batches::same(got[row], batch.drawn_by_team(row, samplers[row])));
    samplers.pop_back();
    const auto too_few = aten::sample(batch.tensor(device), samplers, batch.streams);
    REQUIRE(!too_few.has_value());
    CHECK(too_few.error().message == "there are 6 samplers for 7 rows; give one for each row, or one for all");
  }
}

TEST_CASE("Samplers that learn do so from their own rows, step by step, as on any backend") {
  using Learning = Sampler<Temperature, Mirostat, AdaptiveP>;
  for (const at::Device device : batches::devices()) {
    std::vector<Learning> samplers(3, Learning{Temperature{1.0f}, Mirostat{2.0f, 0.1f, 4.0f}, AdaptiveP{0.5f}}), alone = samplers;
    for (std::uint64_t step = 0; step < 4; ++step) {
      Batch batch{200};
      for (std::uint64_t row = 0; row < 3; ++row)
        batch.add(testing::make_row(row == 2 && step == 1 ? RowKind::all_masked : RowKind::normal, 10 * step + row, 200), 3 * row);
      const auto choices = aten::sample(batch.tensor(device), samplers, batch.streams);
      REQUIRE(choices.has_value());
      const auto got = choices->on_host();
      for (std::size_t row = 0; row < 3; ++row) {
        team::Shared shared;
        team::RowOf one(team::Solo{}, shared, batch.logits.data() + row * 200, 200, batch.streams[row]);
        CHECK(batches::same(got[row], alone[row](one)));
      }
    }
    Learning one = samplers[0];
    const auto for_all = aten::sample(normal_rows(2, 200).tensor(device), one, normal_rows(2, 200).streams);
    REQUIRE(!for_all.has_value());
    CHECK(for_all.error().message ==
          "the sampler learns from what it draws, and the logits have 2 rows; give a sampler for each row");
  }
}

TEST_CASE("A row without a token to draw has a fault, and the others what they have without it") {
  for (const at::Device device : batches::devices()) {
    Batch batch = normal_rows(4, 100);
    const auto before = aten::sample(batch.tensor(device), usual, batch.streams)->on_host();
    batch.logits[130] = std::nanf("");
    batch.logits[250] = -masked;
    std::fill_n(batch.logits.begin() + 300, 100, masked);
    const auto choices = aten::sample(batch.tensor(device), usual, batch.streams);
    const auto got = choices->on_host();
    CHECK(batches::same(got[0], before[0]));
    CHECK((got[1].fault == Fault::invalid_logit && got[1].token == -1));
    CHECK((got[2].fault == Fault::invalid_logit && got[2].token == -1));
    CHECK((got[3].fault == Fault::all_masked && got[3].token == -1));
    CHECK(choices->kept.cpu().const_data_ptr<std::int64_t>()[3] == 0);
    const auto greedy = aten::sample(batch.tensor(device), Sampler{Greedy{}}, batch.streams)->on_host();
    CHECK((greedy[0].fault == Fault::none && greedy[1].fault == Fault::invalid_logit && greedy[3].fault == Fault::all_masked));
  }
}

TEST_CASE("Streams in tensors, facts for all rows, and a guide's words give the tokens of the same on the host") {
  for (const at::Device device : batches::devices()) {
    const Batch batch = normal_rows(4, 150);
    at::Tensor seeds = at::full({4}, 42, at::TensorOptions(device).dtype(at::kLong)), positions = at::zeros({4}, seeds.options());
    for (std::int64_t row = 0; row < 4; ++row) positions.narrow(0, row, 1).fill_(3 * row);
    std::vector<Stream> streams = batch.streams;
    for (Stream& s : streams) s.mark = 0;
    const std::vector<std::uint32_t> words(5, 0x0f0f0f0fu);
    const std::vector<tamis::Facts> facts(4, tamis::Facts{.allowed = words.data()}), one(1, facts[0]);
    const auto want = aten::sample(batch.tensor(device), usual, streams, aten::facts_of(facts, 150, device));
    const auto got = aten::sample(batch.tensor(device), usual, {seeds, positions}, aten::facts_of(one, 150, device));
    REQUIRE((want.has_value() && got.has_value()));
    CHECK(tokens_of(got) == tokens_of(want));
    for (const TokenId id : tokens_of(got)) CHECK(id / 4 % 2 == 0);
  }
}

TEST_CASE("Sampling asks for no gradient and leaves the logits as they are") {
  at::Tensor logits = normal_rows(2, 50).tensor(at::kCPU);
  const at::Tensor copy = logits.clone();
  logits.set_requires_grad(true);
  const auto choices = aten::sample(logits, usual, normal_rows(2, 50).streams);
  REQUIRE(choices.has_value());
  CHECK(!choices->surprise.requires_grad());
  CHECK(logits.detach().equal(copy));
}

TEST_CASE("A draw asks libtorch for no number on the host, and for no shape that depends on one") {
  static std::vector<std::string> asked;  // of libtorch, by name
  const Batch batch = normal_rows(3, 100);
  const at::Tensor logits = batch.tensor(at::kCPU), longs = at::full({3}, 5, logits.options().dtype(at::kLong));
  const auto watch = [](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
    asked.emplace_back(call.name());
    return nullptr;
  };
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(watch));
  const auto check = [&](const auto& sampler, const aten::Streams& streams) {
    asked.clear();
    REQUIRE(aten::sample(logits, sampler, streams).has_value());
    CHECK(asked.size() > 50);
    for (const std::string& name : asked) {
      CAPTURE(name);
      CHECK(std::none_of(host_reading.begin(), host_reading.end(), [&](auto reads) { return name == reads; }));
    }
  };
  for (const aten::Streams& streams : {aten::Streams(longs, longs, longs), aten::Streams(batch.streams)}) {
    check(usual, streams);
    check(Sampler{TopK{300, Ties::least_id}, TypicalP{0.9f}, TopNSigma{1.0f}, Xtc{0.1f, 0.5f}, Greedy{}}, streams);
    check(Sampler{RepetitionPenalty{1.1f}, DynamicTemperature{0.5f, 1.5f}, GreenList{}, GumbelMax{}}, streams);
    check(std::vector<Usual>{usual, usual, {Temperature{1.0f}, TopK{3}, TopP{1.0f}}}, streams);
  }
  asked.clear();
  CHECK(longs.narrow(0, 0, 1).item<std::int64_t>() == 5);
  CHECK(std::find(asked.begin(), asked.end(), "aten::_local_scalar_dense") != asked.end());  // so it would be seen
  at::removeCallback(handle);
}
