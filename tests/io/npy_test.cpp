#include <tamis/io/npy.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"

using namespace tamis;

/// A path in the folder for temporary files, removed at the end.
struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() /
                      ("tamis_npy_" + std::to_string(::getpid()) + ".npy"))
                         .string();
  ~TemporaryFile() { std::filesystem::remove(path); }
};

/// The bytes of a file that NumPy 2.4.6 saved: `np.save(f, a); f.getvalue().hex()` with f =
/// io.BytesIO(), its header of 128 bytes and its data.
static std::vector<std::byte> numpy_file(std::string_view header, std::string_view data_in_hex) {
  std::string text("\x93NUMPY\1\0v\0", 10);
  text += header;
  text.resize(127, ' ');
  text += '\n';
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < data_in_hex.size(); i += 2)
    text += static_cast<char>(digit(data_in_hex[i]) * 16 + digit(data_in_hex[i + 1]));
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

TEST_CASE("Arrays are read and written to the byte as NumPy saves them") {
  struct Saved {
    std::string_view header, data;
    NpyType type;
    std::vector<std::size_t> shape;
    std::vector<double> values;
  };
  const Saved all[] = {
      // np.array([1, -2.5, 65504, 0.1], dtype='<f2')
      {"{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }",
       "003c00c1ff7b662e",
       NpyType::float16,
       {4},
       {1.0, -2.5, 65504.0, 0.0999755859375}},
      // np.array([[1, 2, 3], [4, 5, 0.1]], dtype='<f4')
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
       "0000803f0000004000004040000080400000a040cdcccc3d",
       NpyType::float32,
       {2, 3},
       {1.0, 2.0, 3.0, 4.0, 5.0, 0.10000000149011612}},
      // np.array([0.1], dtype='<f8')
      {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }",
       "9a9999999999b93f",
       NpyType::float64,
       {1},
       {0.1}},
      // np.array([[1], [-1]], dtype='<i4')
      {"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 1), }",
       "01000000ffffffff",
       NpyType::int32,
       {2, 1},
       {1, -1}},
      // np.array([2**40, -3], dtype='<i8')
      {"{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }",
       "0000000000010000fdffffffffffffff",
       NpyType::int64,
       {2},
       {1099511627776, -3}},
      // np.zeros((0, 5), dtype='<f4')
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }",
       "",
       NpyType::float32,
       {0, 5},
       {}},
  };
  for (const Saved& saved : all) {
    const auto file = numpy_file(saved.header, saved.data);
    const auto array = parse_npy(file, "x");
    CAPTURE(saved.header);
    REQUIRE(array);
    CHECK(array->type == saved.type);
    CHECK(array->shape == saved.shape);
    CHECK(array->doubles() == saved.values);
    CHECK(*format_npy(*array) == file);
  }
}

