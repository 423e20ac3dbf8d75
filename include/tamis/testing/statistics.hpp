#pragma once

/// \file statistics.hpp
/// Every statistical test of a sampler. Each returns a plain report with a p-value, the false-alarm
/// rate that was asked for, and `passed()`; none needs a test framework. docs/metrics.md says which
/// finds what.

#include "batch_invariance.hpp"
#include "chi_squared.hpp"
#include "conform.hpp"
#include "conform_batch.hpp"
#include "draw_counts.hpp"
#include "g_test.hpp"
#include "rare_token_test.hpp"
#include "seed_independence.hpp"
#include "sequential_test.hpp"
#include "support_test.hpp"
#include "total_variation.hpp"
