"""Where checkpoints lie: `DIR/RUN/weights/NAME` and `DIR/RUN/sampler_weights/NAME`, as `tinker://` paths."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .limits import Refusal
from .types import UserMistake

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_ABANDONED = 3600.0
"""Seconds after which a write that is not finished never will be."""
_KINDS = {"weights": "training", "sampler_weights": "sampler"}


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint, which need not exist."""

    run: str
    kind: str
    name: str

    @property
    def path(self) -> str:
        """Its address in the protocol."""
        return f"tinker://{self.run}/{self.kind}/{self.name}"


def checked_name(name: object) -> str:
    """`name` if it can be the name of a folder."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise UserMistake(
            f'Expected a name of letters, digits, ".", "_" and "-", at most 128, but found "{name}".'
        )
    return name


def parse_path(path: object) -> Checkpoint:
    """The checkpoint that a `tinker://RUN/weights/NAME` names."""
    parts = path.removeprefix("tinker://").split("/") if isinstance(path, str) else []
    if (
        not isinstance(path, str)
        or not path.startswith("tinker://")
        or len(parts) != 3
        or parts[1] not in _KINDS
    ):
        raise UserMistake(f'Expected a path such as tinker://RUN/weights/NAME but found "{path}".')
    return Checkpoint(checked_name(parts[0]), parts[1], checked_name(parts[2]))


class Checkpoints:
    """The checkpoints of one folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def kept(self) -> bool:
        """Whether there is a folder for them."""
        return self._folder is not None

    def folder(self, checkpoint: Checkpoint) -> Path:
        """Where `checkpoint` lies or will lie."""
        if self._folder is None:
            raise UserMistake("This server was started without --checkpoints and keeps none.")
        return self._folder / checkpoint.run / checkpoint.kind / checkpoint.name

    def existing(self, checkpoint: Checkpoint) -> Path:
        """The folder of a checkpoint that is there; refuses with 404."""
        folder = self.folder(checkpoint)
        # A replacement that was cut short leaves the old folder aside; the core puts it back when it reads.
        if not folder.is_dir() and not folder.with_name(f".{folder.name}.old").is_dir():
            raise Refusal(404, f'There is no checkpoint "{checkpoint.path}".')
        return folder

    def stamp(self, checkpoint: Checkpoint) -> tuple[int, int]:
        """What changes when a checkpoint that is there is replaced; refuses with 404 if it is not."""
        try:
            about = (self.existing(checkpoint) / "state.json").stat()
        except OSError:
            return (0, 0)
        return (about.st_ino, about.st_mtime_ns)

    def list(self, run: object) -> list[dict[str, object]]:
        """The checkpoints of one run, as the protocol describes them."""
        name = checked_name(run)
        found: list[dict[str, object]] = []
        for kind, meaning in _KINDS.items():
            parent = None if self._folder is None else self._folder / name / kind
            if parent is None or not parent.is_dir():
                continue
            for folder in sorted(parent.iterdir()):
                if folder.is_dir() and _NAME.fullmatch(folder.name):
                    found.append(
                        {
                            "checkpoint_id": f"{kind}/{folder.name}",
                            "checkpoint_type": meaning,
                            "tinker_path": Checkpoint(name, kind, folder.name).path,
                            "time": datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat(),
                        }
                    )
        return found

    def state(self, checkpoint: Checkpoint) -> dict[str, object]:
        """What `state.json` of a checkpoint says."""
        try:
            state = json.loads((self.existing(checkpoint) / "state.json").read_text("utf8"))
        except (OSError, ValueError):
            raise Refusal(404, f'Checkpoint "{checkpoint.path}" has no readable state.json.') from None
        return state if isinstance(state, dict) else {}

    def remove(self, checkpoint: Checkpoint) -> None:
        """Deletes it; it is gone at once, even if the server dies meanwhile."""
        folder = self.existing(checkpoint)
        trash = folder.with_name(f".removed-{uuid.uuid4().hex[:8]}")
        folder.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)
        with contextlib.suppress(OSError):  # not empty
            folder.parent.rmdir()
            folder.parent.parent.rmdir()

    def sweep(self) -> None:
        """Deletes what removals and writes that were cut short have left, but nothing another server may be at."""
        if self._folder is None:
            return
        late = time.time() - _ABANDONED
        for left in self._folder.glob("*/*/.*"):
            if left.name.startswith(".removed-") or (
                left.suffix == ".partial" and left.stat().st_mtime < late
            ):
                shutil.rmtree(left, ignore_errors=True)
