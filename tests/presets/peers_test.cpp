/// \file peers_test.cpp
/// The orders of the peers of whom there are no golden cases, against what they do, written out in
/// double and step by step from their sources: vLLM 0.33 (v1/worker/gpu/sample), SGLang 0.5.23 and
/// OpenAI's description of its penalties.

#include <algorithm>
#include <cmath>
#include <tamis/core/sequence.hpp>
#include <tamis/presets/orders.hpp>
#include <vector>

#include "catch.hpp"
#include "team_row.hpp"
#include "testing/samplers.hpp"

using namespace tamis;
using Numbers = std::vector<double>;

namespace {

constexpr std::size_t size = 40;
constexpr double gone = -HUGE_VAL;

/// What a request asks, and where it stands.
struct Request {
  double repetition, frequency, presence, temperature, top_p, min_p;
  unsigned top_k;
  std::vector<TokenId> prompt, output;
  TokenId biased;
  double bias;
  Numbers logits;
  bool on_an_edge = false;  ///< a cut is so near to a token that a rounding decides

  explicit Request(std::uint64_t seed) : logits(samplers::logits(seed, size, 2)) {
    samplers::Random random{seed + 1000};
    repetition = 0.7 + random.uniform(), frequency = 4 * random.uniform() - 2;
    presence = 4 * random.uniform() - 2, temperature = 0.3 + 2 * random.uniform();
    top_p = 0.2 + 0.8 * random.uniform(), min_p = 0.3 * random.uniform() * random.uniform();
    top_k = 1 + random.bits() % 20;
    const auto token = [&] { return static_cast<TokenId>(random.bits() % size); };
    for (int i = 0; i < 8; ++i) prompt.push_back(token()), output.push_back(token() / 2);
    biased = token(), bias = 3 * random.normal();
    for (double& z : logits) z = static_cast<float>(z);
    for (double* x : {&repetition, &frequency, &presence, &temperature, &top_p, &min_p, &bias})
      *x = static_cast<float>(*x);
  }

  double count(std::size_t id) const {
    return static_cast<double>(std::count(output.begin(), output.end(), static_cast<TokenId>(id)));
  }
  bool in_prompt(std::size_t id) const {
    return std::count(prompt.begin(), prompt.end(), static_cast<TokenId>(id)) > 0;
  }

  void repeat(Numbers& z, bool prompt_too) const {
    for (std::size_t i = 0; i < size; ++i)
      if (count(i) > 0 || (prompt_too && in_prompt(i)))
        z[i] = z[i] > 0 ? z[i] / repetition : z[i] * repetition;
  }
  void add(Numbers& z) const {
    for (std::size_t i = 0; i < size; ++i)
      z[i] -= frequency * count(i) + (count(i) > 0 ? presence : 0);
  }
  void cool(Numbers& z) const {
    for (double& x : z) x /= temperature;
  }
  /// The mass of the tokens that are likelier, and their number.
  void drop_beyond(Numbers& z, const Numbers& seen, double mass, double rank) {
    const Numbers p = samplers::softmax(seen);
    for (std::size_t i = 0; i < size; ++i) {
      double likelier = 0, before = 0;
      for (std::size_t j = 0; j < size; ++j)
        if (seen[j] > seen[i]) likelier += 1, before += p[j];
      on_an_edge |= seen[i] > gone && std::abs(before - mass) < 1e-5;
      if (!(likelier < rank) || !(before < mass)) z[i] = gone;
    }
  }
  void drop_unlikely(Numbers& z) {
    const Numbers p = samplers::softmax(z);
    const double least = min_p * *std::max_element(p.begin(), p.end());
    for (std::size_t i = 0; i < size; ++i) {
      on_an_edge |= z[i] > gone && std::abs(p[i] / least - 1) < 1e-5;
      if (p[i] < least) z[i] = gone;
    }
  }
};

/// The greatest difference of a probability, or 1 where other tokens are kept.
template <class S>
double distance(const S& sampler, const Request& request, const Numbers& expected,
                bool bias_is_pushed) {
  Sequence sequence(request.prompt);
  for (const TokenId id : request.output) sequence.append(id);
  const auto bias = static_cast<float>(request.bias);
  if (bias_is_pushed)
    sequence.add_push(request.biased, 0, bias);
  else
    sequence.add_bias(request.biased, bias);
  const std::vector<float> logits(request.logits.begin(), request.logits.end());
  auto make_row = testing::team_row();
  auto row = make_row(logits, sequence.stream(), sequence.facts());
  const Distribution left = sampler.distribution(row);
  Numbers got(size, 0);
  for (const auto& kept : left.kept()) got[static_cast<std::size_t>(kept.id)] = kept.probability;
  const Numbers wanted = samplers::softmax(expected);
  double most = 0;
  for (std::size_t i = 0; i < size; ++i)
    most = std::max((got[i] > 0) == (wanted[i] > 0) ? std::abs(got[i] - wanted[i]) : 1.0, most);
  return most;
}

/// 500 requests, each taken through `peer` and through the sampler that `order` makes for it.
void compare(auto&& peer, auto&& order, bool bias_is_pushed) {
  int edges = 0;
  double most = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Request request(seed);
    const Numbers expected = peer(request);
    if (request.on_an_edge)
      ++edges;
    else
      most = std::max(most, distance(order(request), request, expected, bias_is_pushed));
  }
  CHECK(most < 1e-5);
  CHECK(edges < 10);
}

