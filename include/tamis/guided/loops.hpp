#pragma once

/// \file loops.hpp
/// Characters that a state takes again and again.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "byte_set.hpp"
#include "character_class.hpp"
#include "code_points.hpp"
#include "pushdown.hpp"

namespace tamis::guided {

/// Of each state the characters after any number of which it can still go on: those of a string, of
/// a name. Found when they are first asked for.
///
/// Such characters lead from the state back to it, or to others from which they lead to each other:
/// the keys that an object has no name for are read by as many states as these names have letters,
/// and all take letters for ever.
class Loops {
 public:
  struct Loop {
    const CharacterClass* characters = nullptr;  ///< none
    const ByteSet* exits =
        nullptr;  ///< what else may come after any of them, if that is known: else it is anything
    bool is_counted = false;  ///< each takes one from the repeat on top of the stack, whose body
                              ///< begins at the state
  };

  /// Classes of fewer characters are none: walking what is made of them is cheap.
  static constexpr int least_width = 16;

  explicit Loops(const Pushdown& automaton)
      : a_(automaton), of_state_(automaton.states.size()), stamp_(automaton.states.size(), 0) {
    for (const Pushdown::Repeat& repeat : a_.repeats)
      of_state_[a_.rules[repeat.body].start].begins_body = true;
  }

  Loop of(std::uint32_t state) {
    Known& known = of_state_[state];
    if (!known.is_found) {
      known.is_found = true;
      if (width(ascii_of(state)) >= least_width && !(known.begins_body && find_counted(state)))
        find(state);
    }
    return known.loop;
  }

  /// What may come after the last of a counted repeat, where its body is one character of its
  /// start's loop; nothing, if such characters themselves may follow, or if it is not known.
  const ByteSet* exits_after(std::uint32_t repeat) {
    AfterRepeat& after = after_.try_emplace(repeat).first->second;
    if (std::exchange(after.is_found, true)) return after.is_known ? &after.exits : nullptr;
    const Pushdown::Repeat& r = a_.repeats[repeat];
    const Loop loop = of(a_.rules[r.body].start);
    if (!loop.is_counted || !loop.exits) return nullptr;
    Front front{r.target};
    close(front);
    if (!add_live(front, after.exits)) return nullptr;
    const CharacterClass& characters = *loop.characters;
    for (unsigned byte = 0; byte < 256; ++byte)
      if (after.exits.contains(byte) && (byte >= 0x80 || characters.contains(byte))) return nullptr;
    after.exits |= *loop.exits;
    after.is_known = true;
    return &after.exits;
  }

  std::size_t bytes() const {
    return of_state_.size() * (sizeof(Known) + 4) + (classes_.size() + exits_.size()) * 64;
  }

 private:
  using Ascii = std::array<std::uint64_t, 2>;
  using Front = std::vector<std::uint32_t>;

  struct Known {
    Loop loop = {};
    bool is_found = false, begins_body = false;
  };

  struct AfterRepeat {
    ByteSet exits = {};
    bool is_found = false, is_known = false;
  };

  static int width(const Ascii& set) {
    return __builtin_popcountll(set[0]) + __builtin_popcountll(set[1]);
  }
  static Ascii common(const Ascii& x, const Ascii& y) { return {x[0] & y[0], x[1] & y[1]}; }
  Ascii ascii_of(std::uint32_t state) const {
    return {a_.states[state].live.word(0), a_.states[state].live.word(1)};
  }
  static Ascii range(unsigned first, unsigned last) {
    const auto below = [](unsigned n) {
      return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    };
    const unsigned end = std::min(last, 127u) + 1;
    return {below(end) & ~below(first),
            (end > 64 ? below(end - 64) : 0) & ~(first > 64 ? below(first - 64) : 0)};
  }

  const CharacterClass* keep(const CharacterClass& made) {
    for (const CharacterClass& known : classes_)
      if (known == made) return &known;
    classes_.push_back(made);
    return &classes_.back();
  }

  /// Adds what is reached without a byte.
  void close(Front& front) {
    ++time_;
    std::size_t kept = 0;
    for (const std::uint32_t state : front)
      if (std::exchange(stamp_[state], time_) != time_) front[kept++] = state;
    front.resize(kept);
    for (std::size_t i = 0; i < front.size(); ++i)
      for (const std::uint32_t to : a_.empties_of(a_.states[front[i]]))
        if (std::exchange(stamp_[to], time_) != time_) front.push_back(to);
  }

