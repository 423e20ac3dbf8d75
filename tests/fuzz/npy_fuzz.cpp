/// \file npy_fuzz.cpp
/// Any bytes are an array or a sentence; an array can be written and read again, the same.
///
/// Alone: clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude
/// tests/fuzz/npy_fuzz.cpp

#include <tamis/io/npy.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto array = tamis::parse_npy(std::as_bytes(std::span(bytes, size)), "fuzz");
  if (!array) {
    if (array.error().message.empty()) __builtin_trap();
    return 0;
  }
  const auto written = tamis::format_npy(*array);
  if (!written) __builtin_trap();
  const auto again = tamis::parse_npy(*written, "again");
  if (!again || again->type != array->type || again->shape != array->shape ||
      again->data != array->data)
    __builtin_trap();
  if (array->doubles().size() != array->floats().size()) __builtin_trap();
  if (const auto tokens = array->tokens(); tokens && tokens->size() != array->elements())
    __builtin_trap();
  return 0;
}
