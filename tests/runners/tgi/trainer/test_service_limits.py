"""What the service refuses, and start-up errors."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_fakes import Client, FakeHost, fake_service

from exitlab_trainer.__main__ import is_loopback, main, open_checkpoints, read_key
from exitlab_trainer.app import build_app
from exitlab_trainer.limits import Limits
from exitlab_trainer.types import StartMistake

pytest_plugins = ("service_fixtures",)


def test_key_is_asked_for_everywhere_but_on_health(host: FakeHost, tmp_path: Path) -> None:
    with TestClient(build_app(fake_service(host, tmp_path, Limits(key="secret")))) as http:
        for route in ("/api/v1/healthz", "/info", "/metrics", "/nothing"):
            answer = http.get(route)
            assert answer.status_code == 401
            assert "key" in answer.json()["error"]
        assert http.get("/info", headers={"X-API-Key": "secre"}).status_code == 401
        assert http.get("/info", headers={"X-API-Key": "secret"}).status_code == 200
        assert http.get("/info", headers={"Authorization": "Bearer secret"}).status_code == 200
        assert http.get("/info", headers={"Authorization": "Basic secret"}).status_code == 401
        assert http.get("/health").status_code == 200
    assert "secret" not in repr(Limits(key="secret"))


def test_large_bodies_are_refused(host: FakeHost, tmp_path: Path) -> None:
    with TestClient(build_app(fake_service(host, tmp_path, Limits(body_bytes=100)))) as http:
        assert http.post("/api/v1/create_session", content=b" " * 101).status_code == 413
        assert http.post("/api/v1/create_session", content=iter([b" " * 60, b" " * 60])).status_code == 413
        assert http.post("/generate", content=b" " * 101).json()["error_type"] == "validation"
        assert http.post("/api/v1/create_session", content=b"{}" + b" " * 98).status_code == 200


def test_full_queue_is_429(client: Client, host: FakeHost) -> None:
    model = client.model()
    client.block(model)
    client.service.queue._most_waiting = 1
    assert client.post("optim_step", model_id=model, seq_id=50, adam_params={})[0] == 200
    answer = client.http.post("/api/v1/optim_step", json={"model_id": model, "seq_id": 51, "adam_params": {}})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    answer = client.http.post("/generate", json={"inputs": "hi"})
    assert (answer.status_code, answer.json()["error_type"]) == (429, "overloaded")
    host.gate.set()
    client.service.queue._most_waiting = 10
    assert client.post("optim_step", model_id=model, seq_id=51, adam_params={})[0] == 200


def test_model_that_finds_the_queue_full_takes_no_place(client: Client, host: FakeHost) -> None:
    model = client.model()
    client.block(model)
    client.service.queue._most_waiting = 0
    body = {"session_id": client.session, "model_seq_id": 7, "base_model": "fake"}
    for _ in range(10):
        assert client.post("create_model", **body)[0] == 429
    assert list(client.service.sessions.models) == [model]
    host.gate.set()
    client.service.queue._most_waiting = 10
    status, answer = client.post("create_model", **body)
    assert (status, client.fetch(answer["request_id"])["type"]) == (200, "create_model")


def test_waiting_requests_are_refused_when_the_server_stops(client: Client, host: FakeHost) -> None:
    model = client.model()
    client.block(model)
    request = client.post("optim_step", model_id=model, seq_id=50, adam_params={})[1]["request_id"]
    client.service.queue.close()
    assert client.post("retrieve_future", request_id=request)[0] == 503
    assert client.post("optim_step", model_id=model, seq_id=51, adam_params={})[0] == 503
    host.gate.set()


def test_loopback_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [is_loopback(one) for one in ("127.0.0.1", "::1", "localhost", "127.9.9.9")] == [True] * 4
    assert [is_loopback(one) for one in ("0.0.0.0", "::", "example.org", "10.0.0.1")] == [False] * 4
    monkeypatch.delenv("A_KEY", raising=False)
    assert read_key("A_KEY", "127.0.0.1", False) is None
    assert read_key("A_KEY", "0.0.0.0", True) is None
    with pytest.raises(StartMistake, match="A_KEY"):
        read_key("A_KEY", "0.0.0.0", False)
    monkeypatch.setenv("A_KEY", "secret")
    assert read_key("A_KEY", "0.0.0.0", False) == "secret"


def test_checkpoints_must_be_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartMistake, match="checkpoints"):
        open_checkpoints(tmp_path / "file")
    left = tmp_path / "run" / "weights" / ".removed-1"
    left.mkdir(parents=True)
    open_checkpoints(tmp_path)
    assert not left.exists()


def test_mistakes_at_start_are_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXITLAB_TRAINER_KEY", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, words in (
            (["--model", "./nowhere", "--port", "0"], "nowhere"),
            (["--model", "x/y", "--port", port], port),
            (["--model", "x/y", "--host", "0.0.0.0", "--port", "0"], "EXITLAB_TRAINER_KEY"),
            (["--model", "x/y", "--checkpoints", "/dev/null/x", "--port", "0"], "checkpoints"),
            (["--model", "nobody/nothing", "--offline", "--port", "0"], "nobody/nothing"),
            (["--model", str(tmp_path), "--port", "0"], "config.json"),
            (["--model", str(tmp_path), "--revision", "v2", "--port", "0"], "revision"),
            (["--model", str(tmp_path), "--device", "cuda:99", "--port", "0"], ""),
        ):
            assert main(arguments) == 2
            said = capsys.readouterr().err
            assert words in said
            assert "Traceback" not in said
            assert said.strip().count("\n") == 0
