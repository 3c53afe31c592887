"""What the service asks of the core: the shapes of `host.Host`, `trained_model.TrainedModel` and a saved sampler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .types import Adam, Datum, Draw, Drawn, Scored

OnToken = Callable[[int, int, float], None]
"""Called on the worker's thread with the index of the draw, the token id and its log-probability."""


class Sampler(Protocol):
    """Weights that can be drawn from."""

    def draw(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        """One completion for each of `draws`."""


class Trained(Sampler, Protocol):
    """A model in training; `draw` samples the weights published last."""

    trainable: int
    total: int
    version: int
    step: int

    def forward(self, data: list[Datum], temperature: float, reference: bool) -> list[Scored]:
        """Log-probabilities and entropies."""

    def forward_backward(
        self, data: list[Datum], loss_fn: str, config: dict[str, float]
    ) -> tuple[list[Scored], dict[str, float]]:
        """The same, and the gradient is added to what has gathered."""

    def optim_step(self, adam: Adam) -> dict[str, float]:
        """One step of AdamW with the gathered gradient."""

    def publish(self) -> int:
        """The weights as they are become those that are drawn from; returns the version."""

    def embed(self, sequences: list[tuple[list[int], int]]) -> np.ndarray:
        """Mean last hidden states, [N, D]."""

    def refresh_reference(self, mix: float) -> None:
        """Moves the frozen reference towards the weights."""

    def save(self, folder: Path) -> None:
        """Writes the whole state, at once or not at all."""

    def load(self, folder: Path, optimizer: bool) -> None:
        """Reads a state back."""

    def export(self, folder: Path) -> None:
        """Writes the published weights for other tools."""

    def close(self) -> None:
        """Gives the memory back."""


class Core(Protocol):
    """The base model on its device."""

    name: str
    context: int
    vocabulary: int
    parameters: int
    folder_files: Mapping[str, bytes]
    stop_ids: tuple[int, ...]
    tokenizer: Any

    def open(self, rank: int, seed: int, alpha: float | None) -> Trained:
        """A model to train: adapters of `rank`, or all parameters when it is 0."""

    def draw_base(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        """Completions under the frozen base weights."""

    def load_sampler(self, folder: Path) -> Sampler:
        """Saved weights, to be drawn from."""


class BaseSampler:
    """The base weights as a `Sampler`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def draw(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        """Completions under the frozen base weights."""
        return self._core.draw_base(draws, on_token)
