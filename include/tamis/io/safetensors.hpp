#pragma once

/// \file safetensors.hpp
/// The safetensors format, in which HF keeps the weights of models: one file, or several with an
/// index.
///
/// Source: the format's description, huggingface/safetensors, README.md, and what its own reader
/// refuses.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "element_type.hpp"
#include "gguf_value.hpp"
#include "json_text.hpp"
#include "mapped_file.hpp"

namespace tamis {

/// A tensor as it stands in the file.
struct SafetensorsTensor {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<std::uint64_t> shape;  ///< the outermost extent first; empty: one number
  std::span<const std::byte> bytes;  ///< row after row, little-endian, maybe not aligned

  /// The shape as it is written: "[49152, 576]".
  std::string shape_text() const {
    std::string text = "[";
    for (const std::uint64_t extent : shape)
      text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    return text + "]";
  }
};

/// The tensors of a model, read and checked: each lies inside its file, and none overlaps another.
///
///     auto weights = Safetensors::open_folder("SmolLM2-135M-Instruct");
///     if (!weights) return complain(weights.error().message);
///     const SafetensorsTensor* embedding = weights->tensor("model.embed_tokens.weight");
///
/// A value: copies share the mapped files, and tensors' bytes live as long as one of them.
class Safetensors {
 public:
  /// A header may be this long, as in HF's reader.
  static constexpr std::uint64_t longest_header = 100'000'000;

  /// Maps and reads one file.
  static Result<Safetensors> open(const std::string& path) {
    auto file = MappedFile::open(path);
    if (!file) return file.error();
    auto shared = std::make_shared<const MappedFile>(*std::move(file));
    auto read = parse(shared->bytes(), "'" + path + "'");
    if (read) read->files_.push_back(std::move(shared));
    return read;
  }

  /// Reads the files that an index, `model.safetensors.index.json`, names; they stand beside it.
  static Result<Safetensors> open_index(const std::string& path);

  /// Reads `model.safetensors` of a folder, or the files that `model.safetensors.index.json` names.
  static Result<Safetensors> open_folder(const std::string& folder) {
    const std::filesystem::path inside(folder);
    std::error_code ignored;
    const auto whole = inside / "model.safetensors";
    const auto index = inside / "model.safetensors.index.json";
    if (std::filesystem::exists(whole, ignored)) return open(whole.string());
    if (std::filesystem::exists(index, ignored)) return open_index(index.string());
    return Error{"'" + folder +
                 "' has neither model.safetensors nor model.safetensors.index.json; the folder of "
                 "a model has one of them"};
  }

  /// Reads a file that is in memory already, and must stay there; `name` is what the sentences call
  /// it.
  static Result<Safetensors> parse(std::span<const std::byte> bytes,
                                   std::string name = "the tensor data");

  /// What the sentences call this file, or its index.
  const std::string& name() const { return name_; }

  /// All tensors, by name.
  std::span<const SafetensorsTensor> tensors() const { return tensors_; }

  /// The tensor of this name; null if there is none.
  const SafetensorsTensor* tensor(std::string_view name) const {
    const auto at =
        std::lower_bound(tensors_.begin(), tensors_.end(), name,
                         [](const SafetensorsTensor& a, std::string_view b) { return a.name < b; });
    return at != tensors_.end() && at->name == name ? &*at : nullptr;
  }

  /// What the file says of itself, such as {"format", "pt"}, by name; of an index nothing.
  std::span<const std::pair<std::string, std::string>> metadata() const { return metadata_; }

 private:
  using Json = nlohmann::json;

  struct Place {
    std::uint64_t begin, end;
    std::size_t index;
  };

  Error fault(const std::string& rest) const { return Error{name_ + " " + rest}; }
  Error damaged(std::string_view tensor, const std::string& rest) const {
    return fault("is damaged: the tensor " + detail::quoted(tensor) + " " + rest);
  }

  Result<std::string_view> header(std::span<const std::byte> bytes) const;
  Result<void> read_metadata(const Json& value);
  Result<Place> read_tensor(const std::string& name, const Json& value);
  Result<void> place(std::vector<Place>& places, std::span<const std::byte> data);

