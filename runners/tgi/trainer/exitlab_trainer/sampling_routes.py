"""Tinker's routes that draw completions."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from .check_data import checked_tokens
from .draw_jobs import DrawJob, checked_integer, make_draw
from .jobs import Job, outcome
from .limits import json_response
from .results import SampleResult
from .service import MOST_SAVED, Service
from .sessions import SamplingSession
from .tensor_json import decode_tokens
from .types import UserMistake

MOST_SAMPLES = 4096


def sampling_routes(service: Service) -> APIRouter:
    """The routes, bound to `service`."""
    routes = APIRouter(prefix="/api/v1")
    sessions = service.sessions

    @routes.post("/create_sampling_session")
    async def create_sampling_session(request: Request) -> Response:
        body = await service.body(request)
        session = sessions.get(body.text("session_id"))
        if body.values.get("model_id") is not None:
            model = sessions.model(body.text("model_id"))

            def newest() -> object:
                model.ready()
                return service.open_newest(model).id

            opened = await outcome(service.queue.start(Job(newest)))
        else:
            sampler = await service.saved_sampler(
                body.values.get("base_model"), body.values.get("model_path")
            )
            sampling = sessions.add_sampling(session, sampler=sampler)
            sampling.path = body.text("model_path") if body.values.get("model_path") is not None else None
            opened = sampling.id
            sessions.retire_saved(session, service.base, MOST_SAVED)
        return json_response({"type": "create_sampling_session", "sampling_session_id": opened})

    async def sampling_of(values: dict[str, object]) -> SamplingSession:
        """The session a request names, or that of the weights it names (base_model or model_path)."""
        named = values.get("sampling_session_id")
        if named is not None:
            return sessions.sampler(named)
        base, path = values.get("base_model"), values.get("model_path")
        if base is None and path is None:
            raise UserMistake('Expected "sampling_session_id".')
        return await service.named_sampling(base, path)

    @routes.get("/samplers/{name}")
    async def get_sampler(name: str) -> Response:
        sampling = sessions.sampler(name)
        about = {"sampler_id": sampling.id, "base_model": service.core.name, "model_path": sampling.path}
        return json_response(about)

    @routes.post("/asample")
    async def asample(request: Request) -> Response:
        body = await service.body(request)
        sampling = await sampling_of(body.values)
        if body.values.get("prompt_logprobs") or body.values.get("topk_prompt_logprobs"):
            raise UserMistake(
                "This server gives no log-probabilities of prompts when it samples; use forward."
            )
        prompt = checked_tokens(service.core, decode_tokens(body.values.get("prompt"), "prompt"), "prompt")
        params = body.values.get("sampling_params") or {}
        if not isinstance(params, dict):
            raise UserMistake("Expected an object in sampling_params.")
        count = checked_integer(body.values.get("num_samples"), "num_samples", 1, MOST_SAMPLES, 1)
        draws = [make_draw(service.core, prompt, params, index) for index in range(count)]
        service.metrics.add("exitlab_draws_total", count)
        job = DrawJob(
            sampling.ready, draws, lambda drawn: SampleResult(drawn, {"prompt_logprobs": None}), sampling.id
        )
        # Clients that name weights share a session, so their numbers tell nothing.
        number = None if body.values.get("sampling_session_id") is None else body.number("seq_id")
        asked = service.queue.submit(sampling.id, number, body.digest, lambda: job)
        # Clients of newer protocols know each sample by an id that is given at once.
        ids = [f"{asked}/{index}" for index in range(count)]
        return json_response({"request_id": asked, "sample_sequence_ids": ids})

    @routes.post("/exitlab/sample")
    async def sample(request: Request) -> Response:
        body = await service.body(request)
        sampling = sessions.sampler(body.values.get("sampling_session_id"))
        prompts, asked = body.values.get("prompts"), body.values.get("requests")
        if not isinstance(prompts, list) or not isinstance(asked, list) or len(asked) == 0:
            raise UserMistake('Expected lists in "prompts" and "requests".')
        checked = [_tokens(service, prompt, f"prompts[{index}]") for index, prompt in enumerate(prompts)]
        draws = []
        for index, one in enumerate(asked):
            place = one.get("prompt") if isinstance(one, dict) else None
            if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(checked):
                raise UserMistake(
                    f"Expected the number of a prompt in requests[{index}].prompt but found {place!r}."
                )
            if one.get("seed") is None:
                raise UserMistake(f"Expected a seed in requests[{index}].")
            draws.append(make_draw(service.core, checked[place], one))
        service.metrics.add("exitlab_draws_total", len(draws))
        job = DrawJob(sampling.ready, draws, SampleResult)
        return service.later(sampling.id, body.number("seq_id"), body.digest, lambda: job)

    return routes


def _tokens(service: Service, value: object, where: str) -> list[int]:
    if not isinstance(value, list) or not all(type(one) is int for one in value):
        raise UserMistake(f"Expected a list of token ids in {where}.")
    return checked_tokens(service.core, value, where)
