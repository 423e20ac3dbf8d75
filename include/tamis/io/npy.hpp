#pragma once

/// \file npy.hpp
/// Arrays in NumPy's .npy files: how logits, distributions and tokens come from and go to Python.

#include <bit>
#include <cerrno>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "../core/half.hpp"
#include "mapped_file.hpp"
#include "npy_header.hpp"

namespace tamis {

static_assert(std::endian::native == std::endian::little,
              "tamis: .npy files are read and written as little-endian");

/// An array of one or two dimensions.
struct NpyArray {
  NpyType type = NpyType::float32;
  std::vector<std::size_t> shape;  ///< [columns] or [rows, columns]
  std::vector<std::byte> data;     ///< the elements, row after row

  std::size_t rows() const { return shape.size() == 2 ? shape[0] : 1; }
  std::size_t columns() const { return shape.empty() ? 0 : shape.back(); }
  std::size_t elements() const { return data.size() / facts_of(type).size; }

  /// The element number `at` < elements(), as a double; an int64 above 2^53 is rounded.
  double value(std::size_t at) const {
    switch (type) {
      case NpyType::float16:
        return static_cast<double>(float_of_half(raw<std::uint16_t>(at)));
      case NpyType::float32:
        return static_cast<double>(raw<float>(at));
      case NpyType::float64:
        return raw<double>(at);
      case NpyType::int32:
        return raw<std::int32_t>(at);
      case NpyType::int64:
        return static_cast<double>(raw<std::int64_t>(at));
    }
    return 0;
  }

  /// All elements as doubles, row after row.
  std::vector<double> doubles() const {
    std::vector<double> values(elements());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(i);
    return values;
  }

  /// All elements as floats, row after row; what a float64 or an int64 has too much is rounded, to
  /// infinity where it is too great.
  std::vector<float> floats() const {
    constexpr double most = std::numeric_limits<float>::max();
    std::vector<float> values(elements());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double x = value(i);
      values[i] = std::abs(x) > most ? std::copysign(std::numeric_limits<float>::infinity(),
                                                     static_cast<float>(x > 0 ? 1 : -1))
                                     : static_cast<float>(x);
    }
    return values;
  }

  /// All elements as token ids, row after row; an error if they are no integers or do not fit.
  Result<std::vector<TokenId>> tokens() const {
    if (type != NpyType::int32 && type != NpyType::int64) {
      return Error{"token ids are int32 or int64, not " + std::string(facts_of(type).name) +
                   "; save them with .astype('<i4')"};
    }
    std::vector<TokenId> ids(elements());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::int64_t id = type == NpyType::int32 ? raw<std::int32_t>(i) : raw<std::int64_t>(i);
      if (id < std::numeric_limits<TokenId>::min() || id > std::numeric_limits<TokenId>::max()) {
        return Error{"element " + std::to_string(i) + " is " + std::to_string(id) +
                     ", which is no token id; they have 32 bits"};
      }
      ids[i] = static_cast<TokenId>(id);
    }
    return ids;
  }

 private:
  template <class T>
  T raw(std::size_t at) const {
    T value;
    std::memcpy(&value, data.data() + at * sizeof(T), sizeof(T));
    return value;
  }
};

namespace detail {

template <class T>
constexpr NpyType npy_type_of() {
  if constexpr (std::same_as<T, float>)
    return NpyType::float32;
  else if constexpr (std::same_as<T, double>)
    return NpyType::float64;
  else if constexpr (std::same_as<T, std::int32_t>)
    return NpyType::int32;
  else
    return NpyType::int64;
}

}  // namespace detail

/// An array with these elements, row after row; `format_npy` checks that the shape is theirs.
template <class T>
requires(std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int32_t> ||
         std::same_as<T, std::int64_t>) NpyArray
    npy_of(std::span<const T> values, std::vector<std::size_t> shape) {
  const auto bytes = std::as_bytes(values);
  return {detail::npy_type_of<T>(), std::move(shape), {bytes.begin(), bytes.end()}};
}

/// An array of float16, each the nearest to an element of `values`.
inline NpyArray npy_of_halves(std::span<const float> values, std::vector<std::size_t> shape) {
  NpyArray array{NpyType::float16, std::move(shape), std::vector<std::byte>(2 * values.size())};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t half = half_of_float(values[i]);
    std::memcpy(array.data.data() + 2 * i, &half, 2);
  }
  return array;
}

/// Reads an array from the bytes of a .npy file; one in Fortran order is put row after row. `name`
/// is what errors call the file.
inline Result<NpyArray> parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  auto header = parse_npy_header(bytes, name);
  if (!header) return header.error();
  const std::span<const std::byte> data = bytes.subspan(header->data_begins);
  NpyArray array{header->type, std::move(header->shape), {data.begin(), data.end()}};
  if (header->fortran_order && array.shape.size() == 2) {
    const std::size_t size = facts_of(array.type).size, rows = array.rows(),
                      columns = array.columns();
    for (std::size_t i = 0; i < array.elements(); ++i)
      std::memcpy(array.data.data() + i * size,
                  data.data() + (i % columns * rows + i / columns) * size, size);
  }
  return array;
}

/// The bytes of a .npy file with this array, those that numpy.save writes.
inline Result<std::vector<std::byte>> format_npy(const NpyArray& array) {
  const NpyTypeFacts facts = facts_of(array.type);
  if (array.shape.empty() || array.shape.size() > 2) {
    return Error{"an array of " + std::to_string(array.shape.size()) +
                 " dimensions cannot be written; one of 1 or 2 can"};
  }
  const auto elements = detail::product_of(array.shape, SIZE_MAX / facts.size);
  if (!elements || *elements * facts.size != array.data.size()) {
    return Error{"an array of shape " + text_of_shape(array.shape) + " of " +
                 std::string(facts.name) + " cannot have " + std::to_string(array.data.size()) +
                 " bytes"};
  }
  std::string header = "{'descr': '" + std::string(facts.descr) +
                       "', 'fortran_order': False, 'shape': " + text_of_shape(array.shape) + ", }";
  const std::size_t prefix = 10;
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  std::string text = "\x93NUMPY";
  text +=
      {'\1', '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  text += header;

  const auto bytes = std::as_bytes(std::span(text));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  file.insert(file.end(), array.data.begin(), array.data.end());
  return file;
}

/// Reads the array in a .npy file.
inline Result<NpyArray> read_npy(const std::string& path) {
  const auto file = MappedFile::open(path);
  if (!file) return file.error();
  return parse_npy(file->bytes(), path);
}

/// Writes an array to a .npy file; one that is there is replaced.
inline Result<void> write_npy(const std::string& path, const NpyArray& array) {
  const auto bytes = format_npy(array);
  if (!bytes) return bytes.error();
  const auto refuse = [&] {
    return Error{"'" + path + "' cannot be written: " + std::strerror(errno)};
  };
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) return refuse();
  const bool written = std::fwrite(bytes->data(), 1, bytes->size(), file) == bytes->size();
  const bool closed = std::fclose(file) == 0;  // a full disk may say so only here
  if (!written || !closed) return refuse();
  return {};
}

}  // namespace tamis
