#pragma once

/// \file inputs.hpp
/// The rows that are drawn from, all of them synthetic, and what is known of their sequences.

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace tamis::bench {

/// The vocabularies of Llama 2, SmolLM2, Llama 3, Qwen 2.5 and Gemma 3.
inline constexpr int vocabularies[] = {32000, 49152, 128256, 151936, 262144};

enum class Shape {
  synthetic,  ///< N(0, 2.5^2), and 40 tokens raised by U(4, 12): a model that is rather sure
  flat        ///< N(0, 0.1^2): one that knows nothing
};

/// The row of a shape over a vocabulary; the same in every run.
inline std::span<const float> row(Shape shape, int vocab_size) {
  static std::map<std::pair<Shape, int>, std::vector<float>> rows;
  std::vector<float>& z = rows[{shape, vocab_size}];
  if (z.empty()) {
    std::mt19937_64 random(42);
    std::normal_distribution<float> normal(0, shape == Shape::synthetic ? 2.5f : 0.1f);
    std::uniform_real_distribution<float> raise(4, 12);
    z.resize(static_cast<std::size_t>(vocab_size));
    for (float& logit : z) logit = normal(random);
    for (int i = 0; shape == Shape::synthetic && i < 40; ++i) z[random() % z.size()] += raise(random);
  }
  return z;
}

/// So many tokens, spread over the vocabulary, some of them more than once.
inline std::vector<std::int32_t> history(int vocab_size, int count) {
  std::mt19937_64 random(7);
  std::vector<std::int32_t> ids;
  for (int i = 0; i < count; ++i) {
    const bool again = i >= 8 && i % 3 == 0;
    ids.push_back(again ? ids[static_cast<std::size_t>(i - 8)] : static_cast<std::int32_t>(random() % vocab_size));
  }
  return ids;
}

/// A grammar's mask that allows about half of the tokens: bit id % 32 of word id / 32.
inline std::vector<std::uint32_t> mask(int vocab_size) {
  std::mt19937 random(11);
  std::vector<std::uint32_t> words(static_cast<std::size_t>(vocab_size + 31) / 32);
  for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(random());
  return words;
}

}  // namespace tamis::bench
