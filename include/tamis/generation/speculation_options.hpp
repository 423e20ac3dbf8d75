#pragma once

#include <cstddef>

#include "draft.hpp"

namespace tamis {

/// How drafts are made and judged.
struct SpeculationOptions {
  Acceptance acceptance = Acceptance::shared_noise;
  std::size_t max_draft = 10;  ///< tokens a draft has at most; 0 makes none
  bool adaptive = true;  ///< the length follows from how the drafts have fared: see DraftLength
};

}  // namespace tamis