float f(double x) { return static_cast<float>(x); }

}  // namespace

TEST_CASE("The order of vLLM is what vLLM does, written out") {
  const auto peer = [](Request& r) {
    Numbers z = r.logits;
    z[static_cast<std::size_t>(r.biased)] += r.bias;
    r.repeat(z, true), r.add(z), r.cool(z), r.drop_unlikely(z);
    r.drop_beyond(z, Numbers(z), 2, r.top_k);
    r.drop_beyond(z, Numbers(z), r.top_p, size);
    return z;
  };
  const auto order = [](const Request& r) {
    return orders::vllm(RepetitionPenalty{f(r.repetition)}, FrequencyPenalty{f(r.frequency)},
                        PresencePenalty{f(r.presence)}, Temperature{f(r.temperature)},
                        MinP{f(r.min_p)}, TopK{r.top_k}, TopP{f(r.top_p)});
  };
  compare(peer, order, false);
}

TEST_CASE("The order of SGLang is what SGLang does, written out") {
  const auto peer = [](Request& r) {
    Numbers z = r.logits;
    r.add(z), r.repeat(z, false);
    z[static_cast<std::size_t>(r.biased)] += r.bias;
    r.cool(z);
    r.drop_beyond(z, Numbers(z), r.top_p, r.top_k);  // both on the whole distribution
    r.drop_unlikely(z);
    return z;
  };
  const auto order = [](const Request& r) {
    return orders::sglang(FrequencyPenalty{f(r.frequency)}, PresencePenalty{f(r.presence)},
                          RepetitionPenalty{f(r.repetition), Counted::output}, Push{},
                          Temperature{f(r.temperature)}, TopP{f(r.top_p)}, TopK{r.top_k},
                          MinP{f(r.min_p)});
  };
  compare(peer, order, true);
}

TEST_CASE("The order of OpenAI is what OpenAI describes, written out") {
  const auto peer = [](Request& r) {
    Numbers z = r.logits;
    z[static_cast<std::size_t>(r.biased)] += r.bias;
    r.add(z), r.cool(z);
    r.drop_beyond(z, Numbers(z), r.top_p, size);
    return z;
  };
  const auto order = [](const Request& r) {
    return orders::openai(FrequencyPenalty{f(r.frequency)}, PresencePenalty{f(r.presence)},
                          Temperature{f(r.temperature)}, TopP{f(r.top_p)});
  };
  compare(peer, order, false);
}
