"""The service as a process: how it starts, stops and dies; and once with the real core."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from service_fakes import Client, datum

from exitlab_trainer.app import build_app
from exitlab_trainer.checkpoint_paths import Checkpoints
from exitlab_trainer.limits import Limits
from exitlab_trainer.service import Service

HERE = Path(__file__).parent
TRAINER = HERE.parents[3] / "runners" / "tgi" / "trainer"
TINY = TRAINER / "tiny_llama"


@contextmanager
def process(arguments: list[str], folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process that is ready, and its address."""
    command = [sys.executable, *arguments]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, text=True)
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert " ready at http://127.0.0.1:" in f" {line}", line + started.communicate()[1]
        yield started, line.split("ready at ")[1].split()[0]
    finally:
        started.kill()
        started.wait(10)
        for stream in (started.stdout, started.stderr):
            if stream is not None:
                stream.close()


def test_hanging_up_ends_the_drawing_and_sigterm_long_polls_and_the_process(tmp_path: Path) -> None:
    with (
        process([str(HERE / "fake_server.py"), str(tmp_path)], HERE) as (server, url),
        httpx.Client(base_url=url, timeout=10) as http,
    ):
        endless = {"inputs": "~", "parameters": {"max_new_tokens": 60}}
        with http.stream("POST", "/generate_stream", json=endless) as stream:
            assert next(stream.iter_lines()).startswith("data:")
        name = "\ntgi_request_generated_tokens_sum "
        while name not in (text := http.get("/metrics").text):
            time.sleep(0.01)
        assert int(text.split(name)[1].split()[0]) < 40

        client = Remote(http)
        model = open_model(client)
        answers: list[int] = []

        def ask(route: str, body: dict[str, object]) -> None:
            answers.append(http.post(route, json=body).status_code)

        asking = [threading.Thread(target=ask, args=("/generate", endless))]
        asking[0].start()
        while "tgi_queue_size 1" not in http.get("/metrics").text:
            time.sleep(0.01)
        request = client.post("optim_step", model_id=model, seq_id=1, adam_params={})[1]["request_id"]
        poll = {"request_id": request}
        asking.append(threading.Thread(target=ask, args=("/api/v1/retrieve_future", poll)))
        asking[1].start()
        time.sleep(0.1)
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        for one in asking:
            one.join(10)
        assert sorted(answers) == [200, 503]
        with pytest.raises(httpx.HTTPError):
            http.get("/health")


class Remote(Client):
    """The same client over a socket."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http  # type: ignore[assignment]
        self._numbers = {}
        self.session = self.post("create_session")[1]["session_id"]


def open_model(client: Client, rank: int = 2) -> str:
    body = {"session_id": client.session, "model_seq_id": client._number("models")}
    asked = client.post("create_model", lora_config={"rank": rank, "seed": 5}, **body)[1]["request_id"]
    name: str = client.fetch(asked)["model_id"]
    return name


def train(client: Client, model: str) -> None:
    data = [datum([5, 6, 7], weights=[0.0, 1.0, -0.5])]
    client.do("forward_backward", model, forward_backward_input={"loss_fn": "cross_entropy", "data": data})
    client.do("optim_step", model, adam_params={"learning_rate": 0.05})


def test_checkpoints_of_a_killed_server_are_whole_and_give_the_same_draws(tmp_path: Path) -> None:
    from exitlab_trainer.host import Host
    from exitlab_trainer.types import HostOptions

    arguments = ["-m", "exitlab_trainer", "--model", str(TINY), "--random-weights", "--seed", "5"]
    arguments += ["--draw-tokens", "4096", "--port", "0", "--checkpoints", str(tmp_path)]
    with process(arguments, TRAINER) as (server, url):
        client = Remote(httpx.Client(base_url=url, timeout=30))
        told = client.http.get("/api/v1/get_server_capabilities").json()["exitlab"]
        assert (told["checkpoints"], told["micro_tokens"], told["revision"]) == (True, 1024, None)
        model = open_model(client)
        train(client, model)
        sampling = client.publish(model)
        before = client.sample(sampling, [5, 6], seed=1, max_tokens=12)
        train(client, model)
        path = client.do("save_weights", model, path="kept")["path"]
        stop = threading.Event()

        def save_on() -> None:
            number = 100
            while not stop.is_set():
                number += 1
                try:
                    client.post("save_weights", model_id=model, seq_id=number, path=f"more-{number}")
                except httpx.HTTPError:
                    return

        saving = threading.Thread(target=save_on)
        saving.start()
        time.sleep(0.1)
        server.kill()
        server.wait(10)
        stop.set()
        saving.join(10)

    core = Host.load(HostOptions(str(TINY), random_weights=True, seed=5, name="local/tiny_llama"))
    service = Service(core, Checkpoints(tmp_path), Limits(), {"adapter_default_rank": 2})
    with TestClient(build_app(service)) as http:
        again = Client(http, service)
        model = open_model(again)
        loaded = again.do("load_weights", model, path=path, optimizer=True)
        assert "error" not in loaded, loaded
        assert again.sample(loaded["sampling_session_id"], [5, 6], seed=1, max_tokens=12) == before
        run = path.split("/")[2]
        for one in http.get(f"/api/v1/training_runs/{run}/checkpoints").json()["checkpoints"]:
            assert "error" not in again.do("load_weights", model, path=one["tinker_path"], optimizer=True)
        chat = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 4, "seed": 1, "logprobs": True}
        answer = http.post("/v1/chat/completions", json=chat).json()
        assert answer["usage"]["completion_tokens"] == len(answer["choices"][0]["logprobs"]["content"])
        generated = http.post("/generate", json={"inputs": "2+2=", "parameters": {"details": True}}).json()
        assert generated["details"]["generated_tokens"] == len(generated["details"]["tokens"])
        text = http.post("/generate_stream", json={"inputs": "2+2=", "parameters": {}}).text
        last = json.loads(text.strip().split("data:")[-1])
        assert last["generated_text"] == generated["generated_text"]
