#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <tamis/io/gguf.hpp>
#include <vector>

#include "catch.hpp"
#include "gguf_writer.hpp"
#include "model_path.hpp"
#include "temporary_folder.hpp"

using namespace tamis;

static std::string sentence(const Bytes& bytes) {
  const auto gguf = Gguf::parse(bytes, "it");
  return gguf ? "no error" : gguf.error().message;
}
static std::string sentence(const GgufWriter& writer) { return sentence(writer.bytes()); }

/// A file with a value of every kind and two tensors.
static GgufWriter small_file() {
  GgufWriter writer;
  writer.value("an.u8", std::uint8_t{200}).value("an.i8", std::int8_t{-100});
  writer.value("an.u16", std::uint16_t{60000}).value("an.i16", std::int16_t{-30000});
  writer.value("an.u32", std::uint32_t{4000000000}).value("an.i32", std::int32_t{-2000000000});
  writer.value("an.u64", ~std::uint64_t{0}).value("an.i64", std::int64_t{-1} << 40);
  writer.value("an.f32", 0.5f).value("an.f64", 0.25).value("a.bool", true).value("a.text", "Grüße");
  writer.array<std::int32_t>("some.integers", {1, 2, 3});
  writer.array<std::string_view>("some.texts", {"one", "", "three"});
  writer.tensor("matrix", 0, {2, 3}, std::vector<std::byte>(24, std::byte{1}));
  writer.tensor("quantized", 8, {32, 2}, std::vector<std::byte>(68, std::byte{2}));
  return writer;
}

TEST_CASE("A GGUF file gives back what was written, in versions 2 and 3") {
  for (const std::uint32_t version : {2u, 3u}) {
    GgufWriter writer = small_file();
    writer.version = version;
    const Bytes bytes = writer.bytes();
    const auto gguf = Gguf::parse(bytes);
    REQUIRE(gguf);
    CHECK(gguf->version() == version);
    CHECK(*gguf->value<int>("an.u8") == 200);
    CHECK(*gguf->value<int>("an.i8") == -100);
    CHECK(*gguf->value<int>("an.u16") == 60000);
    CHECK(*gguf->value<int>("an.i16") == -30000);
    CHECK(*gguf->value<std::uint32_t>("an.u32") == 4000000000u);
    CHECK(*gguf->value<int>("an.i32") == -2000000000);
    CHECK(*gguf->value<std::uint64_t>("an.u64") == ~std::uint64_t{0});
    CHECK(*gguf->value<std::int64_t>("an.i64") == std::int64_t{-1} << 40);
    CHECK(*gguf->value<float>("an.f32") == 0.5f);
    CHECK(*gguf->value<double>("an.f64") == 0.25);
    CHECK(*gguf->value<bool>("a.bool"));
    CHECK(*gguf->value<std::string_view>("a.text") == "Grüße");
    CHECK(*gguf->value<std::vector<int>>("some.integers") == std::vector{1, 2, 3});
    CHECK(*gguf->value<std::vector<std::string_view>>("some.texts") ==
          std::vector<std::string_view>{"one", "", "three"});

    REQUIRE(gguf->tensors().size() == 2);
    const GgufTensor* matrix = gguf->tensor("matrix");
    REQUIRE(matrix);
    CHECK(matrix->columns() == 2);
    CHECK(matrix->rows() == 3);
    CHECK(matrix->rank == 2);
    CHECK(matrix->bytes.size() == 24);
    CHECK(matrix->bytes[23] == std::byte{1});
    CHECK(gguf->tensor("quantized")->bytes[67] == std::byte{2});
    CHECK_FALSE(gguf->tensor("matri"));
  }
}

TEST_CASE("A value that is missing or of another type is named with what is needed") {
  const Bytes bytes = small_file().bytes();
  const auto gguf = Gguf::parse(bytes, "it");
  REQUIRE(gguf);
  CHECK(gguf->value<int>("no.key").error().message == "it has no value named 'no.key'");
  CHECK(*gguf->value_or<int>("no.key", 7) == 7);
  CHECK(*gguf->value_or<int>("an.u8", 7) == 200);
  CHECK_FALSE(gguf->value_or<int>("a.text", 7));
  CHECK(gguf->value<std::int8_t>("an.u8").error().message ==
        "in it, the value 'an.u8' is an 8-bit unsigned integer, 200; an integer from -128 to 127 "
        "is needed");
  CHECK(gguf->value<int>("an.f32").error().message.find("is a 32-bit float, 0.5") !=
        std::string::npos);
  CHECK(gguf->value<std::string_view>("some.integers").error().message ==
        "in it, the value 'some.integers' is an array of 3 elements, each a 32-bit integer; a "
        "string is needed");
  CHECK(gguf->value<std::vector<int>>("a.text").error().message.find("is a string; an array") !=
        std::string::npos);
}

