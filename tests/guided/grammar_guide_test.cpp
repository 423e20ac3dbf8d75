#include <tamis/guided/grammar_guide.hpp>

#include <thread>

#include "catch.hpp"
#include "random_grammars.hpp"

using namespace tamis;
using namespace tamis::guided;
using guided_tests::letters;
using guided_tests::random_grammar;
using guided_tests::SlowReader;

namespace {

std::vector<std::string> all_texts(std::size_t longest) {
  std::vector<std::string> texts{""};
  for (std::size_t at = 0; at < texts.size(); ++at)
    if (texts[at].size() < longest)
      for (const char c : {'a', 'b', 'c'}) texts.push_back(texts[at] + c);
  return texts;
}

/// Nested brackets, where a token may close several.
Grammar brackets() {
  Grammar g;
  const auto root = g.add_rule("root");
  g.define(root, g.choice({g.sequence({g.text("("), g.call(root), g.text(")")}), g.text("x")}));
  g.set_start(root);
  return g;
}

std::shared_ptr<const Vocabulary> bracket_tokens() {
  const std::vector<std::string> tokens = {"(", ")", "x", "((", "))", "x)", "(x", ")))", ""};
  return std::make_shared<const Vocabulary>(tokens, std::vector<TokenId>{8});
}

std::vector<TokenId> allowed(GrammarGuide& guide) {
  std::vector<TokenId> ids;
  const auto mask = guide.mask();
  REQUIRE(mask);
  for (TokenId id = 0; static_cast<std::size_t>(id) < guide.grammar().vocabulary().size(); ++id)
    if ((*mask)->allows(id)) ids.push_back(id);
  return ids;
}

}  // namespace

TEST_CASE("A grammar by chance accepts the texts that a slow reader accepts, and no others") {
  const auto texts = all_texts(6);
  std::mt19937 chance(1);
  int with_text = 0;
  for (int round = 0; round < 400; ++round) {
    const Grammar grammar = random_grammar(chance, round % 2 == 0);
    const auto compiled = CompiledGrammar::of(grammar, letters());
    const GrammarGuide start =
        compiled ? GrammarGuide(*compiled) : GrammarGuide(*CompiledGrammar::of(brackets(), bracket_tokens()));
    with_text += compiled.has_value();
    for (int i = 0; i < 40; ++i) {
      const std::string& text = texts[chance() % texts.size()];
      GrammarGuide guide = start;
      const bool accepts = compiled && guide.accept_bytes(text) && guide.can_stop();
      INFO("round " << round << ", text '" << text << "'");
      REQUIRE(accepts == SlowReader(grammar, text).accepts());
    }
  }
  CHECK(with_text > 250);
}

TEST_CASE("On walks by chance, the mask allows a token exactly where accept takes it, and never leaves nothing") {
  std::mt19937 chance(2);
  int steps = 0;
  for (int round = 0; round < 600; ++round) {
    const auto compiled = CompiledGrammar::of(random_grammar(chance, round % 2 == 0), letters());
    if (!compiled) continue;
    GrammarGuide guide(*compiled);
    for (int step = 0; step < 12 && !guide.is_over(); ++step, ++steps) {
      const auto mask = guide.mask();
      REQUIRE(mask);
      REQUIRE((*mask)->kind != TokenMask::Kind::none);
      std::vector<TokenId> ids;
      for (TokenId id = 0; id < 13; ++id) {
        GrammarGuide fork = guide;
        INFO("round " << round << ", step " << step << ", token " << id);
        REQUIRE(fork.accept(id) == (*mask)->allows(id));
        if ((*mask)->allows(id)) ids.push_back(id);
      }
      REQUIRE(((*mask)->kind == TokenMask::Kind::forced) == (ids.size() == 1));
      REQUIRE(guide.accept(ids[chance() % ids.size()]));
    }
  }
  CHECK(steps > 1500);
}

TEST_CASE("A token that closes several rules at once is allowed as deep as they are nested") {
  const auto compiled = CompiledGrammar::of(brackets(), bracket_tokens());
  REQUIRE(compiled);
  GrammarGuide guide(*compiled);
  REQUIRE(guide.accept_bytes("((x"));
  CHECK((allowed(guide) == std::vector<TokenId>{1, 4}));  // xgrammar 0.2.8 leaves the second out
  REQUIRE(guide.accept_bytes("))"));
  CHECK((allowed(guide) == std::vector<TokenId>{8}));
  CHECK((*guide.mask())->kind == TokenMask::Kind::forced);
}

