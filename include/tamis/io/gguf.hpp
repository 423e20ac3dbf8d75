#pragma once

/// \file gguf.hpp
/// The GGUF format, in which llama.cpp keeps models: named values, then named tensors.
///
/// Source: the specification, docs/gguf.md of the ggml project; versions 2 and 3.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "gguf_value.hpp"
#include "mapped_file.hpp"
#include "tensor_type.hpp"

namespace tamis {

/// A tensor as it stands in the file. The shape is written as mathematics writes it: a matrix of
/// `rows` rows, each of `columns` numbers one after the other.
struct GgufTensor {
  std::string_view name;
  std::uint32_t type = 0;  ///< a number that tensor_layout() knows
  int rank = 0;            ///< 0 to 4
  std::array<std::uint64_t, 4> extents{1, 1, 1,
                                       1};  ///< the innermost first: extents[0] is the row length
  std::span<const std::byte> bytes;

  std::uint64_t columns() const { return extents[0]; }
  std::uint64_t rows() const { return extents[1] * extents[2] * extents[3]; }
};

/// A GGUF file, read and checked: every string, value and tensor lies inside the file.
///
///     auto gguf = Gguf::open("model.gguf");
///     if (!gguf) return complain(gguf.error().message);
///     auto layers = gguf->value<int>("llama.block_count");
///     auto tokens = gguf->value<std::vector<std::string_view>>("tokenizer.ggml.tokens");
///
/// A value: copies share the mapped file, and strings and tensors live as long as one of them.
class Gguf {
 public:
  /// Maps and reads the file at `path`.
  static Result<Gguf> open(const std::string& path) {
    auto file = MappedFile::open(path);
    if (!file) return file.error();
    auto shared = std::make_shared<const MappedFile>(*std::move(file));
    auto gguf = parse(shared->bytes(), "'" + path + "'");
    if (gguf) gguf->file_ = std::move(shared);
    return gguf;
  }

  /// Reads a file that is in memory already, and must stay there; `name` is what the sentences call
  /// it.
  static Result<Gguf> parse(std::span<const std::byte> bytes,
                            const std::string& name = "the model data");

  /// What the sentences call this file.
  const std::string& name() const { return name_; }
  std::uint32_t version() const { return version_; }

  bool has(std::string_view key) const { return find(key) != nullptr; }

  /// The value of `key` as a T, which is a number, bool, std::string_view, or a std::vector of
  /// these. Integers convert where the value fits, and to floating point. An error says what is
  /// there instead.
  template <class T>
  Result<T> value(std::string_view key) const {
    const GgufValue* value = find(key);
    if (!value) return Error{name_ + " has no value named " + detail::quoted(key)};
    auto as = detail::GgufAs<T>::of(*value);
    if (!as)
      return Error{"in " + name_ + ", the value " + detail::quoted(key) + " is " +
                   description(*value) + "; " + detail::GgufAs<T>::name() + " is needed"};
    return *std::move(as);
  }

  /// As above, and `otherwise` when the file has no such key.
  template <class T>
  Result<T> value_or(std::string_view key, T otherwise) const {
    if (!has(key)) return otherwise;
    return value<T>(key);
  }

  std::span<const GgufTensor> tensors() const { return tensors_; }

  /// The tensor of this name; null if there is none.
  const GgufTensor* tensor(std::string_view name) const {
    const auto at = std::ranges::lower_bound(tensors_, name, {}, &GgufTensor::name);
    return at != tensors_.end() && at->name == name ? &*at : nullptr;
  }

 private:
  class Reader;
  struct Entry {
    std::string_view key;
    GgufValue value;
  };

  const GgufValue* find(std::string_view key) const {
    const auto at = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
    return at != entries_.end() && at->key == key ? &at->value : nullptr;
  }

  static std::string description(const GgufValue& value) {
    if (value.is_array)
      return "an array of " + std::to_string(value.count) + " elements, each " +
             std::string(name_of(value.kind));
    const auto kind = std::string(name_of(value.kind));
    if (const auto whole = detail::read_number<std::int64_t>(value.kind, value.bytes))
      return kind + ", " + std::to_string(*whole);
    if (const auto real = detail::read_number<double>(value.kind, value.bytes))
      return kind + ", " + std::to_string(*real);
    return kind;
  }

  std::shared_ptr<const MappedFile> file_;
  std::string name_;
  std::uint32_t version_ = 0;
  std::vector<Entry> entries_;       // by key
  std::vector<GgufTensor> tensors_;  // by name
};

/// Walks over the bytes of a file and believes nothing: each step first asks whether the bytes are
/// there. A step that fails leaves its sentence in `fault_`, and then every later step fails.
class Gguf::Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  Result<Gguf> read() {
    Gguf gguf;
    gguf.name_ = name_;
    read_header(gguf);
    read_entries(gguf);
    read_tensors(gguf);
    if (fault_) return Error{*fault_};
    return gguf;
  }

