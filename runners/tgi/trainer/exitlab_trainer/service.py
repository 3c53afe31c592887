"""What the routes share: the core, the queue, the sessions, and the steps every request goes through."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .checkpoint_paths import Checkpoints, parse_path
from .core import BaseSampler, Core, Sampler
from .jobs import Job, outcome
from .limits import Limits, Refusal, json_response, read_body
from .metrics import Metrics
from .sessions import Model, SamplingSession, Session, Sessions
from .tensor_json import decode_json
from .types import UserMistake
from .work_queue import WorkQueue

log = logging.getLogger("exitlab_trainer")

KEPT_OF_CLOSED = 64
"""Results of a model or sampling session that stay for its client after it is closed."""
CLOSED_OWNERS = 16
"""Of how many closed models and sampling sessions results stay."""
MOST_SAVED = 4
"""How many saved weights stay loaded for one session, and for requests that name them by path."""


@dataclass(frozen=True)
class Body:
    """A parsed request body, and what identifies it."""

    values: dict[str, Any]
    digest: bytes

    def text(self, name: str) -> str:
        """A field that must be a string."""
        value = self.values.get(name)
        if not isinstance(value, str) or value == "":
            raise UserMistake(f'Expected a string in "{name}".')
        return value

    def number(self, name: str) -> int | None:
        """A field that is a whole number from 0, or left out."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise UserMistake(f'Expected a whole number from 0 in "{name}".')
        return value


class Service:
    """One core and those who use it."""

    def __init__(
        self, core: Core, checkpoints: Checkpoints, limits: Limits, about: dict[str, object]
    ) -> None:
        self.core = core
        self.base: Sampler = BaseSampler(core)
        self.checkpoints = checkpoints
        self.limits = limits
        self.about = about
        self.queue = WorkQueue(limits.queued)
        self.sessions = Sessions(limits.session_seconds, limits.models)
        self.metrics = Metrics()
        self._unbound = self.sessions.create(forever=True)
        self._named: dict[tuple[object, object], SamplingSession] = {}
        self._closed_owners: deque[str] = deque()

    async def body(self, request: Request) -> Body:
        """The JSON body of `request`."""
        data = await self.raw_body(request)
        return self.parse(data, digest(request, data))

    def parse(self, data: bytes, mark: bytes) -> Body:
        """`data` as a JSON body."""
        return Body(decode_json(data), mark)

    async def raw_body(self, request: Request) -> bytes:
        """The body of `request` as bytes, within the limit."""
        encoding = request.headers.get("content-encoding", "identity")
        if encoding != "identity":
            raise Refusal(415, f'Expected a body without Content-Encoding but found "{encoding}".')
        return await read_body(request, self.limits.body_bytes)

    def later(self, owner: str, number: int | None, mark: bytes, job: Callable[[], Job]) -> Response:
        """Queues a request and answers with its id."""
        return json_response({"request_id": self.queue.submit(owner, number, mark, job)})

    def open_newest(self, model: Model) -> SamplingSession:
        """A sampling session of the weights that `model` has published; older ones are over. For the worker alone."""
        session = self.sessions.all.get(model.session)
        if session is None:
            raise Refusal(404, f'Unknown session "{model.session}": it timed out.')
        sampling = self.sessions.add_sampling(session, model)
        model.newest = sampling.id
        return sampling

    async def named_sampling(self, base: object, path: object) -> SamplingSession:
        """The sampling session of requests that name weights instead of one."""
        name = (path, None if path is None else self.checkpoints.stamp(parse_path(path)))
        if name not in self._named:
            sampler = await self.saved_sampler(base, path)
            self._named[name] = self.sessions.add_sampling(self._unbound, sampler=sampler)
            while len(self._named) > MOST_SAVED:
                self.sessions.remove_sampling(self._named.pop(next(iter(self._named))))
        return self._named[name]

    async def saved_sampler(self, base: object, path: object) -> Sampler:
        """The weights that lie at `path` (a `tinker://` one), or the base's when it is None."""
        if path is None:
            if base not in (None, self.core.name):
                raise UserMistake(f'Expected base_model "{self.core.name}" but found "{base}".')
            return self.base
        folder = self.checkpoints.existing(parse_path(path))
        loading = self.queue.start(Job(lambda: self.core.load_sampler(folder)))
        await outcome(loading)
        sampler: Sampler = loading.result()  # type: ignore[assignment]
        return sampler

    def published(self) -> Sampler:
        """The weights that TGI's routes draw from; for the worker alone."""
        model = self.sessions.published
        return self.base if model is None or model.trained is None else model.trained

    def touch(self, owner: str) -> None:
        """Marks the session that `owner` is or belongs to as heard of, if there is one still."""
        known = self.sessions.models.get(owner) or self.sessions.sampling.get(owner)
        with contextlib.suppress(Refusal):
            self.sessions.get(owner if known is None else known.session)

    def close_model(self, model: Model) -> Job:
        """The job that unloads a model."""

        def run() -> object:
            trained, model.trained = model.trained, None
            if self.sessions.published is model:
                self.sessions.published = None
            if trained is not None:
                trained.close()
            return {"type": "unload_model", "model_id": model.id}

        return Job(run)

    def forget_owners(self, owners: list[str]) -> None:
        """Keeps but a few results of closed models and sessions, and none of those closed long ago."""
        for owner in owners:
            if self.queue.forget(owner, KEPT_OF_CLOSED):
                self._closed_owners.append(owner)
        while len(self._closed_owners) > CLOSED_OWNERS:
            self.queue.drop(self._closed_owners.popleft())

    def sweep(self) -> None:
        """Unloads the models of sessions that are not heard of any more, and forgets what is over."""
        for session in self.sessions.expired():
            self._close_session(session)
        self.forget_owners([one.id for one in self.sessions.outdated()])
        self.queue.kept.trim()

    def _close_session(self, session: Session) -> None:
        log.info("Session %s timed out; %d models are unloaded.", session.id, len(session.models))
        for model in session.models.values():
            with contextlib.suppress(Refusal):
                self.queue.start(self.close_model(model), always=True)
        for sampling in session.sampling.values():
            sampling.sampler = None
        self.forget_owners([session.id, *session.models, *session.sampling])

    async def keep_sweeping(self) -> None:
        """Sweeps until it is cancelled."""
        while True:
            await asyncio.sleep(min(5.0, self.limits.session_seconds / 4))
            self.sweep()


def digest(request: Request, data: bytes) -> bytes:
    """What tells one request of an owner from another."""
    mark = hashlib.blake2b(data, digest_size=16)
    mark.update(request.url.path.encode())
    return mark.digest()
