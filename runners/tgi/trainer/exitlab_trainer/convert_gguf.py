"""Turns a GGUF file into a model folder: `python -m exitlab_trainer.convert_gguf IN OUT`.

The trainer reads `.gguf` files itself. A folder is for what does not: samplers, PEFT, and tools that look at
weights. Weights of few bits are written in float32, the values that the trainer computes with. Their rounding
is not undone: the folder is the model of the file, not the one that it was made from.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from .loading import find_source, read_config, read_model, read_tokenizer
from .types import HostOptions, StartMistake


def convert(file: Path, folder: Path) -> int:
    """Writes the model of a GGUF file as a folder that `from_pretrained` reads.

    Args:
        file: The `.gguf` file.
        folder: Where to; it must not be there yet, and is there only when it is whole.

    Returns:
        How many parameters it has.

    Raises:
        StartMistake: If there is no such file, it cannot be read, or the folder is there or cannot be made.
    """
    if file.suffix != ".gguf" or not file.is_file():
        raise StartMistake(f'Expected a .gguf file but found "{file}"')
    if folder.exists():
        raise StartMistake(f'Expected a folder that is not there yet but found "{folder}"')
    source = find_source(HostOptions(str(file.absolute()), device="cpu", offline=True))
    model = read_model(source, read_config(source), torch.float32, torch.device("cpu"), None)
    tokenizer = read_tokenizer(source)
    _forget_few_bits(model)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        model.save_pretrained(partial)
        tokenizer.save_pretrained(partial)
        partial.rename(folder)
    except OSError as problem:
        shutil.rmtree(partial, ignore_errors=True)
        raise StartMistake(f'The folder "{folder}" could not be written: {problem}') from None
    return sum(parameter.numel() for parameter in model.parameters())


def _forget_few_bits(model: Any) -> None:
    """The weights are float32 by now, but are remembered as quantized, which transformers refuses to write."""
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert; 2 when that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m exitlab_trainer.convert_gguf",
        description="Turns a GGUF file into a folder with weights, configuration, tokenizer and chat template.",
    )
    parser.add_argument("file", metavar="IN", type=Path, help="the .gguf file")
    parser.add_argument("folder", metavar="OUT", type=Path, help="the folder to make")
    options = parser.parse_args(arguments)
    try:
        count = convert(options.file, options.folder)
    except StartMistake as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    sys.stdout.write(f"Wrote {count:,} parameters to {options.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
