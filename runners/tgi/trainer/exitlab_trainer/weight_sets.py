"""The three sets of a model's weights, and how they share tensors as long as they are equal."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

Weights = dict[str, Tensor]


class WeightSets:
    """Trained, published and reference weights.

    A set is a dict of tensors. Sets that are equal share their tensors: publishing copies nothing, and only
    the next step makes new ones (copy-on-write). A fresh model is its initial weights three times over, in no
    memory of its own.
    """

    def __init__(self, initial: Mapping[str, Tensor]) -> None:
        self.initial: Weights = dict(initial)
        self.trained: Weights = dict(initial)
        self.published: Weights = dict(initial)
        self.reference: Weights = dict(initial)

    def shared(self, name: str) -> bool:
        """Whether a trained tensor is also part of another set, so that it must not be written to."""
        tensor = self.trained[name]
        return any(tensor is others[name] for others in (self.published, self.reference, self.initial))

    def publish(self) -> None:
        """Makes the trained weights the published ones."""
        self.published = dict(self.trained)

    def refresh_reference(self, mix: float) -> None:
        """Moves the reference to the trained weights: θ_ref ← mix · θ + (1 − mix) · θ_ref."""
        if mix == 1:
            self.reference = dict(self.trained)
            return
        self.reference = {
            name: tensor if tensor is self.trained[name] else torch.lerp(tensor, self.trained[name], mix)
            for name, tensor in self.reference.items()
        }

    @property
    def reference_moved(self) -> bool:
        """Whether the reference is no longer the initial weights."""
        return any(tensor is not self.initial[name] for name, tensor in self.reference.items())
