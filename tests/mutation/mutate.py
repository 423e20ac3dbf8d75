#!/usr/bin/env python3
"""Do the tests notice when a policy is wrong? Writes each policy wrong in one place at a time, and runs its own test.

    tests/mutation/mutate.py [--policy NAME] [--sample N] [--jobs N] [--list]

A mutant is caught if the test does not compile any more or fails. What nothing could notice is left out, by rules that
`changes_nothing` states. The last line has the rate; the exit is 1 below --least. With --orders, the orders of the peers too:
each policy of each left out, and each two neighbours exchanged, against tests/presets/peers_orders_test.cpp.
"""
import argparse
import concurrent.futures
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SWAPS = [
    (" <= ", " < "), (" < ", " <= "), (" >= ", " > "), (" > ", " >= "),
    (" <= ", " >= "), (" < ", " > "), (" >= ", " <= "), (" > ", " < "),
    (" == ", " != "), (" != ", " == "),
    (" + ", " - "), (" - ", " + "), (" * ", " / "), (" / ", " * "),
    (" & ", " | "), (" | ", " & "), (" && ", " || "), (" || ", " && "),
    ("max(", "min("), ("min(", "max("), ("return -", "return "), ("(-", "("), ("!", ""),
    ("0.0f", "1.0f"), ("1.0f", "2.0f"), ("0.5f", "0.25f"), ("return 1;", "return 2;"),
]

# Comparisons whose two outcomes are the same where the two sides are equal.
SAME_ON_BOTH_SIDES = [
    r"select\((\w+) < (\w+), \1, \2\)",  # the lesser of two
    r"select\((\w+) > 0\.0f, \1 [*/] \w+, \1 [*/] \w+\)",  # a product with 0 is 0, and so is a quotient
    r"([\w.()]+) \* \(1\.0f \+ select\(\1 > 0\.0f,",
    r"\((\w+) > 0\.0f\) & \(\1 < 1e30f\), \1 \* exp\(0\.0f - \1\), 0\.0f",  # 0 * 1 and 1e30 * 0
]


class Mutant:
    """A header in which `lines` lines from `line` on are `after` and not `before`, and the test that should notice."""

    def __init__(self, header, test, line, before, after, lines=1):
        self.header, self.test, self.line, self.before, self.after, self.lines = header, test, line, before, after, lines

    def __str__(self):
        return f"{self.header}:{self.line + 1}: {self.before.strip()}  ->  {self.after.strip()}"


def is_border(old, new):
    """Whether a comparison changes only where its two sides are equal."""
    return {old.strip(), new.strip()} in ({"<", "<="}, {">", ">="})


def changes_nothing(code, at, old, new, text):
    """Whether a mutant of the line `code` computes the same for every input, so that no test could notice."""
    if "bool idle()" in code and not (old.strip() in "<=>=" and not is_border(old, new)):
        return True  # a policy at its neutral value changes nothing, idle or not
    if old in ("max(", "min(") and code[at - 1:at] in (".", "_"):
        return True  # "row.max()" is the row's, not the function of two
    if re.match(r"\s*float \w+ = ", code):
        return True  # "float f = 0.0f;" is a default, which no test has to hold
    if is_border(old, new) and any(
            match.start() <= at < match.end() for form in SAME_ON_BOTH_SIDES for match in re.finditer(form, code)):
        return True
    # Another policy that is idle from 1.0f on is as idle at 2.0f.
    whole = re.search(r"(\w+)\{[^{}]*$", code[:at])
    if (old, new) == ("1.0f", "2.0f") and whole and code[at:].startswith("1.0f}"):
        other = ROOT / "include/tamis/policies" / (re.sub(r"(?<=[a-z])(?=[A-Z])", "_", whole.group(1)).lower() + ".hpp")
        return other.is_file() and re.search(r"idle\(\) const { return \w+ >= 1\.0f; }", other.read_text(encoding="utf-8")) is not None
    # A count of which is only asked whether it is more than none may count each occurrence as often as it likes.
    if (old, new) == ("1.0f", "2.0f") and re.search(r"float prompt = .*\? 1\.0f : 0\.0f;", code):
        return set(re.findall(r"(?<!\.)\bcount\b(?! =)(.{0,7})", text)) == {" > 0.0f"}
    return False


def mutants_of_line(line, text):
    """The wrong forms of a line of the code `text`, its comment left alone."""
    code, slashes, comment = line.partition("//")
    if "bool idle()" in code:
        yield re.sub(r"return .*?;", "return true;", code) + slashes + comment
    for old, new in SWAPS:
        at = code.find(old)
        while at >= 0:
            if not changes_nothing(code, at, old, new, text):
                yield code[:at] + new + code[at + len(old):] + slashes + comment
            at = code.find(old, at + 1)


