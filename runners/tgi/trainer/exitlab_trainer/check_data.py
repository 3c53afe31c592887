"""Whether sequences are fit for the model, before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .host import Host
from .types import Datum, UserMistake

_FLOATS = ("weights", "logprobs", "advantages", "entropy_weights")


def check_temperature(temperature: float) -> None:
    """Raises `UserMistake` if it is not above 0."""
    if not 0 < temperature < float("inf"):
        raise UserMistake(f"Expected a temperature above 0 but found {temperature}")


def check_data(data: Sequence[Datum], needs: Sequence[str], host: Host) -> None:
    """Raises `UserMistake` if a datum is too long, lacks an input that the loss needs, or has one out of
    range.
    """
    if not data:
        raise UserMistake("Expected at least one datum but found none")
    for index, datum in enumerate(data):
        where = f"(datum {index})"
        _check_tokens(datum.tokens, host, where)
        for name in ("target_tokens", *needs):
            if name not in datum.inputs:
                raise UserMistake(f"Expected loss_fn_inputs to have {name} but found none {where}")
        for name, values in datum.inputs.items():
            if name not in ("target_tokens", *_FLOATS):
                known = ", ".join(("target_tokens", *_FLOATS))
                raise UserMistake(
                    f'Expected loss_fn_inputs to have none but {known} but found "{name}" {where}'
                )
            if values.shape != (len(datum.tokens),):
                found = list(values.shape)
                raise UserMistake(f"Expected {name} of shape [{len(datum.tokens)}] but found {found} {where}")
            if not np.isfinite(values).all():
                raise UserMistake(f"Expected {name} to be finite but found a value that is not {where}")
        targets = datum.inputs["target_tokens"]
        if targets.min() < 0 or targets.max() >= host.vocabulary:
            raise UserMistake(f"Expected target_tokens in [0, {host.vocabulary}) but found others {where}")


def check_spans(sequences: Sequence[tuple[list[int], int]], host: Host) -> None:
    """Raises `UserMistake` if a sequence is too long or its span is empty."""
    for index, (tokens, start) in enumerate(sequences):
        where = f"(sequence {index})"
        _check_tokens(tokens, host, where)
        if not 0 <= start < len(tokens):
            raise UserMistake(f"Expected from to be in [0, {len(tokens)}) but found {start} {where}")


def _check_tokens(tokens: Sequence[int], host: Host, where: str) -> None:
    if not 1 <= len(tokens) <= host.context:
        raise UserMistake(f"Expected 1 to {host.context} tokens but found {len(tokens)} {where}")
    if min(tokens) < 0 or max(tokens) >= host.vocabulary:
        raise UserMistake(f"Expected token ids in [0, {host.vocabulary}) but found others {where}")
