#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "intern_table.hpp"

namespace tamis::guided {

/// A frame of a stack: where to go on when what was called is complete.
struct Frame {
  /// What `place` is the number of: a state, a repeat, members after one of them, or members after the separator.
  enum class Kind : std::uint32_t { state, repeat, member, separator };

  std::uint32_t place;
  Kind kind;
  std::uint32_t a = 0;  ///< of a repeat how many must still come; of members the set of those that have come
  std::uint32_t b = 0;  ///< of a repeat how many may still come; of members how many have come
  std::uint32_t below;  ///< the stacks under it, in Stacks

  bool has_same_top(const Frame& other) const {
    return place == other.place && kind == other.kind && a == other.a && b == other.b;
  }
  friend bool operator==(const Frame&, const Frame&) = default;
};

/// Sets of stacks, each kept once: equal sets have equal numbers.
///
/// A set lists the frames that its stacks have on top, each once, with the set of what is below it. So stacks that end
/// alike share what they share, and sets of exponentially many stacks stay small.
class Stacks {
 public:
  static constexpr std::uint32_t bottom = 0;   ///< the empty stack alone
  static constexpr std::uint32_t unknown = 1;  ///< whatever the caller has; for a look at one state by itself

  /// \param longest  how many bytes a token has at most: counts beyond look alike to a mask
  explicit Stacks(std::size_t longest) : bound_(static_cast<std::uint32_t>(longest) + 1) {
    intern(true, false, {});
    intern(false, true, {});
  }

  bool has_empty(std::uint32_t id) const { return sets_[id].has_empty; }
  bool has_unknown(std::uint32_t id) const { return sets_[id].has_unknown; }
  std::span<const Frame> frames(std::uint32_t id) const {
    return std::span(frames_).subspan(sets_[id].begin, sets_[id].size);
  }
  std::size_t size() const { return sets_.size(); }
  std::size_t bytes() const {
    return sets_.size() * sizeof(Set) + frames_.size() * sizeof(Frame) + table_.bytes() + unions_.size() * 40;
  }

  /// A set of one stack more than those below: the frame on top of each.
  std::uint32_t push(const Frame& frame) { return intern(false, false, {&frame, 1}); }

  std::uint32_t unite(std::uint32_t x, std::uint32_t y) {
    if (x == y) return x;
    if (x > y) std::swap(x, y);
    const std::uint64_t key = std::uint64_t{x} << 32 | y;
    if (const auto found = unions_.find(key); found != unions_.end()) return found->second;
    if (depth_ > deepest) too_deep_ = true;
    if (too_deep_) return x;
    ++depth_;
    const bool has_empty = sets_[x].has_empty || sets_[y].has_empty,
               has_unknown = sets_[x].has_unknown || sets_[y].has_unknown;
    std::vector<Frame> all;
    all.reserve(sets_[x].size + sets_[y].size);
    std::size_t i = 0, j = 0;
    while (i < sets_[x].size || j < sets_[y].size) {  // by index: uniting adds frames
      if (j == sets_[y].size) {
        all.push_back(frame(x, i++));
      } else if (i == sets_[x].size) {
        all.push_back(frame(y, j++));
      } else {
        Frame a = frame(x, i);
        const Frame b = frame(y, j);
        if (a.has_same_top(b)) {
          a.below = unite(a.below, b.below);
          all.push_back(a);
          ++i, ++j;
        } else if (is_before(a, b)) {
          all.push_back(a);
          ++i;
        } else {
          all.push_back(b);
          ++j;
        }
      }
    }
    --depth_;
    const std::uint32_t made = intern(has_empty, has_unknown, all);
    if (!too_deep_) unions_.emplace(key, made);
    return made;
  }

  /// The set that masks alike: counts that no token can use up are cut down.
  std::uint32_t clamped(std::uint32_t id) {
    if (clamped_.size() < sets_.size()) clamped_.resize(sets_.size(), InternTable::absent);
    if (clamped_[id] != InternTable::absent) return clamped_[id];
    if (depth_ > deepest) too_deep_ = true;
    if (too_deep_) return id;
    ++depth_;
    std::uint32_t made = id;
    bool is_same = true;
    const std::size_t count = sets_[id].size;
    for (std::size_t i = 0; i < count && is_same; ++i) is_same = clamped(frame(id, i)) == frame(id, i);
    if (!is_same) {
      made = InternTable::absent;
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t one = push(clamped(frame(id, i)));
        made = made == InternTable::absent ? one : unite(made, one);
      }
      if (has_empty(id)) made = unite(made, bottom);
      if (has_unknown(id)) made = unite(made, unknown);
    }
    --depth_;
    if (clamped_.size() < sets_.size()) clamped_.resize(sets_.size(), InternTable::absent);
    if (!too_deep_) clamped_[id] = made;
    return made;
  }

