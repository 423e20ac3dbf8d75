#include <tamis/generation/generate.hpp>
#include <tamis/guided/choice.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/guide_source.hpp>
#include <tamis/guided/regex.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/sources/bans.hpp>
#include <tamis/testing/toy_model.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

/// A model that likes token 0 best, then 1, and so on, whatever came before.
struct Steady {
  struct Cache {};
  TokenId vocab_size() const { return static_cast<TokenId>(logits.size()); }
  Cache start() const { return {}; }
  const std::vector<float>& forward(Cache&, std::span<const TokenId>) { return logits; }
  std::vector<float> logits = {9, 8, 7, 6, 5, 4};
};

const std::vector<std::string> tokens = {"x", "a", "b", "ab", "ba", ""};  // 5 is the end

GuideSource<GrammarGuide> source_of(const std::string& pattern) {
  const auto vocabulary = std::make_shared<const Vocabulary>(tokens, std::vector<TokenId>{5});
  return GuideSource(GrammarGuide(*CompiledGrammar::of(*regex(pattern), vocabulary)));
}

template <class Sources>
Generation generated(Sources sources, GenerationOptions options) {
  Steady model;
  const std::vector<TokenId> prompt{0};
  options.end_tokens = {5};
  auto made = generate(
      model, NoTokenizer{}, Sampler{Greedy{}}, prompt, options, [](const GenerationEvent&) {}, sources);
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("A guide lets nothing come but its language, and ends where that ends") {
  const Generation made = generated(source_of("(ab){2}b?"), {.max_new_tokens = 20});
  CHECK((made.tokens == std::vector<TokenId>{1, 2, 1, 2, 2, 5}));
  CHECK(made.finish == FinishReason::end_of_sequence);
  CHECK_FALSE(made.error);
}

TEST_CASE("Where bans would leave nothing, the guide wins") {
  const Generation banned = generated(std::tuple(Bans({1, 3}, 0, 99), source_of("ab")), {.max_new_tokens = 9});
  CHECK((banned.tokens == std::vector<TokenId>{1, 2, 5}));
  const Generation partly = generated(std::tuple(Bans({1}, 0, 99), source_of("ab")), {.max_new_tokens = 9});
  CHECK((partly.tokens == std::vector<TokenId>{3, 5}));  // one way was left
}

TEST_CASE("A least length gives way to a text that must end") {
  const Generation made = generated(source_of("ab"), {.max_new_tokens = 9, .min_new_tokens = 5});
  CHECK((made.tokens == std::vector<TokenId>{1, 2, 5}));
  CHECK(made.finish == FinishReason::end_of_sequence);
  const Generation longer = generated(source_of("a*"), {.max_new_tokens = 9, .min_new_tokens = 4});
  CHECK((longer.tokens ==
         std::vector<TokenId>{1, 1, 1, 1, 1, 1, 1, 1, 1}));  // the greedy choice; no end in the first four
}

TEST_CASE("A guide follows the sequence back") {
  auto source = source_of("(a|ba)b");
  Sequence sequence(std::vector<TokenId>{0});
  const auto allowed = [&] {
    sequence.clear_passing();
    source.push(sequence);
    std::vector<TokenId> ids;
    for (TokenId id = 0; id < 6; ++id)
      if (sequence.facts().allows(id)) ids.push_back(id);
    return ids;
  };
  CHECK((allowed() == std::vector<TokenId>{1, 2, 3, 4}));
  sequence.append(2);
  CHECK((allowed() == std::vector<TokenId>{1, 3}));
  sequence.append(1);
  CHECK((allowed() == std::vector<TokenId>{2}));
  sequence.rewind(1);
  CHECK((allowed() == std::vector<TokenId>{1, 2, 3, 4}));
  sequence.append(4);
  CHECK((allowed() == std::vector<TokenId>{2}));
}

TEST_CASE("A token that the guide did not allow ends the text with an error, and nothing goes on unguided") {
  auto source = source_of("ab");
  Sequence sequence(std::vector<TokenId>{0});
  source.push(sequence);
  sequence.append(0);
  source.push(sequence);
  for (TokenId id = 0; id < 6; ++id) CHECK_FALSE(sequence.facts().allows(id));
  REQUIRE(source.fault());
  CHECK(source.fault()->message == "a token came that the guide does not allow");
}
