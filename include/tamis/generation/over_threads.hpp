#pragma once

#include <cstddef>

#include "../core/workers.hpp"

namespace tamis {

/// Does the rows of a batch on the threads of some workers, see draw_rows(). Who takes which row changes no token.
///
///     Workers workers(4);  // once
///     draw_rows(logits, samplers, sequences, choices, OverThreads{workers});
///
/// One thread at a time may use the workers.
class OverThreads {
 public:
  explicit OverThreads(Workers& workers) : workers_(&workers) {}

  void operator()(std::size_t count, auto&& draw_one) const {
    workers_->share(static_cast<int>(count), 1, [&](int begin, int end, int) {
      for (int i = begin; i < end; ++i) draw_one(static_cast<std::size_t>(i));
    });
  }

 private:
  Workers* workers_;
};

}  // namespace tamis
