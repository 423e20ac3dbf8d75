#!/usr/bin/env python3
"""Records what each policy makes of a distribution of the real model: docs/site/record_policies.py build/bin/tamis [--check]

The pages on policies draw their pictures from docs/site/distributions.json, which this writes. With --check it says instead
whether what is there is still what `tamis distribution` prints, to a thousandth. Ends with 77 where the model is missing.
"""
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHOWN = 18


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode != 0 and "--model" in done.stderr:
        print("skipped: " + done.stderr.strip())
        sys.exit(77)
    if done.returncode != 0:
        sys.exit(f"tamis {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def logits_after(program, prompt):
    """The model's logits after a prompt, and the prompt's ids. The logits are log-probabilities, moved to where the model has them."""
    said = json.loads(run(program, "generate", "--prompt", prompt, "--max-new-tokens", "1", "--temperature", "1", "--top-k", "0",
                          "--top-p", "1", "--logprobs", "49152", "--seed", "1", "--json", "--quiet"))
    (row,) = said["sequences"][0]["top_logprobs"]
    golden = [json.loads(line) for line in (ROOT / "tests/golden/next_token.jsonl").read_text().splitlines()]
    (above,) = [g["logsumexp"] for g in golden if g["prompt"] == prompt]
    logits = [-math.inf] * len(row)
    for token in row:
        logits[token["id"]] = token["logprob"] + above
    return logits, said["prompt_ids"]


def write_npy(path, values):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(values)},), }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(values)}f", *values))


def record(program):
    settings = tomllib.loads((HERE / "policies.toml").read_text())
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        rows = {}
        for name, prompt in settings["prompts"].items():
            logits, ids = logits_after(program, prompt)
            file = pathlib.Path(folder) / f"{name}.npy"
            write_npy(file, logits)
            pieces = {}
            rows[name] = (file, ids, pieces)
        for name, policy in settings["policies"].items():
            if "options" not in policy:
                continue
            file, ids, pieces = rows[policy["prompt"]]
            history = ["--history", ",".join(map(str, ids))] if policy.get("history") else []
            if history and not policy.get("generated"):
                history += ["--prompt-length", str(len(ids))]
            def distribution(*options):
                said = json.loads(run(program, "distribution", str(file), "--json", *options))
                return {token["token"]: token["probability"] for token in said}
            before, after = distribution(), distribution(*history, *policy["options"])
            order = sorted(before, key=lambda t: (-before[t], t))[:SHOWN]
            for token in order:
                if token not in pieces:
                    pieces[token] = json.loads(subprocess.run([program, "tokenize", "--decode", "--json"], input=str(token),
                                                              capture_output=True, text=True).stdout)["text"]
            result[name] = {
                "kept": len(after), "of": len(before),
                "tokens": [[pieces[t], round(before[t], 5), round(after.get(t, 0.0), 5)] for t in order],
                "others": [round(sum(d.values()) - sum(d.get(t, 0.0) for t in order), 5) for d in (before, after)],
            }
    return result


def differences(old, new):
    """The policies whose record is not the same to a thousandth, and one in a hundred tokens kept."""
    def close(a, b):
        return abs(a["kept"] - b["kept"]) <= 0.01 * a["kept"] and [t[0] for t in a["tokens"]] == [t[0] for t in b["tokens"]] and all(
            abs(x - y) <= 1e-3 for s, t in zip(a["tokens"], b["tokens"]) for x, y in zip(s[1:], t[1:]))
    return sorted(name for name in old.keys() | new.keys() if name not in old or name not in new or not close(old[name], new[name]))


def main():
    file = HERE / "distributions.json"
    new = record(sys.argv[1])
    if "--check" in sys.argv:
        stale = differences(json.loads(file.read_text()), new)
        if stale:
            sys.exit(f"{', '.join(stale)}: {file.relative_to(ROOT)} is not what the program says now; run {' '.join(sys.argv[:2])}")
        print(f"{len(new)} runs of pictures show what the program says")
        return
    file.write_text("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in new.items()) + "\n}\n")


main()
