#include <tamis/presets/config_sources.hpp>

#include "catch.hpp"
#include "sources/random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static const SequenceContext context{.prompt_tokens = 2, .vocab_size = 100, .end_tokens = {9}};

/// What the sources of a configuration say after the prompt 1 2 and some more tokens.
static std::map<TokenId, Said> said_after(const GenerationConfig& config, const Ids& generated,
                                          const SequenceContext& with = context) {
  Sequence sequence(Ids{1, 2});
  for (const TokenId id : generated) sequence.append(id);
  for (AnySource& source : config_sources(config, with)) source.push(sequence);
  return said_of(sequence);
}

static std::map<TokenId, Said> biased(const std::map<TokenId, float>& values) {
  std::map<TokenId, Said> said;
  for (const auto& [id, value] : values) said[id].bias = value;
  return said;
}

TEST_CASE("A configuration that asks for no source has none") {
  CHECK(config_sources({}, context).empty());
}

TEST_CASE("Biases, sequences and bad words of a configuration add up") {
  GenerationConfig config;
  config.logit_bias = {{5, 1.5}, {6, -2}};
  config.sequence_bias = {{{2, 5}, 1}, {{7}, 4}};
  config.bad_words_ids = {{2, 8}, {3}};
  CHECK(said_after(config, {}) == biased({{5, 2.5f}, {6, -2}, {7, 4}, {8, masked}, {3, masked}}));
  CHECK(said_after(config, {1}) == biased({{5, 1.5f}, {6, -2}, {7, 4}, {3, masked}}));
  SequenceContext words = context;
  words.bad_words = {{1, 4}};
  CHECK(said_after({}, {1}, words) == banned({4}));
}

TEST_CASE("Suppressed tokens never come, or not at the beginning") {
  GenerationConfig config;
  config.suppress_tokens = {4};
  config.begin_suppress_tokens = {5};
  CHECK(said_after(config, {}) == banned({4, 5}));
  CHECK(said_after(config, {1}) == banned({4}));
}

TEST_CASE("Allowed tokens are all there is") {
  GenerationConfig config;
  config.allowed_token_ids = {4, 99};
  Sequence sequence(Ids{1, 2});
  for (AnySource& source : config_sources(config, context)) source.push(sequence);
  CHECK((sequence.facts().allows(4) && sequence.facts().allows(99) && !sequence.facts().allows(5)));
}

TEST_CASE("The end is forced at the last token there is room for") {
  GenerationConfig config;
  config.forced_eos_token_id = {9};
  config.max_new_tokens = 3;
  CHECK(said_after(config, {1}).empty());
  CHECK(said_after(config, {1, 1}).at(9).bias > 1e29f);
  config.max_new_tokens.reset();
  config.max_length = 4;  // prompt included
  CHECK(said_after(config, {}).empty());
  CHECK(said_after(config, {1}).at(9).bias > 1e29f);
  config.max_length.reset();
  CHECK(said_after(config, Ids(default_max_new_tokens - 1, 1)).at(9).bias > 1e29f);
}

TEST_CASE("The beginning is forced after a prompt of one token") {
  GenerationConfig config;
  config.forced_bos_token_id = 7;
  Sequence sequence(Ids{1});
  auto sources = config_sources(config, {.prompt_tokens = 1, .vocab_size = 100});
  REQUIRE(sources.size() == 1);
  sources[0].push(sequence);
  CHECK(said_of(sequence).at(7).bias > 1e29f);
  CHECK(said_after(config, {}).empty());
}

TEST_CASE("The decay of the length pushes the end tokens of the context") {
  GenerationConfig config;
  config.exponential_decay_length_penalty = LengthDecay{1, 1.5};
  CHECK(said_after(config, {1}).empty());
  CHECK(said_after(config, {1, 1}).at(9).push[1] == 0.5f);
}

TEST_CASE("N-grams and DRY look at prompt and output") {
  GenerationConfig config;
  config.no_repeat_ngram_size = 2;
  CHECK(said_after(config, {1}) == banned({2}));
  GenerationConfig dry;
  dry.dry_multiplier = 1, dry.dry_base = 2, dry.dry_allowed_length = 1;
  CHECK(said_after(dry, {3, 1, 2}).at(3).push[0] == -2);
  SequenceContext breakers = context;
  breakers.dry_breakers = {3, 2, 1};  // in any order
  CHECK(said_after(dry, {3, 1, 2}, breakers).empty());
  dry.dry_penalty_last_n = 2;
  CHECK(said_after(dry, {3, 1, 2}).empty());
  dry.dry_penalty_last_n = -1;  // all, as llama.cpp says it
  CHECK(said_after(dry, {3, 1, 2}).at(3).push[0] == -2);
}
