/// \file halves.cpp
/// Rows of 16 bits, as models leave them: half the bytes, the same tokens.

#include <tamis/core/bfloat16.hpp>
#include <tamis/core/float16.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

Float16 shortened(Float16, float x) { return {half_of_float(x)}; }
BFloat16 shortened(BFloat16, float x) { return {static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16)}; }

template <class Short, class S>
void add(const std::string& family, const std::string& chain, S sampler) {
  for (const int vocab_size : vocabularies) {
    benchmark::RegisterBenchmark((family + "/" + chain + "/" + std::to_string(vocab_size)).c_str(), [=](benchmark::State& state) {
      std::vector<Short> halves;
      for (const float x : row(Shape::synthetic, vocab_size)) halves.push_back(shortened(Short(), x));
      auto own = sampler;
      std::uint64_t position = 0;
      for (auto _ : state) {
        simd::RowOf row(std::span<const Short>(halves), Stream{1, position++});
        benchmark::DoNotOptimize(own(row).token);
      }
    })->Unit(benchmark::kMicrosecond);
  }
}

template <class Short>
void add_all(const std::string& family) {
  add<Short>(family, "greedy", Sampler{Greedy{}});
  add<Short>(family, "default_chain", Sampler{TopK{40}, TopP{0.95f}, MinP{0.05f}, Temperature{0.8f}});
  add<Short>(family, "temperature", Sampler{Temperature{0.8f}});
}

const int registered = [] {
  add_all<Float16>("sample_f16");
  add_all<BFloat16>("sample_bf16");
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
