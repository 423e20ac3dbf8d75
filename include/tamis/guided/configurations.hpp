#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "byte_set.hpp"
#include "intern_table.hpp"
#include "loops.hpp"
#include "member_sets.hpp"
#include "pushdown.hpp"
#include "stacks.hpp"

namespace tamis::guided {

/// Where a pushdown automaton may stand after a text: each place kept once, so that equal places
/// have equal numbers.
///
/// A configuration lists the states that can read a byte, each with the set of its stacks. What a
/// byte makes of it is found when it is first asked for, and kept. Not for several threads at once.
class Configurations {
 public:
  static constexpr std::uint32_t dead = 0;

  struct Item {
    std::uint32_t state, stacks;
    friend bool operator==(const Item&, const Item&) = default;
  };

  /// The widest loop that a configuration is in.
  struct Loop {
    const CharacterClass* characters = nullptr;  ///< none
    std::uint32_t left = 0;                      ///< how many it still takes
    const ByteSet* exits = nullptr;  ///< what may come after any of them; none of them after the last
    friend bool operator==(const Loop&, const Loop&) = default;
  };

  /// \param longest  how many bytes a token has at most
  Configurations(const Pushdown& automaton, std::size_t longest)
      : a_(automaton),
        stacks_(longest),
        loops_(automaton),
        slot_(automaton.states.size()),
        stamp_(automaton.states.size(), 0) {
    for (std::uint32_t list = 0; list < a_.members.size(); ++list) {
      first_member_.push_back(static_cast<std::uint32_t>(member_.size()));
      for (std::uint32_t i = 0; i < a_.members[list].members.size(); ++i) member_.push_back({list, i});
    }
    begin();
    finish();
  }
  Configurations(const Configurations&) = delete;
  Configurations& operator=(const Configurations&) = delete;

  /// Lets the work until the next call cost at most so many steps.
  void set_fuel(std::uint64_t steps) { fuel_ = steps; }
  /// Whether the fuel ran out, or a stack became too deep, since this was asked last; then what was
  /// returned is not to be trusted.
  bool take_failure() {
    const bool deep = stacks_.take_too_deep();
    return std::exchange(failed_, false) || deep;
  }
  /// The same, to be asked again.
  bool is_broken() const { return failed_ || stacks_.is_too_deep(); }

  std::uint32_t start() {
    begin();
    accepts_ = a_.accepts_empty;
    add(a_.rules[a_.start_rule].start, Stacks::bottom);
    close();
    return finish();
  }

  /// One item alone.
  std::uint32_t of_item(std::uint32_t state, std::uint32_t stacks) {
    begin();
    found_.push_back({state, stacks});
    return finish();
  }

  /// After one byte more; `dead` if there is no such text.
  std::uint32_t next(std::uint32_t id, std::uint8_t byte) {
    const std::uint32_t table = configs_[id].table;
    if (table != absent) {
      const std::uint32_t to = tables_[std::size_t{table} * a_.classes + a_.class_of[byte]];
      if (to != absent) return to;
    }
    return found_next(id, byte);
  }

  /// Whether a byte begins, in one way to read the text, what a distinct rule takes.
  bool begins_distinct(std::uint32_t id, std::uint8_t byte) const {
    const auto list = items(id);
    return a_.has_distinct && std::any_of(list.begin(), list.end(), [&](const Item& item) {
             const Pushdown::State& state = a_.states[item.state];
             return a_.rules[state.rule].is_distinct && a_.rules[state.rule].start == item.state && state.live.contains(byte);
           });
  }

  /// Whether the whole text may end here.
  bool accepts(std::uint32_t id) const { return configs_[id].accepts; }
  /// Goes on where the caller of unknown stacks says.
  bool escapes(std::uint32_t id) const { return configs_[id].escapes; }
  Loop loop(std::uint32_t id) {
    Config& config = configs_[id];
    if (!std::exchange(config.has_loop, true)) config.loop = widest_loop(config);
    return config.loop;
  }
  std::span<const Item> items(std::uint32_t id) const { return items(configs_[id]); }
  Stacks& stacks() { return stacks_; }
  const Pushdown& automaton() const { return a_; }

