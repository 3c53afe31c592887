"""TGI's routes: text in, text out, under the weights that were published last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from . import __version__
from .generation import Completed, Generation, Token
from .jobs import as_refusal
from .limits import Refusal, json_response
from .service import Service
from .tensor_json import encode_json
from .tgi_parameters import MOST_STOPS, Asked, read_parameters
from .types import UserMistake

ERROR_TYPES = {413: "validation", 422: "validation", 429: "overloaded", 503: "overloaded", 404: "not_found"}


def tgi_error(refusal: Refusal) -> tuple[int, dict[str, str]]:
    """The status and body with which TGI's routes refuse: mistakes of the request are 422, failures 424."""
    status = {400: 422, 500: 424}.get(refusal.status, refusal.status)
    return status, {"error": refusal.sentence, "error_type": ERROR_TYPES.get(status, "generation")}


def event(value: object) -> bytes:
    """`value` as one server-sent event."""
    return b"data:" + encode_json(value) + b"\n\n"


def event_stream(events: AsyncIterator[bytes]) -> Response:
    """`events` as an answer; a failure on the way becomes the last event."""

    async def safely() -> AsyncIterator[bytes]:
        try:
            async for one in events:
                yield one
        except (Refusal, UserMistake) as failure:
            yield event(tgi_error(as_refusal(failure))[1])

    return StreamingResponse(safely(), media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


def token_record(token: Token) -> dict[str, object]:
    """A token as TGI writes it."""
    return {"id": token.id, "text": token.text, "logprob": token.logprob, "special": token.special}


def tokenized(service: Service, text: str, special: bool) -> list[dict[str, object]]:
    """The tokens of `text` and where they lie in it."""
    encoded = service.core.tokenizer(text, add_special_tokens=special, return_offsets_mapping=True)
    spans = zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
    return [
        {
            "id": token,
            "text": text[start:stop] or service.core.tokenizer.decode([token]),
            "start": start,
            "stop": stop,
        }
        for token, (start, stop) in spans
    ]


def tgi_routes(service: Service) -> APIRouter:
    """The routes, bound to `service`."""
    routes = APIRouter()
    core = service.core

    async def read(request: Request) -> tuple[str, Asked]:
        service.metrics.add("tgi_request_count")
        body = (await service.body(request)).values
        inputs, parameters = body.get("inputs"), body.get("parameters") or {}
        if not isinstance(inputs, str) or not isinstance(parameters, dict):
            raise UserMistake('Expected text in "inputs" and an object in "parameters".')
        if inputs == "":
            raise UserMistake("`inputs` cannot be empty")
        prompt = [int(token) for token in core.tokenizer.encode(inputs)]
        return inputs, read_parameters(core, prompt, parameters)

    @routes.post("/generate")
    async def generate(request: Request) -> Response:
        inputs, asked = await read(request)
        done = (await Generation(service, asked.draw, asked.stop).whole())[0]
        service.metrics.add("tgi_request_success")
        answer: dict[str, object] = {"generated_text": (inputs if asked.full_text else "") + done.text.text}
        if asked.details:
            answer["details"] = {
                **summary(asked, done),
                "prefill": prefill(asked) if asked.prefill else [],
                "tokens": [token_record(token) for token in done.tokens],
            }
        return json_response(answer)

    def prefill(asked: Asked) -> list[dict[str, object]]:
        """The prompt's tokens. Their log-probabilities are not computed: scoring is the business of `forward`."""
        ids = asked.draw.prompt
        return [{"id": token, "text": core.tokenizer.decode([token]), "logprob": None} for token in ids]

    def summary(asked: Asked, done: Completed) -> dict[str, Any]:
        seed = done.seed if asked.sampled else None
        return {"finish_reason": done.reason, "generated_tokens": len(done.tokens), "seed": seed}

    @routes.post("/generate_stream")
    async def generate_stream(request: Request) -> Response:
        inputs, asked = await read(request)
        if asked.prefill:
            raise UserMistake("`decoder_input_details` is not supported for streaming")
        generation = Generation(service, asked.draw, asked.stop)

        async def events() -> AsyncIterator[bytes]:
            last: Token | None = None
            index = 0
            async for token in generation.tokens():
                if last is not None:
                    index += 1
                    record = {
                        "index": index,
                        "token": token_record(last),
                        "generated_text": None,
                        "details": None,
                    }
                    yield event(record)
                last = token
            done = (await generation.whole())[0]
            service.metrics.add("tgi_request_success")
            yield event(
                {
                    "index": index + 1,
                    "token": token_record(done.tokens[-1]),
                    "generated_text": (inputs if asked.full_text else "") + done.text.text,
                    "details": {**summary(asked, done), "input_length": len(asked.draw.prompt)},
                }
            )

        return event_stream(events())

    @routes.post("/tokenize")
    async def tokenize(request: Request) -> Response:
        body = (await service.body(request)).values
        if not isinstance(body.get("inputs"), str):
            raise UserMistake('Expected text in "inputs".')
        return json_response(tokenized(service, body["inputs"], body.get("add_special_tokens", True) is True))

    @routes.get("/info")
    async def info() -> Response:
        return json_response(
            {
                "model_id": core.name,
                "model_sha": None,
                "model_dtype": service.about.get("dtype"),
                "model_device_type": service.about.get("device"),
                "model_pipeline_tag": "text-generation",
                "max_concurrent_requests": service.limits.queued,
                "max_best_of": 1,
                "max_stop_sequences": MOST_STOPS,
                "max_input_tokens": core.context - 1,
                "max_total_tokens": core.context,
                "max_client_batch_size": 1,
                "validation_workers": 1,
                "router": "exitlab-trainer",
                "version": __version__,
            }
        )

    @routes.get("/health")
    async def health() -> Response:
        if service.queue.alive:
            return Response(status_code=200)
        return json_response({"error": "The worker has stopped.", "error_type": "healthcheck"}, 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        gauges = {
            "tgi_queue_size": service.queue.length,
            "exitlab_jobs_finished": service.queue.finished,
            "exitlab_jobs_failed": service.queue.failed,
            "exitlab_models": len(service.sessions.models),
            "exitlab_sessions": len(service.sessions.all),
        }
        return Response(service.metrics.text(gauges), media_type="text/plain; version=0.0.4")

    return routes
