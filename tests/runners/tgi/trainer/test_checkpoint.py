"""Checkpoints: what is kept, what is refused, and what other tools make of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from core_support import TINY, only, other_host, some_data, some_draws, tiny_host
from peft import PeftModel
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from exitlab_trainer.host import Host
from exitlab_trainer.trained_model import TrainedModel
from exitlab_trainer.types import Adam, HostOptions, UserMistake

ADAM = Adam(0.01, weight_decay=0.1, grad_clip_norm=1.0)


def _step(model: TrainedModel, seed: int) -> float:
    model.forward_backward(only(some_data(seed), "weights"), "cross_entropy", {})
    return model.optim_step(ADAM)["grad_norm"]


def _trained(host: Host, rank: int) -> TrainedModel:
    """A model whose three sets of weights all differ."""
    model = host.open(rank, 3, None)
    _step(model, 0)
    model.refresh_reference(0.5)
    _step(model, 1)
    model.publish()
    _step(model, 2)
    return model


def _future(model: TrainedModel) -> list[object]:
    """All that a model can be asked, from here on."""
    draws, data = some_draws(6), some_data(9)
    seen: list[object] = [model.version, model.step, model.draw(draws)]
    seen += [one.logprobs.tolist() for one in model.forward(data, 1.0, True)]
    seen += [_step(model, 5), _step(model, 6)]
    seen += [one.logprobs.tolist() for one in model.forward(data, 1.0, False)]
    model.refresh_reference(0.3)
    seen += [one.logprobs.tolist() for one in model.forward(data, 1.0, True)]
    model.publish()
    return [*seen, model.draw(draws), model.version, model.step]


@pytest.mark.parametrize("options", [{}, {"dtype": "bfloat16"}])
@pytest.mark.parametrize("rank", [0, 4])
def test_load_goes_on_with_the_same_bits(rank: int, options: dict[str, object], tmp_path: Path) -> None:
    model = _trained(tiny_host(**options), rank)
    model.save(tmp_path / "a")
    expected = _future(model)
    model.load(tmp_path / "a", True)
    assert _future(model) == expected
    model.close()
    restarted = Host.load(
        HostOptions(str(TINY), device="cpu", random_weights=True, **options)  # type: ignore[arg-type]
    ).open(rank, 11, None)
    restarted.load(tmp_path / "a", True)
    assert _future(restarted) == expected
    restarted.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_load_of_a_fresh_model_keeps_its_initial_reference(rank: int, tmp_path: Path) -> None:
    host = tiny_host()
    model = host.open(rank, 3, None)
    model.save(tmp_path / "a")
    expected = _future(model)
    other = host.open(rank, 4, None)
    other.load(tmp_path / "a", True)
    assert _future(other) == expected
    for one in (model, other):
        one.close()


def test_load_can_begin_with_a_new_optimiser(tmp_path: Path) -> None:
    model = _trained(tiny_host(), 0)
    model.save(tmp_path / "a")
    weights = {name: tensor.clone() for name, tensor in model.sets.trained.items()}
    published = model.draw(some_draws(4))
    _step(model, 3)
    model.load(tmp_path / "a", False)
    assert model.step == 0 and not model.optimizer.first and model.version == 1
    assert all(torch.equal(tensor, model.sets.trained[name]) for name, tensor in weights.items())
    assert model.draw(some_draws(4)) == published
    model.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_load_refuses_a_damaged_checkpoint_and_changes_nothing(rank: int, tmp_path: Path) -> None:
    model = _trained(tiny_host(), rank)
    model.save(tmp_path / "a")
    before = {name: tensor.clone() for name, tensor in model.sets.trained.items()}
    names = [path.name for path in (tmp_path / "a").iterdir()]
    assert {"published.safetensors", "optimizer.safetensors", "reference.safetensors", "state.json"} <= set(
        names
    )
    for name in names:
        path = tmp_path / "a" / name
        content = path.read_bytes()
        middle = len(content) // 2
        for wrong in (
            content[:middle],
            content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            None,
        ):
            if wrong is None:
                path.unlink()
            else:
                path.write_bytes(wrong)
            if name == "state.json" and wrong is not None and len(wrong) == len(content):
                continue  # a flipped bit of a number there cannot be told from another checkpoint
            with pytest.raises(UserMistake, match="damaged|no checkpoint"):
                model.load(tmp_path / "a", True)
        path.write_bytes(content)
    assert all(torch.equal(tensor, model.sets.trained[name]) for name, tensor in before.items())
    assert model.step == 3
    model.load(tmp_path / "a", True)
    with pytest.raises(UserMistake, match="no checkpoint"):
        model.load(tmp_path / "b", True)
    model.close()


def test_load_refuses_a_checkpoint_of_another_kind(tmp_path: Path) -> None:
    host = tiny_host()
    adapter, whole = host.open(4, 3, None), host.open(0, 3, None)
    adapter.save(tmp_path / "adapter")
    whole.save(tmp_path / "whole")
    adapter.export(tmp_path / "exported")
    other = host.open(8, 3, None)
    foreign = other_host("qwen2").open(0, 3, None)
    for model, name, reason in (
        (whole, "adapter", "rank 4"),
        (adapter, "whole", "rank 0"),
        (other, "adapter", "rank 4"),
        (foreign, "whole", "tiny_llama"),
        (adapter, "exported", "sampling"),
    ):
        with pytest.raises(UserMistake, match=reason):
            model.load(tmp_path / name, True)
    for model in (adapter, whole, other, foreign):
        model.close()


def test_save_replaces_a_checkpoint_whole(tmp_path: Path) -> None:
    model = _trained(tiny_host(), 4)
    model.save(tmp_path / "a")
    _step(model, 7)
    model.save(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert json.loads((tmp_path / "a" / "state.json").read_text())["step"] == 4
    (tmp_path / "a").rename(tmp_path / ".a.old")  # as if cut off between the two renames
    model.load(tmp_path / "a", True)
    assert model.step == 4
    model.close()


def _logits(model: Callable[..., Any]) -> Tensor:
    with torch.no_grad():
        found: Tensor = model(input_ids=torch.tensor([[1, 20, 30, 40, 50]])).logits
    return found


@pytest.mark.parametrize("kind", ["tiny", "qwen2", "gpt2", "gemma2"])
def test_export_is_read_by_transformers(kind: str, tmp_path: Path) -> None:
    host = tiny_host() if kind == "tiny" else other_host(kind)
    model = host.open(0, 3, None)
    _step(model, 0)
    model.publish()
    model.export(tmp_path / "e")
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "e").eval()
    model.embed([([1, 2], 0)])  # puts the trained weights in, which are the published ones
    torch.testing.assert_close(_logits(read), _logits(host.model), rtol=1e-5, atol=1e-5)
    assert (
        AutoTokenizer.from_pretrained(tmp_path / "e")("1+1=2").input_ids == host.tokenizer("1+1=2").input_ids
    )
    again = Host.load(HostOptions(str(tmp_path / "e"), device="cpu"))
    assert again.draw_base(some_draws(4)) == model.draw(some_draws(4))
    model.close()


def test_export_is_read_by_peft(tmp_path: Path) -> None:
    host = tiny_host(seed=3)
    model = host.open(4, 3, None)
    for seed in range(3):
        _step(model, seed)
    model.publish()
    model.export(tmp_path / "adapter")
    whole = host.open(0, 3, None)
    whole.export(tmp_path / "base")
    read = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(tmp_path / "base"), tmp_path / "adapter"
    ).eval()
    model.embed([([1, 2], 0)])
    expected = _logits(host.model)
    torch.testing.assert_close(_logits(read), expected, rtol=1e-5, atol=1e-5)
    with read.disable_adapter():
        assert float((_logits(read) - expected).abs().max()) > 0.01
    model.close()
    whole.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_load_sampler_draws_what_the_model_draws(rank: int, tmp_path: Path) -> None:
    host, draws = tiny_host(), some_draws(8)
    model = _trained(host, rank)
    model.export(tmp_path / "e")
    sampler = host.load_sampler(tmp_path / "e")
    assert sampler.draw(draws) == model.draw(draws)
    model.close()
    del sampler
    host.sweep()
    assert not host._retired
    with pytest.raises(UserMistake, match="no checkpoint"):
        host.load_sampler(tmp_path / "none")


def test_checkpoints_say_what_they_hold(tmp_path: Path) -> None:
    model = _trained(tiny_host(), 4)
    model.save(tmp_path / "a")
    state = json.loads((tmp_path / "a" / "state.json").read_text())
    assert (state["base_model"], state["rank"], state["step"], state["version"]) == ("tiny_llama", 4, 3, 1)
    assert {"adapter_model.safetensors", "adapter_config.json"} <= set(state["sha256"])
    assert np.all([len(digest) == 64 for digest in state["sha256"].values()])
    model.close()
