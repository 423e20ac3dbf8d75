#include <tamis/generation/generation_event.hpp>

#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;
using Texts = std::vector<std::string>;

/// The texts of the events of counting through the pieces, from the second on, with what the
/// generation says in the end.
struct Streamed {
  Texts texts;
  Generation generation;
};

static Streamed stream(Texts pieces, GenerationOptions options = {}, Tokens special = {}) {
  pieces.insert(pieces.begin(), "^");
  options.max_new_tokens = static_cast<int>(pieces.size()) - 1;
  const Pieces tokenizer{pieces, special};
  auto model = tokenizer.model();
  Streamed streamed;
  auto made = generate(model, tokenizer, Sampler{Greedy{}}, Tokens{0}, options,
                       [&](const GenerationEvent& event) {
                         streamed.texts.emplace_back(event.text);
                         CHECK(event.token == static_cast<TokenId>(streamed.texts.size()));
                         CHECK(event.position == streamed.texts.size());
                       });
  REQUIRE(made);
  streamed.generation = *std::move(made);
  std::string all;
  for (const std::string& text : streamed.texts) all += text;
  CHECK(all == streamed.generation.text);
  return streamed;
}

TEST_CASE("Each character is told as soon as it is whole, punctuation as well") {
  // candle waits for a letter or a digit: its commas, emoji and newlines are late.
  const Texts pieces{"Hi", ",", " ", "\n", "\u4f60", "!", "\U0001F600", ".", "?"};
  CHECK(stream(pieces).texts == pieces);
}

TEST_CASE("A character that several tokens share is told with the last of them") {
  CHECK(stream({"a\xE4", "\xBD",
                "\xA0"
                "b",
                "\xF0\x9F", "\x98\x80"})
            .texts == Texts{"a", "",
                            "\u4f60"
                            "b",
                            "", "\U0001F600"});
}

TEST_CASE("Bytes that make no character are told as U+FFFD once that is certain") {
  CHECK(stream({"a\xE4", "b", "\xFF", "c"}).texts == Texts{"a",
                                                           "\uFFFD"
                                                           "b",
                                                           "\uFFFD", "c"});
  CHECK(stream({"a", "\xE4\xBD"}).texts == Texts{"a", "\uFFFD"});
}

TEST_CASE("Text that could become a stop string is held until it cannot") {
  const auto run =
      stream({"rain", "\nU", "s", "ual", "\n", "User", ":", " no"}, {.stop_strings = {"\nUser:"}});
  CHECK(run.texts == Texts{"rain", "", "", "\nUsual", "", "", ""});
  CHECK(run.generation.finish == FinishReason::stop_string);
  CHECK(run.generation.stop_string == 0);
  CHECK(run.generation.tokens.size() == 7);
}

TEST_CASE("Held text is told with the last token, whatever that is") {
  const GenerationOptions seeking{.stop_strings = {"stop!"}};
  CHECK(stream({"do", " st", "op"}, seeking).texts == Texts{"do", " ", "stop"});
  auto ending = seeking;
  ending.end_tokens = {3};
  CHECK(stream({"do", " st", "</s>", "x"}, ending).texts == Texts{"do", " ", "st"});
}

TEST_CASE("A stop string is found inside a token and at its end") {
  // Text Generation Inference looks only at the end of the text.
  for (const char* piece : {"abSTOPcd", "abSTOP"}) {
    const auto run = stream({"x", piece, "y"}, {.stop_strings = {"STOP"}});
    CHECK(run.texts == Texts{"x", "ab"});
    CHECK(run.generation.tokens == Tokens{1, 2});
  }
}

TEST_CASE("A stop string may be longer than any window") {
  // Text Generation Inference looks at the last 200 characters.
  Texts pieces{"x"};
  std::string stop;
  for (int i = 0; i < 100; ++i) stop += pieces.emplace_back("part " + std::to_string(i) + ", ");
  pieces.emplace_back("y");
  const auto run = stream(pieces, {.stop_strings = {stop}});
  CHECK(stop.size() > 800);
  CHECK(run.generation.text == "x");
  CHECK(run.generation.tokens.size() == 101);
}

TEST_CASE("The earliest of the stop strings ends the text, wherever it stands in the list") {
  // exllamav3 asks the strings in the order of the list.
  const auto run = stream({"one two", " three"}, {.stop_strings = {"three", "two", " tw"}});
  CHECK(run.generation.text == "one");
  const auto second = stream({"one two", " three"}, {.stop_strings = {"three", "two", "e"}});
  CHECK(second.generation.text == "on");
  CHECK(second.generation.stop_string == 2);
}
