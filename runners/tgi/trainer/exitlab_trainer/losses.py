"""Losses as functions of the log-probability of each target. All are summed over tokens: the caller
normalises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .types import UserMistake

Inputs = Mapping[str, Tensor]
Config = Mapping[str, float]


@dataclass(frozen=True)
class Loss:
    """One kind of loss."""

    needs: tuple[str, ...]
    """What a datum must bring beside `target_tokens`."""
    defaults: Mapping[str, float]
    """Its settings, with the values they have when left out."""
    per_token: Callable[[Tensor, Inputs, Config], Tensor]
    """The loss of each token, from log-probabilities [N] and inputs [N]."""
    counts: Callable[[Inputs], Tensor]
    """Whether a token has any part in the loss, [N]."""


def _ratio(logprobs: Tensor, inputs: Inputs) -> Tensor:
    return torch.exp(logprobs - inputs["logprobs"])


def _cross_entropy(logprobs: Tensor, inputs: Inputs, _: Config) -> Tensor:
    return -(inputs["weights"] * logprobs)


def _importance_sampling(logprobs: Tensor, inputs: Inputs, _: Config) -> Tensor:
    return -(_ratio(logprobs, inputs) * inputs["advantages"])


def _ppo(logprobs: Tensor, inputs: Inputs, config: Config) -> Tensor:
    ratio, advantages = _ratio(logprobs, inputs), inputs["advantages"]
    clipped = ratio.clamp(config["clip_low_threshold"], config["clip_high_threshold"])
    return -torch.minimum(ratio * advantages, clipped * advantages)


def _cispo(logprobs: Tensor, inputs: Inputs, config: Config) -> Tensor:
    ratio = _ratio(logprobs, inputs).detach()
    clipped = ratio.clamp(config["clip_low_threshold"], config["clip_high_threshold"])
    return -(clipped * logprobs * inputs["advantages"])


def _dro(logprobs: Tensor, inputs: Inputs, config: Config) -> Tensor:
    gap = logprobs - inputs["logprobs"]
    loss = 0.5 * config["beta"] * gap * gap - logprobs * inputs["advantages"]
    return torch.where(_told(inputs), loss, torch.zeros_like(loss))


def _weighed(inputs: Inputs) -> Tensor:
    return inputs["weights"] != 0


def _advised(inputs: Inputs) -> Tensor:
    return inputs["advantages"] != 0


def _told(inputs: Inputs) -> Tensor:
    """Prompt tokens carry a log-probability and an advantage of 0 by the protocol's habit; they are left
    out.
    """
    return (inputs["advantages"] != 0) | (inputs["logprobs"] != 0)


_OLD = ("logprobs", "advantages")

LOSSES: Mapping[str, Loss] = {
    "cross_entropy": Loss(("weights",), {}, _cross_entropy, _weighed),
    "importance_sampling": Loss(_OLD, {}, _importance_sampling, _advised),
    "ppo": Loss(_OLD, {"clip_low_threshold": 0.8, "clip_high_threshold": 1.2}, _ppo, _advised),
    "cispo": Loss(_OLD, {"clip_low_threshold": 0.0, "clip_high_threshold": 4.0}, _cispo, _advised),
    "dro": Loss(_OLD, {"beta": 0.05}, _dro, _told),
}


def find_loss(name: str, config: Mapping[str, float]) -> tuple[Loss, dict[str, float]]:
    """The loss of that name and its settings, those left out filled in.

    Raises `UserMistake` if there is no such loss or setting.
    """
    loss = LOSSES.get(name)
    if loss is None:
        raise UserMistake(f'Expected a loss_fn of {", ".join(LOSSES)} but found "{name}"')
    settings = dict(loss.defaults)
    for key, value in config.items():
        if key != "temperature" and key not in settings:
            known = ", ".join(["temperature", *settings])
            raise UserMistake(f'Expected loss_fn_config of {name} to have none but {known} but found "{key}"')
        settings[key] = float(value)
    return loss, settings
