"""Losses and gradients, held to autograd on losses written out again here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from core_support import only, other_host, some_data, tiny_host
from torch import Tensor

from exitlab_trainer.host import Host
from exitlab_trainer.micro_batches import micro_batches
from exitlab_trainer.trained_model import TrainedModel
from exitlab_trainer.types import Adam, Datum, UserMistake

Expected = Callable[[Tensor, Tensor, Mapping[str, Tensor]], Tensor]


def _entropy(logits: Tensor) -> Tensor:
    logprobs = torch.log_softmax(logits, -1)
    return -(logprobs.exp() * logprobs).sum(-1)


def _cross_entropy(logprobs: Tensor, entropy: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    return -(given["weights"] @ logprobs) - given["entropy_weights"] @ entropy


def _importance(logprobs: Tensor, entropy: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    return (
        -(torch.exp(logprobs - given["logprobs"]) @ given["advantages"]) - given["entropy_weights"] @ entropy
    )


def _ppo(logprobs: Tensor, entropy: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    ratio = torch.exp(logprobs - given["logprobs"])
    total = -(given["entropy_weights"] @ entropy)
    for one, advantage in zip(ratio, given["advantages"], strict=True):
        total = total - torch.min(one * advantage, torch.clamp(one, 0.9, 1.3) * advantage)
    return total


def _cispo(logprobs: Tensor, entropy: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    held = torch.exp(logprobs.detach() - given["logprobs"]).clamp(0.9, 1.3)
    return -(held * given["advantages"]) @ logprobs - given["entropy_weights"] @ entropy


def _dro(logprobs: Tensor, entropy: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    told = (given["logprobs"] != 0) | (given["advantages"] != 0)
    each = logprobs * given["advantages"] - 0.5 * 0.3 * (logprobs - given["logprobs"]) ** 2
    return -each[told].sum() - given["entropy_weights"] @ entropy


CLIPS = {"clip_low_threshold": 0.9, "clip_high_threshold": 1.3}
LOSSES: dict[str, tuple[Expected, tuple[str, ...], dict[str, float]]] = {
    "cross_entropy": (_cross_entropy, ("weights",), {}),
    "importance_sampling": (_importance, ("logprobs", "advantages"), {}),
    "ppo": (_ppo, ("logprobs", "advantages"), CLIPS),
    "cispo": (_cispo, ("logprobs", "advantages"), CLIPS),
    "dro": (_dro, ("logprobs", "advantages"), {"beta": 0.3}),
}


def _plain(
    host: Host, data: list[Datum], temperature: float, expected: Expected
) -> tuple[float, dict[str, Tensor]]:
    """Loss and gradient by autograd, a sequence at a time, of the host's model as it is now."""
    model = host.model
    host.slots.train(True)
    total = torch.zeros(())
    for datum in data:
        logits = model(input_ids=torch.tensor([datum.tokens]), use_cache=False).logits[0] / temperature
        targets = torch.from_numpy(datum.inputs["target_tokens"])
        logprobs = torch.log_softmax(logits, -1)[torch.arange(len(targets)), targets]
        given = {name: torch.from_numpy(value) for name, value in datum.inputs.items()}
        total = total + expected(logprobs, _entropy(logits), given)
    torch.autograd.backward(total)
    gradient = {
        name: slot.grad.clone() for name, slot in host.slots.parameters.items() if slot.grad is not None
    }
    host.slots.clear()
    host.slots.train(False)
    return float(total.detach()), gradient


def _assert_close(
    found: Mapping[str, Tensor], expected: Mapping[str, Tensor], tolerance: float = 1e-4
) -> None:
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        scale = float(gradient.norm()) + 1e-6
        assert float((found[name] - gradient).norm()) / scale < tolerance, name


@pytest.mark.parametrize("temperature", [1.0, 0.7])
@pytest.mark.parametrize("name", list(LOSSES))
def test_forward_backward_gives_the_gradient_of_the_loss(name: str, temperature: float) -> None:
    expected, inputs, config = LOSSES[name]
    host = tiny_host()
    model = host.open(0, 3, None)
    data = only(some_data(), *inputs, "entropy_weights")
    _, metrics = model.forward_backward(data, name, {**config, "temperature": temperature})
    loss, gradient = _plain(host, data, temperature, expected)
    assert metrics["loss:sum"] == pytest.approx(loss, rel=1e-5, abs=1e-4)
    assert metrics["tokens:sum"] == sum(len(one.tokens) for one in data)
    _assert_close(model.gradients.total, gradient)
    model.close()


@pytest.mark.parametrize("kind", ["gpt2", "gemma2", "qwen2"])
def test_forward_backward_gives_the_gradient_of_other_architectures(kind: str) -> None:
    host = other_host(kind)
    model = host.open(0, 0, None)
    data = only(some_data(), "weights", "entropy_weights")
    model.forward_backward(data, "cross_entropy", {})
    _, gradient = _plain(host, data, 1.0, _cross_entropy)
    _assert_close(model.gradients.total, gradient, 1e-3)
    model.close()


