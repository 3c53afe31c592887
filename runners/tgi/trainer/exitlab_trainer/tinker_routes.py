"""Tinker's routes for sessions, models, checkpoints and futures."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from . import __version__, tinker_proto
from .checkpoint_paths import Checkpoint, checked_name, parse_path
from .draw_jobs import checked_integer, checked_number
from .jobs import Job, as_refusal, outcome
from .limits import Refusal, json_response
from .results import LossResult, SampleResult
from .service import Service
from .types import UserMistake


def tinker_routes(service: Service) -> APIRouter:
    """The routes, bound to `service`."""
    routes = APIRouter(prefix="/api/v1")
    sessions = service.sessions

    @routes.get("/healthz")
    async def healthz() -> Response:
        return json_response({"status": "ok"})

    @routes.get("/get_server_capabilities")
    async def get_server_capabilities() -> Response:
        core = service.core
        model = {"model_name": core.name, "max_context_length": core.context}
        about: dict[str, object] = {"protocol": 1, "version": __version__, "parameters": core.parameters}
        about.update(service.about, vocabulary=core.vocabulary, checkpoints=service.checkpoints.kept)
        return json_response({"supported_models": [model], "exitlab": about})

    @routes.post("/client/config")
    async def client_config() -> Response:
        return json_response({})

    @routes.post("/create_session")
    async def create_session(request: Request) -> Response:
        await service.body(request)
        session = sessions.create_once(request.headers.get("x-idempotency-key"))
        return json_response({"type": "create_session", "session_id": session.id})

    @routes.post("/session_heartbeat")
    async def session_heartbeat(request: Request) -> Response:
        body = await service.body(request)
        sessions.get(body.text("session_id"))
        return json_response({"type": "session_heartbeat"})

    @routes.post("/create_model")
    async def create_model(request: Request) -> Response:
        body = await service.body(request)
        session = sessions.get(body.text("session_id"))
        base = body.values.get("base_model", service.core.name)
        if base != service.core.name:
            raise UserMistake(
                f'Expected base_model "{service.core.name}", which this server holds, but found "{base}".'
            )
        config = body.values.get("lora_config") or {}
        if not isinstance(config, dict):
            raise UserMistake("Expected an object in lora_config.")
        default_rank = service.about.get("adapter_default_rank", 32)
        rank = checked_integer(
            config.get("rank"), "rank", 0, 4096, default_rank if isinstance(default_rank, int) else 32
        )
        seed = checked_integer(config.get("seed"), "seed", 0, 2**63 - 1, 0)
        alpha = config.get("alpha")
        if alpha is not None:
            alpha = checked_number(alpha, "alpha", 1e-6, 1e6, 1.0)

        def job() -> Job:
            model = sessions.add_model(session, rank, seed, alpha)

            def run() -> object:
                try:
                    trained = model.trained = service.core.open(rank, seed, alpha)
                except Exception:
                    sessions.remove_model(model)
                    raise
                counts = {"parameters": trained.trainable, "total": trained.total}
                return {"type": "create_model", "model_id": model.id, "exitlab": counts}

            return Job(run)

        return service.later(session.id, _model_number(body.number("model_seq_id")), body.digest, job)

    @routes.post("/unload_model")
    async def unload_model(request: Request) -> Response:
        body = await service.body(request)
        again = service.queue.find(body.text("model_id"), body.number("seq_id"), body.digest)
        if again is not None:
            return json_response({"request_id": again})
        model = sessions.model(body.text("model_id"))
        answer = service.later(
            model.id, body.number("seq_id"), body.digest, lambda: service.close_model(model)
        )
        gone = sessions.remove_model(model)
        service.forget_owners([model.id, *gone])
        return answer

    @routes.post("/get_info")
    async def get_info(request: Request) -> Response:
        model = sessions.model((await service.body(request)).text("model_id"))
        name = service.core.name
        return json_response(
            {
                "type": "get_info",
                "model_id": model.id,
                "model_name": name,
                "model_data": {"arch": None, "model_name": name, "tokenizer_id": name},
                "is_lora": model.rank > 0,
                "lora_rank": model.rank,
            }
        )

    @routes.post("/weights_info")
    async def weights_info(request: Request) -> Response:
        state = service.checkpoints.state(parse_path((await service.body(request)).values.get("tinker_path")))
        rank = state.get("rank", 0)
        return json_response({"base_model": state.get("base_model"), "is_lora": rank != 0, "lora_rank": rank})

    @routes.get("/training_runs/{run}/checkpoints")
    async def list_checkpoints(run: str) -> Response:
        return json_response({"checkpoints": service.checkpoints.list(run)})

    @routes.delete("/training_runs/{run}/checkpoints/{name}")
    async def delete_checkpoint(run: str, name: str) -> Response:
        return await remove(Checkpoint(checked_name(run), "weights", checked_name(name)))

    @routes.delete("/training_runs/{run}/checkpoints/{kind}/{name}")
    async def delete_checkpoint_of(run: str, kind: str, name: str) -> Response:
        return await remove(parse_path(f"tinker://{run}/{kind}/{name}"))

    async def remove(checkpoint: Checkpoint) -> Response:
        service.checkpoints.existing(checkpoint)
        await outcome(service.queue.start(Job(lambda: service.checkpoints.remove(checkpoint))))
        return json_response({"type": "delete_checkpoint"})

    @routes.post("/retrieve_future")
    async def retrieve_future(request: Request) -> Response:
        body = await service.body(request)
        owner = body.text("request_id").partition(":")[0]
        service.touch(owner)
        future = await service.queue.wait(body.text("request_id"), service.limits.poll_seconds)
        if future is None:
            return json_response({"type": "try_again", "queue_state": "active"}, 408)
        failure = future.exception()
        if isinstance(failure, Refusal):
            raise failure  # the model, the session or the server is gone: its status tells
        if failure is not None:
            return json_response(as_refusal(failure).body())
        result = future.result()
        if not isinstance(result, LossResult | SampleResult):
            return json_response(result)
        if tinker_proto.MEDIA_TYPE in request.headers.get("accept", ""):
            return Response(result.protobuf(), media_type=tinker_proto.MEDIA_TYPE)
        return json_response(result.json())

    @routes.post("/telemetry")
    async def telemetry(request: Request) -> Response:
        await service.raw_body(request)
        return json_response({"status": "accepted"})

    return routes


def _model_number(number: int | None) -> int | None:
    """`model_seq_id` counts models, `sampling_session_seq_id` sampling sessions; one session numbers both."""
    return None if number is None else 2 * number
