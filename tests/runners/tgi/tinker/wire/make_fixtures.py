"""Writes the fixtures: protobuf with Google's own library, from the field numbers of `tinker_public` alone, and JSON.

Run: pip install protobuf numpy && python make_fixtures.py
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FOLDER = Path(__file__).parent
FIELD = descriptor_pb2.FieldDescriptorProto
TYPES = {"string": 9, "bytes": 12, "int32": 5, "int64": 3, "double": 1, "bool": 8}
MESSAGES = {
    "EncodedTextChunk": "tokens=1 bytes",
    "Chunk": "encoded_text=1 EncodedTextChunk",
    "Tensor": "dense=1 bytes, dtype=3 int32, shape=4 int64*",
    "InputEntry": "key=1 string, value=2 Tensor",
    "ConfigEntry": "key=1 string, value=2 double",
    "Datum": "model_input=1 Chunk*, loss_fn_inputs=2 InputEntry*",
    "ForwardBackwardRequest": "model_id=1 string, seq_id=2 int32, data=3 Datum*, loss_fn=4 string, "
    "loss_fn_config=5 ConfigEntry*, forward_only=6 bool",
    "BatchedTensor": "data=1 bytes, offsets=2 bytes, dtype=3 int32, trailing_shape=4 int64*",
    "FieldEntry": "key=1 string, value=2 BatchedTensor",
    "ArrayRecord": "type_tag=1 string, fields=2 FieldEntry*, num_datums=3 int64",
    "ForwardBackwardOutput": "loss_fn_output_type=1 string, loss_fn_outputs=2 ArrayRecord*, metrics=3 ConfigEntry*",
    "SampledSequence": "stop_reason=1 int32, tokens=2 bytes, logprobs=3 bytes",
    "SampleResponse": "sequences=1 SampledSequence*, prompt_logprobs=2 bytes",
}


def build() -> dict[str, Any]:
    """The message classes by name. A map is a list of entries on the wire, written here as such, in order of keys."""
    file = descriptor_pb2.FileDescriptorProto(name="fixtures.proto", package="fixtures", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields.split(", "):
            label, kind = field.split(" ")
            title, number = label.split("=")
            plain = kind.rstrip("*")
            made = message.field.add(name=title, number=int(number), label=FIELD.LABEL_OPTIONAL)
            if kind.endswith("*"):
                made.label = FIELD.LABEL_REPEATED
            if plain in TYPES:
                made.type = TYPES[plain]  # type: ignore[assignment]
            else:
                made.type = FIELD.TYPE_MESSAGE
                made.type_name = f".fixtures.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"fixtures.{name}")) for name in MESSAGES}


CLASSES = build()


def tensor(values: list[float], dtype: int) -> Any:
    """A dense tensor of one dimension."""
    kind = {1: "<f4", 2: "<i8"}[dtype]
    return CLASSES["Tensor"](dense=np.array(values, kind).tobytes(), dtype=dtype, shape=[len(values)])


def datum(tokens: list[int], inputs: dict[str, Any]) -> Any:
    """A sequence, shifted."""
    text = CLASSES["EncodedTextChunk"](tokens=np.array(tokens[:-1], "<i4").tobytes())
    tensors = {"target_tokens": tensor([float(token) for token in tokens[1:]], 2), **inputs}
    entries = [CLASSES["InputEntry"](key=name, value=tensors[name]) for name in sorted(tensors)]
    return CLASSES["Datum"](model_input=[CLASSES["Chunk"](encoded_text=text)], loss_fn_inputs=entries)


def batched(arrays: list[list[float]]) -> Any:
    """One field of all sequences in a row; offsets count bytes."""
    offsets = np.cumsum([0, *(4 * len(array) for array in arrays)]).astype("<i8")
    data = b"".join(np.array(array, "<f4").tobytes() for array in arrays)
    return CLASSES["BatchedTensor"](data=data, offsets=offsets.tobytes(), dtype=1)


def record(**fields: list[list[float]]) -> Any:
    """All fields of some sequences."""
    entries = [CLASSES["FieldEntry"](key=name, value=batched(arrays)) for name, arrays in fields.items()]
    count = len(next(iter(fields.values())))
    return CLASSES["ArrayRecord"](type_tag="ArrayRecord", fields=entries, num_datums=count)


def fixtures() -> dict[str, Any]:
    """The messages by the name of their file."""
    entries = CLASSES["ConfigEntry"]
    request = CLASSES["ForwardBackwardRequest"]
    return {
        "forward_backward": request(
            model_id="model-1",
            seq_id=4,
            loss_fn="cross_entropy",
            loss_fn_config=[entries(key="temperature", value=0.7)],
            data=[
                datum([63, 1, 2, 300000, 9], {"weights": tensor([0, 0.25, -0.7, 1e-9], 1)}),
                datum([5, 6], {"weights": tensor([1], 1), "entropy_weights": tensor([0.01], 1)}),
            ],
        ),
        "forward": request(
            model_id="model-1",
            seq_id=130,
            loss_fn="cross_entropy",
            loss_fn_config=[entries(key="reference", value=1)],
            forward_only=True,
            data=[datum([63, 1, 2], {"weights": tensor([1, 1], 1)})],
        ),
        "importance_sampling": request(
            model_id="model-é",
            seq_id=5,
            loss_fn="importance_sampling",
            data=[
                datum(
                    [63, 1, 2],
                    {
                        "weights": tensor([0, 1], 1),
                        "logprobs": tensor([-0.5, -4.125], 1),
                        "advantages": tensor([0, 0.7], 1),
                    },
                )
            ],
        ),
        "forward_backward_output": CLASSES["ForwardBackwardOutput"](
            loss_fn_output_type="ArrayRecord",
            loss_fn_outputs=[
                record(logprobs=[[-0.5, -1.25, -2, -0.125], [-3]], entropy=[[1, 1.5, 0.75, 2], [0.5]]),
                record(logprobs=[[-7, -8]], entropy=[[0, 1]]),
            ],
            metrics=[entries(key="loss:sum", value=1.5)],
        ),
        "sample_response": CLASSES["SampleResponse"](
            sequences=[
                CLASSES["SampledSequence"](
                    stop_reason=reason,
                    tokens=np.array(tokens, "<i4").tobytes(),
                    logprobs=np.array(logprobs, "<f4").tobytes(),
                )
                for reason, tokens, logprobs in ((0, [7, 300000, 0], [-0.5, -1.25, -2]), (1, [9], [-0.75]))
            ],
        ),
    }


def floats(values: list[float]) -> dict[str, Any]:
    """A float32 tensor in JSON: nine digits tell a float32 from its neighbours."""
    short = [float(f"{np.float32(value):.9g}") for value in values]
    data = [int(value) if value.is_integer() else value for value in short]
    return {"data": data, "dtype": "float32", "shape": [len(values)]}


def json_datum(tokens: list[int], **inputs: list[float]) -> dict[str, Any]:
    """A sequence, shifted, in JSON."""
    targets = {"data": tokens[1:], "dtype": "int64", "shape": [len(tokens) - 1]}
    return {
        "model_input": {"chunks": [{"type": "encoded_text", "tokens": tokens[:-1]}]},
        "loss_fn_inputs": {"target_tokens": targets, **{name: floats(values) for name, values in inputs.items()}},
    }


def json_pass(name: str, seq_id: int, loss: str, config: dict[str, float] | None, data: list[Any]) -> dict[str, Any]:
    """A pass in JSON."""
    return {
        "model_id": "model-2",
        "seq_id": seq_id,
        f"{name}_input": {"loss_fn": loss, "loss_fn_config": config, "data": data},
    }


def asked(name: str, seq_id: int, **fields: object) -> dict[str, Any]:
    """A model's request in JSON."""
    return {"model_id": "model-2", **fields, "type": name, "seq_id": seq_id}


