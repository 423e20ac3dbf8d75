#!/usr/bin/env python3
"""Writes include/tamis/guided/unicode_tables.hpp: the general categories and the cases of Unicode 16.0.

    pip install unicodedata2==16.0.0
    python3 cmake/generate_unicode_properties.py

The package is needed here and nowhere else: its output is committed.
"""
import pathlib
import sys

try:
    import unicodedata2 as unicodedata
except ModuleNotFoundError:
    sys.exit("generate_unicode_properties.py needs the package unicodedata2: pip install unicodedata2==16.0.0")

VERSION = "16.0.0"
TARGET = pathlib.Path(__file__).parent.parent / "include/tamis/guided/unicode_tables.hpp"
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()


def category_runs():
    """A letter a run for its category, and its length in decimal where that is not 1."""
    text, before, length = "", None, 0
    for code in range(0x110001):
        now = unicodedata.category(chr(code)) if code < 0x110000 else None
        if now == before:
            length += 1
            continue
        if before:
            index = CATEGORIES.index(before)
            text += chr(ord("A") + index) if index < 26 else chr(ord("a") + index - 26)
            text += str(length) if length > 1 else ""
        before, length = now, 1
    return text


def case_runs():
    """Code points that simple case folding changes: first, count, stride, and what is added."""
    pairs = []
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        folded = chr(code).casefold()
        if len(folded) != 1:
            folded = chr(code).lower()
        if len(folded) == 1 and ord(folded) != code:
            pairs.append((code, ord(folded) - code))
    runs = []
    for code, delta in pairs:
        if runs and runs[-1][3] == delta:
            first, count, stride, _ = runs[-1]
            step = code - (first + (count - 1) * stride)
            if (count == 1 and step <= 2) or (count > 1 and step == stride):
                runs[-1] = [first, count + 1, step, delta]
                continue
        runs.append([code, 1, 1, delta])
    return runs


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"unicodedata2 knows Unicode {unicodedata.unidata_version}; {VERSION} is needed")
    text = category_runs()
    lines = [f'    "{text[at:at + 110]}"' for at in range(0, len(text), 110)]
    rows, row = [], "   "
    for first, count, stride, delta in case_runs():
        item = f" {{{first:#x}, {count}, {stride}, {delta}}},"
        if len(row) + len(item) > 118:
            rows.append(row)
            row = "   "
        row += item
    rows.append(row)
    header = f'''#pragma once

/// \\file unicode_tables.hpp
/// The general categories and the cases of Unicode {VERSION}. Written by cmake/generate_unicode_properties.py; not to be
/// edited.
///
/// Source: the Unicode Character Database, UnicodeData.txt and CaseFolding.txt.

#include <cstdint>
#include <string_view>

namespace tamis::guided::detail {{

/// The categories in the order of the letters in category_runs: A for Lu, and so on; a for the twenty-seventh.
inline constexpr std::string_view category_names = "{"".join(CATEGORIES)}";

// clang-format off
/// Of each run of code points, from 0 up: the letter of its category, and how long it is, if not 1.
inline constexpr std::string_view category_runs =
''' + "\n".join(lines) + ''';

/// Code points that simple case folding changes: from `first`, `count` of them `stride` apart, by `delta`.
struct CaseRun {
  char32_t first;
  std::uint16_t count, stride;
  std::int32_t delta;
};
inline constexpr CaseRun case_runs[] = {
''' + "\n".join(rows) + '''
};
// clang-format on

}  // namespace tamis::guided::detail
'''
    TARGET.write_text(header)


main()
