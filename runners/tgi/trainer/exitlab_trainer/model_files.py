"""Trained models as files: what goes into a checkpoint, and what comes out of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from .adapters import Adapter
from .checkpoint_files import read_any_tensors, read_state, read_tensors, write_folder
from .host import Base, Host
from .loading import code_files
from .types import UserMistake
from .weight_sets import Weights

if TYPE_CHECKING:
    from .trained_model import TrainedModel

FORMAT = 1


def save(model: TrainedModel, folder: Path) -> None:
    """Writes a checkpoint; see `TrainedModel.save`."""
    optimizer = model.optimizer
    moments: dict[str, Tensor] = {}
    for kind, held in (
        ("first", optimizer.first),
        ("second", optimizer.second),
        ("master", optimizer.master),
    ):
        moments.update({f"{kind}.{name}": tensor for name, tensor in held.items()})
    tensors: dict[str, Mapping[str, Tensor]] = {
        _weights_file(model): _with_buffers(model, model.sets.trained),
        "published.safetensors": model.sets.published,
        "optimizer.safetensors": moments,
    }
    if model.adapter is not None or model.sets.reference_moved:
        tensors["reference.safetensors"] = model.sets.reference
    write_folder(folder, tensors, _other_files(model), {**_state(model), "step": model.step})


def export(model: TrainedModel, folder: Path) -> None:
    """Writes the published weights; see `TrainedModel.export`."""
    tensors = {_weights_file(model): _with_buffers(model, model.sets.published)}
    write_folder(folder, tensors, _other_files(model), _state(model))


def load(model: TrainedModel, folder: Path, optimizer: bool) -> None:
    """Reads a checkpoint; see `TrainedModel.load`."""
    state = read_state(folder)
    _check_kin(model.host, folder, state)
    if state["rank"] != model.rank:
        raise UserMistake(
            f'The checkpoint "{folder.name}" has rank {state["rank"]} but the model has {model.rank}'
        )
    if model.adapter is not None and state["alpha"] != model.adapter.config.lora_alpha:
        alpha = model.adapter.config.lora_alpha
        raise UserMistake(
            f'The checkpoint "{folder.name}" has alpha {state["alpha"]} but the model has {alpha}'
        )
    if "optimizer.safetensors" not in state["sha256"]:
        raise UserMistake(f'"{folder.name}" was written for sampling; it cannot be trained on')
    base, like, device = model.host.base(state["seed"]), model.sets.trained, model.host.device
    trained = read_tensors(folder, _weights_file(model), like, device)
    published = read_tensors(folder, "published.safetensors", like, device)
    reference = _initial(model, base)
    if "reference.safetensors" in state["sha256"]:
        reference = read_tensors(folder, "reference.safetensors", like, device)
    moments = _read_moments(folder, like, device) if optimizer else None
    model.base = base
    sets = model.sets
    sets.initial, sets.trained, sets.published, sets.reference = (
        _initial(model, base),
        trained,
        published,
        reference,
    )
    model.version = state["version"]
    model.gradients.clear()
    model.optimizer.reset()
    if moments is not None:
        model.optimizer.first, model.optimizer.second, model.optimizer.master = moments
        model.optimizer.step_count = state["step"]
    model.step = model.optimizer.step_count


@dataclass(frozen=True)
class Saved:
    """Weights read to be drawn from."""

    base: Base
    weights: Weights
    adapter: Adapter | None


def read_for_drawing(host: Host, folder: Path) -> Saved:
    """Reads exported weights, or the trained ones of a checkpoint.

    Raises `UserMistake` if they cannot be read or are of another model.
    """
    state = read_state(folder)
    _check_kin(host, folder, state)
    base = host.base(state["seed"])
    if state["rank"] == 0:
        return Saved(base, read_tensors(folder, "model.safetensors", base.weights, host.device), None)
    adapter = host.adapters.open(state["rank"], state["alpha"], 0)
    try:
        like = adapter.slots.tensors()
        return Saved(base, read_tensors(folder, "adapter_model.safetensors", like, host.device), adapter)
    except UserMistake:
        host.adapters.close(adapter)
        raise


def _initial(model: TrainedModel, base: Base) -> Weights:
    return dict(base.weights) if model.adapter is None else dict(model.sets.initial)


def _weights_file(model: TrainedModel) -> str:
    return "model.safetensors" if model.adapter is None else "adapter_model.safetensors"


def _with_buffers(model: TrainedModel, weights: Weights) -> Weights:
    """A whole model's file has its constant tensors as well."""
    return weights if model.adapter is not None else {**weights, **model.host.buffers}


def _state(model: TrainedModel) -> dict[str, Any]:
    alpha = None if model.adapter is None else float(model.adapter.config.lora_alpha)
    return {
        "format": FORMAT,
        "base_model": model.host.name,
        "parameters": model.host.parameters,
        "rank": model.rank,
        "alpha": alpha,
        "seed": model.base.seed,
        "version": model.version,
    }


def _check_kin(host: Host, folder: Path, state: Mapping[str, Any]) -> None:
    if state.get("format") != FORMAT:
        raise UserMistake(
            f'The checkpoint "{folder.name}" is of format {state.get("format")}; expected {FORMAT}'
        )
    if state["base_model"] != host.name or state["parameters"] != host.parameters:
        raise UserMistake(
            f'The checkpoint "{folder.name}" is of "{state["base_model"]}" but the model is "{host.name}"'
        )
    if (state["seed"] is None) == host.random_weights:
        kind = "pretrained" if state["seed"] is None else "random"
        raise UserMistake(
            f'The checkpoint "{folder.name}" was trained from {kind} weights; the server has others'
        )


def _read_moments(folder: Path, like: Mapping[str, Tensor], device: Any) -> tuple[Weights, Weights, Weights]:
    moments: tuple[Weights, Weights, Weights] = ({}, {}, {})
    kinds = ("first", "second", "master")
    for key, tensor in read_any_tensors(folder, "optimizer.safetensors", device).items():
        kind, _, name = key.partition(".")
        if kind not in kinds or name not in like or like[name].shape != tensor.shape:
            raise UserMistake(f'The checkpoint "{folder.name}" is of another model: {key} does not fit')
        moments[kinds.index(kind)][name] = tensor.to(like[name].device)
    return moments


def _other_files(model: TrainedModel) -> dict[str, bytes]:
    """What other tools want beside the tensors."""
    host = model.host
    if model.adapter is not None:
        with tempfile.TemporaryDirectory() as folder:
            model.adapter.config.save_pretrained(folder)
            return {"adapter_config.json": (Path(folder) / "adapter_config.json").read_bytes()}
    config = host.config.to_dict()
    config["architectures"] = [type(host.model).__name__]
    config["dtype"] = host.dtype
    files = {**host.folder_files, "config.json": (json.dumps(config, indent=1) + "\n").encode()}
    return {**files, **code_files(host.model, host.config, host.tokenizer)}
