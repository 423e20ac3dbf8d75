/// \file pipeline_on_torch.cpp
/// The module tamis-torch.so, which `tamis` loads when it is asked for the backend torch: without it, libtorch would
/// cost every other command most of a second.

#include <ATen/Parallel.h>

#include <memory>
#include <tamis/backends/aten.hpp>

#include "../pipeline_on.hpp"

namespace {

/// One row as a batch of one.
struct OneRow : tamis::aten::RowsOf {
  OneRow(std::span<const float> logits, tamis::Stream stream, const tamis::Facts& facts)
      : RowsOf(tensor_of(logits), {stream},
               tamis::aten::facts_of(std::span(&facts, 1), static_cast<std::int64_t>(logits.size()), at::kCPU)) {}

  static at::Tensor tensor_of(std::span<const float> logits) {
    const at::Tensor t = at::empty({1, static_cast<std::int64_t>(logits.size())}, at::kFloat);
    std::copy(logits.begin(), logits.end(), t.mutable_data_ptr<float>());
    return t;
  }
};

tamis::Distribution on_torch(const tamis::Pipeline& pipeline, std::span<const float> logits,
                             std::span<const tamis::TokenId> prompt,
                             std::span<const tamis::TokenId> generated, std::uint64_t seed) {
  const auto make_row = [](std::span<const float> z, tamis::Stream stream, tamis::Facts facts) {
    return OneRow(z, stream, facts);
  };
  return pipeline.distribution(logits, prompt, generated, seed, make_row);
}

}  // namespace

/// What `tamis` looks for in the module.
extern "C" __attribute__((visibility("default"))) command::PipelineOn tamis_pipeline_on_torch() {
  at::set_num_threads(1);  // the rows of cases are short
  return on_torch;
}
