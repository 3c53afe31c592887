"""TGI's routes over the fake core: its letters follow from the weights, `abcde` and a stop token under the base's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from service_fakes import Client, FakeHost

pytest_plugins = ("service_fixtures",)


def generate(client: Client, inputs: object = "hi", **parameters: Any) -> tuple[int, Any]:
    answer = client.http.post("/generate", json={"inputs": inputs, "parameters": parameters})
    return answer.status_code, answer.json()


def events(text: str) -> list[Any]:
    lines = [line.removeprefix("data:").strip() for line in text.split("\n\n") if line]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def test_generate_gives_text_and_details(client: Client) -> None:
    assert generate(client, seed=0) == (200, {"generated_text": "abcde"})
    _, body = generate(client, do_sample=True, seed=1, details=True, max_new_tokens=2, return_full_text=True)
    assert body["generated_text"] == "hibc"
    assert body["details"] == {
        "finish_reason": "length",
        "generated_tokens": 2,
        "seed": 1,
        "prefill": [],
        "tokens": [
            {"id": 98, "text": "b", "logprob": -0.5, "special": False},
            {"id": 99, "text": "c", "logprob": -0.5, "special": False},
        ],
    }


def test_details_tell_the_end_and_the_prompt(client: Client) -> None:
    details = generate(client, seed=0, decoder_input_details=True)[1]["details"]
    assert details["finish_reason"] == "eos_token"
    assert details["tokens"][-1] == {"id": 1, "text": "\x01", "logprob": -0.5, "special": True}
    assert [one["id"] for one in details["prefill"]] == [0, 104, 105]
    assert details["seed"] is None


def test_stop_string_ends_the_text_and_the_drawing(client: Client) -> None:
    _, body = generate(client, seed=0, stop=["cd"], details=True)
    assert body["generated_text"] == "abcd"
    assert body["details"]["finish_reason"] == "stop_sequence"
    assert body["details"]["generated_tokens"] == 4


def test_generate_draws_the_weights_published_last(client: Client) -> None:
    model = client.model(seed=3)
    assert generate(client, seed=0)[1]["generated_text"] == "abcde"
    client.publish(model)
    assert generate(client, seed=0)[1]["generated_text"] == "defgh"
    client.do("unload_model", model)
    assert generate(client, seed=0)[1]["generated_text"] == "abcde"


def test_without_sampling_the_likeliest_tokens_are_asked_for(client: Client) -> None:
    from exitlab_trainer.tgi_parameters import read_parameters

    core = client.service.core
    assert read_parameters(core, [1], {}).draw.temperature == 0.0
    assert read_parameters(core, [1], {"do_sample": True}).draw.temperature == 1.0
    assert read_parameters(core, [1], {"temperature": 0.5}).draw.temperature == 0.5
    assert read_parameters(core, [1, 2, 3], {"truncate": 2}).draw.prompt == [2, 3]


@pytest.mark.parametrize(
    ("inputs", "parameters", "words"),
    [
        ("", {}, "cannot be empty"),
        (7, {}, "inputs"),
        ("hi", {"max_new_tokens": 0}, "max_new_tokens"),
        ("hi", {"max_new_tokens": 62}, "must be <= 64"),
        ("hi", {"temperature": 0}, "strictly positive"),
        ("hi", {"top_p": 1.5}, "top_p"),
        ("hi", {"top_k": -1}, "top_k"),
        ("hi", {"seed": -1}, "seed"),
        ("hi", {"stop": ["a"] * 5}, "up to 4"),
        ("hi", {"best_of": 2}, "best_of"),
        ("hi", {"grammar": {"type": "regex", "value": "a"}}, "grammar"),
        ("hi", {"adapter_id": "x"}, "adapter_id"),
    ],
)
def test_bad_parameters_are_422(
    client: Client, inputs: object, parameters: dict[str, Any], words: str
) -> None:
    status, body = generate(client, inputs, **parameters)
    assert (status, body["error_type"]) == (422, "validation")
    assert words in body["error"]


def test_stream_gives_each_token_and_the_text_with_the_last(client: Client) -> None:
    body = {"inputs": "hi", "parameters": {"seed": 0, "max_new_tokens": 3, "do_sample": True}}
    answer = client.http.post("/generate_stream", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, second, last = events(answer.text)
    assert first == {
        "index": 1,
        "token": {"id": 97, "text": "a", "logprob": -0.5, "special": False},
        "generated_text": None,
        "details": None,
    }
    assert second["index"] == 2
    assert last["token"]["text"] == "c"
    assert last["generated_text"] == "abc"
    assert last["details"] == {"finish_reason": "length", "generated_tokens": 3, "seed": 0, "input_length": 3}
    refused = client.http.post(
        "/generate_stream", json={**body, "parameters": {"decoder_input_details": True}}
    )
    assert refused.status_code == 422


def test_requests_that_wait_side_by_side_share_a_batch(client: Client, host: FakeHost) -> None:
    model = client.model()
    client.block(model)
    with ThreadPoolExecutor(3) as pool:
        texts = [
            pool.submit(generate, client, "hi", seed=seed, do_sample=True, stop=["d"]) for seed in range(3)
        ]
        while len(client.service.queue._waiting) < 3:
            pass
        assert client.http.get("/health").status_code == 200
        host.gate.set()
        assert [one.result()[1]["generated_text"] for one in texts] == ["abcd", "bcd", "cd"]
    assert host.batches == [3]


CHAT: dict[str, Any] = {"model": "tgi", "messages": [{"role": "user", "content": "hi"}], "seed": 0}


def chat(client: Client, **changes: Any) -> Any:
    answer = client.http.post("/v1/chat/completions", json={**CHAT, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json() if not changes.get("stream") else events(answer.text)


def test_chat_applies_the_template_and_counts_tokens(client: Client) -> None:
    body = chat(client, max_tokens=2, logprobs=True)
    choice = body["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": "ab"}
    assert choice["finish_reason"] == "length"
    assert [one["token"] for one in choice["logprobs"]["content"]] == ["a", "b"]
    assert body["usage"] == {"prompt_tokens": 19, "completion_tokens": 2, "total_tokens": 21}
    assert (body["object"], body["model"]) == ("chat.completion", "fake")


def test_chat_leaves_the_stop_string_out_and_gives_n_choices(client: Client) -> None:
    body = chat(client, stop="cd", n=2)
    assert body["choices"][0]["message"]["content"] == "ab"
    assert body["choices"][0]["finish_reason"] == "stop"
    assert [one["index"] for one in body["choices"]] == [0, 1]
    assert body["choices"][1]["message"]["content"] != "ab"


@pytest.mark.parametrize(("stop", "text"), [("cd", "ab"), ("cx", "abcde"), (None, "abcde")])
def test_chat_stream_joins_to_the_text(client: Client, stop: str | None, text: str) -> None:
    chunks = chat(client, stream=True, stop=stop, stream_options={"include_usage": True})
    assert chunks[-1] == "[DONE]"
    assert chunks[-2]["usage"]["prompt_tokens"] == 19
    choices = [one["choices"][0] for one in chunks[:-2]]
    assert "".join(one["delta"]["content"] for one in choices) == text
    assert choices[-1]["finish_reason"] == "stop"
    assert {one["finish_reason"] for one in choices[:-1]} == {None}


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": []},
        {"messages": [{"role": "user"}]},
        {"n": 0},
        {"temperature": -1},
        {"top_logprobs": 3},
        {"max_tokens": 60},
    ],
)
def test_bad_chats_are_422(client: Client, changes: dict[str, Any]) -> None:
    answer = client.http.post("/v1/chat/completions", json={**CHAT, **changes})
    assert (answer.status_code, answer.json()["error_type"]) == (422, "validation")


def test_tokenize_tells_where_tokens_lie(client: Client) -> None:
    body = client.http.post("/tokenize", json={"inputs": "ab", "add_special_tokens": False}).json()
    assert body == [
        {"id": 97, "text": "a", "start": 0, "stop": 1},
        {"id": 98, "text": "b", "start": 1, "stop": 2},
    ]
    assert len(client.http.post("/tokenize", json={"inputs": "ab"}).json()) == 3
    body = client.http.post("/chat_tokenize", json={"messages": CHAT["messages"]}).json()
    assert body["templated_text"] == "[user]hi[assistant]"
    assert len(body["tokenize_response"]) == 19


def test_info_health_and_metrics(client: Client) -> None:
    info = client.http.get("/info").json()
    assert (info["model_id"], info["max_input_tokens"], info["max_total_tokens"]) == ("fake", 63, 64)
    generate(client, seed=0)
    text = client.http.get("/metrics").text
    assert "# TYPE tgi_request_count counter\ntgi_request_count 1\n" in text
    assert "tgi_queue_size 0\n" in text
    assert client.http.get("/v1/models").json()["data"][0]["id"] == "fake"
    client.service.queue.close()
    assert client.http.get("/health").status_code == 503
    status, body = generate(client, seed=0)
    assert (status, body["error_type"]) == (503, "overloaded")
    assert client.http.get("/nothing").status_code == 404
