"""Saved weights to draw from."""

from __future__ import annotations

from pathlib import Path

from . import model_files
from .drawing import OnToken, draw_all
from .host import Host
from .types import Draw, Drawn


class Sampler:
    """Weights read from a folder, that are not trained. They are freed when nobody holds the sampler any
    more.
    """

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        saved = model_files.read_for_drawing(host, folder)
        self.base = saved.base
        self.weights = saved.weights
        self.adapter = saved.adapter

    def draw(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        """Draws in the order asked.

        Raises `UserMistake` if a draw cannot be made.
        """
        with self.host.memory():
            if self.adapter is None:
                self.host.place(self.weights, None)
            else:
                self.host.place(self.base.weights, self.adapter)
                self.adapter.slots.put(self.weights)
            options = self.host.options
            return draw_all(self.host.backbone, draws, self.host.stop_ids, options.draw_tokens, on_token)
