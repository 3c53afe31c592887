"""GGUF files turned into model folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from core_support import some_data
from transformers import AutoModelForCausalLM, AutoTokenizer

from exitlab_trainer.convert_gguf import convert, main
from exitlab_trainer.host import Host
from exitlab_trainer.types import HostOptions, StartMistake

gguf = pytest.importorskip("gguf")
pytest.importorskip("accelerate")

TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def _bytes_as_characters() -> list[str]:
    """The characters that byte-level tokenizers write bytes as."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


def _write(path: Path, kind: str = "smollm") -> None:
    """A tiny Llama with 8-bit weights and a byte-level tokenizer."""
    space = _bytes_as_characters()[32]
    tokens = [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        *_bytes_as_characters(),
        space * 2,
    ]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(kind)
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3, 3, *[1] * (len(tokens) - 3)])
    writer.add_token_merges([f"{space} {space}"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    random = np.random.default_rng(1)

    def add(name: str, *shape: int) -> None:
        values = random.normal(0, 0.3, shape).astype(np.float32)
        if len(shape) == 1:
            return writer.add_tensor(name, 1 + values)
        kind = gguf.GGMLQuantizationType.Q8_0
        return writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)

    add("token_embd.weight", len(tokens), 32)
    add("output_norm.weight", 32)
    for name, shape in {
        "attn_norm": (32,),
        "attn_q": (32, 32),
        "attn_k": (16, 32),
        "attn_v": (16, 32),
        "attn_output": (32, 32),
        "ffn_norm": (32,),
        "ffn_gate": (64, 32),
        "ffn_up": (64, 32),
        "ffn_down": (32, 64),
    }.items():
        add(f"blk.0.{name}.weight", *shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The tiny model's file."""
    _write(tmp_path / "tiny.gguf")
    return tmp_path / "tiny.gguf"


def _host(model: Path) -> Host:
    return Host.load(HostOptions(str(model), device="cpu", offline=True))


def test_the_folder_is_the_model_of_the_file(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    count = convert(file, folder)
    straight, converted = _host(file), _host(folder)
    assert count == straight.parameters == converted.parameters
    assert (converted.name, converted.context, converted.stop_ids) == (
        "tiny",
        64,
        straight.stop_ids,
    )
    data = some_data(lengths=(5, 17, 24))
    for one, other in zip(
        straight.open(0, 1, None).forward(data, 1.0, False),
        converted.open(0, 1, None).forward(data, 1.0, False),
        strict=True,
    ):
        assert np.array_equal(one.logprobs, other.logprobs)
    config = json.loads((folder / "config.json").read_text())
    assert config["dtype"] == "float32" and "quantization_config" not in config


def test_the_folder_has_the_tokenizer_and_the_template(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    convert(file, folder)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "user", "content": "2+2?"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == "<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.convert_ids_to_tokens(tokenizer(text).input_ids[:2]) == [
        "<|im_start|>",
        "u",
    ]
    assert tokenizer.eos_token == "<|im_end|>"
    assert json.loads(_host(file).folder_files["tokenizer.json"]) == json.loads(
        (folder / "tokenizer.json").read_text()
    )


@pytest.mark.parametrize(("kind", "most"), [("smollm", "ĠĠ"), ("gpt-2", "Ġ")])
def test_digits_are_words_of_their_own_where_the_file_says_so(tmp_path: Path, kind: str, most: str) -> None:
    _write(tmp_path / "tiny.gguf", kind)
    tokenizer: Any = _host(tmp_path / "tiny.gguf").tokenizer
    # Where a digit is no word of its own, the last space of several belongs to the number.
    assert tokenizer.tokenize("a  12")[1] == most


def test_what_a_checkpoint_of_the_file_holds_is_read_by_transformers(file: Path, tmp_path: Path) -> None:
    model = _host(file).open(0, 1, None)
    model.export(tmp_path / "export")
    assert "quantization_config" not in json.loads((tmp_path / "export" / "config.json").read_text())
    read: Any = AutoModelForCausalLM.from_pretrained(tmp_path / "export")
    data = some_data(lengths=(5, 17))
    for datum, scored in zip(data, model.forward(data, 1.0, False), strict=True):
        logprobs = torch.log_softmax(read(torch.tensor([datum.tokens])).logits[0], -1)
        targets = torch.tensor(datum.inputs["target_tokens"])
        assert torch.allclose(
            logprobs.gather(-1, targets[:, None])[:, 0],
            torch.tensor(scored.logprobs),
            atol=1e-5,
        )


def test_convert_refuses_what_it_cannot_do(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StartMistake, match=r'a \.gguf file but found ".*none\.gguf"'):
        convert(tmp_path / "none.gguf", tmp_path / "tiny")
    with pytest.raises(StartMistake, match="not there yet"):
        convert(file, tmp_path)
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    assert main([str(tmp_path / "bad.gguf"), str(tmp_path / "tiny")]) == 2
    told = capsys.readouterr().err
    assert 'The model "bad" could not be read' in told and told.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.gguf", "tiny.gguf"]
