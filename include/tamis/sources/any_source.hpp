#pragma once

#include <functional>
#include <utility>

#include "source.hpp"

namespace tamis {

/// A source chosen at run time. A copy goes its own way.
class AnySource {
 public:
  template <Source S>
  AnySource(S source) : push_([source = std::move(source)](Sequence& sequence) mutable { source.push(sequence); }) {}

  void push(Sequence& sequence) { push_(sequence); }

 private:
  std::function<void(Sequence&)> push_;
};

static_assert(Source<AnySource>);

}  // namespace tamis
