#pragma once

/// \file example.hpp
/// One example of everything at once: a row, a history with what sources say of it, and a chain.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tamis/core/sequence.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "random_policy.hpp"

namespace chains {

using testing::RowKind;

/// A function of (seed, index) alone.
struct Example {
  std::uint64_t seed, index;
  RowKind kind = RowKind::normal;
  std::vector<float> logits;
  Sequence sequence;
  std::vector<AnyPolicy> chain;
  int width = 16;  ///< of the registers

  Example(std::uint64_t seed, std::uint64_t index) : seed(seed), index(index) {
    Random random{philox_bits(seed, index)};
    const std::size_t size = size_of(random);
    kind = kind_of(random);
    logits = testing::make_row(kind, random.bits(), size);
    sequence = history(random, size);
    chain = policies(random, size);
    const std::array widths{4, 8, 16};
    width = widths[random.bits() % 3];
  }

  /// What to say of it so that a person can see it again.
  std::string sentence() const {
    std::string text = "chain " + std::to_string(index) + " of seed " + std::to_string(seed) +
                       ", width " + std::to_string(width) + ", " + std::to_string(logits.size()) +
                       " logits of kind " + std::string(testing::name_of(kind)) + ", " +
                       std::to_string(sequence.size()) + " tokens before: " + json_of(chain);
    return text + "\n  again: TAMIS_CHAINS=" + std::to_string(seed) + ":" + std::to_string(index) +
           ":1 build/bin/test-chains \"20 thousand*\"";
  }

 private:
  static std::uint64_t philox_bits(std::uint64_t seed, std::uint64_t index) {
    const Philox4 words = philox(seed, index, 0);
    return std::uint64_t{words.word[0]} << 32 | words.word[1];
  }

  /// Mostly less than a few registers; one in 12,500 has the greatest vocabulary.
  std::size_t size_of(Random& random) const {
    if (index % 12500 == 1000) return std::size_t{1} << 18;
    const std::uint64_t one_in = random.bits() % 1000;
    if (one_in < 2) return 1000 + random.bits() % 5000;
    if (one_in < 60) return 100 + random.bits() % 400;
    return 1 + random.bits() % 64;
  }

  /// The kinds that models make, mostly; those whose logits a float cannot tell apart, seldom.
  static RowKind kind_of(Random& random) {
    const std::uint64_t one_in = random.bits() % 200;
    if (one_in == 0) return testing::hopeless_row_kinds[random.bits() % 2];
    if (one_in < 10) return testing::row_kinds[random.bits() % testing::row_kinds.size()];
    constexpr std::array usual{RowKind::normal_narrow, RowKind::normal,      RowKind::normal_wide,
                               RowKind::rounded,       RowKind::all_equal,   RowKind::two_values,
                               RowKind::one_towers,    RowKind::half_masked, RowKind::one_finite,
                               RowKind::ascending,     RowKind::descending,  RowKind::long_tail};
    return usual[random.bits() % usual.size()];
  }

  /// A history in which tokens repeat, with biases, bans, pushes, and at times a guide.
  static Sequence history(Random& random, std::size_t size) {
    const auto token = [&] { return static_cast<TokenId>(random.bits() % size); };
    std::vector<TokenId> prompt(random.bits() % 20);
    for (TokenId& id : prompt) id = token();
    Sequence sequence(prompt, random.bits(), random.bits() % 4 ? 1000 : random.bits() % 12);
    for (std::uint64_t n = random.bits() % 20; n > 0; --n) {
      const bool repeats = !sequence.tokens().empty() && random.bits() % 2;
      sequence.append(repeats ? sequence.tokens()[random.bits() % sequence.size()] : token());
    }
    if (random.bits() % 3 == 0) {
      for (int i = 0; i < 4; ++i)
        sequence.add_bias(token(), static_cast<float>(2 * random.normal()));
      sequence.add_bias(token(), masked);
    }
    if (random.bits() % 2 == 0) {
      for (int i = 0; i < 8; ++i) {
        const int slot = static_cast<int>(random.bits() % push_slots);
        sequence.add_push(token(), slot, static_cast<float>(random.normal()));
      }
    }
    if (random.bits() % 8 == 0) sequence.set_mark(random.bits());
    if (random.bits() % 8 == 0) {
      std::vector<std::uint32_t> words((size + 31) / 32);
      for (std::uint32_t& word : words)
        word = static_cast<std::uint32_t>(random.bits() | random.bits());
      sequence.set_allowed(std::move(words));
    }
    return sequence;
  }

  static std::vector<AnyPolicy> policies(Random& random, std::size_t size) {
    static const auto steps = indices_of(false), draws = indices_of(true);
    const std::size_t length = size > 100000 ? 4 : 1 + random.bits() % 8;
    std::vector<AnyPolicy> chain;
    while (chain.size() < length) {
      AnyPolicy policy = policy_at(steps[random.bits() % steps.size()]);
      randomize(policy, random);
      if (const Forced* forced = std::get_if<Forced>(&policy);
          forced && forced->active && random.bits() % 4)
        continue;
      chain.push_back(policy);
    }
    if (random.bits() % 2) chain.push_back(policy_at(draws[random.bits() % draws.size()]));
    return chain;
  }
};

}  // namespace chains
