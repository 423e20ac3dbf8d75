#include <tamis/io/tensor_type.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The layout of a storage type says how many numbers share how many bytes") {
  CHECK(tensor_layout(TensorType::f32).block_bytes == 4);
  CHECK(tensor_layout(TensorType::f16).block_bytes == 2);
  CHECK(tensor_layout(TensorType::q4_0).block_bytes == 2 + 32 / 2);
  CHECK(tensor_layout(TensorType::q4_1).block_bytes == 2 + 2 + 32 / 2);
  CHECK(tensor_layout(TensorType::q8_0).block_bytes == 2 + 32);
  for (const auto type : {TensorType::q4_0, TensorType::q4_1, TensorType::q8_0})
    CHECK(tensor_layout(type).block_length == 32);
}

TEST_CASE("Types that Tamis does not compute with have a name, and unknown numbers none") {
  CHECK(tensor_layout(12).name == "Q4_K");
  CHECK(tensor_layout(14).name == "Q6_K");
  CHECK(tensor_layout(30).name == "BF16");
  for (const std::uint32_t type : {4u, 5u, 31u, 36u, 99u, 0xffffffffu}) {
    CHECK_FALSE(tensor_layout(type).known());
    CHECK(tensor_layout(type).name.empty());
  }
}
