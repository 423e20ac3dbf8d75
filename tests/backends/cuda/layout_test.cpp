#include <tamis/backends/cuda/layout.hpp>

#include "catch.hpp"

using namespace tamis;

namespace {

constexpr int shared = 227 * 1024;  ///< of a block of compute capability 9.0
constexpr std::size_t memory = 60000;

}  // namespace

TEST_CASE("The parts of a row that eight blocks share lie in their shared memory, in every precision") {
  for (const int vocab_size : {32000, 128256, 151936, 262144}) {
    for (const std::size_t size : {2u, 4u}) {
      const cuda::Layout layout = cuda::layout_of(memory, vocab_size, {8, 512}, true, size, shared);
      CHECK(layout.logit_count * 8 >= static_cast<unsigned>(vocab_size));
      CHECK(layout.bit_count == layout.logit_count);
      CHECK(layout.bits >= memory);
      CHECK(layout.logits >= layout.bits + layout.bit_count / 8);
      CHECK(layout.logits % 16 == 0);
      CHECK(layout.bytes == layout.logits + layout.logit_count * size);
      CHECK(layout.bytes <= shared);
    }
  }
}

TEST_CASE("A row that one block cannot hold is streamed, and what is known of its tokens still has room") {
  const cuda::Layout layout = cuda::layout_of(memory, 262144, {1, 512}, true, 4, shared);
  CHECK(layout.logit_count == 0);
  CHECK(layout.bit_count == 262144);
  CHECK(cuda::layout_of(memory, 262144, {1, 512}, false, 4, shared).bytes == memory);
}

TEST_CASE("Few rows are spread over many blocks, many rows over one each") {
  const cuda::Device h200{132, shared, true}, a100{108, 163 * 1024, false};
  CHECK(cuda::spread_for({}, 1, h200).blocks == 8);
  CHECK(cuda::spread_for({}, 64, h200).blocks == 4);
  CHECK(cuda::spread_for({}, 256, h200).blocks == 1);
  CHECK(cuda::spread_for({}, 1, a100).blocks == 1);
  CHECK(cuda::spread_for({2, 256}, 256, h200).blocks == 2);
  CHECK(cuda::spread_for({2, 256}, 256, h200).threads == 256);
}
