#!/usr/bin/env python3
"""Runs the commands in the documentation and says which print something else than the pages say.

    docs/transcripts.py FOLDER [--update] [PAGE...]     FOLDER has the program tamis, as build/bin

A transcript is a block ```console: a line that begins with "$ " is a command, which goes on in the lines that begin with
"> "; the lines below it are what it prints, errors too. A line of three dots stands for any lines, and three dots within a line
for any characters. $MODEL is the path of the model. A block below a comment <!-- needs: PROGRAM --> is left as it is where PROGRAM
was not built, for not every build has libtorch or MPI. The commands of a page run one after the other in a folder that has one file at first,
row.npy, the logits 2, 1, 0 and -3. With --update the
pages are brought up to date. Ends with 77 where the model is missing.
"""
import argparse
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(?:^<!-- needs: (\S+) -->\n)?^```console\n(.*?)^```$", re.M | re.S)


def steps_of(block):
    """The commands of a block, each with the lines below it."""
    steps = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append(([line], []))
        elif line.startswith("> ") and not steps[-1][1]:
            steps[-1][0].append(line)
        else:
            steps[-1][1].append(line)
    return steps


def fits(expected, printed):
    """Whether lines are what a page says, dots standing for anything."""
    pattern = ""
    for line in expected:
        pattern += r"(.*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def run(command, folder, programs, model):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                       OMP_NUM_THREADS="1", PATH=f"{programs}:{os.environ['PATH']}", MODEL=model, TAMIS_MODEL=model, LC_ALL="C.UTF-8", TERM="dumb", COLUMNS="100")
    script = "\n".join(line[2:] for line in command)
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    lines = done.stdout.decode(errors="replace").replace("\r", "\n").rstrip("\n").split("\n")
    return [] if lines == [""] else lines


def folded(lines, width=96):
    """Long lines in several, as a terminal shows them."""
    return [part for line in lines for part in (textwrap.wrap(line, width, break_long_words=True, break_on_hyphens=False,
                                                              replace_whitespace=False, drop_whitespace=len(line) > width) or [""])]


def check(page, programs, model, update):
    """How many commands of a page there are, and how many print something else."""
    count = faults = 0
    with tempfile.TemporaryDirectory() as folder:
        header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }".ljust(117) + b"\n"
        pathlib.Path(folder, "row.npy").write_bytes(b"\x93NUMPY\x01\x00\x76\x00" + header + struct.pack("<4f", 2, 1, 0, -3))

        def replayed(match):
            nonlocal count, faults
            needed, block = match.groups()
            if needed and not (programs / needed).exists():
                print(f"{page.relative_to(ROOT)}: {needed} was not built, and what needs it was not run")
                return match.group(0)
            said = f"<!-- needs: {needed} -->\n" if needed else ""
            said += "```console\n"
            for command, expected in steps_of(block):
                count += 1
                printed = [line.rstrip() for line in folded(run(command, folder, programs, model))]
                if fits(expected, printed):
                    printed = expected
                else:
                    faults += 1
                    if not update:
                        print(f"{page.relative_to(ROOT)}: {command[0]}\n  it prints\n    " + "\n    ".join(printed), file=sys.stderr)
                said += "".join(line + "\n" for line in command + printed)
            return said + "```"
        text = page.read_text()
        result = BLOCK.sub(replayed, text)
    if update and result != text:
        page.write_text(result)
    return count, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    asked = parser.parse_intermixed_args()
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    model = os.environ.get("TAMIS_MODEL") or cache + "/tamis/SmolLM2-135M-Instruct.Q4_1.gguf"
    if not os.path.exists(model):
        print(f"skipped: the model is not in {model}; examples/demo.sh installs it")
        sys.exit(77)
    pages = [p.resolve() for p in asked.pages] or sorted((ROOT / "docs").rglob("*.md"))
    counts = [check(page, asked.programs.resolve(), model, asked.update) for page in pages]
    commands, faults = sum(c for c, _ in counts), sum(f for _, f in counts)
    if faults and not asked.update:
        print(f"{faults} of {commands} commands print something else than the documentation says; if they are right now, run "
              "docs/transcripts.py FOLDER --update")
        sys.exit(1)
    print(f"{commands} runs of commands print what the documentation says" + (f", {faults} of them since now" if faults else ""))


main()
