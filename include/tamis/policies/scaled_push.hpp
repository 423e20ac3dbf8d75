#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Scaled push: adds to each token that a source speaks of what it has pushed into `slot`, times the
/// absolute value of the token's logit.
///
/// \f$ z' = z + |z| \, push \f$
///
/// Neutral: nothing pushed. Source: `exponential_decay_length_penalty` of HF; see sources/growing_end.hpp.
struct ScaledPush {
  int slot = 1;

  constexpr auto edited(const auto& at) const {
    const auto push = at.push(slot);  // as a factor, for a product beyond the floats would mask the token
    return at.logit() * (1.0f + select(at.logit() > 0.0f, push, 0.0f - push));
  }
};

}  // namespace tamis