  /// The same set as `id` of another. `known` are those that were imported before; imported(frame) is a
  /// frame in this one's numbers, but for what lies below it.
  template <class F>
  std::uint32_t import(const Stacks& other, std::uint32_t id, std::unordered_map<std::uint32_t, std::uint32_t>& known,
                       const F& imported) {
    if (const auto found = known.find(id); found != known.end()) return found->second;
    // The sets below before those above, without recursion.
    std::vector<std::uint32_t> work{id};
    while (!work.empty()) {
      const std::uint32_t at = work.back();
      bool is_ready = true;
      for (const Frame& f : other.frames(at)) {
        if (known.count(f.below) == 0) {
          work.push_back(f.below);
          is_ready = false;
        }
      }
      if (!is_ready) continue;
      work.pop_back();
      std::uint32_t made = InternTable::absent;
      for (const Frame& f : other.frames(at)) {
        Frame own = imported(f);
        own.below = known.at(f.below);
        const std::uint32_t one = push(own);
        made = made == InternTable::absent ? one : unite(made, one);
      }
      if (other.has_empty(at)) made = unite(made, bottom);
      if (other.has_unknown(at)) made = unite(made, unknown);
      known[at] = made;
    }
    return known.at(id);
  }

  /// A count as a mask sees it.
  std::uint32_t clamped_count(std::uint32_t count) const { return std::min(count, bound_); }

  /// Whether a set went deeper than can be followed since this was asked last: then what was returned is not to be
  /// trusted.
  bool is_too_deep() const { return too_deep_; }
  bool take_too_deep() { return std::exchange(too_deep_, false); }

 private:
  static constexpr int deepest = 4000;

  struct Set {
    std::uint32_t begin, size;
    bool has_empty, has_unknown;
  };

  Frame frame(std::uint32_t id, std::size_t i) const { return frames_[sets_[id].begin + i]; }

  Frame clamped(Frame f) {
    if (f.kind == Frame::Kind::repeat) {
      f.a = clamped_count(f.a);
      f.b = clamped_count(f.b);
    }
    f.below = clamped(f.below);
    return f;
  }

  static bool is_before(const Frame& x, const Frame& y) {
    if (x.place != y.place) return x.place < y.place;
    if (x.kind != y.kind) return x.kind < y.kind;
    if (x.a != y.a) return x.a < y.a;
    return x.b < y.b;
  }

  std::uint32_t intern(bool has_empty, bool has_unknown, std::span<const Frame> frames) {
    std::uint64_t hash = detail::mixed(has_empty ? 1 : 2, has_unknown ? 3 : 4);
    for (const Frame& f : frames) {
      hash = detail::mixed(hash, std::uint64_t{f.place} << 32 | f.below);
      hash = detail::mixed(hash,
                           (std::uint64_t{f.a} << 32 | f.b) ^ std::uint64_t{static_cast<std::uint32_t>(f.kind)} << 62);
    }
    const std::uint32_t known = table_.find(hash, [&](std::uint32_t id) {
      const Set& s = sets_[id];
      return s.has_empty == has_empty && s.has_unknown == has_unknown && s.size == frames.size() &&
             std::equal(frames.begin(), frames.end(), frames_.begin() + static_cast<std::ptrdiff_t>(s.begin));
    });
    if (known != detail::InternTable::absent) return known;
    const std::uint32_t id = add(has_empty, has_unknown, frames);
    table_.add(hash, id);
    return id;
  }

  std::uint32_t add(bool has_empty, bool has_unknown, std::span<const Frame> frames) {
    const auto begin = static_cast<std::uint32_t>(frames_.size());
    const auto id = static_cast<std::uint32_t>(sets_.size());
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    sets_.push_back({begin, static_cast<std::uint32_t>(frames.size()), has_empty, has_unknown});
    return id;
  }

  using InternTable = detail::InternTable;

  std::uint32_t bound_;
  int depth_ = 0;
  bool too_deep_ = false;
  std::vector<Set> sets_;
  std::vector<Frame> frames_;
  InternTable table_;
  std::unordered_map<std::uint64_t, std::uint32_t> unions_;
  std::vector<std::uint32_t> clamped_;
};

}  // namespace tamis::guided
