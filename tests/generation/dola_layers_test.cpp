#include <tamis/generation/dola_layers.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using Layers = std::vector<int>;

struct Shape {
  int layers;
  bool tied;
  int layer_count() const { return layers; }
  bool has_tied_output() const { return tied; }
};

TEST_CASE("DoLa's layers are every second of the lower or the higher half, as HF counts them") {
  CHECK(dola_layers(DolaRange::low, Shape{12, false}) == Layers{0, 2, 4});
  CHECK(dola_layers(DolaRange::low, Shape{12, true}) == Layers{2, 4});
  CHECK(dola_layers(DolaRange::high, Shape{12, true}) == Layers{6, 8, 10});
  CHECK(dola_layers(DolaRange::low, Shape{48, true}) == Layers{2, 4, 6, 8, 10, 12, 14, 16, 18});
  CHECK(dola_layers(DolaRange::high, Shape{48, false}) ==
        Layers{28, 30, 32, 34, 36, 38, 40, 42, 44, 46});
  CHECK(dola_layers(DolaRange::low, Shape{4, true}) == Layers{2});
  CHECK(dola_layers(DolaRange::low, Shape{2, true}) == Layers{1});
  CHECK(dola_layers(DolaRange::high, Shape{2, true}) == Layers{1});
  CHECK(dola_layers(DolaRange::low, Shape{1, true}) == Layers{0});
}