TEST_CASE("A file that is no GGUF file says what it is instead") {
  CHECK(sentence(Bytes{}) == "it is empty; a GGUF model is needed");
  Bytes zip;
  zip.put_raw("PK\x03\x04 and more");
  CHECK(sentence(zip) ==
        "it is not a GGUF model: it begins with the bytes 50 4b 03 04 where 47 47 55 46, \"GGUF\", "
        "should stand");
  GgufWriter writer = small_file();
  writer.version = 0x03000000;
  CHECK(sentence(writer) == "it is big-endian; Tamis reads little-endian GGUF files");
  writer.version = 1;
  CHECK(sentence(writer) == "it is of GGUF version 1; Tamis reads versions 2 and 3");
  writer.version = 4;
  CHECK(sentence(writer) == "it is of GGUF version 4; Tamis reads versions 2 and 3");
}

TEST_CASE("A file cut short anywhere is an error that says so") {
  const Bytes whole = small_file().bytes();
  REQUIRE(Gguf::parse(whole));
  // The last tensor's padding is not missed.
  for (std::size_t size = 1; size < whole.size() - 28; ++size) {
    Bytes part = whole;
    part.resize(size);
    const std::string said = sentence(part);
    INFO(size << ": " << said);
    CHECK(said.find("cut short") != std::string::npos);
  }
}

TEST_CASE("Announced sizes beyond the file are refused before memory is asked for") {
  const auto with = [](std::size_t at, std::uint64_t value) {
    Bytes bytes = small_file().bytes();
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return sentence(bytes);
  };
  for (const std::uint64_t huge :
       {~std::uint64_t{0}, std::uint64_t{1} << 62, std::uint64_t{1} << 32}) {
    CHECK(with(8, huge).find("it announces") != std::string::npos);   // tensors
    CHECK(with(16, huge).find("it announces") != std::string::npos);  // values
    CHECK(with(24, huge).find("the name of value 0") != std::string::npos);

    Bytes text, numbers, texts;
    text.put(huge);
    numbers.put(std::uint32_t{10});  // of 64 bits
    numbers.put(huge);
    texts.put(std::uint32_t{8});  // strings
    texts.put(huge);
    CHECK(sentence(GgufWriter{}.raw_value("x", 8, text)).find("within the value 'x'") !=
          std::string::npos);
    CHECK(sentence(GgufWriter{}.raw_value("x", 9, numbers)).find("within the value 'x'") !=
          std::string::npos);
    CHECK(sentence(GgufWriter{}.raw_value("x", 9, texts)).find("within the value 'x'") !=
          std::string::npos);
    if (huge > std::uint64_t{1} << 48)
      CHECK(sentence(GgufWriter{}.tensor("t", 0, {huge, 1}, {})).find("impossible extent") !=
            std::string::npos);
    CHECK(sentence(GgufWriter{}.tensor("t", 0, {1 << 20, 1 << 20, 1 << 20, 1 << 20}, {}))
              .find("impossible extent") != std::string::npos);
    CHECK(sentence(GgufWriter{}.tensor("t", 0, {8}, std::vector<std::byte>(32), huge - huge % 32))
              .find("within tensor 't'") != std::string::npos);
  }
  CHECK(sentence(GgufWriter{}.tensor("t", 0, {1 << 20, 1 << 20}, {})).find("within tensor 't'") !=
        std::string::npos);
}

TEST_CASE("What no GGUF file may hold is refused by name") {
  CHECK(sentence(GgufWriter{}.raw_value("x", 13, {})) ==
        "in it, the value 'x' is of type 13; GGUF has the types 0 to 12");
  Bytes nested;
  nested.put(std::uint32_t{9});
  nested.put(std::uint64_t{1});
  CHECK(sentence(GgufWriter{}.raw_value("x", 9, nested)) ==
        "in it, the value 'x' is an array of arrays, which no model uses");
  CHECK(sentence(GgufWriter{}.value("x", 1).value("x", 2)) ==
        "it is damaged: it has two values named 'x'");
  const std::vector<std::byte> some(64);
  CHECK(sentence(GgufWriter{}.tensor("t", 0, {4}, some).tensor("t", 0, {4}, some)) ==
        "it is damaged: it has two tensors named 't'");
  CHECK(sentence(GgufWriter{}.tensor("t", 99, {4}, some)) ==
        "in it, tensor 't' is stored as type 99, which Tamis does not know");
  CHECK(sentence(GgufWriter{}.tensor("t", 8, {33}, some)) ==
        "it is damaged: tensor 't' has rows of 33 numbers; Q8_0 needs a multiple of 32");
  CHECK(sentence(GgufWriter{}.tensor("t", 0, {0, 4}, some)) ==
        "it is damaged: tensor 't' has an impossible extent, 0");
  CHECK(sentence(GgufWriter{}.tensor("t", 0, {1, 1, 1, 1, 1}, some)) ==
        "it is damaged: tensor 't' has 5 dimensions; at most 4 are possible");
  CHECK(sentence(GgufWriter{}.tensor("t", 0, {4}, some, 4)) ==
        "it is damaged: tensor 't' begins at 4, which is not a multiple of 32");
}