def mutants_of_policy(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line.partition("//")[0] for line in lines)
    test = f"policies/{path.stem}_test.cpp"
    found = []
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("//", "#", "namespace", "}  //", "struct", "enum")):
            continue
        for wrong in dict.fromkeys(mutants_of_line(line, text)):
            if wrong != line:
                found.append(Mutant(f"policies/{path.name}", test, number, line, wrong))
    return found


def mutants_of_orders(path):
    text = path.read_text(encoding="utf-8")
    found = []
    for match in re.finditer(r"using (\w+) = Sampler<([^>]*)>;", text):
        first = text[:match.start()].count("\n")
        policies = [policy.strip() for policy in match.group(2).split(",")]
        wrongs = [policies[:i] + policies[i + 1:] for i in range(len(policies))]
        wrongs += [policies[:i] + [policies[i + 1], policies[i]] + policies[i + 2:] for i in range(len(policies) - 1)]
        for wrong in wrongs:
            found.append(Mutant("presets/orders.hpp", "presets/peers_orders_test.cpp", first, match.group(0).replace("\n", " "),
                                f"using {match.group(1)} = Sampler<{', '.join(wrong)}>;", match.group(0).count("\n") + 1))
    return found


class Bench:
    """Copies of the headers, one a worker, in which a mutant is compiled and run."""

    def __init__(self, work, compiler):
        self.work, self.compiler = work, compiler
        self.copies = itertools.count()
        self.local = threading.local()
        self.main = work / "main.o"
        self.compile(ROOT / "include", ROOT / "tests/main.cpp", self.main)

    def compile(self, include, source, out):
        command = [self.compiler, "-std=c++20", "-O0", f"-I{include}", f"-I{ROOT / 'tests'}", "-I/usr/include/eigen3",
                   f'-DTAMIS_TESTS_DIR="{ROOT / "tests"}"', "-c", str(source), "-o", str(out)]
        return subprocess.run(command, capture_output=True, text=True)

    def include(self):
        if not hasattr(self.local, "include"):
            self.local.include = self.work / f"include{next(self.copies)}"
            shutil.copytree(ROOT / "include", self.local.include)
        return self.local.include

    def result(self, mutant):
        """How the mutant fared: 'compiler', 'test', or 'survived'."""
        include = self.include()
        target = include / "tamis" / mutant.header
        original = target.read_text(encoding="utf-8")
        lines = original.splitlines()
        lines[mutant.line:mutant.line + mutant.lines] = [mutant.after]
        out = include.with_suffix(".o")
        program = include.with_suffix(".exe")
        try:
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")
            if self.compile(include, ROOT / "tests" / mutant.test, out).returncode != 0:
                return "compiler"
            subprocess.run([self.compiler, str(self.main), str(out), "-o", str(program), "-pthread"], check=True)
            try:
                return "test" if subprocess.run([str(program)], capture_output=True, timeout=300).returncode else "survived"
            except subprocess.TimeoutExpired:
                return "test"
        finally:
            target.write_text(original, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", help="only this one, as in top_p")
    parser.add_argument("--orders", action="store_true", help="the orders of the peers too")
    parser.add_argument("--sample", type=int, help="only so many, chosen by chance from a fixed seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--least", type=float, default=95, help="per cent of the mutants that have to be caught")
    parser.add_argument("--list", action="store_true", help="only say what they are")
    options = parser.parse_args()

    folder = ROOT / "include/tamis/policies"
    paths = [folder / f"{options.policy}.hpp"] if options.policy else sorted(folder.glob("*.hpp"))
    if not all(path.is_file() for path in paths):
        sys.exit(f"mutate.py: there is no policy '{options.policy}'; its name is that of its header, as in top_p.")
    mutants = [mutant for path in paths for mutant in mutants_of_policy(path)]
    if options.orders:
        mutants += mutants_of_orders(ROOT / "include/tamis/presets/orders.hpp")
    if options.sample:
        mutants = random.Random(1).sample(mutants, min(options.sample, len(mutants)))
    if options.list:
        print(*mutants, sep="\n")
        print(f"{len(mutants)} mutants")
        return

    count = {"compiler": 0, "test": 0, "survived": 0}
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(Path(work), os.environ.get("CXX", "g++"))
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for done, (mutant, result) in enumerate(zip(mutants, pool.map(bench.result, mutants)), 1):
                count[result] += 1
                if result == "survived":
                    print(f"survived: {mutant}", flush=True)
                elif sys.stderr.isatty():
                    print(f"\r{done} of {len(mutants)}", end="", file=sys.stderr)
    caught = count["test"] + count["compiler"]
    rate = 100 * caught / len(mutants)
    print(f"{len(mutants)} mutants, {caught} caught ({rate:.1f} %): {count['test']} by tests, {count['compiler']} by the compiler")
    sys.exit(0 if rate >= options.least else 1)


if __name__ == "__main__":
    main()
