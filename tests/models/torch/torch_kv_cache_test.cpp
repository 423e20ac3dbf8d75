#include <ATen/ops/full.h>

#include <tamis/models/torch/torch_kv_cache.hpp>

#include "catch.hpp"

using namespace tamis;

static at::TensorOptions brain_floats() { return at::TensorOptions().dtype(at::kBFloat16); }

TEST_CASE("A cache takes its memory with the first token, and doubles it as it must") {
  TorchKvCache cache(2, 3, 4, 8, 30, brain_floats());
  CHECK(cache.bytes() == 0);
  CHECK(cache.room() == 8);
  CHECK(cache.bytes_per_token() == 2 * 2 * 3 * 4 * 2);
  cache.reserve(3);
  CHECK(cache.bytes() == 8 * cache.bytes_per_token());
  cache.keys(1).narrow(1, 0, 3).fill_(5);
  cache.advance(3);
  cache.reserve(17);
  CHECK(cache.room() == 30);
  CHECK(cache.length() == 3);
  CHECK(cache.keys(1).narrow(1, 0, 3).eq(5).all().item<bool>());
  CHECK(cache.keys(1).narrow(1, 3, 27).eq(0).all().item<bool>());
  CHECK(cache.values(1).eq(0).all().item<bool>());
}

TEST_CASE("A copy of a cache on libtorch goes its own way") {
  TorchKvCache cache(1, 1, 2, 4, 16, brain_floats());
  cache.reserve(2);
  cache.values(0).narrow(1, 0, 2).fill_(1);
  cache.advance(2);
  TorchKvCache copy = cache.fork();
  copy.values(0).narrow(1, 0, 1).fill_(7);
  copy.rewind(1);
  CHECK(cache.length() == 2);
  CHECK(cache.values(0).narrow(1, 0, 2).eq(1).all().item<bool>());
  copy = cache;
  CHECK(copy.length() == 2);
  CHECK(copy.values(0).narrow(1, 0, 2).eq(1).all().item<bool>());
  CHECK(copy.memory().data_ptr() != cache.memory().data_ptr());
}

TEST_CASE("A cache knows the model that it is of") {
  const TorchKvCache cache(1, 2, 4, 8, 16, brain_floats());
  CHECK(cache.is_of(1, 2, 4, brain_floats().device(at::kCPU)));
  CHECK(!cache.is_of(2, 2, 4, brain_floats()));
  CHECK(!cache.is_of(1, 2, 4, at::TensorOptions().dtype(at::kFloat)));
}
