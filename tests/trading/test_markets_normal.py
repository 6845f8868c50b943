"""The ziggurat draws standard normal numbers, in the tails too."""

import math

import numpy as np
import pytest

from synth_envs.kernels.jit import kernel
from synth_envs.trading.markets.normal import _EDGES, normal


@kernel
def _fill(key, out):
    for k in range(len(out)):
        out[k] = normal(key, k)


@pytest.fixture(scope="module")
def drawn():
    out = np.empty(4_000_000)
    _fill(np.uint64(12345), out)
    return out


def test_its_moments_are_those_of_the_normal_distribution(drawn):
    n = drawn.size
    for order, wanted, spread in (
        (1, 0.0, 1.0),
        (2, 1.0, 2.0),
        (3, 0.0, 15.0),
        (4, 3.0, 96.0),
        (6, 15.0, 10170.0),
    ):
        found = float(np.mean(drawn**order))
        assert abs(found - wanted) < 4 * math.sqrt(spread / n), order


def test_its_distribution_function_is_right_everywhere(drawn):
    n = drawn.size
    for x in (
        -5.0,
        -4.5,
        -3.9,
        -3.6541528853610088,
        -3.5,
        -3.0,
        -2.0,
        -1.0,
        -0.3,
        0.0,
        0.2,
        0.7,
        1.5,
        2.5,
        3.3,
        3.7,
        4.2,
        4.8,
    ):
        chance = 0.5 * math.erfc(-x / math.sqrt(2.0))
        found = int((drawn <= x).sum())
        assert abs(found - n * chance) < 4.5 * math.sqrt(n * chance * (1 - chance)) + 1, x


def test_layers_have_equal_areas_and_neighbouring_draws_are_independent(drawn):
    height = np.exp(-0.5 * _EDGES**2)
    areas = _EDGES[1:-1] * (height[2:] - height[1:-1])
    assert np.allclose(areas, 0.00492867323397465524, rtol=1e-9)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 4 / math.sqrt(drawn.size)
    assert abs(np.corrcoef(np.abs(drawn[:-1]), np.abs(drawn[1:]))[0, 1]) < 4 / math.sqrt(drawn.size)
