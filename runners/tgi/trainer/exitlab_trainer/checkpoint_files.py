"""Checkpoints on disk: a folder that is either whole or not there, and that is checked before it is
believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from .types import UserMistake

STATE = "state.json"


def write_folder(
    folder: Path,
    tensors: Mapping[str, Mapping[str, Tensor]],
    files: Mapping[str, bytes],
    state: Mapping[str, Any],
) -> None:
    """Writes a checkpoint: to a folder beside it first, flushed to disk, then renamed.

    Args:
        folder: Where to; what is there is replaced.
        tensors: For each safetensors file, its tensors. They must not share memory within a file.
        files: Other files.
        state: What `state.json` says beside the SHA-256 of each file.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial, old = folder.with_name(f".{folder.name}.partial"), _old(folder)
    for leftover in (partial, old if folder.exists() else partial):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir()
    for name, entries in tensors.items():
        held = {key: value.detach().contiguous() for key, value in entries.items()}
        save_file(held, str(partial / name), metadata={"format": "pt"})
        (partial / name).chmod(0o644)  # samplers of other users read it, and safetensors writes for one alone
    for name, content in files.items():
        (partial / name).write_bytes(content)
    sums = {path.name: _digest(path) for path in sorted(partial.iterdir())}
    (partial / STATE).write_text(json.dumps({**state, "sha256": sums}, indent=1) + "\n")
    for path in [*partial.iterdir(), partial]:
        _flush(path)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    _flush(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def read_state(folder: Path) -> dict[str, Any]:
    """Reads `state.json` and holds every file to its SHA-256.

    Raises `UserMistake` if there is no checkpoint or it is damaged.
    """
    if not folder.exists() and _old(folder).exists():
        _old(folder).rename(folder)  # a write was cut off between its two renames
    try:
        state = json.loads((folder / STATE).read_text())
        sums = dict(state["sha256"])
    except FileNotFoundError as error:
        raise UserMistake(f'There is no checkpoint "{folder.name}"') from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserMistake(f'The checkpoint "{folder.name}" is damaged: its {STATE} cannot be read') from error
    for name, digest in sums.items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or _digest(path) != digest:
            raise UserMistake(f'The checkpoint "{folder.name}" is damaged: {name} is not what was written')
    return dict(state)


def read_tensors(folder: Path, name: str, like: Mapping[str, Tensor], device: Any) -> dict[str, Tensor]:
    """Reads a safetensors file whose tensors must have the names and shapes of `like`; others are left out.

    Raises `UserMistake` if they do not.
    """
    tensors = read_any_tensors(folder, name, device)
    for key, tensor in like.items():
        if key not in tensors or tensors[key].shape != tensor.shape:
            raise UserMistake(
                f'The checkpoint "{folder.name}" is of another model: {name} has no {key} of this shape'
            )
    return {key: tensors[key].to(tensor) for key, tensor in like.items()}


def read_any_tensors(folder: Path, name: str, device: Any) -> dict[str, Tensor]:
    """Reads a safetensors file.

    Raises `UserMistake` if it cannot be read.
    """
    try:
        tensors: dict[str, Tensor] = load_file(str(folder / name), device=str(device))
    except (OSError, SafetensorError) as error:
        raise UserMistake(f'The checkpoint "{folder.name}" is damaged: {name} cannot be read') from error
    return tensors


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
