#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace tamis {

/// How a model of a longer context turns its positions more slowly than it was first trained to.
struct RopeScaling {
  enum class Kind {
    none,
    linear,  ///< every pair by `factor`
    llama3   ///< slow pairs by `factor`, fast ones not at all, those between by something between
  };
  Kind kind = Kind::none;
  double factor = 1;
  double low = 1, high = 4;  ///< llama3: of how many turns within `original` a pair is slow or fast
  double original = 8192;    ///< llama3: the context before, in tokens

  /// By how many radians a position each pair of a head's first `rotated` numbers turns, the
  /// fastest first: [rotated / 2].
  ///
  /// Source: Su et al., "RoFormer", 2021; the scaling of Llama 3.1 as HF's modeling_rope_utils.py
  /// has it.
  std::vector<float> frequencies(double base, int rotated) const {
    std::vector<float> all;
    for (int i = 0; i < rotated; i += 2) {
      const double frequency = std::pow(base, -static_cast<double>(i) / rotated);
      all.push_back(static_cast<float>(frequency * slowness(frequency)));
    }
    return all;
  }

 private:
  double slowness(double frequency) const {
    if (kind == Kind::none) return 1;
    if (kind == Kind::linear) return 1 / factor;
    const double turns = original * frequency / (2 * std::numbers::pi);
    if (turns < low) return 1 / factor;
    if (turns > high) return 1;
    const double fast = (turns - low) / (high - low);
    return (1 - fast) / factor + fast;
  }
};

}  // namespace tamis
