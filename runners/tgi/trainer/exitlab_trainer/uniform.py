"""Uniform numbers by counting: number t of a seed, without a generator that has a state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser: each bit of the result hangs on each bit of the argument."""
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


def uniforms(seeds: NDArray[np.uint64], step: int) -> NDArray[np.float64]:
    """Number `step` of each seed, in [0, 1), with 53 random bits."""
    with np.errstate(over="ignore"):
        streams = _mix(seeds + _GOLDEN)
        bits = _mix(streams + np.uint64(step + 1) * _GOLDEN)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def seed_bits(seed: int) -> int:
    """Any whole number as 64 bits."""
    return seed & 0xFFFFFFFFFFFFFFFF
