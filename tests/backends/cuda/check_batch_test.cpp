#include <tamis/backends/cuda/check_batch.hpp>

#include <vector>

#include "catch.hpp"

using namespace tamis;
using Catch::Matchers::StartsWith;

namespace {

/// Nothing here is read, so host memory does.
struct Arguments {
  std::vector<float> logits = std::vector<float>(64);
  float sampler = 0;
  alignas(8) TokenId token = 0;
  std::int64_t wide = 0;
  Occurrence one;
  std::uint32_t size = 0;
  cuda::Batch<float> batch;
  cuda::Drawn drawn;

  Arguments() {
    batch.logits = logits.data(), batch.rows = 2, batch.vocab_size = 32;
    drawn.tokens = &token;
  }
  std::string fault() const {
    const auto checked = cuda::check_batch(&sampler, batch, drawn);
    return checked ? "" : checked.error().message;
  }
};

}  // namespace

TEST_CASE("A batch that is as it must be passes") { CHECK(Arguments().fault().empty()); }

TEST_CASE("What is wrong with a batch is said before anything is launched") {
  const auto fault = [](const auto& spoil) {
    Arguments a;
    spoil(a);
    return a.fault();
  };
  CHECK(fault([](Arguments& a) { a.batch.logits = nullptr; }) == "the logits are null; they must be in device memory");
  CHECK_THAT(fault([](Arguments& a) { a.drawn.tokens = nullptr; }), StartsWith("the place for the tokens is null"));
  CHECK_THAT(fault([](Arguments& a) { a.drawn.wide_tokens = reinterpret_cast<std::int64_t*>(&a.token + 1); }),
             StartsWith("the place for the tokens of 64 bits is not aligned"));
  CHECK(fault([](Arguments& a) { a.drawn = {.wide_tokens = &a.wide}; }).empty());
  CHECK(fault([](Arguments& a) { a.batch.rows = 0; }) == "the batch has 0 rows; it must have at least 1");
  CHECK(fault([](Arguments& a) { a.batch.vocab_size = 0; }) == "the vocabulary has 0 tokens; it must have at least 1");
  CHECK(fault([](Arguments& a) { a.batch.vocab_size = 1 << 22; }) ==
        "the vocabulary has 4194304 tokens; a row can have at most 2097152");
  CHECK_THAT(fault([](Arguments& a) { a.batch.stride = 31; }), StartsWith("the rows are 31 logits apart but have 32 each"));
  CHECK_THAT(fault([](Arguments& a) {
               a.batch.logits = reinterpret_cast<const float*>(reinterpret_cast<const char*>(a.logits.data()) + 2);
             }),
             StartsWith("the logits are not aligned; their address must be a multiple of 4 bytes"));
  CHECK_THAT(fault([](Arguments& a) { a.batch.histories.few = &a.one; }), StartsWith("of the histories, one of"));
  CHECK_THAT(fault([](Arguments& a) { a.batch.histories = {&a.one, &a.size, 0}; }), StartsWith("the histories have a capacity of 0"));
  CHECK_THAT(fault([](Arguments& a) { a.batch.advances = true; }), StartsWith("the positions are to advance but are null"));
  CHECK_THAT(fault([](Arguments& a) { a.batch.allowed_stride = -1; }), StartsWith("the masks are -1 words apart"));
  CHECK_THAT(fault([](Arguments& a) { a.batch.bias_stride = 5; }), StartsWith("the biases are 5 apart"));
  Arguments a;
  CHECK(cuda::check_batch(static_cast<float*>(nullptr), a.batch, a.drawn).error().message ==
        "the samplers are null; they must be in device memory");
}

TEST_CASE("A spread that no kernel has is refused") {
  CHECK(cuda::check_spread({8, 512}, true).has_value());
  CHECK(cuda::check_spread({1, 128}, false).has_value());
  CHECK(cuda::check_spread({3, 512}, true).error().message ==
        "a row cannot be spread over 3 blocks; it can be over 1, 2, 4 or 8");
  CHECK_THAT(cuda::check_spread({8, 512}, false).error().message, StartsWith("a row cannot be spread over 8 blocks here; clusters begin with compute capability 9.0"));
  CHECK(cuda::check_spread({1, 96}, true).error().message == "a block cannot have 96 threads; it can have 128, 256 or 512");
}