  /// The bytes that it goes on with.
  const ByteSet& live(std::uint32_t id) const { return configs_[id].live; }

  /// The configuration that masks alike: see Stacks::clamped.
  std::uint32_t clamped(std::uint32_t id) {
    if (configs_[id].clamped != absent) return configs_[id].clamped;
    begin();
    accepts_ = configs_[id].accepts;
    escapes_ = configs_[id].escapes;
    for (std::size_t i = 0; i < configs_[id].size; ++i) {
      const Item item = items_[configs_[id].begin + i];
      found_.push_back({item.state, stacks_.clamped(item.stacks)});
    }
    if (is_broken()) return id;
    const std::uint32_t made = finish();
    return configs_[id].clamped = made;
  }

  /// The same place as `id` of another, of the same automaton.
  std::uint32_t import(const Configurations& other, std::uint32_t id) {
    std::unordered_map<std::uint32_t, std::uint32_t> known{{Stacks::bottom, Stacks::bottom},
                                                           {Stacks::unknown, Stacks::unknown}};
    const auto imported = [&](Frame frame) {
      if (frame.kind == Frame::Kind::member || frame.kind == Frame::Kind::separator)
        frame.a = sets_.import(other.sets_, frame.a);
      return frame;
    };
    std::vector<Item> made;
    for (const Item& item : other.items(id))
      made.push_back({item.state, stacks_.import(other.stacks_, item.stacks, known, imported)});
    begin();
    accepts_ = other.accepts(id);
    escapes_ = other.escapes(id);
    found_ = std::move(made);
    return finish();
  }

  std::size_t bytes() const {
    return stacks_.bytes() + loops_.bytes() + configs_.size() * sizeof(Config) +
           items_.size() * sizeof(Item) + tables_.size() * 4 + table_.bytes() + sets_.bytes();
  }

 private:
  static constexpr std::uint32_t absent = detail::InternTable::absent;

  struct Config {
    std::uint32_t begin, size;
    std::uint32_t table = absent, clamped = absent;
    Loop loop;
    bool has_loop, accepts, escapes;
    ByteSet live;
  };

  std::span<const Item> items(const Config& config) const {
    return std::span(items_).subspan(config.begin, config.size);
  }

  void begin() {
    found_.clear();
    work_.clear();
    accepts_ = escapes_ = false;
    ++time_;
  }

  void add(std::uint32_t state, std::uint32_t stacks) { work_.push_back({state, stacks}); }

  /// Follows what takes no byte.
  void close() {
    while (!work_.empty()) {
      const Item item = work_.back();
      work_.pop_back();
      if (fuel_ == 0) {
        failed_ = true;
        return work_.clear();
      }
      --fuel_;
      if (stamp_[item.state] != time_) {
        stamp_[item.state] = time_;
        slot_[item.state] = static_cast<std::uint32_t>(found_.size());
        found_.push_back(item);
      } else {
        std::uint32_t& stacks = found_[slot_[item.state]].stacks;
        const std::uint32_t both = stacks_.unite(stacks, item.stacks);
        if (both == stacks) continue;
        stacks = both;
      }
      const Pushdown::State& state = a_.states[item.state];
      if (state.accepts) leave(item.stacks);
      for (const std::uint32_t to : a_.empties_of(state)) add(to, item.stacks);
      for (const Pushdown::Call& call : a_.calls_of(state)) enter(call, item.stacks);
    }
  }

  void enter_rule(std::uint32_t rule, const Frame& frame) {
    add(a_.rules[rule].start, stacks_.push(frame));
  }