  /// Adds the bytes with which the states go on, in the rule or after it. False, if they call
  /// others.
  bool add_live(const Front& front, ByteSet& live) const {
    for (const std::uint32_t at : front) {
      const Pushdown::State& state = a_.states[at];
      if (state.calls_begin != state.calls_end) return false;
      live |= state.live;
      if (state.accepts) live |= a_.rules[state.rule].follow;
    }
    return true;
  }

  const ByteSet* keep_exits(ByteSet exits, const CharacterClass& characters) {
    ByteSet kept;
    for (unsigned byte = 0; byte < 256; ++byte)
      if (exits.contains(byte) && !characters.contains(byte)) kept.add(byte);
    exits_.push_back(kept);
    return &exits_.back();
  }

  /// A body of a repeat that is one character.
  bool find_counted(std::uint32_t state) {
    const auto is_end = [&](const Front& front) {
      return std::any_of(front.begin(), front.end(),
                         [&](std::uint32_t to) { return a_.states[to].accepts; });
    };
    const auto is_only_end = [&](const Front& front) {
      return std::all_of(front.begin(), front.end(),
                         [&](std::uint32_t to) { return a_.states[to].is_only_end; });
    };
    CharacterClass made;
    bool is_exact = true;
    for (const auto& edge : a_.bytes_of(a_.states[state])) {
      Front front{edge.target};
      close(front);
      if (edge.first >= 0x80 || !is_end(front)) continue;
      is_exact = is_exact && is_only_end(front);
      const Ascii taken = range(edge.first, edge.last);
      made.ascii = {made.ascii[0] | taken[0], made.ascii[1] | taken[1]};
    }
    if (width(made.ascii) < least_width) return false;
    known_fronts_.clear();
    known_edges_.clear();
    made.all_others = takes_all_others(state, is_end);
    if (made.all_others) {
      known_fronts_.clear();
      known_edges_.clear();
      is_exact = is_exact && takes_all_others(state, is_only_end);
    }
    // Where a character is taken in two ways, one of them may go on otherwise.
    for (const auto& edge : a_.bytes_of(a_.states[state])) {
      if (edge.first >= 0x80 || width(common(range(edge.first, edge.last), made.ascii)) == 0)
        continue;
      Front front{edge.target};
      close(front);
      is_exact = is_exact && is_only_end(front);
    }
    const ByteSet* exits = is_exact ? keep_exits(a_.states[state].live, made) : nullptr;
    of_state_[state].loop = {keep(made), exits, true};
    return true;
  }

  /// States that characters of a class lead from one to the other.
  void find(std::uint32_t seed) {
    constexpr std::size_t most = 4096;
    CharacterClass made{ascii_of(seed), false};
    std::vector<std::uint32_t> members{seed};
    std::vector<char>& is_in = is_member_;
    is_in.resize(a_.states.size());
    is_in[seed] = 1;
    for (std::size_t i = 0; i < members.size() && members.size() <= most; ++i)
      narrow(members, members[i], made.ascii);
    if (members.size() <= most && width(made.ascii) >= least_width) {
      made.all_others = std::all_of(members.begin(), members.end(), [&](std::uint32_t state) {
        return a_.states[state].live.contains(0xc3) && a_.states[state].live.contains(0xe3);
      });
      if (made.all_others) {
        known_fronts_.clear();
        known_edges_.clear();
        const auto is_back = [&](const Front& front) {
          return std::any_of(front.begin(), front.end(),
                             [&](std::uint32_t to) { return is_in[to] != 0; });
        };
        made.all_others = std::all_of(members.begin(), members.end(), [&](std::uint32_t state) {
          return takes_all_others(state, is_back);
        });
      }
      const CharacterClass* kept = keep(made);
      const ByteSet* exits = find_exits(seed, made);
      of_state_[seed].loop = {kept, exits, false};
      for (const std::uint32_t state : members) {
        Known& known = of_state_[state];
        if (known.is_found || known.begins_body || width(ascii_of(state)) > width(made.ascii) + 8)
          continue;
        known.is_found = true;
        known.loop = {kept, exits, false};
      }
    }
    for (const std::uint32_t state : members) is_in[state] = 0;
  }

