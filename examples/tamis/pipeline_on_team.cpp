#include <tamis/backends/team.hpp>

#include "pipeline_on.hpp"

namespace command {

tamis::Distribution on_team(const tamis::Pipeline& pipeline, std::span<const float> logits,
                            std::span<const tamis::TokenId> prompt,
                            std::span<const tamis::TokenId> generated, std::uint64_t seed) {
  tamis::team::Shared shared;
  const auto make_row = [&shared](std::span<const float> z, tamis::Stream stream,
                                  tamis::Facts facts) {
    return tamis::team::RowOf(tamis::team::Solo{}, shared, z.data(), static_cast<int>(z.size()),
                              stream, facts);
  };
  return pipeline.distribution(logits, prompt, generated, seed, make_row);
}

}  // namespace command
