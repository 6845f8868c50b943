"""Counter-based random numbers inside kernels: a draw is a function of an episode's key and a counter.

There is no state to save, and no order of draws to keep: see `splitmix64` in Steele, Lea and Flood,
"Fast splittable pseudorandom number generators" (OOPSLA 2014).
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log, normal_quantile, normal_quantiles
from synth_envs.kernels.jit import inlined, kernel

__all__ = [
    "between",
    "exponential",
    "gaussian",
    "gaussians",
    "mixed",
    "normal",
    "poisson",
    "student",
    "uniform",
]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT, _HALF_UNIT = 2.0**-53, 2.0**-54


@kernel
def mixed(key: np.uint64, counter: int | np.uint64) -> np.uint64:
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
    """Return a standard normal number (Box-Muller); it takes the counter and its complement.

    It uses the system's logarithm and cosine; `gaussian` has the same bits on every machine.
    """
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(key, counter)))
    return radius * math.cos(2.0 * math.pi * uniform(~key, counter))


@kernel
def gaussian(key: np.uint64, counter: int) -> float:
    """Return a standard normal number by its quantile, from one draw; up to 8.2 in size."""
    return normal_quantile(uniform(key, counter) + _HALF_UNIT)


@inlined
def gaussians(
    keys: np.ndarray, purpose: int, counters: np.ndarray, room: np.ndarray, out: np.ndarray
) -> None:
    """Write `gaussian(mixed(key, purpose), counter)` of many episodes.

    Args:
        keys: uint64 (n,).
        purpose: Of the sub-keys.
        counters: Whole numbers, float64 (n,).
        room: float64 (n,), for what is between.
        out: float64 (n,).
    """
    for i in range(len(out)):
        drawn = mixed(mixed(keys[i], purpose), np.uint64(counters[i]))
        room[i] = (drawn >> _S11) * _UNIT + _HALF_UNIT
    normal_quantiles(room, out)


@kernel
def exponential(key: np.uint64, counter: int) -> float:
    """Return an exponential number of mean 1, from one draw."""
    return -log(1.0 - uniform(key, counter))


@kernel
def student(key: np.uint64, counter: int, degrees: int) -> float:
    """Return a number of Student's t distribution, scaled to unit variance.

    Args:
        key: Of the episode.
        counter: Of the first draw; it takes 2 + degrees // 2 of them.
        degrees: Of freedom, at least 3.
    """
    product = 1.0
    for k in range(degrees // 2):
        product *= 1.0 - uniform(key, counter + 1 + k)
    # Twice the sum of k exponentials has the chi-squared distribution of 2 k degrees.
    squares = -2.0 * log(product)
    if degrees % 2:
        extra = gaussian(key, counter + 1 + degrees // 2)
        squares += extra * extra
    return gaussian(key, counter) * math.sqrt((degrees - 2) / squares)


@kernel
def poisson(key: np.uint64, counter: int, mean: float) -> int:
    """Return a Poisson number, from one draw, by searching its distribution function.

    Args:
        key: Of the episode.
        counter: Of the draw.
        mean: At least 0; up to 30 it is cheap, beyond it is a rounded normal number.
    """
    if mean > 30.0:
        found = mean + math.sqrt(mean) * gaussian(key, counter) + 0.5
        return int(found) if found > 0.0 else 0
    u = uniform(key, counter)
    term = exp(-mean)
    total, k = term, 0
    while u >= total and k < 200:
        k += 1
        term *= mean / k
        total += term
    return k
