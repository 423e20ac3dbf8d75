#pragma once

/// \file random_llama.hpp
/// Small llamas to run, with caches of any kind, and random texts for them.

#include <random>
#include <span>
#include <tamis/models/llama.hpp>
#include <vector>

#include "../catch.hpp"
#include "tiny_llama.hpp"

/// The small llama as a model; `make()` has been called.
inline tamis::Llama loaded(const TinyLlama& tiny,
                           const tamis::Kernels& kernels = tamis::best_kernels()) {
  const auto file = tiny.file();
  const auto gguf = tamis::Gguf::parse(file);
  REQUIRE(gguf);
  auto model = tamis::Llama::load(*gguf, 1, kernels);
  REQUIRE(model);
  return *std::move(model);
}

inline std::vector<tamis::TokenId> random_text(int count, int vocabulary, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<tamis::TokenId> ids(static_cast<std::size_t>(count));
  for (auto& id : ids)
    id = static_cast<tamis::TokenId>(random() % static_cast<unsigned>(vocabulary));
  return ids;
}

/// The logits after `ids`.
template <class M>
std::vector<float> logits_after(M& model, typename M::Cache& cache,
                                std::span<const tamis::TokenId> ids) {
  const auto logits = model.forward(cache, ids);
  return {logits.begin(), logits.end()};
}
