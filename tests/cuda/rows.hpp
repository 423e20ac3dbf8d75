#pragma once

/// \file rows.hpp
/// Random rows for the GPU with what is known of their tokens, and what simd draws from them, which the host's compiler
/// compiles.

#include <cstdint>
#include <tamis/core/bfloat16.hpp>
#include <tamis/core/facts.hpp>
#include <tamis/core/float16.hpp>
#include <tamis/core/types.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/sampler.hpp>
#include <vector>

namespace on_gpu {

using namespace tamis;

using Penalized = Sampler<RepetitionPenalty, Temperature, TopK, TopP>;
using Nucleus = Sampler<TopP>;
using Plain = Sampler<Temperature>;
using Typical = Sampler<TypicalP>;
using Learning = Sampler<MinP, Mirostat>;
using Likeliest = Sampler<Greedy>;

/// B rows of V logits, one after the other; the kinds of testing/rows.hpp in turn, every 50th row without a token to draw.
template <class T>
struct Rows {
  int count, vocab_size;
  std::vector<T> logits;
  std::vector<std::uint64_t> seeds, positions;
  std::uint32_t capacity;                ///< of a history
  std::vector<Occurrence> few;           ///< [B, capacity]
  std::vector<std::uint32_t> sizes;      ///< [B]
  std::vector<std::uint32_t> allowed;    ///< [B, words]

  Rows(int count, int vocab_size, std::uint64_t seed);
  int words() const { return (vocab_size + 31) / 32; }
};

/// What simd draws from each row, with each row's sampler, which learns.
template <class T, class S>
std::vector<Choice> expected(const Rows<T>& rows, std::vector<S>& samplers);

}  // namespace on_gpu
