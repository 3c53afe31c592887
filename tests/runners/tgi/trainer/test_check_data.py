"""What is refused before the model sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from exitlab_trainer.check_data import check_data
from exitlab_trainer.types import Datum, UserMistake


@dataclass
class Small:
    """A model that reads little."""

    context: int = 8
    vocabulary: int = 10


GOOD = Datum([1, 2], {"target_tokens": np.array([2, 3]), "weights": np.ones(2, np.float32)})


def test_check_data_takes_what_is_fit() -> None:
    check_data([GOOD, GOOD], ("weights",), Small())


@pytest.mark.parametrize(
    ("tokens", "changed", "words"),
    [
        ([], {}, "at least one token in data[1]"),
        ([1] * 9, {}, "at most 8 tokens but found 9 in data[1]"),
        ([1, 10], {}, "from 0 to 9 but found 10 in data[1]"),
        ([1, -1], {}, "found -1"),
        (
            [1, 2],
            {"weights": np.ones(3, np.float32)},
            "2 numbers, one a token, but found 3 in data[1].weights",
        ),
        ([1, 2], {"target_tokens": np.array([2, 10])}, "target ids from 0 to 9 in data[1].target_tokens"),
        ([1, 2], {"target_tokens": np.array([-100, 2])}, "target ids from 0 to 9"),
        ([1, 2], {"mask": np.ones(2, np.float32)}, 'no "mask" in data[1].loss_fn_inputs'),
    ],
)
def test_check_data_refuses_what_is_not(
    tokens: list[int], changed: dict[str, np.ndarray], words: str
) -> None:
    with pytest.raises(UserMistake) as caught:
        check_data([GOOD, Datum(tokens, {**GOOD.inputs, **changed})], ("weights",), Small())
    assert words in str(caught.value)


def test_check_data_refuses_a_datum_without_what_the_loss_needs() -> None:
    with pytest.raises(UserMistake, match='"advantages" in data.0..loss_fn_inputs'):
        check_data([GOOD], ("advantages",), Small())
    with pytest.raises(UserMistake, match="at least one sequence"):
        check_data([], (), Small())
