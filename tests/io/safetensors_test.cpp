#include <tamis/io/safetensors.hpp>

#include <cstring>
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

/// A file with this header, of the length that it has, and `data` bytes of data: 0, 1, 2, ...
static std::string file_of(std::string_view header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  file += header;
  for (std::size_t i = 0; i < data; ++i) file += static_cast<char>(i);
  return file;
}

static std::span<const std::byte> bytes_of(const std::string& file) {
  return std::as_bytes(std::span(file));
}

TEST_CASE("A file that HF's package has written is read to the byte") {
  // safetensors 0.8.0: safetensors.torch.save({"b": torch.tensor([[1.5, -2], [.25, 3]],
  // dtype=torch.bfloat16), "a": torch.arange(3), "c": torch.tensor([True, False]),
  // "d": torch.tensor(7.5), "e": torch.zeros(2, 0)}, {"format": "pt"})
  constexpr std::string_view header =
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[3],"data_offsets":[0,24]},)"
      R"("d":{"dtype":"F32","shape":[],"data_offsets":[24,28]},"e":{"dtype":"F32","shape":[2,0],)"
      R"("data_offsets":[28,28]},"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[28,36]},)"
      R"("c":{"dtype":"BOOL","shape":[2],"data_offsets":[36,38]}} )";
  std::string file = file_of(header, 0);
  constexpr unsigned char data[] = {
      0, 0, 0, 0, 0, 0, 0, 0,    1,    0,    0,    0, 0,    0,    0,    0,    2,    0, 0,
      0, 0, 0, 0, 0, 0, 0, 0xf0, 0x40, 0xc0, 0x3f, 0, 0xc0, 0x80, 0x3e, 0x40, 0x40, 1, 0};
  file.append(reinterpret_cast<const char*>(data), sizeof data);

  const auto read = Safetensors::parse(bytes_of(file));
  REQUIRE(read);
  REQUIRE(read->metadata().size() == 1);
  CHECK(read->metadata()[0] == std::pair<std::string, std::string>("format", "pt"));
  REQUIRE(read->tensors().size() == 5);
  std::string names;
  for (const SafetensorsTensor& tensor : read->tensors()) names += tensor.name;
  CHECK(names == "abcde");
  CHECK(read->tensor("f") == nullptr);
  const SafetensorsTensor& a = *read->tensor("a");
  std::int64_t numbers[3];
  std::memcpy(numbers, a.bytes.data(), sizeof numbers);
  CHECK((numbers[0] == 0 && numbers[1] == 1 && numbers[2] == 2));
  const SafetensorsTensor& b = *read->tensor("b");
  CHECK(b.type == ElementType::bf16);
  CHECK(b.shape_text() == "[2, 2]");
  CHECK(b.bytes.size() == 8);
  CHECK(std::to_integer<int>(b.bytes[1]) == 0x3f);
  CHECK(read->tensor("c")->type == ElementType::boolean);
  float d = 0;
  std::memcpy(&d, read->tensor("d")->bytes.data(), sizeof d);
  CHECK(d == 7.5f);
  CHECK(read->tensor("d")->shape.empty());
  CHECK(read->tensor("e")->bytes.empty());
}

