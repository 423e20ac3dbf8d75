#!/usr/bin/env python3
"""Fails where the same lines of code stand twice: tests/repeated.py [LINES]

A run is LINES (12) lines or more of include/ and examples/ that are equal but for white space and comments; what has no word
in it, and what only names (#include, using, namespace), does not count. Code that stands twice is mended twice, or once.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("include", "examples")
ENDINGS = (".hpp", ".cpp", ".cuh", ".inc", ".cu", ".py", ".sh")
ONLY_NAMES = re.compile(r"#\s*(include|pragma)|using |namespace |import |from |template <|(public|private):|return [\w.]*;$|}")


def lines_of(path):
    """The lines that count, each with its number."""
    comment = r"#.*" if path.suffix in (".py", ".sh") else r"//.*"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = " ".join(re.sub(comment, "", line).split()) if not line.lstrip().startswith("#include") else ""
        if re.search(r"\w", code) and not ONLY_NAMES.match(code):
            yield number, code


def runs(files, length):
    """Pairs of places (file, first line, last line) that are equal, each as long as it goes."""
    places = defaultdict(list)
    for name, lines in files.items():
        for at in range(len(lines) - length + 1):
            places[tuple(code for _, code in lines[at:at + length])].append((name, at))
    seen = set()
    for spots in places.values():
        for one, other in ((a, b) for i, a in enumerate(spots) for b in spots[i + 1:]):
            if one[0] == other[0] and other[1] - one[1] < length:
                continue  # a list of like lines overlaps itself
            if (one[0], one[1] - 1, other[0], other[1] - 1) not in seen:  # else it goes on with the run of the line before
                end = 0
                while all(at + end < len(files[name]) for name, at in (one, other)) and (
                        files[one[0]][one[1] + end][1] == files[other[0]][other[1] + end][1]):
                    end += 1
                yield [(name, files[name][at][0], files[name][at + end - 1][0]) for name, at in (one, other)]
            seen.add((*one, *other))


def main():
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    paths = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.suffix in ENDINGS)
    files = {str(path.relative_to(ROOT)): list(lines_of(path)) for path in paths}
    found = list(runs(files, length))
    for (a, first, last), (b, begin, end) in found:
        print(f"{a}:{first}-{last} stands again at {b}:{begin}-{end}")
    if found:
        sys.exit(f"{len(found)} runs of {length} lines or more stand twice: make one of the two, or let them differ for a reason.")
    print(f"{len(files)} files: no {length} lines of code stand twice.")


if __name__ == "__main__":
    main()
