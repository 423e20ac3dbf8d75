#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "intern_table.hpp"

namespace tamis::guided {

/// Sets of members of a list, each kept once: equal sets have equal numbers. 0 is the empty one.
class MemberSets {
 public:
  MemberSets() { sets_.push_back({}); }

  bool has(std::uint32_t set, std::size_t i) const {
    return i / 64 < sets_[set].size() && (sets_[set][i / 64] >> (i % 64) & 1u);
  }

  /// The set with one member more.
  std::uint32_t with(std::uint32_t set, std::size_t i) {
    if (has(set, i)) return set;
    std::vector<std::uint64_t> words = sets_[set];
    if (words.size() <= i / 64) words.resize(i / 64 + 1);
    words[i / 64] |= std::uint64_t{1} << (i % 64);
    return intern(std::move(words));
  }

  /// The number here of a set of another.
  std::uint32_t import(const MemberSets& other, std::uint32_t set) { return intern(other.sets_[set]); }

  std::size_t bytes() const { return sets_.size() * 64 + table_.bytes(); }

 private:
  std::uint32_t intern(std::vector<std::uint64_t> words) {
    if (words.empty()) return 0;
    std::uint64_t hash = words.size();
    for (const std::uint64_t word : words) hash = detail::mixed(hash, word);
    const std::uint32_t known = table_.find(hash, [&](std::uint32_t id) { return sets_[id] == words; });
    if (known != detail::InternTable::absent) return known;
    const auto id = static_cast<std::uint32_t>(sets_.size());
    sets_.push_back(std::move(words));
    table_.add(hash, id);
    return id;
  }

  std::vector<std::vector<std::uint64_t>> sets_;
  detail::InternTable table_;
};

}  // namespace tamis::guided
