"""The three sets of weights, and the steps that move one of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from core_support import datum_of, only, other_host, some_data, some_draws, tiny_host

from exitlab_trainer.trained_model import TrainedModel
from exitlab_trainer.types import Adam, UserMistake

ADAM = Adam(0.01, 0.9, 0.95, 1e-8, 0.1, 1.0)


def _step(model: TrainedModel, seed: int = 0, adam: Adam = ADAM) -> float:
    model.forward_backward(only(some_data(seed), "weights"), "cross_entropy", {})
    return model.optim_step(adam)["grad_norm"]


def test_optim_step_is_adamw_with_decay_for_matrices_alone() -> None:
    host = tiny_host()
    model = host.open(0, 3, None)
    copies = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in model.sets.trained.items()}
    matrices = [copy for name, copy in copies.items() if copy.ndim == 2 and "embed" not in name]
    others = [copy for name, copy in copies.items() if copy.ndim == 1 or "embed" in name]
    torch_adam = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=0.01,
        betas=(0.9, 0.95),
        eps=1e-8,
        foreach=False,
    )
    for seed in range(4):
        model.forward_backward(only(some_data(seed), "weights"), "cross_entropy", {})
        for name, copy in copies.items():
            copy.grad = model.gradients.total[name].clone()
        norm = float(torch.nn.utils.clip_grad_norm_(list(copies.values()), 1.0))
        torch_adam.step()
        assert model.optim_step(ADAM)["grad_norm"] == pytest.approx(norm, rel=1e-5)
    for name, copy in copies.items():
        torch.testing.assert_close(model.sets.trained[name], copy.detach(), rtol=1e-4, atol=1e-6)
    assert model.step == 4
    model.close()


def test_optim_step_does_not_decay_a_head_tied_to_the_embeddings() -> None:
    host = other_host("qwen2")
    assert "model.embed_tokens.weight" not in host.decaying
    assert "lm_head.weight" not in host.slots.parameters
    assert "model.layers.0.mlp.up_proj.weight" in host.decaying
    assert not any("bias" in name or "norm" in name for name in host.decaying)


def test_optim_step_leaves_weights_alone_where_the_gradient_is_not_finite() -> None:
    model = tiny_host().open(0, 3, None)
    _step(model)
    before = {name: tensor.clone() for name, tensor in model.sets.trained.items()}
    model.forward_backward(only(some_data(), "weights"), "cross_entropy", {})
    model.gradients.total["lm_head.weight"][0, 0] = float("inf")
    with pytest.raises(UserMistake, match="finite gradient"):
        model.optim_step(ADAM)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.sets.trained.items())
    assert model.step == 1 and not model.gradients.total
    model.close()


@pytest.mark.parametrize(
    "wrong", [{"learning_rate": -1.0}, {"learning_rate": float("nan")}, {"beta1": 1.0}, {"eps": -1}]
)
def test_optim_step_refuses_settings_out_of_range(wrong: dict[str, float]) -> None:
    model = tiny_host().open(0, 3, None)
    with pytest.raises(UserMistake, match="Expected"):
        model.optim_step(Adam(**{"learning_rate": 0.1, **wrong}))
    model.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_the_same_calls_give_the_same_bits(rank: int) -> None:
    ends = []
    for _ in range(2):
        model = tiny_host().open(rank, 3, None)
        norms = [_step(model, seed) for seed in range(3)]
        model.publish()
        ends.append(
            (norms, model.draw(some_draws(8)), [tensor.clone() for tensor in model.sets.trained.values()])
        )
        model.close()
    assert ends[0][:2] == ends[1][:2]
    assert all(torch.equal(one, other) for one, other in zip(ends[0][2], ends[1][2], strict=True))


@pytest.mark.parametrize("rank", [0, 4])
def test_publish_shares_tensors_until_the_next_step(rank: int) -> None:
    model = tiny_host().open(rank, 3, None)
    sets = model.sets
    _step(model)
    assert all(sets.trained[name] is not sets.published[name] for name in sets.trained)
    places = {name: tensor.data_ptr() for name, tensor in sets.trained.items()}
    _step(model)
    assert places == {name: tensor.data_ptr() for name, tensor in sets.trained.items()}, "written to in place"
    assert model.publish() == 1 and model.version == 1
    assert all(sets.trained[name] is sets.published[name] for name in sets.trained)
    draws = some_draws(8)
    published = model.draw(draws)
    _step(model)
    assert all(sets.trained[name] is not sets.published[name] for name in sets.trained)
    assert model.draw(draws) == published
    model.publish()
    assert model.draw(draws) != published
    model.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_the_reference_is_the_initial_weights_until_it_is_refreshed(rank: int) -> None:
    model, data = tiny_host().open(rank, 3, None), some_data()

    def scores(reference: bool) -> np.ndarray:
        return np.concatenate([one.logprobs for one in model.forward(data, 1.0, reference)])

    initial = scores(False)
    _step(model)
    assert np.array_equal(scores(True), initial) and not np.array_equal(scores(False), initial)
    halves = {name: (tensor + model.sets.reference[name]) / 2 for name, tensor in model.sets.trained.items()}
    model.refresh_reference(0.5)
    for name, tensor in halves.items():
        torch.testing.assert_close(model.sets.reference[name], tensor)
    _step(model, 1)
    model.refresh_reference(1.0)
    assert np.array_equal(scores(True), scores(False))
    now = scores(True)
    _step(model, 2)
    assert np.array_equal(scores(True), now)
    with pytest.raises(UserMistake, match="mix"):
        model.refresh_reference(0.0)
    model.close()


def test_models_in_one_host_do_not_disturb_each_other() -> None:
    host, draws = tiny_host(), some_draws(6)
    base = host.draw_base(draws)
    alone = []
    for rank in (0, 4, 8):
        model = host.open(rank, 5, None)
        alone.append([_step(model, seed) for seed in range(3)])
        model.close()
    models = [host.open(rank, 5, None) for rank in (0, 4, 8)]
    together = [[_step(model, seed) for model in models] for seed in range(3)]
    assert [list(one) for one in zip(*together, strict=True)] == alone
    assert host.draw_base(draws) == base
    for model in models:
        model.close()
    assert host.draw_base(draws) == base


def test_open_makes_random_weights_from_the_seed() -> None:
    host, data = tiny_host(), some_data()
    models = [host.open(0, seed, None) for seed in (1, 1, 2)]
    scores = [model.forward(data, 1.0, False)[1].logprobs for model in models]
    assert np.array_equal(scores[0], scores[1]) and not np.array_equal(scores[0], scores[2])
    adapter = host.open(4, 2, None)
    assert np.array_equal(adapter.forward(data, 1.0, False)[1].logprobs, scores[2])
    assert adapter.trainable == sum(tensor.numel() for tensor in adapter.sets.trained.values())
    assert adapter.total == host.parameters + adapter.trainable and models[0].trainable == host.parameters
    assert adapter.adapter is not None and adapter.adapter.config.lora_alpha == 8
    for model in (*models, adapter):
        model.close()
    for rank, seed, alpha in ((-1, 0, None), (4, -1, None), (4, 0, 0.0), (5000, 0, None)):
        with pytest.raises(UserMistake, match="Expected"):
            host.open(rank, seed, alpha)


def test_close_frees_and_refuses() -> None:
    model = tiny_host().open(4, 1, None)
    model.close()
    model.close()
    with pytest.raises(UserMistake, match="closed"):
        model.forward(some_data(), 1.0, False)


def test_embed_means_the_last_hidden_states_of_a_span() -> None:
    host = tiny_host(micro_tokens=20)
    model = host.open(0, 3, None)
    spans = [([1, 5, 9], 1), ([1, 40, 41, 42, 43, 44, 45], 4), ([7], 0)]
    found = model.embed(spans)
    assert found.shape == (3, 64) and found.dtype == np.float32
    for (tokens, start), row in zip(spans, found, strict=True):
        states = host.model(input_ids=torch.tensor([tokens]), output_hidden_states=True).hidden_states[-1][0]
        np.testing.assert_allclose(row, states[start:].mean(0).detach().numpy(), atol=1e-5)
    model.close()


@pytest.mark.parametrize(("rank", "rate"), [(0, 0.01), (8, 0.02)])
def test_training_teaches(rank: int, rate: float) -> None:
    """Words that repeat: the whole model learns them in a few steps, an adapter of random weights at least
    some.
    """
    model = tiny_host().open(rank, 0, None)
    tokens = np.array([1, *([40, 41, 42, 43, 44] * 6)])
    inputs = {"target_tokens": tokens[1:], "weights": np.ones(30, dtype=np.float32) / 120}
    losses = []
    for _ in range(30):
        _, metrics = model.forward_backward(
            [type(some_data()[0])(tokens[:-1].tolist(), inputs)] * 4, "cross_entropy", {}
        )
        losses.append(metrics["loss:sum"])
        model.optim_step(Adam(rate))
    assert losses[0] > 4
    assert losses[-1] < (0.2 if rank == 0 else 3)
    model.close()


@pytest.mark.parametrize("rank", [0, 4])
def test_bfloat16_keeps_small_steps(rank: int) -> None:
    model = tiny_host(dtype="bfloat16").open(rank, 3, None)
    name = next(name for name in model.sets.trained if "layers.1.mlp.up_proj" in name)
    initial = model.sets.trained[name].float().clone()
    for seed in range(20):
        _step(model, seed % 2, Adam(1e-5))
    assert model.sets.trained[name].dtype == (torch.bfloat16 if rank == 0 else torch.float32)
    held = model.optimizer.master.get(name, model.sets.trained[name])
    assert held.dtype == torch.float32 and float((held - initial).abs().max()) > 2e-5
    model.publish()
    draws = some_draws(8)
    for draw, one in zip(draws, model.draw(draws), strict=True):
        score = model.forward([datum_of(draw, one)], 1.0, False)[0].logprobs[len(draw.prompt) - 1 :]
        assert np.abs(np.array(one.logprobs) - score).max() < 0.1
    model.close()
