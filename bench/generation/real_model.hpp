#pragma once

/// \file real_model.hpp
/// SmolLM2-135M-Instruct with a cache of each kind.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <tamis/generation/paged_kv_cache.hpp>
#include <tamis/generation/quantized_kv_cache.hpp>
#include <tamis/generation/window_kv_cache.hpp>
#include <tamis/models/llama.hpp>

#include "../../examples/installed_model.hpp"

namespace tamis::bench {

/// Its file; ends the program with a sentence if there is none.
inline const Gguf& real_file() {
  static const auto file = Gguf::open(installed_model());
  if (!file) {
    std::fprintf(stderr, "%s\n", file.error().message.c_str());
    std::exit(1);
  }
  return *file;
}

/// The model, on so many threads.
template <class C>
BasicLlama<C> real_model(int threads = 1) {
  static const auto model = Llama::load(real_file());
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().message.c_str());
    std::exit(1);
  }
  return model->with_cache<C>(threads);
}

/// Calls f.operator()<C>(name) for each kind of cache.
template <class F>
void for_caches(F f) {
  f.template operator()<ContiguousKvCache>("contiguous");
  f.template operator()<PagedKvCache>("paged");
  f.template operator()<WindowKvCache>("window");
  f.template operator()<QuantizedKvCache>("int8");
}

}  // namespace tamis::bench
