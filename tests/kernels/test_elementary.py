"""Own elementary functions against the standard library's and NumPy's."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from synth_envs.kernels.elementary import (
    exp,
    log,
    normal_cdf,
    normal_quantile,
    normal_quantiles,
    sincospi,
)


def test_exponential():
    points = np.concatenate([np.linspace(-700, 700, 20_001), np.linspace(-1, 1, 20_001)])
    found = np.array([exp(x) for x in points])
    assert np.abs(found / np.exp(points) - 1).max() < 5e-16
    assert exp(0.0) == 1.0
    assert exp(1e9) == exp(709.0)
    assert 0 < exp(-1e9) < 1e-300
    assert 0 < exp(math.nan) < 1e-300


def test_logarithm():
    points = np.exp(np.concatenate([np.linspace(-700, 700, 20_001), np.linspace(-1, 1, 20_001)]))
    found, expected = np.array([log(x) for x in points]), np.log(points)
    assert np.abs(found - expected).max() <= 2.3e-13  # an ulp or two at 700
    near = np.linspace(0.5, 2.0, 50_001)
    assert np.abs(np.array([log(x) for x in near]) - np.log(near)).max() < 2.3e-16
    assert log(1.0) == 0.0


def test_normal_quantile_and_its_inverse():
    exact = NormalDist()
    points = [10.0**-k for k in range(1, 16)] + [k / 1000 for k in range(1, 1000)]
    for p in points:
        assert normal_quantile(p) == pytest.approx(exact.inv_cdf(p), rel=1e-13, abs=1e-15)
    for x in np.linspace(-8, 8, 1001):
        assert normal_cdf(x) == pytest.approx(exact.cdf(x), abs=1e-7)


def test_many_quantiles_are_those_of_each():
    edges = [np.nextafter(x, side) for x in (0.075, 0.925) for side in (0, x, 1)]
    points = np.concatenate([edges, np.linspace(0, 1, 4097)[1:-1], [1e-15]])
    found = np.zeros(len(points))
    normal_quantiles(points, found)
    assert found.tolist() == [normal_quantile(p) for p in points]


def test_sine_and_cosine():
    for x in np.linspace(-5, 5, 4001):
        assert sincospi(x) == pytest.approx(
            (math.sin(math.pi * x), math.cos(math.pi * x)), abs=1e-10
        )
    assert sincospi(0.0) == (0.0, 1.0)
    assert sincospi(0.5) == (1.0, 0.0)
