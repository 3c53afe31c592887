"""The few protobuf messages of the Tinker protocol, built when the module is loaded; no generated code.

The numbers are those of the package `tinker_public`. Tensors travel as little-endian bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from .tensor_json import FLOAT_INPUTS
from .types import Datum, Scored, UserMistake

MEDIA_TYPE = "application/x-protobuf"

_Field = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "string": _Field.TYPE_STRING,
    "bytes": _Field.TYPE_BYTES,
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
    "double": _Field.TYPE_DOUBLE,
    "bool": _Field.TYPE_BOOL,
}
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "EncodedTextChunk": {"tokens": (1, "bytes")},
    "ImageChunk": {"data": (1, "bytes")},
    "Chunk": {"encoded_text": (1, "EncodedTextChunk"), "image": (2, "ImageChunk")},
    "SparseCsr": {"values": (1, "bytes")},
    "Tensor": {
        "dense": (1, "bytes"),
        "sparse_csr": (2, "SparseCsr"),
        "dtype": (3, "int32"),
        "shape": (4, "int64*"),
    },
    "Datum": {"model_input": (1, "Chunk*"), "loss_fn_inputs": (2, "map Tensor")},
    "ForwardBackwardRequest": {
        "model_id": (1, "string"),
        "seq_id": (2, "int32?"),
        "data": (3, "Datum*"),
        "loss_fn": (4, "string"),
        "loss_fn_config": (5, "map double"),
        "forward_only": (6, "bool"),
    },
    "BatchedTensor": {
        "data": (1, "bytes"),
        "offsets": (2, "bytes"),
        "dtype": (3, "int32"),
        "trailing_shape": (4, "int64*"),
    },
    "ArrayRecord": {
        "type_tag": (1, "string"),
        "fields": (2, "map BatchedTensor"),
        "num_datums": (3, "int64"),
    },
    "ForwardBackwardOutput": {
        "loss_fn_output_type": (1, "string"),
        "loss_fn_outputs": (2, "ArrayRecord*"),
        "metrics": (3, "map double"),
    },
    "SampledSequence": {"stop_reason": (1, "int32"), "tokens": (2, "bytes"), "logprobs": (3, "bytes?")},
    "SampleResponse": {"sequences": (1, "SampledSequence*"), "prompt_logprobs": (2, "bytes?")},
}
_FLOAT32, _INT64, _INT32, _BFLOAT16 = 1, 2, 3, 4
_WIRE_TYPES = {_FLOAT32: "<f4", _INT64: "<i8", _INT32: "<i4", _BFLOAT16: "<u2"}


def _build() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="tinker_public.proto", package="tinker_public", syntax="proto3"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _add_field(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"tinker_public.{name}"))
        for name in _MESSAGES
    }


def _add_field(message: Any, name: str, number: int, kind: str) -> None:
    field = message.field.add(name=name, number=number, label=_Field.LABEL_OPTIONAL)
    if kind.startswith("map "):
        entry = message.nested_type.add(name=name.title().replace("_", "") + "Entry")
        entry.options.map_entry = True
        _add_field(entry, "key", 1, "string")
        _add_field(entry, "value", 2, kind.removeprefix("map "))
        field.label = _Field.LABEL_REPEATED
        field.type = _Field.TYPE_MESSAGE
        field.type_name = f".tinker_public.{message.name}.{entry.name}"
        return
    if kind.endswith("*"):
        field.label = _Field.LABEL_REPEATED
    if kind.endswith("?"):
        field.proto3_optional = True
        field.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{name}")
    plain = kind.rstrip("*?")
    if plain in _TYPES:
        field.type = _TYPES[plain]
    else:
        field.type = _Field.TYPE_MESSAGE
        field.type_name = f".tinker_public.{plain}"


MESSAGES = _build()
"""The message classes by name."""


def decode_forward_backward(body: bytes) -> Any:
    """A `ForwardBackwardRequest`."""
    message = MESSAGES["ForwardBackwardRequest"]()
    try:
        message.ParseFromString(body)
    except DecodeError:
        raise UserMistake(
            "Expected a ForwardBackwardRequest, but the body is not such a protobuf message."
        ) from None
    return message


def decode_datum(message: Any, where: str) -> Datum:
    """A `Datum` message as the core takes it."""
    tokens: list[int] = []
    for chunk in message.model_input:
        if not chunk.HasField("encoded_text"):
            raise UserMistake(f"Expected chunks of encoded_text alone in {where}; this model reads text.")
        tokens.extend(_from_bytes(chunk.encoded_text.tokens, "<i4", where).tolist())
    inputs = {
        name: _decode_tensor(tensor, name in FLOAT_INPUTS, f"{where}.loss_fn_inputs.{name}")
        for name, tensor in message.loss_fn_inputs.items()
    }
    return Datum(tokens, inputs)


def _from_bytes(data: bytes, dtype: str, where: str) -> np.ndarray:
    if len(data) % np.dtype(dtype).itemsize:
        raise UserMistake(f"Expected whole numbers of {np.dtype(dtype).itemsize} bytes in {where}.")
    return np.frombuffer(data, dtype)


def _decode_tensor(tensor: Any, floating: bool, where: str) -> np.ndarray:
    if tensor.HasField("sparse_csr"):
        raise UserMistake(f"Expected a dense tensor in {where}.")
    if tensor.dtype not in _WIRE_TYPES or (tensor.dtype in (_FLOAT32, _BFLOAT16)) != floating:
        raise UserMistake(
            f"Expected dtype {'FLOAT32' if floating else 'INT64'} but found {tensor.dtype} in {where}."
        )
    array = _from_bytes(tensor.dense, _WIRE_TYPES[tensor.dtype], where)
    if tensor.dtype == _BFLOAT16:
        array = (array.astype(np.uint32) << 16).view(np.float32)
    if len(tensor.shape) > 0 and list(tensor.shape) != [array.size]:
        raise UserMistake(f"Expected shape [{array.size}] but found {list(tensor.shape)} in {where}.")
    if floating and not np.isfinite(array).all():
        raise UserMistake(f"Expected finite float32 numbers in {where}.")
    return array.astype(np.float32 if floating else np.int64)


def encode_scored(scored: Sequence[Scored], metrics: dict[str, float]) -> bytes:
    """A `ForwardBackwardOutput` with one record that holds every sequence; offsets count bytes."""
    message = MESSAGES["ForwardBackwardOutput"](loss_fn_output_type="ArrayRecord")
    record = message.loss_fn_outputs.add(type_tag="ArrayRecord", num_datums=len(scored))
    lengths = np.array([0, *(one.logprobs.size * 4 for one in scored)], np.int64)
    offsets = np.cumsum(lengths).astype("<i8").tobytes()
    for name, arrays in (
        ("logprobs", [s.logprobs for s in scored]),
        ("entropy", [s.entropy for s in scored]),
    ):
        batched = record.fields[name]
        batched.data = b"".join(array.astype("<f4").tobytes() for array in arrays)
        batched.offsets = offsets
        batched.dtype = _FLOAT32
    for name, value in metrics.items():
        message.metrics[name] = value
    encoded: bytes = message.SerializeToString()
    return encoded


def encode_drawn(
    reasons: Sequence[str], tokens: Sequence[np.ndarray], logprobs: Sequence[np.ndarray]
) -> bytes:
    """A `SampleResponse` of completions: why each ended, its token ids and their log-probabilities."""
    message = MESSAGES["SampleResponse"]()
    for reason, ids, logs in zip(reasons, tokens, logprobs, strict=True):
        message.sequences.add(
            stop_reason=0 if reason == "stop" else 1,
            tokens=ids.astype("<i4").tobytes(),
            logprobs=logs.astype("<f4").tobytes(),
        )
    encoded: bytes = message.SerializeToString()
    return encoded