def test_forward_backward_gives_the_gradient_where_activations_are_computed_again() -> None:
    data = only(some_data(), "weights")
    plain, again = tiny_host().open(0, 3, None), tiny_host(checkpointing=True).open(0, 3, None)
    for model in (plain, again):
        model.forward_backward(data, "cross_entropy", {})
    _assert_close(again.gradients.total, plain.gradients.total)
    adapter = tiny_host(checkpointing=True).open(4, 3, None)
    adapter.forward_backward(data, "cross_entropy", {})
    assert any(float(gradient.norm()) > 0 for gradient in adapter.gradients.total.values())
    for model in (plain, again, adapter):
        model.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_forward_backward_does_not_depend_on_micro_batches(rank: int) -> None:
    data = some_data()
    small, large = (tiny_host(micro_tokens=size).open(rank, 3, None) for size in (20, 10_000))
    scored = [
        model.forward_backward(only(data, "weights", "entropy_weights"), "cross_entropy", {})
        for model in (small, large)
    ]
    _assert_close(small.gradients.total, large.gradients.total)
    assert scored[0][1]["loss:sum"] == pytest.approx(scored[1][1]["loss:sum"], rel=1e-5)
    for one, other in zip(scored[0][0], scored[1][0], strict=True):
        np.testing.assert_allclose(one.logprobs, other.logprobs, atol=1e-5)
        np.testing.assert_allclose(one.entropy, other.entropy, atol=1e-5)
    for model in (small, large):
        model.close()


def test_an_adapter_has_the_gradient_that_the_whole_model_implies() -> None:
    """With W = W₀ + s · B A and B = 0: dB = s · dW Aᵀ and dA = 0."""
    host, data = tiny_host(), only(some_data(), "weights")
    whole, adapter = host.open(0, 3, None), host.open(4, 3, 12.0)
    for model in (whole, adapter):
        model.forward_backward(data, "cross_entropy", {})
    name = "model.layers.1.mlp.up_proj"
    key = f"base_model.model.{name}"
    reads = adapter.sets.trained[f"{key}.lora_A.weight"]
    expected = 12.0 / 4 * whole.gradients.total[f"{name}.weight"] @ reads.T
    torch.testing.assert_close(
        adapter.gradients.total[f"{key}.lora_B.weight"], expected, rtol=1e-3, atol=1e-4
    )
    assert float(adapter.gradients.total[f"{key}.lora_A.weight"].norm()) == 0
    assert not any("lm_head" in one for one in adapter.sets.trained)
    assert sum("lora_A" in one for one in adapter.sets.trained) == 3 * 7
    for model in (whole, adapter):
        model.close()


def test_gradients_add_up_until_a_step() -> None:
    model, data = tiny_host().open(0, 3, None), only(some_data(), "weights")
    model.forward_backward(data[:3], "cross_entropy", {})
    model.forward_backward(data[3:], "cross_entropy", {})
    apart = {name: gradient.clone() for name, gradient in model.gradients.total.items()}
    assert model.optim_step(Adam(0.0))["grad_norm"] > 0
    model.forward_backward(data, "cross_entropy", {})
    _assert_close(model.gradients.total, apart)
    model.close()


def test_forward_tells_logprobs_and_entropy_of_every_token() -> None:
    host, data = tiny_host(), some_data()
    model = host.open(0, 3, None)
    scored = model.forward(data, 0.7, False)
    for datum, one in zip(data, scored, strict=True):
        logits = host.model(input_ids=torch.tensor([datum.tokens]), use_cache=False).logits[0].detach() / 0.7
        targets = torch.from_numpy(datum.inputs["target_tokens"])
        expected = torch.log_softmax(logits, -1)[torch.arange(len(targets)), targets]
        np.testing.assert_allclose(one.logprobs, expected.numpy(), atol=1e-4)
        np.testing.assert_allclose(one.entropy, _entropy(logits).numpy(), atol=1e-4)
    trained, _ = model.forward_backward(only(data, "weights"), "cross_entropy", {"temperature": 0.7})
    for datum, one, other in zip(data, scored, trained, strict=True):
        np.testing.assert_allclose(one.logprobs, other.logprobs, atol=1e-5)
        weighed = datum.inputs["weights"] != 0
        np.testing.assert_allclose(one.entropy[weighed], other.entropy[weighed], atol=1e-5)
    model.close()


def _refused(model: TrainedModel, data: list[Datum], loss: str = "cross_entropy", **config: float) -> str:
    with pytest.raises(UserMistake) as caught:
        model.forward_backward(data, loss, config)
    return str(caught.value)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_forward_backward_that_fails_accumulates_nothing(dtype: str) -> None:
    model = tiny_host(micro_tokens=20, dtype=dtype).open(0, 3, None)
    good = only(some_data(), "weights")
    model.forward_backward(good, "cross_entropy", {})
    before = {name: gradient.clone() for name, gradient in model.gradients.total.items()}
    tokens, inputs = good[0].tokens, good[0].inputs
    huge = Datum(tokens, {**inputs, "weights": np.full(len(tokens), 3e38, dtype=np.float32)})
    assert "loss_fn" in _refused(model, good, "hinge")
    assert "loss_fn_config" in _refused(model, good, beta=1.0)
    assert "temperature" in _refused(model, good, temperature=0.0)
    assert "finite loss" in _refused(model, [*good, huge])
    for name, gradient in before.items():
        assert torch.equal(model.gradients.total[name], gradient)
    model.forward_backward(good, "cross_entropy", {})
    for name, gradient in before.items():
        assert torch.equal(model.gradients.total[name], 2 * gradient)
    model.close()


def test_micro_batches_hold_every_sequence_once_and_no_more_than_fits() -> None:
    lengths = [int(length) for length in np.random.default_rng(1).integers(1, 50, 200)]
    batches = micro_batches(lengths, 100)
    assert sorted(index for batch in batches for index in batch) == list(range(200))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= 100
    assert micro_batches([500, 3], 100) == [[0], [1]]
