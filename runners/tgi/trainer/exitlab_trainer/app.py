"""The ASGI application: every route, the key, and errors as JSON."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .chat_routes import chat_routes
from .extension_routes import extension_routes
from .jobs import as_refusal
from .limits import KeyGate, Refusal, json_response, refusal_response
from .sampling_routes import sampling_routes
from .service import Service
from .tgi_routes import tgi_error, tgi_routes
from .tinker_routes import tinker_routes
from .training_routes import training_routes
from .types import UserMistake


def build_app(service: Service) -> FastAPI:
    """The application over `service`; its end stops the worker."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(service.keep_sweeping())
        try:
            yield
        finally:
            sweeper.cancel()
            await asyncio.to_thread(service.queue.stop)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    for routes in (
        tinker_routes,
        training_routes,
        sampling_routes,
        extension_routes,
        tgi_routes,
        chat_routes,
    ):
        app.include_router(routes(service))
    if service.limits.key is not None:
        app.add_middleware(KeyGate, key=service.limits.key)

    def answer(request: Request, refusal: Refusal) -> Response:
        if request.url.path.startswith("/api/"):
            return refusal_response(refusal)
        status, body = tgi_error(refusal)
        return json_response(body, status, refusal.headers())

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return answer(request, refusal)

    @app.exception_handler(UserMistake)
    async def mistaken(request: Request, mistake: UserMistake) -> Response:
        return answer(request, as_refusal(mistake))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, problem: HTTPException) -> Response:
        return answer(
            request, Refusal(problem.status_code, f"There is no route {request.method} {request.url.path}.")
        )

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return Response(status_code=499)

    @app.exception_handler(Exception)
    async def failed(request: Request, failure: Exception) -> Response:
        return answer(request, as_refusal(failure))

    return app
