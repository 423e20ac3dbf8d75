#!/usr/bin/env python3
"""Draws docs/performance.md's table and plot from one run of tamis-bench with its peers (see bench/peers.sh).

    bench/performance.py [build/bench/performance.json]

Writes docs/performance.svg, and between the marks of docs/performance.md the tables.
"""

import argparse
import json
import math
import pathlib
import re
import statistics

ROOT = pathlib.Path(__file__).resolve().parent.parent
VOCAB = 128256
TARGETS = {
    "greedy": 1.3, "min_p": 1.6, "default_chain": 2.5, "penalties_default_chain": 3, "top_n_sigma": 4, "temperature": 9,
    "top_p_peaked": 14, "xtc": 14, "typical_p": 30, "mirostat": 30, "top_p": 30, "top_p_flat": 30, "gumbel_max": 60,
}
ORDER = ["greedy", "min_p", "default_chain", "penalties_default_chain", "top_k", "dry", "grammar_mask", "top_n_sigma",
         "temperature", "mirostat", "xtc", "top_p_peaked", "top_p_warm", "top_p", "top_p_flat", "typical_p", "gumbel_max"]
PEERS = {"llama_cpp": "llama.cpp", "torch": "libtorch"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", default=ROOT / "build/bench/performance.json", type=pathlib.Path)
    run = json.loads(parser.parse_args().run.read_text())
    medians, counters = {}, {}
    for name, lines in by_name(run["benchmarks"]).items():
        medians[name] = statistics.median(line["real_time"] for line in lines)
        counters[name] = {key: statistics.median(line[key] for line in lines) for key in ("mean_us", "p90_us") if key in lines[0]}

    tables = [machine(run["context"]), synthetic(medians), vocabularies(medians), real(counters)]
    page = ROOT / "docs/performance.md"
    text = re.sub(r"(<!-- measured -->\n).*(<!-- end -->)", lambda marks: marks[1] + "\n".join(tables) + marks[2],
                  page.read_text(), flags=re.S)
    page.write_text(text)
    plot(medians, ROOT / "docs/performance.svg")


def by_name(benchmarks):
    lines = {}
    for line in benchmarks:
        if line.get("run_type") == "iteration" and not line.get("error_occurred"):
            lines.setdefault(line["run_name"], []).append(line)
    return lines


def machine(context):
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), "unknown")
    return (f"\nMeasured {context['date'][:10]} on {cpu}, {context['num_cpus']} cores at {context['mhz_per_cpu']} MHz, load "
            f"{context['load_avg'][0]:.1f} at the start; medians of one run, each chain on one thread.\n")


def micro(value):
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def synthetic(medians):
    read = medians[f"floor/read/{VOCAB}"]
    out = [f"### One step at V = {VOCAB:,}\n",
           f"One reading of the row takes {micro(read)} µs, a pass that sums its exponentials in floats "
           f"{micro(medians[f'floor/expsum/{VOCAB}'])} µs.\n",
           "| chain | tamis, µs | readings | wanted | llama.cpp, µs | times | libtorch, µs | times |",
           "| --- | --: | --: | --: | --: | --: | --: | --: |"]
    ratios = {peer: [] for peer in PEERS}
    for chain in ORDER:
        ours = medians.get(f"sample/{chain}/{VOCAB}")
        if ours is None:
            continue
        cells = [chain, micro(ours), f"{ours / read:.1f}", f"≤ {TARGETS[chain]}" if chain in TARGETS else ""]
        for peer in PEERS:
            theirs = medians.get(f"{peer}/{chain}/{VOCAB}")
            cells += [micro(theirs), f"{theirs / ours:.0f}"] if theirs else ["", ""]
            if theirs:
                ratios[peer].append(theirs / ours)
        out.append("| " + " | ".join(cells) + " |")
    for peer, name in PEERS.items():
        if ratios[peer]:
            mean = math.exp(statistics.mean(map(math.log, ratios[peer])))
            out.append(f"\nAgainst {name}: {mean:.1f} times as fast in the geometric mean of {len(ratios[peer])} chains, "
                       f"{min(ratios[peer]):.1f} times at least.")
    return "\n".join(out) + "\n"


def vocabularies(medians):
    sizes = sorted({int(name.rsplit("/", 1)[1]) for name in medians if name.startswith("sample/")})
    out = ["### Over vocabularies, µs (in readings of the same row)\n",
           "| chain | " + " | ".join(f"{size:,}" for size in sizes) + " |", "| --- |" + " --: |" * len(sizes)]
    for chain in ORDER:
        cells = [(medians.get(f"sample/{chain}/{size}"), medians[f"floor/read/{size}"]) for size in sizes]
        if all(ours for ours, _ in cells):
            out.append(f"| {chain} | " + " | ".join(f"{micro(ours)} ({ours / read:.1f})" for ours, read in cells) + " |")
    return "\n".join(out) + "\n"


def real(counters):
    out = ["### On the logits of a real model\n",
           "SmolLM2-135M-Instruct, V = 49,152, at 64 positions of a text: the mean of a step, and the 90th percentile over the "
           "positions, in µs.\n",
           "| chain | tamis, mean | p90 | llama.cpp, mean | p90 | times | libtorch, mean | p90 | times |",
           "| --- | --: | --: | --: | --: | --: | --: | --: | --: |"]
    for chain in ORDER:
        ours = counters.get(f"sample_real/{chain}")
        if not ours:
            continue
        cells = [chain, micro(ours["mean_us"]), micro(ours["p90_us"])]
        for peer in PEERS:
            theirs = counters.get(f"{peer}_real/{chain}")
            cells += ([micro(theirs["mean_us"]), micro(theirs["p90_us"]), f"{theirs['mean_us'] / ours['mean_us']:.0f}"]
                      if theirs else ["", "", ""])
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out) + "\n"


def plot(medians, path):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "tamis"
    from matplotlib import pyplot

    chains = [chain for chain in ORDER if f"sample/{chain}/{VOCAB}" in medians]
    figure, axes = pyplot.subplots(figsize=(9, 6))
    height = 0.8 / (1 + len(PEERS))
    for i, (family, label) in enumerate({"sample": "tamis", **PEERS}.items()):
        bars = [(at, medians[f"{family}/{chain}/{VOCAB}"]) for at, chain in enumerate(chains) if f"{family}/{chain}/{VOCAB}" in medians]
        if bars:
            axes.barh([at + (i - 1) * height for at, _ in bars], [time for _, time in bars], height, label=label)
    axes.axvline(medians[f"floor/read/{VOCAB}"], color="black", linewidth=1, linestyle=":", label="one reading of the row")
    axes.set_xscale("log")
    axes.set_yticks(range(len(chains)), chains)
    axes.invert_yaxis()
    axes.set_xlabel(f"µs a step, V = {VOCAB:,}")
    axes.legend(loc="upper right")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
