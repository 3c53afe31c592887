"""Turns a GGUF file into a model folder: `python -m exitlab_trainer.convert_gguf IN OUT`.

The trainer reads `.gguf` files itself. A folder is for what does not: other samplers, PEFT, and tools that
look at weights. Numbers of few bits are written out in float32, the values that the trainer computes with;
rounding is not undone, so that the folder is the model of the file and not the one it was made from.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from .loading import find_source, read_config, read_model, read_tokenizer
from .types import HostOptions, StartMistake

DIGITS_ALONE = ("smollm", "refact", "command-r")
"""Kinds of pre-tokenizer (`tokenizer.ggml.pre`) that take a digit for a word of its own, which transformers
leaves out of the tokenizers that it makes from GGUF files.
"""


def convert(given: Path, folder: Path) -> int:
    """Writes the model of a GGUF file as a folder that `from_pretrained` reads.

    Args:
        given: The `.gguf` file.
        folder: Where to; it must not be there yet.

    Returns:
        How many parameters it has.

    Raises:
        StartMistake: If there is no such file, it cannot be read, or the folder is there.
    """
    if given.suffix != ".gguf" or not given.is_file():
        raise StartMistake(f'Expected a .gguf file but found "{given}"')
    if folder.exists():
        raise StartMistake(f'Expected a folder that is not there yet but found "{folder}"')
    source = find_source(HostOptions(str(given.absolute()), device="cpu", offline=True))
    config = read_config(source)
    model = read_model(source, config, torch.float32, torch.device("cpu"), None)
    tokenizer = read_tokenizer(source)
    _forget_quantization(model)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        model.save_pretrained(partial)
        tokenizer.save_pretrained(partial)
        if _pre_tokenizer(given) in DIGITS_ALONE:
            _split_digits(partial / "tokenizer.json")
        partial.rename(folder)
    except OSError as problem:
        shutil.rmtree(partial, ignore_errors=True)
        raise StartMistake(f'The folder "{folder}" could not be written: {problem}') from None
    return sum(parameter.numel() for parameter in model.parameters())


def _forget_quantization(model: Any) -> None:
    """What was read is in whole numbers of bits no longer; transformers would refuse to write it."""
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def _pre_tokenizer(given: Path) -> str | None:
    """The kind of pre-tokenizer that the file names."""
    from gguf import GGUFReader

    field = GGUFReader(str(given)).fields.get("tokenizer.ggml.pre")
    return None if field is None else str(field.contents())


def _split_digits(path: Path) -> None:
    """Puts the splitting of digits before the byte-level splitting."""
    described = json.loads(path.read_text(encoding="utf-8"))
    found = described["pre_tokenizer"]
    steps = found["pretokenizers"] if found["type"] == "Sequence" else [found]
    if any(step["type"] == "Digits" for step in steps):
        return
    digits = {"type": "Digits", "individual_digits": True}
    described["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [digits, *steps]}
    path.write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert; 2 when that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m exitlab_trainer.convert_gguf",
        description="Turns a GGUF file into a folder with safetensors, configuration, tokenizer and chat template.",
    )
    parser.add_argument("given", metavar="IN", type=Path, help="the .gguf file")
    parser.add_argument("folder", metavar="OUT", type=Path, help="the folder to make")
    options = parser.parse_args(arguments)
    try:
        count = convert(options.given, options.folder)
    except StartMistake as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    sys.stdout.write(f"Wrote {count:,} parameters to {options.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
