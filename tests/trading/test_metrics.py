"""Measures of trading against closed forms."""

import math

import numpy as np
import pytest

from synth_envs.trading.metrics import (
    block_bootstrap,
    calmar,
    conditional_value_at_risk,
    deflated_sharpe,
    expected_best_sharpe,
    max_drawdown,
    sharpe,
    sharpe_error,
    sortino,
)


def test_drawdown_of_brownian_motion():
    """E = 1.2533 sigma sqrt(T) in continuous time; sampled finer it comes nearer from below."""
    rng = np.random.default_rng(1)
    found = {}
    for steps in (250, 4000):
        paths = np.cumsum(rng.normal(0, 1e-3 / math.sqrt(steps), (4000, steps)), axis=1)
        equity = np.exp(np.concatenate([np.zeros((4000, 1)), paths], axis=1))
        found[steps] = np.mean([max_drawdown(one) for one in equity]) / 1e-3
    assert found[250] < found[4000] < 1.2533 + 0.03
    # The first step of discrete sampling lowers the range by 0.5826 sigma sqrt(dt) on each side.
    assert found[4000] + 2 * 0.5826 / math.sqrt(4000) == pytest.approx(1.2533, abs=0.03)


def test_tail_of_the_normal_distribution():
    exact = 2.0627
    rng = np.random.default_rng(2)
    assert conditional_value_at_risk(rng.normal(size=2_000_000)) == pytest.approx(exact, abs=0.005)
    losses = -np.arange(1.0, 101.0)
    assert conditional_value_at_risk(losses) == pytest.approx(np.mean([96, 97, 98, 99, 100]))
    # 30 periods have a tail of 1.5: the worst, and half of the next.
    assert conditional_value_at_risk(-np.arange(1.0, 31.0)) == pytest.approx((30 + 0.5 * 29) / 1.5)


def test_sharpe_and_its_error():
    rng = np.random.default_rng(3)
    true, length = 0.2, 500
    found = [sharpe(rng.normal(true, 1.0, length)) for _ in range(4000)]
    assert np.mean(found) == pytest.approx(true, abs=0.004)
    assert np.std(found) == pytest.approx(sharpe_error(true, length), rel=0.04)
    series = rng.normal(0.1, 1.0, 300)
    assert sharpe(series, 252) == pytest.approx(sharpe(series) * math.sqrt(252))
    assert sharpe(np.full(10, 0.01)) == 0.0


def test_best_of_many_trials_is_deflated():
    rng = np.random.default_rng(4)
    length, trials = 400, 50
    best, deflated, plain = [], [], []
    for _ in range(200):
        returns = rng.normal(size=(trials, length))
        ratios = returns.mean(axis=1) / returns.std(axis=1, ddof=1)
        best.append(ratios.max())
        chosen = returns[ratios.argmax()]
        deflated.append(deflated_sharpe(chosen, trials))
        plain.append(deflated_sharpe(chosen, 1))
    assert np.mean(best) == pytest.approx(
        expected_best_sharpe(trials, 1 / math.sqrt(length - 1)), rel=0.03
    )
    assert 0.35 < np.mean(deflated) < 0.65
    assert np.mean(plain) > 0.95
    skilled = rng.normal(0.3, 1.0, length)
    assert deflated_sharpe(skilled, trials) > 0.99
    assert deflated_sharpe(np.zeros(10)) == 0.5


def test_sortino_calmar():
    assert sortino(np.array([0.02, -0.01, 0.02, -0.01])) == pytest.approx(0.005 / math.sqrt(5e-5))
    assert sortino(np.array([0.01, 0.02])) == math.inf
    assert sortino(np.zeros(3)) == 0.0
    # Doubling in a year after a fall by half in the middle of it.
    assert calmar(np.array([1.0, -0.5, 1.0]), 3) == pytest.approx(1.0 / 0.5)


def test_bootstrap_covers_the_mean_of_a_dependent_series():
    rng = np.random.default_rng(5)
    covered = 0
    for k in range(200):
        noise = rng.normal(size=400)
        for t in range(1, 400):
            noise[t] += 0.5 * noise[t - 1]
        low, high = block_bootstrap(noise, np.mean, block=20, draws=200, seed=k)
        covered += low <= 0.0 <= high
    assert 0.86 <= covered / 200 <= 0.99


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sharpe(np.array([1.0])), "at least 2"),
        (lambda: max_drawdown(np.array([1.0, -1.0])), "positive"),
        (lambda: sortino(np.array([1.0, math.nan])), "finite"),
        (lambda: conditional_value_at_risk(np.zeros(3), 1.0), "level"),
        (lambda: block_bootstrap(np.zeros(5), np.mean, block=9), "block"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
