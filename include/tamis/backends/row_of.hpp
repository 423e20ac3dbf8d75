#pragma once

/// \file row_of.hpp
/// From logits, wherever they are, to the backend that draws from them.

#include <span>

#include "../core/bfloat16.hpp"
#include "../core/facts.hpp"
#include "../core/float16.hpp"
#include "../core/philox.hpp"
#include "simd.hpp"

namespace tamis {

/// The executor for a row of logits in the memory of the host, [V], which are read where they lie.
/// What holds logits elsewhere has an overload of this name beside its backend; it is found through
/// the type of `stream`.
inline simd::RowOf row_of(std::span<const float> logits, Stream stream, Facts facts = {}) {
  return simd::RowOf(logits, stream, facts);
}
inline simd::RowOf row_of(std::span<const Float16> logits, Stream stream, Facts facts = {}) {
  return simd::RowOf(logits, stream, facts);
}
inline simd::RowOf row_of(std::span<const BFloat16> logits, Stream stream, Facts facts = {}) {
  return simd::RowOf(logits, stream, facts);
}

}  // namespace tamis
