"""Tinker's routes that train a model, save it and publish its weights."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from . import tinker_proto
from .checkpoint_paths import Checkpoint, checked_name, parse_path
from .core import Trained
from .draw_jobs import checked_number
from .jobs import Job
from .loss_requests import LossRequest, from_json, from_protobuf, loss_job
from .service import Body, Service, digest
from .sessions import Model
from .types import Adam, UserMistake


def training_routes(service: Service) -> APIRouter:
    """The routes, bound to `service`."""
    routes = APIRouter(prefix="/api/v1")

    def queued(body: Body, model: Model, run: Callable[[Trained], object]) -> Response:
        job = Job(lambda: run(model.ready()))
        return service.later(model.id, body.number("seq_id"), body.digest, lambda: job)

    async def loss(request: Request, field: str, forward_only: bool) -> Response:
        asked = await read_loss(request, field, forward_only)
        model = service.sessions.model(asked.model)
        job = loss_job(service.core, model, asked)
        return service.later(model.id, asked.number, asked.mark, lambda: job)

    async def read_loss(request: Request, field: str, forward_only: bool) -> LossRequest:
        data = await service.raw_body(request)
        mark = digest(request, data)
        if request.headers.get("content-type", "").startswith(tinker_proto.MEDIA_TYPE):
            return from_protobuf(data, mark, forward_only)
        return from_json(service.parse(data, mark), field, forward_only)

    @routes.post("/forward_backward")
    async def forward_backward(request: Request) -> Response:
        return await loss(request, "forward_backward_input", False)

    @routes.post("/forward")
    async def forward(request: Request) -> Response:
        return await loss(request, "forward_input", True)

    @routes.post("/optim_step")
    async def optim_step(request: Request) -> Response:
        body = await service.body(request)
        model = service.sessions.model(body.text("model_id"))
        adam = read_adam(body.values.get("adam_params") or {})
        return queued(
            body, model, lambda trained: {"type": "optim_step", "metrics": trained.optim_step(adam)}
        )

    @routes.post("/save_weights")
    async def save_weights(request: Request) -> Response:
        body = await service.body(request)
        model = service.sessions.model(body.text("model_id"))
        number = body.number("seq_id")
        name = checked_name(body.values.get("path") or f"step-{number or 0:06d}")
        checkpoint = Checkpoint(model.id, "weights", name)
        folder = service.checkpoints.folder(checkpoint)

        def run(trained: Trained) -> object:
            trained.save(folder)
            return {"type": "save_weights", "path": checkpoint.path}

        return queued(body, model, run)

    @routes.post("/load_weights")
    async def load_weights(request: Request) -> Response:
        body = await service.body(request)
        model = service.sessions.model(body.text("model_id"))
        checkpoint = parse_path(body.values.get("path"))
        folder = service.checkpoints.existing(checkpoint)
        optimizer = body.values.get("optimizer", True)
        if not isinstance(optimizer, bool):
            raise UserMistake('Expected true or false in "optimizer".')

        def run(trained: Trained) -> object:
            trained.load(folder, optimizer)
            service.sessions.published = model
            return {
                "type": "load_weights",
                "path": checkpoint.path,
                "sampling_session_id": service.open_newest(model).id,
            }

        return queued(body, model, run)

    @routes.post("/save_weights_for_sampler")
    async def save_weights_for_sampler(request: Request) -> Response:
        body = await service.body(request)
        model = service.sessions.model(body.text("model_id"))
        if body.values.get("path") is not None:
            return queued(body, model, export_to(model, checked_name(body.values["path"])))

        def run(trained: Trained) -> object:
            version = trained.publish()
            service.sessions.published = model
            return {
                "type": "save_weights_for_sampler",
                "sampling_session_id": service.open_newest(model).id,
                "exitlab": {"version": version},
            }

        return queued(body, model, run)

    def export_to(model: Model, name: str) -> Callable[[Trained], object]:
        checkpoint = Checkpoint(model.id, "sampler_weights", name)
        folder = service.checkpoints.folder(checkpoint)

        def run(trained: Trained) -> object:
            trained.export(folder)
            return {
                "type": "save_weights_for_sampler",
                "path": checkpoint.path,
                "folder": str(folder.resolve()),
            }

        return run

    return routes


def read_adam(params: object) -> Adam:
    """The `adam_params` of an optimiser step."""
    if not isinstance(params, dict):
        raise UserMistake("Expected an object in adam_params.")
    return Adam(
        learning_rate=checked_number(params.get("learning_rate"), "learning_rate", 0.0, 1e3, 1e-4),
        beta1=checked_number(params.get("beta1"), "beta1", 0.0, 0.999999999, 0.9),
        beta2=checked_number(params.get("beta2"), "beta2", 0.0, 0.999999999, 0.95),
        eps=checked_number(params.get("eps"), "eps", 0.0, 1e12, 1e-12),
        weight_decay=checked_number(params.get("weight_decay"), "weight_decay", 0.0, 1e3, 0.0),
        grad_clip_norm=checked_number(params.get("grad_clip_norm"), "grad_clip_norm", 0.0, 1e30, 0.0),
    )
