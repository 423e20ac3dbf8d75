#pragma once

/// \file layered_toy.hpp
/// A toy model of layers: its hidden states are known numbers, and its output head a known matrix.

#include <cstddef>
#include <cstdint>
#include <span>
#include <tamis/core/philox.hpp>
#include <tamis/core/types.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

/// The hidden state of a token is a function of all tokens up to it and of the layer, [width].
struct LayeredToy {
  using Cache = tamis::testing::ToyModel::Cache;
  static constexpr int layers = 6, width = 5;

  tamis::TokenId vocabulary = 12;
  bool tied = false;
  tamis::testing::ToyModel reader = tamis::testing::ToyModel::remembering(vocabulary);
  std::vector<float> logits = {};

  tamis::TokenId vocab_size() const { return vocabulary; }
  int layer_count() const { return layers; }
  bool has_tied_output() const { return tied; }
  Cache start() const { return {}; }

  static std::vector<float> hidden_state(std::span<const tamis::TokenId> tokens, int layer) {
    return tamis::testing::ToyModel::remembering(width, static_cast<std::uint64_t>(layer) + 10, 2)
        .logits_after(tokens);
  }
  std::vector<float> head(std::span<const float> hidden) const {
    std::vector<float> made(static_cast<std::size_t>(vocabulary));
    for (std::size_t id = 0; id < made.size(); ++id)
      for (std::size_t i = 0; i < hidden.size(); ++i)
        made[id] += hidden[i] * (2 * tamis::Stream{99, i}.uniform(std::uint32_t(id), 0) - 1);
    return made;
  }

  template <class Visit>
  void forward_layers(Cache& cache, std::span<const tamis::TokenId> ids,
                      std::span<const int> wanted, Visit&& visit) {
    const std::size_t before = cache.tokens().size();
    if (!ids.empty()) reader.forward(cache, ids);
    for (const int layer : wanted)
      for (std::size_t i = 0; i < ids.size(); ++i)
        visit(layer, i,
              std::span<const float>(hidden_state(cache.tokens().first(before + i + 1), layer)));
  }
  std::span<const float> logits_of_hidden(std::span<const float> hidden) {
    logits = head(hidden);
    return logits;
  }
  std::span<const float> forward(Cache& cache, std::span<const tamis::TokenId> ids) {
    reader.forward(cache, ids);
    return logits_of_hidden(hidden_state(cache.tokens(), layers));
  }
};