def json_fixtures() -> dict[str, Any]:
    """The bodies of the calls of one session, by the name of their file."""
    adam = {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.95, "eps": 0.0001, "weight_decay": 0, "grad_clip_norm": 1}
    draws = [
        {"prompt": place, "max_tokens": 4, "temperature": 1, "top_p": 0.9, "seed": seed}
        for place, seed in ((0, 11), (1, 12), (0, 13))
    ]
    tokens = {"chunks": [{"type": "encoded_text", "tokens": [1, 2]}]}
    params = {"max_tokens": 4, "temperature": 1, "top_p": 0.9, "top_k": -1, "seed": 857247398, "stop": [0, 11]}
    signed = json_datum([3, 1, 2, 9], weights=[0, 0.7, -0.25], entropy_weights=[0, 0.01, 1e-9])
    session = {"tags": ["exitlab"], "user_metadata": {}, "sdk_version": "exitlab/VERSION", "type": "create_session"}
    publish = {"sampling_session_seq_id": 0}
    sampling = {"num_samples": 2, "prompt": tokens, "sampling_params": params, "sampling_session_id": "sampling-3"}
    return {
        "create_session": session,
        "create_model": {
            "session_id": "session-1",
            "model_seq_id": 0,
            "base_model": "table",
            "lora_config": {"rank": 8, "seed": 3, "alpha": 16},
            "type": "create_model",
        },
        "publish": asked("save_weights_for_sampler", 1, **publish),
        "forward": json_pass("forward", 2, "cross_entropy", None, [json_datum([3, 1, 2], weights=[1, 1])]),
        "forward_reference": json_pass(
            "forward", 3, "cross_entropy", {"temperature": 0.7, "reference": 1}, [json_datum([3, 1], weights=[1])]
        ),
        "forward_backward": json_pass("forward_backward", 4, "cross_entropy", {"temperature": 0.7}, [signed]),
        "optim_step": {"model_id": "model-2", "seq_id": 5, "adam_params": adam},
        "exitlab_embed": {"model_id": "model-2", "seq_id": 6, "sequences": [{"tokens": [1, 2, 3], "from": 1}]},
        "exitlab_refresh_reference": {"model_id": "model-2", "mix": 0.5, "seq_id": 7},
        "export": asked("save_weights_for_sampler", 8, path="out"),
        "save_weights": asked("save_weights", 9, path="one"),
        "load_weights": asked("load_weights", 10, path="tinker://model-2/weights/one", optimizer=False),
        "unload_model": {"model_id": "model-2", "type": "unload_model"},
        "session_heartbeat": {"session_id": "session-1", "type": "session_heartbeat"},
        "retrieve_future": {"request_id": "request-1"},
        "tokenize": {"inputs": "hé", "add_special_tokens": False},
        "exitlab_sample": {
            "sampling_session_id": "sampling-3",
            "seq_id": 1,
            "prompts": [[1, 2], [3]],
            "requests": draws,
        },
        "asample": {**sampling, "seq_id": 1, "prompt_logprobs": False, "topk_prompt_logprobs": 0, "type": "sample"},
        "importance_sampling": json_pass(
            "forward_backward",
            3,
            "importance_sampling",
            None,
            [json_datum([3, 1, 2], weights=[0, 1], logprobs=[-0.5, -2.25], advantages=[0, 0.5])],
        ),
    }


def main() -> None:
    """Writes every fixture: protobuf as base64 in one line, JSON as it is sent."""
    for name, message in fixtures().items():
        text = base64.b64encode(message.SerializeToString(deterministic=True)).decode()
        (FOLDER / f"{name}.bin.base64").write_text(f"{text}\n", encoding="utf8")
    for name, value in json_fixtures().items():
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf8")


if __name__ == "__main__":
    main()
