#include <tamis/backends/aten/guarded.hpp>

#include <ATen/ops/zeros.h>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("What libtorch throws becomes a sentence, without the stack it was thrown from") {
  const auto result = aten::guarded([]() -> Result<int> { return static_cast<int>(at::zeros({2}).select(0, 5).numel()); });
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("libtorch could not sample: ") == 0);
  CHECK(result.error().message.find("frame #") == std::string::npos);
  CHECK(*aten::guarded([]() -> Result<int> { return 3; }) == 3);
}