 private:
  std::nullopt_t fail(const std::string& sentence) {
    if (!fault_) fault_ = sentence;
    return std::nullopt;
  }
  std::nullopt_t fail_short(const std::string& part) {
    return fail(name_ + " is cut short or damaged: it ends after " + std::to_string(bytes_.size()) +
                " bytes, within " + part + "; fetch it again");
  }
  std::uint64_t left() const { return bytes_.size() - at_; }

  std::optional<std::span<const std::byte>> take(std::uint64_t size, const std::string& part) {
    if (fault_) return std::nullopt;
    if (size > left()) return fail_short(part);
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return taken;
  }
  template <class T>
  std::optional<T> number(const std::string& part) {
    const auto taken = take(sizeof(T), part);
    if (!taken) return std::nullopt;
    return detail::read_front<T>(*taken);
  }
  std::optional<std::string_view> string(const std::string& part) {
    const auto length = number<std::uint64_t>(part);
    if (!length) return std::nullopt;
    const auto text = take(*length, part);
    if (!text) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(text->data()), text->size());
  }

  void read_header(Gguf& gguf) {
    constexpr std::string_view magic = "GGUF";
    const std::size_t size = std::min<std::size_t>(bytes_.size(), 4);
    const std::string_view begin(reinterpret_cast<const char*>(bytes_.data()), size);
    if (bytes_.empty()) return void(fail(name_ + " is empty; a GGUF model is needed"));
    if (begin != magic.substr(0, size)) {
      std::string hex;
      for (const char c : begin) {
        constexpr char digits[] = "0123456789abcdef";
        hex += {' ', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
      }
      return void(fail(name_ + " is not a GGUF model: it begins with the bytes" + hex +
                       " where 47 47 55 46, \"GGUF\", should stand"));
    }
    take(4, "the header");
    const auto version = number<std::uint32_t>("the header");
    if (!version) return;
    if (*version != 0 && (*version & 0xffff) == 0)
      return void(fail(name_ + " is big-endian; Tamis reads little-endian GGUF files"));
    if (*version != 2 && *version != 3)
      return void(fail(name_ + " is of GGUF version " + std::to_string(*version) +
                       "; Tamis reads versions 2 and 3"));
    gguf.version_ = *version;
    tensor_count_ = number<std::uint64_t>("the header").value_or(0);
    entry_count_ = number<std::uint64_t>("the header").value_or(0);
    // A tensor takes at least 24 bytes and an entry 13: counts beyond are no counts.
    if (!fault_ && (tensor_count_ > left() / 24 || entry_count_ > left() / 13))
      fail(name_ + " is damaged or cut short: it announces " + std::to_string(tensor_count_) +
           " tensors and " + std::to_string(entry_count_) + " values in " +
           std::to_string(bytes_.size()) + " bytes; fetch it again");
  }

  std::optional<GgufKind> kind(std::string_view key) {
    const auto number_of_kind = number<std::uint32_t>("the value " + detail::quoted(key));
    if (!number_of_kind) return std::nullopt;
    if (*number_of_kind > static_cast<std::uint32_t>(GgufKind::f64))
      return fail("in " + name_ + ", the value " + detail::quoted(key) + " is of type " +
                  std::to_string(*number_of_kind) + "; GGUF has the types 0 to 12");
    return static_cast<GgufKind>(*number_of_kind);
  }

  std::optional<GgufValue> value(std::string_view key) {
    const std::string part = "the value " + detail::quoted(key);
    auto element = kind(key);
    if (!element) return std::nullopt;
    GgufValue value{*element, *element == GgufKind::array, 1, {}};
    if (value.is_array) {
      element = kind(key);
      const auto count = number<std::uint64_t>(part);
      if (!element || !count) return std::nullopt;
      if (*element == GgufKind::array)
        return fail("in " + name_ + ", " + part + " is an array of arrays, which no model uses");
      value.kind = *element;
      value.count = *count;
    }
    const std::size_t begin = at_, size = size_of(value.kind);
    if (size == 0) {
      for (std::uint64_t i = 0; i < value.count; ++i)
        if (!string(part)) return std::nullopt;
    } else {
      if (value.count > left() / size) return fail_short(part);
      take(value.count * size, part);
    }
    value.bytes = bytes_.subspan(begin, at_ - begin);
    return value;
  }

  void read_entries(Gguf& gguf) {
    for (std::uint64_t i = 0; i < entry_count_ && !fault_; ++i) {
      const auto key = string("the name of value " + std::to_string(i));
      const auto value = key ? this->value(*key) : std::nullopt;
      if (value) gguf.entries_.push_back({*key, *value});
    }
    std::ranges::sort(gguf.entries_, {}, &Entry::key);
    const auto twice = std::ranges::adjacent_find(gguf.entries_, {}, &Entry::key);
    if (twice != gguf.entries_.end())
      fail(name_ + " is damaged: it has two values named " + detail::quoted(twice->key));
  }

  std::optional<GgufTensor> tensor(std::uint64_t index) {
    const auto name = string("the name of tensor " + std::to_string(index));
    if (!name) return std::nullopt;
    const std::string part = "the description of tensor " + detail::quoted(*name);
    const auto damaged = [&](const std::string& how) {
      return fail(name_ + " is damaged: tensor " + detail::quoted(*name) + " " + how);
    };
    GgufTensor tensor;
    tensor.name = *name;
    const auto rank = number<std::uint32_t>(part);
    if (!rank) return std::nullopt;
    if (*rank > 4)
      return damaged("has " + std::to_string(*rank) + " dimensions; at most 4 are possible");
    tensor.rank = static_cast<int>(*rank);
    std::uint64_t elements = 1;
    for (std::uint32_t i = 0; i < *rank; ++i) {
      const auto extent = number<std::uint64_t>(part);
      if (!extent) return std::nullopt;
      if (*extent == 0 || *extent > (std::uint64_t{1} << 48) / elements)
        return damaged("has an impossible extent, " + std::to_string(*extent));
      tensor.extents[i] = *extent;
      elements *= *extent;
    }
    const auto type = number<std::uint32_t>(part);
    const auto offset = number<std::uint64_t>(part);
    if (!type || !offset) return std::nullopt;
    const TensorLayout layout = tensor_layout(*type);
    if (!layout.known())
      return fail("in " + name_ + ", tensor " + detail::quoted(*name) + " is stored as type " +
                  std::to_string(*type) + ", which Tamis does not know");
    if (tensor.columns() % layout.block_length != 0)
      return damaged("has rows of " + std::to_string(tensor.columns()) + " numbers; " +
                     std::string(layout.name) + " needs a multiple of " +
                     std::to_string(layout.block_length));
    tensor.type = *type;
    offsets_.push_back({*offset, elements / layout.block_length * layout.block_bytes});
    return tensor;
  }

  void read_tensors(Gguf& gguf) {
    for (std::uint64_t i = 0; i < tensor_count_ && !fault_; ++i)
      if (const auto tensor = this->tensor(i)) gguf.tensors_.push_back(*tensor);
    if (fault_ || gguf.tensors_.empty()) return;

    const auto alignment = gguf.value_or<std::uint32_t>("general.alignment", 32);
    if (!alignment) return void(fail(alignment.error().message));
    if (*alignment == 0 || (*alignment & (*alignment - 1)) != 0)
      return void(fail("in " + name_ + ", the value 'general.alignment' is " +
                       std::to_string(*alignment) + "; a power of two is needed"));
    const std::uint64_t begin = (at_ + std::uint64_t{*alignment} - 1) / *alignment * *alignment;
    for (std::size_t i = 0; i < gguf.tensors_.size(); ++i) {
      GgufTensor& tensor = gguf.tensors_[i];
      const auto [offset, size] = offsets_[i];
      if (offset % *alignment != 0)
        return void(fail(name_ + " is damaged: tensor " + detail::quoted(tensor.name) +
                         " begins at " + std::to_string(offset) + ", which is not a multiple of " +
                         std::to_string(*alignment)));
      if (begin > bytes_.size() || offset > bytes_.size() - begin ||
          size > bytes_.size() - begin - offset)
        return void(fail_short("tensor " + detail::quoted(tensor.name)));
      tensor.bytes =
          bytes_.subspan(static_cast<std::size_t>(begin + offset), static_cast<std::size_t>(size));
    }
    std::ranges::sort(gguf.tensors_, {}, &GgufTensor::name);
    const auto twice = std::ranges::adjacent_find(gguf.tensors_, {}, &GgufTensor::name);
    if (twice != gguf.tensors_.end())
      fail(name_ + " is damaged: it has two tensors named " + detail::quoted(twice->name));
  }

  struct Extent {
    std::uint64_t offset, size;
  };

  std::span<const std::byte> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::uint64_t tensor_count_ = 0, entry_count_ = 0;
  std::vector<Extent> offsets_;
  std::optional<std::string> fault_;
};

inline Result<Gguf> Gguf::parse(std::span<const std::byte> bytes, const std::string& name) {
  return Reader(bytes, name).read();
}

}  // namespace tamis
