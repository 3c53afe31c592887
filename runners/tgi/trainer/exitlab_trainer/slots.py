"""Where weights are put for the model to use: its parameters, whose tensors are exchanged, not copied."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor
from torch.nn import Parameter


class Slots:
    """Parameters by name. Putting weights in costs nothing but the assignment of pointers."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self.parameters = dict(parameters)

    def tensors(self) -> dict[str, Tensor]:
        """The tensors that are in now."""
        return {name: parameter.data for name, parameter in self.parameters.items()}

    def put(self, weights: Mapping[str, Tensor]) -> None:
        """Makes the model use these tensors."""
        for name, parameter in self.parameters.items():
            parameter.data = weights[name]

    def train(self, on: bool) -> None:
        """Whether a backward pass reaches the parameters."""
        for parameter in self.parameters.values():
            parameter.requires_grad_(on)

    def clear(self) -> None:
        """Forgets gradients."""
        for parameter in self.parameters.values():
            parameter.grad = None
