#include <string>
#include <tamis/generation/hypothesis_text.hpp>
#include <tamis/generation/no_tokenizer.hpp>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;

static const Pieces pieces{{"a", "b", "<end>", "\xc3", "\xa4", "<sys>"}, {2, 5}};

TEST_CASE("Texts that begin alike go apart, each with its own end") {
  const GenerationOptions options{.end_tokens = {2}, .stop_strings = {"bb"}};
  HypothesisText text(*StopStrings::of(options.stop_strings));
  CHECK_FALSE(text.take(pieces, options, 0));
  CHECK_FALSE(text.take(pieces, options, 1));
  HypothesisText other = text, third = text;
  CHECK(text.take(pieces, options, 2) == FinishReason::end_of_sequence);
  CHECK(std::move(text).finish() == "ab");  // the end is special, the held b comes
  CHECK(other.take(pieces, options, 1) == FinishReason::stop_string);
  CHECK(other.found() == 0);
  CHECK(std::move(other).finish() == "a");
  CHECK_FALSE(third.take(pieces, options, 3));
  CHECK_FALSE(third.take(pieces, options, 4));
  CHECK_FALSE(third.take(pieces, options, 5));
  CHECK(std::move(third).finish() == "ab\xc3\xa4");
}

TEST_CASE("Before the least length nothing ends a text") {
  const GenerationOptions options{
      .min_new_tokens = 2, .end_tokens = {2}, .stop_tokens = {1}, .stop_strings = {"a"}};
  HypothesisText text(*StopStrings::of(options.stop_strings));
  CHECK_FALSE(text.take(pieces, options, 0));
  CHECK_FALSE(text.take(pieces, options, 1));
  HypothesisText other = text;
  CHECK(text.take(pieces, options, 1) == FinishReason::stop_token);
  CHECK(std::move(text).finish() == "ab");
  CHECK(other.take(pieces, options, 0) == FinishReason::stop_string);
}
