"""Requests for completions: their checks, and the job that draws them."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Callable, Hashable, Sequence

from .check_data import checked_tokens
from .core import Core, Sampler
from .jobs import Job
from .types import Draw, Drawn, UserMistake

Watch = Callable[[int, int, float], bool]
"""Told of every token (index of the draw, token id, log-probability); answers whether that draw is over."""


class _Enough(Exception):
    """Raised inside the core once nobody waits for another token."""


class DrawJob(Job):
    """Completions under one set of weights."""

    def __init__(
        self,
        sampler: Callable[[], Sampler],
        draws: list[Draw],
        finish: Callable[[list[Drawn]], object],
        group: Hashable | None = None,
        watch: Watch | None = None,
    ) -> None:
        super().__init__(lambda: self.run_with([])[0])
        self.group = group
        self.size = len(draws)
        self._sampler = sampler
        self._draws = draws
        self._finish = finish
        self._watch = watch
        self._cut: dict[int, Drawn] = {}
        self._heard: list[tuple[list[int], list[float]]] = [([], []) for _ in draws]

    def run_with(self, others: Sequence[Job]) -> list[object]:
        """Draw for this job and `others` in one batch."""
        jobs = [self, *(other for other in others if isinstance(other, DrawJob))]
        places = [(job, index) for job in jobs for index in range(job.size)]
        draws = [draw for job in jobs for draw in job._draws]

        def on_token(index: int, token: int, logprob: float) -> None:
            job, place = places[index]
            if job._hear(place, token, logprob) and all(one._over() for one in jobs):
                raise _Enough

        watched = any(job._watch is not None for job in jobs)
        drawn: list[Drawn | None]
        try:
            drawn = list(self._sampler().draw(draws, on_token if watched else None))
        except _Enough:
            drawn = [None] * len(draws)
        results: list[object] = []
        for job in jobs:
            mine, drawn = drawn[: job.size], drawn[job.size :]
            results.append(job._finish([job._result(place, one) for place, one in enumerate(mine)]))
        return results

    def _hear(self, place: int, token: int, logprob: float) -> bool:
        if self._watch is None or place in self._cut:
            return False
        tokens, logprobs = self._heard[place]
        tokens.append(token)
        logprobs.append(logprob)
        if self._watch(place, token, logprob):
            self._cut[place] = Drawn(tokens, logprobs, "stop")
            return True
        return False

    def _over(self) -> bool:
        return len(self._cut) == self.size

    def _result(self, place: int, drawn: Drawn | None) -> Drawn:
        cut = self._cut.get(place, drawn)
        if cut is None:
            raise RuntimeError("A draw ended before its time.")
        return cut


def seed_of(seed: int | None, index: int) -> int:
    """The seed of the `index`-th sample of a request: `seed` itself for the first, derived ones after it."""
    if seed is None:
        return secrets.randbits(53)
    if index == 0:
        return seed
    return int.from_bytes(hashlib.blake2b(f"{seed}/{index}".encode(), digest_size=8).digest(), "little") >> 11


def checked_number(value: object, name: str, least: float, most: float, default: float) -> float:
    """`value` if it is a number in [least, most], `default` if it is None."""
    if value is None:
        return default
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if (
        not isinstance(value, int | float)
        or not number
        or not math.isfinite(value)
        or not least <= value <= most
    ):
        raise UserMistake(f'Expected "{name}" from {least:g} to {most:g} but found {value!r}.')
    return float(value)


def checked_integer(value: object, name: str, least: int, most: int, default: int) -> int:
    """`value` if it is a whole number in [least, most], `default` if it is None."""
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UserMistake(
            f'Expected "{name}" to be a whole number from {least} to {most} but found {value!r}.'
        )
    return value


def make_draw(core: Core, prompt: list[int], params: dict[str, object], index: int = 0) -> Draw:
    """The draw that `params` (max_tokens, temperature, top_p, top_k, seed, stop) ask for, checked."""
    room = core.context - len(prompt)
    if room < 1:
        raise UserMistake(f"Expected a prompt of less than {core.context} tokens, so that one can follow.")
    seed = params.get("seed")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63):
        raise UserMistake(f'Expected "seed" to be a whole number from 0 to 2^63 - 1 but found {seed!r}.')
    top_k = checked_integer(params.get("top_k"), "top_k", -1, 2**31, -1)
    top_p = checked_number(params.get("top_p"), "top_p", 0.0, 1.0, 1.0)
    return Draw(
        prompt=prompt,
        max_tokens=min(room, checked_integer(params.get("max_tokens"), "max_tokens", 1, 2**31, room)),
        temperature=checked_number(params.get("temperature"), "temperature", 0.0, 1000.0, 1.0),
        top_p=top_p if top_p > 0 else 1e-9,
        seed=seed_of(seed, index),
        stop=stop_ids(core, params.get("stop")),
        top_k=top_k if top_k > 0 else None,
    )


def stop_ids(core: Core, stop: object) -> tuple[int, ...] | None:
    """The stop ids of a request: ids as they are, strings if each is one token."""
    if stop is None or stop == []:
        return None
    ids: list[int] = []
    for one in [stop] if isinstance(stop, str) else stop if isinstance(stop, list) else [stop]:
        if isinstance(one, int) and not isinstance(one, bool):
            ids.append(one)
            continue
        found = core.tokenizer.encode(one, add_special_tokens=False) if isinstance(one, str) else []
        if len(found) != 1:
            raise UserMistake(
                f"Expected stop as token ids, or as strings of one token each, but found {one!r}."
            )
        ids.append(int(found[0]))
    return tuple(checked_tokens(core, ids, "stop"))
