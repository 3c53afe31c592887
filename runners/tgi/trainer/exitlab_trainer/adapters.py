"""Low-rank adapters (LoRA, by PEFT): several in one base model, one of them or none in use."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch
from peft import LoraConfig, PeftModel, TaskType

from .slots import Slots
from .types import UserMistake

MOST_RANK = 1024


@dataclass(frozen=True)
class Adapter:
    """One adapter."""

    name: str
    slots: Slots
    config: Any
    """PEFT's configuration."""


class Adapters:
    """The adapters of a base model, on all its linear layers but the output head.

    PEFT is called in only when the first is opened; until then the base model is as it was.
    """

    def __init__(self, model: Any, base_name: str) -> None:
        self._model = model
        self._base_name = base_name
        self._peft: Any = None
        self._count = 0
        self._active: str | None = None

    def open(self, rank: int, alpha: float, seed: int) -> Adapter:
        """Adds an adapter. Its A is random by the seed, its B is 0: at first it changes nothing.

        Raises `UserMistake` if the rank or alpha is out of range.
        """
        if not 1 <= rank <= MOST_RANK:
            raise UserMistake(f"Expected a rank of 0 (all parameters) to {MOST_RANK} but found {rank}")
        if not 0 < alpha < float("inf"):
            raise UserMistake(f"Expected an alpha above 0 but found {alpha}")
        self._count += 1
        name = f"a{self._count}"
        config = LoraConfig(
            r=rank,
            lora_alpha=alpha,
            lora_dropout=0.0,
            target_modules="all-linear",
            task_type=TaskType.CAUSAL_LM,
            base_model_name_or_path=self._base_name,
        )
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            if self._peft is None:
                self._peft = PeftModel(self._model, config, adapter_name=name)
            else:
                self._peft.add_adapter(name, config)
        self._active = ""  # whatever PEFT has made of it
        mark = f".{name}."
        parameters = {
            key.replace(mark, "."): parameter
            for key, parameter in self._peft.named_parameters()
            if mark in key
        }
        slots = Slots(parameters)
        slots.train(False)
        return Adapter(name, slots, self._peft.peft_config[name])

    def use(self, adapter: Adapter | None) -> None:
        """Makes the model use that adapter, or none."""
        name = None if adapter is None else adapter.name
        if self._peft is None or name == self._active:
            return
        if name is None:
            self._peft.base_model.disable_adapter_layers()
        else:
            self._peft.base_model.enable_adapter_layers()
            self._peft.base_model.set_adapter(name, inference_mode=True)
        self._active = name

    def close(self, adapter: Adapter) -> None:
        """Takes an adapter away."""
        self.use(None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._peft.delete_adapter(adapter.name)
        self._active = ""
