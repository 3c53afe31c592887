"""The two wires: JSON tensors and protobuf messages, by their bytes and through the routes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from service_fakes import Client, datum

from exitlab_trainer import tinker_proto
from exitlab_trainer.tensor_json import decode_datum, encode_json, floats, integers
from exitlab_trainer.types import Scored, UserMistake

pytest_plugins = ("service_fixtures",)

PROTOBUF = {"Content-Type": tinker_proto.MEDIA_TYPE}


def request_message(model: str, number: int | None = 1, only: bool = False) -> bytes:
    message = tinker_proto.MESSAGES["ForwardBackwardRequest"](model_id=model, loss_fn="cross_entropy")
    if number is not None:
        message.seq_id = number
    message.forward_only = only
    message.loss_fn_config["temperature"] = 2.0
    one = message.data.add()
    one.model_input.add().encoded_text.tokens = np.array([5, 6], "<i4").tobytes()
    targets = one.loss_fn_inputs["target_tokens"]
    targets.dense, targets.dtype = np.array([6, 7], "<i8").tobytes(), 2
    targets.shape.append(2)
    weights = one.loss_fn_inputs["weights"]
    weights.dense, weights.dtype = np.array([0, 1.5], "<f4").tobytes(), 1
    encoded: bytes = message.SerializeToString()
    return encoded


def test_bytes_of_a_request_are_those_of_the_protocol() -> None:
    # model_id=1 "m", seq_id=2, data=3 {model_input=1 {encoded_text=1 {tokens=1}}}, loss_fn=4
    body = b"\x0a\x01m\x10\x07\x1a\x0a\x0a\x08\x0a\x06\x0a\x04\x05\x00\x00\x00\x22\x03ppo"
    message = tinker_proto.decode_forward_backward(body)
    assert (message.model_id, message.seq_id, message.loss_fn) == ("m", 7, "ppo")
    assert tinker_proto.decode_datum(message.data[0], "data[0]").tokens == [5]


def test_offsets_of_a_reply_count_bytes() -> None:
    scored = [Scored(np.zeros(n, np.float32), np.zeros(n, np.float32)) for n in (2, 3)]
    message = tinker_proto.MESSAGES["ForwardBackwardOutput"]()
    message.ParseFromString(tinker_proto.encode_scored(scored, {"loss:sum": 1.5}))
    record = message.loss_fn_outputs[0]
    assert record.num_datums == 2
    assert np.frombuffer(record.fields["logprobs"].offsets, "<i8").tolist() == [0, 8, 20]
    assert dict(message.metrics) == {"loss:sum": 1.5}


def test_protobuf_and_json_give_the_same(client: Client) -> None:
    model = client.model()
    answer = client.http.post("/api/v1/forward_backward", content=request_message(model), headers=PROTOBUF)
    request = answer.json()["request_id"]
    as_json = client.fetch(request)
    accept = {"Accept": "application/x-protobuf, application/json"}
    reply = client.http.post("/api/v1/retrieve_future", json={"request_id": request}, headers=accept)
    assert reply.headers["content-type"] == tinker_proto.MEDIA_TYPE
    message = tinker_proto.MESSAGES["ForwardBackwardOutput"]()
    message.ParseFromString(reply.content)
    logprobs = np.frombuffer(message.loss_fn_outputs[0].fields["logprobs"].data, "<f4").tolist()
    assert logprobs == as_json["loss_fn_outputs"][0]["logprobs"]["data"] == [-3.0, -3.5]


def test_forward_only_of_protobuf_keeps_no_gradient(client: Client) -> None:
    model = client.model()
    body = request_message(model, 1, only=True)
    request = client.http.post("/api/v1/forward_backward", content=body, headers=PROTOBUF).json()[
        "request_id"
    ]
    client.fetch(request)
    step = client.post("optim_step", model_id=model, seq_id=2, adam_params={})[1]["request_id"]
    assert client.fetch(step)["metrics"]["grad_norm"] == 0.0


def test_samples_travel_as_protobuf(client: Client) -> None:
    sampling = client.publish(client.model())
    body = {"sampling_session_id": sampling, "seq_id": 1, "prompts": [[1]]}
    asked = [{"prompt": 0, "seed": 0, "max_tokens": n} for n in (2, 9)]
    request = client.post("exitlab/sample", requests=asked, **body)[1]["request_id"]
    headers = {"Accept": tinker_proto.MEDIA_TYPE}
    reply = client.http.post("/api/v1/retrieve_future", json={"request_id": request}, headers=headers)
    message = tinker_proto.MESSAGES["SampleResponse"]()
    message.ParseFromString(reply.content)
    assert [one.stop_reason for one in message.sequences] == [1, 0]
    assert np.frombuffer(message.sequences[0].tokens, "<i4").tolist() == [97, 98]
    assert np.frombuffer(message.sequences[0].logprobs, "<f4").tolist() == [-0.5, -0.5]


def test_bodies_that_are_no_protobuf_or_are_compressed_are_refused(client: Client) -> None:
    assert (
        client.http.post("/api/v1/forward_backward", content=b"\xff\xff", headers=PROTOBUF).status_code == 400
    )
    headers = {**PROTOBUF, "Content-Encoding": "zstd"}
    answer = client.http.post("/api/v1/forward_backward", content=b"x", headers=headers)
    assert answer.status_code == 415
    assert "zstd" in answer.json()["error"]


def test_json_arrays_read_back_to_the_same_float32() -> None:
    numbers = np.random.default_rng(1).normal(size=1000).astype(np.float32)
    assert np.array_equal(floats(json.loads(encode_json(numbers)), "x"), numbers)


@pytest.mark.parametrize("value", [[1.5], ["1"], [True], [[1]], [1, None], "12", None, [2**70]])
def test_integers_refuses_what_is_not_whole(value: object) -> None:
    with pytest.raises(UserMistake):
        integers(value, "x")


@pytest.mark.parametrize("value", [["1"], [True], [[1.0]], [1, None], [1e39], {}, [2**70]])
def test_floats_refuses_what_is_not_finite_float32(value: object) -> None:
    with pytest.raises(UserMistake):
        floats(value, "x")


def test_empty_lists_are_numbers() -> None:
    assert integers([], "x").dtype == np.int64
    assert floats([], "x").dtype == np.float32


def test_shape_must_agree() -> None:
    one = datum([1, 2], weights=[1.0, 2.0])
    one["loss_fn_inputs"]["weights"]["shape"] = [2, 1]  # type: ignore[index]
    with pytest.raises(UserMistake, match="shape"):
        decode_datum(one, "data[0]")
