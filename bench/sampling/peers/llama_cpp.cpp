/// \file llama_cpp.cpp
/// The same chains through llama.cpp's sampler library: what its users pay, from raw logits to a token.

#include <llama.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "../step.hpp"

namespace tamis::bench {
namespace {

struct Free {
  void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
};
using Chain = std::shared_ptr<llama_sampler>;

Chain chain_of(std::initializer_list<llama_sampler*> samplers) {
  Chain chain(llama_sampler_chain_init(llama_sampler_chain_default_params()), Free());
  for (llama_sampler* sampler : samplers) llama_sampler_chain_add(chain.get(), sampler);
  return chain;
}

/// A step: the candidates are built anew, as in llama_sampler_sample, into memory that stays.
auto stepping(Chain chain) {
  return [chain, candidates = std::vector<llama_token_data>()](std::span<const float> logits, std::uint64_t) mutable {
    candidates.resize(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) candidates[i] = {static_cast<llama_token>(i), logits[i], 0.0f};
    llama_token_data_array row = {candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(chain.get(), &row);
    return row.data[row.selected].id;
  };
}

/// As above, of what a grammar allows; what it costs to ask the grammar is not counted.
auto stepping_under_mask(Chain chain, std::vector<std::uint32_t> mask) {
  return [chain, mask, candidates = std::vector<llama_token_data>()](std::span<const float> logits, std::uint64_t) mutable {
    candidates.resize(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const bool allowed = mask[i / 32] >> (i % 32) & 1u;
      candidates[i] = {static_cast<llama_token>(i), allowed ? logits[i] : -std::numeric_limits<float>::infinity(), 0.0f};
    }
    llama_token_data_array row = {candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(chain.get(), &row);
    return row.data[row.selected].id;
  };
}

template <class MakeChain>
void add(const std::string& chain, Shape shape, MakeChain make_chain) {
  const auto make_step = [=](int vocab_size) { return stepping(make_chain(vocab_size)); };
  add_steps("llama_cpp", chain, shape, make_step);
  if (shape == Shape::synthetic) add_real_steps("llama_cpp", chain, make_step);
}

llama_sampler* dist() { return llama_sampler_init_dist(1); }

const int registered = [] {
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  const auto temp = [] { return llama_sampler_init_temp(0.8f); };
  const auto top_p = [] { return llama_sampler_init_top_p(0.95f, 1); };
  const auto top_k = [](int k) { return llama_sampler_init_top_k(k); };
  const auto min_p = [] { return llama_sampler_init_min_p(0.05f, 1); };
  add("greedy", Shape::synthetic, [](int) { return chain_of({llama_sampler_init_greedy()}); });
  add("temperature", Shape::synthetic, [=](int) { return chain_of({temp(), dist()}); });
  add("top_k", Shape::synthetic, [=](int) { return chain_of({top_k(50), temp(), dist()}); });
  add("top_p_peaked", Shape::peaked, [=](int) { return chain_of({temp(), top_p(), dist()}); });
  add("top_p_warm", Shape::synthetic, [=](int) { return chain_of({temp(), top_p(), dist()}); });
  add("top_p", Shape::synthetic, [=](int) { return chain_of({top_p(), temp(), dist()}); });
  add("top_p_flat", Shape::flat, [=](int) { return chain_of({top_p(), temp(), dist()}); });
  add("min_p", Shape::synthetic, [=](int) { return chain_of({min_p(), temp(), dist()}); });
  add("typical_p", Shape::synthetic, [](int) { return chain_of({llama_sampler_init_typical(0.95f, 1), dist()}); });
  add("top_n_sigma", Shape::synthetic, [](int) { return chain_of({llama_sampler_init_top_n_sigma(1.0f), dist()}); });
  add("mirostat", Shape::synthetic, [](int) { return chain_of({llama_sampler_init_mirostat_v2(1, 5.0f, 0.1f)}); });
  add("xtc", Shape::synthetic, [](int) { return chain_of({llama_sampler_init_xtc(0.5f, 0.1f, 1, 1), dist()}); });
  const auto default_chain = [=](int) { return chain_of({top_k(40), top_p(), min_p(), temp(), dist()}); };
  add("default_chain", Shape::synthetic, default_chain);
  add("penalties_default_chain", Shape::synthetic, [=](int vocab_size) {
    auto chain = chain_of({llama_sampler_init_penalties(vocab_size, 64, 1.1f, 0.1f, 0.1f), top_k(40), top_p(), min_p(), temp(), dist()});
    for (const TokenId id : history(vocab_size, 64)) llama_sampler_accept(chain.get(), id);
    return chain;
  });
  const auto masked_step = [=](int vocab_size) { return stepping_under_mask(default_chain(vocab_size), mask(vocab_size)); };
  add_steps("llama_cpp", "grammar_mask", Shape::synthetic, masked_step);
  add_real_steps("llama_cpp", "grammar_mask", masked_step);
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
