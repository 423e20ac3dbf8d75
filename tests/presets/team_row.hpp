#pragma once

/// \file team_row.hpp
/// Rows on the backend of a team of one, for samplers that are chosen at run time.

#include <span>
#include <tamis/backends/team.hpp>

namespace tamis::testing {

/// What AnySampler and Pipeline make their rows with. One row lives at a time.
inline auto team_row() {
  return
      [shared = team::Shared{}](std::span<const float> logits, Stream stream, Facts facts) mutable {
        return team::RowOf(team::Solo{}, shared, logits.data(), static_cast<int>(logits.size()),
                           stream, facts);
      };
}

}  // namespace tamis::testing
