#!/usr/bin/env python3
"""Puts measurements beside what they are to be; exit 1 if one is missed.

    check_targets.py measurements.json
"""
import json
import sys

measured = json.load(open(sys.argv[1]))["measurements"]
chain, size = "penalty, temperature, top-k 50, top-p 0.95", 128256


def best(what, rows, vocab_size=size, precision="float32", blocks=None):
    """The warm time of the default spread, or of a peer."""
    found = [m["warm_us"] for m in measured if m["what"] == what and m["rows"] == rows and m["vocab_size"] == vocab_size
             and m["precision"] == precision and (blocks is None or m["blocks"] == blocks)]
    return min(found) if found else None


missed = 0


def require(sentence, value, limit):
    global missed
    if value is None or limit is None:
        print(f"  not measured  {sentence}")
        return
    met = value <= limit
    missed += not met
    print(f"  {'met' if met else 'MISSED':12s}  {sentence}: {value:.2f} of at most {limit:.2f} us")


for rows, limit in ((1, 9), (64, 19), (256, 50)):
    require(f"{rows} rows, {chain}, float32", best(chain, rows, blocks=0), limit)
for rows in (1, 64):
    peers = {"default": best("FlashInfer: softmax, top_k_top_p_sampling_from_probs", rows), "cake": best("FlashInfer: softmax, cake c8_e32", rows)}
    known = [t for t in peers.values() if t is not None]
    require(f"{rows} rows, twice as fast as FlashInfer's best", best(chain, rows, blocks=0), min(known) / 2 if known else None)
    require(f"{rows} rows, five times as fast as its default", best(chain, rows, blocks=0), peers["default"] / 5 if peers["default"] else None)
for precision in ("float32", "bfloat16"):
    floor = best("read floor", 256, precision=precision)
    for what in sorted({m["what"] for m in measured if "temperature" in m["what"] or m["what"] == "greedy"}):
        require(f"256 rows, {what}, {precision}, within 1.6 of reading them", best(what, 256, precision=precision, blocks=0), 1.6 * floor if floor else None)
print("the best spreads:")
for m in measured:
    same = [n for n in measured if all(n[k] == m[k] for k in ("what", "rows", "vocab_size", "precision"))]
    if m["what"] == chain and m["blocks"] == 0 and len(same) > 1:
        least = min(same, key=lambda n: n["warm_us"])
        print(f"  {m['rows']:4d} rows of {m['vocab_size']:6d}, {m['precision']:8s}: {least['blocks']} blocks of {least['threads']}: "
              f"{least['warm_us']:.2f} us; as it chooses {m['warm_us']:.2f} us")
sys.exit(missed > 0)
