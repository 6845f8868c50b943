"""Counter-based random numbers inside kernels: a draw is a function of an episode's key and a counter.

There is no state to save, and no order of draws to keep: see `splitmix64` in Steele, Lea and Flood,
"Fast splittable pseudorandom number generators" (OOPSLA 2014).
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.jit import kernel

__all__ = ["between", "mixed", "normal", "uniform"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


@kernel
def mixed(key: np.uint64, counter: int) -> np.uint64:
    """Return 64 random bits, for the draw `counter` of an episode's key."""
    z = key + (np.uint64(counter) + np.uint64(1)) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@kernel
def uniform(key: np.uint64, counter: int) -> float:
    """Return a uniform number in [0, 1) of 53 bits."""
    return (mixed(key, counter) >> _S11) * _UNIT


@kernel
def between(key: np.uint64, counter: int, low: float, high: float) -> float:
    """Return a uniform number in [low, high)."""
    return low + (high - low) * uniform(key, counter)


@kernel
def normal(key: np.uint64, counter: int) -> float:
    """Return a standard normal number (Box-Muller); it takes the counter and its complement."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(key, counter)))
    return radius * math.cos(2.0 * math.pi * uniform(~key, counter))
