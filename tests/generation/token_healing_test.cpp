#include <tamis/generation/token_healing.hpp>

#include <set>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculative.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sources/allowed_tokens.hpp>
#include <tamis/sources/source.hpp>
#include <tamis/testing/toy_model.hpp>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

/// Pieces that know how many they are.
struct Vocabulary : Pieces {
  TokenId vocab_size() const { return static_cast<TokenId>(pieces.size()); }
};

//                                0       1    2    3     4      5    6        7      8           9
static const Vocabulary url{
    {{"http", ":", "/", "//", "://", "a", "<end>", ":/a", "\xE2\x82", "\xAC"}, {6}}};
static const Sampler<Temperature> sampler{Temperature{1}};

static_assert(Source<HealedPrefix<Vocabulary>>);

/// The tokens that may come after these.
static std::set<TokenId> open(HealedPrefix<Vocabulary>& source, Sequence& sequence) {
  sequence.clear_passing();
  source.push(sequence);
  std::set<TokenId> ids;
  for (TokenId id = 0; id < url.vocab_size(); ++id)
    if (sequence.facts().allows(id)) ids.insert(id);
  return ids;
}

TEST_CASE("The last token is taken back, and only what begins with its text may come") {
  const TokenHealing healing(url, Tokens{0, 1});
  CHECK(healing.prompt() == Tokens{0});
  CHECK(healing.bytes() == ":");
  auto source = healing.source();
  Sequence sequence(healing.prompt());
  CHECK(open(source, sequence) == std::set<TokenId>{1, 4, 7});
  sequence.append(4);
  CHECK(open(source, sequence).size() == 10);
  sequence.rewind(1);
  CHECK(open(source, sequence) == std::set<TokenId>{1, 4, 7});
}

TEST_CASE("The text may come in several tokens, each of which goes on with it") {
  const TokenHealing healing(url, Tokens{0, 4});
  auto source = healing.source();
  Sequence sequence(healing.prompt());
  CHECK(open(source, sequence) == std::set<TokenId>{1, 4});
  sequence.append(1);
  CHECK(open(source, sequence) == std::set<TokenId>{2, 3});
  sequence.append(2);
  CHECK(open(source, sequence) == std::set<TokenId>{2, 3});
  sequence.append(3);
  CHECK(open(source, sequence).size() == 10);
}

TEST_CASE("A token that ends within a character goes with the one that ends it") {
  const TokenHealing healing(url, Tokens{5, 8, 9});
  CHECK(healing.prompt() == Tokens{5});
  CHECK(healing.bytes() == "\xE2\x82\xAC");
}

TEST_CASE("Nothing is taken back where no token would be left, nor what is no text") {
  for (const Tokens& prompt : {Tokens{}, Tokens{1}, Tokens{0, 6}, Tokens{8, 9}}) {
    const TokenHealing healing(url, prompt);
    CHECK(healing.prompt() == prompt);
    CHECK(healing.bytes().empty());
    auto source = healing.source();
    Sequence sequence(prompt);
    CHECK(open(source, sequence).size() == 10);
  }
}

TEST_CASE("What others allow is narrowed, and is theirs again afterwards") {
  const TokenHealing healing(url, Tokens{0, 1});
  auto source = healing.source();
  AllowedTokens others(Tokens{1, 4, 5}, 10);
  Sequence sequence(healing.prompt());
  others.push(sequence);
  CHECK(open(source, sequence) == std::set<TokenId>{1, 4});
  CHECK(open(source, sequence) == std::set<TokenId>{1, 4});
  sequence.append(4);
  CHECK(open(source, sequence) == std::set<TokenId>{1, 4, 5});
}

TEST_CASE("What is generated begins with what was taken back, with and without drafts") {
  auto model = ToyModel::remembering(10, 4);
  const TokenHealing healing(url, Tokens{5, 0, 4});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const GenerationOptions options{.max_new_tokens = 8, .seed = seed};
    const auto run = generate(model, url, sampler, healing.prompt(), options, detail::Unheard{},
                              healing.source());
    REQUIRE(run);
    CHECK(run->text.substr(0, 3) == "://");
    PromptLookup lookup(1);
    Memory memory(model);
    const auto drafted = generate_speculative(model, memory, url, sampler, healing.prompt(), lookup,
                                              options, {}, detail::Unheard{}, healing.source());
    REQUIRE(drafted);
    CHECK(drafted->tokens == run->tokens);
  }
}
