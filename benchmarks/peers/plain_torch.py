"""A plain training and sampling loop over a model of transformers, to compare the trainer with: see benchmarks/trainer.ts.

Reads one request a line as JSON: {"train": [[token, …], …], "weights": [[number, …], …]} takes one step of AdamW on
the weighed log-probabilities of all tokens but the first; {"sample": [[token, …], …], "tokens": N} draws N tokens after each
prompt, all as long as each other. Answers with the seconds it took. Usage: plain_torch.py FOLDER MICRO_TOKENS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_
from transformers import AutoConfig, AutoModelForCausalLM

Rows = list[list[Any]]


def micro_batches(lengths: list[int], most: int) -> Iterator[list[int]]:
    """Rows by falling length, as many together as have `most` tokens with padding: as the trainer takes them."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while order:
        count = max(1, most // lengths[order[0]])
        yield order[:count]
        order = order[count:]


def padded(rows: Rows, dtype: torch.dtype) -> Tensor:
    """Rows of lists as a tensor, [B, T]."""
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row, dtype=dtype) for row in rows], batch_first=True)


def train(model: Any, optimizer: torch.optim.Optimizer, rows: Rows, weights: Rows, micro_tokens: int) -> None:
    """One step."""
    for chosen in micro_batches([len(row) - 1 for row in rows], micro_tokens):
        tokens = padded([rows[row] for row in chosen], torch.long)
        weight = padded([weights[row] for row in chosen], torch.float32)[:, 1:]
        logits = model(input_ids=tokens[:, :-1], use_cache=False).logits
        losses = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
        torch.autograd.backward((losses * weight.flatten()).sum())
    clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()


@torch.inference_mode()
def sample(model: Any, prompts: Rows, count: int) -> None:
    """Draws from the whole distribution."""
    tokens = torch.tensor(prompts)
    options = {"do_sample": True, "top_k": 0, "max_new_tokens": count, "min_new_tokens": count}
    drawn = model.generate(tokens, attention_mask=torch.ones_like(tokens), pad_token_id=0, **options)
    drawn.tolist()


def main() -> None:
    """Answers requests until there are no more."""
    folder, micro_tokens = sys.argv[1], int(sys.argv[2])
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    model.eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    print(json.dumps(f"PyTorch {torch.__version__}"), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        if "train" in request:
            train(model, optimizer, request["train"], request["weights"], micro_tokens)
        else:
            sample(model, request["sample"], request["tokens"])
        print(json.dumps(time.perf_counter() - started), flush=True)


main()
