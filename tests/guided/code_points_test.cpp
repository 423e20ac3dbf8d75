#include <tamis/guided/code_points.hpp>
#include <tamis/guided/text_reader.hpp>

#include <string>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

/// Whether one of the products of ranges is this string of units.
template <class Unit>
int count_of(const std::vector<UnitRanges>& all, const std::vector<Unit>& units) {
  int count = 0;
  for (const UnitRanges& path : all) {
    bool fits = path.units.size() == units.size();
    for (std::size_t i = 0; fits && i < units.size(); ++i)
      fits = units[i] >= path.units[i].first && units[i] <= path.units[i].last;
    count += fits;
  }
  return count;
}

const CodePoints examples[] = {
    CodePoints::all(),  {{'a', 'z'}},         {{0x7f, 0x80}},      {{0x7ff, 0x801}, {0x20ac, 0x20ac}},
    {{0xd7ff, 0xe000}}, {{0xfff0, 0x10ffff}}, {{0x1f5ff, 0x1f64f}}};
const char32_t probes[] = {0,     '"',    'a',    'q',    'z',    '{',     0x7f,    0x80,    0x7ff,   0x800,
                           0x801, 0x20ac, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x1f650, 0x10ffff};

}  // namespace

TEST_CASE("Code points keep their ranges apart, in order and without surrogates") {
  CodePoints set;
  set.add('c', 'd');
  set.add('a');
  set.add('b');
  CHECK((set.ranges() == std::vector<CodePointRange>{{'a', 'd'}}));
  set.add('x', 'z');
  set.add('f', 'w');
  CHECK((set.ranges() == std::vector<CodePointRange>{{'a', 'd'}, {'f', 'z'}}));
  CHECK_FALSE(CodePoints::all().contains(0xd800));
  CHECK(CodePoints::all().complement().is_empty());
  for (const CodePoints& example : examples) {
    CHECK(example.complement().complement() == example);
    CHECK(example.common(example.complement()).is_empty());
    CHECK(example.without(CodePoints{{'b', 'y'}}).contains('q') == false);
  }
}

TEST_CASE("The bytes of a set of code points are those of its members, each once") {
  for (const CodePoints& set : examples) {
    const auto ranges = utf8_of(set);
    for (const char32_t c : probes) {
      std::string text;
      append_utf8(text, c);
      CHECK(count_of(ranges, std::vector<std::uint8_t>(text.begin(), text.end())) == set.contains(c));
    }
  }
}

TEST_CASE(
    "The hexadecimal digits of a set of code points are those of its members, in surrogates where there must be two") {
  for (const CodePoints& set : examples) {
    const auto ranges = hex_escapes_of(set);
    for (const char32_t c : probes) {
      std::vector<char32_t> units{c};
      if (c >= 0x10000) units = {0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff)};
      std::vector<std::uint32_t> digits;
      for (const char32_t unit : units)
        for (int shift = 12; shift >= 0; shift -= 4) digits.push_back(unit >> shift & 15);
      CHECK(count_of(ranges, digits) == set.contains(c));
    }
  }
}