  static bool is_below(const SafetensorsTensor& a, const SafetensorsTensor& b) {
    return a.name < b.name;
  }

  std::vector<std::shared_ptr<const MappedFile>> files_;
  std::string name_;
  std::vector<SafetensorsTensor> tensors_;  // by name
  std::vector<std::pair<std::string, std::string>> metadata_;
};

/// The text of the header: after its length, eight bytes, come an object and maybe spaces.
inline Result<std::string_view> Safetensors::header(std::span<const std::byte> bytes) const {
  if (bytes.size() < 8)
    return fault("is no safetensors file: it has " + std::to_string(bytes.size()) +
                 " bytes, and the length of the header alone takes 8");
  const auto length = detail::read_front<std::uint64_t>(bytes);
  if (length > longest_header)
    return fault("is no safetensors file: its header would have " + std::to_string(length) +
                 " bytes; at most " + std::to_string(longest_header) + " are possible");
  if (length > bytes.size() - 8)
    return fault("is cut short or damaged: its header has " + std::to_string(length) +
                 " bytes, but the file ends after " + std::to_string(bytes.size()) +
                 "; fetch it again");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8,
                              static_cast<std::size_t>(length));
  if (!text.starts_with('{'))
    return fault("is no safetensors file: its header does not begin with '{'");
  return text;
}

inline Result<void> Safetensors::read_metadata(const Json& value) {
  if (!value.is_object())
    return fault("is damaged: __metadata__ is " + detail::quoted(value) +
                 "; it must be an object of strings");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      return fault("is damaged: in __metadata__, " + detail::quoted(std::string_view(key)) +
                   " is " + detail::quoted(text) + "; it must be a string");
    metadata_.emplace_back(key, text.get_ref<const std::string&>());
  }
  return {};
}

/// One entry of the header: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
inline Result<Safetensors::Place> Safetensors::read_tensor(const std::string& name,
                                                           const Json& value) {
  const auto is_list_of_counts = [](const Json& list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& item) {
             return item.is_number_unsigned();
           });
  };
  const auto member = [&](const char* key) -> const Json& {
    static const Json none;
    const auto found = value.is_object() ? value.find(key) : value.end();
    return value.is_object() && found != value.end() ? *found : none;
  };
  const Json &type = member("dtype"), &shape = member("shape"), &offsets = member("data_offsets");
  if (!type.is_string() || !is_list_of_counts(shape) || !is_list_of_counts(offsets) ||
      offsets.size() != 2)
    return damaged(name, "is described by " + detail::quoted(value) +
                             R"(; {"dtype": a name, "shape": [counts], "data_offsets": [begin, )"
                             "end]} is needed");
  const auto known = element_type(type.get_ref<const std::string&>());
  if (!known)
    return fault("stores the tensor " + detail::quoted(std::string_view(name)) + " as " +
                 detail::quoted(std::string_view(type.get_ref<const std::string&>())) +
                 ", which Tamis does not know");
  SafetensorsTensor tensor{name, *known, {}, {}};
  std::uint64_t size = facts_of(*known).size;
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  for (const Json& item : shape) {
    const auto extent = item.get<std::uint64_t>();
    tensor.shape.push_back(extent);
    if (extent != 0 && size > most / extent)
      return damaged(name, "has the shape " + tensor.shape_text() + "..., which no memory holds");
    size *= extent;
  }
  const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
  if (begin > end || end - begin != size)
    return damaged(name, "of the shape " + tensor.shape_text() + " and type " +
                             std::string(facts_of(*known).name) + " takes " + std::to_string(size) +
                             " bytes, but its place is [" + std::to_string(begin) + ", " +
                             std::to_string(end) + ")");
  tensors_.push_back(std::move(tensor));
  return Place{begin, end, tensors_.size() - 1};
}