  /// The bytes that may come after any number of the characters; null, if other rules may be
  /// entered then.
  const ByteSet* find_exits(std::uint32_t seed, const CharacterClass& characters) {
    constexpr std::size_t most = 8192;
    Front reached{seed};
    close(reached);
    std::vector<char> is_in(a_.states.size());
    for (const std::uint32_t state : reached) is_in[state] = 1;
    ByteSet exits;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (reached.size() > most || !add_live({reached[i]}, exits)) return nullptr;
      for (const auto& edge : a_.bytes_of(a_.states[reached[i]])) {
        const bool goes_on =
            edge.last >= 0x80 || width(common(range(edge.first, edge.last), characters.ascii)) > 0;
        if (!goes_on || is_in[edge.target] != 0) continue;
        Front front{edge.target};
        close(front);
        for (const std::uint32_t to : front)
          if (std::exchange(is_in[to], 1) == 0) reached.push_back(to);
      }
    }
    return keep_exits(exits, characters);
  }

  /// Finds where a member's characters lead. Those that lead to where few of the class are taken
  /// leave the class, and so do those that are not taken there.
  void narrow(std::vector<std::uint32_t>& members, std::uint32_t state, Ascii& characters) {
    Ascii taken = {};
    for (const auto& edge : a_.bytes_of(a_.states[state])) {
      if (edge.first >= 0x80) continue;
      const Ascii by_edge = common(range(edge.first, edge.last), characters);
      if (width(by_edge) == 0) continue;
      Front front{edge.target};
      close(front);
      const std::uint32_t* best = nullptr;
      int best_width = 0;
      for (const std::uint32_t& to : front) {
        const int here = 2 * width(common(ascii_of(to), characters)) + (is_member_[to] != 0);
        if (here > best_width) best_width = here, best = &to;
      }
      if (best == nullptr || best_width < width(characters)) continue;
      characters = common(characters, ascii_of(*best));
      taken = {taken[0] | by_edge[0], taken[1] | by_edge[1]};
      if (is_member_[*best] != 0) continue;
      is_member_[*best] = 1;
      members.push_back(*best);
    }
    characters = common(characters, taken);
  }

  /// Whether each character beyond ASCII leads back.
  template <class IsBack>
  bool takes_all_others(std::uint32_t state, const IsBack& is_back) {
    static const std::vector<UnitRanges> others = utf8_of(CodePoints{{0x80, CodePoints::greatest}});
    std::vector<std::uint32_t>
        edges;  // of the bytes beyond ASCII: states with the same ones need one look
    for (const auto& edge : a_.bytes_of(a_.states[state]))
      if (edge.last >= 0x80) edges.insert(edges.end(), {edge.first, edge.last, edge.target});
    const auto [known, is_new] = known_edges_.try_emplace(std::move(edges), false);
    if (is_new) {
      known->second = std::all_of(others.begin(), others.end(), [&](const UnitRanges& path) {
        return follows({state}, path.units.data(), path.units.size(), is_back);
      });
    }
    return known->second;
  }

  /// Whether all that may follow within characters leads back.
  template <class IsBack>
  bool follows(const Front& front, const UnitRanges::Unit* units, std::size_t count,
               const IsBack& is_back) {
    if (count == 0) return is_back(front);
    // All last bytes are of one range: what is left after the second is said by how many there are.
    const auto key = std::pair{std::uint64_t{count} << 32 | units->first << 8 | units->last, front};
    if (const auto known = known_fronts_.find(key); known != known_fronts_.end())
      return known->second;
    bool all = true;
    Front before;
    for (unsigned byte = units->first; all && byte <= units->last;) {
      unsigned last = byte;
      while (last < units->last && a_.class_of[last + 1] == a_.class_of[byte]) ++last;
      Front to = step(front, byte);
      if (to.empty()) {
        for (unsigned b = byte; b <= last; ++b)
          all = all && !a_.available.contains(b);  // then no token has it
      } else if (to != before) {
        all = follows(to, units + 1, count - 1, is_back);
        before = std::move(to);
      }
      byte = last + 1;
    }
    known_fronts_.emplace(key, all);
    return all;
  }

  Front step(const Front& from, unsigned byte) {
    Front to;
    for (const std::uint32_t state : from)
      for (const auto& edge : a_.bytes_of(a_.states[state]))
        if (byte >= edge.first && byte <= edge.last) to.push_back(edge.target);
    close(to);
    return to;
  }

  const Pushdown& a_;
  std::vector<Known> of_state_;
  std::deque<CharacterClass> classes_;  // where they are they stay
  std::deque<ByteSet> exits_;
  std::map<std::uint32_t, AfterRepeat> after_;  ///< of a repeat
  std::vector<std::uint32_t> stamp_;
  std::uint32_t time_ = 0;
  std::vector<char> is_member_;
  std::map<std::vector<std::uint32_t>, bool> known_edges_;
  std::map<std::pair<std::uint64_t, Front>, bool> known_fronts_;
};

}  // namespace tamis::guided
