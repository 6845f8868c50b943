"""Standard normal numbers by the ziggurat: a third of the time of `kernels.random.gaussian`.

Exact in distribution, a function of a key and a counter, and with the same bits on every machine.

Source: Marsaglia and Tsang, J. Statistical Software 5 (2000) issue 8, in the form of Doornik, "An
improved ziggurat method to generate normal random samples" (2005).
"""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, uniform

__all__ = ["normal"]

_LAYERS = 256
# Where the tail begins, and the area of every layer: R f(R) + the tail's, f(x) = exp(-x^2 / 2).
_TAIL, _AREA = 3.6541528853610088, 0.00492867323397465524
_S11, _LAYER, _UNIT = np.uint64(11), np.uint64(_LAYERS - 1), 2.0**-52


def _edges() -> np.ndarray:
    """Return the layers' right edges and 0: float64 (LAYERS + 1,).

    Decimal numbers have exact logarithms, which a system's library has not.
    """
    with localcontext() as context:
        context.prec = 30
        area, edge = Decimal(_AREA), Decimal(_TAIL)
        edges = [area / (-edge * edge / 2).exp(), edge]
        for _ in range(2, _LAYERS):
            edge = (-2 * (area / edge + (-edge * edge / 2).exp()).ln()).sqrt()
            edges.append(edge)
        return np.array([*map(float, edges), 0.0])


_EDGES = _edges()
_INNER = _EDGES[1:] / _EDGES[:-1]


@kernel
def normal(key: np.uint64, counter: int) -> float:
    """Return a standard normal number; nearly always it takes one draw."""
    word = mixed(key, counter)
    layer = int(word & _LAYER)
    u = (word >> _S11) * _UNIT - 1.0
    if abs(u) < _INNER[layer]:
        return float(u * _EDGES[layer])
    return _seldom(word, layer, u)


@kernel
def _seldom(word: np.uint64, layer: int, u: float) -> float:
    """Return the number where the layer's rectangle is left; its word is the key of more draws."""
    draw = 0
    while True:
        if layer == 0:
            while True:
                x = -log(1.0 - uniform(word, draw)) / _TAIL
                y = -2.0 * log(1.0 - uniform(word, draw + 1))
                draw += 2
                if y > x * x:
                    return -_TAIL - x if u < 0.0 else _TAIL + x
        x = u * _EDGES[layer]
        outer = exp(-0.5 * (_EDGES[layer] * _EDGES[layer] - x * x))
        inner = exp(-0.5 * (_EDGES[layer + 1] * _EDGES[layer + 1] - x * x))
        if inner + uniform(word, draw) * (outer - inner) < 1.0:
            return float(x)
        fresh = mixed(word, draw + 1)
        draw += 2
        layer = int(fresh & _LAYER)
        u = (fresh >> _S11) * _UNIT - 1.0
        if abs(u) < _INNER[layer]:
            return float(u * _EDGES[layer])
