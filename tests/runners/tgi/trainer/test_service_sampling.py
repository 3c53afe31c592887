"""Draws by Tinker's routes: order, seeds, stops, batches, and sessions that are over."""

from __future__ import annotations

import pytest
from service_fakes import STOP, Client, FakeHost

pytest_plugins = ("service_fixtures",)


def test_requests_are_answered_in_order(client: Client, host: FakeHost) -> None:
    sampling = client.publish(client.model(seed=0))
    asked = [{"prompt": i % 2, "max_tokens": 1, "temperature": 1, "top_p": 1, "seed": i} for i in range(6)]
    drawn = client.sample_all(sampling, [[3], [4, 5]], asked)
    assert [one["tokens"] for one in drawn] == [[97 + i] for i in range(6)]
    assert host.batches[-1] == 6


def test_draw_ends_at_a_stop_id_which_is_included(client: Client) -> None:
    sampling = client.publish(client.model())
    drawn = client.sample(sampling, [1], seed=0, max_tokens=20)
    assert drawn["stop_reason"] == "stop"
    assert drawn["tokens"][-1] == STOP
    assert len(drawn["tokens"]) == len(drawn["logprobs"]) == 6


def test_asample_gives_so_many_samples_from_one_seed(client: Client) -> None:
    sampling = client.publish(client.model())
    body = {
        "sampling_session_id": sampling,
        "num_samples": 3,
        "prompt": {"chunks": [{"type": "encoded_text", "tokens": [1, 2]}]},
        "sampling_params": {"max_tokens": 2, "temperature": 0.7, "seed": 5, "stop": ["q"]},
    }
    first = client.fetch(client.post("asample", seq_id=1, **body)[1]["request_id"])
    again = client.fetch(client.post("asample", seq_id=2, **body)[1]["request_id"])
    assert first == again
    assert first["prompt_logprobs"] is None
    assert len({str(one["tokens"]) for one in first["sequences"]}) > 1


def test_asample_side_by_side_is_one_batch(client: Client, host: FakeHost) -> None:
    model = client.model()
    sampling = client.publish(model)
    client.block(model)
    prompt = {"chunks": [{"type": "encoded_text", "tokens": [1]}]}
    ids = []
    for number in range(4):
        params = {"max_tokens": 1, "seed": number}
        body = {
            "sampling_session_id": sampling,
            "prompt": prompt,
            "num_samples": 2,
            "sampling_params": params,
        }
        ids.append(client.post("asample", seq_id=number, **body)[1]["request_id"])
    host.gate.set()
    tokens = [client.fetch(one)["sequences"][0]["tokens"] for one in ids]
    assert tokens == [[97], [98], [99], [100]]
    assert host.batches == [8]


def test_only_the_newest_session_can_be_drawn_from(client: Client) -> None:
    model = client.model()
    old, new = client.publish(model), client.publish(model)
    body = {"seq_id": 9, "prompts": [[1]], "requests": [{"prompt": 0, "seed": 1}]}
    status, refusal = client.post("exitlab/sample", sampling_session_id=old, **body)
    assert status == 410
    assert "newer weights" in refusal["error"]
    assert client.post("exitlab/sample", sampling_session_id=new, **body)[0] == 200
    assert client.post("exitlab/sample", sampling_session_id="sampling-x", **body)[0] == 404


def test_draw_that_waits_behind_a_publication_is_over(client: Client, host: FakeHost) -> None:
    model = client.model()
    old = client.publish(model)
    client.block(model)
    client.post("save_weights_for_sampler", model_id=model, seq_id=70, sampling_session_seq_id=7)
    body = {"seq_id": 9, "prompts": [[1]], "requests": [{"prompt": 0, "seed": 1}]}
    request = client.post("exitlab/sample", sampling_session_id=old, **body)[1]["request_id"]
    host.gate.set()
    assert client.post("retrieve_future", request_id=request)[0] == 410


def test_base_weights_and_published_weights_of_a_model_can_be_opened(client: Client, host: FakeHost) -> None:
    model = client.model(seed=2)
    body = {"session_id": client.session, "sampling_session_seq_id": 0}
    base = client.post("create_sampling_session", base_model="fake", **body)[1]["sampling_session_id"]
    own = client.post("create_sampling_session", model_id=model, **body)[1]["sampling_session_id"]
    assert client.sample(base, [1], seed=0, max_tokens=1)["tokens"] == [97]
    assert client.sample(own, [1], seed=0, max_tokens=1)["tokens"] == [99]
    named = {"base_model": "fake", "prompt": {"chunks": [{"type": "encoded_text", "tokens": [1]}]}}
    asked = client.post("asample", sampling_params={"max_tokens": 1, "seed": 0}, **named)[1]["request_id"]
    assert client.fetch(asked)["sequences"][0]["tokens"] == [97]
    assert client.post("create_sampling_session", base_model="other", **body)[0] == 400


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prompt": 1}, "requests[0].prompt"),
        ({"seed": None}, "seed"),
        ({"seed": -1}, "seed"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"top_p": 2}, "top_p"),
    ],
)
def test_bad_draws_are_refused(client: Client, change: dict[str, object], words: str) -> None:
    sampling = client.publish(client.model())
    asked = {"prompt": 0, "max_tokens": 4, "temperature": 1, "top_p": 1, "seed": 1, **change}
    body = {"sampling_session_id": sampling, "seq_id": 1, "prompts": [[1]], "requests": [asked]}
    status, refusal = client.post("exitlab/sample", **body)
    assert status == 400
    assert words in refusal["error"]


@pytest.mark.parametrize("prompt", [[], [200], [-1], [1] * 64, [1.5], "text"])
def test_bad_prompts_are_refused(client: Client, prompt: object) -> None:
    sampling = client.publish(client.model())
    body = {"seq_id": 1, "prompts": [prompt], "requests": [{"prompt": 0, "seed": 1}]}
    assert client.post("exitlab/sample", sampling_session_id=sampling, **body)[0] == 400


def test_only_so_many_saved_weights_stay_loaded(client: Client) -> None:
    model = client.model()
    path = client.do("save_weights_for_sampler", model, path="export")["path"]
    body = {"session_id": client.session, "sampling_session_seq_id": 0, "model_path": path}
    opened = [client.post("create_sampling_session", **body)[1]["sampling_session_id"] for _ in range(5)]
    asked = {"seq_id": 1, "prompts": [[1]], "requests": [{"prompt": 0, "seed": 1}]}
    request = client.post("exitlab/sample", sampling_session_id=opened[0], **asked)[1]["request_id"]
    assert client.post("retrieve_future", request_id=request)[0] == 410
    client.sample(opened[-1], [1], seed=1)


def test_clients_of_newer_protocols_find_ids_and_samplers(client: Client) -> None:
    model = client.model()
    path = client.do("save_weights_for_sampler", model, path="export")["path"]
    body = {"session_id": client.session, "sampling_session_seq_id": 0, "model_path": path}
    sampling = client.post("create_sampling_session", **body)[1]["sampling_session_id"]
    known = client.http.get(f"/api/v1/samplers/{sampling}").json()
    assert known == {"sampler_id": sampling, "base_model": "fake", "model_path": path}
    prompt = {"chunks": [{"type": "encoded_text", "tokens": [1]}]}
    asked = client.post("asample", sampling_session_id=sampling, prompt=prompt, num_samples=3)[1]
    assert len(set(asked["sample_sequence_ids"])) == 3
