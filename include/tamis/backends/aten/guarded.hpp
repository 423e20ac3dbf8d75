#pragma once

/// \file guarded.hpp
/// What libtorch throws becomes an Error.

#include <c10/util/Exception.h>

#include <string>

#include "../../core/result.hpp"

namespace tamis::aten {

/// Calls f, which returns a Result, and says what libtorch has thrown as an Error.
template <class F>
auto guarded(F&& f) -> decltype(f()) {
#ifdef __cpp_exceptions
  try {
    return f();
  } catch (const c10::Error& error) {
    return Error{std::string("libtorch could not sample: ") + error.what_without_backtrace()};
  }
#else
  return f();
#endif
}

}  // namespace tamis::aten