TEST_CASE("What is wrong with a safetensors file is said in one sentence") {
  struct Fault {
    std::string file, sentence;
  };
  const auto with = [](const std::string& header, std::size_t data = 8) {
    return file_of(header, data);
  };
  std::string long_header = file_of("{}", 0), cut = file_of("{}", 0);
  long_header[7] = 1;
  cut[0] = 100;
  const Fault faults[] = {
      {"", "has 0 bytes, and the length of the header alone takes 8"},
      {long_header, "its header would have 72057594037927938 bytes; at most 100000000"},
      {cut, "its header has 100 bytes, but the file ends after 10; fetch it again"},
      {with("[1]"), "its header does not begin with '{'"},
      {with(R"({"a": )"), "the header of the tensor data is not proper JSON at line 1"},
      {with("{\"a\xff\": 1}"), "is not proper JSON"},
      {with(R"({"a": 1, "a": 2})"), "the key 'a' is there twice"},
      {with(R"({"a": 7})"), R"(the tensor 'a' is described by 7; {"dtype": a name)"},
      {with(R"({"a": {"dtype": "F32", "shape": [2]}})"), "the tensor 'a' is described by"},
      {with(R"({"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}})"),
       "the tensor 'a' is described by"},
      {with(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 9]}})"),
       "the tensor 'a' is described by"},
      {with(R"({"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 8]}})"),
       "stores the tensor 'a' as 'F4', which Tamis does not know"},
      {with(R"({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}})"),
       "the tensor 'a' of the shape [3] and type F32 takes 12 bytes, but its place is [0, 8)"},
      {with(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}})"),
       "but its place is [8, 0)"},
      {with(
           R"({"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}})"),
       "which no memory holds"},
      {with(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})", 7),
       "the tensor 'a' ends at 8 of the data, of which there are 7 bytes; fetch it again"},
      {with(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})", 9),
       "its tensors end at 8 of the data, of which there are 9 bytes"},
      {with(R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                "b": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]}})"),
       "the tensor 'b' begins at 2, inside of another, which ends at 4"},
      {with(R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                "b": {"dtype": "U8", "shape": [1], "data_offsets": [5, 6]}})"),
       "the tensor 'b' begins at 5, but the bytes from 4 on belong to none"},
      {with(R"({"__metadata__": 3})"), "__metadata__ is 3; it must be an object of strings"},
      {with(R"({"__metadata__": {"a": 3}})"), "in __metadata__, 'a' is 3; it must be a string"},
  };
  for (const Fault& fault : faults) {
    const auto read = Safetensors::parse(bytes_of(fault.file));
    INFO(fault.sentence);
    REQUIRE(!read);
    CHECK(contains(read.error().message, fault.sentence));
  }
}

static std::string tensor_file(const std::string& name, std::size_t count) {
  return file_of("{\"" + name + R"(": {"dtype": "U8", "shape": [)" + std::to_string(count) +
                     R"(], "data_offsets": [0, )" + std::to_string(count) + "]}}",
                 count);
}

TEST_CASE("A model in several files is read as one") {
  const TemporaryFolder folder;
  folder.write("model-1.safetensors", bytes_of(tensor_file("b", 3)));
  folder.write("model-2.safetensors", bytes_of(tensor_file("a", 2)));
  const std::string index =
      R"({"metadata": {"total_size": 5},
          "weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors"}})";
  folder.write("model.safetensors.index.json", bytes_of(index));
  const auto read = Safetensors::open_folder(folder.path(""));
  if (!read) FAIL(read.error().message);
  REQUIRE(read->tensors().size() == 2);
  const Safetensors copy = *read;
  CHECK(copy.tensor("a")->bytes.size() == 2);
  CHECK(std::to_integer<int>(copy.tensor("b")->bytes[2]) == 2);

  SECTION("A single file comes before an index") {
    folder.write("model.safetensors", bytes_of(tensor_file("c", 4)));
    const auto single = Safetensors::open_folder(folder.path(""));
    REQUIRE(single);
    CHECK(single->tensor("c") != nullptr);
  }
}

TEST_CASE("What is wrong with an index is said in one sentence") {
  const TemporaryFolder folder;
  folder.write("one.safetensors", bytes_of(tensor_file("a", 3)));
  folder.write("two.safetensors", bytes_of(tensor_file("a", 3)));
  struct Fault {
    std::string index, sentence;
  };
  const Fault faults[] = {
      {"{}", R"(is no index: it has no "weight_map")"},
      {R"({"weight_map": {"a": 3}})", "says that 'a' is in 3; the name of a file beside it"},
      {R"({"weight_map": {"a": "../one.safetensors"}})", "the name of a file beside it is needed"},
      {R"({"weight_map": {"a": "three.safetensors"}})", "three.safetensors' does not exist"},
      {R"({"weight_map": {"a": "one.safetensors", "b": "one.safetensors"}})",
       "says that 'b' is in 'one.safetensors', which does not have it"},
      {R"({"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}})",
       "two.safetensors' has the tensor 'a', which"},
  };
  for (const Fault& fault : faults) {
    const auto path = folder.write("model.safetensors.index.json", bytes_of(fault.index));
    const auto read = Safetensors::open_index(path);
    INFO(fault.index);
    REQUIRE(!read);
    CHECK(contains(read.error().message, fault.sentence));
  }
  CHECK(contains(Safetensors::open_folder(folder.path("nowhere")).error().message,
                 "has neither model.safetensors nor model.safetensors.index.json"));
}
