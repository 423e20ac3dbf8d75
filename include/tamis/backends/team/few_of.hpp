#pragma once

/// \file few_of.hpp
/// The tokens that a truncation has left, side by side in shared memory: all passes after the first cut are over these.

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "../../config.hpp"
#include "../../core/executor.hpp"
#include "../../core/facts.hpp"
#include "../../core/fixed.hpp"
#include "../../core/row.hpp"
#include "../../core/site.hpp"
#include "crew.hpp"

namespace tamis::team {

/// An executor of `count` tokens with their logits, in no order. Each block of a cluster has them all and works for
/// itself. Where they are very few the first warp works alone, without a barrier, and what the other threads get from a
/// call is of no meaning.
template <class Team, class Memory>
class FewOf {
 public:
  using Real = Number;
  using Row = tamis::Row;

  /// So many are left to one warp.
  static constexpr int few_for_a_warp = 128;

  /// \param alone  whether the first warp works alone
  TAMIS_HD constexpr FewOf(Crew<Team, Memory>& crew, const TokenId* ids, float* logits, int count, bool alone,
                           const Stream& stream, const Facts& facts)
      : crew_(&crew), ids_(ids), logits_(logits), count_(alone && crew.warp() > 0 ? 0 : count), alone_(alone),
        stream_(&stream), facts_(&facts) {}

  template <unsigned needs, class Map>
  TAMIS_HD constexpr Row survey(const Map& map, std::uint32_t salt) {
    std::uint64_t ends[2] = {0, 0};
    each([&](int, const Site& at) {
      const Number z = map(at);
      if (z.value == masked) return;
      ends[0] = std::max(ends[0], std::uint64_t{ordered(z.value)});
      ends[1] = std::max(ends[1], std::uint64_t{static_cast<std::uint32_t>(~ordered(z.value))});
    });
    greatest_of(ends);
    const float coin = stream_->uniform(~0u, salt);
    if (ends[0] == 0) return {masked, masked, coin};
    Row row(unordered(static_cast<std::uint32_t>(ends[0])), unordered(~static_cast<std::uint32_t>(ends[1])), coin);
    if constexpr (needs > need_max) {
      std::uint64_t sums[5] = {};
      each([&](int, const Site& at) { add_to<needs>(sums, row, map(at)); });
      sum_of(sums);
      row.complete({sums[0], sums[1], sums[2], sums[3], sums[4]});
    }
    return row;
  }

  template <class Map, class Key, class Weight>
  TAMIS_HD constexpr Number quantile(const Map& map, const Key& key, const Weight& weight, Quota quota) {
    if (quota.is_everything()) return masked;
    const auto entry = [&](int i, const auto& f) {
      const Site at = seen(map, i);
      const Number k = key(at), w = weight(at);
      if (k.value > masked) f(ordered(k.value), to_fixed(w.value));
    };
    std::uint64_t total[1] = {0};
    if constexpr (!std::same_as<Weight, One>) {
      each([&](int i, const Site&) { entry(i, [&](std::uint32_t, Fixed w) { total[0] += w; }); });
      sum_of(total);
    }
    const std::uint32_t cut = reach(entry, quota.target(total[0]));
    return cut ? unordered(cut) : masked;
  }

  /// As above, of the tokens as they are, to a target that is known.
  template <class Key, class Weight>
  TAMIS_HD constexpr Number quantile_at(const Key& key, const Weight& weight, Fixed target) {
    const std::uint32_t cut = reach(
        [&](int i, const auto& f) {
          const Site at = site(i);
          const Number k = key(at), w = weight(at);
          if (k.value > masked) f(ordered(k.value), to_fixed(w.value));
        },
        target);
    return cut ? unordered(cut) : masked;
  }

  template <class Map, class Score>
  TAMIS_HD constexpr Choice argmax(const Map& map, const Score& score) {
    std::uint64_t best[1] = {0};
    each([&](int i, const Site&) {
      const Site at = seen(map, i);
      const Number s = score(at);
      if (s.value > masked)
        best[0] = std::max(best[0], std::uint64_t{ordered(s.value)} << 32 | static_cast<std::uint32_t>(~at.token));
    });
    greatest_of(best);
    if (best[0] == 0) return {};
    return chosen(map, static_cast<TokenId>(~static_cast<std::uint32_t>(best[0])));
  }

  template <class Map>
  TAMIS_HD constexpr Choice pick(const Map& map, std::uint64_t point) {
    const Row whole = survey<need_max | need_total>(map, 0);
    if (whole.max().value == masked) return {};
    const std::uint32_t last = reach(
        [&](int i, const auto& f) {
          const Site at = seen(map, i);
          if (at.z.value > masked) f(~static_cast<std::uint32_t>(at.token), to_fixed(whole.weight(at.z).value));
        },
        Quota::past(point, whole.total()));
    if (last == 0) return {};
    Choice choice = chosen(map, static_cast<TokenId>(~last));
    choice.surprise = whole.surprise(Number(choice.logit)).value;
    return choice;
  }

  /// The others are masked where they lie.
  template <class Map, class Key>
  TAMIS_HD constexpr FewOf narrow(const Map& map, const Key& key, Number cut) {
    each([&](int i, const Site&) {
      const Site at = seen(map, i);
      const Number k = key(at);
      logits_[i] = k.value >= cut.value ? at.z.value : masked;
    });
    sync();
    return *this;
  }

