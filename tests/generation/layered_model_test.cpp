#include <tamis/generation/layered_model.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/testing/toy_model.hpp>

#include "catch.hpp"
#include "layered_toy.hpp"

using namespace tamis;

TEST_CASE("A model of layers is one that shows its hidden states") {
  STATIC_REQUIRE(LayeredModel<Llama>);
  STATIC_REQUIRE(LayeredModel<LayeredToy>);
  STATIC_REQUIRE_FALSE(LayeredModel<testing::ToyModel>);
}
