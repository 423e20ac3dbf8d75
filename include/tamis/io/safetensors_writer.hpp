#pragma once

/// \file safetensors_writer.hpp
/// Tensors to a safetensors file.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "safetensors.hpp"

namespace tamis {

/// Writes a file with these tensors, whose `bytes` are as their shapes and types say, and what it
/// says of itself; HF's own loaders want {"format", "pt"}. As HF's writer does, the tensors with
/// the greatest numbers come first, then by name, so that each is aligned to its numbers.
inline Result<void> write_safetensors(
    const std::string& path, std::span<const SafetensorsTensor> tensors,
    std::span<const std::pair<std::string, std::string>> metadata = {}) {
  std::vector<const SafetensorsTensor*> order;
  for (const SafetensorsTensor& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const SafetensorsTensor* a, const SafetensorsTensor* b) {
    return std::pair(facts_of(b->type).size, std::string_view(a->name)) <
           std::pair(facts_of(a->type).size, std::string_view(b->name));
  });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
  std::uint64_t at = 0;
  for (const SafetensorsTensor* tensor : order) {
    const std::string named = "the tensor " + detail::quoted(std::string_view(tensor->name));
    std::uint64_t size = facts_of(tensor->type).size;
    for (const std::uint64_t extent : tensor->shape) size *= extent;
    if (size != tensor->bytes.size())
      return Error{named + " of the shape " + tensor->shape_text() + " and type " +
                   std::string(facts_of(tensor->type).name) + " takes " + std::to_string(size) +
                   " bytes, but has " + std::to_string(tensor->bytes.size())};
    if (header.contains(tensor->name) || tensor->name == "__metadata__")
      return Error{named + " is there twice, or has a name that the format keeps for itself"};
    header[tensor->name] = {{"dtype", facts_of(tensor->type).name},
                            {"shape", tensor->shape},
                            {"data_offsets", {at, at + size}}};
    at += size;
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');

  const auto fault = [&] {
    return Error{"'" + path + "' cannot be written: " + std::strerror(errno)};
  };
  struct Closes {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Closes> file(std::fopen(path.c_str(), "wb"));
  if (!file) return fault();
  const auto write = [&](const void* from, std::size_t size) {
    return size == 0 || std::fwrite(from, 1, size, file.get()) == size;
  };
  const std::uint64_t length = text.size();
  if (!write(&length, sizeof length) || !write(text.data(), text.size())) return fault();
  for (const SafetensorsTensor* tensor : order)
    if (!write(tensor->bytes.data(), tensor->bytes.size())) return fault();
  if (std::fflush(file.get()) != 0) return fault();
  return {};
}

}  // namespace tamis
