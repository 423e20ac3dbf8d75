"""Do these samplers draw what they should? Hugging Face's top-p, torch's multinomial, and one that is off by one.

Needs tamis (pip install ./python), torch and transformers. Writes a page about each sampler into this folder.
"""

import tamis
import torch
from transformers import TemperatureLogitsWarper, TopPLogitsWarper

DRAWS = 50_000
TEMPERATURE, TOP_P = 0.8, 0.9


def hugging_face(logits):
    """HF's own processors, one after the other, then torch's draw."""
    rows = logits.unsqueeze(0)
    for warper in [TemperatureLogitsWarper(TEMPERATURE), TopPLogitsWarper(TOP_P)]:
        rows = warper(None, rows)
    return torch.multinomial(rows.softmax(-1)[0], DRAWS, replacement=True)


def multinomial(logits):
    """No truncation: is torch's draw itself right?"""
    return torch.multinomial(logits.softmax(-1), DRAWS, replacement=True)


def off_by_one(logits):
    """Top-p as it is often written: it drops the token that crosses the boundary."""
    probabilities, ids = (logits / TEMPERATURE).softmax(-1).sort(descending=True)
    probabilities[probabilities.cumsum(-1) > TOP_P] = 0  # right: cumsum - probabilities > TOP_P
    return ids[torch.multinomial(probabilities, DRAWS, replacement=True)]


def main():
    torch.manual_seed(0)
    logits = 2 * torch.randn(1000)
    nucleus = [
        {"type": "temperature", "temperature": TEMPERATURE},
        {"type": "top_p", "p": TOP_P},
    ]
    for sampler, pipeline in [(hugging_face, nucleus), (multinomial, []), (off_by_one, nucleus)]:
        found = tamis.conform(logits, pipeline, sampler(logits), alpha=1e-3)
        found.report_html(f"{sampler.__name__}.html", title=f"Does {sampler.__name__} conform?")
        print(f"{sampler.__name__}: {found.verdict}")


if __name__ == "__main__":
    main()
