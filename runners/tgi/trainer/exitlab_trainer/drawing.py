"""Completions, many at a time, with a cache of keys and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .backbone import Backbone
from .picking import Picker
from .types import Draw, Drawn, UserMistake
from .uniform import seed_bits, uniforms

OnToken = Callable[[int, int, float], None]
"""Told of each token as it is drawn: which draw, the id, the log-probability."""

_MOST_ROWS = 256


def check_draws(draws: Sequence[Draw], context: int, vocabulary: int) -> None:
    """Raises `UserMistake` if a draw cannot be made."""
    for index, draw in enumerate(draws):
        where = f"(draw {index})"
        if not 1 <= len(draw.prompt) < context:
            raise UserMistake(
                f"Expected a prompt of 1 to {context - 1} tokens but found {len(draw.prompt)} {where}"
            )
        if min(draw.prompt) < 0 or max(draw.prompt) >= vocabulary:
            raise UserMistake(f"Expected token ids in [0, {vocabulary}) but found others in a prompt {where}")
        if draw.max_tokens < 1:
            raise UserMistake(f"Expected max_tokens to be at least 1 but found {draw.max_tokens} {where}")
        if not 0 <= draw.temperature < float("inf"):
            raise UserMistake(f"Expected a temperature of at least 0 but found {draw.temperature} {where}")
        if not 0 < draw.top_p <= 1:
            raise UserMistake(f"Expected top_p to be in (0, 1] but found {draw.top_p} {where}")


def draw_batches(draws: Sequence[Draw], context: int, most_tokens: int) -> list[list[int]]:
    """Which draws go together, by a rule that depends on the draws alone.

    By rising length of prompt, equal prompts side by side, as many as `most_tokens` holds.
    """
    order = sorted(
        range(len(draws)), key=lambda index: (len(draws[index].prompt), draws[index].prompt, index)
    )
    batches: list[list[int]] = []
    most_new = 0
    for index in order:
        draw = draws[index]
        grown = max(most_new, draw.max_tokens)
        size = min(len(draw.prompt) + grown, context)  # the newest prompt is the longest
        if batches and len(batches[-1]) < _MOST_ROWS and (len(batches[-1]) + 1) * size <= most_tokens:
            batches[-1].append(index)
            most_new = grown
        else:
            batches.append([index])
            most_new = draw.max_tokens
    return batches


@torch.no_grad()
def draw_all(
    backbone: Backbone,
    draws: Sequence[Draw],
    stop_ids: tuple[int, ...],
    most_tokens: int,
    on_token: OnToken | None = None,
) -> list[Drawn]:
    """Draws completions in the order asked.

    Token t of a draw takes number t of its seed, so a draw does not depend on its company but for the last
    bits of the logits, which hang on the batch's shape.

    Raises:
        UserMistake: If a draw cannot be made.
    """
    check_draws(draws, backbone.context, backbone.vocabulary)
    results: list[Drawn | None] = [None] * len(draws)
    for batch in draw_batches(draws, backbone.context, most_tokens):
        for index, drawn in zip(batch, _Batch(backbone, draws, batch, stop_ids, on_token).run(), strict=True):
            results[index] = drawn
    return [result for result in results if result is not None]


class _Batch:
    """Draws that advance together, a row each."""

    def __init__(
        self,
        backbone: Backbone,
        draws: Sequence[Draw],
        batch: list[int],
        stop_ids: tuple[int, ...],
        on_token: OnToken | None,
    ) -> None:
        self.backbone = backbone
        self.indices = batch
        self.draws = [draws[index] for index in batch]
        self.on_token = on_token
        self.stops = [frozenset(stop_ids if draw.stop is None else draw.stop) for draw in self.draws]
        self.room = [min(draw.max_tokens, backbone.context - len(draw.prompt)) for draw in self.draws]
        self.seeds = np.array([seed_bits(draw.seed) for draw in self.draws], dtype=np.uint64)
        self.tokens: list[list[int]] = [[] for _ in self.draws]
        self.logprobs: list[list[float]] = [[] for _ in self.draws]
        self.stopped = [False] * len(self.draws)

    def run(self) -> list[Drawn]:
        device = self.backbone.device
        picker = Picker(self.draws, self.backbone.vocabulary, device)
        logits, cache, mask, positions = self._prefill(device)
        rows = list(range(len(self.draws)))  # the row of the batch that each row of the cache belongs to
        live = [True] * len(rows)
        for step in range(max(self.room)):
            row_ids = torch.tensor(rows, device=device)
            picked, logprobs = picker.pick(logits, row_ids, uniforms(self.seeds[rows], step))
            self._keep(rows, live, picked.tolist(), logprobs.tolist())
            if not any(live):
                break
            if sum(live) <= 0.75 * len(rows):
                chosen = torch.tensor([place for place, on in enumerate(live) if on])
                rows = [row for row, on in zip(rows, live, strict=True) if on]
                live = [True] * len(rows)
                cache.batch_select_indices(chosen)
                picked, positions = picked[chosen], positions[chosen]
                mask = None if mask is None else mask[chosen]
            if mask is not None:
                mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
            positions = positions + 1
            logits, cache = self.backbone.advance(
                picked.unsqueeze(-1), cache, mask, None if mask is None else positions
            )
        return [
            Drawn(tokens, logprobs, "stop" if stopped else "length")
            for tokens, logprobs, stopped in zip(self.tokens, self.logprobs, self.stopped, strict=True)
        ]

    def _prefill(self, device: torch.device) -> tuple[Tensor, Any, Tensor | None, Tensor]:
        """Reads each distinct prompt once, padded on the left, and spreads its cache over the draws that
        share it.
        """
        prompts: dict[tuple[int, ...], int] = {}
        owners = [prompts.setdefault(tuple(draw.prompt), len(prompts)) for draw in self.draws]
        longest = max(len(prompt) for prompt in prompts)
        tokens = np.zeros((len(prompts), longest), dtype=np.int64)
        real = np.zeros((len(prompts), longest), dtype=np.int64)
        for prompt, place in prompts.items():
            tokens[place, longest - len(prompt) :] = prompt
            real[place, longest - len(prompt) :] = 1
        mask = None if real.all() else torch.from_numpy(real).to(device)
        positions = torch.from_numpy(np.maximum(real.cumsum(-1) - 1, 0)).to(device)
        logits, cache = self.backbone.advance(
            torch.from_numpy(tokens).to(device), None, mask, None if mask is None else positions
        )
        last = positions[:, -1:]
        if len(prompts) < len(owners):
            spread = torch.tensor(owners)  # on the CPU, for caches may be on several devices
            cache.batch_select_indices(spread)
            logits, last = logits[spread], last[spread]
            mask = None if mask is None else mask[spread]
        return logits, cache, mask, last

    def _keep(self, rows: list[int], live: list[bool], picked: list[int], logprobs: list[float]) -> None:
        for place, row in enumerate(rows):
            if not live[place]:
                continue
            token, logprob = picked[place], logprobs[place]
            self.tokens[row].append(token)
            self.logprobs[row].append(logprob)
            self.stopped[row] = token in self.stops[row]
            live[place] = not self.stopped[row] and len(self.tokens[row]) < self.room[row]
            if self.on_token is not None:
                self.on_token(self.indices[row], token, logprob)
