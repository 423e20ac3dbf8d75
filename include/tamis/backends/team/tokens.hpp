#pragma once

/// \file tokens.hpp
/// The tokens of a row, divided among the warps of a team: each has a run of ids.

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"
#include "../../core/facts.hpp"
#include "../../core/number.hpp"
#include "../../core/philox.hpp"
#include "../../core/site.hpp"
#include "../../core/types.hpp"

namespace tamis::team {

/// A token of which no more is known than its logit and, if there is one, its bias in the array over the vocabulary.
struct PlainSite {
  using Real = Number;

  Number z;
  TokenId token;
  const float* biases;
  const Stream* stream;

  constexpr Number logit() const { return z; }
  constexpr Number count() const { return 0.0f; }
  constexpr Number prompt_count() const { return 0.0f; }
  constexpr bool seen() const { return false; }
  constexpr bool listed() const { return false; }
  constexpr Number push(int) const { return 0.0f; }
  constexpr Number bias() const { return biases ? biases[token] : 0.0f; }
  constexpr Number id() const { return static_cast<float>(token); }
  constexpr bool allowed() const { return true; }
  constexpr Number uniform() const { return Site{z, token, nullptr, stream}.uniform(); }
  constexpr Number exponential() const { return Site{z, token, nullptr, stream}.exponential(); }
  constexpr PlainSite with(Number logit) const { return {logit, token, biases, stream}; }
};

/// Memory that a row may use besides the team's own; none is right, too.
template <class T>
struct Room {
  T* logits = nullptr;  ///< shared memory for the logits of this block's tokens, aligned to 16 bytes
  int logit_count = 0;
  std::uint32_t* bits = nullptr;  ///< shared memory for a bit for each of this block's tokens
  int bit_count = 0;
};

/// How far ahead of what a thread reads the memory is asked for it: a load at a time would leave most of its bandwidth idle.
inline constexpr int rounds_ahead = 8;

/// How many tokens are each block's, of which each warp has a run: a multiple of 128 for each warp.
constexpr int tokens_of_a_warp(int vocab_size, int groups) {
  const int each = (vocab_size + groups - 1) / groups;
  return (each + 127) / 128 * 128;
}

/// The logits, in memory, and what is known besides. Most tokens are plain; those that are not, because they are listed
/// or not allowed, are masked among the plain by a bit each, and the listed visited apart.
template <class Team, class T>
class Tokens {
 public:
  /// Collective; afterwards a barrier of the block has been passed.
  TAMIS_HD constexpr Tokens(Team team, const T* logits, int vocab_size, const Stream& stream, const Facts& facts,
                            Room<T> room)
      : team_(team), logits_(logits), from_(logits), vocab_size_(vocab_size), stream_(stream), facts_(facts) {
    const int warps = team.threads() / team.lanes(), warp = team.thread() / team.lanes();
    const int each = tokens_of_a_warp(vocab_size, team.blocks() * warps);
    block_begin_ = at_most(team.block() * warps * each), block_end_ = at_most((team.block() + 1) * warps * each);
    begin_ = at_most((team.block() * warps + warp) * each), end_ = at_most(begin_ + each);
    most_ = at_most(warps * each);
    special_ = !facts.few.empty() || facts.allowed;
    if (!facts.few.empty()) {
      first_ = facts.few.data() + place_of(facts.few, begin_);
      last_ = facts.few.data() + place_of(facts.few, end_);
    }
    if (special_ && most_ <= room.bit_count) mark(room.bits);
    if (most_ <= room.logit_count) take(room.logits);
    team.sync();
  }

  TAMIS_HD constexpr int size() const { return vocab_size_; }
  /// How many tokens the block with the most has: the last blocks may have fewer, or none, but must decide as the others do.
  TAMIS_HD constexpr int most_of_a_block() const { return most_; }
  TAMIS_HD constexpr int begin() const { return begin_; }
  TAMIS_HD constexpr int end() const { return end_; }
  TAMIS_HD constexpr bool invalid() const { return invalid_; }
  TAMIS_HD constexpr const Stream& stream() const { return stream_; }
  TAMIS_HD constexpr const Facts& facts() const { return facts_; }

  /// Calls f(site) for each of this thread's tokens.
  template <class F>
  TAMIS_HD constexpr void each(const F& f) {
    each_up_to(end_, f);
    for (std::ptrdiff_t i = team_.lane(); i < last_ - first_; i += team_.lanes()) listed(first_[i], f);
  }

