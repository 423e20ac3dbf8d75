#!/usr/bin/env python3
"""A table of what each kernel takes, from what `nvcc -Xptxas -v` has printed: resources.py LOG..."""
import re
import subprocess
import sys

names, rows = [], []
for path in sys.argv[1:]:
    name = arch = stack = ""
    for line in open(path):
        if found := re.search(r"Compiling entry function '(\w+)' for '(\w+)'", line):
            (name, arch), stack = found.groups(), ""
        elif found := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", line):
            stack = stack or " / ".join(found.groups())
        elif (found := re.search(r"Used (\d+) registers", line)) and name:
            shared = re.search(r"(\d+) bytes smem", line)
            names.append(name)
            rows.append((arch, found.group(1), shared.group(1) if shared else "0", stack))
            name = stack = ""
try:
    names = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout.splitlines()
except OSError:
    pass
print("| kernel | for | registers | static shared bytes | stack / spilled to / from |\n|---|---|---|---|---|")
for name, row in zip(names, rows):
    short = re.sub(r"\(.*", "", name.replace("tamis::", "").replace("cuda::", "").replace("void ", ""))
    print(f"| `{short}` | {' | '.join(row)} |")
