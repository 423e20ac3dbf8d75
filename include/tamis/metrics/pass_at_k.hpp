#pragma once

/// \file pass_at_k.hpp
/// pass@k: the chance that one of k programs passes its tests.

#include <cstdint>
#include <span>
#include <string>

#include "../core/result.hpp"

namespace tamis::metrics {

/// One task of a benchmark, after its samples were run.
struct Attempts {
  std::int64_t samples = 0;  ///< programs generated, n
  std::int64_t correct = 0;  ///< those that passed, c <= n
};

/// The unbiased estimate of the probability that at least one of k samples is correct, from n >= k
/// samples: \f$ 1 - \binom{n - c}{k} / \binom{n}{k} \f$, computed as \f$ 1 - \prod_{i=n-c+1}^{n} (1
/// - k/i) \f$, which no binomial coefficient overflows in. An error says which number cannot be.
///
/// Source: Chen et al., "Evaluating large language models trained on code", 2021, section 2.1.
inline Result<double> pass_at_k(Attempts task, std::int64_t k) {
  const auto text = [](std::int64_t number) { return std::to_string(number); };
  if (k < 1) return Error{"pass@k needs a k of 1 or more, not " + text(k)};
  if (task.samples < k)
    return Error{"pass@" + text(k) + " needs " + text(k) +
                 " samples of a task or more, and there are " + text(task.samples)};
  if (task.correct < 0 || task.correct > task.samples)
    return Error{"of " + text(task.samples) + " samples " + text(task.correct) +
                 " cannot be correct; from 0 to " + text(task.samples) + " can"};
  if (task.samples - task.correct < k) return 1.0;
  double none = 1;
  for (std::int64_t i = task.samples - task.correct + 1; i <= task.samples; ++i)
    none *= 1 - static_cast<double>(k) / static_cast<double>(i);
  return 1 - none;
}

/// The mean over the tasks of a benchmark, at least one.
inline Result<double> pass_at_k(std::span<const Attempts> tasks, std::int64_t k) {
  if (tasks.empty()) return Error{"pass@" + std::to_string(k) + " needs a task; there is none"};
  double sum = 0;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Result<double> one = pass_at_k(tasks[i], k);
    if (!one) return Error{"task " + std::to_string(i) + ": " + one.error().message};
    sum += *one;
  }
  return sum / static_cast<double>(tasks.size());
}

}  // namespace tamis::metrics
