#include <tamis/generation/no_prefixes.hpp>

#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Without prefixes no prompt is known") {
  auto model = testing::ToyModel::counting(5);
  const NoPrefixes none;
  const std::vector<TokenId> ids{1, 2, 3};
  Memory memory = none.recall(model, ids);
  memory.read(model, ids);
  none.keep(memory);
  CHECK(none.recall(model, ids).tokens().empty());
}
