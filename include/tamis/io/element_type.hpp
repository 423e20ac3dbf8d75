#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tamis {

/// What the numbers of a tensor in a safetensors file are: those of the format whose size is whole
/// bytes.
enum class ElementType : std::uint8_t {
  boolean,
  u8,
  i8,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  u16,
  i16,
  f16,
  bf16,
  u32,
  i32,
  f32,
  u64,
  i64,
  f64,
  c64
};

/// How the format writes a type, and the size of a number in bytes.
struct ElementFacts {
  std::string_view name;
  std::size_t size;
};

inline constexpr std::array<ElementFacts, 17> element_types = {{{"BOOL", 1},
                                                                {"U8", 1},
                                                                {"I8", 1},
                                                                {"F8_E4M3", 1},
                                                                {"F8_E5M2", 1},
                                                                {"F8_E8M0", 1},
                                                                {"U16", 2},
                                                                {"I16", 2},
                                                                {"F16", 2},
                                                                {"BF16", 2},
                                                                {"U32", 4},
                                                                {"I32", 4},
                                                                {"F32", 4},
                                                                {"U64", 8},
                                                                {"I64", 8},
                                                                {"F64", 8},
                                                                {"C64", 8}}};

constexpr ElementFacts facts_of(ElementType type) {
  return element_types[static_cast<std::size_t>(type)];
}

/// The type of this name, "BF16", if it is known.
constexpr std::optional<ElementType> element_type(std::string_view name) {
  for (std::size_t i = 0; i < element_types.size(); ++i)
    if (element_types[i].name == name) return static_cast<ElementType>(i);
  return std::nullopt;
}

}  // namespace tamis
