#include <cstdint>
#include <string_view>
#include <tamis/io/gguf_value.hpp>
#include <vector>

#include "catch.hpp"
#include "gguf_writer.hpp"

using namespace tamis;
using tamis::detail::GgufAs;

template <class T>
static Bytes bytes_of(T value) {
  Bytes bytes;
  bytes.put(value);
  return bytes;
}

TEST_CASE("Integers convert to every type in which they have a place") {
  const Bytes bytes = bytes_of(std::uint32_t{300});
  const GgufValue value{GgufKind::u32, false, 1, bytes};
  CHECK(GgufAs<int>::of(value) == 300);
  CHECK(GgufAs<std::uint16_t>::of(value) == 300);
  CHECK(GgufAs<std::int64_t>::of(value) == 300);
  CHECK(GgufAs<float>::of(value) == 300.0f);
  CHECK_FALSE(GgufAs<std::uint8_t>::of(value));
  CHECK_FALSE(GgufAs<bool>::of(value));
  CHECK_FALSE(GgufAs<std::string_view>::of(value));
  CHECK_FALSE(GgufAs<std::vector<int>>::of(value));

  const Bytes negative = bytes_of(std::int8_t{-1});
  CHECK(GgufAs<int>::of({GgufKind::i8, false, 1, negative}) == -1);
  CHECK_FALSE(GgufAs<unsigned>::of({GgufKind::i8, false, 1, negative}));
  const Bytes large = bytes_of(~std::uint64_t{0});
  CHECK_FALSE(GgufAs<std::int64_t>::of({GgufKind::u64, false, 1, large}));
}

TEST_CASE("Floating-point numbers and Booleans are no integers") {
  const Bytes one = bytes_of(1.0f), yes = bytes_of(true);
  CHECK(GgufAs<double>::of({GgufKind::f32, false, 1, one}) == 1.0);
  CHECK_FALSE(GgufAs<int>::of({GgufKind::f32, false, 1, one}));
  CHECK(GgufAs<bool>::of({GgufKind::boolean, false, 1, yes}) == true);
  CHECK_FALSE(GgufAs<int>::of({GgufKind::boolean, false, 1, yes}));
  CHECK_FALSE(GgufAs<float>::of({GgufKind::boolean, false, 1, yes}));
}

TEST_CASE("Arrays convert element by element, or not at all") {
  Bytes bytes;
  for (const std::int16_t element : {1, -2, 300}) bytes.put(element);
  const GgufValue value{GgufKind::i16, true, 3, bytes};
  CHECK(GgufAs<std::vector<int>>::of(value) == std::vector{1, -2, 300});
  CHECK(GgufAs<std::vector<float>>::of(value) == std::vector{1.0f, -2.0f, 300.0f});
  CHECK_FALSE(GgufAs<std::vector<unsigned>>::of(value));
  CHECK_FALSE(GgufAs<std::vector<std::string_view>>::of(value));
  CHECK_FALSE(GgufAs<int>::of(value));

  Bytes strings;
  for (const auto text : {"a", "", "longer"}) strings.put(std::string_view(text));
  CHECK(GgufAs<std::vector<std::string_view>>::of({GgufKind::string, true, 3, strings}) ==
        std::vector<std::string_view>{"a", "", "longer"});
  CHECK(GgufAs<std::vector<std::string_view>>::of({GgufKind::string, true, 0, {}})->empty());
}
