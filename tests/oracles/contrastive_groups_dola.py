#!/usr/bin/env python3
"""Writes tests/golden/strategies.jsonl: contrastive search, DoLa, diverse beam groups and beam search of HF transformers.

    python3 -m venv venv
    venv/bin/pip install --no-deps torch==2.11.0 nvidia-cufile==1.15.1.6 nvidia-cusparselt-cu13==0.8.0 \\
        nvidia-nvshmem-cu13==3.4.5
    venv/bin/pip install numpy filelock fsspec typing_extensions sympy mpmath networkx jinja2 gguf transformers==4.55.4
    venv/bin/pip install --no-deps accelerate psutil
    venv/bin/python tests/oracles/contrastive_groups_dola.py MODEL.gguf > tests/golden/strategies.jsonl

transformers 4.55 is the last with the three. The model is dequantized to float32; it is checked against
tests/golden/next_token.jsonl first.
"""

import json
import os
import pathlib
import sys

os.environ["TRANSFORMERS_OFFLINE"] = "1"
import numpy as np
import torch
import transformers.generation.beam_search as beam_search
import transformers.generation.utils as utils
from transformers import AutoModelForCausalLM

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
EOS = 2


def load(path):
    path = pathlib.Path(path).resolve()
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, torch_dtype=torch.float32, attn_implementation="eager")
    model.eval()
    model.generation_config.pad_token_id = EOS
    for line in map(json.loads, (GOLDEN / "next_token.jsonl").open()):
        with torch.no_grad():
            logits = model(torch.tensor([line["ids"]])).logits[0, -1].numpy()
        error = np.abs(logits[line["top_ids"]] - line["top_logits"]).max()
        assert error < 1e-3, f"the logits differ from next_token.jsonl by {error}"
    return model


def gap(values):
    """Between the two greatest of them; 1000 says that there is no second."""
    top = torch.topk(values.flatten().double(), 2).values
    return min(float(top[0] - top[1]), 1000.0)


def until(tokens, ends):
    """To the first end token."""
    at = next((i for i, token in enumerate(tokens) if token in ends), len(tokens))
    return tokens[: at + 1]


class Margins:
    """How close each decision was; written beside the tokens, so that near-ties are no failures."""

    def __init__(self):
        self.steps = []
        self.wrap(utils, "_ranking_fast", self.ranking)
        self.wrap(utils, "_dola_select_contrast", self.contrast)
        self.wrap(beam_search.BeamSearchScorer, "process", self.process)
        self.wrap(utils.GenerationMixin, "_get_top_k_continuations", self.candidates)

    def wrap(self, owner, name, note):
        plain = getattr(owner, name)

        def noting(*args, **kwargs):
            note(*args, **kwargs)
            return plain(*args, **kwargs)

        setattr(owner, name, noting)

    def ranking(self, context, following, probabilities, mask, alpha, k):
        a = context / context.norm(dim=2, keepdim=True)
        b = following / following.norm(dim=2, keepdim=True)
        penalty = (a @ b.transpose(1, 2)).squeeze(-1).max(-1).values
        self.steps.append(gap((1 - alpha) * probabilities.view(-1) - alpha * penalty))

    def contrast(self, layers, early, final):
        """Of the divergences of the layers, in units of the greatest."""
        if len(layers) == 1:
            return
        p = final.double().log_softmax(-1)
        divergences = []
        for layer in layers:
            q = early[layer].double().log_softmax(-1)
            m = 0.5 * (p.exp() + q.exp())
            kl = lambda log_r: (torch.special.xlogy(m, m) - m * log_r).sum(-1)
            divergences.append(0.5 * (kl(p) + kl(q)))
        divergences = torch.stack(divergences)
        self.steps.append(gap(divergences / divergences.max()))

    def process(self, scorer, ids, scores, *args, **kwargs):
        count = scorer.group_size
        scores = scores[0].double()
        self.steps.append(float((scores[:count] - scores[1 : count + 1]).min()))

    def candidates(self, model, accumulated_log_probs, num_beams, **kwargs):
        scores = accumulated_log_probs[0].double().topk(num_beams + 1).values
        self.steps.append(float((scores[:-1] - scores[1:]).min()))

    def take(self):
        steps, self.steps = self.steps, []
        return [round(step, 6) for step in steps]


