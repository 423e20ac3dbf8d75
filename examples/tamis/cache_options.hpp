#pragma once

/// \file cache_options.hpp
/// The options that choose how a model remembers.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/generation/kv_cache_kind.hpp>

namespace command {

class CacheOptions {
 public:
  void add(CLI::App& app) {
    app.add_option(
           "--kv-cache", name_,
           "how the model remembers: contiguous or paged, which are exact; window, which sees the "
           "first "
           "tokens and the last and never fills up; int8, a quarter of the memory [contiguous]")
        ->type_name("NAME");
    app.add_option("--kv-window", window_,
                   "how many of the last tokens a window sees [1020, or what the model takes]")
        ->type_name("N");
  }

  /// An error if the options contradict each other.
  tamis::Result<void> check() const {
    using tamis::Error;
    if (const auto known = tamis::kv_cache_kind(name_); !known)
      return Error{"--kv-cache is '" + name_ + "'; it must be contiguous, paged, window or int8"};
    if (window_ != unset && window_ < 1)
      return Error{"--kv-window is " + std::to_string(window_) + "; it must be 1 or more"};
    if (window_ != unset && kind() != tamis::KvCacheKind::window)
      return Error{"--kv-window is for a sliding cache, but --kv-cache is " + name_ +
                   "; set it to window"};
    return {};
  }

  /// An error if the window does not fit into the context of the model.
  tamis::Result<void> check_context(int context) const {
    if (kind() != tamis::KvCacheKind::window || window_for(context) + sinks <= context) return {};
    return tamis::Error{"--kv-window is " + std::to_string(window_for(context)) + ", and " +
                        std::to_string(sinks) +
                        " more tokens are seen with it, but the model takes " +
                        std::to_string(context) + "; make it smaller"};
  }

  tamis::KvCacheKind kind() const {
    return tamis::kv_cache_kind(name_).value_or(tamis::KvCacheKind::contiguous);
  }
  int window_for(int context) const {
    return window_ != unset ? window_ : std::max(1, std::min(1020, context - sinks));
  }

 private:
  static constexpr int unset = -1, sinks = 4;

  std::string name_ = "contiguous";
  int window_ = unset;
};

}  // namespace command
