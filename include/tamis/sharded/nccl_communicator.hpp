#pragma once

/// \file nccl_communicator.hpp
/// A communicator of the processes of an NCCL communicator, each with a GPU.

#include <cuda_runtime_api.h>
#include <nccl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "../core/result.hpp"
#include "communicator.hpp"

namespace tamis::sharded {

/// The ranks of an ncclComm_t, which the caller owns; a model of Communicator. What is said lies on the host and goes by
/// way of a little memory of the device; the host waits for it, on the stream that is given. An operation that fails, or
/// takes longer than the patience, ends the ncclComm_t by ncclCommAbort, so that no rank waits for ever; the caller does
/// not destroy it then.
class NcclCommunicator {
 public:
  /// \param communicator  of this process; its device is the current one
  /// \param stream        on which the operations run
  /// \param patience      how long an operation waits for the others
  static Result<NcclCommunicator> of(ncclComm_t communicator, cudaStream_t stream,
                                     std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    NcclCommunicator made(communicator, stream, patience);
    if (auto asked = made.checked("ncclCommUserRank", ncclCommUserRank(communicator, &made.rank_)); !asked) return asked.error();
    if (auto asked = made.checked("ncclCommCount", ncclCommCount(communicator, &made.size_)); !asked) return asked.error();
    return made;
  }

  int rank() const { return rank_; }
  int size() const { return size_; }

  Result<void> all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
    if (auto room = make_room(mine.size() + all.size()); !room) return room;
    std::byte *const from = memory_.get(), *const to = from + mine.size();
    if (auto copied = checked("cudaMemcpyAsync", cudaMemcpyAsync(from, mine.data(), mine.size(), cudaMemcpyHostToDevice, stream_)); !copied)
      return copied;
    if (auto begun = checked("ncclAllGather", ncclAllGather(from, to, mine.size(), ncclUint8, communicator_, stream_)); !begun)
      return begun;
    return finish("ncclAllGather", to, all);
  }

  Result<void> all_reduce(std::span<std::uint64_t> numbers, Reduction how) {
    if (auto room = make_room(numbers.size_bytes()); !room) return room;
    std::byte* const here = memory_.get();
    if (auto copied = checked("cudaMemcpyAsync", cudaMemcpyAsync(here, numbers.data(), numbers.size_bytes(), cudaMemcpyHostToDevice, stream_)); !copied)
      return copied;
    const ncclRedOp_t operation = how == Reduction::sum ? ncclSum : ncclMax;
    if (auto begun = checked("ncclAllReduce", ncclAllReduce(here, here, numbers.size(), ncclUint64, operation, communicator_, stream_)); !begun)
      return begun;
    return finish("ncclAllReduce", here, std::as_writable_bytes(numbers));
  }

  Result<void> barrier() {
    std::uint64_t nothing = 0;
    return all_reduce(std::span(&nothing, 1), Reduction::sum);
  }

 private:
  struct Free {
    void operator()(std::byte* memory) const { cudaFree(memory); }
  };

  NcclCommunicator(ncclComm_t communicator, cudaStream_t stream, std::chrono::milliseconds patience)
      : communicator_(communicator), stream_(stream), patience_(patience) {}

  Result<void> make_room(std::size_t bytes) {
    if (!communicator_) return Error{"rank " + std::to_string(rank_) + " cannot speak after another operation has failed"};
    if (bytes <= room_) return {};
    void* memory = nullptr;
    if (auto made = checked("cudaMalloc", cudaMalloc(&memory, 2 * bytes)); !made) return made;
    memory_.reset(static_cast<std::byte*>(memory));
    room_ = 2 * bytes;
    return {};
  }

  /// Waits for the stream, and for no longer than the patience.
  Result<void> finish(const char* name, const std::byte* from, std::span<std::byte> to) {
    const auto until = std::chrono::steady_clock::now() + patience_;
    for (cudaError_t state = cudaStreamQuery(stream_); state != cudaSuccess; state = cudaStreamQuery(stream_)) {
      if (state != cudaErrorNotReady) return checked(name, state);
      ncclResult_t fault = ncclSuccess;
      ncclCommGetAsyncError(communicator_, &fault);
      if (fault != ncclSuccess && fault != ncclInProgress) return checked(name, fault);
      if (std::chrono::steady_clock::now() > until)
        return fail("rank " + std::to_string(rank_) + " of " + std::to_string(size_) + " waited " +
                    std::to_string(patience_.count()) + " ms for the others at " + name);
      std::this_thread::yield();
    }
    return checked("cudaMemcpy", cudaMemcpy(to.data(), from, to.size(), cudaMemcpyDeviceToHost));
  }

  Result<void> checked(const char* name, cudaError_t fault) {
    if (fault == cudaSuccess) return {};
    return fail(std::string(name) + " failed at rank " + std::to_string(rank_) + ": " + cudaGetErrorString(fault));
  }
  Result<void> checked(const char* name, ncclResult_t fault) {
    if (fault == ncclSuccess || fault == ncclInProgress) return {};
    return fail(std::string(name) + " failed at rank " + std::to_string(rank_) + ": " + ncclGetErrorString(fault));
  }

  Error fail(std::string message) {
    if (communicator_) ncclCommAbort(std::exchange(communicator_, nullptr));
    return {std::move(message)};
  }

  ncclComm_t communicator_;
  cudaStream_t stream_;
  std::chrono::milliseconds patience_;
  int rank_ = 0, size_ = 1;
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t room_ = 0;
};

static_assert(Communicator<NcclCommunicator>);

}  // namespace tamis::sharded