TEST_CASE("The alignment of tensors is what the file says, if it is a power of two") {
  const std::vector<std::byte> some(16, std::byte{3});
  GgufWriter writer;
  writer.alignment = 8;
  writer.value("general.alignment", std::uint32_t{8})
      .tensor("t", 0, {4}, some)
      .tensor("u", 0, {2}, some);
  const Bytes bytes = writer.bytes();
  const auto gguf = Gguf::parse(bytes);
  REQUIRE(gguf);
  CHECK(gguf->tensor("u")->bytes[0] == std::byte{3});

  for (const std::uint32_t alignment : {0u, 3u, 48u})
    CHECK(sentence(GgufWriter{}.value("general.alignment", alignment).tensor("t", 0, {4}, some)) ==
          "in it, the value 'general.alignment' is " + std::to_string(alignment) +
              "; a power of two is needed");
  CHECK(sentence(GgufWriter{}.value("general.alignment", 1u << 31).tensor("t", 0, {4}, some))
            .find("cut short") != std::string::npos);
  CHECK(sentence(GgufWriter{}.value("general.alignment", "32").tensor("t", 0, {4}, some))
            .find("is a string; an integer") != std::string::npos);
}

TEST_CASE("Whatever a damaged file says, all that is read lies inside it") {
  const Bytes whole = small_file().bytes();
  std::mt19937 random(1);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes = whole;
    for (auto n = random() % 3 + 1; n > 0; --n)
      bytes[random() % bytes.size()] = std::byte(random());
    const auto gguf = Gguf::parse(bytes);
    if (!gguf) continue;
    ++accepted;
    for (const GgufTensor& tensor : gguf->tensors()) {
      REQUIRE(tensor.bytes.data() >= bytes.data());
      REQUIRE(tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size());
    }
    for (const auto key : {"some.texts", "some.integers", "a.text"})
      if (const auto texts = gguf->value<std::vector<std::string_view>>(key))
        for (const auto text : *texts)
          REQUIRE(text.data() + text.size() <=
                  reinterpret_cast<const char*>(bytes.data() + bytes.size()));
  }
  CHECK(accepted > 1000);  // most of the bytes are values: both ways are taken

  for (int i = 0; i < 2000; ++i) {
    Bytes noise;
    if (i % 2) noise.put_raw(std::string_view("GGUF\3\0\0\0", 8));
    while (noise.size() < 200) noise.put(std::uint32_t(random()));
    CHECK_FALSE(Gguf::parse(noise));
  }
}

TEST_CASE("SmolLM2's file holds 272 tensors and its tokenizer") {
  const auto path = model_path();
  if (!path) return;
  const auto gguf = Gguf::open(*path);
  REQUIRE(gguf);
  CHECK(gguf->version() == 3);
  CHECK(gguf->tensors().size() == 272);
  CHECK(*gguf->value<std::string_view>("general.architecture") == "llama");
  CHECK(*gguf->value<int>("llama.block_count") == 30);
  CHECK(*gguf->value<float>("llama.rope.freq_base") == 100000.0f);
  CHECK(*gguf->value<int>("tokenizer.ggml.eos_token_id") == 2);
  const auto tokens = gguf->value<std::vector<std::string_view>>("tokenizer.ggml.tokens");
  REQUIRE(tokens);
  CHECK(tokens->size() == 49152);
  CHECK((*tokens)[2] == "<|im_end|>");
  CHECK(gguf->value<std::vector<std::string_view>>("tokenizer.ggml.merges")->size() == 48900);
  const GgufTensor* embedding = gguf->tensor("token_embd.weight");
  REQUIRE(embedding);
  CHECK(embedding->rows() == 49152);
  CHECK(embedding->columns() == 576);
  CHECK(tensor_layout(embedding->type).name == "Q8_0");
  CHECK(embedding->bytes.size() == 30081024);
}

TEST_CASE("SmolLM2's file cut short says how much there is and what is missing") {
  const auto path = model_path();
  if (!path) return;
  std::vector<char> head(4 << 20);
  std::ifstream(*path, std::ios::binary)
      .read(head.data(), static_cast<std::streamsize>(head.size()));
  const TemporaryFolder folder;
  for (const std::size_t size :
       {std::size_t{3}, std::size_t{20}, std::size_t{1000}, std::size_t{500000}, head.size()}) {
    const auto gguf =
        Gguf::open(folder.write("cut.gguf", std::as_bytes(std::span(head).first(size))));
    REQUIRE_FALSE(gguf);
    INFO(gguf.error().message);
    CHECK(gguf.error().message.find("cut short") != std::string::npos);
    CHECK(gguf.error().message.find(std::to_string(size) + " bytes") != std::string::npos);
  }
}
