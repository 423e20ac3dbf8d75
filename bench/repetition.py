#!/usr/bin/env python3
"""How much penalties take away of repetition, on the real model: prints a table in Markdown.

    bench/repetition.py build/bin/tamis [--tokens 128] [--prompts 50] [--threads N]

Each way of choosing goes on with each prompt of bench/repetition_prompts.txt; `tamis score` measures the continuations.
An end of text is ignored, so that all are of one length: longer texts repeat more.
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

WAYS = {
    "greedy": ["--temperature", "0"],
    "greedy, repetition 1.05": ["--temperature", "0", "--repetition-penalty", "1.05"],
    "greedy, repetition 1.1": ["--temperature", "0", "--repetition-penalty", "1.1"],
    "greedy, repetition 1.3": ["--temperature", "0", "--repetition-penalty", "1.3"],
    "greedy, no 3-gram twice": ["--temperature", "0", "--no-repeat-ngram-size", "3"],
    "temperature 0.5, top-k 50, top-p 0.95": ["--temperature", "0.5"],
    "the same, repetition 1.1": ["--temperature", "0.5", "--repetition-penalty", "1.1"],
    "the same, frequency 0.5": ["--temperature", "0.5", "--frequency-penalty", "0.5"],
    "the same, presence 0.5": ["--temperature", "0.5", "--presence-penalty", "0.5"],
    "the same, DRY 0.8": ["--temperature", "0.5", "--dry-multiplier", "0.8"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tamis", help="the program, build/bin/tamis")
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    lines = (pathlib.Path(__file__).parent / "repetition_prompts.txt").read_text().splitlines()[: options.prompts]

    def run(command, *arguments):
        threads = ["--threads", str(options.threads)] if options.threads else []
        words = [options.tamis, command, "--json", "--quiet", *threads, *arguments]
        return json.loads(subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout)

    print("| way | repetition score | rep-2 | distinct-2 | diversity | perplexity |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, arguments in WAYS.items():
        logs = []
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for number, prompt in enumerate(lines):
                text = run(
                    "generate", "--prompt", prompt, "--seed", str(number), "--ignore-eos",
                    "--max-new-tokens", str(options.tokens), *arguments,
                )["sequences"][0]  # fmt: skip
                logs += text["logprobs"]
                files.append(f"{folder}/{number}")
                pathlib.Path(files[-1]).write_text(text["text"])
            score = run("score", *files)
        perplexity = math.exp(-sum(logs) / len(logs))
        print(
            f"| {name} | {100 * score['repetition_score']:.1f} % | {100 * score['seq_rep_2']:.1f} % "
            f"| {score['distinct_2']:.3f} | {score['diversity']:.3f} | {perplexity:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
