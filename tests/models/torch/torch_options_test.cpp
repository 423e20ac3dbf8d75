#include <tamis/models/torch/torch_options.hpp>

#include <string>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Devices and types are known by their names") {
  const auto brain = TorchOptions::of("cuda:1", "bfloat16");
  REQUIRE(brain);
  CHECK(brain->device == c10::Device(c10::kCUDA, 1));
  CHECK(brain->type == c10::kBFloat16);
  CHECK(TorchOptions::of("cuda", "float16")->device == c10::Device(c10::kCUDA, 0));
  const auto plain = TorchOptions::of("cpu", "float32");
  REQUIRE(plain);
  CHECK(plain->check());
  CHECK(TorchOptions::of("tpu", "float32").error().message ==
        "the device is 'tpu'; it must be cpu, cuda or cuda:N");
  for (const char* device : {"cuda:", "cuda:x", "cuda:1x", "cuda:-1", "cuda:99", ""})
    CHECK(!TorchOptions::of(device, "float32"));
  CHECK(TorchOptions::of("cpu", "int8").error().message ==
        "the type of the model's numbers is 'int8'; it must be float32, float16 or bfloat16");
}

TEST_CASE("A device that libtorch does not have, and numbers that no model has, are refused") {
  CHECK(TorchOptions{.type = c10::kDouble}.check().error().message ==
        "the type of the model's numbers is Double; it must be float32, float16 or bfloat16");
  if (at::hasCUDA()) return;
  CHECK(TorchOptions{.device = c10::Device(c10::kCUDA, 0)}.check().error().message.find(
            "libtorch has no device 'cuda:0' here: it needs a GPU") == 0);
}

TEST_CASE("What libtorch throws becomes a sentence") {
  const auto done = detail::guard_torch("it failed", []() -> Result<int> {
    TORCH_CHECK(false, "for a reason");
    return 1;
  });
  REQUIRE(!done);
  CHECK(done.error().message == "it failed: for a reason");
}
