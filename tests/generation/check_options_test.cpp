#include <tamis/generation/check_options.hpp>

#include <string>
#include <vector>

#include "catch.hpp"

using namespace tamis;

static std::string refusal(const GenerationOptions& options, bool has_text = true,
                           const std::vector<TokenId>& prompt = {1}) {
  const auto checked = check_options(prompt, options, 10, has_text);
  return checked ? "" : checked.error().message;
}

TEST_CASE("Options that nothing is wrong with are let through") {
  GenerationOptions options;
  options.stop_sequences = {{1, 2}, {9}};
  options.end_tokens = {0};
  options.stop_strings = options.banned_strings = {"a"};
  options.loop_block = 20;
  CHECK(refusal({}) == "");
  CHECK(refusal(options) == "");
}

TEST_CASE("What is wrong with options is said in one sentence") {
  CHECK(refusal({}, true, {}) == "the prompt is empty; it needs at least one token");
  CHECK(refusal({.stop_sequences = {{1}, {}}}) ==
        "stop sequence 2 of 2 is empty; it needs at least one token");
  CHECK(refusal({.stop_sequences = {{1, 10}}}) ==
        "a stop sequence's token 10 is not in the model's vocabulary, which has the ids 0 to 9");
  CHECK(refusal({.loop_block = -1}) == "loop_block is -1; it must be 0 or more");
  CHECK(refusal({.loop_repeats = 0}) == "loop_repeats is 0; it must be 1 or more");
  CHECK(refusal({.max_rollbacks = -2}) == "max_rollbacks is -2; it must be 0 or more");
  CHECK(refusal({.banned_strings = {"a"}}, false) ==
        "banned strings are sought in text, and there is no tokenizer to make it; give one, or use "
        "stop tokens and bans");
}
