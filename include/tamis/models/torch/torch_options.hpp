#pragma once

#include <ATen/Context.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <c10/util/Exception.h>

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

#include "../../core/result.hpp"

namespace tamis {

/// Where a model of libtorch computes, and with which numbers.
struct TorchOptions {
  c10::Device device{c10::kCPU};
  c10::ScalarType type = c10::kFloat;  ///< kFloat, kHalf or kBFloat16

  /// From "cpu", "cuda" or "cuda:1", and "float32", "float16" or "bfloat16".
  static Result<TorchOptions> of(std::string_view device, std::string_view type) {
    TorchOptions options;
    if (type == "float16" || type == "half")
      options.type = c10::kHalf;
    else if (type == "bfloat16")
      options.type = c10::kBFloat16;
    else if (type != "float32" && type != "float")
      return Error{"the type of the model's numbers is '" + std::string(type) +
                   "'; it must be float32, float16 or bfloat16"};
    if (device == "cpu") return options;
    int index = 0;
    const std::string_view digits = device.substr(device.starts_with("cuda:") ? 5 : device.size());
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    const bool is_numbered = !digits.empty() && read.ec == std::errc() &&
                             read.ptr == digits.data() + digits.size() && index >= 0 && index < 64;
    if (device != "cuda" && !is_numbered)
      return Error{"the device is '" + std::string(device) + "'; it must be cpu, cuda or cuda:N"};
    options.device = c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
    return options;
  }

  /// Does libtorch have the device, and does Tamis compute with these numbers?
  Result<void> check() const {
    if (type != c10::kFloat && type != c10::kHalf && type != c10::kBFloat16)
      return Error{std::string("the type of the model's numbers is ") + c10::toString(type) +
                   "; it must be float32, float16 or bfloat16"};
    if (device.is_cpu() || (device.is_cuda() && at::hasCUDA())) return {};
    return Error{"libtorch has no device '" + device.str() +
                 "' here: it needs a GPU, its driver and a program linked with libtorch_cuda "
                 "(-DTAMIS_TORCH_CUDA=ON); use cpu"};
  }
};

namespace detail {

/// Calls f, which returns a Result, and says what libtorch has thrown as an Error.
template <class F>
auto guard_torch(std::string_view what, F&& f) -> std::invoke_result_t<F> {
#ifdef __cpp_exceptions
  try {
    return f();
  } catch (const c10::Error& error) {
    return Error{std::string(what) + ": " + error.what_without_backtrace()};
  } catch (const std::exception& error) {
    return Error{std::string(what) + ": " + error.what()};
  }
#else
  return f();
#endif
}

}  // namespace detail

}  // namespace tamis
