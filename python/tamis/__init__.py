"""The exact distribution of a sampling pipeline, and whether somebody's sampler draws from it.

A pipeline is a list of steps, applied in their order,

    [{"type": "temperature", "temperature": 0.8}, {"type": "top_p", "p": 0.9}]

or a dict with the keys of a generation_config.json, applied in the order of its key "order" ("hf", "llama_cpp", "vllm",
"sglang" or "openai"; HF's if there is none), where what is not said is off,

    {"temperature": 0.8, "top_p": 0.9, "order": "llama_cpp"}

or the JSON of either.

Logits are one row [V] or a batch [B, V]: NumPy arrays, torch tensors on the CPU, or whatever else speaks DLPack.
Those of float32 that lie row after row are read where they are, others are converted. Every mistake is a ValueError of
one sentence. Long work is done without the interpreter's lock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Union

import numpy as np

from ._core import Conformance
from . import _core

__all__ = ["Conformance", "conform", "distribution", "sample"]

Pipeline = Union[str, dict, Sequence[dict]]


def distribution(logits: Any, pipeline: Pipeline, history: Any = None, *, prompt_length: int = 0) -> np.ndarray:
    """The exact probability of each token, float64, in the shape of the logits; 0 where a token is cut off.

    history: the ids of the tokens before, for penalties and bans; of them the first prompt_length are the prompt, which
    some penalties do not count, and the others were generated.
    """
    return _core.distribution(
        _array(logits, np.float32), _text(pipeline), _ids(history), _whole("prompt_length", prompt_length)
    )


def sample(
    logits: Any,
    pipeline: Pipeline,
    seed: int | Sequence[int],
    *,
    position: int = 0,
    n: int = 1,
    history: Any = None,
    prompt_length: int = 0,
) -> np.ndarray:
    """Tokens drawn, int32, [n] for one row and [B, n] for a batch: the ones that the C++ library draws.

    Draw i is at position + i: the same seed and position give the same token, in whatever batch. Row r of a batch has
    the seed r above `seed`, or the one that a sequence of seeds gives it.
    """
    several = isinstance(seed, (Sequence, np.ndarray)) and not isinstance(seed, str)
    return _core.sample(
        _array(logits, np.float32),
        _text(pipeline),
        [_whole("seed", one, 0, 2**64) for one in (seed if several else [seed])],
        _whole("position", position, 0, 2**64),
        _whole("n", n),
        _ids(history),
        _whole("prompt_length", prompt_length),
    )


def conform(
    logits: Any, pipeline: Pipeline, draws: Any, alpha: float = 1e-3, *, history: Any = None, prompt_length: int = 0
) -> Conformance:
    """Whether `draws`, [N] for one row or [B, N] for a batch, are independent draws from the pipeline's distribution.

    alpha: how often a correct sampler is found wrong. The answer is true if the sampler conforms.
    """
    if not isinstance(alpha, (int, float, np.number)):
        raise ValueError(f"alpha is {alpha!r}; it must be a number, more than 0 and less than 1")
    return _core.conform(
        _array(logits, np.float32),
        _text(pipeline),
        _array(draws, np.int64),
        float(alpha),
        _ids(history),
        _whole("prompt_length", prompt_length),
    )


def _whole(name: str, value: Any, least: int = -(2**63), end: int = 2**63) -> int:
    if not isinstance(value, (int, np.integer)) or not least <= value < end:
        range_of = f"from 0 to {end - 1}" if least == 0 else "that fits in 64 bits"
        raise ValueError(f"{name} is {value!r}; it must be a whole number {range_of}")
    return int(value)


def _text(pipeline: Pipeline) -> str:
    if isinstance(pipeline, str):
        return pipeline
    try:
        return json.dumps(pipeline, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the pipeline cannot be written as JSON: {error}") from None


def _array(values: Any, dtype: type) -> Any:
    """Lists become arrays; of a tensor that learns, the values are taken."""
    if isinstance(values, (list, tuple)):
        try:
            return np.asarray(values, dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"a list cannot be read as an array of numbers: {error}") from None
    return values.detach() if getattr(values, "requires_grad", False) else values


def _ids(history: Any) -> Any:
    return None if history is None else _array(history, np.int64)
