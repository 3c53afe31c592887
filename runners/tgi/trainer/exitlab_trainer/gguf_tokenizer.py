"""What transformers leaves out of the tokenizers that it makes from GGUF files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

DIGITS_ALONE = frozenset(("smollm", "starcoder", "refact", "command-r"))
"""The kinds of pre-tokenizer (`tokenizer.ggml.pre`) that take each digit for a word of its own."""


def split_digits(tokenizer: Any, file: Path) -> None:
    """Makes a tokenizer take each digit for a word of its own, where its file says so.

    Without it, white space before a number becomes other tokens than those that the model was trained on.
    """
    if _kind(file) not in DIGITS_ALONE:
        return
    from tokenizers import pre_tokenizers

    core = tokenizer.backend_tokenizer
    digits = pre_tokenizers.Digits(individual_digits=True)
    core.pre_tokenizer = pre_tokenizers.Sequence([digits, core.pre_tokenizer])


def _kind(file: Path) -> str | None:
    from gguf import GGUFReader

    field = GGUFReader(str(file)).fields.get("tokenizer.ggml.pre")
    return None if field is None else str(field.contents())
