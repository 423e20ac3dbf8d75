#include <tamis/presets/any_sampler.hpp>
#include <tamis/presets/standard.hpp>
#include <tamis/testing/rows.hpp>

#include <algorithm>
#include <functional>
#include <random>

#include "catch.hpp"
#include "tamis/core/sequence.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;

static float f(double x) { return static_cast<float>(x); }

/// A configuration that changes nothing.
static GenerationConfig neutral() {
  GenerationConfig config;
  config.top_k = 0;
  config.top_p = 1;
  return config;
}

/// The policies that a configuration asks for, those it does not ask for left out.
static std::vector<AnyPolicy> asked(const GenerationConfig& c) {
  const auto counted = [&](bool prompt) {
    return prompt ? Counted::prompt_and_output : Counted::output;
  };
  const bool usual = c.penalty_scope == PenaltyScope::usual;
  const bool both = c.penalty_scope == PenaltyScope::prompt_and_generated;
  std::vector<AnyPolicy> policies;
  const auto add = [&](bool wanted, AnyPolicy policy) {
    if (wanted) policies.push_back(policy);
  };
  add(c.repetition_penalty != 1,
      RepetitionPenalty{f(c.repetition_penalty), counted(usual || both)});
  add(c.frequency_penalty != 0, FrequencyPenalty{f(c.frequency_penalty), counted(both)});
  add(c.presence_penalty != 0, PresencePenalty{f(c.presence_penalty), counted(both)});
  add(c.dry_multiplier != 0, Push{});
  add(c.exponential_decay_length_penalty.has_value(), ScaledPush{});
  if (!*c.do_sample) return policies.push_back(Greedy{}), policies;
  add(c.logit_softcap != 0, SoftCap{f(c.logit_softcap)});
  if (c.dynatemp_range == 0) {
    add(c.temperature != 1, Temperature{f(c.temperature)});
  } else {
    const double low = std::max(0.0, c.temperature - c.dynatemp_range);
    add(true,
        DynamicTemperature{f(low), f(c.temperature + c.dynatemp_range), f(c.dynatemp_exponent)});
  }
  add(c.smoothing_factor != 0, Smoothing{f(c.smoothing_factor), f(c.smoothing_curve)});
  if (c.top_h) add(true, TopH{f(*c.top_h)});
  add(c.top_k > 0, TopK{static_cast<unsigned>(c.top_k)});
  add(c.top_p < 1, TopP{f(c.top_p)});
  add(c.min_p > 0, MinP{f(c.min_p)});
  add(c.typical_p < 1, TypicalP{f(c.typical_p)});
  add(c.epsilon_cutoff > 0, EpsilonCutoff{f(c.epsilon_cutoff)});
  add(c.eta_cutoff > 0, EtaCutoff{f(c.eta_cutoff)});
  add(c.top_a > 0, TopA{f(c.top_a)});
  add(c.top_n_sigma > 0, TopNSigma{f(c.top_n_sigma)});
  add(c.xtc_probability > 0, Xtc{f(c.xtc_threshold), f(c.xtc_probability)});
  add(c.mirostat != 0, Mirostat{f(c.mirostat_tau * std::log(2)), f(c.mirostat_eta),
                                f(2 * c.mirostat_tau * std::log(2))});
  return policies;
}

/// A history, and what the sources of a configuration might say of it.
static Sequence example(const GenerationConfig& config) {
  Sequence sequence(std::vector<TokenId>{0, 1, 1, 2}, 5);
  for (const TokenId id : {3, 3, 4, 0}) sequence.append(id);
  sequence.add_bias(5, 2.5f);
  if (config.dry_multiplier != 0) sequence.add_push(3, 0, -1.5f);
  if (config.exponential_decay_length_penalty) sequence.add_push(4, 1, 0.75f);
  return sequence;
}

/// Whether Standard leaves what the policies that were asked for leave, and draws the same tokens.
static std::string difference(const GenerationConfig& config) {
  const auto with = resolved(config);
  const Sequence sequence = example(with);
  const Standard standard(with);
  const AnySampler chosen(asked(with));
  auto make = team_row();
  for (const RowKind kind :
       {RowKind::normal, RowKind::rounded, RowKind::half_masked, RowKind::one_finite}) {
    const auto logits = make_row(kind, 1, 130);
    for (std::uint64_t position = 0; position < 5; ++position) {
      const Stream stream{7, position};
      auto row = make(logits, stream, sequence.facts());
      const auto one = standard.distribution(row),
                 other = chosen.distribution(logits, stream, sequence.facts(), make);
      if (!std::ranges::equal(one.kept(), other.kept(), [](const auto& a, const auto& b) {
            return a.id == b.id && std::abs(a.logit - b.logit) < 1e-5 * (1 + std::abs(b.logit));
          })) {
        return "they leave other tokens on " + std::string(name_of(kind));
      }
      // The draw itself is at another place of the chain, and so has other noise: the greedy one
      // alone has none.
      auto again = make(logits, stream, sequence.facts());
      const Choice choice = Standard(standard)(again);
      if (choice.fault != Fault::none) return "no token on " + std::string(name_of(kind));
      if (one.log_probability(choice.token) == -HUGE_VAL) return "a token that was dropped";
      if (!*with.do_sample &&
          choice.token != AnySampler(chosen)(logits, stream, sequence.facts(), make).token) {
        return "not the likeliest token on " + std::string(name_of(kind));
      }
    }
  }
  return "";
}