TEST_CASE("A copy is a fork: it goes its own way") {
  const auto compiled = CompiledGrammar::of(brackets(), bracket_tokens());
  GrammarGuide guide(*compiled);
  REQUIRE(guide.accept(3));
  GrammarGuide fork = guide;
  REQUIRE(fork.accept(2));
  REQUIRE(fork.accept(4));
  CHECK(fork.can_stop());
  CHECK_FALSE(guide.can_stop());
  CHECK_FALSE(guide.accept(4));
  CHECK(guide.accept(2));
}

TEST_CASE("The end may come where the text may end, and nothing may come after it") {
  const auto compiled = CompiledGrammar::of(brackets(), bracket_tokens());
  GrammarGuide guide(*compiled);
  CHECK_FALSE(guide.accept(8));
  REQUIRE(guide.accept(2));
  REQUIRE(guide.accept(8));
  CHECK(guide.is_over());
  CHECK((*guide.mask())->kind == TokenMask::Kind::none);
  CHECK_FALSE(guide.accept(2));
}

TEST_CASE("Forced bytes are what the text must go on with") {
  Grammar g;
  g.set_start(
      g.add_rule("r", g.sequence({g.text("ab"), g.choice({g.text("ca"), g.text("cc")}), g.repeat(g.text("b"), 0)})));
  GrammarGuide guide(*CompiledGrammar::of(g, letters()));
  CHECK(guide.forced_bytes() == "abc");
  REQUIRE(guide.accept_bytes("abca"));
  CHECK(guide.forced_bytes().empty());  // it may stop here
}

TEST_CASE("What the limits do not allow is an error, and a small memory only forgets") {
  Grammar g;  // every way to bracket a list of letters
  const auto r = g.add_rule("r");
  g.define(r, g.choice({g.sequence({g.call(r), g.call(r)}), g.text("a"), g.text("aa")}));
  g.set_start(r);
  GrammarGuide poor(*CompiledGrammar::of(g, letters(), {.fuel = 3}));
  const auto mask = poor.mask();
  REQUIRE_FALSE(mask);
  CHECK(mask.error().message ==
        "the grammar is too ambiguous here: its mask needs more than 3 steps, or its stack is too deep; write it with "
        "fewer ways to read one "
        "text");

  const auto small = CompiledGrammar::of(g, letters(), {.memory = 1 << 14});
  const auto large = CompiledGrammar::of(g, letters());
  GrammarGuide forgetful(*small), steady(*large);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(forgetful.accept(0));
    REQUIRE(steady.accept(0));
    REQUIRE((*forgetful.mask())->words == (*steady.mask())->words);
  }
  CHECK((*small)->knowledge()->configurations.bytes() < (1 << 16));
}

TEST_CASE("Guides of one grammar may run in several threads") {
  const auto compiled = CompiledGrammar::of(brackets(), bracket_tokens(), {.memory = 1 << 14});
  std::vector<int> right(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 50; ++round) {
        GrammarGuide guide(*compiled);
        bool ok = true;
        const int depth = 1 + static_cast<int>(t) + round % 7;
        for (int i = 0; i < depth; ++i) ok = ok && (*guide.mask())->allows(0) && guide.accept(0);
        ok = ok && guide.accept(2);
        for (int i = 0; i < depth; ++i) ok = ok && (*guide.mask())->allows(1) && guide.accept(1);
        right[t] += ok && guide.can_stop();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK((right == std::vector<int>{50, 50, 50, 50}));
}

TEST_CASE("Bytes that no token has are left out, and a grammar that needs them is refused") {
  Grammar g;
  g.set_start(g.add_rule("r", g.sequence({g.text("a"), g.choice({g.text("b"), g.text("\x04")})})));
  GrammarGuide guide(*CompiledGrammar::of(g, letters()));
  CHECK(guide.forced_bytes() == "ab");
  Grammar impossible;
  impossible.set_start(impossible.add_rule("r", impossible.text("a\x04")));
  const auto refused = CompiledGrammar::of(impossible, letters());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "the grammar matches no text that the tokens can write; its rule 'r' never comes to an end");
}
