#pragma once

/// \file chosen_sampler.hpp
/// The sampler that a configuration asks for, in the order that it names.

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <tamis/backends/simd.hpp>
#include <tamis/core/distribution.hpp>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/io/generation_config.hpp>
#include <tamis/io/generation_fields.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/presets/mirostat_one.hpp>
#include <tamis/presets/orders.hpp>
#include <tamis/presets/standard.hpp>
#include <tamis/sampler.hpp>
#include <utility>
#include <variant>

namespace command {

/// One of the samplers of the library; a value, like them.
class ChosenSampler {
  using LlamaCppMirostat = tamis::Sampler<tamis::Temperature, tamis::Mirostat>;
  using LlamaCppMirostatOne = tamis::MirostatOne<tamis::Temperature>;
  using LlamaCppAdaptive = tamis::orders::llama_cpp_adaptive;
  using Any = std::variant<tamis::Standard, tamis::orders::llama_cpp, LlamaCppMirostat,
                           LlamaCppMirostatOne, LlamaCppAdaptive, tamis::orders::vllm,
                           tamis::orders::sglang, tamis::orders::openai>;

 public:
  /// \param config  valid and resolved. An error if it asks for what no sampler here does, or for a
  ///                policy that is not part of the order it names.
  static tamis::Result<ChosenSampler> of(const tamis::GenerationConfig& config,
                                         tamis::TokenId vocab_size);

  tamis::Choice operator()(tamis::simd::RowOf& row);
  tamis::Distribution distribution(tamis::simd::RowOf& row) const;
  /// Calls sink(id, logit) for each token that is left; of a greedy sampler, for every token.
  template <class Sink>
  tamis::Fault collect(tamis::simd::RowOf& row, Sink&& sink) const {
    return collect_all(row, std::ref(sink));
  }
  /// Lets it learn from a token of this row that was chosen otherwise.
  void observe(tamis::simd::RowOf& row, const tamis::Choice& choice);

 private:
  tamis::Fault collect_all(tamis::simd::RowOf& row,
                           const std::function<void(tamis::TokenId, double)>& sink) const;

  explicit ChosenSampler(Any sampler) : sampler_(std::move(sampler)) {}

  Any sampler_;
};

}  // namespace command
