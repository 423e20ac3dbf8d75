#pragma once

/// \file inputs.hpp
/// The rows that are drawn from, synthetic and real, and what is known of their sequences.

#include <algorithm>
#include <cmath>
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
  synthetic,  ///< N(0, 2.5^2), and 40 tokens raised by U(4, 12): a model that is rather sure, with a long tail
  peaked,     ///< such a row whose nucleus of 0.95, at temperature 0.8, has at most 256 tokens
  flat        ///< N(0, 0.1^2): one that knows nothing
};

inline std::vector<float> random_row(Shape shape, int vocab_size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0, shape == Shape::flat ? 0.1f : 2.5f);
  std::uniform_real_distribution<float> raise(4, 12);
  std::vector<float> z(static_cast<std::size_t>(vocab_size));
  for (float& logit : z) logit = normal(random);
  for (int i = 0; shape != Shape::flat && i < 40; ++i) z[random() % z.size()] += raise(random);
  return z;
}

/// How many tokens have together `p` of the probability at a temperature.
inline int nucleus_size(std::vector<float> z, double temperature, double p) {
  std::sort(z.begin(), z.end(), [](float a, float b) { return a > b; });
  double total = 0, sum = 0;
  for (const float logit : z) total += std::exp((logit - z[0]) / temperature);
  int size = 0;
  while (sum < p * total) sum += std::exp((z[static_cast<std::size_t>(size++)] - z[0]) / temperature);
  return size;
}

/// The row of a shape over a vocabulary; the same in every run. Its seed is 42, or for a peaked row the first one from 42
/// on that is as peaked. It begins 16 bytes behind a cache line, as a large vector does that malloc has made: so every
/// register is loaded from two lines, and a reading takes up to twice as long as that of a row aligned to 64 bytes.
inline std::span<const float> row(Shape shape, int vocab_size) {
  static std::map<std::pair<Shape, int>, std::vector<float>> rows;
  std::vector<float>& memory = rows[{shape, vocab_size}];
  const auto n = static_cast<std::size_t>(vocab_size);
  const auto begin = [&] {
    const std::size_t past_line = reinterpret_cast<std::uintptr_t>(memory.data()) % 64;
    return (64 + 16 - past_line) % 64 / sizeof(float);
  };
  for (std::uint64_t seed = 42; memory.empty(); ++seed) {
    const std::vector<float> z = random_row(shape, vocab_size, seed);
    if (shape == Shape::peaked && nucleus_size(z, 0.8, 0.95) > 256) continue;
    memory.resize(n + 16);
    std::copy(z.begin(), z.end(), memory.begin() + static_cast<std::ptrdiff_t>(begin()));
  }
  return std::span(memory).subspan(begin(), n);
}

/// Logits of a real model, row after row: those of SmolLM2-135M-Instruct after the 64 positions of a text that
/// tests/golden/smollm2_logits.json names. Empty where the model is not installed.
struct RealRows {
  std::vector<float> logits;
  int count = 0, vocab_size = 0;

  std::span<const float> operator[](int i) const {
    return std::span(logits).subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(vocab_size),
                                     static_cast<std::size_t>(vocab_size));
  }
};
const RealRows& real_rows();

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
