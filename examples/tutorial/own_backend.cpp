/// \file own_backend.cpp
/// A backend of one's own: what holds the logits, and the three operations that policies are made
/// of.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <tamis/tamis.hpp>
#include <utility>
#include <vector>

// quote: backend
/// Logits in a vector, one after the other, without a trick. Masses are integers, so it draws the
/// same tokens as the others.
class PlainRow {
 public:
  using Real = tamis::Number;  // what a policy computes with, one token at a time
  using Row = tamis::Row;      // what it may ask of the row

  PlainRow(std::vector<float> logits, tamis::Stream stream)
      : logits_(std::move(logits)), stream_(stream) {}

  /// The maximum, and the sums that the policies ask for.
  template <unsigned needs, class Map>
  Row survey(const Map& map, std::uint32_t salt) const {
    float top = tamis::masked, bottom = tamis::greatest;
    for_each(map, [&](const tamis::Site& at) {
      top = std::max(top, at.z.value);
      bottom = std::min(bottom, at.z.value);
    });
    Row row(top, bottom, stream_.uniform(~0u, salt));
    Row::Sums sums;
    for_each(map, [&](const tamis::Site& at) {
      const tamis::Number weight = row.weight(at.z);
      const std::uint64_t steps = tamis::to_steps(row.spread(at.z).value);
      sums.total += tamis::to_fixed(weight.value);
      sums.heat += tamis::to_fixed(row.heat(at.z, weight).value);
      sums.first += steps;
      sums.second += steps * steps;
      sums.live += 1;
    });
    row.complete(sums);
    return row;
  }

  /// The greatest key such that the tokens from it upwards weigh as much as the quota asks.
  template <class Map, class Key, class Weight>
  Real quantile(const Map& map, const Key& key, const Weight& weight, tamis::Quota quota) const {
    if (quota.is_everything()) return tamis::masked;
    std::vector<std::pair<float, tamis::Fixed>> weights;
    tamis::Fixed total = 0;
    for_each(map, [&](const tamis::Site& at) {
      const tamis::Number k = key(at), w = weight(at);
      weights.emplace_back(k.value, tamis::to_fixed(w.value));
      total += weights.back().second;
    });
    std::sort(weights.begin(), weights.end(), [](auto& a, auto& b) { return a.first > b.first; });
    const tamis::Fixed target = quota.target(total);
    tamis::Fixed sum = 0;
    for (const auto& [k, w] : weights)
      if ((sum += w) >= target) return k;
    return tamis::masked;
  }

  /// The token with the greatest score, the least id of those that tie.
  template <class Map, class Score>
  tamis::Choice argmax(const Map& map, const Score& score) const {
    tamis::Choice best;
    float most = tamis::masked;
    for_each(map, [&](const tamis::Site& at) {
      const tamis::Number s = score(at);
      if (s.value > most) most = s.value, best = {at.token, at.z.value};
    });
    return best;
  }

  std::uint64_t bits(std::uint32_t salt) const { return stream_.bits(salt); }

  tamis::Fault fault() const {
    const bool valid =
        std::all_of(logits_.begin(), logits_.end(), [](float z) { return z < -tamis::masked; });
    return valid ? tamis::Fault::none : tamis::Fault::invalid_logit;
  }

 private:
  /// Calls see(token) for each token that the map has not masked, its logit being what the map
  /// says.
  void for_each(const auto& map, auto&& see) const {
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      const tamis::Site at{logits_[i], static_cast<tamis::TokenId>(i), &facts_, &stream_};
      const tamis::Number z = map(at);
      if (z.value > tamis::masked) see(at.with(z));
    }
  }

  std::vector<float> logits_;
  tamis::Stream stream_;
  tamis::Facts facts_;
};
static_assert(tamis::RowExecutor<PlainRow>);
// quote end

int main() {
  // quote: draw
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TypicalP{0.9f}, tamis::TopP{0.95f}};
  int same = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::vector<float> logits(1000);
    const tamis::Stream noise{seed, 0}, stream{seed, 1};
    for (std::uint32_t i = 0; i < 1000; ++i) logits[i] = 10 * noise.uniform(i, 0);
    tamis::simd::RowOf fast(logits, stream);
    PlainRow plain(logits, stream);
    same += sampler(plain).token == sampler(fast).token;
  }
  std::printf("%d of 100 tokens are the same\n", same);
  // quote end
  return same == 100 ? 0 : 1;
}
