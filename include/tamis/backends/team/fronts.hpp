#pragma once

/// \file fronts.hpp
/// Where a truncation cuts: the tokens of a front are gathered, and the cut is found among them.
///
/// A truncation first finds a key that the cut cannot lie below: from the greatest key of each warp or thread, or from a
/// histogram of the distances from the greatest key, in which the boundary falls into a narrow bin. What is above is
/// gathered. Where it is too much, bins of the key itself find the cut, over the whole row.

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "../../config.hpp"
#include "../../core/executor.hpp"
#include "../../core/fixed.hpp"
#include "../../core/row.hpp"
#include "crew.hpp"
#include "few_of.hpp"
#include "shared.hpp"
#include "tag_of.hpp"
#include "tokens.hpp"

namespace tamis::team {

inline constexpr float bins_a_nat = 64.0f;

/// The bin of a key by its distance below `top`; the last one is for all that is far.
constexpr int bin_of(float top, float key) {
  const float bin = (top - key) * bins_a_nat;
  return bin < bin_count - 1 ? bin > 0 ? static_cast<int>(bin) : 0 : bin_count - 1;
}

/// The keys from `from` on that lie in the bins up to `last`.
struct Front {
  float top = 0;
  int last = bin_count - 1;
  float from = masked;

  constexpr bool is_all() const { return last == bin_count - 1 && from == masked; }
  constexpr bool has(float key) const {
    return key > masked && key >= from && (last == bin_count - 1 || bin_of(top, key) <= last);
  }
  /// Whether it has all keys from the cut on.
  constexpr bool reaches(float cut) const { return is_all() || has(cut); }
};

/// What RowOf is made of.
template <class Team, class T, class Memory>
class Fronts {
 protected:
  using Few = FewOf<Team, Memory>;

  TAMIS_HD constexpr Fronts(Team team, Memory& shared, const T* logits, int vocab_size, const Stream& stream, const Facts& facts,
                            Room<T> room)
      : crew_{team, shared}, tokens_(team, logits, vocab_size, stream, facts, room) {}

  template <int N>
  TAMIS_HD constexpr void sum(std::uint64_t (&x)[N]) {
    crew_.template sum<Scope::cluster>(x);
    dirty_ = fresh_ = false;
  }
  TAMIS_HD constexpr std::uint64_t most(std::uint64_t x) {
    dirty_ = fresh_ = false;
    return crew_.template max<Scope::cluster>(x);
  }

  /// The greatest key; known of the map and key asked for last.
  template <class Map, class Key>
  TAMIS_HD constexpr float greatest_key(const Map& map, const Key& key) {
    if (surveyed_ == tag_of<Map, Key>()) return top_;
    std::uint32_t top = 0;
    tokens_.each([&](const auto& at) {
      const auto z = at.with(map(at));
      const Number k = key(z);
      if (z.logit().value > masked) top = std::max(top, ordered(k.value));
    });
    mine_ = top;
    const auto all = static_cast<std::uint32_t>(most(top));
    surveyed_ = tag_of<Map, Key>(), fresh_ = true;
    return top_ = all ? unordered(all) : masked;
  }

  /// Counts the keys of tokens in bins by their distance from the greatest key; over(f) calls f(key) for this thread's.
  template <class Over>
  TAMIS_HD constexpr void count(float top, const Over& over) {
    auto& team = crew_.team;
    team.sync_all();
    crew_.clear_bins();
    team.sync();
    over([&](float key) { team.add(&crew_.memory().bins[bin_of(top, key)], 1); });
    team.sync_all();
  }
  template <class Map, class Key>
  TAMIS_HD constexpr void count_tokens(const Map& map, const Key& key, float top) {
    count(top, [&](const auto& f) {
      tokens_.each([&](const auto& at) {
        const auto z = at.with(map(at));
        const Number k = key(z);
        if (z.logit().value > masked && k.value > masked) f(k.value);
      });
    });
  }

  /// Whether all tokens can be gathered, of which every block must think alike.
  TAMIS_HD constexpr bool is_short() const { return tokens_.most_of_a_block() <= Memory::capacity / crew_.team.blocks(); }

