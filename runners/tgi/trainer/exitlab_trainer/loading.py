"""Finding a model and reading it, with a sentence for each way in which this fails."""

from __future__ import annotations

import contextlib
import io
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.dynamic_module_utils import custom_object_save
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING
from transformers.utils import cached_file, logging

from .gguf_tokenizer import split_digits
from .types import HostOptions, StartMistake

FOLDER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "config.json",
    "generation_config.json",
)
"""Files of a model that clients may ask for."""


@dataclass(frozen=True)
class Source:
    """Where a model is read from."""

    place: str
    """A folder, or a name on the Hub."""
    name: str
    """What clients call it."""
    options: dict[str, Any]
    """What transformers' `from_pretrained` needs beside the place."""
    trusted: bool
    """Whether code that the model brings along may run."""


def find_source(options: HostOptions) -> Source:
    """Tells a folder from a `.gguf` file from a name on the Hub.

    Raises `StartMistake` if what looks like a path leads nowhere.
    """
    path, trusted = Path(options.model).expanduser(), options.trust_remote_code
    if options.revision is not None and (path.is_dir() or path.suffix == ".gguf"):
        raise StartMistake(
            f'Expected a revision of a model on the Hub alone, but "{options.model}" lies on this machine'
        )
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise StartMistake(
                f'Expected a model folder with a config.json but found none in "{options.model}"'
            )
        return Source(str(path), options.name or path.resolve().name, {"local_files_only": True}, trusted)
    if path.suffix == ".gguf" and path.is_file():
        local = {"local_files_only": True, "gguf_file": path.name}
        return Source(str(path.parent), options.name or path.stem, local, trusted)
    if options.model.startswith((".", "/", "~")) or path.suffix == ".gguf" or options.model.count("/") != 1:
        raise StartMistake(
            f'Expected a model folder, a .gguf file or a name on the Hub but found "{options.model}"'
        )
    hub: dict[str, Any] = {"local_files_only": options.offline}
    if options.revision is not None:
        hub["revision"] = options.revision
    return Source(options.model, options.name or options.model, hub, trusted)


def find_device(device: str) -> torch.device:
    """The device of that name.

    Raises `StartMistake` if there is none.
    """
    wanted = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    try:
        found = torch.device(wanted)
    except RuntimeError as error:
        raise StartMistake(f'Expected a device of auto, cpu, cuda or cuda:N but found "{device}"') from error
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        raise StartMistake(
            f'There is no device "{device}": {torch.cuda.device_count()} CUDA devices were found'
        )
    if found.type not in ("cpu", "cuda"):
        raise StartMistake(f'Expected a device of auto, cpu, cuda or cuda:N but found "{device}"')
    return found


def find_dtype(dtype: str, device: torch.device) -> torch.dtype:
    """The number format of that name: `auto` is bfloat16 on a CUDA device that has it, else float32.

    Raises `StartMistake` if there is none.
    """
    known = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if dtype == "auto":
        halves = device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if halves else torch.float32
    if dtype not in known:
        raise StartMistake(f'Expected a dtype of auto, {", ".join(known)} but found "{dtype}"')
    return known[dtype]


def read_config(source: Source) -> Any:
    """The model's configuration, dropout off.

    Raises `StartMistake` if it cannot be read or is not of a causal language model.
    """
    options = {**source.options, "trust_remote_code": source.trusted}
    config = _read(source, lambda: AutoConfig.from_pretrained(source.place, **options))
    own = source.trusted and "AutoModelForCausalLM" in (getattr(config, "auto_map", None) or {})
    if not own and type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise StartMistake(f'"{source.name}" is not a causal language model: its type is {config.model_type}')
    for key, value in config.to_dict().items():
        if ("dropout" in key or "pdrop" in key or "layerdrop" in key) and isinstance(value, float):
            setattr(config, key, 0.0)
    return config


def read_model(
    source: Source, config: Any, dtype: torch.dtype, device: torch.device, device_map: str | None
) -> Any:
    """The model with its pretrained weights, on the device."""
    options = {**source.options, "config": config, "dtype": dtype, "trust_remote_code": source.trusted}
    if device_map is not None:
        options["device_map"] = device_map

    def read() -> Any:
        model = AutoModelForCausalLM.from_pretrained(source.place, **options)
        return model if device_map is not None else model.to(device)

    with room_on(device, config, dtype):
        return _read(source, read)


