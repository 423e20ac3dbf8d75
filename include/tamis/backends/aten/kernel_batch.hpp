#pragma once

/// \file kernel_batch.hpp
/// Tensors on a GPU for the fused kernel of tamis::cuda. Needs libtorch, and neither CUDA nor nvcc: the kernel is compiled
/// apart, and called with pointers.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include "../../core/bfloat16.hpp"
#include "../../core/facts.hpp"
#include "../../core/float16.hpp"
#include "../../core/result.hpp"
#include "../cuda/batch.hpp"
#include "../team/shared.hpp"
#include "guarded.hpp"
#include "validate.hpp"

struct CUstream_st;  // which cudaStream_t points to

namespace tamis::aten {

/// What is known of the tokens of each row, as tensors on a device; history_of() makes them. The token drawn is counted in.
struct History {
  at::Tensor tokens;  ///< int32 [B, capacity, 7]: an Occurrence each, ids ascending
  at::Tensor sizes;   ///< int32 [B]: how many of a row's are there
};

/// What cuda::Batch says, as tensors on one GPU. What is undefined is not there.
struct KernelBatch {
  at::Tensor logits;      ///< float32, float16 or bfloat16 [B, V], V <= 2^21; those of a row side by side, the rows at any distance
  at::Tensor seeds;       ///< int64 [B], 64 bits each, as those of Stream
  at::Tensor positions;   ///< int64 [B]
  bool advances = false;  ///< whether each position grows by one with the draw
  at::Tensor marks;       ///< int64 [B]
  at::Tensor allowed;     ///< int32 [B, ceil(V / 32)], bit id % 32 of word id / 32; or [1, ...], for all rows
  at::Tensor bias;        ///< float32 [B, V] or [1, V], added to the logits
  History history;
};

/// What the kernel has drawn, [B] each, on the device of the logits; nobody has waited for it.
struct KernelChoices {
  at::Tensor token;            ///< int64, or int32 if asked for; -1 where there is a fault
  at::Tensor log_probability;  ///< float32: of the token in what the policies have left; see cuda::sample about Greedy
  at::Tensor kept;             ///< int32: how many tokens the policies have left
  at::Tensor fault;            ///< uint8: a tamis::Fault, or cuda::history_full
};

namespace kernel {

template <class T>
inline constexpr at::ScalarType type_of = std::is_same_v<T, float> ? at::kFloat : std::is_same_v<T, Float16> ? at::kHalf : at::kBFloat16;

/// Whether draw can be called with rows of T.
template <class T, class Draw>
inline constexpr bool draws = std::is_invocable_r_v<Result<void>, Draw&, const cuda::Batch<T>&, const cuda::Drawn&, CUstream_st*>;

template <class T>
T* data(const at::Tensor& t) {
  return t.defined() ? static_cast<T*>(t.data_ptr()) : nullptr;
}

/// The pointers and strides of tensors that are as they must be.
template <class T>
cuda::Batch<T> batch_of(const KernelBatch& from) {
  const auto step = [&](const at::Tensor& t) { return t.defined() && t.size(0) > 1 ? t.size(1) : 0; };
  cuda::Batch<T> batch;
  batch.logits = data<const T>(from.logits);
  batch.rows = static_cast<int>(from.logits.size(0)), batch.vocab_size = static_cast<int>(from.logits.size(1));
  batch.stride = batch.rows > 1 ? from.logits.stride(0) : 0;
  batch.seeds = data<const std::uint64_t>(from.seeds), batch.positions = data<std::uint64_t>(from.positions);
  batch.marks = data<const std::uint64_t>(from.marks), batch.advances = from.advances;
  batch.allowed = data<const std::uint32_t>(from.allowed), batch.allowed_stride = step(from.allowed);
  batch.bias = data<const float>(from.bias), batch.bias_stride = step(from.bias);
  if (const History& history = from.history; history.tokens.defined()) {
    batch.histories = {data<Occurrence>(history.tokens), data<std::uint32_t>(history.sizes),
                       static_cast<std::uint32_t>(history.tokens.size(1)), true};
  }
  return batch;
}

inline cuda::Drawn places_of(const KernelChoices& to) {
  cuda::Drawn drawn;
  if (to.token.scalar_type() == at::kLong) drawn.wide_tokens = data<std::int64_t>(to.token);
  else drawn.tokens = data<TokenId>(to.token);
  drawn.log_probabilities = data<float>(to.log_probability), drawn.kept = data<std::int32_t>(to.kept);
  drawn.faults = data<std::uint8_t>(to.fault);
  return drawn;
}

/// The stream of libtorch that is current on a device.
template <class Guard = c10::impl::VirtualGuardImpl>
CUstream_st* current_stream(const at::Device& device) {
  const Guard guard(device.type());
  const auto stream = guard.getStream(device);
  static_assert(requires { stream.native_handle(); }, "tamis: this libtorch does not hand out the streams of CUDA; 2.11 does");
  return static_cast<CUstream_st*>(stream.native_handle());
}

/// Calls draw with the tensors as rows of T.
template <class T, class Draw>
Result<void> call(Draw& draw, const KernelBatch& batch, const KernelChoices& to) {
  if constexpr (draws<T, Draw>) {
    const c10::DeviceGuard guard(batch.logits.device());
    return draw(batch_of<T>(batch), places_of(to), current_stream(batch.logits.device()));
  } else {
    std::string types;
    const auto add = [&](bool drawn, const char* name) {
      if (drawn) types += (types.empty() ? "" : " or ") + std::string(name);
    };
    add(draws<float, Draw>, "Float"), add(draws<Float16, Draw>, "Half"), add(draws<BFloat16, Draw>, "BFloat16");
    return Error{std::string("the logits hold ") + c10::toString(type_of<T>) + "; this kernel was compiled for " + types};
  }
}

}  // namespace kernel

/// Says in one sentence what is wrong with tensors for the kernel, if something is. Reads shapes and types, and no number.
inline Result<void> validate(const KernelBatch& batch) {
  const at::Tensor& logits = batch.logits;
  if (!batch.seeds.defined() && logits.defined())
    return Error{"the tensor seeds is undefined; it must be Long, a number for each row of the logits"};
  if (auto well = validate(logits, Streams(batch.seeds, batch.positions, batch.marks), Facts{}, false, 1); !well) return well;
  const std::int64_t rows = logits.size(0), vocab_size = logits.size(1);
  if (vocab_size > team::most_tokens) {
    return Error{"the logits have the shape " + tensors::shape_of(logits) + "; the kernel takes a vocabulary of at most " +
                 std::to_string(team::most_tokens) + " tokens"};
  }
  if ((vocab_size > 1 && logits.stride(1) != 1) || (rows > 1 && logits.stride(0) < vocab_size)) {
    return Error{"the logits have the strides [" + std::to_string(logits.stride(0)) + ", " + std::to_string(logits.stride(1)) +
                 "]; the kernel reads the logits of a row side by side, and rows that do not overlap: give it logits.contiguous()"};
  }
  std::string fault;
  const auto check = [&](const char* name, const at::Tensor& t, std::int64_t columns, at::ScalarType type) {
    if (!fault.empty() || !t.defined()) return;
    fault = tensors::fault_in(name, t, logits, columns, t.scalar_type() == type, c10::toString(type));
    if (fault.empty() && !t.is_contiguous()) fault = std::string("the tensor ") + name + " is not contiguous; call contiguous()";
  };
  check("seeds", batch.seeds, 0, at::kLong), check("positions", batch.positions, 0, at::kLong), check("marks", batch.marks, 0, at::kLong);
  check("allowed", batch.allowed, (vocab_size + 31) / 32, at::kInt), check("bias", batch.bias, vocab_size, at::kFloat);
  check("history.sizes", batch.history.sizes, 0, at::kInt);
  if (!fault.empty()) return Error{fault};
  const at::Tensor& history = batch.history.tokens;
  if (history.defined() != batch.history.sizes.defined())
    return Error{"of the tensors history.tokens and history.sizes one is undefined; they go together"};
  constexpr std::int64_t words = sizeof(Occurrence) / 4;
  if (history.defined() && (history.scalar_type() != at::kInt || history.dim() != 3 || history.size(0) != rows || history.size(1) == 0 ||
                            history.size(2) != words || !history.is_contiguous() || history.device() != logits.device())) {
    return Error{std::string("the tensor history.tokens holds ") + c10::toString(history.scalar_type()) + " in the shape " + tensors::shape_of(history) +
                 "; it must be Int, [" + std::to_string(rows) + ", capacity, " + std::to_string(words) +
                 "], contiguous and on the device of the logits, as history_of makes it"};
  }
  return {};
}

/// Draws a token from each row by a kernel that was compiled apart, in the current stream of libtorch on the device of the
/// logits. Nothing is waited for, and nothing allocated but what is returned. The tokens are those of simd.
///
///     const auto drawn = aten::sample_by_kernel(batch, [&](const cuda::Batch<float>& rows, const cuda::Drawn& to, cudaStream_t stream) {
///       return cuda::sample_alike(sampler, rows, to, stream);
///     });
///
/// \param draw        is called with rows of float, Float16 or BFloat16 as the logits are; what it cannot be called with is
///                    refused. Where nvcc does not compile this file, it is a function that another file defines.
/// \param token_type  at::kLong or at::kInt
/// \return the choices, or a sentence, before any launch, that says which tensor is not as it should be
template <class Draw>
Result<KernelChoices> sample_by_kernel(const KernelBatch& batch, Draw&& draw, at::ScalarType token_type = at::kLong) {
  if (auto well = validate(batch); !well) return well.error();
  if (token_type != at::kLong && token_type != at::kInt)
    return Error{std::string("tokens cannot be of the type ") + c10::toString(token_type) + "; they can be Long or Int"};
  const at::Tensor& logits = batch.logits;
  if (!logits.is_cuda())
    return Error{"the logits are on the device " + logits.device().str() + "; the kernel reads tensors on a CUDA device, aten::sample on any"};
  return guarded([&]() -> Result<KernelChoices> {
    const auto column = [&](at::ScalarType type) { return at::empty({logits.size(0)}, logits.options().dtype(type).requires_grad(false)); };
    const KernelChoices to{column(token_type), column(at::kFloat), column(at::kInt), column(at::kByte)};
    const at::ScalarType type = logits.scalar_type();
    const Result<void> drawn = type == at::kFloat  ? kernel::call<float>(draw, batch, to)
                               : type == at::kHalf ? kernel::call<Float16>(draw, batch, to)
                                                   : kernel::call<BFloat16>(draw, batch, to);
    if (!drawn) return drawn.error();
    return to;
  });
}

/// The facts of sequences on the host, one a row, on a device, with room for `capacity` tokens a row. For the beginning: it
/// copies, and may wait; the kernel then counts in what it draws. Masks and biases over the vocabulary are not in it.
inline Result<History> history_of(std::span<const tamis::Facts> rows, std::int64_t capacity, at::Device device) {
  static_assert(sizeof(Occurrence) % 4 == 0 && std::is_trivially_copyable_v<Occurrence>);
  const auto count = static_cast<std::int64_t>(rows.size());
  for (std::int64_t r = 0; r < count; ++r) {
    if (const auto size = static_cast<std::int64_t>(rows[static_cast<std::size_t>(r)].few.size()); size > capacity || capacity < 1)
      return Error{"row " + std::to_string(r) + " has " + std::to_string(size) + " tokens of which something is known, and the history has room for " +
                   std::to_string(capacity) + "; give it room for all of them and those to come"};
  }
  const History history{at::empty({count, capacity, static_cast<std::int64_t>(sizeof(Occurrence) / 4)}, at::kInt), at::empty({count}, at::kInt)};
  auto* to = static_cast<Occurrence*>(history.tokens.data_ptr());
  std::int32_t* size = history.sizes.mutable_data_ptr<std::int32_t>();
  for (const tamis::Facts& facts : rows) {
    *size++ = static_cast<std::int32_t>(facts.few.size());
    std::fill(std::copy(facts.few.begin(), facts.few.end(), to), to + capacity, Occurrence{});
    to += capacity;
  }
  return History{history.tokens.to(device), history.sizes.to(device)};
}

/// Samplers, one a row, as bytes on a device: `static_cast<S*>(tensor.data_ptr())` is what cuda::sample takes, and where they
/// learn.
template <class S>
at::Tensor samplers_of(std::span<const S> samplers, at::Device device) {
  static_assert(std::is_trivially_copyable_v<S>, "tamis: a sampler is copied as bytes between host and device; leave out what owns memory");
  const at::Tensor bytes = at::empty({static_cast<std::int64_t>(samplers.size_bytes())}, at::kByte);
  std::memcpy(bytes.data_ptr(), samplers.data(), samplers.size_bytes());
  return bytes.to(device);
}

}  // namespace tamis::aten
