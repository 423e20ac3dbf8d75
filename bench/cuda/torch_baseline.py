#!/usr/bin/env python3
"""torch.topk, softmax over these, top-p, torch.multinomial: what a sampler written in torch costs on a GPU.

Prints records as tamis-bench-cuda does, one a line. Exit 77, with the reason, where torch or a GPU is missing.
"""
import json
import sys

try:
    import torch
except ImportError:
    print("skipped: Python has no torch", file=sys.stderr)
    sys.exit(77)
if not torch.cuda.is_available():
    print("skipped: torch sees no GPU", file=sys.stderr)
    sys.exit(77)


def draw(logits):
    values, ids = torch.topk(logits / 0.8, 50)
    shares = torch.softmax(values.float(), -1)
    before = shares.cumsum(-1) - shares
    shares = shares.masked_fill(before > 0.95, 0)
    return ids.gather(-1, torch.multinomial(shares, 1))


def median_us(f, flush):
    times = []
    for _ in range(60):
        if flush is not None:
            flush.zero_()
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        f()
        end.record()
        end.synchronize()
        times.append(1000 * begin.elapsed_time(end))
    return sorted(times[10:])[25]


flush = torch.empty(256 << 20, dtype=torch.uint8, device="cuda")
for vocab_size in (128256, 32000, 151936, 262144):
    for rows in (1, 8, 64, 256):
        for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
            logits = 3 * torch.randn(rows, vocab_size, device="cuda").to(dtype)
            print(json.dumps({"what": "torch.topk, torch.multinomial", "rows": rows, "vocab_size": vocab_size, "precision": name,
                              "blocks": 0, "threads": 0, "warm_us": round(median_us(lambda: draw(logits), None), 2),
                              "cold_us": round(median_us(lambda: draw(logits), flush), 2)}), flush=True)
