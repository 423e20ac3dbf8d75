#include <tamis/backends/aten/facts.hpp>

#include "backends/aten/batch.hpp"

using namespace tamis;

namespace {

float value(const at::Tensor& t, std::int64_t row, std::int64_t id) {
  return t.to(at::kCPU, at::kFloat).contiguous().const_data_ptr<float>()[row * t.size(1) + id];
}

}  // namespace

TEST_CASE("What sequences know of few tokens becomes tensors, and what nobody says stays undefined") {
  const std::vector<Occurrence> first = {{2, 3, 1, 0.5f, {}}, {40, 0, 0, masked, {0, 7, 0}}, {99, 1, 1, 1, {}}}, none;
  const std::vector<std::uint32_t> words = {0b1010u, 0x80000000u};
  const std::vector<float> dense(64, 0.25f);
  for (const at::Device device : batches::devices()) {
    const std::vector<tamis::Facts> rows = {{.few = first}, {.few = none, .allowed = words.data(), .bias = dense.data()}};
    const aten::Facts facts = aten::facts_of(rows, 64, device);
    CHECK(facts.output.device() == device);
    CHECK((value(facts.output, 0, 2) == 3 && value(facts.output, 0, 3) == 0 && value(facts.output, 1, 2) == 0));
    CHECK((value(facts.prompt, 0, 2) == 1 && value(facts.bias, 0, 2) == 0.5f && value(facts.bias, 0, 40) == masked));
    CHECK((value(facts.bias, 1, 2) == 0.25f && value(facts.bias, 0, 3) == 0));
    CHECK((value(facts.push[1], 0, 40) == 7 && !facts.push[0].defined() && !facts.push[2].defined()));
    CHECK((value(facts.listed, 0, 40) == 1 && value(facts.listed, 0, 41) == 0 && value(facts.listed, 1, 40) == 0));
    const at::Tensor allowed = aten::unpacked(facts.allowed, 64);
    CHECK((value(allowed, 0, 0) == 1 && value(allowed, 1, 0) == 0 && value(allowed, 1, 1) == 1 && value(allowed, 1, 63) == 1));
  }
  const std::vector<tamis::Facts> nothing(3);
  aten::Facts plain = aten::facts_of(nothing, 64, at::kCPU);
  plain.each([](const at::Tensor& t) { CHECK(!t.defined()); });
}
