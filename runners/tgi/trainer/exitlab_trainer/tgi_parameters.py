"""The `parameters` of TGI's generation routes, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .core import Core
from .draw_jobs import checked_integer, checked_number, seed_of
from .types import Draw, UserMistake

MOST_STOPS = 4
_NEUTRAL: dict[str, tuple[object, ...]] = {
    "adapter_id": (None,),
    "best_of": (None, 1),
    "frequency_penalty": (None, 0, 0.0),
    "presence_penalty": (None, 0, 0.0),
    "grammar": (None,),
    "repetition_penalty": (None, 1, 1.0),
    "top_n_tokens": (None, 0),
    "typical_p": (None, 1, 1.0),
    "watermark": (None, False),
}
"""Parameters of TGI that this server does not have, and the values that ask for nothing."""


@dataclass(frozen=True)
class Asked:
    """What a request asks for."""

    draw: Draw
    stop: list[str]
    details: bool
    prefill: bool
    full_text: bool
    sampled: bool


def refuse_unsupported(parameters: dict[str, Any]) -> None:
    """Refuses parameters that would be ignored silently."""
    for name, neutral in _NEUTRAL.items():
        if parameters.get(name) not in neutral:
            raise UserMistake(f"`{name}` is not supported by this server.")


def stop_strings(value: object) -> list[str]:
    """The stop strings of a request."""
    stops = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(one, str) and one for one in stops):
        raise UserMistake("`stop` must be a list of strings that are not empty.")
    if len(stops) > MOST_STOPS:
        raise UserMistake(f"`stop` supports up to {MOST_STOPS} stop sequences. Given: {len(stops)}")
    return stops


def room_for(core: Core, prompt: list[int], most: int, name: str) -> int:
    """`most` if so many tokens can follow `prompt`."""
    if len(prompt) == 0:
        raise UserMistake("`inputs` cannot be empty")
    if len(prompt) + most > core.context:
        raise UserMistake(
            f"`inputs` tokens + `{name}` must be <= {core.context}. "
            f"Given: {len(prompt)} `inputs` tokens and {most} `{name}`"
        )
    return most


def read_parameters(core: Core, prompt: list[int], parameters: dict[str, Any]) -> Asked:
    """The draw that TGI's `parameters` ask for. Without `do_sample` or a warper the likeliest tokens are taken."""
    refuse_unsupported(parameters)
    truncate = parameters.get("truncate")
    if truncate is not None:
        prompt = prompt[-checked_integer(truncate, "truncate", 1, core.context, core.context) :]
    default = min(100, max(1, core.context - len(prompt)))
    most = checked_integer(parameters.get("max_new_tokens"), "max_new_tokens", 1, 2**31, default)
    temperature = parameters.get("temperature")
    if isinstance(temperature, int | float) and temperature <= 0:
        raise UserMistake("`temperature` must be strictly positive")
    heat = checked_number(temperature, "temperature", 0.0, 1000.0, 1.0)
    top_p = checked_number(parameters.get("top_p"), "top_p", 1e-9, 1.0, 1.0)
    top_k = checked_integer(parameters.get("top_k"), "top_k", 0, 2**31, 0)
    seed = parameters.get("seed")
    if seed is not None:
        seed = checked_integer(seed, "seed", 0, 2**64 - 1, 0)
    sampled = parameters.get("do_sample") is True or heat != 1.0 or top_p < 1.0 or top_k > 0
    draw = Draw(
        prompt=prompt,
        max_tokens=room_for(core, prompt, most, "max_new_tokens"),
        temperature=heat if sampled else 0.0,
        top_p=top_p,
        seed=seed_of(seed, 0),
        top_k=top_k or None,
    )
    prefill = parameters.get("decoder_input_details") is True
    return Asked(
        draw=draw,
        stop=stop_strings(parameters.get("stop")),
        details=parameters.get("details") is True or prefill,
        prefill=prefill,
        full_text=parameters.get("return_full_text") is True,
        sampled=sampled,
    )
