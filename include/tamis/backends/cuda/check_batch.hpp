#pragma once

/// \file check_batch.hpp
/// What must hold of a batch before a kernel is launched. Without CUDA, so that it is tested everywhere.

#include <cstdint>
#include <string>

#include "../../core/result.hpp"
#include "../team/shared.hpp"
#include "batch.hpp"

namespace tamis::cuda {

/// An error that names the first thing that is not as it must be.
template <class S, class T>
Result<void> check_batch(const S* samplers, const Batch<T>& batch, const Drawn& drawn) {
  const auto number = [](auto x) { return std::to_string(x); };
  if (!samplers) return Error{"the samplers are null; they must be in device memory"};
  if (!batch.logits) return Error{"the logits are null; they must be in device memory"};
  if (!drawn.tokens && !drawn.wide_tokens) return Error{"the place for the tokens is null; it must be device memory for one of each row"};
  if (batch.rows < 1) return Error{"the batch has " + number(batch.rows) + " rows; it must have at least 1"};
  if (batch.vocab_size < 1) return Error{"the vocabulary has " + number(batch.vocab_size) + " tokens; it must have at least 1"};
  if (batch.vocab_size > team::most_tokens)
    return Error{"the vocabulary has " + number(batch.vocab_size) + " tokens; a row can have at most " + number(team::most_tokens)};
  if (batch.rows > (1 << 27)) return Error{"the batch has " + number(batch.rows) + " rows; it can have at most " + number(1 << 27)};
  if (batch.stride != 0 && batch.stride < batch.vocab_size)
    return Error{"the rows are " + number(batch.stride) + " logits apart but have " + number(batch.vocab_size) +
                 " each; the stride must be 0 or at least that"};
  const auto misaligned = [](const void* p, std::size_t to) { return reinterpret_cast<std::uintptr_t>(p) % to != 0; };
  if (misaligned(batch.logits, sizeof(T)))
    return Error{"the logits are not aligned; their address must be a multiple of " + number(sizeof(T)) + " bytes"};
  if (misaligned(samplers, alignof(S)))
    return Error{"the samplers are not aligned; their address must be a multiple of " + number(alignof(S)) + " bytes"};
  if (misaligned(drawn.tokens, alignof(TokenId)))
    return Error{"the place for the tokens is not aligned; its address must be a multiple of 4 bytes"};
  if (misaligned(drawn.wide_tokens, alignof(std::int64_t)))
    return Error{"the place for the tokens of 64 bits is not aligned; its address must be a multiple of 8 bytes"};
  if (!batch.histories.few != !batch.histories.sizes)
    return Error{"of the histories, one of `few` and `sizes` is null; both must be in device memory, or both null"};
  if (batch.histories.few && batch.histories.capacity == 0)
    return Error{"the histories have a capacity of 0 tokens; it must be at least 1"};
  if (batch.advances && !batch.positions)
    return Error{"the positions are to advance but are null; they must be in device memory"};
  const std::int64_t words = (std::int64_t{batch.vocab_size} + 31) / 32;
  if (batch.allowed_stride != 0 && batch.allowed_stride < words)
    return Error{"the masks are " + number(batch.allowed_stride) + " words apart; for " + number(batch.vocab_size) +
                 " tokens the stride must be 0 or at least " + number(words)};
  if (batch.bias_stride != 0 && batch.bias_stride < batch.vocab_size)
    return Error{"the biases are " + number(batch.bias_stride) + " apart; the stride must be 0 or at least " + number(batch.vocab_size)};
  return {};
}

/// An error if no kernel runs so spread.
inline Result<void> check_spread(Spread spread, bool clusters) {
  if (spread.blocks != 1 && spread.blocks != 2 && spread.blocks != 4 && spread.blocks != 8)
    return Error{"a row cannot be spread over " + std::to_string(spread.blocks) + " blocks; it can be over 1, 2, 4 or 8"};
  if (spread.blocks > 1 && !clusters)
    return Error{"a row cannot be spread over " + std::to_string(spread.blocks) +
                 " blocks here; clusters begin with compute capability 9.0, of the device and of what the kernel was compiled for, so it must be 1"};
  if (spread.threads != 128 && spread.threads != 256 && spread.threads != 512)
    return Error{"a block cannot have " + std::to_string(spread.threads) + " threads; it can have 128, 256 or 512"};
  return {};
}

}  // namespace tamis::cuda
