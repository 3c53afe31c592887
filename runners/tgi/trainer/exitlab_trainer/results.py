"""Results of jobs, kept as arrays and encoded only when they are fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from . import tinker_proto
from .tensor_json import encode_tensor
from .types import Drawn, Scored

_SMALL = 1000
"""Bytes that a result takes beside its arrays."""


@dataclass(frozen=True)
class LossResult:
    """What `forward` and `forward_backward` answer."""

    scored: list[Scored]
    metrics: dict[str, float]

    @property
    def memory(self) -> int:
        """About how many bytes it takes."""
        return sum(one.logprobs.nbytes + one.entropy.nbytes + 500 for one in self.scored)

    def json(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "loss_fn_output_type": "ArrayRecord",
            "loss_fn_outputs": [
                {"logprobs": encode_tensor(one.logprobs), "entropy": encode_tensor(one.entropy)}
                for one in self.scored
            ],
            "metrics": self.metrics,
        }

    def protobuf(self) -> bytes:
        """A `ForwardBackwardOutput`."""
        return tinker_proto.encode_scored(self.scored, self.metrics)


class SampleResult:
    """What `asample` and `exitlab/sample` answer; as arrays, which take a tenth of the lists' memory."""

    def __init__(self, drawn: Sequence[Drawn], more: Mapping[str, object] | None = None) -> None:
        self.reasons = [one.stop_reason for one in drawn]
        self.tokens = [np.array(one.tokens, np.int32) for one in drawn]
        self.logprobs = [np.array(one.logprobs, np.float32) for one in drawn]
        self.more = more or {}

    @property
    def memory(self) -> int:
        """About how many bytes it takes."""
        return sum(one.nbytes + 500 for one in (*self.tokens, *self.logprobs))

    def json(self) -> dict[str, object]:
        """The JSON form."""
        drawn = zip(self.reasons, self.tokens, self.logprobs, strict=True)
        sequences = [{"stop_reason": reason, "tokens": ids, "logprobs": logs} for reason, ids, logs in drawn]
        return {"type": "sample", "sequences": sequences, **self.more}

    def protobuf(self) -> bytes:
        """A `SampleResponse`."""
        return tinker_proto.encode_drawn(self.reasons, self.tokens, self.logprobs)


def size_of(future: Future[object]) -> int:
    """About how many bytes the outcome of a finished job takes."""
    result = None if future.exception() is not None else future.result()
    if isinstance(result, LossResult | SampleResult):
        return _SMALL + result.memory
    parts = result.values() if isinstance(result, dict) else ()
    return _SMALL + sum(one.nbytes for one in parts if isinstance(one, np.ndarray))
