#include <tamis/tokenizers/fill_in_the_middle.hpp>

#include <string>
#include <string_view>
#include <tamis/tokenizers/bpe.hpp>
#include <vector>

#include "catch.hpp"
#include "smollm.hpp"

using namespace tamis;
using Ids = std::vector<TokenId>;

/// A tokenizer of a few letters, ids from 0, and these marks.
static Bpe letters_and(std::vector<std::string_view> marks, SpecialTokens special = {}) {
  std::vector<std::string_view> tokens{"a", "b", "(", "ab"};
  std::vector<std::int32_t> kinds{1, 1, 1, 1};
  for (const std::string_view mark : marks) {
    tokens.push_back(mark);
    kinds.push_back(3);
  }
  const std::vector<std::string_view> merges{"a b"};
  BpeParts parts;
  parts.tokens = tokens;
  parts.kinds = kinds;
  parts.merges = merges;
  parts.special = special;
  auto bpe = Bpe::of(parts);
  if (!bpe) FAIL(bpe.error().message);
  return *std::move(bpe);
}

static FillInTheMiddle middle_of(const Bpe& bpe) {
  auto middle = FillInTheMiddle::of(bpe);
  if (!middle) FAIL(middle.error().message);
  return *middle;
}

TEST_CASE("StarCoder's prompt is prefix, suffix, middle") {
  const Bpe bpe =
      letters_and({"<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<fim_pad>", "<|endoftext|>"},
                  {.end = 8, .ends = {8}});
  const FillInTheMiddle middle = middle_of(bpe);
  CHECK(middle.family == "StarCoder");
  CHECK(middle.prompt(bpe, "ab(", "b") == Ids{4, 3, 2, 6, 1, 5});
  CHECK(middle.prompt(bpe, "", "") == Ids{4, 6, 5});
  CHECK(middle.ends == Ids{4, 5, 6, 7, 8});
}

TEST_CASE("Qwen-Coder, CodeLlama and DeepSeek-Coder are known by their marks") {
  const Bpe qwen = letters_and({"<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>",
                                "<|repo_name|>", "<|file_sep|>"});
  CHECK(middle_of(qwen).family == "Qwen-Coder");
  CHECK(middle_of(qwen).prompt(qwen, "a", "b") == Ids{4, 0, 6, 1, 5});
  CHECK(middle_of(qwen).ends == Ids{4, 5, 6, 7, 8, 9});
  const Bpe llama = letters_and({"<s>", "\u2581<PRE>", "\u2581<SUF>", "\u2581<MID>", "\u2581<EOT>"},
                                {.begin = 4, .needs_begin = true, .ends = {}});
  CHECK(middle_of(llama).family == "CodeLlama");
  CHECK(middle_of(llama).prompt(llama, "a", "b") == Ids{4, 5, 0, 6, 1, 7});
  CHECK(middle_of(llama).ends == Ids{5, 6, 7, 8});
  const Bpe deepseek = letters_and({"<\uff5cfim\u2581hole\uff5c>", "<\uff5cfim\u2581begin\uff5c>",
                                    "<\uff5cfim\u2581end\uff5c>"});
  CHECK(middle_of(deepseek).family == "DeepSeek-Coder");
  CHECK(middle_of(deepseek).prompt(deepseek, "a", "b") == Ids{5, 0, 4, 1, 6});
}

TEST_CASE("A mark in the texts is text") {
  const Bpe bpe = letters_and({"<fim_prefix>", "<fim_suffix>", "<fim_middle>"});
  CHECK(middle_of(bpe).prompt(bpe, "a<fim_suffix>b", "b") == Ids{4, 0, 1, 5, 1, 6});
}

TEST_CASE("A model that was not made for it is refused by name, with what was sought") {
  const std::string sentence =
      "mini was not made to fill in the middle: its vocabulary has none of the marks for that; "
      "sought were "
      "<fim_prefix>, <fim_suffix> and <fim_middle> (StarCoder); <|fim_prefix|>, <|fim_suffix|> and "
      "<|fim_middle|> "
      "(Qwen-Coder); \u2581<PRE>, \u2581<SUF> and \u2581<MID> (CodeLlama); "
      "<\uff5cfim\u2581begin\uff5c>, "
      "<\uff5cfim\u2581hole\uff5c> and <\uff5cfim\u2581end\uff5c> (DeepSeek-Coder)";
  for (const auto& marks : {std::vector<std::string_view>{},
                            {"<fim_prefix>", "<fim_middle>"},
                            {"<fim_prefix>", "<fim_suffix>", "<|fim_middle|>"}}) {
    const auto middle = FillInTheMiddle::of(letters_and(marks), "mini");
    REQUIRE_FALSE(middle);
    CHECK(middle.error().message == sentence);
  }
}

TEST_CASE("SmolLM2 was not made to fill in the middle") {
  if (const auto bpe = smollm_tokenizer()) CHECK_FALSE(FillInTheMiddle::of(*bpe));
}
