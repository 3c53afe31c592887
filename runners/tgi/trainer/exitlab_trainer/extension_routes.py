"""The routes that Tinker has not: embeddings, the reference, and the model's files."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from .check_data import checked_tokens
from .draw_jobs import checked_integer, checked_number
from .jobs import Job
from .limits import Refusal
from .service import Service
from .types import UserMistake

FILES = {
    "tokenizer.json": "application/json",
    "tokenizer_config.json": "application/json",
    "chat_template.jinja": "text/plain; charset=utf-8",
    "special_tokens_map.json": "application/json",
    "config.json": "application/json",
    "generation_config.json": "application/json",
}
"""The files of a model that a client may read, and their media types."""


def extension_routes(service: Service) -> APIRouter:
    """The routes, bound to `service`."""
    routes = APIRouter(prefix="/api/v1/exitlab")

    @routes.get("/files/{name}")
    async def files(name: str) -> Response:
        content = service.core.folder_files.get(name) if name in FILES else None
        if content is None:
            raise Refusal(404, f'Model "{service.core.name}" has no file "{name}".')
        return Response(content, media_type=FILES[name])

    @routes.post("/embed")
    async def embed(request: Request) -> Response:
        body = await service.body(request)
        model = service.sessions.model(body.text("model_id"))
        asked = body.values.get("sequences")
        if not isinstance(asked, list) or len(asked) == 0:
            raise UserMistake('Expected a list of at least one sequence in "sequences".')
        sequences = [_span(service, one, f"sequences[{index}]") for index, one in enumerate(asked)]

        def run() -> object:
            return {"type": "embed", "embeddings": model.ready().embed(sequences)}

        return service.later(model.id, body.number("seq_id"), body.digest, lambda: Job(run))

    @routes.post("/refresh_reference")
    async def refresh_reference(request: Request) -> Response:
        body = await service.body(request)
        model = service.sessions.model(body.text("model_id"))
        mix = checked_number(body.values.get("mix"), "mix", 0.0, 1.0, 1.0)

        def run() -> object:
            model.ready().refresh_reference(mix)
            return {"type": "refresh_reference"}

        return service.later(model.id, body.number("seq_id"), body.digest, lambda: Job(run))

    return routes


def _span(service: Service, value: object, where: str) -> tuple[list[int], int]:
    tokens = value.get("tokens") if isinstance(value, dict) else None
    if (
        not isinstance(value, dict)
        or not isinstance(tokens, list)
        or not all(type(one) is int for one in tokens)
    ):
        raise UserMistake(f'Expected {{"tokens":[ids],"from":n}} in {where}.')
    checked_tokens(service.core, tokens, where)
    return tokens, checked_integer(value.get("from"), f"{where}.from", 0, len(tokens) - 1, 0)
