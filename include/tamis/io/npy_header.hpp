#pragma once

/// \file npy_header.hpp
/// What stands at the beginning of a .npy file: the type and the shape of an array.
///
/// Source: NEP 1, "A simple file format for NumPy arrays", and numpy.lib.format, versions 1.0
/// to 3.0.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"

namespace tamis {

/// The types of elements that can be read and written.
enum class NpyType { float16, float32, float64, int32, int64 };

/// What is known of a type.
struct NpyTypeFacts {
  std::string_view name;   ///< as NumPy calls it: "float32"
  std::string_view descr;  ///< as the file does: "<f4"
  std::size_t size;        ///< bytes of an element
};

constexpr NpyTypeFacts facts_of(NpyType type) {
  constexpr std::array<NpyTypeFacts, 5> facts{{{"float16", "<f2", 2},
                                               {"float32", "<f4", 4},
                                               {"float64", "<f8", 8},
                                               {"int32", "<i4", 4},
                                               {"int64", "<i8", 8}}};
  return facts[static_cast<std::size_t>(type)];
}

/// A header that was read.
struct NpyHeader {
  NpyType type = NpyType::float32;
  bool fortran_order = false;      ///< the first index varies fastest, not the last
  std::vector<std::size_t> shape;  ///< one or two numbers
  std::size_t elements = 0;        ///< their product
  std::size_t data_begins = 0;     ///< bytes before the first element
};

/// A shape as Python writes it: "(3,)", "(3, 4)".
inline std::string text_of_shape(std::span<const std::size_t> shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

namespace detail {

/// The product of a shape, unless it is above `most`.
inline std::optional<std::size_t> product_of(std::span<const std::size_t> shape, std::size_t most) {
  std::size_t product = 1;
  for (const std::size_t extent : shape)
    if (extent == 0) return 0;
  for (const std::size_t extent : shape) {
    if (extent > most / product) return std::nullopt;
    product *= extent;
  }
  return product;
}

/// Reads the Python literal of a header from its beginning to its end. Each function returns
/// whether what it looks for was there, and goes past it if so.
class PythonReader {
 public:
  explicit PythonReader(std::string_view text) : text_(text) {}

  std::size_t position() const { return position_; }

  bool at_end() {
    skip_space();
    return position_ == text_.size();
  }

  bool take(char wanted) { return take(std::string_view(&wanted, 1)); }

  bool take(std::string_view wanted) {
    skip_space();
    if (text_.substr(position_, wanted.size()) != wanted) return false;
    position_ += wanted.size();
    return true;
  }

  /// A string in either kind of quotes, without escapes.
  bool take_string(std::string& value) {
    skip_space();
    if (position_ == text_.size() || (text_[position_] != '\'' && text_[position_] != '"'))
      return false;
    const std::size_t end = text_.find(text_[position_], position_ + 1);
    const std::string_view inside = text_.substr(position_ + 1, end - position_ - 1);
    if (end == text_.npos || inside.find('\\') != inside.npos) return false;
    value = inside;
    position_ = end + 1;
    return true;
  }

  bool take_bool(bool& value) {
    value = take("True");
    return value || take("False");
  }

  /// A tuple of numbers; at most `most` are stored, and all are counted.
  bool take_tuple(std::vector<std::size_t>& values, std::size_t& count, std::size_t most) {
    if (!take('(')) return false;
    values.clear();
    for (count = 0; !take(')'); ++count) {
      std::size_t value = 0;
      if (!take_number(value)) return false;
      if (count < most) values.push_back(value);
      if (!take(',') && (count == 0 || !at(')'))) return false;  // (3) is a number, (3,) a tuple
    }
    return true;
  }

 private:
  void skip_space() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n'))
      ++position_;
  }

  bool at(char wanted) {
    skip_space();
    return position_ < text_.size() && text_[position_] == wanted;
  }

  bool take_number(std::size_t& value) {
    skip_space();
    const std::size_t begin = position_;
    for (value = 0; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9';
         ++position_) {
      const auto digit = static_cast<std::size_t>(text_[position_] - '0');
      if (value > (SIZE_MAX - digit) / 10) return false;
      value = value * 10 + digit;
    }
    const bool found = position_ > begin;
    take('L');  // written by Python 2
    return found;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

/// What was found in a header, before it is judged.
struct RawNpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
  std::size_t rank = 0;
};

/// Reads the dictionary. Errors begin with `refuse`'s words.
template <class Refuse>
Result<RawNpyHeader> read_npy_dictionary(std::string_view text, const Refuse& refuse) {
  RawNpyHeader raw;
  bool has_descr = false, has_order = false, has_shape = false;
  PythonReader reader(text);
  const auto not_understood = [&](const std::string& wanted) {
    return refuse("has a header that cannot be read: at its byte " +
                  std::to_string(reader.position()) + " " + wanted + " was to be expected");
  };
  if (!reader.take('{')) return not_understood("a '{'");
  for (bool ends = reader.take('}'); !ends;) {
    std::string key;
    if (!reader.take_string(key)) return not_understood("a key in quotes");
    if (!reader.take(':')) return not_understood("a ':'");
    if (key == "descr") {
      if (reader.take('['))
        return refuse("holds records with named fields; save one of the fields by itself");
      has_descr = reader.take_string(raw.descr);
      if (!has_descr) return not_understood("a type in quotes");
    } else if (key == "fortran_order") {
      has_order = reader.take_bool(raw.fortran_order);
      if (!has_order) return not_understood("True or False");
    } else if (key == "shape") {
      has_shape = reader.take_tuple(raw.shape, raw.rank, 2);
      if (!has_shape) return not_understood("a number of a shape like (3, 4)");
    } else {
      return refuse("has a header with another key than 'descr', 'fortran_order' and 'shape'");
    }
    const bool goes_on = reader.take(',');
    ends = reader.take('}');
    if (!goes_on && !ends) return not_understood("a ',' or a '}'");
  }
  if (!reader.at_end()) return not_understood("the end");
  if (!has_descr || !has_order || !has_shape) {
    return refuse(std::string("has a header without ") + (!has_descr   ? "'descr'"
                                                          : !has_order ? "'fortran_order'"
                                                                       : "'shape'"));
  }
  return raw;
}

}  // namespace detail

/// Reads the header of a .npy file from the bytes of all of it, and checks that what it promises is
/// there and nothing more. `name` is what errors call the file.
inline Result<NpyHeader> parse_npy_header(std::span<const std::byte> bytes,
                                          const std::string& name) {
  const auto refuse = [&](const std::string& why) { return Error{"'" + name + "' " + why}; };
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::string_view magic = "\x93NUMPY";
  if (text.substr(0, magic.size()) != magic)
    return refuse("is no .npy file, for it does not begin like one; numpy.save writes them");

  const auto byte_at = [&](std::size_t at) { return std::to_integer<std::size_t>(bytes[at]); };
  if (bytes.size() < 10)
    return refuse("ends after " + std::to_string(bytes.size()) + " bytes, within its header");
  const std::size_t major = byte_at(6), minor = byte_at(7);
  if (major < 1 || major > 3 || minor != 0) {
    return refuse("is of version " + std::to_string(major) + "." + std::to_string(minor) +
                  " of the .npy format; 1.0, 2.0 and 3.0 can be read");
  }
  const std::size_t prefix = major == 1 ? 10 : 12;
  if (bytes.size() < prefix)
    return refuse("ends after " + std::to_string(bytes.size()) + " bytes, within its header");
  std::size_t length = byte_at(8) | byte_at(9) << 8;
  if (major > 1) length |= byte_at(10) << 16 | byte_at(11) << 24;
  if (length > bytes.size() - prefix) {
    return refuse("ends after " + std::to_string(bytes.size()) + " bytes, within its header of " +
                  std::to_string(prefix + length));
  }

  const auto raw = detail::read_npy_dictionary(text.substr(prefix, length), refuse);
  if (!raw) return raw.error();
  NpyHeader header;
  header.fortran_order = raw->fortran_order;
  header.shape = raw->shape;
  header.data_begins = prefix + length;
  bool known = false;
  for (const NpyType type :
       {NpyType::float16, NpyType::float32, NpyType::float64, NpyType::int32, NpyType::int64}) {
    if (facts_of(type).descr != raw->descr) continue;
    header.type = type;
    known = true;
  }
  if (!known) {
    std::string descr;  // from a file of any content: shown as far as it can be
    for (const char c : raw->descr.substr(0, 16)) descr += c >= ' ' && c <= '~' ? c : '?';
    return refuse(
        "holds elements of type '" + descr +
        "'; little-endian float16, float32, float64, int32 and int64 can be read, so save it with "
        ".astype('<f4') or the like");
  }
  if (raw->rank < 1 || raw->rank > 2) {
    return refuse("has " + std::to_string(raw->rank) + " dimensions; one or two are needed");
  }
  const std::size_t size = facts_of(header.type).size, present = bytes.size() - header.data_begins;
  const auto elements = detail::product_of(header.shape, SIZE_MAX / size);
  const std::string what =
      "shape " + text_of_shape(header.shape) + " of " + std::string(facts_of(header.type).name);
  if (!elements) return refuse("is said to be of " + what + ", which no memory holds");
  header.elements = *elements;
  if (present != header.elements * size) {
    return refuse("has " + std::to_string(present) + " bytes of data where " + what + " is " +
                  std::to_string(header.elements * size));
  }
  return header;
}

}  // namespace tamis
