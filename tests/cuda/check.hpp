#pragma once

/// \file check.hpp
/// What failed in a program for a GPU, which is skipped as a whole where there is none.

#include <cstdio>

namespace on_gpu {

inline int failures = 0;

inline void check(bool true_, const char* sentence) {
  if (!true_) ++failures, std::printf("FAILED: %s\n", sentence);
}

}  // namespace on_gpu
