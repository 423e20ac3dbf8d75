#pragma once

#include "../core/types.hpp"

namespace tamis {

/// Calls sink(id, logit) for each token that the sampler's policies keep of a row, ids ascending,
/// with its logit after them. `sampler` can `collect`, and then its draw is left out; or it has a
/// `distribution`. Says what is wrong with the row, if something is.
template <class S, class Row, class Sink>
Fault collect_from(const S& sampler, Row& row, const Sink& sink) {
  if constexpr (requires { sampler.collect(row, sink); }) {
    return sampler.collect(row, sink);
  } else {
    const auto distribution = sampler.distribution(row);
    for (const auto& kept : distribution.kept()) sink(kept.id, kept.logit);
    return distribution.fault();
  }
}

}  // namespace tamis
