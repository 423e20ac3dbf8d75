#pragma once

/// \file marked_texts.hpp
/// Texts with a watermark, drawn from a toy model by the loop that generates, and texts without.

#include <cstdint>
#include <random>
#include <tamis/generation/generate.hpp>
#include <tamis/sources/watermark.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

namespace tamis::testing {

/// 200 tokens of a model of 60, whose next token has some 3 nats of entropy.
template <class S>
std::vector<TokenId> drawn_text(S sampler, const Watermark::Options& watermark,
                                std::uint64_t seed) {
  ToyModel model = ToyModel::remembering(60, 1, 2);
  GenerationOptions options;
  options.max_new_tokens = 200;
  options.seed = seed;
  const std::vector<TokenId> prompt = {static_cast<TokenId>(seed % 60), 2, 3};
  const auto unheard = [](const GenerationEvent&) {};
  auto made =
      generate(model, NoTokenizer{}, sampler, prompt, options, unheard, Watermark(watermark));
  return made->tokens;
}

/// 200 tokens that have nothing to do with any key, likelier ones and others.
inline std::vector<TokenId> plain_text(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<TokenId> text(200);
  for (TokenId& id : text) id = static_cast<TokenId>(random() % (1 + random() % 60));
  return text;
}

}  // namespace tamis::testing
