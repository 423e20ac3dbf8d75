#include <tamis/models/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <tamis/models/kernels.hpp>
#include <vector>

#include "catch.hpp"

#pragma GCC diagnostic ignored "-Wpsabi"

namespace tamis::detail {
namespace portable {
#define TAMIS_TARGET
#include "lanes_checks.inc"
#undef TAMIS_TARGET
}  // namespace portable

#if defined(__x86_64__)
namespace avx2 {
#define TAMIS_TARGET TAMIS_AVX2_LANES
#include "lanes_checks.inc"
#undef TAMIS_TARGET
}  // namespace avx2

namespace avx512 {
#define TAMIS_TARGET TAMIS_AVX512_LANES
#include "lanes_checks.inc"
#undef TAMIS_TARGET
}  // namespace avx512
#endif
}  // namespace tamis::detail

TEST_CASE("The operations on sixteen floats are those on each, for every set of instructions") {
  for (const tamis::Kernels* kernels : tamis::usable_kernels()) {
    INFO(kernels->name);
    const std::string name = kernels->name;
    if (name == "portable") tamis::detail::portable::check_lanes();
#if defined(__x86_64__)
    if (name == "avx2") tamis::detail::avx2::check_lanes();
    if (name == "avx512") tamis::detail::avx512::check_lanes();
#endif
  }
}
