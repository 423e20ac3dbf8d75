/// \file batch.cpp
/// A batch of 64 rows, each with its own sampler and history, over one, two and four threads.

#include <memory>
#include <tamis/generation/draw_rows.hpp>
#include <tamis/generation/over_threads.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  for (const int threads : {1, 2, 4}) {
    benchmark::RegisterBenchmark(("batch/default_chain/64x128256/threads:" + std::to_string(threads)).c_str(), [=](benchmark::State& state) {
      constexpr std::size_t rows = 64, vocab_size = 128256;
      using Chain = Sampler<TopK, TopP, MinP, Temperature>;
      std::vector<float> logits;
      for (std::size_t b = 0; b < rows; ++b) {
        const auto one = row(Shape::synthetic, vocab_size);
        logits.insert(logits.end(), one.begin(), one.end());
      }
      std::vector<Chain> samplers(rows, Chain{TopK{40}, TopP{0.95f}, MinP{0.05f}, Temperature{0.8f}});
      std::vector<Sequence> sequences;
      for (std::size_t b = 0; b < rows; ++b) sequences.emplace_back(std::vector<TokenId>{1}, b);
      std::vector<Choice> choices(rows);
      Workers workers(threads);
      for (auto _ : state) {
        draw_rows(logits, std::span<Chain>(samplers), sequences, choices, OverThreads{workers});
        benchmark::DoNotOptimize(choices.data());
      }
    })->Unit(benchmark::kMicrosecond)->UseRealTime();
  }
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
