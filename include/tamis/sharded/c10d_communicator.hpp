#pragma once

/// \file c10d_communicator.hpp
/// A communicator of the ranks of a process group of libtorch: Gloo, NCCL, or whatever torch.distributed has.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/distributed/c10d/Types.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "communicator.hpp"

namespace tamis::sharded {

/// A c10d::ProcessGroup or a c10d::Backend, which the caller has made; a model of Communicator. Its exceptions become
/// errors. Where the group wants tensors on a device, as NCCL does, what is said goes there and back.
template <class Group>
class C10dCommunicator {
 public:
  /// \param group     of this process
  /// \param device    of the tensors that the group takes
  /// \param patience  how long an operation waits for the others, if the group honours it
  explicit C10dCommunicator(c10::intrusive_ptr<Group> group, c10::Device device = c10::kCPU,
                            std::chrono::milliseconds patience = std::chrono::seconds(30))
      : group_(std::move(group)), device_(device), patience_(patience) {}

  int rank() const { return group_->getRank(); }
  int size() const { return group_->getSize(); }

  Result<void> all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
    return caught("allgather", [&] {
      const auto n = static_cast<std::int64_t>(mine.size());
      std::vector<at::Tensor> given{tensor_of(const_cast<std::byte*>(mine.data()), n, at::kByte).to(device_)};
      std::vector<std::vector<at::Tensor>> taken(1);
      for (int r = 0; r < size(); ++r) taken[0].push_back(at::empty({n}, given[0].options()));
      c10d::AllgatherOptions options;
      options.timeout = patience_;
      const bool done = group_->allgather(taken, given, options)->wait(patience_);
      for (std::size_t r = 0; done && r < taken[0].size(); ++r)
        tensor_of(all.data() + r * mine.size(), n, at::kByte).copy_(taken[0][r]);
      return done;
    });
  }

  /// The numbers go as signed ones, for tensors have few operations on others: their sums are the same, and before a
  /// maximum the highest bit is turned over.
  Result<void> all_reduce(std::span<std::uint64_t> numbers, Reduction how) {
    return caught("allreduce", [&] {
      const std::uint64_t turned = how == Reduction::max ? std::uint64_t{1} << 63 : 0;
      std::vector<std::uint64_t> mine(numbers.begin(), numbers.end());
      for (std::uint64_t& x : mine) x ^= turned;
      const at::Tensor here = tensor_of(mine.data(), static_cast<std::int64_t>(mine.size()), at::kLong);
      std::vector<at::Tensor> reduced{here.to(device_)};
      c10d::AllreduceOptions options;
      options.timeout = patience_;
      options.reduceOp = how == Reduction::sum ? c10d::ReduceOp::SUM : c10d::ReduceOp::MAX;
      const bool done = group_->allreduce(reduced, options)->wait(patience_);
      if (done) here.copy_(reduced[0]);
      for (std::size_t i = 0; done && i < numbers.size(); ++i) numbers[i] = mine[i] ^ turned;
      return done;
    });
  }

  Result<void> barrier() {
    return caught("barrier", [&] {
      c10d::BarrierOptions options;
      options.timeout = patience_;
      return group_->barrier(options)->wait(patience_);
    });
  }

 private:
  static at::Tensor tensor_of(void* data, std::int64_t n, at::ScalarType type) {
    return at::from_blob(data, {n}, at::TensorOptions().dtype(type));
  }

  /// Whether an operation has been done, whatever it throws. What has failed once is not tried again.
  template <class Operation>
  Result<void> caught(const char* name, const Operation& operation) {
    std::string why = "it was given up";
    if (failed_) {
      why = "another operation has failed before";
    } else {
      try {
        if (operation()) return {};
      } catch (const std::exception& fault) {
        why = std::string(fault.what());
        why = why.substr(0, why.find('\n'));  // the rest says where in libtorch
      }
    }
    failed_ = true;
    return Error{std::string(name) + " failed at rank " + std::to_string(rank()) + " of " + std::to_string(size()) + ": " + why};
  }

  c10::intrusive_ptr<Group> group_;
  c10::Device device_;
  std::chrono::milliseconds patience_;
  bool failed_ = false;
};

}  // namespace tamis::sharded
