#include <tamis/backends/row_of.hpp>

#include <span>
#include <tamis/core/sequence.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/sampler.hpp>
#include <type_traits>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Logits in the memory of the host are drawn from by vectors, with all that is known") {
  const std::vector<float> logits{1, 3, 2};
  Sequence sequence(std::vector<TokenId>{1}, 5);
  auto row = row_of(logits, sequence.stream(), sequence.facts());
  static_assert(std::is_same_v<decltype(row), simd::RowOf>);
  CHECK(Sampler{Greedy{}}(row).token == 1);

  sequence.add_bias(1, masked);
  auto banned = row_of(std::span<const float>(logits), sequence.stream(), sequence.facts());
  CHECK(Sampler{Greedy{}}(banned).token == 2);
  CHECK(banned.bits(3) == (Stream{5, 1}.bits(3)));
}

namespace elsewhere {

/// Stands for logits that are not in the memory of the host.
struct Logits {
  std::vector<float> numbers;
};

}  // namespace elsewhere

namespace tamis {

/// As the header of a backend adds it.
inline simd::RowOf row_of(const elsewhere::Logits& logits, Stream stream, Facts facts = {}) {
  return {logits.numbers, stream, facts};
}

}  // namespace tamis

TEST_CASE("A backend may add an overload for what holds its logits") {
  const elsewhere::Logits logits{{0, 5}};  // a row reads the logits where they lie
  auto row = row_of(logits, Stream{});
  CHECK(Sampler{Greedy{}}(row).token == 1);
}
