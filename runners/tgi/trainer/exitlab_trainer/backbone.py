"""A causal language model as two halves: token ids to hidden states, hidden states to logits."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor

from .growing_cache import growing_cache


class Backbone:
    """Calls a model of transformers in the few ways that scoring and drawing need.

    Most models are a body and a linear head. Then only the positions that are asked for go through the head,
    a chunk at a time, and logits of a whole batch never exist at once. Whether a model is one is tried out on
    a few tokens: some scale or cap their logits, and their own `forward` is used for these.
    """

    def __init__(self, model: Any, context: int) -> None:
        self.model = model
        self.context = context
        self.vocabulary = int(model.get_output_embeddings().weight.shape[0])
        self._whole = _arguments(model)
        self._body = _arguments(model.base_model)
        self.split = self._splits()

    @property
    def device(self) -> torch.device:
        """Where token ids go."""
        return self.model.get_input_embeddings().weight.device  # type: ignore[no-any-return]

    @property
    def head_device(self) -> torch.device:
        """Where logits come out, which is elsewhere if layers are spread over devices."""
        return self.model.get_output_embeddings().weight.device  # type: ignore[no-any-return]

    def hidden(self, tokens: Tensor) -> Tensor:
        """Hidden states after the final norm, [B, T, D], of rows padded on the right.

        No mask is needed: no token attends to those after it, and what comes of padding is not used.
        """
        states: Tensor = self.model.base_model(input_ids=tokens, use_cache=False).last_hidden_state
        return states.to(self.head_device)

    def head(self, hidden: Tensor) -> Tensor:
        """Logits of hidden states; for models that split."""
        return self.model.get_output_embeddings()(hidden)  # type: ignore[no-any-return]

    def logits(self, tokens: Tensor) -> Tensor:
        """Logits of all positions, [B, T, V]; for models that do not split."""
        found: Tensor = self.model(input_ids=tokens, use_cache=False).logits
        return found.to(self.head_device)

    def advance(
        self, tokens: Tensor, cache: Any, mask: Tensor | None, positions: Tensor | None
    ) -> tuple[Tensor, Any]:
        """Reads tokens [B, T] after those in the cache.

        Args:
            cache: What the last call returned; `None` at first.
            mask: Which tokens, those in the cache included, are no padding; `None` if all.
            positions: The position of each token; `None` to count on.

        Returns:
            Logits after the last token, float32 [B, V], and the cache.
        """
        accepts = self._whole
        options: dict[str, Any] = {"use_cache": True}
        held = growing_cache(self.model.config) if cache is None else cache
        options["cache" if "cache" in accepts else "past_key_values"] = held
        if mask is not None:
            options["attention_mask"] = mask
        if positions is not None and "position_ids" in accepts:
            options["position_ids"] = positions
        if "logits_to_keep" in accepts:
            options["logits_to_keep"] = 1
        out = self.model(input_ids=tokens, **options)
        return out.logits[:, -1].to(self.device).float(), held

    @torch.no_grad()
    def _splits(self) -> bool:
        tokens = torch.arange(min(4, self.vocabulary), device=self.device).unsqueeze(0)
        try:
            apart = self.head(self.hidden(tokens))
        except (AttributeError, TypeError, RuntimeError):
            return False
        whole = self.logits(tokens)
        return apart.shape == whole.shape and torch.allclose(apart, whole, rtol=1e-4, atol=1e-5)


def _arguments(model: Any) -> frozenset[str]:
    return frozenset(inspect.signature(model.forward).parameters)
