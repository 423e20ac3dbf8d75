// What tensors must be for the fused kernel, and which pointers it gets; the draw itself is tested on a GPU, by
// tests/cuda/torch_test.cpp.
#include <tamis/backends/aten/kernel_batch.hpp>

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <tamis/backends/cuda/sample_row.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>
#include <type_traits>
#include <vector>

#include "backends/aten/batch.hpp"

using namespace tamis;
using aten::KernelBatch;

namespace {

at::Tensor zeros(at::IntArrayRef shape, at::ScalarType type = at::kFloat) { return at::zeros(shape, type); }

/// Two rows of five logits, on the CPU.
KernelBatch two_rows() {
  KernelBatch batch;
  batch.logits = zeros({2, 5}), batch.seeds = zeros({2}, at::kLong), batch.positions = zeros({2}, at::kLong);
  return batch;
}

/// What is said of two rows that have been spoiled; nothing was launched.
template <class Spoil>
std::string said(Spoil&& spoil) {
  KernelBatch batch = two_rows();
  spoil(batch);
  bool launched = false;
  const auto drawn = aten::sample_by_kernel(batch, [&](const auto&, const cuda::Drawn&, CUstream_st*) -> Result<void> {
    launched = true;
    return {};
  });
  CHECK_FALSE(launched);
  REQUIRE_FALSE(drawn);
  return drawn.error().message;
}
std::string said_of(const at::Tensor& logits) {
  return said([&](KernelBatch& batch) { batch.logits = logits; });
}

}  // namespace

TEST_CASE("Logits that the kernel cannot read are refused before any launch, each with a sentence") {
  const std::string on_the_cpu =
      "the logits are on the device cpu; the kernel reads tensors on a CUDA device, aten::sample on any";
  CHECK(said([](KernelBatch&) {}) == on_the_cpu);
  CHECK(said_of(zeros({2, 9}).slice(1, 2, 7)) == on_the_cpu);  // rows apart from each other are well
  CHECK(said_of(zeros({2, 5}, at::kBFloat16)) == on_the_cpu);
  CHECK(said_of({}) == "the logits are an undefined tensor; they must be [rows, vocabulary]");
  CHECK(said_of(zeros({5})) == "the logits have the shape [5]; they must be [rows, vocabulary], as logits.unsqueeze(0) is");
  CHECK(said_of(zeros({2, 5}, at::kDouble)) == "the logits hold Double; they must hold Float, Half or BFloat16");
  CHECK(said_of(zeros({0, 5})) == "the logits have the shape [0, 5]; there is nothing to draw from");
  CHECK(said_of(zeros({5, 2}).t()) ==
        "the logits have the strides [1, 2]; the kernel reads the logits of a row side by side, and rows that do not overlap: "
        "give it logits.contiguous()");
  CHECK(said_of(zeros({1, 5}).expand({2, 5})) ==
        "the logits have the strides [0, 1]; the kernel reads the logits of a row side by side, and rows that do not overlap: "
        "give it logits.contiguous()");
  CHECK(said_of(zeros({1}).expand({2, (1 << 21) + 1})) ==
        "the logits have the shape [2, 2097153]; the kernel takes a vocabulary of at most 2097152 tokens");
}

TEST_CASE("What goes with the logits is refused where it does not fit them") {
  CHECK(said([](KernelBatch& b) { b.seeds = at::Tensor(); }) == "the tensor seeds is undefined; it must be Long, a number for each row of the logits");
  CHECK(said([](KernelBatch& b) { b.positions = at::Tensor(); }) == "the tensor positions is undefined; it goes with the seeds, [B]");
  CHECK(said([](KernelBatch& b) { b.seeds = zeros({3}, at::kLong); }) ==
        "the tensor seeds has the shape [3]; it must have [2], a number for each row of the logits");
  CHECK(said([](KernelBatch& b) { b.positions = zeros({4}, at::kLong).slice(0, 0, 4, 2); }) ==
        "the tensor positions is not contiguous; call contiguous()");
  CHECK(said([](KernelBatch& b) { b.allowed = zeros({2, 5}, at::kBool); }) == "the tensor allowed holds Bool; it must hold Int");
  CHECK(said([](KernelBatch& b) { b.bias = zeros({2, 5}, at::kHalf); }) == "the tensor bias holds Half; it must hold Float");
  CHECK(said([](KernelBatch& b) { b.history.sizes = zeros({2}, at::kInt); }) ==
        "of the tensors history.tokens and history.sizes one is undefined; they go together");
  CHECK(said([](KernelBatch& b) { b.history = {zeros({2, 3}, at::kInt), zeros({2}, at::kInt)}; }) ==
        "the tensor history.tokens holds Int in the shape [2, 3]; it must be Int, [2, capacity, 7], contiguous and on the device of the "
        "logits, as history_of makes it");
  const auto as_floats = aten::sample_by_kernel(two_rows(), [](const auto&, const cuda::Drawn&, CUstream_st*) { return Result<void>(); }, at::kFloat);
  REQUIRE_FALSE(as_floats);
  CHECK(as_floats.error().message == "tokens cannot be of the type Float; they can be Long or Int");
}

