"""Types and style of the package, where the tools that check them are installed (the extra `check`)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TRAINER = HERE.parents[3] / "runners" / "tgi" / "trainer"


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "exitlab_trainer", str(HERE)],
        ["ruff", "format", "--check", "exitlab_trainer", str(HERE)],
        ["mypy", "--strict", "exitlab_trainer"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_the_package_is_clean(command: list[str]) -> None:
    if importlib.util.find_spec(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    whole = [sys.executable, "-m", *command]
    ran = subprocess.run(whole, cwd=TRAINER, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
