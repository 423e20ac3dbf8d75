#pragma once

/// \file shard.hpp
/// The part of a vocabulary that one process has, and its way to the others.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../backends/simd/scratch.hpp"
#include "../core/result.hpp"
#include "../core/types.hpp"
#include "communicator.hpp"

namespace tamis::sharded {

template <Communicator C>
class RowOf;

/// The ids [first, first + count) of a vocabulary, of which every rank has other ones; and the memory of its draws. One a
/// process, or thread, made once; it refers to its communicator.
template <Communicator C>
class Shard {
 public:
  /// The greatest vocabulary: ids beyond are not exact as floats, which policies see.
  static constexpr int most_tokens = 1 << 24;

  /// The shard of this rank where all are of one size, or one less. Every rank calls it.
  static Result<Shard> even(C& communicator, int vocab_size) {
    const std::int64_t v = vocab_size, size = communicator.size(), rank = communicator.rank();
    const int first = static_cast<int>(v * rank / size), end = static_cast<int>(v * (rank + 1) / size);
    return of(communicator, first, end - first);
  }

  /// The ids from `first` on, `count` of them, perhaps none. Every rank calls it; together they have each id once, those
  /// of rank 0 first.
  static Result<Shard> of(C& communicator, int first, int count) {
    Shard shard(communicator, first, count);
    struct Part {
      std::int32_t first, count;
    };
    const auto parts = shard.gather(Part{first, count});
    if (shard.error_) return *shard.error_;
    std::int64_t end = 0;
    for (std::size_t r = 0; r < parts.size(); ++r) {
      const auto [from, n] = parts[r];
      if (n < 0 || from != end)
        return Error{"rank " + std::to_string(r) + " has " + std::to_string(n) + " tokens from id " + std::to_string(from) +
                     " on; it must have those from " + std::to_string(end) + " on, where the rank before it ends"};
      end += n;
    }
    if (end < 1 || end > most_tokens)
      return Error{"the shards have " + std::to_string(end) + " tokens together; they must have 1 to " +
                   std::to_string(most_tokens)};
    shard.vocab_size_ = static_cast<int>(end);
    shard.ids_.resize(static_cast<std::size_t>(count + simd::block_size));  // a register is read behind the last
    for (std::size_t i = 0; i < shard.ids_.size(); ++i) shard.ids_[i] = first + static_cast<TokenId>(i);
    return shard;
  }

  int rank() const { return communicator_->rank(); }
  int size() const { return communicator_->size(); }
  int first() const { return first_; }            ///< the least id of this rank
  int count() const { return count_; }            ///< how many it has
  int vocab_size() const { return vocab_size_; }  ///< how many all ranks have

  /// What has gone wrong between the ranks; after that no row can be drawn from.
  const std::optional<Error>& error() const { return error_; }

 private:
  friend RowOf<C>;

  Shard(C& communicator, int first, int count) : communicator_(&communicator), first_(first), count_(count) {}

  /// What every rank gives, in their order; of this rank alone, if that fails.
  template <class T>
  std::vector<T> gather(const T& mine) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> all(static_cast<std::size_t>(size()), mine);
    if (!error_) note(communicator_->all_gather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all))));
    return all;
  }

  void reduce(std::span<std::uint64_t> numbers, Reduction how) {
    if (!error_) note(communicator_->all_reduce(numbers, how));
  }

  /// What a rank says before it sends tokens.
  struct Header {
    std::uint32_t step = 0;       ///< how many messages it has sent before
    std::uint32_t invalid = 0;    ///< what is wrong with its row
    float top = masked, bottom = -masked;  ///< of what it was asked for
    std::uint32_t from = 0;       ///< it has sent all tokens whose ordered key is at least this
    std::uint32_t count = 0;      ///< so many
  };

  /// Sends a header and up to `room` tokens, those with the places `at(i)` of z and ids; what all have sent is in `tokens`
  /// then, ids ascending, and what they said is returned.
  template <class At>
  Header exchange(Header mine, int room, const float* z, const TokenId* ids, const At& at) {
    const std::size_t length = sizeof(Header) + static_cast<std::size_t>(room) * (sizeof(float) + sizeof(TokenId));
    mine_.assign(length, std::byte{});
    all_.resize(length * static_cast<std::size_t>(size()));
    mine.step = ++step_;
    std::memcpy(mine_.data(), &mine, sizeof mine);
    for (std::uint32_t i = 0; i < mine.count; ++i) {
      std::byte* to = mine_.data() + sizeof mine + i * (sizeof(float) + sizeof(TokenId));
      std::memcpy(to, z + at(i), sizeof(float));
      std::memcpy(to + sizeof(float), ids + at(i), sizeof(TokenId));
    }
    if (!error_) note(communicator_->all_gather(mine_, all_));
    Header together;
    if (error_) return together;
    for (int r = 0; r < size(); ++r) {
      const Header theirs = header_of(r, length);
      if (theirs.step != mine.step) {
        error_ = Error{"rank " + std::to_string(r) + " sends its message " + std::to_string(theirs.step) + ", and rank " +
                       std::to_string(rank()) + " its message " + std::to_string(mine.step) +
                       "; every rank must draw the same rows with the same sampler"};
        return {};
      }
      note_faults(r, theirs.invalid);
      together.invalid |= theirs.invalid;
      together.top = std::max(together.top, theirs.top), together.bottom = std::min(together.bottom, theirs.bottom);
      together.from = std::max(together.from, theirs.from);
      together.count += std::min(theirs.count, static_cast<std::uint32_t>(room));
    }
    tokens_.room(static_cast<int>(together.count) + 2 * simd::block_size);
    for (int r = 0; r < size(); ++r) {
      const std::byte* from = all_.data() + static_cast<std::size_t>(r) * length + sizeof(Header);
      const std::uint32_t count = std::min(header_of(r, length).count, static_cast<std::uint32_t>(room));
      for (std::uint32_t i = 0; i < count; ++i, ++tokens_.n) {
        std::memcpy(&tokens_.z[static_cast<std::size_t>(tokens_.n)], from, sizeof(float));
        std::memcpy(&tokens_.ids[static_cast<std::size_t>(tokens_.n)], from + sizeof(float), sizeof(TokenId));
        from += sizeof(float) + sizeof(TokenId);
      }
    }
    return together;
  }

  Header header_of(int rank, std::size_t length) const {
    Header theirs;
    std::memcpy(&theirs, all_.data() + static_cast<std::size_t>(rank) * length, sizeof theirs);
    return theirs;
  }

  /// What a rank says is wrong with its row, if that is more than a logit.
  void note_faults(int rank, std::uint32_t faults) {
    if ((faults & 2) != 0 && !error_)
      error_ = Error{"rank " + std::to_string(rank) + " was given a row of more or fewer logits than its shard has tokens"};
  }

  void note(const Result<void>& result) {
    if (!result) error_ = result.error();
  }

  C* communicator_;
  int first_, count_, vocab_size_ = 0;
  std::uint32_t step_ = 0;
  std::optional<Error> error_;
  std::vector<TokenId> ids_;         ///< of this rank
  std::vector<float> pushed_;        ///< its logits, with what is said of all tokens applied
  simd::detail::Some kept_, tokens_;  ///< what a cut has left of this rank's tokens; tokens of all ranks
  simd::detail::Some weighed_;        ///< keys and weights
  std::vector<std::uint64_t> bins_;
  std::vector<std::byte> mine_, all_;
};

}  // namespace tamis::sharded