  /// The same of about one in `parts` of those that are not listed.
  template <class F>
  TAMIS_HD constexpr void each_of_sample(int parts, const F& f) {
    each_up_to(begin_ + (end_ - begin_) / parts, f);
  }

  /// Whether the logits lie in shared memory.
  TAMIS_HD constexpr bool is_near() const { return from_ != logits_; }

  /// Calls f(site) with a token of this warp's.
  template <class F>
  TAMIS_HD constexpr void visit(TokenId id, const F& f) {
    if (special_) {
      const std::size_t at = place_of(facts_.few, id);
      if (at < facts_.few.size() && facts_.few[at].id == id) return listed(facts_.few[at], f);
    }
    float z[1] = {};
    team_.load(from_ + (id - from_id_), 1, z);
    f(plain(id, z[0]));
  }

  /// Any token of the row, read from where the row lies.
  TAMIS_HD constexpr Site site(TokenId id) const { return {static_cast<float>(logits_[id]), id, &facts_, &stream_}; }

 private:
  template <class F>
  TAMIS_HD constexpr void each_up_to(int end, const F& f) {
    constexpr int width = 16 / sizeof(T);
    const int step = team_.lanes() * width, ahead = rounds_ahead * step;
    for (int i = begin_ + team_.lane() * width; i < end; i += step) {
      if (!is_near() && i + ahead < end) team_.prefetch(from_ + (i + ahead - from_id_));
      float z[width] = {};
      const int count = end - i < width ? end - i : width;
      team_.load(from_ + (i - from_id_), count, z);
      for (int k = 0; k < width; ++k)
        if (k < count) f(plain(i + k, z[k]));
    }
  }

  TAMIS_HD constexpr int at_most(int id) const { return id < vocab_size_ ? id : vocab_size_; }

  TAMIS_HD constexpr PlainSite plain(int id, float z) {
    invalid_ |= !(z < -masked);
    if (special_ && hidden(id)) z = masked;
    return {z, id, facts_.bias, &stream_};
  }

  TAMIS_HD constexpr void listed(const Occurrence& o, const auto& f) const {
    const Facts its{std::span<const Occurrence>(&o, 1), facts_.allowed, facts_.bias};
    f(Site{static_cast<float>(logits_[o.id]), o.id, &its, &stream_});
  }

  /// Whether a token is not allowed, or is visited apart.
  TAMIS_HD constexpr bool hidden(int id) const {
    if (bits_) {
      const int i = id - block_begin_;
      return !(bits_[i / 32] >> (i % 32) & 1u);
    }
    if (!facts_.allows(id)) return true;
    const std::size_t at = place_of(facts_.few, id);
    return at < facts_.few.size() && facts_.few[at].id == id;
  }

  TAMIS_HD constexpr void mark(std::uint32_t* bits) {
    const int words = (block_end_ - block_begin_ + 31) / 32;
    for (int w = team_.thread(); w < words; w += team_.threads())
      bits[w] = facts_.allowed ? facts_.allowed[block_begin_ / 32 + w] : ~0u;
    team_.sync();
    for (std::ptrdiff_t i = team_.lane(); i < last_ - first_; i += team_.lanes()) {
      const TokenId at = first_[i].id - block_begin_;
      team_.clear(&bits[at / 32], 1u << at % 32);
    }
    bits_ = bits;
  }

  TAMIS_HD constexpr void take(T* room) {
    constexpr int width = 16 / sizeof(T);
    for (int i = begin_ + team_.lane() * width; i < end_; i += team_.lanes() * width)
      team_.copy(logits_ + i, end_ - i < width ? end_ - i : width, room + (i - block_begin_));
    team_.wait();
    from_ = room, from_id_ = block_begin_;
  }

  Team team_;
  const T* logits_;
  const T* from_;     ///< where the logits of this block's tokens are read
  int from_id_ = 0;   ///< the token whose logit is there
  int vocab_size_;
  int block_begin_ = 0, block_end_ = 0, begin_ = 0, end_ = 0, most_ = 0;
  Stream stream_;
  Facts facts_;
  const Occurrence *first_ = nullptr, *last_ = nullptr;
  const std::uint32_t* bits_ = nullptr;
  bool special_ = false;
  bool invalid_ = false;  ///< whether this thread has read a NaN or plus infinity
};

}  // namespace tamis::team
