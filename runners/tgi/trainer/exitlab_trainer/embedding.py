"""One vector for a stretch of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from .backbone import Backbone
from .micro_batches import micro_batches


@torch.no_grad()
def embed(
    backbone: Backbone, sequences: Sequence[tuple[list[int], int]], micro_tokens: int
) -> NDArray[np.float32]:
    """The mean hidden state, after the final norm, over each sequence's tokens from the given one on; [N,
    D].
    """
    lengths = [len(tokens) for tokens, _ in sequences]
    results: list[NDArray[np.float32]] = [np.zeros(0, dtype=np.float32)] * len(sequences)
    for rows in micro_batches(lengths, micro_tokens):
        padded = np.zeros((len(rows), lengths[rows[0]]), dtype=np.int64)
        for place, row in enumerate(rows):
            padded[place, : lengths[row]] = sequences[row][0]
        hidden = backbone.hidden(torch.from_numpy(padded).to(backbone.device))
        for place, row in enumerate(rows):
            span = hidden[place, sequences[row][1] : lengths[row]]
            results[row] = span.float().mean(0).cpu().numpy()
    width = backbone.model.get_input_embeddings().weight.shape[1]
    return np.stack(results) if results else np.zeros((0, width), dtype=np.float32)
