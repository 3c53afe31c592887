"""What the service refuses: wrong keys, bodies that are too large, and every other mistake of a client."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .tensor_json import encode_json

OPEN_PATHS = frozenset({"/health"})
"""Paths that answer without a key, for load balancers and process managers."""


class Refusal(Exception):
    """A request that cannot be served: an HTTP status and one sentence that says why."""

    def __init__(
        self, status: int, sentence: str, category: str = "user", retry_after: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.category = category
        self.retry_after = retry_after

    def body(self) -> dict[str, str]:
        """The JSON body of the Tinker protocol's errors."""
        return {"error": self.sentence, "category": self.category}

    def headers(self) -> dict[str, str]:
        """`Retry-After` in seconds where waiting helps."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


@dataclass(frozen=True)
class Limits:
    """Bounds of one service. `key` of None leaves the service open."""

    key: str | None = field(default=None, repr=False)
    body_bytes: int = 256 * 1024 * 1024
    queued: int = 1024
    models: int = 8
    session_seconds: float = 300.0
    poll_seconds: float = 20.0


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` as an HTTP answer; numpy arrays become lists of numbers."""
    return Response(encode_json(value), status_code=status, media_type="application/json", headers=headers)


def refusal_response(refusal: Refusal) -> Response:
    """`refusal` as an HTTP answer of the Tinker protocol."""
    return json_response(refusal.body(), refusal.status, refusal.headers())


async def read_body(request: Request, most: int) -> bytes:
    """The whole body; refuses with 413 as soon as it is known to be over `most` bytes."""
    sentence = f"Expected a body of at most {most} bytes; send the batch in several requests."
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise Refusal(413, sentence)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Refusal(413, sentence)
        parts.append(part)
    return b"".join(parts)


class KeyGate:
    """ASGI middleware that answers 401 unless the request carries the key (constant-time comparison)."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS or self._allowed(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        refusal = Refusal(401, "Expected the server's key in X-API-Key or in Authorization: Bearer.")
        await refusal_response(refusal)(scope, receive, send)

    def _allowed(self, headers: Headers) -> bool:
        given = [headers.get("x-api-key", "")]
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given.append(token.strip())
        return any(hmac.compare_digest(one.encode(), self.key) for one in given)
