"""Random numbers of the kernels: their moments, and Kolmogorov-Smirnov against exact distributions."""

import numba
import numpy as np
import pytest

from synth_envs.kernels.random import exponential, gaussian, poisson, student, uniform

stats = pytest.importorskip("scipy.stats", reason="needs the extra [bench]")
N = 400_000


@numba.njit
def drawn(which, degrees, mean):
    out = np.empty(N)
    for i in range(N):
        key = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
        if which == 0:
            out[i] = uniform(key, 5)
        elif which == 1:
            out[i] = gaussian(key, 5)
        elif which == 2:
            out[i] = exponential(key, 5)
        elif which == 3:
            out[i] = student(key, 5, degrees)
        else:
            out[i] = poisson(key, 5, mean)
    return out


@pytest.mark.parametrize(
    ("which", "degrees", "law"),
    [
        (0, 0, stats.uniform()),
        (1, 0, stats.norm()),
        (2, 0, stats.expon()),
        (3, 3, stats.t(3, scale=(1 / 3) ** 0.5)),
        (3, 6, stats.t(6, scale=(4 / 6) ** 0.5)),
        (3, 7, stats.t(7, scale=(5 / 7) ** 0.5)),
    ],
    ids=["uniform", "gaussian", "exponential", "t3", "t6", "t7"],
)
def test_continuous_laws(which, degrees, law):
    # 1.95 / sqrt(n) is passed by chance once in a thousand times; the draws are fixed.
    assert stats.kstest(drawn(which, degrees, 0.0), law.cdf).statistic < 1.95 / N**0.5


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 25.0, 80.0])
def test_poisson(mean):
    found = drawn(4, 0, mean)
    tolerance = 4 * (mean / N) ** 0.5 + 1e-12
    assert found.mean() == pytest.approx(mean, abs=tolerance)
    assert found.var() == pytest.approx(mean, rel=0.015, abs=1e-12)
    if 0 < mean <= 30:
        exact = stats.poisson(mean).pmf(np.arange(60))
        shares = np.bincount(found.astype(int), minlength=60)[:60] / N
        assert np.abs(shares - exact).max() < 4 * (0.25 / N) ** 0.5


def test_draws_of_a_key_are_not_correlated():
    @numba.njit
    def pairs(step):
        out = np.empty((N, 2))
        for i in range(N):
            out[i, 0] = gaussian(np.uint64(7), i)
            out[i, 1] = gaussian(np.uint64(7), i + step)
        return out

    for step in (1, 2, 10, 1000):
        assert abs(np.corrcoef(pairs(step).T)[0, 1]) < 4 / N**0.5
