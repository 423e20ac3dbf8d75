#pragma once

/// \file gguf_value.hpp
/// One value of a GGUF file's metadata, and its conversion to what the caller wants.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tamis {

static_assert(std::endian::native == std::endian::little,
              "tamis: GGUF files are little-endian; this machine is not");

/// The types of metadata, by their numbers in a file.
enum class GgufKind : std::uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  string,
  array,
  u64,
  i64,
  f64
};

/// What a kind is called in a sentence.
constexpr std::string_view name_of(GgufKind kind) {
  constexpr std::string_view names[] = {"an 8-bit unsigned integer",
                                        "an 8-bit integer",
                                        "a 16-bit unsigned integer",
                                        "a 16-bit integer",
                                        "a 32-bit unsigned integer",
                                        "a 32-bit integer",
                                        "a 32-bit float",
                                        "a Boolean",
                                        "a string",
                                        "an array",
                                        "a 64-bit unsigned integer",
                                        "a 64-bit integer",
                                        "a 64-bit float"};
  return names[static_cast<std::size_t>(kind)];
}

/// The size in bytes of one value of this kind; 0 for strings and arrays, whose size varies.
constexpr std::size_t size_of(GgufKind kind) {
  constexpr std::size_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return sizes[static_cast<std::size_t>(kind)];
}

/// A value where it stands in the file, its extent already checked: a scalar or string is an array
/// of one.
struct GgufValue {
  GgufKind kind = GgufKind::u8;  ///< of the value, or of each element
  bool is_array = false;
  std::uint64_t count = 0;           ///< elements
  std::span<const std::byte> bytes;  ///< all elements, one after the other
};

namespace detail {

/// A name from a file, fit for a sentence: in quotes, not too long, without control characters.
inline std::string quoted(std::string_view name) {
  std::string text = "'";
  for (const char c : name.substr(0, 80))
    text += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return text + (name.size() > 80 ? "...'" : "'");
}

/// What stands at the front of `bytes`; the caller has seen that it is there.
template <class T>
T read_front(std::span<const std::byte> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// The string that begins at the front of `bytes`, length first.
inline std::string_view read_string(std::span<const std::byte> bytes) {
  const auto length = read_front<std::uint64_t>(bytes);
  return {reinterpret_cast<const char*>(bytes.data()) + 8, static_cast<std::size_t>(length)};
}

/// `from` as a T, if T can say it.
template <class T, class From>
std::optional<T> convert(From from) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<From, bool>) {
    if constexpr (std::is_same_v<T, From>)
      return from;
    else
      return std::nullopt;
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_integral_v<From>)
      return std::in_range<T>(from) ? std::optional<T>(static_cast<T>(from)) : std::nullopt;
    else
      return std::nullopt;
  } else {
    return static_cast<T>(from);
  }
}

/// The number of this kind at the front of `bytes`, as a T; nothing if it is no such number.
template <class T>
std::optional<T> read_number(GgufKind kind, std::span<const std::byte> bytes) {
  switch (kind) {
    case GgufKind::u8:
      return convert<T>(read_front<std::uint8_t>(bytes));
    case GgufKind::i8:
      return convert<T>(read_front<std::int8_t>(bytes));
    case GgufKind::u16:
      return convert<T>(read_front<std::uint16_t>(bytes));
    case GgufKind::i16:
      return convert<T>(read_front<std::int16_t>(bytes));
    case GgufKind::u32:
      return convert<T>(read_front<std::uint32_t>(bytes));
    case GgufKind::i32:
      return convert<T>(read_front<std::int32_t>(bytes));
    case GgufKind::f32:
      return convert<T>(read_front<float>(bytes));
    case GgufKind::boolean:
      return convert<T>(read_front<std::uint8_t>(bytes) != 0);
    case GgufKind::u64:
      return convert<T>(read_front<std::uint64_t>(bytes));
    case GgufKind::i64:
      return convert<T>(read_front<std::int64_t>(bytes));
    case GgufKind::f64:
      return convert<T>(read_front<double>(bytes));
    case GgufKind::string:
    case GgufKind::array:
      break;
  }
  return std::nullopt;
}

/// A value as a T: a number, bool, std::string_view, or a std::vector of these.
template <class T>
struct GgufAs {
  static std::string name() {
    if constexpr (std::is_same_v<T, bool>)
      return "a Boolean";
    else if constexpr (std::is_integral_v<T>)
      return "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
             std::to_string(std::numeric_limits<T>::max());
    else
      return "a number";
  }
  static std::optional<T> of(const GgufValue& value) {
    if (value.is_array) return std::nullopt;
    return read_number<T>(value.kind, value.bytes);
  }
};

template <>
struct GgufAs<std::string_view> {
  static std::string name() { return "a string"; }
  static std::optional<std::string_view> of(const GgufValue& value) {
    if (value.is_array || value.kind != GgufKind::string) return std::nullopt;
    return read_string(value.bytes);
  }
};

template <class T>
struct GgufAs<std::vector<T>> {
  static std::string name() { return "an array, each element " + GgufAs<T>::name(); }
  static std::optional<std::vector<T>> of(const GgufValue& value) {
    const std::size_t size = size_of(value.kind);
    if (!value.is_array || size == 0) return std::nullopt;
    std::vector<T> elements;
    elements.reserve(static_cast<std::size_t>(value.count));
    for (std::size_t at = 0; at < value.bytes.size(); at += size) {
      const auto element = read_number<T>(value.kind, value.bytes.subspan(at));
      if (!element) return std::nullopt;
      elements.push_back(*element);
    }
    return elements;
  }
};

template <>
struct GgufAs<std::vector<std::string_view>> {
  static std::string name() { return "an array of strings"; }
  static std::optional<std::vector<std::string_view>> of(const GgufValue& value) {
    if (!value.is_array || value.kind != GgufKind::string) return std::nullopt;
    std::vector<std::string_view> elements;
    elements.reserve(static_cast<std::size_t>(value.count));
    for (auto rest = value.bytes; !rest.empty(); rest = rest.subspan(8 + elements.back().size()))
      elements.push_back(read_string(rest));
    return elements;
  }
};

}  // namespace detail
}  // namespace tamis
