"""Tinker's routes over a core without a model: the life of a model, numbers, futures, checkpoints, time-outs."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_fakes import Client, FakeHost, datum, tensor

from exitlab_trainer.checkpoint_paths import Checkpoints

pytest_plugins = ("service_fixtures",)


def test_model_trains_publishes_and_is_unloaded(client: Client, host: FakeHost) -> None:
    model = client.model(seed=3)
    data = [datum([5, 6], weights=[0.0, 1.5])]
    scored = client.do(
        "forward_backward", model, forward_backward_input={"loss_fn": "cross_entropy", "data": data}
    )
    assert scored["loss_fn_outputs"][0]["logprobs"] == tensor([-6.0, -7.0], "float32")
    assert scored["metrics"] == {"loss:sum": 1.0, "tokens:sum": 2.0}
    assert client.do("optim_step", model, adam_params={"learning_rate": 1.0})["metrics"] == {"grad_norm": 1.5}
    sampling = client.publish(model)
    assert host.opened[0].published == 4.5
    assert sampling.startswith("sampling-")
    assert client.do("unload_model", model) == {"type": "unload_model", "model_id": model}
    assert host.opened[0].closed
    status, body = client.post("optim_step", model_id=model, seq_id=99)
    assert (status, body["category"]) == (404, "user")
    assert f'Unknown model "{model}"' in body["error"]


def test_forward_takes_temperature_and_reference_and_sums_the_loss(client: Client) -> None:
    model = client.model()
    given = {"loss_fn": "cross_entropy", "data": [datum([5, 6], weights=[1.0, -2.0])]}
    plain = client.do("forward", model, forward_input={**given, "loss_fn_config": {"temperature": 2}})
    assert plain["loss_fn_outputs"][0]["logprobs"]["data"] == [-3.0, -3.5]
    assert plain["metrics"] == {"tokens:sum": 2.0, "loss:sum": 3.0 - 7.0}
    frozen = client.do("forward", model, forward_input={**given, "loss_fn_config": {"reference": 1}})
    assert frozen["loss_fn_outputs"][0]["logprobs"]["data"] == [6.0, 7.0]


def test_same_number_and_body_is_one_request(client: Client, host: FakeHost) -> None:
    model = client.model()
    body = {"model_id": model, "seq_id": 1, "adam_params": {"learning_rate": 1.0}}
    first, again = client.post("optim_step", **body), client.post("optim_step", **body)
    assert first == again
    client.fetch(first[1]["request_id"])
    assert host.opened[0].step == 1
    status, refusal = client.post("optim_step", **{**body, "adam_params": {"learning_rate": 2.0}})
    assert status == 409
    assert "seq_id" in refusal["error"]


def test_results_are_kept_until_256_newer_ones_came(client: Client) -> None:
    model = client.model()
    ids = []
    for number in range(1, 259):
        ids.append(
            client.post("exitlab/refresh_reference", model_id=model, seq_id=number, mix=0.5)[1]["request_id"]
        )
        client.fetch(ids[-1])
    assert client.post("retrieve_future", request_id=ids[0])[0] == 410
    assert client.post("retrieve_future", request_id=ids[-200])[0] == 200
    status, refusal = client.post("exitlab/refresh_reference", model_id=model, seq_id=1, mix=0.5)
    assert status == 409
    assert "no longer kept" in refusal["error"]


def test_model_is_opened_once_for_a_number(client: Client, host: FakeHost) -> None:
    body = {"session_id": client.session, "model_seq_id": 0, "base_model": "fake", "lora_config": {"rank": 4}}
    assert client.post("create_model", **body) == client.post("create_model", **body)
    client.fetch(client.post("create_model", **body)[1]["request_id"])
    assert len(host.opened) == 1


def test_session_is_one_for_an_idempotency_key(client: Client) -> None:
    headers = {"X-Idempotency-Key": "k"}
    ids = {
        client.http.post("/api/v1/create_session", json={}, headers=headers).json()["session_id"]
        for _ in "ab"
    }
    assert len(ids) == 1
    other = client.http.post("/api/v1/create_session", json={}, headers={"X-Idempotency-Key": "l"})
    assert other.json()["session_id"] not in ids
    client.now += 299
    client.http.post("/api/v1/create_session", json={}, headers=headers)
    client.now += 299
    client.service.sweep()
    assert client.post("session_heartbeat", session_id=ids.pop())[0] == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"loss_fn": "sorcery"}, "sorcery"),
        ({"data": []}, "at least one sequence"),
        ({"data": [datum([5, 6], weights=[1.0])]}, "2 numbers"),
        ({"data": [datum([5, 200], weights=[1.0, 1.0])]}, "200"),
        ({"data": [datum([5, 6])]}, '"weights"'),
        ({"data": [datum([5, 6], weights=[1.0, 1e60])]}, "finite"),
        ({"data": [datum([5, 6], weights=[1.0, "x"])]}, "numbers"),
        ({"data": [datum([5, 6], weights=[1, 1], mask=[1, 1])]}, '"mask"'),
        ({"data": [datum([5] * 65, weights=[1.0] * 65)]}, "at most 64"),
        ({"data": [{"model_input": {"chunks": [{"type": "image"}]}, "loss_fn_inputs": {}}]}, "encoded_text"),
        ({"loss_fn_config": {"temperature": 0}}, "temperature"),
        ({"loss_fn_config": {"reference": 1}}, "reference"),
    ],
)
def test_bad_batches_are_refused_with_a_sentence(
    client: Client, change: dict[str, object], words: str
) -> None:
    model = client.model()
    given = {"loss_fn": "cross_entropy", "data": [datum([5, 6], weights=[0.0, 1.0])], **change}
    status, body = client.post("forward_backward", model_id=model, seq_id=1, forward_backward_input=given)
    assert (status, body["category"]) == (400, "user")
    assert words in body["error"]
    assert "\n" not in body["error"]


def test_failure_of_the_core_is_a_failed_future(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    model = client.model()
    given = {"loss_fn": "cross_entropy", "data": [datum([66, 66], weights=[0.0, 1.0])]}
    request = client.post("forward_backward", model_id=model, seq_id=1, forward_backward_input=given)[1][
        "request_id"
    ]
    status, body = client.post("retrieve_future", request_id=request)
    assert (status, body) == (200, {"error": "RuntimeError: The fake core broke.", "category": "server"})
    assert "Traceback" in caplog.text


def test_mistake_found_by_the_core_is_the_users(client: Client) -> None:
    body = {"session_id": client.session, "model_seq_id": 0, "lora_config": {"rank": 13}}
    result = client.fetch(client.post("create_model", **body)[1]["request_id"])
    assert result == {"error": "Expected another rank.", "category": "user"}


def test_future_that_is_not_done_asks_to_try_again(client: Client, host: FakeHost) -> None:
    model = client.model()
    host.gate.clear()
    given = {"loss_fn": "cross_entropy", "data": [datum([5, 6], weights=[0.0, 1.0])]}
    request = client.post("forward_backward", model_id=model, seq_id=1, forward_backward_input=given)[1][
        "request_id"
    ]
    client.service.limits = client.limits_with(poll_seconds=0.01)
    status, body = client.post("retrieve_future", request_id=request)
    assert (status, body) == (408, {"type": "try_again", "queue_state": "active"})
    host.gate.set()
    client.service.limits = client.limits_with(poll_seconds=5.0)
    assert "metrics" in client.fetch(request)


def test_checkpoint_is_saved_loaded_listed_and_removed(
    client: Client, host: FakeHost, tmp_path: Path
) -> None:
    model = client.model(seed=3)
    first = client.publish(model)
    path = client.do("save_weights", model, path="one")["path"]
    assert path == f"tinker://{model}/weights/one"
    other = client.model(seed=8)
    loaded = client.do("load_weights", other, path=path, optimizer=False)
    assert host.opened[1].published == 3.0
    again = client.do("load_weights", other, path=path, optimizer=False)
    status, body = client.post(
        "exitlab/sample",
        sampling_session_id=loaded["sampling_session_id"],
        seq_id=0,
        prompts=[[1]],
        requests=[{"prompt": 0, "seed": 0}],
    )
    assert (status, "newer weights" in body["error"]) == (410, True)
    drawn = client.sample(again["sampling_session_id"], [1, 2], seed=0, max_tokens=1)
    assert drawn == client.sample(first, [1, 2], seed=0, max_tokens=1)
    listed = client.http.get(f"/api/v1/training_runs/{model}/checkpoints").json()["checkpoints"]
    assert [one["checkpoint_id"] for one in listed] == ["weights/one"]
    assert client.post("weights_info", tinker_path=path)[1] == {
        "base_model": "fake",
        "is_lora": True,
        "lora_rank": 4,
    }
    assert client.http.delete(f"/api/v1/training_runs/{model}/checkpoints/one").status_code == 200
    assert client.http.delete(f"/api/v1/training_runs/{model}/checkpoints/one").status_code == 404
    status, body = client.post("load_weights", model_id=other, seq_id=50, path=path)
    assert status == 404
    assert "checkpoint" in body["error"]
    assert not (tmp_path / model).exists()


def test_checkpoint_whose_replacement_was_cut_short_is_found(client: Client, tmp_path: Path) -> None:
    model = client.model()
    path = client.do("save_weights", model, path="one")["path"]
    folder = tmp_path / model / "weights" / "one"
    folder.rename(folder.with_name(".one.old"))
    request = client.post("load_weights", model_id=model, seq_id=9, path=path)
    assert request[0] == 200


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "", 7, "x" * 129])
def test_checkpoint_names_stay_in_their_folder(client: Client, name: object) -> None:
    model = client.model()
    body = {"model_id": model, "seq_id": 1, "path": name}
    status = client.post("save_weights", **body)[0]
    assert status == 400 or (name == "" and status == 200)
    assert client.post("load_weights", model_id=model, seq_id=2, path=f"tinker://{name}/weights/x")[0] in (
        400,
        404,
    )


def test_sampler_weights_have_a_folder_and_can_be_drawn_from(client: Client) -> None:
    model = client.model(seed=3)
    saved = client.do("save_weights_for_sampler", model, path="export")
    assert saved["path"] == f"tinker://{model}/sampler_weights/export"
    assert (Path(saved["folder"]) / "numbers").is_file()
    status, opened = client.post(
        "create_sampling_session",
        session_id=client.session,
        sampling_session_seq_id=0,
        model_path=saved["path"],
    )
    assert status == 200
    live = client.publish(model)
    assert client.sample(opened["sampling_session_id"], [1], seed=1) == client.sample(live, [1], seed=1)


def test_sampler_weights_of_a_name_are_replaced_and_removed(client: Client, host: FakeHost) -> None:
    model = client.model(seed=3)
    path = client.do("save_weights_for_sampler", model, path="export")["path"]

    def drawn() -> tuple[int, object]:
        prompt = {"chunks": [{"type": "encoded_text", "tokens": [1]}]}
        status, asked = client.post(
            "asample", model_path=path, prompt=prompt, sampling_params={"seed": 1, "max_tokens": 1}
        )
        return status, client.fetch(asked["request_id"])["sequences"][0]["tokens"] if status == 200 else None

    assert drawn() == drawn() == (200, [101])
    host.opened[0].published = 7.0
    assert client.do("save_weights_for_sampler", model, path="export")["path"] == path
    assert drawn() == (200, [105])
    for route in ("sampler_weights/export", "weights/kept", "bare"):
        name = route.rpartition("/")[2]
        if name != "export":
            client.do("save_weights", model, path=name)
        assert client.http.delete(f"/api/v1/training_runs/{model}/checkpoints/{route}").status_code == 200
        assert client.http.delete(f"/api/v1/training_runs/{model}/checkpoints/{route}").status_code == 404
    assert client.http.get(f"/api/v1/training_runs/{model}/checkpoints").json()["checkpoints"] == []
    assert client.http.delete(f"/api/v1/training_runs/{model}/checkpoints/other/x").status_code == 400
    assert drawn() == (404, None)


def test_silent_session_is_closed_and_its_models_unloaded(client: Client, host: FakeHost) -> None:
    model = client.model()
    client.now += 200
    client.post("session_heartbeat", session_id=client.session)
    client.now += 200
    client.service.sweep()
    assert client.post("get_info", model_id=model)[0] == 200
    client.now += 301
    client.service.sweep()
    status, body = client.post("session_heartbeat", session_id=client.session)
    assert status == 404
    assert "Unknown session" in body["error"]
    assert client.post("get_info", model_id=model)[0] == 404
    client.drain()
    assert host.opened[0].closed


def test_server_holds_no_more_models_than_it_may(client: Client) -> None:
    client.service.sessions._most_models = 1
    client.model()
    status, body = client.post("create_model", session_id=client.session, model_seq_id=5)
    assert status == 429
    assert "--max-models" in body["error"]


def test_embeddings_reference_and_files(client: Client, host: FakeHost) -> None:
    model = client.model()
    spans = [{"tokens": [1, 2, 3], "from": 1}, {"tokens": [4]}]
    assert client.do("exitlab/embed", model, sequences=spans)["embeddings"] == [[1.0, 3.0], [0.0, 1.0]]
    assert client.do("exitlab/refresh_reference", model, mix=0.25) == {"type": "refresh_reference"}
    assert host.mixes == [0.25]
    assert client.http.get("/api/v1/exitlab/files/tokenizer.json").content == b"{}"
    assert client.http.get("/api/v1/exitlab/files/config.json").status_code == 404
    assert client.http.get("/api/v1/exitlab/files/secrets.txt").status_code == 404


def test_capabilities_tell_of_the_extensions(client: Client) -> None:
    body = client.http.get("/api/v1/get_server_capabilities").json()
    assert body["supported_models"] == [{"model_name": "fake", "max_context_length": 64}]
    assert body["exitlab"]["protocol"] == 1
    assert body["exitlab"]["vocabulary"] == 128
    assert body["exitlab"]["checkpoints"] is True
    client.service.checkpoints = Checkpoints(None)
    body = client.http.get("/api/v1/get_server_capabilities").json()
    assert body["exitlab"]["checkpoints"] is False
    assert client.http.get("/api/v1/healthz").json() == {"status": "ok"}


def test_unknown_routes_and_bodies_that_do_not_parse(client: Client) -> None:
    answer = client.http.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["category"]) == (404, "user")
    assert client.http.post("/api/v1/create_model", content=b"{").status_code == 400
    assert client.http.post("/api/v1/create_model", content=b"[]").status_code == 400
    assert client.http.get("/api/v1/create_model").status_code == 405
