#include <tamis/guided/choice.hpp>
#include <tamis/guided/grammar_guide.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis::guided;

TEST_CASE("Of a list of texts, one is chosen whole, be one the beginning of another") {
  const auto grammar = choice({"no", "not yet", "yes", "no"});
  REQUIRE(grammar);
  const auto compiled = CompiledGrammar::of(*grammar, guided_tests::every_byte());
  const auto accepts = [&](const char* text) {
    GrammarGuide guide(*compiled);
    return guide.accept_bytes(text) && guide.can_stop();
  };
  CHECK((accepts("no") && accepts("not yet") && accepts("yes")));
  CHECK_FALSE((accepts("") || accepts("not") || accepts("yes!") || accepts("noo")));
  GrammarGuide guide(*compiled);
  REQUIRE(guide.accept_bytes("not"));
  CHECK(guide.forced_bytes() == " yet");
}

TEST_CASE("An empty list is refused") {
  CHECK(choice({}).error().message == "the list of choices is empty; give at least one text");
}