  void enter(const Pushdown::Call& call, std::uint32_t stacks) {
    switch (call.kind) {
      case Pushdown::CallKind::rule:
        if (a_.states[call.target].is_only_end)
          add(a_.rules[call.index].start, stacks);
        else
          enter_rule(call.index, {call.target, Frame::Kind::state, 0, 0, stacks});
        return;
      case Pushdown::CallKind::repeat: {
        const Pushdown::Repeat& r = a_.repeats[call.index];
        return enter_rule(r.body, {call.index, Frame::Kind::repeat, r.least, r.most, stacks});
      }
      case Pushdown::CallKind::members:
        return begin_member(call.index, 0, 0, stacks);
    }
  }

  /// Goes on below the frames of complete rules.
  void leave(std::uint32_t stacks) {
    accepts_ |= stacks_.has_empty(stacks);
    escapes_ |= stacks_.has_unknown(stacks);
    const std::size_t count = stacks_.frames(stacks).size();
    for (std::size_t i = 0; i < count; ++i) {
      const Frame f = stacks_.frames(stacks)[i];  // a copy: pushing moves them
      switch (f.kind) {
        case Frame::Kind::state:
          add(f.place, f.below);
          break;
        case Frame::Kind::repeat: {
          const Pushdown::Repeat& r = a_.repeats[f.place];
          const std::uint32_t least = f.a > 0 ? f.a - 1 : 0, most = f.b - 1;
          if (least == 0) add(r.target, f.below);
          if (most > 0) enter_rule(r.body, {f.place, Frame::Kind::repeat, least, most, f.below});
          break;
        }
        case Frame::Kind::member:
          end_member(f);
          break;
        case Frame::Kind::separator:
          begin_member(f.place, f.a, f.b, f.below);
          break;
      }
    }
  }

  /// Whether a member may come after those of the set, `count` of them.
  struct Room {
    std::uint32_t missing = 0;  ///< required ones that have not come
    bool for_more = true;       ///< for one that is not required
  };
  Room room(const Pushdown::Members& list, std::uint32_t set, std::uint32_t count) const {
    Room room;
    for (std::size_t i = 0; i < list.members.size(); ++i)
      room.missing += list.members[i].is_required && !sets_.has(set, i);
    room.for_more = list.most == ~std::uint32_t{0} || std::uint64_t{count} + room.missing < list.most;
    return room;
  }
  bool may_come(const Pushdown::Members& list, std::uint32_t set, const Room& room, std::size_t i) const {
    const auto& m = list.members[i];
    if (!m.repeats && sets_.has(set, i)) return false;
    return room.for_more || (m.is_required && !sets_.has(set, i));
  }

  void begin_member(std::uint32_t at, std::uint32_t set, std::uint32_t count,
                    std::uint32_t stacks) {
    const Pushdown::Members& list = a_.members[at];
    const Room left = room(list, set, count);
    for (std::uint32_t i = 0; i < list.members.size(); ++i)
      if (may_come(list, set, left, i))
        enter_rule(list.members[i].rule,
                   {first_member_[at] + i, Frame::Kind::member, set, count, stacks});
  }

  void end_member(const Frame& f) {
    const auto [at, i] = member_[f.place];
    const Pushdown::Members& list = a_.members[at];
    const auto& m = list.members[i];
    const std::uint32_t set = m.repeats && !m.is_required ? f.a : sets_.with(f.a, i);
    std::uint32_t required = 0;
    for (const auto& other : list.members) required += other.is_required;
    const bool is_bounded = list.most != ~std::uint32_t{0}, counts = is_bounded || list.least > required;
    const std::uint32_t count = is_bounded ? f.b + 1 : counts ? std::min(f.b + 1, list.least) : 0;  // no further than it matters
    const Room left = room(list, set, count);
    if (left.missing == 0 && (!counts || count >= list.least)) add(list.target, f.below);
    for (std::size_t other = 0; other < list.members.size(); ++other)
      if (may_come(list, set, left, other))
        return enter_rule(list.separator, {at, Frame::Kind::separator, set, count, f.below});
  }

  std::uint32_t step(std::uint32_t id, std::uint8_t byte) {
    begin();
    for (std::size_t i = 0; i < configs_[id].size; ++i) {
      const Item item = items_[configs_[id].begin + i];
      const Pushdown::State& state = a_.states[item.state];
      if (!state.live.contains(byte)) continue;
      for (const auto& edge : a_.bytes_of(state))
        if (byte >= edge.first && byte <= edge.last) add(edge.target, item.stacks);
    }
    close();
    return is_broken() ? dead : finish();
  }

