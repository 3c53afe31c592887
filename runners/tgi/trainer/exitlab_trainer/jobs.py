"""What the worker does, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future

from .limits import Refusal
from .types import UserMistake


class Job:
    """Something for the worker to do. Jobs of one `group` that wait side by side may run as one."""

    group: Hashable | None = None
    size: int = 1

    def __init__(self, run: Callable[[], object]) -> None:
        self._run = run

    def run(self) -> object:
        """Do it, on the worker thread."""
        return self._run()

    def run_with(self, others: Sequence[Job]) -> list[object]:
        """Do this job and `others` of its group at once; results in order, this job's first."""
        raise NotImplementedError


async def finished(future: Future[object], seconds: float | None) -> bool:
    """Whether `future` is done within `seconds`; waits without blocking the event loop, and cancels nothing."""
    if future.done():
        return True
    done, _ = await asyncio.wait([asyncio.wrap_future(future)], timeout=seconds)
    return bool(done)


def as_refusal(failure: BaseException) -> Refusal:
    """What a client is told about a job that failed."""
    if isinstance(failure, Refusal):
        return failure
    if isinstance(failure, UserMistake):
        return Refusal(400, str(failure).rstrip(".") + ".")
    return Refusal(500, f"{type(failure).__name__}: {failure}", "server")


async def outcome(future: Future[object]) -> object:
    """The result of `future`; raises the refusal that it failed with."""
    await finished(future, None)
    failure = future.exception()
    if failure is not None:
        raise as_refusal(failure) from failure
    return future.result()
