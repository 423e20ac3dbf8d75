#pragma once

/// \file draws.hpp
/// Draws from a row, one a position, for the tests of the draws.

#include <cstdint>
#include <span>
#include <tamis/backends/team.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <vector>

namespace tamis::testing {

/// The token that a draw takes.
template <class P>
Choice draw_once(std::span<const float> row, Stream stream, P draw) {
  team::Shared shared;
  team::RowOf executor(team::Solo{}, shared, row.data(), static_cast<int>(row.size()), stream);
  return Sampler{draw}(executor);
}

/// The chi-squared test of `draws` draws at consecutive positions against the softmax of the row.
template <class P>
ChiSquaredReport compare(std::span<const float> row, std::uint64_t draws, P draw) {
  team::Shared shared;
  team::RowOf executor(team::Solo{}, shared, row.data(), static_cast<int>(row.size()), Stream{});
  std::vector<double> probabilities(row.size());
  for (const auto& kept : Sampler<>().distribution(executor).kept()) {
    probabilities[static_cast<std::size_t>(kept.id)] = kept.probability;
  }
  DrawCounts counts(row.size());
  for (std::uint64_t position = 0; position < draws; ++position) {
    counts.add(draw_once(row, Stream{11, position}, draw).token);
  }
  return chi_squared(probabilities, counts);
}

}  // namespace tamis::testing
