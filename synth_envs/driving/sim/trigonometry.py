"""Sine, cosine and arc tangent in float32 by polynomials: fast, and the same bits on every machine.

A system's own functions differ between versions of its library. Plain Python below, so that the
same source compiles for the processor and, through numba-cuda, for a GPU.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.jit import kernel

__all__ = ["arctan", "arctan2", "sincos", "wrapped"]

_F = np.float32
_ONE, _HALF, _ZERO = _F(1.0), _F(0.5), _F(0.0)
_PI, _HALF_PI, _TWO_PI = _F(math.pi), _F(math.pi / 2), _F(2 * math.pi)
_PER_TURN = _F(1 / (2 * math.pi))
# Minimax polynomials of odd sine and even cosine on [-pi/4, pi/4] (Cephes, sinf and cosf).
_S1, _S2, _S3 = _F(-1.6666654611e-1), _F(8.3321608736e-3), _F(-1.9515295891e-4)
_C1, _C2, _C3 = _F(4.166664568298827e-2), _F(-1.388731625493765e-3), _F(2.443315711809948e-5)
_PER_QUARTER = _F(2 / math.pi)
# pi/2 in three parts, so that reducing an angle loses nothing (Cody and Waite).
_Q1, _Q2, _Q3 = _F(1.5703125), _F(4.837512969970703125e-4), _F(7.549789948768648e-8)
# Arc tangent on [-tan(pi/8), tan(pi/8)] (Cephes, atanf).
_T1, _T2, _T3, _T4 = (
    _F(-3.33329491539e-1),
    _F(1.99777106478e-1),
    _F(-1.38776856032e-1),
    _F(8.05374449538e-2),
)
_TAN8, _TAN38 = _F(0.4142135623730950), _F(2.414213562373095)
_QUARTER_PI = _F(math.pi / 4)


@kernel
def _floor(value: np.float32) -> np.int32:
    """Return the largest integer that is not above a value of less than 2**31.

    NumPy's own is one of its ufuncs, which numba-cuda does not compile.
    """
    whole = np.int32(value)
    return np.int32(whole - 1) if value < np.float32(whole) else whole


@kernel
def sincos(angle: np.float32) -> tuple[np.float32, np.float32]:
    """Return sine and cosine of an angle of up to some thousand radians, to 1e-7."""
    quarter = _floor(angle * _PER_QUARTER + _HALF)
    whole = np.float32(quarter)
    x = ((angle - whole * _Q1) - whole * _Q2) - whole * _Q3
    z = x * x
    sine = ((_S3 * z + _S2) * z + _S1) * z * x + x
    cosine = ((_C3 * z + _C2) * z + _C1) * z * z - _HALF * z + _ONE
    place = quarter & 3
    if place == 0:
        return sine, cosine
    if place == 1:
        return cosine, -sine
    if place == 2:
        return -sine, -cosine
    return -cosine, sine


@kernel
def arctan(value: np.float32) -> np.float32:
    """Return the arc tangent, in radians, to 2e-7."""
    x = abs(value)
    base = _ZERO
    if x > _TAN38:
        base = _HALF_PI
        x = -_ONE / x
    elif x > _TAN8:
        base = _QUARTER_PI
        x = (x - _ONE) / (x + _ONE)
    z = x * x
    found = base + (((_T4 * z + _T3) * z + _T2) * z + _T1) * z * x + x
    return -found if value < _ZERO else found


@kernel
def arctan2(y: np.float32, x: np.float32) -> np.float32:
    """Return the angle of the vector (x, y) in (-pi, pi]; 0 for the zero vector."""
    if x == _ZERO:
        if y == _ZERO:
            return _ZERO
        return _HALF_PI if y > _ZERO else -_HALF_PI
    found = arctan(y / x)
    if x < _ZERO:
        return found + _PI if y >= _ZERO else found - _PI
    return found


@kernel
def wrapped(angle: np.float32) -> np.float32:
    """Return the same angle in [-pi, pi)."""
    return angle - _TWO_PI * np.float32(_floor(angle * _PER_TURN + _HALF))
