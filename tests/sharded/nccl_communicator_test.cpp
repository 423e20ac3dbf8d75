/// \file nccl_communicator_test.cpp
/// On one GPU there is one rank; that all of it compiles and links is tested without any.

#include <tamis/sharded/nccl_communicator.hpp>

#include <array>
#include <cstdio>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <tamis/sharded/draw.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"

using namespace tamis;
using sharded::NcclCommunicator;

TEST_CASE("A rank alone on a GPU gathers and sums what it gives, and draws") {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::puts("skipped: there is no GPU");
    return;
  }
  ncclComm_t alone = nullptr;
  REQUIRE(ncclCommInitAll(&alone, 1, nullptr) == ncclSuccess);
  cudaStream_t stream = nullptr;
  REQUIRE(cudaStreamCreate(&stream) == cudaSuccess);
  {
    auto nccl = NcclCommunicator::of(alone, stream);
    REQUIRE(nccl);
    std::array<std::uint64_t, 3> numbers{1, 2, ~std::uint64_t{0}}, all{};
    REQUIRE(nccl->all_gather(std::as_bytes(std::span(numbers)),
                             std::as_writable_bytes(std::span(all))));
    CHECK(all == numbers);
    REQUIRE(nccl->all_reduce(all, sharded::Reduction::max));
    CHECK(all == numbers);
    REQUIRE(nccl->barrier());
    auto shard = sharded::Shard<NcclCommunicator>::even(*nccl, 1000);
    REQUIRE(shard);
    const auto logits = testing::make_row(testing::RowKind::normal, 4, 1000);
    const Sampler sampler{Temperature{0.8f}, TopK{50}};
    simd::RowOf row(logits, Stream{1, 2});
    const auto got = sharded::draw(*shard, sampler, std::span(logits), Stream{1, 2});
    REQUIRE(got);
    CHECK(got->token == sampler(row).token);
  }
  ncclCommDestroy(alone);
  cudaStreamDestroy(stream);
}
