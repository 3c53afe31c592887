"""How much of results is kept."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np
import pytest

from exitlab_trainer import kept_results
from exitlab_trainer.kept_results import KeptResults
from exitlab_trainer.results import LossResult, SampleResult, size_of
from exitlab_trainer.types import Drawn, Scored


def _done(result: object) -> Future[object]:
    future: Future[object] = Future()
    future.set_result(result)
    return future


def test_size_of_counts_the_arrays() -> None:
    assert size_of(_done({"type": "embed", "embeddings": np.zeros((100, 64), np.float32)})) == 1000 + 25_600
    scored = Scored(np.zeros(50, np.float32), np.zeros(50, np.float32))
    assert size_of(_done(LossResult([scored, scored], {}))) == 1000 + 2 * (400 + 500)
    drawn = Drawn([1] * 50, [0.0] * 50, "stop")
    assert size_of(_done(SampleResult([drawn]))) == 1000 + 400 + 2 * 500
    failed: Future[object] = Future()
    failed.set_exception(ValueError())
    assert size_of(failed) == size_of(_done({"type": "optim_step"})) == 1000


def _kept(kept: KeptResults) -> str:
    return "".join(name for name in "abcdef" if name in kept)


def test_results_are_dropped_from_the_oldest_fetched_to_the_oldest_unfetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_results, "KEPT_BYTES", 4 * 5000)
    kept = KeptResults()
    waiting: Future[object] = Future()
    kept.add("a", waiting)
    for name in "bcd":
        kept.add(name, _done({"embeddings": np.zeros(1000, np.float32)}))
    kept.mark_fetched("d")
    kept.mark_fetched("c")
    assert (_kept(kept), kept.bytes) == ("abcd", 15_000)
    for name in "ef":
        kept.add(name, _done({"embeddings": np.zeros(1000, np.float32)}))
    kept.trim()
    assert _kept(kept) == "abcef"
    waiting.set_result({"embeddings": np.zeros(2000, np.float32)})
    kept.trim()
    assert (_kept(kept), kept.bytes) == ("acf", 19_000)
    kept.remove("a")
    assert kept.bytes == 10_000


def test_the_last_result_stays_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_results, "KEPT_BYTES", 10)
    kept = KeptResults()
    kept.add("a", _done({}))
    kept.trim()
    assert _kept(kept) == "a"
    kept.mark_fetched("a")
    kept.add("b", _done({}))
    kept.trim()
    assert _kept(kept) == "ab"
    kept.mark_fetched("b")
    assert (_kept(kept), kept.bytes) == ("b", 1000)
