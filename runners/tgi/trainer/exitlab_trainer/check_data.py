"""Whether sequences are fit for the model, before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .tensor_json import FLOAT_INPUTS
from .types import Datum, UserMistake


class Reader(Protocol):
    """What the model can read."""

    context: int
    vocabulary: int


def check_temperature(temperature: float) -> None:
    """Raises `UserMistake` if it is not above 0."""
    if not 0 < temperature < float("inf"):
        raise UserMistake(f"Expected a temperature above 0 but found {temperature}")


def checked_tokens(model: Reader, tokens: list[int], where: str) -> list[int]:
    """`tokens` if the model can read them."""
    if len(tokens) == 0:
        raise UserMistake(f"Expected at least one token in {where}.")
    if len(tokens) > model.context:
        raise UserMistake(f"Expected at most {model.context} tokens but found {len(tokens)} in {where}.")
    low, high = min(tokens), max(tokens)
    if low < 0 or high >= model.vocabulary:
        raise UserMistake(
            f"Expected token ids from 0 to {model.vocabulary - 1} but found {low if low < 0 else high} in {where}."
        )
    return tokens


def check_data(data: Sequence[Datum], needs: Sequence[str], model: Reader) -> None:
    """Raises `UserMistake` if a datum is too long, lacks an input that the loss needs, or has one out of
    range. That numbers are finite is seen to where they are read.
    """
    if not data:
        raise UserMistake("Expected at least one sequence in data.")
    for index, datum in enumerate(data):
        where = f"data[{index}]"
        checked_tokens(model, datum.tokens, where)
        for name in ("target_tokens", *needs):
            if name not in datum.inputs:
                raise UserMistake(f'Expected "{name}" in {where}.loss_fn_inputs.')
        for name, values in datum.inputs.items():
            if name != "target_tokens" and name not in FLOAT_INPUTS:
                raise UserMistake(f'Expected no "{name}" in {where}.loss_fn_inputs.')
            if values.shape != (len(datum.tokens),):
                found = f"{values.size} in {where}.{name}"
                raise UserMistake(f"Expected {len(datum.tokens)} numbers, one a token, but found {found}.")
        targets = datum.inputs["target_tokens"]
        if int(targets.min()) < 0 or int(targets.max()) >= model.vocabulary:
            most = model.vocabulary - 1
            raise UserMistake(f"Expected target ids from 0 to {most} in {where}.target_tokens.")
