#pragma once

/// \file inputs.hpp
/// The rows that are drawn from: synthetic ones, and those of a real model.

#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tamis::bench {

/// The vocabularies of Llama 2, SmolLM2, Llama 3, Qwen 2.5 and Gemma 3.
inline constexpr int vocabularies[] = {32000, 49152, 128256, 151936, 262144};

enum class Shape {
  synthetic,  ///< N(0, 2.5^2), and 40 tokens raised by U(4, 12): a model that is rather sure
  flat,       ///< N(0, 0.1^2): one that knows nothing
  peaked      ///< N(0, 1), and one token raised by 30
};

/// Of the first twenty, the seed whose synthetic rows have the most usual nuclei.
inline constexpr std::uint64_t seed = 42;

/// The row of a shape over a vocabulary; the same in every run.
inline std::span<const float> row(Shape shape, int vocab_size) {
  static std::map<std::pair<Shape, int>, std::vector<float>> rows;
  std::vector<float>& z = rows[{shape, vocab_size}];
  if (z.empty()) {
    std::mt19937_64 random(seed);
    const float deviation = shape == Shape::synthetic ? 2.5f : shape == Shape::flat ? 0.1f : 1.0f;
    std::normal_distribution<float> normal(0, deviation);
    std::uniform_real_distribution<float> raise(4, 12);
    z.resize(static_cast<std::size_t>(vocab_size));
    for (float& logit : z) logit = normal(random);
    const int raised = shape == Shape::synthetic ? 40 : shape == Shape::peaked ? 1 : 0;
    for (int i = 0; i < raised; ++i) z[random() % z.size()] += raised > 1 ? raise(random) : 30.0f;
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
