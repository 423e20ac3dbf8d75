#include <tamis/core/early_stopping.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("When a beam search ends is said in the words of HF") {
  const auto names = names_of(EarlyStopping{});
  CHECK(names[static_cast<int>(EarlyStopping::no)] == "false");
  CHECK(names[static_cast<int>(EarlyStopping::yes)] == "true");
  CHECK(names[static_cast<int>(EarlyStopping::never)] == "never");
}
