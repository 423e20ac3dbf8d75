#include <tamis/metrics/watermark_z_score.hpp>

#include "catch.hpp"

using namespace tamis::metrics;

TEST_CASE("The watermark score counts standard deviations above chance") {
  CHECK(watermark_z_score(25, 100, 0.25).z == 0);
  CHECK(watermark_z_score(25, 100, 0.25).p_value == 0.5);
  // scipy 1.17.1: z = (60 - 25) / sqrt(100 * 0.25 * 0.75); norm.sf(z)
  CHECK(watermark_z_score(60, 100, 0.25).z == Approx(8.08290376865476).epsilon(1e-12));
  CHECK(watermark_z_score(60, 100, 0.25).p_value == Approx(3.162126374669664e-16).epsilon(1e-10));
  CHECK(watermark_z_score(10, 100, 0.25).z < 0);
  CHECK(std::isnan(watermark_z_score(0, 0, 0.25).z));
}
