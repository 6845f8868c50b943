"""Series with known statistics, that tell whether the statistics are measured as they should be."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import student
from synth_envs.trading.markets.normal import normal

__all__ = ["CONTROLS", "control"]

#: omega is such that the variance is 1: weights of squared shocks, of those of losses and of the last
#: variance, and degrees of freedom of Student's shocks, 0 for normal ones.
CONTROLS = {
    "iid normal": (0.0, 0.0, 0.0, 0),
    "GARCH(1,1)-N": (0.08, 0.0, 0.91, 0),
    "GJR-t6": (0.02, 0.13, 0.90, 6),
}
_BURN_IN, _STRIDE = 1000, 16
# L has the unit of one over a return, so that bands of it take a volatility of stocks.
_SD = 0.01


@kernel
def _garch(
    key: np.uint64, arch: float, leverage: float, garch: float, degrees: int, out: np.ndarray
) -> None:
    v = 1.0
    omega = 1.0 - arch - 0.5 * leverage - garch
    for t in range(len(out) + _BURN_IN):
        z = student(key, t * _STRIDE, degrees) if degrees > 0 else normal(key, t * _STRIDE)
        r = math.sqrt(v) * z
        v = omega + (arch + (leverage if r < 0.0 else 0.0)) * r * r + garch * v
        if t >= _BURN_IN:
            out[t - _BURN_IN] = r


def control(name: str, key: int, days: int) -> np.ndarray:
    """Return returns of one of `CONTROLS`, float64 (days,), with a standard deviation of 1 %."""
    out = np.empty(days)
    arch, leverage, garch, degrees = CONTROLS[name]
    _garch(np.uint64(key), arch, leverage, garch, degrees, out)
    return out * _SD
