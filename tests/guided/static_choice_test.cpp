#include <tamis/guided/static_choice.hpp>

#include <memory>
#include <tamis/guided/grammar_guide.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;

TEST_CASE("Choices of the compiler are those of a list, and know their places") {
  constexpr auto mood = choice<"good", "bad">();
  static_assert(mood.index_of("bad") == 1 && mood.matches("good") && !mood.matches("goo"));
  const auto vocabulary = std::make_shared<const Vocabulary>(
      std::vector<std::string>{"go", "od", "bad", ""}, std::vector<TokenId>{3});
  const auto compiled = CompiledGrammar::of(mood, vocabulary);
  REQUIRE(compiled);
  GrammarGuide guide(*compiled);
  CHECK_FALSE(guide.accept(1));
  CHECK((guide.accept(0) && guide.accept(1) && guide.can_stop()));
}