  /// A front that has so many tokens, if there are so many.
  template <class Map, class Key>
  TAMIS_HD constexpr Front front_of_count(const Map& map, const Key& key, std::uint32_t n) {
    if (is_short()) return {};
    if (!fresh_) surveyed_ = 0;
    const float top = greatest_key(map, key);
    if (n <= static_cast<std::uint32_t>(crew_.groups()) / 2) {
      // Each warp's greatest key is a token's.
      if (const std::uint32_t from = greatest_of_groups(n)) return {.from = unordered(from)};
    }
    if (n <= static_cast<std::uint32_t>(crew_.team.threads() * crew_.team.blocks()) / 2) {
      const std::uint32_t mine = mine_;
      count(top, [&](const auto& f) {
        if (mine > ordered(masked)) f(unordered(mine));
      });
    } else {
      count_tokens(map, key, top);
    }
    const Place place = crew_.find_bin(bin_count, n, [&](int b) { return count_in(b); });
    return place.found ? Front{.top = top, .last = place.bin} : Front{};
  }

  /// Gathers the front that a sample of the row suggests: as many of its tokens as are asked for are as many of the row's.
  /// False if the row lies near at hand, or the sample is no good; else the row has been read but once.
  template <class Map, class Key>
  TAMIS_HD constexpr bool gather_by_sample(const Map& map, const Key& key, std::uint32_t n) {
    const auto room = static_cast<std::uint32_t>(Memory::capacity);
    const int parts = n <= room / 24 ? 16 : 4;
    if (tokens_.is_near() || is_short() || n > room / 6) return false;
    if (n > static_cast<std::uint32_t>(crew_.team.threads() * crew_.team.blocks()) / 2) return false;
    std::uint32_t mine = 0;
    tokens_.each_of_sample(parts, [&](const auto& at) {
      const auto z = at.with(map(at));
      const Number k = key(z);
      if (z.logit().value > masked && k.value > masked) mine = std::max(mine, ordered(k.value));
    });
    const auto greatest = static_cast<std::uint32_t>(most(mine));
    if (greatest == 0) return false;
    const float top = unordered(greatest);
    count(top, [&](const auto& f) {
      if (mine > 0) f(unordered(mine));
    });
    const Place place = crew_.find_bin(bin_count, n, [&](int b) { return count_in(b); });
    return place.found && gather(map, key, Front{.top = top, .last = place.bin});
  }

