#include <tamis/generation/generation.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/toy_model.hpp>
#include <tamis/tokenizers/detokenizer.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

TEST_CASE("The text is that of the tokens up to the first stop string, for random ones") {
  // Pieces of characters, halves of characters, and stop strings across them.
  const Pieces pieces{{"a", "b", "ab", "ba", "\xC3", "\xA9", "\u00e9", "a\xC3", "</s>"}, {8}};
  auto model = tamis::testing::ToyModel::remembering(9, 21, 1);
  std::mt19937 random(4);
  int ended = 0, trimmed = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    GenerationOptions options{.max_new_tokens = 12, .end_tokens = {8}, .seed = seed};
    for (unsigned count = random() % 3; count > 0; --count) {
      std::string stop;
      for (unsigned length = 1 + random() % 3; length > 0; --length)
        stop += std::vector<std::string>{"a", "b", "\u00e9"}[random() % 3];
      options.stop_strings.push_back(stop);
    }
    const auto made = generate(model, pieces, Sampler{}, Tokens{0}, options);
    REQUIRE(made);

    Detokenizer detokenizer;
    std::string all;
    for (const TokenId id : made->tokens)
      if (id != 8) all += detokenizer.push(pieces.bytes(id));
    all += detokenizer.finish();
    if (made->finish == FinishReason::stop_string) {
      const std::string& found = options.stop_strings[made->stop_string.value()];
      REQUIRE(all.starts_with(made->text + found));
      ++trimmed;
    } else {
      REQUIRE_FALSE(made->stop_string);
      REQUIRE(made->text == all);
      REQUIRE((made->finish == FinishReason::end_of_sequence) == (made->tokens.back() == 8));
      ended += made->finish == FinishReason::end_of_sequence;
    }
    for (const std::string& stop : options.stop_strings)
      REQUIRE(made->text.find(stop) == std::string::npos);
  }
  CHECK(ended > 300);
  CHECK(trimmed > 300);
}
