#include <tamis/io/npy_header.hpp>

#include "catch.hpp"

using namespace tamis;

/// A file of version 1.0 with this header, and so many bytes of data.
static std::string file_of(const std::string& header, std::size_t data, char major = 1) {
  std::string text = "\x93NUMPY";
  text +=
      {major, '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  if (major > 1) text += std::string(2, '\0');
  return text + header + std::string(data, '\0');
}

static Result<NpyHeader> parse(const std::string& text) {
  return parse_npy_header(std::as_bytes(std::span(text)), "x.npy");
}

static std::string refusal(const std::string& text) {
  const auto header = parse(text);
  return header ? "accepted" : header.error().message;
}

static std::string refusal_of(const std::string& header, std::size_t data = 0) {
  return refusal(file_of(header, data));
}

TEST_CASE("A header is read as NumPy writes it, in every version") {
  for (const char major : {1, 2, 3}) {
    const auto header = parse(
        file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }    \n", 48, major));
    REQUIRE(header);
    CHECK(header->type == NpyType::float32);
    CHECK_FALSE(header->fortran_order);
    CHECK(header->shape == std::vector<std::size_t>{3, 4});
    CHECK(header->elements == 12);
    CHECK(header->data_begins == (major == 1 ? 10u : 12u) + 64u);
  }
}

TEST_CASE("A header is read as others may write it") {
  const auto header =
      parse(file_of("{\"shape\":(5L,),\"fortran_order\":True,\"descr\":\"<i8\"}", 40));
  REQUIRE(header);
  CHECK(header->type == NpyType::int64);
  CHECK(header->fortran_order);
  CHECK(header->shape == std::vector<std::size_t>{5});
  CHECK(parse(file_of("{'descr':'<f2','fortran_order':False,'shape':(2,3,),}", 12)));
  CHECK(parse(file_of("{'descr':'<f8','fortran_order':False,'shape':(0,18446744073709551615)}", 0))
            ->elements == 0);
}

TEST_CASE("What is no .npy file is refused by a sentence") {
  CHECK(refusal("") ==
        "'x.npy' is no .npy file, for it does not begin like one; numpy.save writes them");
  CHECK(refusal("PK\3\4 a zip, which is what .npz is") ==
        "'x.npy' is no .npy file, for it does not begin like one; numpy.save writes them");
  CHECK(refusal(std::string("\x93NUMPY\1", 7)) == "'x.npy' ends after 7 bytes, within its header");
  CHECK(refusal(std::string("\x93NUMPY\2\0\1\0", 10)) ==
        "'x.npy' ends after 10 bytes, within its header");
  CHECK(refusal(std::string("\x93NUMPY\7\0\1\0", 10)) ==
        "'x.npy' is of version 7.0 of the .npy format; 1.0, 2.0 and 3.0 can be read");
  CHECK(refusal(std::string("\x93NUMPY\1\0\xff\xff{}", 12)) ==
        "'x.npy' ends after 12 bytes, within its header of 65545");
}

TEST_CASE("A header that is none is refused at the byte where it goes wrong") {
  CHECK(refusal_of("") ==
        "'x.npy' has a header that cannot be read: at its byte 0 a '{' was to be expected");
  CHECK(refusal_of("{'descr' '<f4'}") ==
        "'x.npy' has a header that cannot be read: at its byte 9 a ':' was to be expected");
  CHECK(
      refusal_of("{descr: '<f4'}") ==
      "'x.npy' has a header that cannot be read: at its byte 1 a key in quotes was to be expected");
  CHECK(
      refusal_of("{'descr: <f4}") ==
      "'x.npy' has a header that cannot be read: at its byte 1 a key in quotes was to be expected");
  CHECK(refusal_of("{'descr': 4}") ==
        "'x.npy' has a header that cannot be read: at its byte 10 a type in quotes was to be "
        "expected");
  CHECK(
      refusal_of("{'fortran_order': 0}") ==
      "'x.npy' has a header that cannot be read: at its byte 18 True or False was to be expected");
  CHECK(
      refusal_of("{'descr': '<f4' 'shape': (1,)}") ==
      "'x.npy' has a header that cannot be read: at its byte 16 a ',' or a '}' was to be expected");
  CHECK(refusal_of("{} {}") ==
        "'x.npy' has a header that cannot be read: at its byte 3 the end was to be expected");
  for (const char* shape : {"(3)", "(3 4)", "(,)", "(-1,)", "(3,,4)", "3", "(3,",
                            "(18446744073709551616,)", "(1.5,)"}) {
    const std::string text = refusal_of(std::string("{'shape': ") + shape + "}");
    CAPTURE(shape, text);
    CHECK(text.find("a number of a shape like (3, 4) was to be expected") != text.npos);
  }
}

TEST_CASE("A header of something else than a matrix of numbers is refused by what it is") {
  const std::string rest = ", 'fortran_order': False, 'shape': (2,)}";
  CHECK(refusal_of("{'descr': '>f4'" + rest) ==
        "'x.npy' holds elements of type '>f4'; little-endian float16, float32, float64, int32 and "
        "int64 can be read, so "
        "save it with .astype('<f4') or the like");
  CHECK(refusal_of("{'descr': '|O'" + rest).find("'|O'") != std::string::npos);
  CHECK(refusal_of("{'descr': '\n\1\xff'" + rest)
            .find("type '?"
                  "?"
                  "?'") != std::string::npos);
  CHECK(refusal_of("{'descr': [('a', '<f4')]" + rest) ==
        "'x.npy' holds records with named fields; save one of the fields by itself");
  CHECK(refusal_of("{'order': 1}") ==
        "'x.npy' has a header with another key than 'descr', 'fortran_order' and 'shape'");
  CHECK(refusal_of("{}") == "'x.npy' has a header without 'descr'");
  CHECK(refusal_of("{'descr': '<f4', 'shape': (2,)}") ==
        "'x.npy' has a header without 'fortran_order'");
  CHECK(refusal_of("{'descr': '<f4', 'fortran_order': False}") ==
        "'x.npy' has a header without 'shape'");
  const std::string first = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  CHECK(refusal_of(first + "()}", 4) == "'x.npy' has 0 dimensions; one or two are needed");
  CHECK(refusal_of(first + "(1, 1, 1, 1)}", 4) ==
        "'x.npy' has 4 dimensions; one or two are needed");
}

TEST_CASE("Data must be as much as the header says, not less, not more") {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}";
  CHECK(refusal_of(header, 47) ==
        "'x.npy' has 47 bytes of data where shape (3, 4) of float32 is 48");
  CHECK(refusal_of(header, 49) ==
        "'x.npy' has 49 bytes of data where shape (3, 4) of float32 is 48");
  CHECK(
      refusal_of("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
                 8) ==
      "'x.npy' is said to be of shape (4294967296, 4294967296) of float64, which no memory holds");
  // 2^61 doubles are 2^64 bytes, which is 0 in 64 bits
  CHECK(
      refusal_of("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", 0) ==
      "'x.npy' is said to be of shape (2305843009213693952,) of float64, which no memory holds");
}
