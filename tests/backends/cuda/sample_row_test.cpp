// What the kernels do with a row of a batch, by threads of the host: blocks and clusters with their shared memory.
#include <tamis/backends/cuda/sample_row.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <tamis/backends/simd.hpp>
#include <tamis/core/bfloat16.hpp>
#include <tamis/policies/adaptive_p.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "../host_teams.hpp"
#include "catch.hpp"

using namespace tamis;
using host_teams::Shape;

namespace {

constexpr std::uint32_t capacity = 12;

/// Rows with histories, as the memory of a device would hold them, and the places for what is drawn.
template <class T>
struct Requests {
  int vocab_size, rows;
  std::int64_t stride;
  std::vector<T> logits;
  std::vector<std::uint64_t> seeds, positions;
  std::vector<Occurrence> few;
  std::vector<std::uint32_t> sizes;
  std::vector<TokenId> tokens;
  std::vector<std::int64_t> wide;
  std::vector<float> log_probabilities;
  std::vector<std::int32_t> kept;
  std::vector<std::uint8_t> faults;
  cuda::Batch<T> batch;
  cuda::Drawn drawn;

  Requests(int rows, int vocab_size, int more) : vocab_size(vocab_size), rows(rows), stride(vocab_size + more) {
    const auto count = static_cast<std::size_t>(rows);
    few.resize(count * capacity), tokens.resize(count), wide.resize(count), log_probabilities.resize(count), kept.resize(count), faults.resize(count);
    for (std::size_t r = 0; r < count; ++r) {
      const auto kind = r == 3 ? testing::hopeless_row_kinds[0] : testing::row_kinds[r % testing::row_kinds.size()];
      for (const float z : testing::make_row(kind, r, static_cast<std::size_t>(vocab_size))) {
        if constexpr (std::is_same_v<T, float>) logits.push_back(z);
        else logits.push_back({static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(z) >> 16)});
      }
      logits.resize(logits.size() + static_cast<std::size_t>(more));
      seeds.push_back(100 + r), positions.push_back(r);
      sizes.push_back(static_cast<std::uint32_t>(r % (capacity + 1)));  // from none to full
      for (std::uint32_t i = 0; i < sizes[r]; ++i)
        few[r * capacity + i] = {static_cast<TokenId>(1 + i * static_cast<std::uint32_t>(vocab_size - 1) / capacity), i % 3, 1, i % 2 ? 0.0f : 0.5f, {}};
    }
    batch.logits = logits.data(), batch.rows = rows, batch.vocab_size = vocab_size, batch.stride = stride;
    batch.seeds = seeds.data(), batch.positions = positions.data(), batch.advances = true;
    batch.histories = {few.data(), sizes.data(), capacity};
    drawn = {tokens.data(), log_probabilities.data(), kept.data(), faults.data(), wide.data()};
  }
};

/// Draws from every row twice, by a team, and compares each time with simd and with a history kept on the host.
template <class Memory, class T, class S>
int disagreements(Shape shape, const S& sampler, int vocab_size, int more) {
  Requests<T> on(14, vocab_size, more);
  Requests<T> host = on;
  std::vector<S> samplers(14, sampler), learned = samplers;
  const cuda::Layout layout = cuda::layout_of(sizeof(Memory), vocab_size, {shape.blocks, 32 * shape.warps}, true, sizeof(T), 1 << 20);
  int differ = 0;
  for (int round = 0; round < 2; ++round) {
    for (int r = 0; r < on.rows; ++r) {
      std::vector<std::vector<std::uint64_t>> shared(static_cast<std::size_t>(shape.blocks), std::vector<std::uint64_t>(layout.bytes / 8 + 2));
      on.batch.histories = {on.few.data(), on.sizes.data(), capacity};
      host_teams::run<Memory>(shape, [&](auto thread) {
        auto* const its = reinterpret_cast<unsigned char*>(shared[static_cast<std::size_t>(thread.block())].data());
        S* const here = &samplers[static_cast<std::size_t>(r)];
        cuda::sample_row<true>(thread, thread.memory(), its, layout, S(*here), here, on.batch, on.drawn, r);
      });
      const auto i = static_cast<std::size_t>(r);
      Occurrence* const few = host.few.data() + i * capacity;
      const std::span<const T> z(host.logits.data() + i * static_cast<std::size_t>(host.stride), static_cast<std::size_t>(vocab_size));
      simd::RowOf row(z, Stream{host.seeds[i], host.positions[i]}, Facts{{few, host.sizes[i]}});
      const S before = learned[i];
      int kept = 0;
      simd::RowOf again(z, Stream{host.seeds[i], host.positions[i]}, Facts{{few, host.sizes[i]}});
      before.collect(again, [&](TokenId, double) { ++kept; });
      const Choice want = learned[i].with_surprise(row);
      std::uint8_t fault = static_cast<std::uint8_t>(want.fault);
      if (want.token >= 0) {
        ++host.positions[i];
        const std::size_t place = place_of({few, host.sizes[i]}, want.token);
        if (place < host.sizes[i] && few[place].id == want.token) {
          ++few[place].output;
        } else if (host.sizes[i] == capacity) {
          fault = cuda::history_full;
        } else {
          std::copy_backward(few + place, few + host.sizes[i], few + host.sizes[i] + 1);
          few[place] = {want.token, 1, 0, 0, {}}, ++host.sizes[i];
        }
      }
      differ += on.tokens[i] != want.token || on.wide[i] != want.token || on.faults[i] != fault;
      differ += want.token >= 0 && on.log_probabilities[i] != -want.surprise;
      differ += on.kept[i] != (want.token >= 0 ? kept : 0);
    }
    differ += on.positions != host.positions;
    differ += on.sizes != host.sizes;
    differ += on.few != host.few;
    for (std::size_t i = 0; i < samplers.size(); ++i) differ += std::memcmp(&samplers[i], &learned[i], sizeof(S)) != 0;
  }
  return differ;
}

}  // namespace

TEST_CASE("A block and a cluster draw rows of a batch, count the tokens in and advance, as the host would") {
  const Sampler sampler{RepetitionPenalty{1.2f}, Temperature{0.8f}, TopK{20}};
  CHECK(disagreements<cuda::OneBlock, float>({1, 4, 1}, sampler, 300, 0) == 0);
  CHECK(disagreements<cuda::OneBlock, BFloat16>({1, 1, 4}, sampler, 1001, 7) == 0);
  CHECK(disagreements<cuda::OfCluster, float>({4, 1, 1}, sampler, 1001, 3) == 0);
}

TEST_CASE("How many are kept is said of the draw, and not of what a sampler looked back at") {
  const Sampler sampler{AdaptiveP{0.3f}, TopK{5}};
  CHECK(disagreements<cuda::OneBlock, float>({1, 2, 1}, sampler, 200, 0) == 0);
}

TEST_CASE("A sampler that looks back at the row learns the same from a cluster as from simd") {
  const Sampler sampler{MinP{0.02f}, RepetitionPenalty{1.2f}, AdaptiveP{0.3f}};  // the last of which asks for counts again
  CHECK(disagreements<cuda::OneBlock, float>({1, 2, 1}, sampler, 200, 0) == 0);
  CHECK(disagreements<cuda::OfCluster, float>({4, 1, 1}, sampler, 200, 0) == 0);
}
