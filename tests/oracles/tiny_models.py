#!/usr/bin/env python3
"""Small random models of the llama family and the logits that transformers computes, for tests/golden/tiny.

    python3 tiny_models.py tests/golden/tiny

Needs torch and transformers (written with 4.55.4). Each model is a folder as HF's save_pretrained writes it, with
logits.json beside it: `ids`, and the float32 logits after each of them.
"""
import json
import pathlib
import sys

import torch
import transformers

SIZES = dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=512, bos_token_id=1, eos_token_id=2)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
MODELS = {
    # The scaling of Llama 3, untied, heads of a size of their own, biases.
    "llama3": (transformers.LlamaForCausalLM, transformers.LlamaConfig(
        **SIZES, head_dim=6, rope_theta=500000.0, rope_scaling=LLAMA3, attention_bias=True, mlp_bias=True)),
    # Biases of queries, keys and values; tied; in two files.
    "qwen2": (transformers.Qwen2ForCausalLM, transformers.Qwen2Config(**SIZES, tie_word_embeddings=True)),
}


def main(folder):
    for seed, (name, (kind, config)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = kind(config).float().eval()
        with torch.no_grad():
            for parameter in model.parameters():  # far from the initial values, so that every part shows
                parameter.copy_(torch.randn_like(parameter) * (0.4 if parameter.dim() > 1 else 0.3) +
                                (1 if parameter.dim() == 1 else 0))
            ids = torch.randint(config.vocab_size, (1, 100))
            logits = model(ids).logits[0]
        path = pathlib.Path(folder) / name
        model.save_pretrained(path, max_shard_size="12KB" if name == "qwen2" else "1GB")
        (path / "generation_config.json").unlink(missing_ok=True)
        rows = [[round(value, 5) for value in row] for row in logits[::20].tolist()]
        (path / "logits.json").write_text(json.dumps({"ids": ids[0].tolist(), "every": 20, "logits": rows}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
