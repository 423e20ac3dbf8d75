#include <Eigen/Core>
#include <cmath>
#include <random>
#include <tamis/generation/kv_cache.hpp>
#include <tamis/models/attention.hpp>
#include <vector>

#include "catch.hpp"
#include "quantize.hpp"

using namespace tamis;

namespace {

/// A cache of random keys and values, and random queries for the last tokens.
struct Scene {
  int heads, kv_heads, size, length, tokens;
  ContiguousKvCache cache;
  std::vector<std::vector<float>> keys, values;  // by head and position
  std::vector<float> queries;

  Scene(int heads, int kv_heads, int size, int length, int tokens)
      : heads(heads),
        kv_heads(kv_heads),
        size(size),
        length(length),
        tokens(tokens),
        cache(2, kv_heads, size) {
    std::mt19937 random(1);
    cache.extend(length);
    for (int head = 0; head < kv_heads; ++head)
      for (int position = 0; position < length; ++position) {
        keys.push_back(random_numbers(size, random));
        values.push_back(random_numbers(size, random));
        cache.write(1, head, position, keys.back().data(), values.back().data());
      }
    queries = random_numbers(static_cast<std::size_t>(tokens) * stride(), random, 2);
  }

  int stride() const { return padded(heads * size) + 16; }

  std::vector<float> attend(const Kernels& kernels, int threads) const {
    std::vector<float> to(queries.size());
    Workers workers(threads);
    const AttentionRows<ContiguousKvCache> rows{&cache, 0, tokens, length - tokens};
    Attention<ContiguousKvCache>{}(kernels, workers, {&rows, 1}, 1, heads, {queries.data()},
                                   to.data(), stride());
    return to;
  }

  Eigen::VectorXd expected(int token, int head) const {
    const auto vector = [&](const float* x) {
      return Eigen::Map<const Eigen::VectorXf>(x, size).cast<double>().eval();
    };
    const Eigen::VectorXd query = vector(queries.data() + token * stride() + head * size);
    const int seen = length - tokens + token + 1, first = head / (heads / kv_heads) * length;
    Eigen::ArrayXd weights(seen);
    for (int i = 0; i < seen; ++i)
      weights[i] = query.dot(vector(keys[first + i].data())) / std::sqrt(size);
    weights = (weights - weights.maxCoeff()).exp();
    Eigen::VectorXd mixed = Eigen::VectorXd::Zero(size);
    for (int i = 0; i < seen; ++i)
      mixed += weights[i] / weights.sum() * vector(values[first + i].data());
    return mixed;
  }
};

}  // namespace

TEST_CASE("Attention mixes the values as softmax says, each token seeing those up to its own") {
  for (const Scene& scene : {Scene(9, 3, 64, 40, 40), Scene(4, 4, 16, 50, 20),
                             Scene(6, 1, 10, 33, 5), Scene(9, 3, 64, 100, 1), Scene(40, 2, 8, 7, 1),
                             Scene(1, 1, 4, 1, 1), Scene(2, 1, 32, 300, 17)})
    for (const Kernels* kernels : usable_kernels()) {
      INFO(kernels->name << ", heads " << scene.heads << ", length " << scene.length);
      const auto to = scene.attend(*kernels, 1);
      double error = 0;
      for (int token = 0; token < scene.tokens; ++token)
        for (int head = 0; head < scene.heads; ++head) {
          const auto expected = scene.expected(token, head);
          for (int i = 0; i < scene.size; ++i)
            error = std::max(
                error, std::abs(expected[i] - to[token * scene.stride() + head * scene.size + i]));
        }
      CHECK(error < 5e-6);
    }
}

TEST_CASE(
    "A token attends in the same way to the bit alone and in a batch, on any number of threads") {
  const Scene scene(9, 3, 64, 45, 30);
  for (const Kernels* kernels : usable_kernels()) {
    const auto together = scene.attend(*kernels, 1);
    CHECK(scene.attend(*kernels, 2) == together);
    CHECK(scene.attend(*kernels, 3) == together);
    for (const int token : {0, 11, 29}) {
      Scene alone(9, 3, 64, 45, 30);
      alone.cache.rewind(alone.length = 45 - 29 + token);
      alone.tokens = 1;
      alone.queries.assign(scene.queries.begin() + token * scene.stride(),
                           scene.queries.begin() + (token + 1) * scene.stride());
      const auto to = alone.attend(*kernels, 1);
      CHECK(std::equal(to.begin(), to.begin() + 9 * 64, together.begin() + token * scene.stride()));
    }
  }
}
