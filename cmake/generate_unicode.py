#!/usr/bin/env python3
"""Writes unicode_classes.hpp, unicode_compositions.hpp and unicode_singletons.hpp in include/tamis/tokenizers: Unicode 16.0.

    pip install unicodedata2==16.0.0
    python3 cmake/generate_unicode.py

The package is needed here and nowhere else: its output is committed. Python's own table is older.
"""
import pathlib
import sys

try:
    import unicodedata2 as unicodedata
except ModuleNotFoundError:
    sys.exit("generate_unicode.py needs the package unicodedata2: pip install unicodedata2==16.0.0")

VERSION = "16.0.0"
FOLDER = pathlib.Path(__file__).parent.parent / "include/tamis/tokenizers"
TARGET = FOLDER / "unicode_classes.hpp"

# The property White_Space, from PropList.txt, which the package does not have.
WHITE_SPACE = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F,
               0x205F, 0x3000}


def ranges(contains):
    """The code points for which `contains` holds, as (first, last)."""
    found = []
    for code in range(0x110000):
        if not contains(code):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def table(name, what, rows):
    items = [f"{{{first:#06x}, {last:#06x}}}," for first, last in rows]
    lines, line = [], "   "
    for item in items:
        if len(line) + 1 + len(item) > 100:
            lines.append(line)
            line = "   "
        line += " " + item
    lines.append(line)
    body = "\n".join(lines)
    return f"/// {what}\ninline constexpr Range {name}[] = {{\n{body}\n}};\n"


def packed(values):
    """Numbers in as few lines as 100 columns allow."""
    lines, line = [], ""
    for value in values:
        item = f"{value:#x},"
        if len(line) + len(item) > 100:
            lines.append(line)
            line = ""
        line += item
    return "\n".join(lines + [line])


def write_table(path, what, *tables):
    body = "\n".join(f"{comment}\ninline constexpr std::uint32_t {name}[] = {{\n{packed(values)}\n}};\n"
                     for name, comment, values in tables)
    path.write_text(f'''#pragma once

/// \\file {path.name}
/// {what}, of Unicode {VERSION}. Written by
/// cmake/generate_unicode.py; not to be edited.
///
/// Source: the Unicode Character Database, UnicodeData.txt and CompositionExclusions.txt.

#include <cstdint>

namespace tamis::unicode {{

// clang-format off
{body}// clang-format on

}}  // namespace tamis::unicode
''')


def write_compositions():
    """What NFC needs: decompositions into one or two, which of those are put together again, combining classes."""
    singles, pairs, classes = [], [], []
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code))
        if parts and not parts.startswith("<"):
            into = [int(part, 16) for part in parts.split()]
            if len(into) == 1:
                singles += [code, *into]
            else:
                pairs += [code | (unicodedata.normalize("NFC", chr(code)) != chr(code)) << 31, *into]
        kind = unicodedata.combining(chr(code))
        if kind and classes and classes[-1][1] == code - 1 and classes[-1][2] == kind:
            classes[-1][1] = code
        elif kind:
            classes.append([code, code, kind])
    write_table(FOLDER / "unicode_compositions.hpp", "Letters with marks and combining classes",
                ("pairs", "/// By three: a code point, in order, and the two into which it is taken apart. Those with the\n"
                          "/// highest bit are not put together again.", pairs),
                ("combining_classes", "/// By three: first and last code point, in order, and their combining class.",
                 [value for row in classes for value in row]))
    write_table(FOLDER / "unicode_singletons.hpp", "Characters that are another one",
                ("singletons", "/// By two: a code point, in order, and the one in whose place it stands.", singles))


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"unicodedata2 knows Unicode {unicodedata.unidata_version}; {VERSION} is needed")
    write_compositions()
    category = [unicodedata.category(chr(code)) for code in range(0x110000)]
    text = f'''#pragma once

/// \\file unicode_classes.hpp
/// Letters, numbers and white space, as Unicode {VERSION} has them: what `\\p{{L}}`, `\\p{{N}}`
/// and `\\s` match in the patterns of tokenizers. Written by cmake/generate_unicode.py; not
/// to be edited.
///
/// Source: the Unicode Character Database, UnicodeData.txt and PropList.txt.

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tamis::unicode {{

inline constexpr std::string_view version = "{VERSION}";

/// Code points from `first` to `last`, both included.
struct Range {{
  char32_t first, last;
}};

// clang-format off
{table("letters", "General category L: Lu, Ll, Lt, Lm, Lo.", ranges(lambda code: category[code][0] == "L"))}
{table("numbers", "General category N: Nd, Nl, No.", ranges(lambda code: category[code][0] == "N"))}
{table("white_space", "The property White_Space.", ranges(lambda code: code in WHITE_SPACE))}// clang-format on

namespace detail {{

/// Whether one of the ranges, which are in order, holds `code`.
template <std::size_t N>
constexpr bool holds(const Range (&ranges)[N], char32_t code) {{
  const auto at = std::ranges::lower_bound(ranges, code, {{}}, &Range::last);
  return at != std::end(ranges) && at->first <= code;
}}

}}  // namespace detail

/// `\\p{{L}}`
constexpr bool is_letter(char32_t code) {{
  if (code < 0x80) return (code >= U'a' && code <= U'z') || (code >= U'A' && code <= U'Z');
  return detail::holds(letters, code);
}}

/// `\\p{{N}}`
constexpr bool is_number(char32_t code) {{
  if (code < 0x80) return code >= U'0' && code <= U'9';
  return detail::holds(numbers, code);
}}

/// `\\s`
constexpr bool is_white_space(char32_t code) {{
  if (code < 0x80) return code == U' ' || (code >= 9 && code <= 13);
  return detail::holds(white_space, code);
}}

}}  // namespace tamis::unicode
'''
    TARGET.write_text(text)


main()