  /// Files what was found.
  std::uint32_t finish() {
    std::erase_if(found_, [&](const Item& item) { return a_.states[item.state].live.is_empty(); });
    std::sort(found_.begin(), found_.end(), [](const Item& x, const Item& y) { return x.state < y.state; });
    std::uint64_t hash = accepts_ * 2u + escapes_;
    for (const Item& item : found_)
      hash = detail::mixed(hash, std::uint64_t{item.state} << 32 | item.stacks);
    const std::uint32_t known = table_.find(hash, [&](std::uint32_t id) {
      const Config& c = configs_[id];
      return c.accepts == accepts_ && c.escapes == escapes_ && c.size == found_.size() &&
             std::equal(found_.begin(), found_.end(),
                        items_.begin() + static_cast<std::ptrdiff_t>(c.begin));
    });
    if (known != absent) return known;
    ByteSet live;
    for (const Item& item : found_) live |= a_.states[item.state].live;
    const auto id = static_cast<std::uint32_t>(configs_.size());
    configs_.push_back({static_cast<std::uint32_t>(items_.size()),
                        static_cast<std::uint32_t>(found_.size()), absent, absent, Loop{}, false,
                        accepts_, escapes_, live});
    items_.insert(items_.end(), found_.begin(), found_.end());
    table_.add(hash, id);
    return id;
  }

  Loop widest_loop(const Config& config) {
    Loop best;
    for (const Item& item : items(config)) {
      const Loops::Loop loop = loops_.of(item.state);
      if (!loop.characters) continue;
      Loop here{loop.characters, ~std::uint32_t{0}, loop.is_counted ? nullptr : loop.exits};
      if (loop.is_counted) {
        here.left = 0;
        const auto frames = stacks_.frames(item.stacks);
        for (const Frame& f : frames)
          if (f.kind == Frame::Kind::repeat &&
              a_.rules[a_.repeats[f.place].body].start == item.state)
            here.left = std::max(here.left, f.b);
        const bool is_alone = frames.size() == 1 && !stacks_.has_empty(item.stacks) &&
                              !stacks_.has_unknown(item.stacks);
        if (is_alone && here.left > 0) here.exits = loops_.exits_after(frames.front().place);
      }
      if (here.left > 0 &&
          (!best.characters || loop.characters->width() > best.characters->width()))
        best = here;
    }
    if (config.size > 1) best.exits = nullptr;
    return best;
  }

  /// Finds what was not asked for before.
  [[gnu::noinline]] std::uint32_t found_next(std::uint32_t id, std::uint8_t byte) {
    if (!configs_[id].live.contains(byte)) return dead;
    if (configs_[id].table == absent) {
      configs_[id].table = static_cast<std::uint32_t>(tables_.size() / a_.classes);
      tables_.resize(tables_.size() + a_.classes, absent);
    }
    const std::uint32_t to = step(id, byte);
    if (is_broken()) return dead;
    return tables_[std::size_t{configs_[id].table} * a_.classes + a_.class_of[byte]] = to;
  }

  const Pushdown& a_;
  Stacks stacks_;
  Loops loops_;
  std::vector<std::uint32_t> first_member_;  ///< of each list: the number of its first member
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      member_;       ///< of each number: the list, and the place in it
  MemberSets sets_;  ///< of members that have come
  std::vector<Config> configs_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> tables_;
  detail::InternTable table_;

  // While a configuration is being made.
  std::vector<Item> found_, work_;
  std::vector<std::uint32_t> slot_;
  std::vector<std::uint32_t> stamp_;
  std::uint32_t time_ = 0;
  bool accepts_ = false, escapes_ = false, failed_ = false;
  std::uint64_t fuel_ = ~std::uint64_t{0};
};

}  // namespace tamis::guided