  /// About the n-th greatest of the warps' greatest keys, never above it; 0 if there are not so many.
  TAMIS_HD constexpr std::uint32_t greatest_of_groups(std::uint32_t n) const {
    const auto& team = crew_.team;
    const auto reaching = [&](std::uint32_t key) {
      std::uint64_t count = 0;
      for (int g = team.lane(); g < crew_.groups(); g += team.lanes()) count += crew_.given(0, g) >= key;
      return team.lane_sum(static_cast<std::uint32_t>(count)) >= n;
    };
    std::uint32_t low = ordered(-greatest), high = ordered(top_);
    if (!reaching(low)) return 0;
    for (int step = 0; step < 18 && low < high; ++step) {
      const std::uint32_t middle = low + (high - low + 1) / 2;
      if (reaching(middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  TAMIS_HD constexpr std::uint64_t count_in(int bin) const { return crew_.template count_in<Scope::cluster>(bin); }

  /// What a token weighs at the beginning of a bin, times `slack`.
  static constexpr Fixed weight_at(int bin, float slack) {
    const float weight = exp_down(static_cast<float>(-bin) * (1.0f / bins_a_nat)) * slack;
    return to_fixed(weight < 1.0f ? weight : 1.0f);
  }

  /// A front that has the mass, and the first bin in which the cut may lie: a bin's tokens weigh alike, so that their number
  /// says within a sixtieth what they weigh.
  struct FrontOfMass {
    Front front;
    int between = 0;
  };
  template <class Map, class Weight>
  TAMIS_HD constexpr FrontOfMass front_of_mass(const Map& map, const Weight&, float top, Fixed target) {
    if (is_short()) return {};
    count_tokens(map, ByLogit{}, top);
    const Place first = crew_.find_bin(bin_count, target, [&](int b) { return count_in(b) * (weight_at(b, 1.0001f) + 1); });
    const Place last = crew_.find_bin(bin_count, target, [&](int b) {
      const Fixed least = b + 1 < bin_count ? weight_at(b + 1, 0.9999f) : 0;
      return count_in(b) * (least > 1 ? least - 1 : 0);
    });
    FrontOfMass found;
    if (last.found) found.front.top = top, found.front.last = last.bin;
    found.between = first.found ? first.bin : bin_count - 1;
    return found;
  }

  /// Gathers the tokens of a front, if they are not too many.
  template <class Map, class Key>
  TAMIS_HD constexpr bool gather(const Map& map, const Key& key, const Front& front) {
    gathered_ = 0;
    if (!list(map, [&](const auto& z) { return front.is_all() || front.has(Number(key(z)).value); })) return false;
    gathered_ = tag_of<Map, Key>(), front_ = front;
    return true;
  }

  /// Gathers the tokens of a front that has the mass; if they are too many, those among which the cut lies, and takes from
  /// the target what lies above. False if these are too many, too.
  template <class Map, class Weight>
  TAMIS_HD constexpr bool gather_mass(const Map& map, const Weight& weight, float top, Fixed& target) {
    const FrontOfMass found = front_of_mass(map, weight, top, target);
    if (gather(map, ByLogit{}, found.front)) return true;
    Fixed above[1] = {0};
    tokens_.each([&](const auto& at) {
      const auto z = at.with(map(at));
      if (z.logit().value > masked && bin_of(top, z.logit().value) < found.between) above[0] += to_fixed(Number(weight(z)).value);
    });
    sum(above);
    if (above[0] >= target) return false;
    const bool fits = list(map, [&](const auto& z) {
      return (found.front.is_all() || found.front.has(z.logit().value)) && bin_of(top, z.logit().value) >= found.between;
    });
    if (fits) target -= above[0];
    return fits;
  }

  /// Gathers the live tokens of which `wanted` is true, with their logits; every block gets all of them. False if they are
  /// too many.
  template <class Map, class Wanted>
  TAMIS_HD constexpr bool list(const Map& map, const Wanted& wanted) {
    auto& memory = crew_.memory();
    auto& team = crew_.team;
    if (dirty_) team.sync_all();
    else team.sync();
    if (team.thread() == 0) memory.gathered = 0;
    team.sync();
    const auto room = static_cast<std::uint32_t>(Memory::capacity / team.blocks());
    tokens_.each([&](const auto& at) {
      const auto z = at.with(map(at));
      if (!(z.logit().value > masked) || !wanted(z) || team.read(&memory.gathered) > room) return;
      const std::uint32_t place = team.add(&memory.gathered, 1);
      if (place < room) memory.ids[place] = z.token, memory.logits[place] = z.logit().value;
    });
    team.sync();
    const std::uint32_t mine = memory.gathered;
    if (team.blocks() == 1) {
      count_ = static_cast<int>(mine);
      return mine <= room;
    }
    for (int b = 0; b < team.blocks(); ++b) {
      for (auto i = static_cast<std::uint32_t>(team.thread()); i < std::min(mine, room); i += static_cast<std::uint32_t>(team.threads())) {
        const std::uint32_t place = static_cast<std::uint32_t>(team.block()) * room + i;
        *team.at(b, &memory.far_ids[place]) = memory.ids[i];
        *team.at(b, &memory.far_logits[place]) = memory.logits[i];
      }
      if (team.thread() == 0) *team.at(b, &memory.counts[team.block()]) = mine;
    }
    team.sync_all();
    dirty_ = true;  // until everybody is known to have read what has come
    bool fits = true;
    std::uint32_t before = 0;
    for (int b = 0; b < team.blocks(); ++b) fits = fits && memory.counts[b] <= room;
    for (int b = 0; fits && b < team.blocks(); ++b) {
      for (auto i = static_cast<std::uint32_t>(team.thread()); i < memory.counts[b]; i += static_cast<std::uint32_t>(team.threads())) {
        memory.ids[before + i] = memory.far_ids[static_cast<std::uint32_t>(b) * room + i];
        memory.logits[before + i] = memory.far_logits[static_cast<std::uint32_t>(b) * room + i];
      }
      before += memory.counts[b];
    }
    team.sync();
    count_ = static_cast<int>(before);
    return fits;
  }
  TAMIS_HD constexpr Few all_gathered() {
    return {crew_, crew_.memory().ids, crew_.memory().logits, count_, false, tokens_.stream(), tokens_.facts()};
  }

  /// The cut by bins of the key over the whole row.
  template <class Map, class Key, class Weight>
  TAMIS_HD constexpr Number descend(const Map& map, const Key& key, const Weight& weight, float top, Fixed target) {
    const std::uint32_t cut = crew_.template descend<Scope::cluster>(ordered(-greatest), ordered(top), target, [&](const auto& f) {
      tokens_.each([&](const auto& at) {
        const auto z = at.with(map(at));
        const Number k = key(z);
        if (k.value > masked) f(ordered(k.value), to_fixed(Number(weight(z)).value));
      });
    });
    return cut ? unordered(cut) : masked;
  }

  /// The warp among whose tokens a point of the distribution falls, after a fold of the weights; and what is left of the
  /// point there.
  TAMIS_HD constexpr int group_with(Fixed& left) const {
    const auto& team = crew_.team;
    for (int first = 0; first < crew_.groups(); first += team.lanes()) {
      const int g = first + team.lane();
      const Fixed here = g < crew_.groups() ? crew_.given(0, g) : 0;
      const Fixed up_to = team.lane_scan(here);
      const int hit = team.lane_first(up_to >= left);
      if (hit < team.lanes()) {
        left -= team.lane_get(up_to - here, hit);
        return first + hit;
      }
      left -= team.lane_get(up_to, team.lanes() - 1);
    }
    return -1;
  }

  /// Finds the token at a point of this warp's tokens, and gives it to all blocks.
  template <class Map>
  TAMIS_HD constexpr void hand_out(const Map& map, const Row& row, Fixed left) {
    constexpr int run = 8;  // tokens of a lane, side by side
    const auto& team = crew_.team;
    for (int base = tokens_.begin(); base < tokens_.end(); base += team.lanes() * run) {
      const int from = base + team.lane() * run, to = std::min(from + run, tokens_.end());
      const auto weigh = [&](int id, const auto& f) {
        tokens_.visit(id, [&](const auto& at) {
          const Number z = map(at);
          f(z, z.value > masked ? to_fixed(row.weight(z).value) : 0);
        });
      };
      Fixed mine = 0;
      for (int id = from; id < to; ++id) weigh(id, [&](Number, Fixed w) { mine += w; });
      const Fixed up_to = team.lane_scan(mine);
      const int hit = team.lane_first(up_to >= left);
      if (hit == team.lanes()) {
        left -= team.lane_get(up_to, team.lanes() - 1);
        continue;
      }
      if (team.lane() != hit) return;
      left -= up_to - mine;
      for (int id = from; id < to; ++id) {
        Choice choice;
        Fixed weight = 0;
        weigh(id, [&](Number z, Fixed w) { choice = {id, z.value, row.surprise(z).value}, weight = w; });
        if (weight < left) {
          left -= weight;
          continue;
        }
        for (int b = 0; b < team.blocks(); ++b) *team.at(b, &crew_.memory().choice) = choice;
        return;
      }
      return;
    }
  }

  Crew<Team, Memory> crew_;
  Tokens<Team, T> tokens_;
  float top_ = masked;
  std::uint32_t mine_ = 0;      ///< the greatest key of this thread's tokens
  std::uint64_t surveyed_ = 0;  ///< the map and key whose greatest is known
  std::uint64_t gathered_ = 0;  ///< those by which tokens were gathered
  Front front_;                 ///< which tokens
  int count_ = 0;               ///< how many
  bool fresh_ = false;          ///< whether the last fold was that of the greatest key
  bool dirty_ = false;          ///< whether another block may still read what was gathered
};

}  // namespace tamis::team
