"""Stylised facts are measured as they are defined."""

import math

import numpy as np
import pytest

from synth_envs.trading.markets import real
from synth_envs.trading.markets.bands import BANDS, GATES
from synth_envs.trading.markets.facts import FACTS, autocorrelations, facts, hill, spearman

RANDOM = np.random.default_rng(7)


def test_hill_finds_the_index_of_power_laws():
    for index in (2.0, 3.0, 5.0):
        tails = RANDOM.pareto(index, 400_000) + 1.0
        assert hill(tails) == pytest.approx(index, rel=0.03)
    # Of normal numbers, by integration of the tail beyond the 97.5 % quantile.
    assert hill(RANDOM.standard_normal(2_000_000)) == pytest.approx(5.998, abs=0.08)


def test_autocorrelations_and_ranks():
    x = np.zeros(200_000)
    e = RANDOM.standard_normal(x.size)
    for t in range(1, x.size):
        x[t] = 0.8 * x[t - 1] + e[t]
    assert autocorrelations(x, 5) == pytest.approx(0.8 ** np.arange(1, 6), abs=0.02)
    assert spearman(np.arange(9.0), np.exp(np.arange(9.0))) == pytest.approx(1.0)
    assert spearman(np.arange(9.0), -(np.arange(9.0) ** 3)) == pytest.approx(-1.0)


def test_leverage_waits_and_kurtosis_of_known_processes():
    z = RANDOM.standard_normal(400_000)
    sd = 0.01 * np.exp(0.25 * np.concatenate([[0.0], -z[:-1]]))
    r = sd * z
    found = facts(r)
    # E[r_t r_{t+1}^2] = E[sd] E[z exp(-z/2)] s^2 with s = 0.01: only lag 1 of five has any.
    mean = 0.01 * math.exp(1 / 32) * 1e-4 * -0.5 * math.exp(1 / 8)
    square = (1e-4 * math.exp(1 / 8)) ** 2
    assert found["leverage_near"] == pytest.approx(mean / square / 5, rel=0.05)
    assert abs(found["leverage_reversed"]) < 0.2
    flat = facts(0.01 * z)
    # First passage of 5.58 (the boundary as days see it), of those within 400 days: 42 days.
    assert flat["wait_gain"] == pytest.approx(42.5, abs=1.5)
    assert flat["wait_loss"] == pytest.approx(42.5, abs=1.5)
    for name in (
        "kurtosis_1",
        "kurtosis_5",
        "skewness",
        "acf_1",
        "acf_abs_1",
        "leverage",
        "coarse_fine",
    ):
        assert abs(flat[name]) < 0.03, name
    # 6 / (degrees - 4) of Student's.
    assert facts(RANDOM.standard_t(10, 400_000))["kurtosis_1"] == pytest.approx(1.0, abs=0.15)


def test_the_filter_takes_slow_volatility_out():
    slow = np.exp(0.8 * np.sin(np.arange(400_000) / 500.0))
    r = slow * RANDOM.standard_normal(slow.size)
    found = facts(r)
    assert found["kurtosis_1"] > 1.5
    assert found["kurtosis_filtered"] < 0.35  # what its own estimate of the deviation adds


def test_volume_is_compared_after_its_trend_is_gone():
    r = RANDOM.standard_normal(20_000)
    trend = np.exp(np.arange(r.size) / 4000.0)
    assert facts(r, trend * (1.0 + np.abs(r)))["volume"] > 0.99
    assert abs(facts(r, trend * RANDOM.lognormal(size=r.size))["volume"]) < 0.03
    assert math.isnan(facts(r)["volume"])


def test_series_that_cannot_be_measured_are_refused():
    for wrong in (
        np.ones(1000),
        np.zeros((2, 1000)),
        RANDOM.standard_normal(50),
        np.full(1000, np.nan),
    ):
        with pytest.raises(ValueError, match="at least 600"):
            facts(wrong)
    r = RANDOM.standard_normal(1000)
    for volume in (np.zeros(1000), np.ones(999)):
        with pytest.raises(ValueError, match="volume must be"):
            facts(r, volume)


def test_every_fact_has_a_band_and_gates_are_facts():
    assert set(FACTS) == set(BANDS) == set(facts(RANDOM.standard_normal(1000)))
    assert set(GATES) <= set(FACTS)
    assert all(band.low <= band.middle <= band.high for band in BANDS.values())
    assert not any(band.holds(float("nan")) for band in BANDS.values())


def test_real_stocks_have_the_published_medians():
    known = real.stocks()
    if known is None:
        pytest.skip("skfolio is not installed")
    rows = [facts(one) for one in known.values()]
    wrong = {}
    for name, band in BANDS.items():
        if name != "volume":
            middle = float(np.median([row[name] for row in rows]))
            width = band.high - band.low
            if abs(middle - band.middle) > 0.15 * width:
                wrong[name] = middle
    assert not wrong
