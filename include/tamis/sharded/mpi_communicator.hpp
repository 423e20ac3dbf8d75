#pragma once

/// \file mpi_communicator.hpp
/// A communicator of the processes of an MPI program.

#if !defined(OMPI_SKIP_MPICXX)
#define OMPI_SKIP_MPICXX 1  // the bindings of MPI 2 for C++, which are deprecated
#endif
#if !defined(MPICH_SKIP_MPICXX)
#define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "communicator.hpp"

namespace tamis::sharded {

/// The processes of an MPI communicator; a model of Communicator. It speaks on a duplicate of its own, so that no message
/// of the program is mistaken for one of its, and waits no longer than its patience for a process that is gone. One thread
/// at a time uses it.
class MpiCommunicator {
 public:
  /// Duplicates `communicator`, which every process of it calls, between MPI_Init and MPI_Finalize.
  /// \param patience  how long an operation waits for the others
  static Result<MpiCommunicator> of(MPI_Comm communicator, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    int started = 0, ended = 0;
    if (MPI_Initialized(&started) != MPI_SUCCESS || !started || MPI_Finalized(&ended) != MPI_SUCCESS || ended)
      return Error{"MPI has not been started, or has ended; call MPI_Init before, and MPI_Finalize after"};
    MpiCommunicator made(patience);
    if (const int fault = MPI_Comm_dup(communicator, &made.state_->communicator); fault != MPI_SUCCESS)
      return made.error("MPI_Comm_dup", fault);
    MPI_Comm_set_errhandler(made.state_->communicator, MPI_ERRORS_RETURN);
    MPI_Comm_rank(made.state_->communicator, &made.rank_);
    MPI_Comm_size(made.state_->communicator, &made.size_);
    return made;
  }

  int rank() const { return rank_; }
  int size() const { return size_; }

  Result<void> all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
    if (mine.size() > most) return Error{std::to_string(mine.size()) + " bytes are more than MPI gathers at once"};
    State& s = *state_;
    s.mine.assign(mine.begin(), mine.end());
    s.all.resize(all.size());
    const int n = static_cast<int>(mine.size());
    auto done = finish("MPI_Iallgather", [&](MPI_Request* request) {
      return MPI_Iallgather(s.mine.data(), n, MPI_BYTE, s.all.data(), n, MPI_BYTE, s.communicator, request);
    });
    if (done) std::copy(s.all.begin(), s.all.end(), all.begin());
    return done;
  }

  Result<void> all_reduce(std::span<std::uint64_t> numbers, Reduction how) {
    if (numbers.size() > most) return Error{std::to_string(numbers.size()) + " numbers are more than MPI reduces at once"};
    State& s = *state_;
    s.numbers.assign(numbers.begin(), numbers.end());
    const MPI_Op operation = how == Reduction::sum ? MPI_SUM : MPI_MAX;
    auto done = finish("MPI_Iallreduce", [&](MPI_Request* request) {
      return MPI_Iallreduce(MPI_IN_PLACE, s.numbers.data(), static_cast<int>(numbers.size()), MPI_UINT64_T, operation,
                            s.communicator, request);
    });
    if (done) std::copy(s.numbers.begin(), s.numbers.end(), numbers.begin());
    return done;
  }

  Result<void> barrier() {
    return finish("MPI_Ibarrier", [&](MPI_Request* request) { return MPI_Ibarrier(state_->communicator, request); });
  }

 private:
  static constexpr std::size_t most = static_cast<std::size_t>(std::numeric_limits<int>::max());

  /// What MPI may read and write until an operation has ended.
  struct State {
    MPI_Comm communicator = MPI_COMM_NULL;
    std::vector<std::byte> mine, all;
    std::vector<std::uint64_t> numbers;
    bool failed = false;
  };

  /// An operation that has not ended may still write: what it writes to is never freed.
  struct Free {
    void operator()(State* state) const {
      if (state->failed) return;
      int ended = 0;
      MPI_Finalized(&ended);
      if (state->communicator != MPI_COMM_NULL && !ended) MPI_Comm_free(&state->communicator);
      delete state;
    }
  };

  explicit MpiCommunicator(std::chrono::milliseconds patience) : patience_(patience), state_(new State) {}

  /// Starts an operation, and waits until it has ended.
  template <class Start>
  Result<void> finish(const char* name, const Start& start) {
    if (state_->failed) return Error{"rank " + std::to_string(rank_) + " cannot call " + std::string(name) + " after another operation has failed"};
    MPI_Request request = MPI_REQUEST_NULL;
    int fault = start(&request), done = 0;
    std::chrono::steady_clock::time_point until;
    for (int i = 0; fault == MPI_SUCCESS; ++i) {
      fault = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done || i % 256 != 255) {
        if (done) break;
        continue;
      }
      std::this_thread::yield();
      const auto now = std::chrono::steady_clock::now();
      if (i == 255) until = now + patience_;
      if (now < until) continue;
      state_->failed = true;
      return Error{"rank " + std::to_string(rank_) + " of " + std::to_string(size_) + " waited " +
                   std::to_string(patience_.count()) + " ms for the others at " + name};
    }
    if (fault == MPI_SUCCESS) return {};
    state_->failed = true;
    return error(name, fault);
  }

  Error error(const char* name, int fault) const {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(fault, text, &length);
    return {std::string(name) + " failed at rank " + std::to_string(rank_) + ": " + text};
  }

  std::chrono::milliseconds patience_;
  std::unique_ptr<State, Free> state_;
  int rank_ = 0, size_ = 1;
};

static_assert(Communicator<MpiCommunicator>);

}  // namespace tamis::sharded
