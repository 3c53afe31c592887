"""A model that brings code of its own: read only where that is trusted, and exported with it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from core_support import TINY, only, some_data
from transformers import AutoModelForCausalLM, dynamic_module_utils

from exitlab_trainer.host import Host
from exitlab_trainer.types import Adam, HostOptions, StartMistake

SHARED = Path(__file__).parents[1] / "shared_model"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder without weights. What transformers copies of its code stays in the test's own place."""
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    place = tmp_path / "shared"
    shutil.copytree(SHARED, place, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TINY / name, place)
    return place


def test_load_refuses_code_that_is_not_trusted(folder: Path) -> None:
    with pytest.raises(StartMistake, match="brings code of its own; .* --trust-remote-code"):
        Host.load(HostOptions(str(folder), device="cpu", random_weights=True))


def test_export_takes_the_code_along(folder: Path, tmp_path: Path) -> None:
    options = HostOptions(str(folder), device="cpu", random_weights=True, trust_remote_code=True)
    model = Host.load(options).open(0, 5, None)
    data = only(some_data(lengths=(5, 17, 24)), "weights", "entropy_weights")
    model.forward_backward(data, "cross_entropy", {"temperature": 0.8})
    model.optim_step(Adam(1e-2, 0.9, 0.99, 1e-8, 0.0, 0.0))
    model.publish()
    model.export(tmp_path / "export")
    assert (tmp_path / "export" / "modeling_shared.py").read_text() == (
        folder / "modeling_shared.py"
    ).read_text()
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "export", trust_remote_code=True)
    for datum, scored in zip(data, model.forward(data, 1.0, False), strict=True):
        with torch.no_grad():
            logprobs = read(torch.tensor([datum.tokens])).logits[0].log_softmax(-1)
        targets = torch.from_numpy(datum.inputs["target_tokens"]).unsqueeze(-1)
        np.testing.assert_allclose(logprobs.gather(-1, targets).squeeze(-1), scored.logprobs, atol=1e-5)
