"""Hosts and data that the core's tests share."""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from exitlab_trainer.host import Host
from exitlab_trainer.types import Datum, Draw, Drawn, HostOptions

TINY = Path(__file__).parents[4] / "runners" / "tgi" / "trainer" / "tiny_llama"


@functools.cache
def tiny_host(**options: object) -> Host:
    """The tiny Llama with random weights."""
    return Host.load(HostOptions(**{"model": str(TINY), "device": "cpu", "random_weights": True, **options}))  # type: ignore[arg-type]


@functools.cache
def other_host(kind: str) -> Host:
    """A tiny model of another architecture, with random weights."""
    sizes = {"vocab_size": 103, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128}
    ids = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": None, "initializer_range": 0.2}
    config: dict[str, object] = {"model_type": kind, **sizes, **heads, **ids}
    if kind == "gpt2":
        config = {
            "model_type": kind,
            "vocab_size": 103,
            "n_embd": 32,
            "n_layer": 2,
            "n_head": 4,
            "n_positions": 128,
            **ids,
        }
    if kind == "gemma2":
        config.update(head_dim=8, sliding_window=8, final_logit_softcapping=5.0, query_pre_attn_scalar=8)
    if kind == "qwen2":
        config.update(tie_word_embeddings=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TINY / name, folder / name)
    (folder / "config.json").write_text(json.dumps(config))
    try:
        return Host.load(HostOptions(str(folder), device="cpu", random_weights=True, name=kind))
    finally:
        shutil.rmtree(folder)


def some_draws(count: int, *, temperature: float = 1.0, top_p: float = 1.0, most: int = 12) -> list[Draw]:
    """Draws of prompts of several lengths, some of them shared."""
    prompts = [[1, 20, 30], [1, 21, 22, 23, 24, 25, 26], [1, 40], [1, 20, 30, 31, 32]]
    return [
        Draw(prompts[index % 4], most - index % 3, temperature, top_p, seed=1000 + index)
        for index in range(count)
    ]


def datum_of(draw: Draw, drawn: Drawn, **inputs: Sequence[float]) -> Datum:
    """Prompt and completion as a datum, each target one to the right; inputs are of the completion."""
    tokens = draw.prompt + drawn.tokens
    prompt = len(draw.prompt) - 1
    padded = {
        name: np.array([0.0] * prompt + list(values), dtype=np.float32) for name, values in inputs.items()
    }
    return Datum(tokens[:-1], {"target_tokens": np.array(tokens[1:], dtype=np.int64), **padded})


def some_data(seed: int = 0, *, lengths: Sequence[int] = (5, 17, 9, 9, 30, 2)) -> list[Datum]:
    """Random sequences with every input that a loss may need; a few weights are 0."""
    random = np.random.default_rng(seed)
    data = []
    for length in lengths:
        tokens = random.integers(0, 103, length + 1)
        inputs = {
            name: random.normal(size=length).astype(np.float32)
            for name in ("weights", "advantages", "entropy_weights")
        }
        inputs["logprobs"] = (-4.6 + 0.3 * random.normal(size=length)).astype(np.float32)
        for values in inputs.values():
            values[: length // 3] = 0
        data.append(Datum(tokens[:-1].tolist(), {"target_tokens": tokens[1:], **inputs}))
    return data


def only(data: Sequence[Datum], *names: str) -> list[Datum]:
    """The data with these inputs alone."""
    return [Datum(one.tokens, {name: one.inputs[name] for name in ("target_tokens", *names)}) for one in data]