/// Gives each tensor its bytes. They cover the data, each byte once.
inline Result<void> Safetensors::place(std::vector<Place>& places,
                                       std::span<const std::byte> data) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Place& its : places) {
    SafetensorsTensor& tensor = tensors_[its.index];
    if (its.begin < at)
      return damaged(tensor.name, "begins at " + std::to_string(its.begin) +
                                      ", inside of another, which ends at " + std::to_string(at));
    if (its.begin > at)
      return damaged(tensor.name, "begins at " + std::to_string(its.begin) +
                                      ", but the bytes from " + std::to_string(at) +
                                      " on belong to none");
    if (its.end > data.size())
      return fault("is cut short or damaged: the tensor " +
                   detail::quoted(std::string_view(tensor.name)) + " ends at " +
                   std::to_string(its.end) + " of the data, of which there are " +
                   std::to_string(data.size()) + " bytes; fetch it again");
    tensor.bytes = data.subspan(static_cast<std::size_t>(its.begin),
                                static_cast<std::size_t>(its.end - its.begin));
    at = its.end;
  }
  if (at != data.size())
    return fault("is damaged: its tensors end at " + std::to_string(at) +
                 " of the data, of which there are " + std::to_string(data.size()) + " bytes");
  return {};
}

inline Result<Safetensors> Safetensors::parse(std::span<const std::byte> bytes, std::string name) {
  Safetensors read;
  read.name_ = std::move(name);
  const auto text = read.header(bytes);
  if (!text) return text.error();
  const auto json = parse_json_object(*text, "the header of " + read.name_);
  if (!json) return json.error();
  std::vector<Place> places;
  for (const auto& [key, value] : json->items()) {
    if (key == "__metadata__") {
      if (auto done = read.read_metadata(value); !done) return done.error();
      continue;
    }
    auto place = read.read_tensor(key, value);
    if (!place) return place.error();
    places.push_back(*place);
  }
  if (auto done = read.place(places, bytes.subspan(8 + text->size())); !done) return done.error();
  std::sort(read.tensors_.begin(), read.tensors_.end(), is_below);
  return read;
}

inline Result<Safetensors> Safetensors::open_index(const std::string& path) {
  const auto index = MappedFile::open(path);
  if (!index) return index.error();
  Safetensors all;
  all.name_ = "'" + path + "'";
  const auto bytes = index->bytes();
  const auto json =
      parse_json_object({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, all.name_);
  if (!json) return json.error();
  const auto map = json->find("weight_map");
  if (map == json->end() || !map->is_object() || map->empty())
    return all.fault("is no index: it has no \"weight_map\" from tensors to files");

  std::unordered_map<std::string, std::string> file_of;  // by the name of the tensor
  std::vector<std::string> names;
  for (const auto& [tensor, file] : map->items()) {
    const std::string plain = file.is_string() ? file.get<std::string>() : std::string();
    if (plain.empty() || plain.find_first_of("/\\") != std::string::npos || plain == "..")
      return all.fault("says that " + detail::quoted(std::string_view(tensor)) + " is in " +
                       detail::quoted(file) + "; the name of a file beside it is needed");
    file_of.emplace(tensor, plain);
    names.push_back(plain);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& file : names) {
    auto part = open((std::filesystem::path(path).parent_path() / file).string());
    if (!part) return part.error();
    for (SafetensorsTensor& tensor : part->tensors_) {
      const auto listed = file_of.find(tensor.name);
      if (listed == file_of.end() || listed->second != file)
        return part->fault("has the tensor " + detail::quoted(std::string_view(tensor.name)) +
                           ", which " + all.name_ + " does not say");
      file_of.erase(listed);
      all.tensors_.push_back(std::move(tensor));
    }
    all.files_.push_back(std::move(part->files_.front()));
  }
  if (!file_of.empty()) {
    const auto& [tensor, file] = *std::min_element(file_of.begin(), file_of.end());
    return all.fault("says that " + detail::quoted(std::string_view(tensor)) + " is in '" + file +
                     "', which does not have it");
  }
  std::sort(all.tensors_.begin(), all.tensors_.end(), is_below);
  return all;
}

}  // namespace tamis
