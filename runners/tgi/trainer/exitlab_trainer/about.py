"""What clients are told of a host beside its name and sizes."""

from __future__ import annotations

import torch

from .host import Host

ADAPTER_RANK = 16
"""The rank of a model's adapters when a client names none."""


def about(host: Host) -> dict[str, object]:
    """Everything that the bits of its results may depend on."""
    return {
        "device": str(host.device),
        "dtype": host.dtype,
        "deterministic": host.deterministic,
        "random_weights": host.random_weights,
        "adapter_default_rank": ADAPTER_RANK,
        "torch": str(torch.__version__),
        "threads": torch.get_num_threads(),
        "micro_tokens": host.micro_tokens,
        "revision": host.options.revision,
    }
