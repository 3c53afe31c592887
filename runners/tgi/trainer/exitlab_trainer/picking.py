"""One token of each row, by inverse transform: the same logits and uniform number give the same token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .types import Draw

_BLOCK = 128
"""Tokens that are summed together."""

_LIKELY = 1024
"""How many of the likeliest tokens are put in order, before all are."""


class Picker:
    """How the rows of a batch pick: temperatures and cuts, as tensors."""

    def __init__(self, draws: Sequence[Draw], vocabulary: int, device: torch.device) -> None:
        def column(values: Sequence[float]) -> Tensor:
            return torch.tensor(values, dtype=torch.float64, device=device).unsqueeze(-1)

        self._temperatures = column([draw.temperature or 1.0 for draw in draws]).float()
        self._greedy = torch.tensor([draw.temperature == 0 for draw in draws], device=device)
        self._plain = all(draw.temperature in (0.0, 1.0) for draw in draws)
        self._any_greedy = any(draw.temperature == 0 for draw in draws)
        self._cuts = any(draw.top_p < 1 or (draw.top_k or 0) > 0 for draw in draws)
        self._masses = column([draw.top_p for draw in draws])
        self._mosts = column([draw.top_k if draw.top_k and draw.top_k > 0 else vocabulary for draw in draws])

    def pick(self, logits: Tensor, rows: Tensor, uniform: NDArray[np.float64]) -> tuple[Tensor, Tensor]:
        """Picks from float32 logits [R, V].

        Args:
            rows: Which of the batch's rows they are, [R].
            uniform: A number in [0, 1) for each, [R].

        Returns:
            Token ids [R], and their log-probabilities before any cut [R].
        """
        if not self._plain:
            logits = logits / self._temperatures[rows]
        every = torch.log_softmax(logits, dim=-1)
        kept = every.exp()
        if self._cuts:
            kept = _cut(kept, self._masses[rows], self._mosts[rows])
        tokens = _invert(kept, torch.from_numpy(uniform).to(logits.device).unsqueeze(-1))
        if self._any_greedy:
            tokens = torch.where(self._greedy[rows].unsqueeze(-1), every.argmax(-1, keepdim=True), tokens)
        return tokens.squeeze(-1), every.gather(-1, tokens).squeeze(-1)


def _invert(weights: Tensor, uniform: Tensor) -> Tensor:
    """The token at which the running sum of weights, by rising id, passes `uniform` of the whole; [R, 1].

    First the block of tokens is found, then the token in it: sums are float64, but of few numbers.
    """
    rows, size = weights.shape
    blocks = torch.nn.functional.pad(weights, (0, -size % _BLOCK)).view(rows, -1, _BLOCK)
    sums = blocks.sum(-1, dtype=torch.float64)
    marks = uniform * sums.cumsum(-1)[:, -1:]
    block, rest = _passed(sums, marks)
    inside = blocks.gather(1, block.unsqueeze(-1).expand(rows, 1, _BLOCK)).squeeze(1).double()
    return block * _BLOCK + _passed(inside, rest)[0]


def _passed(weights: Tensor, marks: Tensor) -> tuple[Tensor, Tensor]:
    """Where the running sum passes the mark, and how far the mark is beyond the sum before."""
    sums = weights.cumsum(-1)
    last = weights.shape[-1] - 1 - (weights.flip(-1) > 0).byte().argmax(-1, keepdim=True)
    place = torch.minimum(
        torch.searchsorted(sums, marks, right=True), last
    )  # rounding may carry a mark past the end
    return place, marks - (sums.gather(-1, place) - weights.gather(-1, place))


def _cut(probabilities: Tensor, masses: Tensor, mosts: Tensor) -> Tensor:
    """Keeps, of each row, the likeliest tokens up to a mass and a number; at least one, and all that tie with
    the last.
    """
    size = probabilities.shape[-1]
    wanted = min(size, _LIKELY)
    falling = probabilities.topk(wanted, dim=-1).values.double()
    short = ((falling.sum(-1, keepdim=True) < masses) & (masses < 1)) | ((mosts > wanted) & (mosts < size))
    if wanted < size and bool(short.any()):
        falling = probabilities.sort(dim=-1, descending=True).values.double()
    before = falling.cumsum(-1) - falling
    ranks = torch.arange(falling.shape[-1], device=falling.device)
    kept = ((before < masses) | (masses >= 1)) & (ranks < mosts)
    least = falling.gather(-1, kept.sum(-1, keepdim=True) - 1)
    free = (masses >= 1) & (mosts >= size)
    return probabilities * ((probabilities >= least) | free)
