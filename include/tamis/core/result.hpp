#pragma once

/// \file result.hpp
/// What a function returns that talks to the world: a value, or an error in words.
///
/// The names are those of std::expected, which is C++23; the library throws nothing.

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tamis {

/// What went wrong, as one sentence for a person: it names the thing, the value and what would be right.
struct Error {
  std::string message;
};

/// A T, or an Error. Read the value only after asking whether there is one.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & noexcept { return *value_; }
  const T& operator*() const& noexcept { return *value_; }
  T&& operator*() && noexcept { return std::move(*value_); }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }

  const Error& error() const noexcept { return error_; }

  T value_or(T other) const& { return has_value() ? **this : std::move(other); }

  /// The result of `f(value)`, itself a Result; or this error.
  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (has_value()) return std::forward<F>(f)(*std::move(*this));
    return error();
  }

 private:
  std::optional<T> value_;
  Error error_;  // beside the value: std::variant would cost each includer 20 ms of compiling a T
};

/// Nothing, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)), has_value_(false) {}

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
  bool has_value_ = true;
};

}  // namespace tamis
