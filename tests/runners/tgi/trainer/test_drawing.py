"""Draws: their log-probabilities, their distribution, and what they depend on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from core_support import datum_of, other_host, some_draws, tiny_host

from exitlab_trainer.drawing import draw_batches
from exitlab_trainer.picking import Picker
from exitlab_trainer.types import Draw, UserMistake
from exitlab_trainer.uniform import uniforms


def _gap(model: object, draws: list[Draw], temperature: float) -> float:
    """The largest difference between the log-probabilities of drawing and of scoring."""
    drawn = model.draw(draws)  # type: ignore[attr-defined]
    scored = model.forward(  # type: ignore[attr-defined]
        [datum_of(draw, one) for draw, one in zip(draws, drawn, strict=True)], temperature, False
    )
    gaps = [
        np.abs(np.array(one.logprobs) - score.logprobs[len(draw.prompt) - 1 :]).max()
        for draw, one, score in zip(draws, drawn, scored, strict=True)
    ]
    return float(max(gaps))


@pytest.mark.parametrize("temperature", [1.0, 0.7])
@pytest.mark.parametrize("rank", [0, 4])
def test_draw_tells_the_logprobs_that_forward_tells(temperature: float, rank: int) -> None:
    model = tiny_host().open(rank, 1, None)
    assert _gap(model, some_draws(24, temperature=temperature, top_p=0.9), temperature) < 1e-4
    model.close()


def test_draw_tells_the_logprobs_that_forward_tells_of_long_completions() -> None:
    """Rows end at very different times, and the cache must make room more than once."""
    model = tiny_host().open(0, 1, None)
    draws = [
        dataclasses.replace(draw, max_tokens=10 + 20 * index) for index, draw in enumerate(some_draws(12))
    ]
    assert max(len(one.tokens) for one in model.draw(draws)) >= 100
    assert _gap(model, draws, 1.0) < 1e-4
    model.close()


@pytest.mark.parametrize("kind", ["gpt2", "gemma2", "qwen2"])
def test_draw_tells_the_logprobs_that_forward_tells_of_other_architectures(kind: str) -> None:
    host = other_host(kind)
    assert host.backbone.split == (kind != "gemma2"), "gemma2 caps its logits after the head"
    model = host.open(0, 0, None)
    assert _gap(model, some_draws(12, temperature=0.8), 0.8) < 1e-4
    model.close()


def test_draw_gives_the_same_for_the_same_call() -> None:
    host = tiny_host()
    assert host.draw_base(some_draws(16)) == host.draw_base(some_draws(16))


def test_draw_does_not_depend_on_its_company() -> None:
    host, draws = tiny_host(), some_draws(16)
    together = host.draw_base(draws)
    for draw, one in zip(draws, together, strict=True):
        (alone,) = host.draw_base([draw])
        assert alone.tokens == one.tokens
        np.testing.assert_allclose(alone.logprobs, one.logprobs, atol=1e-4)


def test_draw_keeps_the_order_and_the_lengths_asked() -> None:
    draws = some_draws(16)
    for draw, one in zip(draws, tiny_host().draw_base(draws), strict=True):
        assert len(one.tokens) == draw.max_tokens or (one.stop_reason == "stop" and one.tokens[-1] == 2)


def test_draw_stops_at_a_stop_token_and_includes_it() -> None:
    host = tiny_host()
    free = host.draw_base([Draw([1, 20], 40, 1.0, 1.0, 5, stop=())])[0]
    assert free.stop_reason == "length" and len(free.tokens) == 40
    stop = free.tokens[7]
    cut = host.draw_base([Draw([1, 20], 40, 1.0, 1.0, 5, stop=(stop,))])[0]
    assert cut.stop_reason == "stop"
    assert cut.tokens == free.tokens[: free.tokens.index(stop) + 1]


def test_draw_ends_where_the_context_ends() -> None:
    host = tiny_host()
    prompt = [1] + [20] * (host.context - 4)
    one = host.draw_base([Draw(prompt, 50, 1.0, 1.0, 3, stop=())])[0]
    assert len(one.tokens) == 3 and one.stop_reason == "length"


def test_draw_takes_the_likeliest_token_at_temperature_0() -> None:
    host = tiny_host()
    model = host.open(0, 0, None)
    draw = Draw([1, 20, 30], 6, 0.0, 1.0, 9)
    one = model.draw([draw])[0]
    assert one == model.draw([dataclasses.replace(draw, seed=10)])[0]
    np.testing.assert_allclose(
        model.forward([datum_of(draw, one)], 1.0, False)[0].logprobs[2:], one.logprobs, atol=1e-4
    )
    model.close()


def test_draw_tells_of_each_token_as_it_comes() -> None:
    heard: dict[int, list[int]] = {}
    draws = some_draws(6)
    drawn = tiny_host().draw_base(draws, lambda index, token, _: heard.setdefault(index, []).append(token))
    assert [heard[index] for index in range(6)] == [one.tokens for one in drawn]


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": []},
        {"prompt": [1] * 256},
        {"prompt": [103]},
        {"prompt": [-1]},
        {"max_tokens": 0},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"top_p": 0.0},
        {"top_p": 1.5},
    ],
)
def test_draw_refuses_what_cannot_be_drawn(change: dict[str, object]) -> None:
    with pytest.raises(UserMistake, match="Expected"):
        tiny_host().draw_base([dataclasses.replace(some_draws(1)[0], **change)])  # type: ignore[arg-type]


def test_draw_batches_hold_every_draw_once_and_no_more_than_fits() -> None:
    draws = some_draws(50)
    batches = draw_batches(draws, 256, 100)
    assert sorted(index for batch in batches for index in batch) == list(range(50))
    for batch in batches:
        size = max(len(draws[index].prompt) for index in batch) + max(
            draws[index].max_tokens for index in batch
        )
        assert len(batch) == 1 or len(batch) * size <= 100


def _picks(logits: list[float], count: int, **cut: float) -> np.ndarray:
    draw = Draw([1], 1, 0.5, cut.get("top_p", 1.0), 0, top_k=int(cut.get("top_k", 0)))
    picker = Picker([draw] * count, len(logits), torch.device("cpu"))
    chances = uniforms(np.arange(count, dtype=np.uint64), 3)
    tokens, _ = picker.pick(torch.tensor([logits] * count), torch.arange(count), chances)
    return np.bincount(tokens.numpy(), minlength=len(logits)) / count


LOGITS = [0.3, -0.5, 0.9, 0.0, -2.0]
TEMPERED = np.exp(np.array(LOGITS) / 0.5) / np.exp(np.array(LOGITS) / 0.5).sum()


def test_pick_follows_the_tempered_softmax() -> None:
    count = 40_000
    found = _picks(LOGITS, count)
    assert np.all(np.abs(found - TEMPERED) < 4.5 * np.sqrt(TEMPERED * (1 - TEMPERED) / count))


@pytest.mark.parametrize(
    ("cut", "kept"), [({"top_p": 0.8}, [2, 0]), ({"top_p": 0.01}, [2]), ({"top_k": 3}, [2, 0, 3])]
)
def test_pick_keeps_the_likeliest_tokens_alone(cut: dict[str, float], kept: list[int]) -> None:
    found = _picks(LOGITS, 20_000, **cut)
    expected = np.zeros(5)
    expected[kept] = TEMPERED[kept] / TEMPERED[kept].sum()
    assert set(np.flatnonzero(found)) == set(kept)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_pick_tells_the_logprob_before_the_cut() -> None:
    picker = Picker([Draw([1], 1, 0.5, 0.01, 0)], 5, torch.device("cpu"))
    token, logprob = picker.pick(torch.tensor([LOGITS]), torch.tensor([0]), np.array([0.99]))
    assert int(token) == 2
    assert float(logprob) == pytest.approx(np.log(TEMPERED[2]), abs=1e-6)


def test_uniforms_are_uniform_and_do_not_repeat() -> None:
    numbers = np.concatenate([uniforms(np.arange(500, dtype=np.uint64), step) for step in range(40)])
    assert numbers.min() >= 0 and numbers.max() < 1
    assert len(np.unique(numbers)) == len(numbers)
    histogram = np.histogram(numbers, 20, (0, 1))[0]
    assert (
        (histogram - 1000) ** 2 / 1000
    ).sum() < 45  # 99.9 % of chi-square with 19 degrees of freedom: 43.8
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.03
