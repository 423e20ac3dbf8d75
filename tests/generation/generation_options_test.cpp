#include <tamis/generation/generation_options.hpp>

#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

/// Special are the second and the last.
static const Pieces pieces{{"^", "<tag>", "one", " two", "\n", "</s>"}, {1, 5}};

static std::string text(const GenerationOptions& options) {
  auto model = pieces.model();
  const auto made = generate(model, pieces, Sampler{Greedy{}}, Tokens{0}, options);
  REQUIRE(made);
  return made->text;
}

TEST_CASE("Special tokens are in the text if they are wanted there") {
  CHECK(text({.end_tokens = {5}}) == "one two\n");
  CHECK(text({.end_tokens = {5}, .skip_special_tokens = false}) == "<tag>one two\n</s>");
}

TEST_CASE("An end token is a mark of the format even if it is text") {
  CHECK(text({.end_tokens = {4}}) == "one two");
  CHECK(text({.end_tokens = {4}, .skip_special_tokens = false}) == "<tag>one two\n");
}

TEST_CASE("A stop token and a stop string are trimmed or kept alike") {
  const auto kept = StopStrings::Ending::kept;
  CHECK(text({.stop_tokens = {4}}) == "one two");
  CHECK(text({.stop_tokens = {4}, .stop_ending = kept}) == "one two\n");
  CHECK(text({.stop_strings = {"tw"}}) == "one ");
  CHECK(text({.stop_strings = {"tw"}, .stop_ending = kept}) == "one tw");
  CHECK(text({.stop_tokens = {5}, .stop_ending = kept}) == "one two\n");
  CHECK(text({.stop_tokens = {5}, .stop_ending = kept, .skip_special_tokens = false}) ==
        "<tag>one two\n</s>");
}
