#include <tamis/models/rope_scaling.hpp>

#include <cmath>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Pairs turn by powers of the base, slower by a factor where all are scaled") {
  const auto plain = RopeScaling{}.frequencies(10000, 8);
  REQUIRE(plain.size() == 4);
  CHECK(plain[0] == 1);
  CHECK(plain[1] == Approx(0.1));
  CHECK(plain[3] == Approx(0.001));
  const auto linear = RopeScaling{RopeScaling::Kind::linear, 4}.frequencies(10000, 8);
  for (std::size_t i = 0; i < 4; ++i) CHECK(linear[i] == Approx(plain[i] / 4));
}

TEST_CASE("Llama 3 leaves fast pairs alone, slows slow ones, and goes between in between") {
  // transformers 4.55.4: ROPE_INIT_FUNCTIONS["llama3"] with rope_theta 500000, head_dim 16, factor
  // 8, low_freq_factor 1, high_freq_factor 4, original_max_position_embeddings 64.
  const RopeScaling scaling{RopeScaling::Kind::llama3, 8, 1, 4, 64};
  const auto scaled = scaling.frequencies(500000, 16);
  const auto plain = RopeScaling{}.frequencies(500000, 16);
  REQUIRE(scaled.size() == 8);
  const double expected[] = {1,
                             0.079403013,
                             0.00470075384,
                             0.000911583134,
                             0.000176776681,
                             3.42810235e-05,
                             6.64786967e-06,
                             1.28917316e-06};
  for (std::size_t i = 0; i < 8; ++i) CHECK(scaled[i] == Approx(expected[i]).epsilon(1e-5));
  CHECK(scaled[0] == plain[0]);
  CHECK(scaled[7] == Approx(plain[7] / 8));
}
