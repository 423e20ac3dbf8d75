#pragma once

/// \file gguf_writer.hpp
/// Writes small GGUF files, also wrong ones.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tamis/io/gguf_value.hpp>
#include <type_traits>
#include <vector>

/// Bytes, one value after the other.
struct Bytes : std::vector<std::byte> {
  template <class T>
  void put(T value) {
    static_assert(std::is_arithmetic_v<T>);
    put_raw({reinterpret_cast<const char*>(&value), sizeof value});
  }
  void put(std::string_view text) {
    put(std::uint64_t{text.size()});
    put_raw(text);
  }
  void put_raw(std::string_view text) {
    for (const char byte : text) push_back(static_cast<std::byte>(byte));
  }
  void put_all(const std::vector<std::byte>& bytes) {
    for (const std::byte byte : bytes) push_back(byte);
  }
};

/// A GGUF file under construction.
class GgufWriter {
 public:
  std::uint32_t version = 3;
  std::uint64_t alignment =
      32;  ///< of what is written; the value general.alignment is the caller's

  template <class T>
  GgufWriter& value(std::string_view key, T value) {
    values_.put(key);
    values_.put(static_cast<std::uint32_t>(kind<T>()));
    put(value);
    ++value_count_;
    return *this;
  }
  GgufWriter& value(std::string_view key, const char* text) {
    return value(key, std::string_view(text));
  }
  template <class T>
  GgufWriter& array(std::string_view key, const std::vector<T>& elements) {
    values_.put(key);
    values_.put(static_cast<std::uint32_t>(tamis::GgufKind::array));
    values_.put(static_cast<std::uint32_t>(kind<T>()));
    values_.put(std::uint64_t{elements.size()});
    for (const auto& element : elements) put(static_cast<T>(element));
    ++value_count_;
    return *this;
  }
  /// A value of any type number, with any bytes.
  GgufWriter& raw_value(std::string_view key, std::uint32_t type, const Bytes& bytes) {
    values_.put(key);
    values_.put(type);
    values_.put_all(bytes);
    ++value_count_;
    return *this;
  }

  /// `extents` the innermost first.
  GgufWriter& tensor(std::string_view name, std::uint32_t type,
                     const std::vector<std::uint64_t>& extents, const std::vector<std::byte>& bytes,
                     std::uint64_t shift = 0) {
    tensors_.put(name);
    tensors_.put(static_cast<std::uint32_t>(extents.size()));
    for (const auto extent : extents) tensors_.put(extent);
    tensors_.put(type);
    tensors_.put(std::uint64_t{data_.size()} + shift);
    data_.put_all(bytes);
    while (data_.size() % alignment != 0) data_.push_back({});
    ++tensor_count_;
    return *this;
  }

  Bytes bytes() const {
    Bytes file;
    file.put_raw("GGUF");
    file.put(version);
    file.put(tensor_count_);
    file.put(value_count_);
    file.put_all(values_);
    file.put_all(tensors_);
    while (file.size() % alignment != 0) file.push_back({});
    file.put_all(data_);
    return file;
  }

 private:
  template <class T>
  static constexpr tamis::GgufKind kind() {
    using enum tamis::GgufKind;
    if (std::is_same_v<T, bool>) return boolean;
    if (std::is_same_v<T, std::string_view>) return string;
    if (std::is_same_v<T, float>) return f32;
    if (std::is_same_v<T, double>) return f64;
    constexpr tamis::GgufKind kinds[] = {u8, i8, u16, i16, u32, i32, u64, i64};
    const int size = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return kinds[2 * size + std::is_signed_v<T>];
  }

  void put(std::string_view text) { values_.put(text); }
  template <class T>
  requires std::is_arithmetic_v<T>
  void put(T number) { values_.put(number); }

  std::uint64_t tensor_count_ = 0, value_count_ = 0;
  Bytes values_, tensors_, data_;
};
