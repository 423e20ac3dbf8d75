#!/usr/bin/env python3
"""Writes a header of Tamis, and all that it includes of Tamis, as one file that needs no other.

    cmake/amalgamate.py HEADER... > tamis.hpp

HEADERs are relative to include/tamis, as in: tamis.hpp generation.hpp models/llama.hpp. With --all in their place, every
header that includes no third party.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "include" / "tamis"
OWN = re.compile(r'\s*#\s*include\s*"([^"]+)"')
OTHERS = re.compile(r"\s*#\s*include\s*<([^>]+)>")


class Amalgamation:
    def __init__(self):
        self.once = set()  # the headers that are in it
        self.lines = []

    def add(self, header: Path):
        """Adds a header where it is first included, or each time where it has no #pragma once."""
        text = header.read_text(encoding="utf-8")
        if "#pragma once" in text:
            if header in self.once:
                return
            self.once.add(header)
        for line in text.splitlines():
            if own := OWN.match(line):
                self.add((header.parent / own.group(1)).resolve())
            elif line.strip() != "#pragma once":
                self.lines.append(line)

    def text(self) -> str:
        version = re.findall(r"#define TAMIS_VERSION_\w+ (\d+)", (FOLDER / "config.hpp").read_text())
        head = [
            "// SPDX" + "-License-Identifier: Apache-2.0 WITH LLVM-exception",  # in two: this is not this file's own
            f"// Tamis {'.'.join(version)}, token sampling and text generation, as one header. Made by cmake/amalgamate.py",
            f"// of {len(self.once)} headers; change those instead.",
            "#pragma once",
        ]
        return "\n".join(head + self.lines) + "\n"


def includes_third_party(header: Path, seen: set) -> bool:
    """Whether a header includes, itself or through others, one of neither Tamis nor the standard library."""
    if header in seen:
        return False
    seen.add(header)
    for line in header.read_text(encoding="utf-8").splitlines():
        if own := OWN.match(line):
            if includes_third_party((header.parent / own.group(1)).resolve(), seen):
                return True
        elif other := OTHERS.match(line):
            name = other.group(1)
            if "/" in name and not name.startswith("sys/") or re.match(r"(mpi|nccl|cuda.*)\.h$", name):
                return True
    return False


def main():
    names = sys.argv[1:]
    if not names or names[0] in ("-h", "--help"):
        sys.exit(__doc__.strip())
    if names == ["--all"]:
        headers = [h for h in sorted(FOLDER.rglob("*.hpp"))
                   if "#pragma once" in h.read_text(encoding="utf-8") and not includes_third_party(h, set())]
    else:
        headers = [(FOLDER / name).resolve() for name in names]
        for name, header in zip(names, headers):
            if not header.is_file():
                sys.exit(f"amalgamate.py: there is no header '{name}' in include/tamis; name one that is, as in tamis.hpp.")
            if includes_third_party(header, set()):
                sys.exit(f"amalgamate.py: '{name}' includes a third party, which would have to be beside it; leave it out.")
    one = Amalgamation()
    for header in headers:
        one.add(header)
    sys.stdout.write(one.text())


if __name__ == "__main__":
    main()
