#include <tamis/backends/aten/streams.hpp>

#include <ATen/ops/arange.h>

#include "backends/aten/batch.hpp"

using namespace tamis;
using aten::Streams;

namespace {

at::Tensor column(const std::vector<Stream>& rows, std::uint64_t Stream::* member, at::Device device) {
  at::Tensor t = at::empty({static_cast<std::int64_t>(rows.size())}, at::kLong);
  for (std::size_t i = 0; i < rows.size(); ++i)
    t.mutable_data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(rows[i].*member);
  return t.to(device);
}

}  // namespace

TEST_CASE("The noise of rows and tokens is that of streams, from the host and from tensors") {
  const std::vector<Stream> rows = {{0, 0}, {~0ull, 5}, {0x9E3779B97F4A7C15u, 1ull << 40, 77}, {3, ~0ull, 1ull << 63}};
  for (const at::Device device : batches::devices()) {
    const Streams from_host = rows;
    const Streams from_tensors(column(rows, &Stream::seed, device), column(rows, &Stream::position, device),
                               column(rows, &Stream::mark, device));
    const at::Tensor ids = at::arange(70, at::TensorOptions(device).dtype(at::kLong)).unsqueeze(0);
    for (const Streams& streams : {from_host, from_tensors}) {
      REQUIRE(streams.size() == 4);
      const at::Tensor bits = streams.bits(9, device).cpu(), coins = streams.coin(9, device).t.cpu();
      const auto words = streams.words(ids);
      const at::Tensor uniform = Streams::uniform_of(words).t.cpu(), small = Streams::small_uniform_of(words).t.cpu();
      for (std::int64_t row = 0; row < 4; ++row) {
        const Stream& s = rows[static_cast<std::size_t>(row)];
        CHECK(bits.const_data_ptr<std::int64_t>()[row] == static_cast<std::int64_t>(s.bits(9)));
        CHECK(coins.const_data_ptr<float>()[row] == s.uniform(~0u, 9));
        for (std::uint32_t id = 0; id < 70; ++id) {
          REQUIRE(uniform.const_data_ptr<float>()[row * 70 + id] == s.uniform(id, 0));
          REQUIRE(small.const_data_ptr<float>()[row * 70 + id] == s.small_uniform(id, 0));
        }
      }
    }
  }
}

TEST_CASE("The streams of some rows are theirs") {
  const Streams some = Streams{{1, 10}, {2, 20}, {3, 30}}.of(std::vector<std::int64_t>{2, 0}, {});
  CHECK(some.bits(1, at::kCPU).const_data_ptr<std::int64_t>()[0] == static_cast<std::int64_t>(Stream{3, 30}.bits(1)));
  CHECK(some.size() == 2);
}
