#include "rows.hpp"

#include <algorithm>
#include <tamis/backends/simd.hpp>
#include <tamis/core/half.hpp>
#include <tamis/testing/rows.hpp>

namespace on_gpu {

namespace {

template <class T>
T of_float(float x) {
  if constexpr (std::is_same_v<T, float>) return x;
  else if constexpr (std::is_same_v<T, Float16>) return {half_of_float(x)};
  else return {static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16)};
}

}  // namespace

template <class T>
Rows<T>::Rows(int count, int vocab_size, std::uint64_t seed)
    : count(count), vocab_size(vocab_size), capacity(static_cast<std::uint32_t>(std::min(vocab_size, 64)) + 1) {
  const auto noise = [&](int r, std::uint32_t salt, std::uint64_t i) {
    return philox(seed * 1000003 + static_cast<std::uint64_t>(r), salt, i).word[0];
  };
  for (int r = 0; r < count; ++r) {
    const auto id = seed * 1000003 + static_cast<std::uint64_t>(r);
    const auto kind = r % 50 == 49 ? testing::hopeless_row_kinds[r / 50 % 2] : testing::row_kinds[noise(r, 0, 0) % testing::row_kinds.size()];
    for (const float z : testing::make_row(kind, id, static_cast<std::size_t>(vocab_size))) logits.push_back(of_float<T>(z));
    seeds.push_back(id), positions.push_back(noise(r, 1, 0) % 1000);
    std::vector<Occurrence> listed;
    for (std::uint64_t i = 0; i + 1 < capacity; ++i) {
      const auto token = static_cast<TokenId>(noise(r, 2, i) % static_cast<std::uint32_t>(vocab_size));
      listed.push_back({token, noise(r, 3, i) % 3, noise(r, 4, i) % 2, i % 7 ? 0.0f : 0.5f, {}});
    }
    std::sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    listed.erase(std::unique(listed.begin(), listed.end(), [](const auto& a, const auto& b) { return a.id == b.id; }), listed.end());
    sizes.push_back(static_cast<std::uint32_t>(listed.size()));
    listed.resize(capacity);
    few.insert(few.end(), listed.begin(), listed.end());
    for (int w = 0; w < words(); ++w) allowed.push_back(r % 3 == 0 ? noise(r, 5, static_cast<std::uint64_t>(w)) | 1u : ~0u);
  }
}

template <class T, class S>
std::vector<Choice> expected(const Rows<T>& rows, std::vector<S>& samplers) {
  std::vector<Choice> choices;
  for (int r = 0; r < rows.count; ++r) {
    const auto i = static_cast<std::size_t>(r);
    const auto size = static_cast<std::size_t>(rows.vocab_size);
    const Facts facts{{rows.few.data() + i * rows.capacity, rows.sizes[i]}, rows.allowed.data() + i * static_cast<std::size_t>(rows.words())};
    simd::RowOf row(std::span<const T>(rows.logits.data() + i * size, size), Stream{rows.seeds[i], rows.positions[i]}, facts);
    choices.push_back(samplers[i].with_surprise(row));
  }
  return choices;
}

template struct Rows<float>;
template struct Rows<Float16>;
template struct Rows<BFloat16>;
template std::vector<Choice> expected(const Rows<float>&, std::vector<Penalized>&);
template std::vector<Choice> expected(const Rows<Float16>&, std::vector<Penalized>&);
template std::vector<Choice> expected(const Rows<BFloat16>&, std::vector<Penalized>&);
template std::vector<Choice> expected(const Rows<float>&, std::vector<Nucleus>&);
template std::vector<Choice> expected(const Rows<float>&, std::vector<Plain>&);
template std::vector<Choice> expected(const Rows<float>&, std::vector<Typical>&);
template std::vector<Choice> expected(const Rows<float>&, std::vector<Learning>&);
template std::vector<Choice> expected(const Rows<float>&, std::vector<Likeliest>&);

}  // namespace on_gpu
