"""Results that wait to be fetched, or to be fetched again, within a bound of memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from concurrent.futures import Future

from .results import size_of

KEPT_BYTES = 512_000_000
"""The most bytes of results of all owners. The oldest go first, and of these such as were fetched already."""


class KeptResults:
    """Futures by the ids of their requests. Used on one thread, while another finishes the futures."""

    def __init__(self) -> None:
        self._futures: dict[str, Future[object]] = {}
        self._finished: deque[str] = deque()
        """Those that are not counted yet."""
        self._unfetched: OrderedDict[str, int] = OrderedDict()
        self._fetched: OrderedDict[str, int] = OrderedDict()
        self.bytes = 0
        """What those counted take together."""

    def __contains__(self, request: str) -> bool:
        return request in self._futures

    def add(self, request: str, future: Future[object]) -> None:
        """Keeps what `future` will be."""
        self._futures[request] = future
        future.add_done_callback(lambda _: self._finished.append(request))

    def get(self, request: str) -> Future[object] | None:
        """The future of `request`, or None if it is not kept."""
        return self._futures.get(request)

    def remove(self, request: str) -> None:
        """Lets go of one."""
        self._futures.pop(request, None)
        self.bytes -= self._fetched.pop(request, 0) + self._unfetched.pop(request, 0)

    def mark_fetched(self, request: str) -> None:
        """Notes that a client has the result."""
        self._count(request)
        if request in self._unfetched:
            self._fetched[request] = self._unfetched.pop(request)
        self.trim()

    def trim(self) -> None:
        """Drops results until they fit into `KEPT_BYTES`; the last one stays, however large."""
        while self._finished:
            self._count(self._finished.popleft())
        while self.bytes > KEPT_BYTES:
            oldest = self._fetched if len(self._fetched) > 1 else self._unfetched
            if len(oldest) < 2:
                break
            self.remove(next(iter(oldest)))

    def _count(self, request: str) -> None:
        future = self._futures.get(request)
        if future is not None and request not in self._unfetched and request not in self._fetched:
            self._unfetched[request] = size = size_of(future)
            self.bytes += size