def main():
    model = load(sys.argv[1])
    margins = Margins()
    prompts = {}
    for line in map(json.loads, (GOLDEN / "generations.jsonl").open()):
        prompts[line["prompt"]] = line["prompt_ids"]

    contrastive = [dict(penalty_alpha=0.6, top_k=4), dict(penalty_alpha=0.3, top_k=8),
                   dict(penalty_alpha=0.6, top_k=5, repetition_penalty=1.2)]
    dola = [dict(dola_layers="low", repetition_penalty=1.2), dict(dola_layers="high", repetition_penalty=1.2),
            dict(dola_layers=[4, 12, 26]), dict(dola_layers=[20], repetition_penalty=1.1)]
    groups = [dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.5, num_return_sequences=4),
              dict(num_beams=6, num_beam_groups=3, diversity_penalty=1.0, num_return_sequences=6, length_penalty=0.5,
                   early_stopping=True),
              dict(num_beams=4, num_beam_groups=4, diversity_penalty=2.0, num_return_sequences=4, length_penalty=2.0,
                   early_stopping="never", repetition_penalty=1.1),
              dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.3, num_return_sequences=3, min_new_tokens=20,
                   no_repeat_ngram_size=3)]
    # With ends that are common, so that sequences finish at different times and every rule of stopping is met.
    ends = [dict(num_beams=4, num_return_sequences=4, eos_token_id=[2, 30]),
            dict(num_beams=3, num_return_sequences=3, eos_token_id=[2, 30, 28], early_stopping=True, length_penalty=0.0),
            dict(num_beams=5, num_return_sequences=3, eos_token_id=[2, 28, 198], early_stopping="never"),
            dict(num_beams=4, num_return_sequences=2, eos_token_id=[2, 30], length_penalty=-0.5, repetition_penalty=1.2),
            dict(num_beams=2, num_return_sequences=2, eos_token_id=[2, 30, 28], early_stopping="never", length_penalty=2.0,
                 min_new_tokens=5),
            dict(num_beams=6, num_return_sequences=6, eos_token_id=[2, 28], early_stopping=True, length_penalty=1.5)]
    grouped_ends = [dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.7, num_return_sequences=4,
                         eos_token_id=[2, 30, 28]),
                    dict(num_beams=6, num_beam_groups=2, diversity_penalty=1.5, num_return_sequences=5,
                         eos_token_id=[2, 30], early_stopping=True),
                    dict(num_beams=6, num_beam_groups=3, diversity_penalty=0.4, num_return_sequences=3,
                         eos_token_id=[2, 28, 198], early_stopping="never", length_penalty=1.3)]
    for at, (prompt, ids) in enumerate(prompts.items()):
        wanted = [("contrastive", contrastive[at % 3]), ("dola", dola[at % 4]), ("beam_groups", groups[at % 4]),
                  ("beam_groups", groups[(at + 1) % 4]),
                  ("beam_search", ends[at % 6]), ("beam_search", ends[(at + 1) % 6]),
                  ("beam_groups", grouped_ends[at % 3])]
        for mode, params in wanted:
            torch.manual_seed(0)
            given = torch.tensor([ids])
            length = 24 if mode.startswith("beam") else 32
            with torch.no_grad():
                out = model.generate(given, attention_mask=torch.ones_like(given), do_sample=False,
                                     max_new_tokens=length, pad_token_id=EOS, return_dict_in_generate=True,
                                     output_scores=True, **{"eos_token_id": EOS, **params})
            line = {"prompt": prompt, "prompt_ids": ids, "mode": mode, "params": {**params, "max_new_tokens": length}}
            sequences = out.sequences[:, len(ids):].tolist()
            if mode.startswith("beam"):
                # The scorer of groups writes the first end token in the place of any.
                ends_of = params.get("eos_token_id", [EOS])
                line["sequences"] = [until(s, ends_of) for s in sequences]
                line["scores"] = [round(float(s), 5) for s in out.sequences_scores]
                line["gap"] = min(margins.take())
            else:
                line["new_ids"] = sequences[0]
                line["margin"] = margins.take()
                if mode == "dola":
                    line["top2_margin"] = [round(gap(s[0]), 5) for s in out.scores]
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
