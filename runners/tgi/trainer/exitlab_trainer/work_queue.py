"""The one worker thread: jobs run in the order of their arrival, their results wait to be fetched.

A request is known by its owner (a model or a session), its `seq_id` and a digest of its body. The same request sent
again is the same job, so a client may repeat whatever got lost; the same number with another body is refused.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from .jobs import Job, finished
from .kept_results import KeptResults
from .limits import Refusal
from .types import UserMistake

KEPT = 256
"""Results kept for each owner."""

_SLICE = 1.0

log = logging.getLogger("exitlab_trainer")


@dataclass
class Owner:
    """The numbered requests of one model or session."""

    by_number: OrderedDict[int, tuple[bytes, str]] = field(default_factory=OrderedDict)
    requests: deque[str] = field(default_factory=deque)
    forgotten: int = -1


class WorkQueue:
    """Bounded queue and worker. Everything except `_work` is called on the event loop's thread."""

    def __init__(self, most_waiting: int, most_together: int = 1024) -> None:
        self._most_waiting = most_waiting
        self._most_together = most_together
        self._waiting: deque[tuple[Job, Future[object]]] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._running = 0
        self.kept = KeptResults()
        self._owners: dict[str, Owner] = {}
        self.finished = 0
        self.failed = 0
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
        self._thread.start()

    @property
    def length(self) -> int:
        """Jobs that wait or run."""
        return len(self._waiting) + self._running

    @property
    def alive(self) -> bool:
        """Whether the worker is there and takes jobs."""
        return self._thread.is_alive() and not self._stopping

    def start(self, job: Job, always: bool = False) -> Future[object]:
        """Put `job` at the end; refuses with 429 when the queue is full, unless it must be done `always`."""
        future: Future[object] = Future()
        with self._changed:
            self._check_room(always)
            self._waiting.append((job, future))
            self._changed.notify()
        return future

    def _check_room(self, always: bool = False) -> None:
        if self._stopping:
            raise Refusal(503, "The server is stopping.", "server", retry_after=5)
        if not always and len(self._waiting) >= self._most_waiting:
            raise Refusal(
                429, f"The queue holds {self._most_waiting} requests already; try again.", retry_after=1
            )

    def find(self, owner: str, number: int | None, digest: bytes) -> str | None:
        """The id of a request that came before, whether its owner lives still or not."""
        known = self._owners.get(owner)
        before = None if known is None or number is None else known.by_number.get(number)
        return before[1] if before is not None and before[0] == digest else None

    def submit(self, owner: str, number: int | None, digest: bytes, job: Callable[[], Job]) -> str:
        """The request id of request `number` of `owner`; `job` is asked for only when the request is new and has
        a place in the queue.
        """
        known = self._owners.setdefault(owner, Owner())
        if number is not None:
            before = known.by_number.get(number)
            if before is not None:
                if before[0] != digest:
                    raise Refusal(
                        409, f"Expected a new seq_id: {number} of {owner} was used with another body."
                    )
                return before[1]
            if number <= known.forgotten:
                raise Refusal(409, f"Request {number} of {owner} was answered; its result is no longer kept.")
        self._check_room()
        future = self.start(job())
        request = f"{owner}:{uuid.uuid4().hex[:16]}"
        self.kept.add(request, future)
        known.requests.append(request)
        if number is not None:
            known.by_number[number] = (digest, request)
        self._drop_old(known)
        self.kept.trim()
        return request

    def _drop_old(self, owner: Owner) -> None:
        while len(owner.requests) > KEPT and self._is_done(owner.requests[0]):
            self.kept.remove(owner.requests.popleft())
        while owner.by_number:
            number, (_, request) = next(iter(owner.by_number.items()))
            if request in self.kept:
                break
            owner.by_number.popitem(last=False)
            owner.forgotten = max(owner.forgotten, number)

    def _is_done(self, request: str) -> bool:
        future = self.kept.get(request)
        return future is None or future.done()

    def forget(self, owner: str, keep: int) -> bool:
        """Drops the results of a closed owner except the last `keep`, which its client may still fetch.

        Returns whether there was such an owner.
        """
        known = self._owners.get(owner)
        while known is not None and len(known.requests) > keep:
            self.kept.remove(known.requests.popleft())
        return known is not None

    def drop(self, owner: str) -> None:
        """Drop a closed owner altogether."""
        self.forget(owner, 0)
        self._owners.pop(owner, None)

    async def wait(self, request: str, seconds: float) -> Future[object] | None:
        """The finished future of `request`, or None when it is not finished after `seconds` or the server stops."""
        future = self.kept.get(request)
        if future is None:
            raise Refusal(
                410, f'Unknown request "{request}": its result is no longer kept, or the server restarted.'
            )
        while not await finished(future, min(seconds, _SLICE)):
            seconds -= _SLICE
            if seconds <= 0 or self._stopping:
                return None
        self.kept.mark_fetched(request)
        return future

    def close(self) -> None:
        """Takes no more jobs, and refuses those that wait."""
        with self._changed:
            self._stopping = True
            refused = list(self._waiting)
            self._waiting.clear()
            self._changed.notify()
        for _, future in refused:
            future.set_exception(Refusal(503, "The server stopped before it came to this request.", "server"))

    def stop(self, seconds: float = 30.0) -> None:
        """Closes, and lets the running job end if it does within `seconds`."""
        self.close()
        self._thread.join(seconds)

    def _take(self) -> list[tuple[Job, Future[object]]]:
        with self._changed:
            self._running = 0
            while not self._waiting:
                if self._stopping:
                    return []
                self._changed.wait()
            taken = [self._waiting.popleft()]
            group, size = taken[0][0].group, taken[0][0].size
            while group is not None and self._waiting and self._waiting[0][0].group == group:
                size += self._waiting[0][0].size
                if size > self._most_together:
                    break
                taken.append(self._waiting.popleft())
            self._running = len(taken)
            return taken

    def _work(self) -> None:
        while taken := self._take():
            if len(taken) == 1 or not self._run_together(taken):
                for job, future in taken:
                    self._run_one(job, future)

    def _run_together(self, taken: list[tuple[Job, Future[object]]]) -> bool:
        """Whether all of `taken` could be done at once; if not, each is to be tried alone."""
        try:
            results = taken[0][0].run_with([job for job, _ in taken[1:]])
        except (UserMistake, Refusal):
            return False
        except Exception:
            log.exception("A joint batch of %d requests failed; each runs alone.", len(taken))
            return False
        for (_, future), result in zip(taken, results, strict=True):
            future.set_result(result)
        self.finished += len(taken)
        return True

    def _run_one(self, job: Job, future: Future[object]) -> None:
        try:
            result = job.run()
        except (UserMistake, Refusal) as mistake:
            self.failed += 1
            future.set_exception(mistake)
        except Exception as failure:
            self.failed += 1
            log.exception("A request failed.")
            future.set_exception(failure)
        else:
            self.finished += 1
            future.set_result(result)
