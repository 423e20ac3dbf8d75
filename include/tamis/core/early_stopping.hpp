#pragma once

#include <array>
#include <string_view>

namespace tamis {

/// When a beam search with enough finished sequences ends: `no`, when no beam looks likely to do
/// better; `yes`, at once; `never`, when no beam can do better any more. HF's False, True and
/// "never".
enum class EarlyStopping { no, yes, never };

/// The names of its values, by value.
constexpr std::array<std::string_view, 3> names_of(EarlyStopping) {
  return {"false", "true", "never"};
}

}  // namespace tamis