TEST_CASE("An array in Fortran order is put row after row") {
  // np.save(f, np.asfortranarray(np.array([[1, 2, 3], [4, 5, 6]], dtype='<i4')))
  const auto file = numpy_file("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }",
                               "010000000400000002000000050000000300000006000000");
  const auto array = parse_npy(file, "x");
  REQUIRE(array);
  CHECK(array->doubles() == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("Every type comes back from a file as it went") {
  const TemporaryFile file;
  const std::vector<float> floats{1.5f, -0.0f, INFINITY, 1e-45f, 3.4e38f, 0.1f};
  const std::vector<double> doubles{1e-300, 2.5, -INFINITY, 0.1, 1e300, -7};
  const std::vector<std::int32_t> ints{0, -1, 2147483647, -2147483647 - 1, 5, 6};
  const std::vector<std::int64_t> longs{0, -1, 9007199254740992, 4, 5, 6};
  const auto roundtrip = [&](const NpyArray& array) {
    REQUIRE(write_npy(file.path, array));
    const auto back = read_npy(file.path);
    REQUIRE(back);
    CHECK(back->type == array.type);
    CHECK(back->shape == array.shape);
    CHECK(back->data == array.data);
    return back->doubles();
  };
  CHECK(roundtrip(npy_of(std::span(floats), {6})) ==
        std::vector<double>(floats.begin(), floats.end()));
  CHECK(roundtrip(npy_of(std::span(doubles), {2, 3})) == doubles);
  CHECK(roundtrip(npy_of(std::span(ints), {3, 2})) ==
        std::vector<double>(ints.begin(), ints.end()));
  CHECK(roundtrip(npy_of(std::span(longs), {6, 1})) ==
        std::vector<double>{0, -1, 9007199254740992, 4, 5, 6});
  CHECK(roundtrip(npy_of_halves(floats, {1, 6})) ==
        std::vector<double>{1.5, -0.0, INFINITY, 0, INFINITY, 0.0999755859375});
  CHECK(roundtrip(npy_of(std::span<const float>(), {0, 5})).empty());
}

TEST_CASE("Elements become floats and token ids where they can") {
  const std::vector<double> doubles{0.1, 1e39, -1e300, 1e-60, NAN};
  const auto floats = npy_of(std::span(doubles), {5}).floats();
  CHECK(floats[0] == 0.1f);
  CHECK(floats[1] == INFINITY);
  CHECK(floats[2] == -INFINITY);
  CHECK(floats[3] == 0);
  CHECK(std::isnan(floats[4]));
  const std::vector<std::int64_t> longs{7, -1, 2147483647};
  CHECK(*npy_of(std::span(longs), {3}).tokens() == std::vector<TokenId>{7, -1, 2147483647});
  const std::vector<std::int64_t> too_great{7, 2147483648};
  CHECK(npy_of(std::span(too_great), {2}).tokens().error().message ==
        "element 1 is 2147483648, which is no token id; they have 32 bits");
  CHECK(npy_of(std::span(doubles), {5}).tokens().error().message ==
        "token ids are int32 or int64, not float64; save them with .astype('<i4')");
}

TEST_CASE("Arrays know their rows and columns") {
  const std::vector<float> six(6);
  CHECK(npy_of(std::span(six), {6}).rows() == 1);
  CHECK(npy_of(std::span(six), {6}).columns() == 6);
  CHECK(npy_of(std::span(six), {2, 3}).rows() == 2);
  CHECK(npy_of(std::span(six), {2, 3}).columns() == 3);
  CHECK(NpyArray{}.elements() == 0);
}

TEST_CASE("An array whose shape is not that of its elements is not written") {
  const std::vector<float> six(6);
  CHECK(format_npy(npy_of(std::span(six), {5})).error().message ==
        "an array of shape (5,) of float32 cannot have 24 bytes");
  CHECK(format_npy(npy_of(std::span(six), {SIZE_MAX, 2})).error().message ==
        "an array of shape (18446744073709551615, 2) of float32 cannot have 24 bytes");
  CHECK(format_npy(npy_of(std::span(six), {1, 2, 3})).error().message ==
        "an array of 3 dimensions cannot be written; one of 1 or 2 can");
  CHECK(format_npy(NpyArray{}).error().message ==
        "an array of 0 dimensions cannot be written; one of 1 or 2 can");
}

TEST_CASE("A file that is not there, cut short, or of noise is refused by name") {
  const TemporaryFile file;
  CHECK(read_npy(file.path).error().message ==
        "'" + file.path + "' does not exist; check the path");
  CHECK(write_npy("/no/such/folder/x.npy", npy_of(std::span<const float>(), {0})).error().message ==
        "'/no/such/folder/x.npy' cannot be written: No such file or directory");

  const std::vector<float> floats(100, 1.0f);
  const auto whole = format_npy(npy_of(std::span(floats), {10, 10}));
  REQUIRE(whole);
  for (std::size_t size = 0; size < whole->size(); ++size) {
    const auto cut = parse_npy(std::span(*whole).first(size), "cut.npy");
    REQUIRE_FALSE(cut);
    REQUIRE(cut.error().message.starts_with("'cut.npy' "));
  }
  std::uint32_t state = 1;
  for (int i = 0; i < 20'000;
       ++i) {  // one to four bytes changed: an array or a sentence, and nothing else
    auto noisy = *whole;
    for (std::uint32_t n = 0; n <= (i & 3u); ++n) {
      state = state * 1664525u + 1013904223u;
      noisy[(state >> 8) % 128] = static_cast<std::byte>(state >> 24);
    }
    const auto read = parse_npy(noisy, "noisy.npy");
    if (!read)
      REQUIRE(read.error().message.size() < 300);
    else
      REQUIRE(read->doubles().size() * facts_of(read->type).size == 400);
  }
}
