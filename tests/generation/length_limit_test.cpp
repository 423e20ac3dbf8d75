#include <optional>
#include <string>
#include <tamis/generation/length_limit.hpp>
#include <utility>

#include "catch.hpp"

using tamis::FinishReason;
using tamis::GenerationOptions;
using tamis::LengthLimit;

static auto limit(const GenerationOptions& options, std::size_t prompt,
                  std::optional<std::size_t> context = {}) {
  const auto limit = LengthLimit::of(options, prompt, context);
  REQUIRE(limit);
  return std::pair{limit->new_tokens, limit->reason};
}

static std::string refusal(const GenerationOptions& options, std::size_t prompt,
                           std::optional<std::size_t> context = {}) {
  const auto limit = LengthLimit::of(options, prompt, context);
  return limit ? "not refused" : limit.error().message;
}

TEST_CASE("The least of the limits holds, and the user's own is told before the model's") {
  using Limit = std::pair<std::size_t, FinishReason>;
  CHECK(limit({.max_new_tokens = 7}, 5) == Limit{7, FinishReason::length});
  CHECK(limit({.max_new_tokens = 7, .max_length = 9}, 5) == Limit{4, FinishReason::length});
  CHECK(limit({.max_new_tokens = 7, .max_length = 90}, 5) == Limit{7, FinishReason::length});
  CHECK(limit({.max_new_tokens = 7}, 5, 12) == Limit{7, FinishReason::length});
  CHECK(limit({.max_new_tokens = 7}, 5, 11) == Limit{6, FinishReason::context_full});
  CHECK(limit({.max_new_tokens = 7}, 5, 5) == Limit{0, FinishReason::context_full});
  CHECK(limit({.max_new_tokens = 0}, 5, 5) == Limit{0, FinishReason::length});
  constexpr int unlimited = GenerationOptions::unlimited;
  CHECK(limit({.max_new_tokens = unlimited}, 5, 100) == Limit{95, FinishReason::context_full});
}

TEST_CASE("The model's context may be too small for the least number of new tokens") {
  CHECK(limit({.min_new_tokens = 7}, 5, 10).second == FinishReason::context_full);
}

TEST_CASE("A request that cannot be met is refused with both numbers") {
  CHECK(refusal({}, 9, 8) ==
        "the prompt has 9 tokens, but the model's context takes 8; shorten the prompt");
  CHECK(refusal({.max_length = 5}, 5) ==
        "max_length is 5, prompt included, but the prompt has 5 tokens; raise it, or set "
        "max_new_tokens instead");
  CHECK(refusal({.max_length = -1}, 1) ==
        "max_length is -1, prompt included, but the prompt has 1 tokens; raise it, or set "
        "max_new_tokens instead");
  CHECK(refusal({.max_new_tokens = -1}, 5) == "max_new_tokens is -1; it must be 0 or more");
  CHECK(refusal({.min_new_tokens = -3}, 5) == "min_new_tokens is -3; it must be 0 or more");
  CHECK(refusal({.max_new_tokens = 50, .max_length = 8, .min_new_tokens = 4}, 5) ==
        "min_new_tokens is 4, but at most 3 new tokens are allowed by max_new_tokens and "
        "max_length; lower it or raise them");
}
