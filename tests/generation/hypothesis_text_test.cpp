#include <optional>
#include <string>
#include <tamis/generation/hypothesis_text.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;

static const Pieces pieces{{"a", "b", "<end>", "\xc3", "\xa4", "<sys>"}, {2, 5}};

struct Text {
  HypothesisText text;
  const GenerationOptions& options;
  std::vector<TokenId> tokens = {};

  std::optional<FinishReason> take(TokenId id) {
    const HypothesisText::Ends ends{options, StopSequences(options.stop_sequences),
                                    static_cast<std::size_t>(options.min_new_tokens)};
    const auto reason = text.take(pieces, ends, tokens, id);
    tokens.push_back(id);
    return reason;
  }
  std::string finish() { return std::move(text).finish(); }
};

static Text begin(const GenerationOptions& options) {
  return {HypothesisText(*StopStrings::of(options.stop_strings)), options};
}

TEST_CASE("Texts that begin alike go apart, each with its own end") {
  const GenerationOptions options{.end_tokens = {2}, .stop_strings = {"bb"}};
  Text text = begin(options);
  CHECK_FALSE(text.take(0));
  CHECK_FALSE(text.take(1));
  Text other = text, third = text;
  CHECK(text.take(2) == FinishReason::end_of_sequence);
  CHECK(text.finish() == "ab");  // the end is special, the held b comes
  CHECK(other.take(1) == FinishReason::stop_string);
  CHECK(other.text.found() == 0);
  CHECK(other.finish() == "a");
  CHECK_FALSE(third.take(3));
  CHECK_FALSE(third.take(4));
  CHECK_FALSE(third.take(5));
  CHECK(third.finish() == "ab\xc3\xa4");
}

TEST_CASE("Before the least length nothing ends a text") {
  const GenerationOptions options{
      .min_new_tokens = 2, .end_tokens = {2}, .stop_tokens = {1}, .stop_strings = {"a"}};
  Text text = begin(options);
  CHECK_FALSE(text.take(0));
  CHECK_FALSE(text.take(1));
  Text other = text;
  CHECK(text.take(1) == FinishReason::stop_token);
  CHECK(text.finish() == "ab");
  CHECK(other.take(0) == FinishReason::stop_string);
}

TEST_CASE("A sequence of tokens ends a text before it, and a loop where it is one") {
  GenerationOptions options{.stop_sequences = {{1, 0}}, .loop_block = 2, .loop_repeats = 2};
  Text text = begin(options);
  CHECK_FALSE(text.take(0));
  CHECK_FALSE(text.take(1));
  Text other = text;
  CHECK(text.take(0) == FinishReason::stop_sequence);
  CHECK(text.finish() == "a");
  options.stop_ending = StopStrings::Ending::kept;
  Text kept = other;
  CHECK(kept.take(0) == FinishReason::stop_sequence);
  CHECK(kept.finish() == "aba");
  CHECK_FALSE(other.take(1));
  CHECK(other.take(1) == FinishReason::loop);
  CHECK(other.finish() == "abbb");
}