TEST_CASE("A history without room for what is known is refused") {
  const std::vector<Occurrence> three = {{1, 1, 0, 0, {}}, {4, 1, 0, 0, {}}, {9, 0, 1, 0, {}}};
  const std::vector<Facts> facts = {Facts{}, Facts{three}};
  const auto history = aten::history_of(facts, 2, at::kCPU);
  REQUIRE_FALSE(history);
  CHECK(history.error().message ==
        "row 1 has 3 tokens of which something is known, and the history has room for 2; give it room for all of them and those to come");
}

TEST_CASE("A kernel is not called with a precision that it was not compiled for") {
  const auto only_floats = [](const cuda::Batch<float>&, const cuda::Drawn&, CUstream_st*) { return Result<void>(); };
  KernelBatch batch = two_rows();
  const auto called = aten::kernel::call<Float16>(only_floats, batch, {});
  REQUIRE_FALSE(called);
  CHECK(called.error().message == "the logits hold Half; this kernel was compiled for Float");
}

TEST_CASE("The pointers that the kernel gets of tensors draw what simd draws, and count in what was drawn") {
  constexpr int rows = 5, vocab_size = 301, apart = 320;
  const Sampler sampler{RepetitionPenalty{1.3f}, Temperature{0.9f}, TopK{30}};
  const std::vector<Occurrence> known = {{3, 2, 1, 0, {}}, {44, 0, 1, 0.5f, {}}};
  const std::vector<Facts> facts(rows, Facts{known});
  KernelBatch batch;
  batch.logits = at::empty({rows, apart}, at::kFloat).slice(1, 0, vocab_size);
  for (int r = 0; r < rows; ++r) {
    const auto row = testing::make_row(testing::RowKind::normal, static_cast<std::uint64_t>(r), vocab_size);
    std::copy(row.begin(), row.end(), batch.logits.mutable_data_ptr<float>() + r * apart);
  }
  batch.seeds = at::arange(7, 7 + rows, at::kLong), batch.positions = zeros({rows}, at::kLong), batch.advances = true;
  batch.allowed = zeros({1, (vocab_size + 31) / 32}, at::kInt).sub(2);  // all but each 32nd
  batch.history = *aten::history_of(facts, 8, at::kCPU);
  REQUIRE(aten::validate(batch));
  const std::vector<std::uint32_t> allowed((vocab_size + 31) / 32, ~1u);
  const aten::KernelChoices to{zeros({rows}, at::kLong), zeros({rows}), zeros({rows}, at::kInt), zeros({rows}, at::kByte)};

  for (int r = 0; r < rows; ++r) {
    const auto pointers = aten::kernel::batch_of<float>(batch);
    cuda::OneBlock memory;
    unsigned char nothing[16];
    cuda::sample_row<true>(team::Solo{}, memory, nothing, cuda::Layout{}, Sampler(sampler), static_cast<decltype(Sampler(sampler))*>(nullptr), pointers,
                           aten::kernel::places_of(to), r);
    simd::RowOf row(std::span<const float>(batch.logits.const_data_ptr<float>() + r * apart, vocab_size), Stream{7u + static_cast<unsigned>(r), 0},
                    Facts{known, allowed.data()});
    Sampler again = sampler;
    const Choice want = again.with_surprise(row);
    REQUIRE(want.token >= 0);
    CHECK(to.token.const_data_ptr<std::int64_t>()[r] == want.token);
    CHECK(to.log_probability.const_data_ptr<float>()[r] == -want.surprise);
    CHECK(batch.positions.const_data_ptr<std::int64_t>()[r] == 1);
    CHECK(batch.history.sizes.const_data_ptr<std::int32_t>()[r] == (place_of(known, want.token) < 2 && known[place_of(known, want.token)].id == want.token ? 2 : 3));
  }
}
