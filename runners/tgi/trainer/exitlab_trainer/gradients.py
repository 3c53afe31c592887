"""Gradients between `forward_backward` and `optim_step`."""

from __future__ import annotations

import torch
from torch import Tensor

from .slots import Slots


class Gradients:
    """Sums gradients in float32, so that a request that fails leaves no trace of itself."""

    def __init__(self) -> None:
        self.total: dict[str, Tensor] = {}
        self._request: dict[str, Tensor] = {}

    def begin(self, slots: Slots) -> None:
        """A request starts: what an earlier one that failed may have left is dropped."""
        self._request = {}
        slots.clear()

    def take_low(self, slots: Slots) -> None:
        """After a micro-batch: gradients in less than float32 are added up here; others autograd adds up well
        enough.
        """
        for name, parameter in slots.parameters.items():
            if parameter.grad is not None and parameter.grad.dtype != torch.float32:
                self._add(self._request, name, parameter.grad.float())
                parameter.grad = None

    def commit(self, slots: Slots) -> None:
        """A request has succeeded: its gradient counts."""
        for name, parameter in slots.parameters.items():
            if parameter.grad is not None:
                self._request[name] = parameter.grad
                parameter.grad = None
        for name, gradient in self._request.items():
            self._add(self.total, name, gradient)
        self._request = {}

    def clear(self) -> None:
        """Forgets everything."""
        self.total, self._request = {}, {}

    @staticmethod
    def _add(sums: dict[str, Tensor], name: str, gradient: Tensor) -> None:
        if name in sums:
            sums[name].add_(gradient)
        else:
            sums[name] = gradient
