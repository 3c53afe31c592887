"""`/v1/chat/completions` and its neighbours, as TGI has them; the model's chat template makes the prompt."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter
from jinja2 import TemplateError
from starlette.requests import Request
from starlette.responses import Response

from .draw_jobs import checked_integer, checked_number, seed_of
from .generation import Completed, Generation, Token
from .limits import json_response
from .service import Service
from .tgi_parameters import refuse_unsupported, room_for, stop_strings
from .tgi_routes import event, event_stream, tokenized
from .types import Draw, UserMistake

_REASONS = {"length": "length", "eos_token": "stop", "stop_sequence": "stop"}


def templated(service: Service, messages: object) -> str:
    """The prompt text of `messages` by the model's chat template."""
    if (
        not isinstance(messages, list)
        or len(messages) == 0
        or not all(isinstance(one, dict) for one in messages)
    ):
        raise UserMistake('Expected a list of at least one message in "messages".')
    for one in messages:
        if not isinstance(one.get("role"), str) or not isinstance(one.get("content"), str):
            raise UserMistake('Expected a "role" and a "content" of text in each message.')
    if not getattr(service.core.tokenizer, "chat_template", None):
        raise UserMistake(f'Model "{service.core.name}" has no chat template.')
    try:
        text = service.core.tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
    except (TemplateError, TypeError, ValueError, LookupError) as problem:
        raise UserMistake(f"The chat template refused the messages: {problem}.") from None
    return str(text)


def read_draw(service: Service, body: dict[str, Any], prompt: list[int]) -> Draw:
    """The draw that a chat request asks for; its temperature is 1 unless given, 0 takes the likeliest tokens."""
    refuse_unsupported(body)
    most = body.get("max_completion_tokens", body.get("max_tokens"))
    room = max(1, service.core.context - len(prompt))
    seed = body.get("seed")
    return Draw(
        prompt=prompt,
        max_tokens=room_for(
            service.core, prompt, checked_integer(most, "max_tokens", 1, 2**31, room), "max_tokens"
        ),
        temperature=checked_number(body.get("temperature"), "temperature", 0.0, 1000.0, 1.0),
        top_p=checked_number(body.get("top_p"), "top_p", 1e-9, 1.0, 1.0),
        seed=seed_of(None if seed is None else checked_integer(seed, "seed", 0, 2**64 - 1, 0), 0),
    )


def logprob_record(tokens: Sequence[Token]) -> dict[str, object]:
    """The log-probabilities of a choice."""
    return {
        "content": [
            {"token": one.text, "logprob": one.logprob, "bytes": list(one.text.encode()), "top_logprobs": []}
            for one in tokens
        ]
    }


def usage(prompt: int, tokens: int) -> dict[str, int]:
    """The token counts of an answer."""
    return {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens}


def chat_routes(service: Service) -> APIRouter:
    """The routes, bound to `service`."""
    routes = APIRouter()

    @routes.post("/v1/chat/completions")
    async def chat_completions(request: Request) -> Response:
        service.metrics.add("tgi_request_count")
        body = (await service.body(request)).values
        if body.get("top_logprobs") not in (None, 0):
            raise UserMistake("`top_logprobs` is not supported by this server.")
        text = templated(service, body.get("messages"))
        prompt = [int(one) for one in service.core.tokenizer.encode(text, add_special_tokens=False)]
        count = checked_integer(body.get("n"), "n", 1, 128, 1)
        draw = read_draw(service, body, prompt)
        generation = Generation(service, draw, stop_strings(body.get("stop")), count)
        head = {
            "id": f"chatcmpl-{uuid.uuid4().hex[:16]}",
            "created": int(time.time()),
            "model": service.core.name,
        }
        logprobs = body.get("logprobs") is True
        if body.get("stream") is True:
            options = body.get("stream_options")
            counted = isinstance(options, dict) and options.get("include_usage") is True
            return event_stream(chunks(generation, head, logprobs, len(prompt) if counted else None))
        done = await generation.whole()
        service.metrics.add("tgi_request_success")
        return json_response(
            {
                **head,
                "object": "chat.completion",
                "choices": [choice(index, one, logprobs) for index, one in enumerate(done)],
                "usage": usage(len(prompt), sum(len(one.tokens) for one in done)),
            }
        )

    def choice(index: int, done: Completed, logprobs: bool) -> dict[str, object]:
        return {
            "index": index,
            "message": {"role": "assistant", "content": done.text.without_stop()},
            "logprobs": logprob_record(done.tokens) if logprobs else None,
            "finish_reason": _REASONS[done.reason],
        }

    async def chunks(
        generation: Generation, head: dict[str, object], logprobs: bool, prompt: int | None
    ) -> AsyncIterator[bytes]:
        head = {**head, "object": "chat.completion.chunk"}
        async for token in generation.tokens():
            one = {
                "index": token.draw,
                "delta": {"role": "assistant", "content": token.ready},
                "logprobs": logprob_record([token]) if logprobs else None,
                "finish_reason": None,
            }
            yield event({**head, "choices": [one]})
        done = await generation.whole()
        service.metrics.add("tgi_request_success")
        for index, one_done in enumerate(done):
            last = {"index": index, "delta": {"content": one_done.text.rest()}, "logprobs": None}
            yield event({**head, "choices": [{**last, "finish_reason": _REASONS[one_done.reason]}]})
        if prompt is not None:
            counts = usage(prompt, sum(len(one.tokens) for one in done))
            yield event({**head, "choices": [], "usage": counts})
        yield b"data: [DONE]\n\n"

    @routes.post("/chat_tokenize")
    async def chat_tokenize(request: Request) -> Response:
        text = templated(service, (await service.body(request)).values.get("messages"))
        return json_response({"tokenize_response": tokenized(service, text, False), "templated_text": text})

    @routes.get("/v1/models")
    async def models() -> Response:
        one = {"id": service.core.name, "object": "model", "created": 0, "owned_by": service.core.name}
        return json_response({"object": "list", "data": [one]})

    return routes
