#pragma once

/// \file crew.hpp
/// What the threads of a team do together: folds over all of them, bins, and the search for a bin.

#include <cstdint>

#include "../../config.hpp"
#include "../../core/fixed.hpp"
#include "shared.hpp"

namespace tamis::team {

/// Over whom a function goes: the threads of the block, or those of the whole cluster.
enum class Scope { block, cluster };

/// A bin and the weight of those before it; none if all together do not reach the target.
struct Place {
  bool found;
  int bin;
  std::uint64_t before;
};

/// A team with its shared memory. Nothing is waited for twice: what one fold writes, the next but one overwrites, and
/// between them lies a barrier.
template <class Team, class Memory>
struct Crew {
  Team team;
  Memory& kept;  ///< see memory()
  int all_turn = 0, own_turn = 0;

  /// The block's shared memory; asked for in this way the compiler of a GPU knows that it is that, and not any memory.
  TAMIS_HD constexpr Memory& memory() const { return *team.own(&kept); }

  TAMIS_HD constexpr int warp() const { return team.thread() / team.lanes(); }
  TAMIS_HD constexpr int warps() const { return team.threads() / team.lanes(); }
  TAMIS_HD constexpr int group() const { return team.block() * warps() + warp(); }
  TAMIS_HD constexpr int groups() const { return team.blocks() * warps(); }

  template <Scope scope>
  TAMIS_HD constexpr void sync() const {
    if constexpr (scope == Scope::cluster) team.sync_all();
    else team.sync();
  }

  /// x[i] = op(i, ...) over all threads, 0 being nothing to op. What each warp has given stays readable in given(i, group) until the next
  /// fold but one.
  template <Scope scope, int N, class Op>
  TAMIS_HD constexpr void fold(std::uint64_t (&x)[N], const Op& op) {
    static_assert(N <= most_values);
    for (int i = 0; i < N; ++i) x[i] = team.lane_fold(x[i], [&](std::uint64_t a, std::uint64_t b) { return op(i, a, b); });
    if constexpr (scope == Scope::cluster) {
      auto& slots = memory().all[all_turn];
      for (int b = team.lane(); b < team.blocks(); b += team.lanes())
        for (int i = 0; i < N; ++i) *team.at(b, &slots[i][group()]) = x[i];
      all_turn ^= 1;
    } else {
      auto& slots = memory().own[own_turn];
      if (team.lane() == 0)
        for (int i = 0; i < N; ++i) slots[i][warp()] = x[i];
      own_turn ^= 1;
    }
    sync<scope>();
    const int count = scope == Scope::cluster ? groups() : warps();
    for (int i = 0; i < N; ++i) {
      const std::uint64_t* given = scope == Scope::cluster ? memory().all[all_turn ^ 1][i] : memory().own[own_turn ^ 1][i];
      std::uint64_t value = 0;
      for (int g = team.lane(); g < count; g += team.lanes()) value = op(i, value, given[g]);
      x[i] = team.lane_fold(value, [&](std::uint64_t a, std::uint64_t b) { return op(i, a, b); });
    }
  }

  /// What a warp gave to the last fold over the cluster.
  TAMIS_HD constexpr std::uint64_t given(int i, int group) const { return memory().all[all_turn ^ 1][i][group]; }

  template <Scope scope, int N>
  TAMIS_HD constexpr void sum(std::uint64_t (&x)[N]) {
    fold<scope>(x, [](int, std::uint64_t a, std::uint64_t b) { return a + b; });
  }
  template <Scope scope>
  TAMIS_HD constexpr std::uint64_t max(std::uint64_t x) {
    std::uint64_t one[1] = {x};
    fold<scope>(one, [](int, std::uint64_t a, std::uint64_t b) { return a > b ? a : b; });
    return one[0];
  }

  TAMIS_HD constexpr void clear_bins() const {
    for (int b = team.thread(); b < bin_count; b += team.threads()) memory().bins[b] = 0;
  }

  /// Adds a weight to a bin of weights: in limbs, for there is no quick atomic sum of 64 bits in shared memory.
  TAMIS_HD constexpr void add_weight(int bin, Fixed weight) const {
    for (int limb = 0; limb < limbs; ++limb)
      if (const auto bits = static_cast<std::uint32_t>(weight >> (11 * limb)) & 2047u)
        team.add(&memory().bins[limb * sum_count + bin], bits);
  }

  /// What is in a bin of weights, over all blocks of the scope.
  template <Scope scope>
  TAMIS_HD constexpr Fixed weight_in(int bin) const {
    Fixed weight = 0;
    for (int limb = 0; limb < limbs; ++limb) weight += Fixed{count_in<scope>(limb * sum_count + bin)} << (11 * limb);
    return weight;
  }
  template <Scope scope>
  TAMIS_HD constexpr std::uint64_t count_in(int bin) const {
    if constexpr (scope == Scope::block) return memory().bins[bin];
    std::uint64_t count = 0;
    for (int b = 0; b < team.blocks(); ++b) count += *team.at(b, &memory().bins[bin]);
    return count;
  }

  /// The first bin that with those before it has the target; every block searches for itself.
  ///
  /// \param in  in(b) is what bin b holds
  template <class In>
  TAMIS_HD constexpr Place find_bin(int bins, std::uint64_t target, const In& in) const {
    const int each = (bins + team.threads() - 1) / team.threads();
    const int from = team.thread() * each, to = from + each < bins ? from + each : bins;
    std::uint64_t mine = 0;
    for (int b = from; b < to; ++b) mine += in(b);
    const std::uint64_t up_to_me = team.lane_scan(mine);
    if (team.lane() == team.lanes() - 1) memory().scan[warp()] = up_to_me;
    team.sync();
    std::uint64_t before = up_to_me - mine, all = 0;
    for (int w = 0; w < warps(); ++w) {
      if (w < warp()) before += memory().scan[w];
      all += memory().scan[w];
    }
    if (all >= target && before < target && target <= before + mine) {
      int b = from;
      for (std::uint64_t here = in(b); before + here < target; here = in(b)) before += here, ++b;
      memory().found_bin = static_cast<std::uint32_t>(b);
      memory().found_before = before;
    }
    team.sync();
    if (all < target) return {false, 0, all};
    return {true, static_cast<int>(memory().found_bin), memory().found_before};
  }

  /// The greatest key from which on the tokens weigh the target, 0 if all together do not: bins of the keys in
  /// [low, high], as wide as it takes, then bins within the one where the target falls; four rounds at most.
  ///
  /// \param each  each(f) calls f(key, weight) for the tokens of this thread
  template <Scope scope, class Each>
  TAMIS_HD constexpr std::uint32_t descend(std::uint32_t low, std::uint32_t high, Fixed target, const Each& each) {
    while (true) {
      int shift = 0;
      while ((high - low) >> shift >= sum_count) ++shift;
      sync<scope>();
      clear_bins();
      team.sync();
      each([&](std::uint32_t key, Fixed weight) {
        if (key >= low && key <= high) add_weight(static_cast<int>((high - key) >> shift), weight);
      });
      sync<scope>();
      const Place place = find_bin(sum_count, target, [&](int b) { return weight_in<scope>(b); });
      if (!place.found) return 0;
      target -= place.before;
      high -= static_cast<std::uint32_t>(place.bin) << shift;
      const std::uint32_t width = (std::uint32_t{1} << shift) - 1;
      if (high - low > width) low = high - width;
      if (shift == 0) return high;
    }
  }
};

}  // namespace tamis::team
