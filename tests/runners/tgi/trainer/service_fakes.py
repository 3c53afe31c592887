"""A core without a model: every answer is arithmetic on what it was given."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from exitlab_trainer.checkpoint_paths import Checkpoints
from exitlab_trainer.core import OnToken
from exitlab_trainer.jobs import Job
from exitlab_trainer.limits import Limits
from exitlab_trainer.service import Service
from exitlab_trainer.types import Adam, Datum, Draw, Drawn, Scored, UserMistake

STOP = 1
ENDLESS = ord("~")
"""A prompt that ends so is continued slowly, to the end of the context."""


class FakeTokenizer:
    """One token for each letter; ids are code points below 128."""

    all_special_ids = (0, STOP)
    chat_template = "fake"

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        return ([0] if add_special_tokens else []) + [ord(letter) for letter in text]

    def __call__(self, text: str, add_special_tokens: bool = True, **_: object) -> dict[str, Any]:
        ids = self.encode(text, add_special_tokens)
        spans = ([(0, 0)] if add_special_tokens else []) + [(i, i + 1) for i in range(len(text))]
        return {"input_ids": ids, "offset_mapping": spans}

    def decode(self, ids: list[int], skip_special_tokens: bool = False, **_: object) -> str:
        return "".join(chr(i) for i in ids if not (skip_special_tokens and i in self.all_special_ids))

    def apply_chat_template(self, messages: list[dict[str, str]], **_: object) -> str:
        return "".join(f"[{one['role']}]{one['content']}" for one in messages) + "[assistant]"


def continuation(weights: float, draw: Draw, on_token: OnToken | None, index: int) -> Drawn:
    """`a`, `b`, `c`… from a letter that the weights decide; a stop token after five unless cut by length."""
    tokens: list[int] = []
    logprobs: list[float] = []
    stops = draw.stop or (STOP,)
    endless = draw.prompt[-1] == ENDLESS
    for place in range(draw.max_tokens):
        if endless:
            time.sleep(0.02)
        token = stops[0] if place == 5 and not endless else 97 + (int(weights) + place + draw.seed) % 26
        tokens.append(token)
        logprobs.append(-0.5)
        if on_token is not None:
            on_token(index, token, -0.5)
        if token in stops:
            return Drawn(tokens, logprobs, "stop")
    return Drawn(tokens, logprobs, "length")


class FakeTrained:
    """Weights that are one number."""

    trainable = 7
    total = 11

    def __init__(self, host: FakeHost, seed: int) -> None:
        self.host = host
        self.weights = float(seed)
        self.published = float(seed)
        self.gradient = 0.0
        self.version = 0
        self.step = 0
        self.closed = False

    def forward(self, data: list[Datum], temperature: float, reference: bool) -> list[Scored]:
        sign = 1.0 if reference else -1.0
        return [
            Scored(
                (sign / temperature * datum.inputs["target_tokens"].astype(np.float32)).astype(np.float32),
                np.full(len(datum.tokens), temperature, np.float32),
            )
            for datum in data
        ]

    def forward_backward(
        self, data: list[Datum], loss_fn: str, config: dict[str, float]
    ) -> tuple[list[Scored], dict[str, float]]:
        self.host.gate.wait()
        if data[0].tokens == [66, 66]:
            raise RuntimeError("The fake core broke.")
        self.gradient += sum(float(datum.inputs["weights"].sum()) for datum in data)
        count = float(sum(len(datum.tokens) for datum in data))
        return self.forward(data, config.get("temperature", 1.0), False), {
            "loss:sum": 1.0,
            "tokens:sum": count,
        }

    def optim_step(self, adam: Adam) -> dict[str, float]:
        norm, self.gradient = abs(self.gradient), 0.0
        self.weights += adam.learning_rate * norm
        self.step += 1
        return {"grad_norm": norm}

    def publish(self) -> int:
        self.published = self.weights
        self.version += 1
        return self.version

    def draw(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        return self.host.draw(self.published, draws, on_token)

    def embed(self, sequences: list[tuple[list[int], int]]) -> np.ndarray:
        return np.array([[float(start), float(len(tokens))] for tokens, start in sequences], np.float32)

    def refresh_reference(self, mix: float) -> None:
        self.host.mixes.append(mix)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "new").write_text('{"base_model": "fake", "rank": 4}')
        (folder / "new").replace(folder / "state.json")
        (folder / "numbers").write_text(f"{self.weights} {self.published}")

    def load(self, folder: Path, optimizer: bool) -> None:
        weights, published = (folder / "numbers").read_text().split()
        self.weights, self.published = float(weights), float(published)

    def export(self, folder: Path) -> None:
        self.save(folder)

    def close(self) -> None:
        self.closed = True


class FakeHost:
    """The base model; it records what it was asked."""

    name = "fake"
    context = 64
    vocabulary = 128
    parameters = 11
    tokenizer = FakeTokenizer()

    def __init__(self) -> None:
        self.folder_files: Mapping[str, bytes] = {"tokenizer.json": b"{}", "secrets.txt": b"no"}
        self.stop_ids: tuple[int, ...] = (STOP,)
        self.batches: list[int] = []
        self.mixes: list[float] = []
        self.opened: list[FakeTrained] = []
        self.gate = threading.Event()
        self.gate.set()

    def open(self, rank: int, seed: int, alpha: float | None) -> FakeTrained:
        if rank == 13:
            raise UserMistake("Expected another rank.")
        self.opened.append(FakeTrained(self, seed))
        return self.opened[-1]

    def draw(self, weights: float, draws: list[Draw], on_token: OnToken | None) -> list[Drawn]:
        self.batches.append(len(draws))
        return [continuation(weights, draw, on_token, index) for index, draw in enumerate(draws)]

    def draw_base(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        return self.draw(0.0, draws, on_token)

    def load_sampler(self, folder: Path) -> FakeTrained:
        trained = FakeTrained(self, 0)
        trained.load(folder, False)
        return trained


def tensor(data: list[Any], dtype: str) -> dict[str, object]:
    """A JSON tensor."""
    return {"data": data, "dtype": dtype, "shape": [len(data)]}


def datum(tokens: list[int], **inputs: list[Any]) -> dict[str, object]:
    """A JSON datum whose targets are its tokens plus one."""
    tensors = {name: tensor(values, "float32") for name, values in inputs.items()}
    tensors["target_tokens"] = tensor([token + 1 for token in tokens], "int64")
    return {
        "model_input": {"chunks": [{"type": "encoded_text", "tokens": tokens}]},
        "loss_fn_inputs": tensors,
    }


class Client:
    """A client of a service over a fake core, with one session."""

    def __init__(self, http: TestClient, service: Service) -> None:
        self.http = http
        self.service = service
        self.now = 0.0
        service.sessions._clock = lambda: self.now
        self.session: str = self.post("create_session")[1]["session_id"]
        self._numbers: dict[str, int] = {}

    def post(self, route: str, **body: Any) -> tuple[int, Any]:
        """Status and body of one call."""
        answer = self.http.post(f"/api/v1/{route}", json=body)
        return answer.status_code, answer.json()

    def fetch(self, request: str) -> Any:
        """The result of a request."""
        status, body = self.post("retrieve_future", request_id=request)
        assert status == 200, body
        return body

    def _number(self, name: str) -> int:
        self._numbers[name] = self._numbers.get(name, -1) + 1
        return self._numbers[name]

    def do(self, route: str, model: str, **body: Any) -> Any:
        """The result of a model's next request."""
        status, answer = self.post(route, model_id=model, seq_id=self._number(model) + 1, **body)
        assert status == 200, answer
        return self.fetch(answer["request_id"])

    def model(self, seed: int = 0) -> str:
        """A new model."""
        body = {"session_id": self.session, "model_seq_id": self._number("models"), "base_model": "fake"}
        status, answer = self.post("create_model", lora_config={"rank": 4, "seed": seed}, **body)
        assert status == 200, answer
        name: str = self.fetch(answer["request_id"])["model_id"]
        return name

    def publish(self, model: str) -> str:
        """The sampling session of the weights as they are."""
        result = self.do("save_weights_for_sampler", model, sampling_session_seq_id=self._number("sampling"))
        name: str = result["sampling_session_id"]
        return name

    def sample_all(self, sampling: str, prompts: list[list[int]], requests: list[dict[str, Any]]) -> Any:
        """Completions by `exitlab/sample`."""
        body = {"sampling_session_id": sampling, "prompts": prompts, "requests": requests}
        status, answer = self.post("exitlab/sample", seq_id=self._number(sampling), **body)
        assert status == 200, answer
        return self.fetch(answer["request_id"])["sequences"]

    def sample(self, sampling: str, prompt: list[int], **request: Any) -> Any:
        """One completion."""
        return self.sample_all(sampling, [prompt], [{"prompt": 0, **request}])[0]

    def block(self, model: str) -> None:
        """Keeps the worker busy until the gate is set."""
        gate = self.service.core.gate  # type: ignore[attr-defined]
        gate.clear()
        given = {"loss_fn": "cross_entropy", "data": [datum([5], weights=[1.0])]}
        number = self._number(model) + 1
        assert (
            self.post("forward_backward", model_id=model, seq_id=number, forward_backward_input=given)[0]
            == 200
        )
        while self.service.queue._waiting:
            time.sleep(0.001)

    def drain(self) -> None:
        """Waits until the worker is idle."""
        self.service.queue.start(Job(lambda: None)).result(5)

    def limits_with(self, **changes: Any) -> Limits:
        """The limits, some of them changed."""
        return replace(self.service.limits, **changes)


ABOUT: dict[str, object] = {
    "device": "cpu",
    "dtype": "float32",
    "deterministic": True,
    "adapter_default_rank": 4,
}


def fake_service(host: FakeHost, folder: Path, limits: Limits | None = None) -> Service:
    """A service over the fake core."""
    return Service(host, Checkpoints(folder), limits or Limits(poll_seconds=5.0), ABOUT)
