"""A cache of keys and values with room to grow."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

_ROOM = 64
"""For how many more tokens room is made at a time."""


class GrowingLayer(DynamicLayer):  # type: ignore[misc]
    """One layer's keys and values, [B, heads, T, width], at the front of larger tensors.

    transformers' own layer copies all that it holds with each token; this one does with each 64th.
    """

    keys: Tensor
    values: Tensor
    _held: tuple[Tensor, Tensor] | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Takes in the keys and values of new tokens, and returns those of all."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        held = self.get_seq_length()
        size = held + key_states.shape[-2]
        if self._held is None or not self._fits(size):
            self._held = (
                _roomier(self.keys, key_states, held, size),
                _roomier(self.values, value_states, held, size),
            )
        for buffer, states in zip(self._held, (key_states, value_states), strict=True):
            buffer[:, :, held:size] = states
        self.keys, self.values = (buffer[:, :, :size] for buffer in self._held)
        return self.keys, self.values

    def _fits(self, size: int) -> bool:
        """Whether the larger tensors are still those that the keys are part of: selecting rows makes new
        ones.
        """
        assert self._held is not None
        buffer = self._held[0]
        return buffer.data_ptr() == self.keys.data_ptr() and size <= buffer.shape[-2]


def _roomier(old: Tensor, new: Tensor, held: int, size: int) -> Tensor:
    rows, heads, _, width = new.shape
    room = size if held == 0 else size + _ROOM  # a prompt is often spread over rows next
    buffer = torch.empty((rows, heads, room, width), dtype=new.dtype, device=new.device)
    if held > 0:
        buffer[:, :, :held] = old
    return buffer


def growing_cache(config: Any) -> DynamicCache:
    """The cache that a model of this configuration wants, with room to grow where a layer keeps all
    tokens.
    """
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
