#include <tamis/io/safetensors_writer.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace tamis;

static bool contains(const std::string& message, std::string_view part) {
  UNSCOPED_INFO(message);
  return message.find(part) != std::string::npos;
}

TEST_CASE("What is written is read again, in the order of HF's writer") {
  const TemporaryFolder folder;
  const std::array<std::int64_t, 3> whole{0, 1, 2};
  const std::array<float, 1> real{7.5f};
  const std::array<std::uint16_t, 4> brain{0x3fc0, 0xc000, 0x3e80, 0x4040};
  const std::array<bool, 2> truths{true, false};
  const SafetensorsTensor tensors[] = {
      {"b", ElementType::bf16, {2, 2}, std::as_bytes(std::span(brain))},
      {"c", ElementType::boolean, {2}, std::as_bytes(std::span(truths))},
      {"e", ElementType::f32, {2, 0}, {}},
      {"d", ElementType::f32, {}, std::as_bytes(std::span(real))},
      {"a", ElementType::i64, {3}, std::as_bytes(std::span(whole))}};
  const std::pair<std::string, std::string> metadata[] = {{"format", "pt"}};
  const std::string path = folder.path("model.safetensors");
  REQUIRE(write_safetensors(path, tensors, metadata));

  // The header of safetensors 0.8.0 for the same tensors: see safetensors_test.cpp.
  const auto file = MappedFile::open(path);
  REQUIRE(file);
  const std::string_view all(reinterpret_cast<const char*>(file->bytes().data()),
                             file->bytes().size());
  CHECK(all.size() == 358);
  CHECK(all.substr(8, 80) ==
        R"({"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[3],"data_offsets":[0)");

  const auto read = Safetensors::open(path);
  if (!read) FAIL(read.error().message);
  REQUIRE(read->tensors().size() == 5);
  for (const SafetensorsTensor& tensor : tensors) {
    const SafetensorsTensor* found = read->tensor(tensor.name);
    REQUIRE(found);
    CHECK(found->type == tensor.type);
    CHECK(found->shape == tensor.shape);
    CHECK(std::equal(found->bytes.begin(), found->bytes.end(), tensor.bytes.begin(),
                     tensor.bytes.end()));
    CHECK(reinterpret_cast<std::uintptr_t>(found->bytes.data()) % facts_of(tensor.type).size == 0);
  }
  CHECK(std::vector(read->metadata().begin(), read->metadata().end()) ==
        std::vector<std::pair<std::string, std::string>>{{"format", "pt"}});
}

TEST_CASE("What cannot be written is refused in one sentence") {
  const TemporaryFolder folder;
  const std::array<float, 2> numbers{1, 2};
  const auto bytes = std::as_bytes(std::span(numbers));
  const auto sentence = [&](std::vector<SafetensorsTensor> tensors, const std::string& path) {
    const auto written = write_safetensors(path, tensors);
    return written ? std::string() : written.error().message;
  };
  const std::string path = folder.path("x");
  CHECK(contains(sentence({{"a", ElementType::f32, {3}, bytes}}, path),
                 "the tensor 'a' of the shape [3] and type F32 takes 12 bytes, but has 8"));
  CHECK(contains(
      sentence({{"a", ElementType::f32, {2}, bytes}, {"a", ElementType::f32, {2}, bytes}}, path),
      "the tensor 'a' is there twice"));
  CHECK(contains(sentence({{"__metadata__", ElementType::f32, {2}, bytes}}, path),
                 "a name that the format keeps for itself"));
  CHECK(contains(sentence({{"a", ElementType::f32, {2}, bytes}}, folder.path("nowhere/x")),
                 "cannot be written: No such file"));
}
