"""Actions as simulators take them: one pass in place of several over a batch."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.jit import kernel

__all__ = ["cut"]


@kernel
def cut(given: np.ndarray, low: float, high: float, out: np.ndarray) -> bool:
    """Write numbers cut to [low, high], and return whether all of them were finite.

    Args:
        given: float32 or float64 (n,).
        low: The lowest that is allowed.
        high: The highest.
        out: float64 (n,).
    """
    finite = 0
    for i in range(len(out)):
        value = np.float64(given[i])
        finite += math.isfinite(value)
        out[i] = min(max(value, low), high)
    return finite == len(out)
