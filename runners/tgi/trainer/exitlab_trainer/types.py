"""The values that go in and out of the core, and the two ways in which it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


class UserMistake(Exception):
    """A request that cannot be served as it is; its text is one sentence. Nothing has changed."""


class StartMistake(Exception):
    """A reason why a model cannot be started; its text is one sentence."""


@dataclass(frozen=True)
class HostOptions:
    """What to load, and where to."""

    model: str
    """A folder, a `.gguf` file, or the name of a model on the Hub."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, or `cuda:N`."""
    dtype: str = "auto"
    """`auto` (bfloat16 on a CUDA device that has it, else float32), `float32`, `bfloat16` or `float16`."""
    random_weights: bool = False
    """Make weights from a seed instead of reading them."""
    seed: int = 0
    """What random base weights are made from."""
    micro_tokens: int | None = None
    """The most tokens, padding included, of one pass of training or scoring (a longer sequence goes
    alone); when left out, 1024 on a CPU, which larger passes make no faster, and else 4096.
    """
    checkpointing: bool = False
    """Compute activations again in the backward pass instead of keeping them: less memory, a third more
    time.
    """
    offline: bool = False
    """Never ask the Hub; what is not in its local cache is not found."""
    draw_tokens: int = 32768
    """The most tokens, prompts and completions together, of one batch of draws."""
    name: str | None = None
    """What clients call the model; when left out, the Hub's name or the folder's."""
    revision: str | None = None
    """A branch, tag or commit on the Hub."""
    trust_remote_code: bool = False
    """Run the Python code that some models bring with them."""


@dataclass(frozen=True)
class Datum:
    """One sequence of T tokens, and what the loss needs to know of each."""

    tokens: list[int]
    """What the model reads."""
    inputs: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    """`target_tokens` (int64), and `weights`, `logprobs`, `advantages`, `entropy_weights` (float32); each
    [T].
    """


@dataclass(frozen=True)
class Scored:
    """What a model says of one sequence."""

    logprobs: NDArray[np.float32]
    """The log-probability (nats) of each target, [T]."""
    entropy: NDArray[np.float32]
    """The entropy (nats) of each next-token distribution, [T]; in training 0 where a token has no weight."""


@dataclass(frozen=True)
class Draw:
    """One completion to draw."""

    prompt: list[int]
    """Token ids; at least one."""
    max_tokens: int
    """The most tokens to draw, the stop token included."""
    temperature: float
    """Logits are divided by it; 0 takes the likeliest token, and reports its log-probability at temperature
    1.
    """
    top_p: float
    """Probability mass to keep, in (0, 1]."""
    seed: int
    """Decides the draw."""
    stop: tuple[int, ...] | None = None
    """The ids that end it; the model's own when left out."""
    top_k: int | None = None
    """How many of the likeliest tokens to keep; all when left out or not above 0."""


@dataclass(frozen=True)
class Drawn:
    """One completion."""

    tokens: list[int]
    """The ids drawn, the stop token included."""
    logprobs: list[float]
    """The log-probability (nats) of each in the tempered distribution, before any cut."""
    stop_reason: str
    """`stop` or `length`."""


@dataclass(frozen=True)
class Adam:
    """One step of AdamW."""

    learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-12
    weight_decay: float = 0.0
    """Decoupled, and for matrices only."""
    grad_clip_norm: float = 0.0
    """The gradient is scaled down to this Euclidean norm; 0 leaves it as it is."""