TEST_CASE("Standard is the sampler of the policies that a configuration asks for") {
  using C = GenerationConfig;
  const std::vector<std::pair<const char*, std::function<void(C&)>>> settings = {
      {"nothing", [](C&) {}},
      {"temperature", [](C& c) { c.temperature = 0.7; }},
      {"dynatemp_range",
       [](C& c) { c.temperature = 0.7, c.dynatemp_range = 0.9, c.dynatemp_exponent = 2; }},
      {"top_k", [](C& c) { c.top_k = 7; }},
      {"top_p", [](C& c) { c.top_p = 0.8; }},
      {"min_p", [](C& c) { c.min_p = 0.05; }},
      {"typical_p", [](C& c) { c.typical_p = 0.7; }},
      {"top_h", [](C& c) { c.top_h = 0.5; }},
      {"top_n_sigma", [](C& c) { c.top_n_sigma = 1.5; }},
      {"top_a", [](C& c) { c.top_a = 0.1; }},
      {"epsilon_cutoff", [](C& c) { c.epsilon_cutoff = 0.02; }},
      {"eta_cutoff", [](C& c) { c.eta_cutoff = 0.05; }},
      {"xtc", [](C& c) { c.xtc_probability = 1, c.xtc_threshold = 0.05; }},
      {"smoothing", [](C& c) { c.smoothing_factor = 0.3, c.smoothing_curve = 1.5; }},
      {"logit_softcap", [](C& c) { c.logit_softcap = 5; }},
      {"mirostat", [](C& c) { c.mirostat = 2, c.mirostat_tau = 1.5; }},
      {"repetition_penalty", [](C& c) { c.repetition_penalty = 1.3; }},
      {"frequency_penalty", [](C& c) { c.frequency_penalty = 0.5; }},
      {"presence_penalty", [](C& c) { c.presence_penalty = -0.5; }},
      {"dry", [](C& c) { c.dry_multiplier = 0.8; }},
      {"length decay",
       [](C& c) {
         c.exponential_decay_length_penalty = LengthDecay{1, 1.1};
       }},
      {"scope: both",
       [](C& c) { c.penalty_scope = PenaltyScope::prompt_and_generated, c.frequency_penalty = 1; }},
      {"scope: output",
       [](C& c) { c.penalty_scope = PenaltyScope::generated, c.repetition_penalty = 2; }},
      {"greedy", [](C& c) { c.do_sample = false; }},
      {"temperature zero",
       [](C& c) { c.temperature = 0, c.repetition_penalty = 1.5, c.presence_penalty = 2; }},
      {"the defaults", [](C& c) { c = GenerationConfig{}; }},
  };
  for (const auto& [name, set] : settings) {
    CAPTURE(name);
    GenerationConfig config = neutral();
    set(config);
    CHECK(difference(config) == "");
  }
  std::mt19937 random(1);
  for (int combination = 0; combination < 60; ++combination) {
    GenerationConfig config = neutral();
    std::string names;
    for (std::size_t i = 0; i + 1 < settings.size(); ++i) {
      if (random() % 5) continue;
      settings[i].second(config);
      names += std::string(settings[i].first) + " ";
    }
    CAPTURE(names);
    CHECK(difference(config) == "");
  }
}

TEST_CASE("Standard draws the tokens of the whole chain in which what is not asked for is idle") {
  GenerationConfig config = neutral();
  config.temperature = 0.9, config.top_p = 0.9, config.xtc_probability = 0.5,
  config.xtc_threshold = 0.03;
  Standard standard(resolved(config));
  AnySampler chosen({RepetitionPenalty{},
                     FrequencyPenalty{},
                     PresencePenalty{},
                     Push{},
                     ScaledPush{},
                     SoftCap{},
                     Temperature{0.9f},
                     DynamicTemperature{},
                     Smoothing{},
                     TopH{},
                     TopK{0},
                     TopP{0.9f},
                     MinP{0},
                     TypicalP{1},
                     EpsilonCutoff{},
                     EtaCutoff{},
                     TopA{},
                     TopNSigma{0},
                     Xtc{0.03f, 0.5f},
                     Mirostat{0, 0.1f, 0}});
  const auto logits = make_row(RowKind::normal, 3, 130);
  auto make = team_row();
  for (std::uint64_t position = 0; position < 200; ++position) {
    const Stream stream{7, position};
    auto row = make(logits, stream, {});
    CHECK(standard(row).token == chosen(logits, stream, {}, make).token);
  }
}