  /// As RowOf::collect.
  template <class Map, class Sink>
  TAMIS_HD constexpr void collect(const Map& map, Sink& sink) {
    if constexpr (requires { typename Sink::any_order; }) {
      each([&](int, const Site& at) {
        const Number z = map(at);
        if (z.value > masked) sink(at.token, z.value);
      });
    } else if (crew_->team.thread() == 0) {
      TokenId last = -1;
      for (int n = 0; n < count_; ++n) {
        int next = -1;
        for (int i = 0; i < count_; ++i)
          if (ids_[i] > last && (next < 0 || ids_[i] < ids_[next])) next = i;
        last = ids_[next];
        const Number z = map(site(next));
        if (z.value > masked) sink(last, z.value);
      }
    }
    sync();
  }

  TAMIS_HD constexpr std::uint64_t bits(std::uint32_t salt) const { return stream_->bits(salt); }
  TAMIS_HD constexpr Fault fault() const { return Fault::none; }

  /// What a logit adds to the sums of a row.
  template <unsigned needs>
  TAMIS_HD static constexpr void add_to(std::uint64_t (&sums)[5], const Row& row, Number z) {
    if (z.value == masked) return;
    const Number w = row.weight(z);
    if constexpr ((needs & (need_total | need_heat)) != 0) sums[0] += to_fixed(w.value);
    if constexpr ((needs & need_heat) != 0) sums[1] += to_fixed(row.heat(z, w).value);
    if constexpr ((needs & need_spread) != 0) {
      const std::uint64_t steps = to_steps(row.spread(z).value);
      sums[2] += steps, sums[3] += steps * steps, ++sums[4];
    }
  }

 private:
  TAMIS_HD constexpr Site site(int i) const { return {logits_[i], ids_[i], facts_, stream_}; }
  TAMIS_HD constexpr Site seen(const auto& map, int i) const {
    const Site at = site(i);
    return at.with(map(at));
  }

  template <class F>
  TAMIS_HD constexpr void each(const F& f) const {
    const auto& team = crew_->team;
    const int step = alone_ ? team.lanes() : team.threads();
    for (int i = team.thread(); i < count_; i += step) f(i, site(i));
  }

  TAMIS_HD constexpr void sync() const {
    if (alone_) crew_->team.sync_lanes();
    else crew_->team.sync();
  }
  template <int N, class Op>
  TAMIS_HD constexpr void fold(std::uint64_t (&x)[N], const Op& op) const {
    if (!alone_) return crew_->template fold<Scope::block>(x, op);
    for (int i = 0; i < N; ++i)
      x[i] = crew_->team.lane_fold(x[i], [&](std::uint64_t a, std::uint64_t b) { return op(i, a, b); });
  }
  template <int N>
  TAMIS_HD constexpr void sum_of(std::uint64_t (&x)[N]) const {
    fold(x, [](int, std::uint64_t a, std::uint64_t b) { return a + b; });
  }
  template <int N>
  TAMIS_HD constexpr void greatest_of(std::uint64_t (&x)[N]) const {
    fold(x, [](int, std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
  }

  /// The greatest key from which on the tokens weigh the target; 0 if all together do not.
  ///
  /// \param entry  entry(i, f) calls f(key, weight) for token i, if it counts
  template <class Entry>
  TAMIS_HD constexpr std::uint32_t reach(const Entry& entry, Fixed target) {
    auto& memory = crew_->memory();
    const auto& team = crew_->team;
    std::uint64_t best[1] = {0};
    if (count_ > few) {
      std::uint64_t ends[2] = {0, 0};
      each([&](int i, const Site&) {
        entry(i, [&](std::uint32_t key, Fixed) {
          ends[0] = std::max(ends[0], std::uint64_t{key}), ends[1] = std::max(ends[1], std::uint64_t{static_cast<std::uint32_t>(~key)});
        });
      });
      greatest_of(ends);
      if (ends[0] == 0) return 0;
      return crew_->template descend<Scope::block>(
          ~static_cast<std::uint32_t>(ends[1]), static_cast<std::uint32_t>(ends[0]), target,
          [&](const auto& f) { each([&](int i, const Site&) { entry(i, f); }); });
    }
    sync();  // what was there has been read
    each([&](int i, const Site&) {
      memory.keys[i] = 0, memory.weights[i] = 0;
      entry(i, [&](std::uint32_t key, Fixed weight) { memory.keys[i] = key, memory.weights[i] = weight; });
    });
    sync();
    const int step = alone_ ? team.lanes() : team.threads();
    for (int i = team.thread(); i < count_; i += step) {
      const std::uint32_t key = memory.keys[i];
      Fixed reached = 0;
      for (int j = 0; j < count_; ++j)
        if (memory.keys[j] >= key) reached += memory.weights[j];
      if (reached >= target) best[0] = std::max(best[0], std::uint64_t{key});
    }
    greatest_of(best);
    return static_cast<std::uint32_t>(best[0]);
  }

  /// A token of these as a choice, and how many there are.
  template <class Map>
  TAMIS_HD constexpr Choice chosen(const Map& map, TokenId token) {
    std::uint64_t facts[2] = {0, 0};
    each([&](int i, const Site& at) {
      const Number z = map(at);
      facts[1] += z.value > masked;
      if (ids_[i] == token) facts[0] = ordered(z.value);
    });
    fold(facts, [](int i, std::uint64_t a, std::uint64_t b) { return i == 1 ? a + b : std::max(a, b); });
    if (crew_->team.thread() == 0) crew_->memory().live = static_cast<int>(facts[1]);
    return {token, unordered(static_cast<std::uint32_t>(facts[0]))};
  }

  Crew<Team, Memory>* crew_;
  const TokenId* ids_;
  float* logits_;
  int count_;
  bool alone_;
  const Stream* stream_;
  const Facts* facts_;
};

}  // namespace tamis::team
