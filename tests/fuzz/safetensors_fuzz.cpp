/// \file safetensors_fuzz.cpp
/// Any bytes are tensors or a sentence; what is read lies in the file, byte for byte once.
///
/// Alone: clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude
/// tests/fuzz/safetensors_fuzz.cpp; begin with the files in tests/fuzz/corpus/safetensors.

#include <cstdint>
#include <cstring>
#include <string>
#include <tamis/io/safetensors.hpp>
#include <vector>

static void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// The file is the input; or, if the first byte is not zero, the input is the header and as many
/// bytes of data follow as the first byte says, so that the length is right without luck.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::byte> file;
  const auto* input = reinterpret_cast<const std::byte*>(data);
  if (data[0] != 0) {
    const std::uint64_t length = size - 1;
    file.resize(8);
    std::memcpy(file.data(), &length, 8);
  }
  file.insert(file.end(), input + 1, input + size);
  if (data[0] != 0) file.resize(file.size() + data[0]);

  const auto read = tamis::Safetensors::parse(file, "the file");
  if (!read) {
    require(!read.error().message.empty());
    return 0;
  }
  std::size_t covered = 0;
  for (const auto& tensor : read->tensors()) {
    std::uint64_t bytes = tamis::facts_of(tensor.type).size;
    for (const std::uint64_t extent : tensor.shape) bytes *= extent;
    require(bytes == tensor.bytes.size() && read->tensor(tensor.name) == &tensor);
    require(tensor.bytes.empty() || (tensor.bytes.data() >= file.data() &&
                                     tensor.bytes.data() + bytes <= file.data() + file.size()));
    covered += tensor.bytes.size();
  }
  require(covered < file.size());
  return 0;
}
