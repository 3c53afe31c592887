"""AdamW with decoupled decay. The same calls give the same bits: no fused kernels, no order left to
chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from .types import Adam, UserMistake
from .weight_sets import Weights


def check_adam(adam: Adam) -> None:
    """Raises `UserMistake` if a setting is out of range."""
    if not 0 < adam.eps < float("inf"):
        raise UserMistake(f"Expected eps to be a number above 0 but found {adam.eps}")
    positive = {"learning_rate": adam.learning_rate, "weight_decay": adam.weight_decay}
    for name, value in {**positive, "grad_clip_norm": adam.grad_clip_norm}.items():
        if not 0 <= value < float("inf"):
            raise UserMistake(f"Expected {name} to be a number of at least 0 but found {value}")
    for name, value in {"beta1": adam.beta1, "beta2": adam.beta2}.items():
        if not 0 <= value < 1:
            raise UserMistake(f"Expected {name} to be in [0, 1) but found {value}")


def gradient_norm(gradients: Mapping[str, Tensor]) -> float:
    """The Euclidean norm over all gradients."""
    norms = [torch.linalg.vector_norm(gradient, dtype=torch.float32) for gradient in gradients.values()]
    if not norms:
        return 0.0
    return float(torch.linalg.vector_norm(torch.stack([norm.to("cpu", torch.float64) for norm in norms])))


class AdamW:
    """Moments, and float32 copies of weights that are kept in less.

    Moments are float32. A weight that is not (a full model in bfloat16) has a float32 master: steps move the
    master, and the model gets it rounded, so that steps smaller than the rounding add up.
    """

    def __init__(self, decays: Callable[[str], bool]) -> None:
        self.decays = decays
        self.step_count = 0
        self.first: Weights = {}
        self.second: Weights = {}
        self.master: Weights = {}

    def reset(self) -> None:
        """Forgets everything."""
        self.step_count = 0
        self.first, self.second, self.master = {}, {}, {}

    @torch.no_grad()
    def step(
        self,
        weights: Weights,
        shared: Callable[[str], bool],
        gradients: Mapping[str, Tensor],
        adam: Adam,
        scale: float,
    ) -> Weights:
        """Moves every weight once.

        Args:
            weights: Tensors that are in no other set are written to.
            shared: Which may not be.
            gradients: Float32; where one is missing it is 0. They are written to.
            adam: The settings, checked.
            scale: Gradients are multiplied by it first (clipping).

        Returns:
            The weights after the step.
        """
        self.step_count += 1
        unbias1 = 1 / (1 - adam.beta1**self.step_count)
        unbias2 = 1 / (1 - adam.beta2**self.step_count)
        moved: Weights = {}
        for name, weight in weights.items():
            first, second = self._moments(name, weight)
            gradient = gradients.get(name)
            if gradient is None:
                first.mul_(adam.beta1)
                second.mul_(adam.beta2)
            else:
                if scale != 1:
                    gradient.mul_(scale)
                first.lerp_(gradient, 1 - adam.beta1)
                second.mul_(adam.beta2).addcmul_(gradient, gradient, value=1 - adam.beta2)
            root = second.sqrt().add_(adam.eps / math.sqrt(unbias2))
            low = weight.dtype != torch.float32
            target = self._master(name, weight) if low else weight.clone() if shared(name) else weight
            if adam.weight_decay > 0 and self.decays(name):
                target.mul_(1 - adam.learning_rate * adam.weight_decay)
            target.addcdiv_(first, root, value=-adam.learning_rate * unbias1 / math.sqrt(unbias2))
            moved[name] = target.to(weight.dtype)
        return moved

    def _moments(self, name: str, weight: Tensor) -> tuple[Tensor, Tensor]:
        if name not in self.first:
            self.first[name] = torch.zeros_like(weight, dtype=torch.float32)
            self.second[name] = torch.zeros_like(weight, dtype=torch.float32)
        return self.first[name], self.second[name]

    def _master(self, name: str, weight: Tensor) -> Tensor:
        if name not in self.master:
            self.master[name] = weight.to(torch.float32)
        return self.master[name]
