#include <tamis/backends/simd.hpp>

#include "exact.hpp"

namespace tamis::python {

void draw(const SolvedPipeline& row, std::uint64_t seed, std::uint64_t position,
          std::span<TokenId> tokens) {
  const auto make_row = [](std::span<const float> z, Stream stream, Facts facts) {
    return simd::RowOf(z, stream, facts);
  };
  for (TokenId& token : tokens) token = row.draw(Stream{seed, position++}, make_row);
}

}  // namespace tamis::python
