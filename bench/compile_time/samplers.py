#!/usr/bin/env python3
"""What samplers of 1 to 12 policies cost the compiler, and how large their code is: prints a table in Markdown.

    bench/compile_time/samplers.py [--counts] [--clang clang++] [--gcc g++]

The templates instantiated are counted by clang (-ftime-trace), the same on every machine; --counts stops there. Exits with 1
if a sampler of twelve policies needs more than LIMIT, or if a policy more costs more than EACH on the average: the number is
to grow with the policies, not with their combinations.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

LIMIT = 7500
EACH = 320
ROOT = pathlib.Path(__file__).resolve().parents[2]
POLICIES = [  # header, expression; the cheap and the dear in turns, each another type
    ("temperature", "Temperature{0.8f}"), ("top_k", "TopK{50}"), ("top_p", "TopP{0.95f}"), ("min_p", "MinP{0.05f}"),
    ("repetition_penalty", "RepetitionPenalty{1.1f}"), ("typical_p", "TypicalP{0.9f}"),
    ("frequency_penalty", "FrequencyPenalty{0.1f}"), ("top_n_sigma", "TopNSigma{2.0f}"), ("xtc", "Xtc{0.1f, 0.5f}"),
    ("presence_penalty", "PresencePenalty{0.1f}"), ("epsilon_cutoff", "EpsilonCutoff{1e-4f}"), ("eta_cutoff", "EtaCutoff{1e-3f}"),
]
HEADERS = "".join(f"#include <tamis/policies/{name}.hpp>\n" for name, _ in POLICIES)


def program(count):
    chain = ", ".join(expression for _, expression in POLICIES[:count])
    draw = (f"int draw(const float* z, int n) {{\n  tamis::simd::RowOf row(std::span(z, static_cast<std::size_t>(n)), tamis::Stream{{}});\n"
            f"  using namespace tamis;\n  return Sampler{{{chain}}}(row).token;\n}}\n") if count else ""
    return "#include <tamis/backends/simd.hpp>\n#include <tamis/sampler.hpp>\n" + HEADERS + draw


def compile_with(compiler, source, output, *options):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([compiler, "-std=c++20", "-O2", f"-I{ROOT}/include", *options, "-c", str(source), "-o", str(output)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def instantiations(compiler, source, work):
    output = work / "trace.o"
    compile_with(compiler, source, output, "-O0", "-ftime-trace", "-ftime-trace-granularity=0")
    events = json.loads(output.with_suffix(".json").read_text())["traceEvents"]
    return sum(event["name"] in ("InstantiateFunction", "InstantiateClass") for event in events)


def text_size(output):
    return int(subprocess.run(["size", str(output)], check=True, capture_output=True, text=True).stdout.splitlines()[1].split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", action="store_true", help="count the instantiations alone")
    parser.add_argument("--clang", default="clang++")
    parser.add_argument("--gcc", default="g++")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        rows, counts = [], {}
        for count in ([0, 1, 12] if options.counts else [0, 1, 2, 3, 4, 6, 8, 10, 12]):
            source = work / "sampler.cpp"
            source.write_text(program(count))
            counts[count] = instantiations(options.clang, source, work)
            row = [f"{count}", f"{counts[count]:,}"]
            if not options.counts:
                for compiler in (options.gcc, options.clang):
                    output = work / "sampler.o"
                    row += [f"{compile_with(compiler, source, output):.1f}", f"{text_size(output) / 1024:,.0f}"]
            rows.append(row)
            print(f"{count} policies: {', '.join(row[1:])}", file=sys.stderr)
    head = ["policies", "templates instantiated"]
    if not options.counts:
        head += [f"{name}, {what}" for name in ("g++", "clang++") for what in ("s", "KiB of code")]
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join("--:" for _ in head) + " |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    each = (counts[12] - counts[1]) / 11
    print(f"\n{each:.0f} instantiations a policy (limit {EACH}), {counts[12]} for twelve (limit {LIMIT})")
    return 0 if counts[12] <= LIMIT and each <= EACH else 1


if __name__ == "__main__":
    sys.exit(main())
