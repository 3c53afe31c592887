"""The base model, and all that is trained of it in one process."""

from __future__ import annotations

import contextlib
import importlib.util
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from . import loading
from .adapters import Adapter, Adapters
from .backbone import Backbone
from .drawing import OnToken, draw_all
from .slots import Slots
from .types import Draw, Drawn, HostOptions, UserMistake
from .weight_sets import Weights

if TYPE_CHECKING:
    from .sampler import Sampler
    from .trained_model import TrainedModel


class Base:
    """The frozen weights that models begin with; shared by all that do."""

    def __init__(self, weights: Weights, seed: int | None) -> None:
        self.weights = weights
        self.seed = seed
        """What they were made from; `None` if they were read."""


class Host:
    """One base model on its device. Models opened from it share its modules and exchange weights in them.

    Calls come from one thread at a time.

    Several CUDA devices: where `accelerate` is installed and the device is `auto`, layers are spread over
    them (`device_map="auto"`). That path has not been run on real devices.
    """

    def __init__(self, options: HostOptions, source: loading.Source, model: Any, config: Any) -> None:
        self.options = options
        self.source = source
        self.model = model
        self.config = config
        model.eval()
        model.requires_grad_(False)
        self.slots = Slots(dict(model.named_parameters()))
        self.buffers = {
            name: value for name, value in model.state_dict().items() if name not in _parameter_names(model)
        }
        self.decaying = _decaying(model)
        self._first = Base(self.slots.tensors(), options.seed if options.random_weights else None)
        self._bases: weakref.WeakValueDictionary[int, Base] = weakref.WeakValueDictionary()
        self._placed: Weights | None = self._first.weights
        self.adapters = Adapters(model, source.name)
        self._retired: list[Adapter] = []
        limit = getattr(config.get_text_config(), "max_position_embeddings", None) or 2048
        self.backbone = Backbone(model, int(limit))
        self.context = int(limit)
        self.vocabulary = self.backbone.vocabulary
        self.parameters = sum(parameter.numel() for parameter in self.slots.parameters.values())
        self.name = source.name
        self.device = self.backbone.device
        self.micro_tokens = options.micro_tokens or (1024 if self.device.type == "cpu" else 4096)
        self.dtype = str(model.dtype).removeprefix("torch.")
        self.random_weights = options.random_weights
        self.deterministic = self.device.type == "cpu"
        self.tokenizer = loading.read_tokenizer(source)
        generation = loading.read_generation_config(source)
        self.generation_config = generation
        self.stop_ids = _stop_ids(generation, config, self.tokenizer)
        self.folder_files: Mapping[str, bytes] = loading.read_folder_files(source, self.tokenizer, config)

    @staticmethod
    def load(options: HostOptions) -> Host:
        """Reads a model.

        Raises `StartMistake` with the reason if it cannot be.
        """
        source = loading.find_source(options)
        device = loading.find_device(options.device)
        dtype = loading.find_dtype(options.dtype, device)
        config = loading.read_config(source)
        if device.type == "cpu":
            torch.use_deterministic_algorithms(True, warn_only=True)
            torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        if options.random_weights:
            model = loading.random_model(config, options.seed, dtype, device)
        else:
            spread = options.device == "auto" and torch.cuda.device_count() > 1 and _installed("accelerate")
            model = loading.read_model(source, config, dtype, device, "auto" if spread else None)
        if options.checkpointing:
            _recompute(model)
        return Host(options, source, model, config)

    def open(self, rank: int, seed: int, alpha: float | None) -> TrainedModel:
        """Opens a model to train.

        Args:
            rank: Of its adapter; 0 trains all parameters.
            seed: Decides the adapter's first weights; with `random_weights` those of the base as well.
            alpha: The adapter's output is scaled by alpha / rank; 2 · rank when left out.

        Raises:
            UserMistake: If one is out of range.
        """
        from .trained_model import TrainedModel

        if not 0 <= seed < 2**63:
            raise UserMistake(f"Expected a seed in [0, 2^63) but found {seed}")
        if rank < 0:
            raise UserMistake(f"Expected a rank of at least 0 but found {rank}")
        self.sweep()
        with self.memory():
            base, adapter = self.base(seed), None
            if rank > 0:
                adapter = self.adapters.open(rank, 2.0 * rank if alpha is None else alpha, seed)
            return TrainedModel(self, base, adapter)

    def base(self, seed: int | None) -> Base:
        """The weights that models of that seed begin with."""
        if not self.random_weights or seed is None or seed == self.options.seed:
            return self._first
        base = self._bases.get(seed)
        if base is None:
            dtype = self.model.dtype
            made = loading.random_model(self.config, seed, dtype, self.device)
            base = Base({name: value.data for name, value in made.named_parameters()}, seed)
            self._bases[seed] = base
        return base

    def draw_base(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        """Draws under the frozen base weights.

        Raises `UserMistake` if a draw cannot be made.
        """
        with self.memory():
            self.place(self._first.weights, None)
            return draw_all(self.backbone, draws, self.stop_ids, self.options.draw_tokens, on_token)

    def load_sampler(self, folder: Path) -> Sampler:
        """Reads what `TrainedModel.export` or `save` wrote, to draw from.

        Raises `UserMistake` if it cannot be read or is of another model.
        """
        from .sampler import Sampler

        self.sweep()
        sampler = Sampler(self, folder)
        if sampler.adapter is not None:
            weakref.finalize(sampler, self._retired.append, sampler.adapter)
        return sampler

    def sweep(self) -> None:
        """Takes away the adapters of samplers that nobody holds any more."""
        while self._retired:
            self.adapters.close(self._retired.pop())

    def place(self, weights: Weights, adapter: Adapter | None) -> None:
        """Makes the model use these base weights, with that adapter or none."""
        if weights is not self._placed:
            self.slots.put(weights)
            self._placed = weights
        self.adapters.use(adapter)

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Where activations are computed again, the model must be told that it trains (it has no dropout)."""
        if self.options.checkpointing:
            self.model.train()
        try:
            yield
        finally:
            self.model.eval()

    @contextlib.contextmanager
    def memory(self) -> Iterator[None]:
        """Turns a want of GPU memory into a `UserMistake`."""
        try:
            yield
        except torch.cuda.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise UserMistake(
                f"Not enough memory on {self.device}: start the server with smaller "
                f"--micro-tokens or --draw-tokens (now {self.micro_tokens} and {self.options.draw_tokens}), or with "
                "--activation-checkpointing"
            ) from error


def _recompute(model: Any) -> None:
    """Turns activation checkpointing on; transformers has changed the name of it."""
    if hasattr(model, "activation_checkpointing_enable"):
        model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    else:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def _parameter_names(model: Any) -> set[str]:
    return {name for name, _ in model.named_parameters(remove_duplicate=False)}


def _decaying(model: Any) -> frozenset[str]:
    """The matrices: no embeddings (nor heads tied to them), norms or biases."""
    looked_up = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, torch.nn.Embedding)
        for parameter in module.parameters(recurse=False)
    }
    return frozenset(
        name
        for name, parameter in model.named_parameters()
        if parameter.ndim >= 2 and id(parameter) not in looked_up
    )


def _stop_ids(generation: Any, config: Any, tokenizer: Any) -> tuple[int, ...]:
    found: set[int] = set()
    for ids in (getattr(generation, "eos_token_id", None), tokenizer.eos_token_id):
        found.update([] if ids is None else ids if isinstance(ids, list) else [ids])
    if not found and config.eos_token_id is not None:
        ids = config.eos_token_id
        found.update(ids if isinstance(ids, list) else [ids])
    return tuple(sorted(found))


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
