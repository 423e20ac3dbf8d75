#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tamis::guided::detail {

/// A set of numbers that stand for values kept elsewhere: hash and equality are the caller's.
class InternTable {
 public:
  static constexpr std::uint32_t absent = ~std::uint32_t{0};

  template <class IsSame>
  std::uint32_t find(std::uint64_t hash, const IsSame& is_same) const {
    if (slots_.empty()) return absent;
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.id == absent) return absent;
      if (slot.hash == hash && is_same(slot.id)) return slot.id;
    }
  }

  /// Adds what is not in it.
  void add(std::uint64_t hash, std::uint32_t id) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    place({hash, id});
    ++size_;
  }

  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t id = absent;
  };

  void place(const Slot& slot) {
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].id != absent) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }

  void grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_.assign(old.empty() ? 64 : old.size() * 2, {});
    for (const Slot& slot : old)
      if (slot.id != absent) place(slot);
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

/// Mixes a number into a hash.
constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash ^= value;
  hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

}  // namespace tamis::guided::detail