def random_model(config: Any, seed: int, dtype: torch.dtype, device: torch.device) -> Any:
    """The model with random weights: same configuration and seed, same weights."""
    with room_on(device, config, dtype), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _from_config(config, dtype=dtype).to(device)


def _from_config(config: Any, **options: Any) -> Any:
    """A model without its weights. Where the configuration's class came with the model, its code is trusted."""
    trusted = brings_code(config)
    return AutoModelForCausalLM.from_config(config, trust_remote_code=trusted, **options)


def brings_code(part: Any) -> bool:
    """Whether a model, or a part of it, is of a class that came with it, not with transformers."""
    return type(part).__module__.startswith("transformers_modules.")


def read_tokenizer(source: Source) -> Any:
    """The model's tokenizer."""
    options = {**source.options, "trust_remote_code": source.trusted}
    tokenizer = _read(source, lambda: AutoTokenizer.from_pretrained(source.place, **options))
    if "gguf_file" in source.options:
        split_digits(tokenizer, Path(source.place) / source.options["gguf_file"])
    return tokenizer


def read_generation_config(source: Source) -> Any:
    """The model's generation configuration; `None` if it has none."""
    options = {key: value for key, value in source.options.items() if key != "gguf_file"}
    with contextlib.suppress(OSError):
        return GenerationConfig.from_pretrained(source.place, **options)
    return None


def read_folder_files(source: Source, tokenizer: Any, config: Any) -> dict[str, bytes]:
    """The files that clients may ask for, as they are; a tokenizer kept in another form is written out."""
    options = {key: value for key, value in source.options.items() if key != "gguf_file"}
    files: dict[str, bytes] = {}
    if "gguf_file" not in source.options:
        for name in FOLDER_FILES:
            found = cached_file(
                source.place,
                name,
                _raise_exceptions_for_missing_entries=False,
                _raise_exceptions_for_connection_errors=False,
                **options,
            )
            if found is not None:
                files[name] = Path(found).read_bytes()
    if "tokenizer.json" not in files:
        with tempfile.TemporaryDirectory() as folder:
            tokenizer.save_pretrained(folder)
            config.save_pretrained(folder)
            for name in FOLDER_FILES:
                if (Path(folder) / name).is_file():
                    files.setdefault(name, (Path(folder) / name).read_bytes())
    return files


def code_files(*parts: Any) -> dict[str, bytes]:
    """The Python code that these brought with them, if any."""
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            if brings_code(part):
                custom_object_save(part, folder)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@contextlib.contextmanager
def room_on(device: torch.device, config: Any, dtype: torch.dtype) -> Any:
    """Turns a want of memory into a `StartMistake` with the sizes."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        with torch.device("meta"):
            count = sum(parameter.numel() for parameter in _from_config(config).parameters())
        size = count * dtype.itemsize / 2**30
        raise StartMistake(
            f"Not enough memory on {device}: the weights alone are {count:,} parameters × "
            f"{dtype.itemsize} bytes = {size:.1f} GiB; take a smaller model, or bfloat16, or more devices"
        ) from error


def _read(source: Source, read: Any) -> Any:
    """Reads, quietly: what goes wrong becomes one sentence."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return read()
    except torch.cuda.OutOfMemoryError:
        raise
    except ImportError as error:
        raise StartMistake(
            f'Reading "{source.name}" needs a package that is not installed: {_line(error)}'
        ) from error
    except (OSError, ValueError, KeyError, RuntimeError, struct.error) as error:
        if "trust_remote_code=True" in str(error):
            raise StartMistake(
                f'The model "{source.name}" brings code of its own; if you trust it, start with --trust-remote-code'
            ) from error
        local = Path(source.place).exists()
        where = "" if local else " on the Hub (offline, it must be in the local cache)"
        raise StartMistake(f'The model "{source.name}" could not be read{where}: {_line(error)}') from error


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__
