#!/usr/bin/env python3
"""Fails where the documentation leaves something out: docs/site/check.py

- each block of C++ is quoted from a file that is compiled;
- each sentence of a static_assert, `tamis: ...`, is in docs/errors.md;
- each policy has a row in docs/policies.md, a section in docs/site/policies.toml, and a source, unless it needs none;
- each example is under 60 lines, and is in docs/examples.md with what it prints;
- each option that docs/site/policies.toml shows was recorded in docs/site/distributions.json.
"""
import json
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
WITHOUT_SOURCE = {"greedy", "multinomial", "push"}  # what needs no reference


def sentences():
    """The sentences of static_assert and #error in the headers, each with the header it is in."""
    found = {}
    for file in sorted((ROOT / "include").rglob("*.[hc][pu]*")):
        for literals in re.findall(r'("tamis: [^"]*"(?:\s*"[^"]*")*)', file.read_text()):
            found["".join(re.findall(r'"([^"]*)"', literals)).replace("\\\\", "\\")] = file.relative_to(ROOT)
    return found


def faults():
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for at in re.finditer(r"^```cpp$", page.read_text(), re.M):
            line = page.read_text()[:at.start()].count("\n")
            if not page.read_text().splitlines()[line - 1].startswith("<!-- quote: "):
                yield f"{page.relative_to(ROOT)}:{line + 1}: this code is not quoted; see 'The documentation' in CONTRIBUTING.md"
    examples = (ROOT / "docs/examples.md").read_text()
    for file in (f for folder in ("", "guided", "torch") for f in sorted((ROOT / "examples" / folder).glob("*.c[pu]*"))):
        lines = len(file.read_text().splitlines())
        if lines >= 60:
            yield f"{file.relative_to(ROOT)} has {lines} lines; an example is one idea in fewer than 60"
        if not re.search(rf"^\| \[.*\b{file.stem}\b", examples, re.M):
            yield f"docs/examples.md has no row for {file.relative_to(ROOT)}"
    errors = (ROOT / "docs/errors.md").read_text()
    for sentence, file in sentences().items():
        if sentence not in errors:
            yield f'docs/errors.md lacks "{sentence}" ({file})'
    table = (ROOT / "docs/policies.md").read_text()
    said = tomllib.loads((ROOT / "docs/site/policies.toml").read_text())["policies"]
    recorded = json.loads((ROOT / "docs/site/distributions.json").read_text())
    for file in sorted((ROOT / "include/tamis/policies").glob("*.hpp")):
        text = file.read_text()
        name = re.findall(r"^struct (\w+)", text, re.M)[-1]
        if f"| `{name}" not in table:
            yield f"docs/policies.md has no row for {name}"
        if file.stem not in said:
            yield f"docs/site/policies.toml has no section for {file.stem}"
        elif ("options" in said[file.stem]) != (file.stem in recorded):
            yield f"docs/site/distributions.json is not of docs/site/policies.toml at {file.stem}: run docs/site/record_policies.py"
        if "Source:" not in text and file.stem not in WITHOUT_SOURCE:
            yield f"{file.relative_to(ROOT)} names no source"


found = list(faults())
for fault in found:
    print(fault, file=sys.stderr)
if found:
    sys.exit(1)
print(f"{len(sentences())} sentences of the compiler and {len(list((ROOT / 'include/tamis/policies').glob('*.hpp')))} policies are in the "
      "documentation")