TEST_CASE("Standard with nothing asked for is the plain draw") {
  Standard standard(resolved(neutral()));
  const auto logits = make_row(RowKind::normal, 3, 130);
  auto make = team_row();
  for (std::uint64_t position = 0; position < 200; ++position) {
    auto row = make(logits, Stream{7, position}, {}), same = make(logits, Stream{7, position}, {});
    CHECK(standard(row).token == Sampler<>()(same).token);
  }
}

TEST_CASE("Standard that is greedy and penalizes nothing is Greedy, and with a penalty is not") {
  GenerationConfig config = neutral();
  config.do_sample = false;
  const auto row = make_row(RowKind::normal, 1, 500);
  Sequence sequence;
  auto make = team_row();
  auto executor = make(row, sequence.stream(), sequence.facts());
  const TokenId likeliest = Sampler{Greedy{}}(executor).token;
  CHECK(Standard(config)(executor).token == likeliest);
  CHECK(Standard(config).distribution(executor).kept().size() == 1);
  sequence.append(likeliest);
  config.presence_penalty = 2;
  config.repetition_penalty = 100;
  auto after = make(row, sequence.stream(), sequence.facts());
  CHECK(Standard(config)(after).token != likeliest);
}

TEST_CASE("Standard collects what its policies keep, on each of its ways, and without the draw") {
  const auto row = make_row(RowKind::normal, 1, 500);
  auto make = team_row();
  const auto collected = [&](const GenerationConfig& config) {
    Sequence sequence(std::vector<TokenId>{3});
    auto executor = make(row, sequence.stream(), sequence.facts());
    std::vector<double> logits(500, masked);
    const Fault fault = Standard(config).collect(
        executor, [&](TokenId id, double z) { logits[static_cast<std::size_t>(id)] = z; });
    CHECK(fault == Fault::none);
    return logits;
  };
  GenerationConfig config = neutral();
  const std::vector<double> plain(row.begin(), row.end());
  CHECK(collected(resolved(config)) == plain);
  config.do_sample = false;
  CHECK(collected(config) == plain);
  config.repetition_penalty = 2;
  std::vector<double> penalized = plain;
  penalized[3] *= penalized[3] < 0 ? 2 : 0.5;
  CHECK(collected(config) == penalized);
  config.do_sample = true;
  config.top_k = 5;
  const auto few = collected(config);
  CHECK(std::count_if(few.begin(), few.end(), [](double z) { return z > masked; }) == 5);
}

TEST_CASE("Standard keeps what mirostat learns to itself") {
  GenerationConfig config = neutral();
  config.mirostat = 2, config.mirostat_tau = 2, config.mirostat_eta = 1;
  Standard learns(resolved(config));
  const Standard before = learns;
  const auto logits = make_row(RowKind::all_equal, 1, 64);  // 6 bits of surprise where 2 are wanted
  auto make = team_row();
  for (std::uint64_t position = 0; position < 5; ++position) {
    auto row = make(logits, Stream{7, position}, {});
    CHECK(learns(row).fault == Fault::none);
  }
  const auto other = make_row(RowKind::ascending, 1, 64);
  auto row = make(other, {}, {}), same = make(other, {}, {});
  CHECK(learns.distribution(row).kept().size() < before.distribution(same).kept().size());
}

TEST_CASE("Standard says what was wrong with a row, on each of its ways") {
  GenerationConfig full = neutral(), greedy = neutral();
  full.top_p = 0.9, greedy.do_sample = false;
  auto make = team_row();
  for (const auto& config : {neutral(), full, greedy}) {
    Standard standard(resolved(config));
    const auto nan = make_row(RowKind::one_nan, 1, 33),
               nothing = make_row(RowKind::all_masked, 1, 33);
    auto invalid = make(nan, {}, {});
    CHECK(standard(invalid).fault == Fault::invalid_logit);
    auto masked_row = make(nothing, {}, {});
    CHECK(standard(masked_row).fault == Fault::all_masked);
  }
}

static_assert(std::is_trivially_copyable_v<Standard>);  // a batch is an array of them
