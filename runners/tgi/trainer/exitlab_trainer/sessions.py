"""Who talks to the service: sessions, the models they train, and the sampling sessions they draw from."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from .core import Sampler, Trained
from .limits import Refusal


@dataclass
class Model:
    """A model in training. `trained` is set and cleared by the worker."""

    id: str
    session: str
    rank: int
    seed: int
    alpha: float | None
    trained: Trained | None = None
    newest: str | None = None
    """The sampling session opened last; no other of this model can be drawn from."""

    def ready(self) -> Trained:
        """The core's model; refuses when it was unloaded or never came to be."""
        if self.trained is None:
            raise Refusal(404, f'Unknown model "{self.id}": it was unloaded, or could not be created.')
        return self.trained


@dataclass
class SamplingSession:
    """Weights to draw from: a model's published ones, a saved folder's, or the base's."""

    id: str
    session: str
    model: Model | None = None
    sampler: Sampler | None = None
    path: str | None = None
    """Where the sampler's weights were saved."""
    over: bool = False
    """Whether newer weights were published and the service has taken note."""

    def ready(self) -> Sampler:
        """The weights; refuses with 410 when newer ones were published."""
        if self.model is not None:
            if self.model.newest != self.id:
                raise Refusal(410, f'Sampling session "{self.id}" is over: newer weights were published.')
            return self.model.ready()
        if self.sampler is None:
            raise Refusal(
                410, f'Sampling session "{self.id}" is over: newer ones of saved weights took its place.'
            )
        return self.sampler


@dataclass
class Session:
    """One client. It lives as long as it is heard of."""

    id: str
    seen: float
    forever: bool = False
    models: dict[str, Model] = field(default_factory=dict)
    sampling: dict[str, SamplingSession] = field(default_factory=dict)


class Sessions:
    """Every session, with the models and sampling sessions by their ids."""

    def __init__(self, seconds: float, most_models: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most_models = most_models
        self._clock = clock
        self.all: dict[str, Session] = {}
        self.models: dict[str, Model] = {}
        self.sampling: dict[str, SamplingSession] = {}
        self._by_key: dict[str, str] = {}
        self.published: Model | None = None
        """The model that published last; TGI's routes draw from it. Only the worker changes it."""

    def create(self, forever: bool = False) -> Session:
        """A new session; one that lives `forever` never times out."""
        session = Session(f"session-{uuid.uuid4().hex[:12]}", self._clock(), forever)
        self.all[session.id] = session
        return session

    def create_once(self, key: str | None) -> Session:
        """A new session, or the one that a request with the same key has made before."""
        before = None if key is None else self.all.get(self._by_key.get(key, ""))
        if before is not None:
            return self.get(before.id)
        session = self.create()
        if key is not None:
            self._by_key[key] = session.id
            while len(self._by_key) > 256:
                self._by_key.pop(next(iter(self._by_key)))
        return session

    def get(self, session: object) -> Session:
        """The session of that id, heard of now; refuses with 404."""
        found = self.all.get(session) if isinstance(session, str) else None
        if found is None:
            raise Refusal(404, f'Unknown session "{session}": it timed out, or the server restarted.')
        found.seen = self._clock()
        return found

    def model(self, model: object) -> Model:
        """The model of that id; its session is heard of now; refuses with 404."""
        found = self.models.get(model) if isinstance(model, str) else None
        if found is None:
            raise Refusal(404, f'Unknown model "{model}": it was unloaded, or the server restarted.')
        self.get(found.session)
        return found

    def sampler(self, sampling: object) -> SamplingSession:
        """The sampling session of that id; refuses with 404, or 410 when it is over."""
        found = self.sampling.get(sampling) if isinstance(sampling, str) else None
        if found is None:
            raise Refusal(
                404, f'Unknown sampling session "{sampling}": it was closed, or the server restarted.'
            )
        self.get(found.session)
        if found.model is not None and found.model.newest not in (None, found.id):
            found.ready()
        return found

    def add_model(self, session: Session, rank: int, seed: int, alpha: float | None) -> Model:
        """A model that the worker is about to open; refuses when the server holds as many as it may."""
        if len(self.models) >= self._most_models:
            raise Refusal(
                429,
                f"The server holds {len(self.models)} models already (--max-models); unload one or wait until its "
                f"session times out.",
                retry_after=10,
            )
        model = Model(f"run-{uuid.uuid4().hex[:12]}", session.id, rank, seed, alpha)
        session.models[model.id] = self.models[model.id] = model
        return model

    def add_sampling(
        self, session: Session, model: Model | None = None, sampler: Sampler | None = None
    ) -> SamplingSession:
        """A sampling session. One of a model is usable once the worker has made it the model's newest."""
        sampling = SamplingSession(f"sampling-{uuid.uuid4().hex[:12]}", session.id, model, sampler)
        session.sampling[sampling.id] = self.sampling[sampling.id] = sampling
        return sampling

    def remove_model(self, model: Model) -> list[str]:
        """Forgets `model` and its sampling sessions; returns the ids of these."""
        self.models.pop(model.id, None)
        gone = [one.id for one in list(self.sampling.values()) if one.model is model]
        session = self.all.get(model.session)
        if session is not None:
            session.models.pop(model.id, None)
        for one in gone:
            self.sampling.pop(one)
            if session is not None:
                session.sampling.pop(one, None)
        return gone

    def retire_saved(self, session: Session, base: Sampler, keep: int) -> None:
        """Lets go of the saved weights of `session` but the last `keep`."""
        saved = [
            one for one in session.sampling.values() if one.sampler is not None and one.sampler is not base
        ]
        for one in saved[: max(0, len(saved) - keep)]:
            one.sampler = None

    def outdated(self) -> list[SamplingSession]:
        """The sampling sessions that came to be over since the last call."""
        over = [
            one
            for one in list(self.sampling.values())
            if one.model is not None and not one.over and one.model.newest not in (None, one.id)
        ]
        for one in over:
            one.over = True
        return over

    def remove_sampling(self, sampling: SamplingSession) -> None:
        """Forgets a sampling session."""
        self.sampling.pop(sampling.id, None)
        session = self.all.get(sampling.session)
        if session is not None:
            session.sampling.pop(sampling.id, None)

    def expired(self) -> list[Session]:
        """The sessions not heard of for too long, which are forgotten with all they hold."""
        late = self._clock() - self._seconds
        gone = [session for session in self.all.values() if session.seen < late and not session.forever]
        for session in gone:
            self.all.pop(session.id)
            for name in list(session.models):
                self.models.pop(name, None)
            for name in list(session.sampling):
                self.sampling.pop(name, None)
        return gone
