"""One text request, whichever route it came by: prompt text in, growing text out, on the published weights."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from .draw_jobs import DrawJob, seed_of
from .jobs import outcome
from .service import Service
from .token_text import TokenText
from .types import Draw, Drawn


@dataclass(frozen=True)
class Token:
    """One drawn token."""

    draw: int
    id: int
    text: str
    logprob: float
    special: bool
    ready: str
    """The text that may be shown now; a part of a stop string is held back until it is known not to be one."""


@dataclass(frozen=True)
class Completed:
    """One finished completion."""

    tokens: list[Token]
    text: TokenText
    reason: str
    """`length`, `eos_token` or `stop_sequence`."""
    seed: int


class Generation:
    """`count` completions of one prompt; the first has the request's seed, the others derived ones."""

    def __init__(self, service: Service, draw: Draw, stop: list[str], count: int = 1) -> None:
        self._service = service
        self._draws = [replace(draw, seed=seed_of(draw.seed, index)) for index in range(count)]
        self._texts = [TokenText(service.core.tokenizer, stop, draw.prompt) for _ in range(count)]
        self._tokens: list[list[Token]] = [[] for _ in range(count)]
        self._special = frozenset(service.core.tokenizer.all_special_ids)
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[Token | None] = asyncio.Queue()
        self._given_up = False
        job = DrawJob(service.published, self._draws, self._finish, "tgi", self._watch)
        self._future = service.queue.start(job)
        # The end takes the way of the tokens, and so comes after them.
        self._future.add_done_callback(lambda _: self._tell(None))

    def _tell(self, token: Token | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server has stopped
            self._loop.call_soon_threadsafe(self._heard.put_nowait, token)

    def _watch(self, draw: int, token: int, logprob: float) -> bool:
        text = self._texts[draw]
        special = token in self._special
        piece = text.add(token)
        if special:
            piece = str(self._service.core.tokenizer.decode([token]))
        one = Token(draw, token, piece, logprob, special, text.release())
        self._tokens[draw].append(one)
        self._tell(one)
        return self._given_up or text.stopped is not None

    def _finish(self, drawn: list[Drawn]) -> object:
        completed = []
        for place, one in enumerate(drawn):
            text = self._texts[place]
            text.finish()
            reason = "length" if one.stop_reason == "length" else "eos_token"
            if text.stopped is not None:
                reason = "stop_sequence"
            completed.append(Completed(self._tokens[place], text, reason, self._draws[place].seed))
        count = sum(len(one.tokens) for one in completed)
        self._service.metrics.add("tgi_request_generated_tokens_sum", count)
        return completed

    async def whole(self) -> list[Completed]:
        """Every completion, once all are finished."""
        try:
            result = await outcome(self._future)
        except asyncio.CancelledError:
            self._given_up = True
            raise
        if not isinstance(result, list):
            raise TypeError("Expected completions.")
        return result

    async def tokens(self) -> AsyncIterator[Token]:
        """The tokens as they are drawn; whoever stops listening stops the drawing."""
        try:
            while (token := await self._heard.get()) is not None:
                yield token
        finally:
            self._given_up = True
