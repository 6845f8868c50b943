"""Whole paths of a market in one compiled call."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.models import advance, begin
from synth_envs.trading.markets.rows import draw

__all__ = ["sample"]


@kernel
def sample(
    kind: int, given: np.ndarray, keys: np.ndarray, difficulty: float, start: float, out: np.ndarray
) -> None:
    """Write paths into `out`, float64 (6, n, steps); see `market.paths`."""
    p, s = np.empty((1, at.PARAMETERS)), np.empty((1, at.STATE))
    steps = np.zeros(1, np.int64)
    for i in range(len(keys)):
        key = keys[i : i + 1]
        draw(kind, given, keys[i], difficulty, p, 0)
        begin(kind, p, s, key, steps, 0)
        price = start
        for t in range(out.shape[2]):
            out[3, i, t], out[4, i, t] = s[0, at.SIGMA], s[0, at.SIGNAL]
            out[5, i, t] = s[0, at.EXPECTED]
            steps[0] = t
            gap, rest, volume = advance(kind, p, s, key, steps, 0)
            opened = price * (1.0 + gap)
            price = opened * (1.0 + rest)
            out[0, i, t], out[1, i, t], out[2, i, t] = opened, price, volume
