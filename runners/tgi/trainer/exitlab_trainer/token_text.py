"""Text from tokens one at a time, and where a stop string ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_UNFINISHED = "\N{REPLACEMENT CHARACTER}"


class TokenText:
    """The text of a growing completion. A token whose bytes end within a character adds nothing until they do."""

    def __init__(self, tokenizer: Any, stop: Sequence[str] = (), prompt: Sequence[int] = ()) -> None:
        self._tokenizer = tokenizer
        self._stop = stop
        self._ids = list(prompt[-8:])
        self._read = 0
        self._begin = len(self._ids)
        self._released = 0
        self.pieces: list[str] = []
        self.text = ""
        self.stopped: str | None = None
        """The stop string that was found."""

    def add(self, token: int) -> str:
        """What `token` adds to the text."""
        self._ids.append(token)
        before = self._decode(self._ids[self._read : self._begin])
        after = self._decode(self._ids[self._read :])
        piece = ""
        if len(after) > len(before) and not after.endswith(_UNFINISHED):
            piece = after[len(before) :]
            self._read, self._begin = self._begin, len(self._ids)
        self.pieces.append(piece)
        self.text += piece
        self._find_stop(len(piece))
        return piece

    def finish(self) -> None:
        """Adds what is left of an unfinished character."""
        rest = self._decode(self._ids[self._read :])[len(self._decode(self._ids[self._read : self._begin])) :]
        self._begin = len(self._ids)
        if rest and self.pieces and self.stopped is None:
            self.pieces[-1] += rest
            self.text += rest

    def _decode(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _find_stop(self, added: int) -> None:
        for stop in self._stop:
            place = self.text.find(stop, max(0, len(self.text) - added - len(stop)))
            if place >= 0:
                self.stopped = stop
                self.text = self.text[: place + len(stop)]
                return

    def release(self) -> str:
        """The text not released yet that no stop string can take back, for routes that leave stop strings out."""
        text = self.without_stop()
        safe = len(text)
        if self.stopped is None:
            for stop in self._stop:
                held = next((n for n in range(len(stop) - 1, 0, -1) if text.endswith(stop[:n])), 0)
                safe = min(safe, len(text) - held)
        part = text[self._released : safe]
        self._released = max(self._released, safe)
        return part

    def rest(self) -> str:
        """What of the whole text was never released."""
        return self.without_stop()[self._released :]

    def without_stop(self) -> str:
        """The text up to the stop string."""
        return self.text if self.stopped is None else self.text[: len(self.text) - len(self.stopped)]
