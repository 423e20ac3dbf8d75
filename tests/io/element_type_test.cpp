#include <tamis/io/element_type.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Each type of safetensors is found by its name and has its size") {
  for (std::size_t i = 0; i < element_types.size(); ++i)
    CHECK(element_type(element_types[i].name) == static_cast<ElementType>(i));
  CHECK(!element_type("F4"));
  CHECK(!element_type("f32"));
}

static_assert(facts_of(ElementType::bf16).name == "BF16" && facts_of(ElementType::bf16).size == 2);
static_assert(facts_of(ElementType::c64).size == 8 && facts_of(ElementType::boolean).size == 1);
