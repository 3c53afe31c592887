"""The batches of `forward` and `forward_backward`: read from either wire, checked, and made a job."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tinker_proto
from .check_data import check_data
from .core import Core
from .draw_jobs import checked_number
from .jobs import Job
from .results import LossResult
from .service import Body
from .sessions import Model
from .tensor_json import decode_datum
from .types import Datum, UserMistake


@dataclass(frozen=True)
class LossRequest:
    """A batch and its loss, from either wire."""

    model: str
    number: int | None
    mark: bytes
    data: list[Datum]
    loss_fn: str
    config: dict[str, float]
    forward_only: bool


def loss_job(core: Core, model: Model, asked: LossRequest) -> Job:
    """The job of `forward` or `forward_backward`, its batch checked."""
    from .losses import find_loss  # loads the libraries of the core

    loss, _ = find_loss(
        asked.loss_fn, {name: value for name, value in asked.config.items() if name != "reference"}
    )
    temperature = checked_number(asked.config.get("temperature"), "temperature", 1e-6, 1e6, 1.0)
    reference = asked.config.get("reference", 0.0) != 0
    if reference and not asked.forward_only:
        raise UserMistake('Expected "reference" in forward alone; the reference is not trained.')
    check_data(asked.data, () if asked.forward_only else loss.needs, core)

    def run() -> object:
        trained = model.ready()
        if not asked.forward_only:
            scored, metrics = trained.forward_backward(asked.data, asked.loss_fn, asked.config)
            return LossResult(scored, metrics)
        scored = trained.forward(asked.data, temperature, reference)
        metrics = {"tokens:sum": float(sum(len(datum.tokens) for datum in asked.data))}
        weights = [datum.inputs.get("weights") for datum in asked.data]
        if asked.loss_fn == "cross_entropy" and all(one is not None for one in weights):
            losses = (
                -float(np.dot(one.logprobs.astype(np.float64), np.asarray(weight, np.float64)))
                for one, weight in zip(scored, weights, strict=True)
            )
            metrics["loss:sum"] = math.fsum(losses)
        return LossResult(scored, metrics)

    return Job(run)


def from_json(body: Body, field: str, forward_only: bool) -> LossRequest:
    """The request in a JSON body, whose batch is under `field`."""
    asked = body.values.get(field)
    if not isinstance(asked, dict):
        raise UserMistake(f'Expected an object in "{field}".')
    data = asked.get("data")
    if not isinstance(data, list) or len(data) == 0:
        raise UserMistake(f'Expected a list of at least one sequence in "{field}.data".')
    datums = [decode_datum(one, f"data[{index}]") for index, one in enumerate(data)]
    loss_fn = asked.get("loss_fn", "cross_entropy" if forward_only else None)
    config = asked.get("loss_fn_config") or {}
    return LossRequest(
        body.text("model_id"),
        body.number("seq_id"),
        body.digest,
        datums,
        str(loss_fn),
        _config(config),
        forward_only,
    )


def from_protobuf(data: bytes, mark: bytes, forward_only: bool) -> LossRequest:
    """The request in a protobuf body."""
    message = tinker_proto.decode_forward_backward(data)
    if len(message.data) == 0:
        raise UserMistake("Expected at least one sequence in data.")
    datums = [tinker_proto.decode_datum(one, f"data[{index}]") for index, one in enumerate(message.data)]
    number = message.seq_id if message.HasField("seq_id") else None
    if number is not None and number < 0:
        raise UserMistake('Expected a whole number from 0 in "seq_id".')
    config = _config(dict(message.loss_fn_config))
    only = forward_only or message.forward_only
    return LossRequest(message.model_id, number, mark, datums, message.loss_fn, config, only)


def _config(config: Any) -> dict[str, float]:
    if not isinstance(config, dict):
        raise UserMistake("Expected an object in loss_fn_config.")
    return {
        name: checked_number(value, f"loss_fn_config.{name}", -1e30, 1e30, 0.0)
        for name, value in config.items()
    }
