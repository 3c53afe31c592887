"""Loading a model, and the sentences when it cannot be."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import NoReturn

import pytest
import torch
from core_support import TINY, some_draws, tiny_host

from exitlab_trainer import loading
from exitlab_trainer.about import about
from exitlab_trainer.host import Host
from exitlab_trainer.types import HostOptions, StartMistake, UserMistake


def _refused(model: str, **options: object) -> str:
    with pytest.raises(StartMistake) as caught:
        Host.load(HostOptions(model, **{"device": "cpu", "offline": True, **options}))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_load_tells_what_it_loaded() -> None:
    host = tiny_host()
    assert (host.name, host.context, host.vocabulary, host.parameters) == ("tiny_llama", 256, 103, 210_240)
    assert (host.stop_ids, host.dtype, str(host.device), host.deterministic) == ((2,), "float32", "cpu", True)
    files = {"tokenizer.json", "tokenizer_config.json", "config.json", "generation_config.json"}
    assert host.folder_files.keys() == files
    for name in files:
        assert host.folder_files[name] == (TINY / name).read_bytes()


def test_the_tiny_tokenizer_gives_text_back_as_it_was() -> None:
    tokenizer = tiny_host().tokenizer
    for text in ("", " ", "\n\n", " two  spaces ", "a'b n't , . ! ?", "".join(map(chr, range(32, 127)))):
        ids = tokenizer(text, add_special_tokens=False).input_ids
        assert len(ids) == len(text) and tokenizer.decode(ids) == text
    messages = [{"role": "user", "content": "2+2=?"}, {"role": "assistant", "content": "4"}]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == "<s><user>2+2=?<end><assistant>4<end>"
    ids = tokenizer.apply_chat_template(messages[:1], add_generation_prompt=True, return_dict=False)
    assert len(ids) == 9 and tokenizer.convert_ids_to_tokens(ids)[-1] == "<assistant>"


def test_load_of_a_folder_does_not_reach_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    Host.load(HostOptions(str(TINY), device="cpu", random_weights=True))


def test_load_refuses_what_is_not_there(tmp_path: Path) -> None:
    assert "config.json" in _refused(str(tmp_path))
    assert "Expected a model folder" in _refused(str(tmp_path / "none"))
    assert "Expected a model folder" in _refused("./none.gguf")
    assert "offline" in _refused("nobody/no-such-model")
    shutil.copy(TINY / "config.json", tmp_path)
    assert "could not be read" in _refused(str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    assert "could not be read" in _refused(str(tmp_path))


def test_revision_is_of_the_hub_alone(tmp_path: Path) -> None:
    source = loading.find_source(HostOptions("someone/something", revision="v2", offline=True))
    assert source.options == {"local_files_only": True, "revision": "v2"}
    assert "revision" in _refused(str(TINY), revision="v2", random_weights=True)
    (tmp_path / "m.gguf").write_bytes(b"")
    assert "revision" in _refused(str(tmp_path / "m.gguf"), revision="v2")


def test_passes_are_smaller_on_a_cpu_unless_told() -> None:
    assert tiny_host().micro_tokens == 1024
    assert tiny_host(micro_tokens=20).micro_tokens == 20


def test_about_tells_what_bits_depend_on() -> None:
    told = about(tiny_host(micro_tokens=20))
    assert told == {
        "device": "cpu",
        "dtype": "float32",
        "deterministic": True,
        "random_weights": True,
        "adapter_default_rank": 16,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "micro_tokens": 20,
        "revision": None,
    }
    assert type(told["torch"]) is str


def test_load_refuses_what_is_no_causal_language_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "t5"}))
    assert "not a causal language model" in _refused(str(tmp_path), random_weights=True)


def test_load_refuses_devices_and_formats_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert "0 CUDA devices" in _refused(str(TINY), device="cuda:3", random_weights=True)
    assert "a device of" in _refused(str(TINY), device="abacus", random_weights=True)
    assert "a device of" in _refused(str(TINY), device="meta", random_weights=True)
    assert "a dtype of" in _refused(str(TINY), dtype="int3", random_weights=True)


def test_load_tells_the_sizes_where_memory_is_wanting(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise torch.cuda.OutOfMemoryError

    config = loading.read_config(loading.find_source(HostOptions(str(TINY))))
    with (
        pytest.raises(StartMistake, match=r"210,240 parameters × 2 bytes = 0\.0 GiB"),
        loading.room_on(torch.device("cuda"), config, torch.bfloat16),
    ):
        full()
    host = Host.load(HostOptions(str(TINY), device="cpu", random_weights=True))
    monkeypatch.setattr(host.backbone, "advance", full)
    with pytest.raises(UserMistake, match="--micro-tokens or --draw-tokens .now 1024 and 32768"):
        host.draw_base(some_draws(1))


def test_load_turns_dropout_off(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "m")
    config = json.loads((TINY / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps({**config, "attention_dropout": 0.5}))
    host = Host.load(HostOptions(str(tmp_path / "m"), device="cpu", random_weights=True, checkpointing=True))
    assert host.config.attention_dropout == 0
    assert all(getattr(module, "attention_dropout", 0.0) == 0 for module in host.model.modules())
