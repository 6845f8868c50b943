"""Fits find the parameters of markets of their own kind again."""

import sys

import numpy as np
import pytest

from synth_envs.trading.markets.calibrate import fit
from synth_envs.trading.markets.filters import switching
from synth_envs.trading.markets.market import Market, market, paths

DAYS = 20_000
#: Markets, and how far each parameter may be off: relative, or absolute if it is a text.
CASES = {
    "gbm": (market("gbm", volatility=0.25, drift=0.1), {"volatility": 0.02, "drift": "0.11"}),
    "jump": (
        market("jump", volatility=0.3, jumps=10.0, jump_mean=-0.03, jump_sd=0.04),
        {"volatility": 0.03, "jumps": 0.2, "jump_mean": "0.008", "jump_sd": 0.12},
    ),
    "heston": (
        market("heston", volatility=0.25, reversion=6.0, vol_of_vol=1.0, correlation=-0.7),
        {"volatility": 0.08, "reversion": 0.6, "vol_of_vol": 0.4, "correlation": "0.2"},
    ),
    "gjr": (
        market("gjr", volatility=0.25, overnight=0.0),
        {"arch": "0.02", "leverage": "0.04", "garch": "0.03", "degrees": "1"},
    ),
    "regime": (
        market("regime", turbulence=3.0, enter=2.0, leave=8.0),
        {"volatility": 0.06, "turbulence": 0.06, "enter": 0.3, "leave": 0.25},
    ),
    "ou": (
        market("ou", reversion=8.0, drift=0.03),
        {"volatility": 0.02, "reversion": 0.15, "drift": "0.005"},
    ),
    "msm": (
        market("msm", overnight=0.0, feedback=0.0),
        {"spread": "0.08", "leverage": "0.3", "degrees": "4"},
    ),
}  # fmt: skip


def series(of, key=3_000_009, days=DAYS):
    return paths(of, np.array([key], dtype=np.uint64), days)


@pytest.mark.parametrize("kind", CASES)
def test_parameters_are_found_again(kind):
    if kind == "gjr":
        pytest.importorskip("scipy")
    of, slack = CASES[kind]
    found = fit(series(of)["close"][0], kind).to_dict()
    true = of.to_dict()
    for name, most in slack.items():
        far = float(most) if isinstance(most, str) else most * abs(true[name])
        assert abs(found[name] - true[name]) < far, name


def test_a_fitted_cascade_decays_as_the_series_does():
    from synth_envs.trading.markets.facts import autocorrelations

    of = market("msm", overnight=0.0, fast=0.1, ratio=4.0, spread=1.5)
    close = series(of, days=8000)["close"][0]
    found = fit(close, "msm")
    keys = np.arange(50, 62, dtype=np.uint64)
    memory = [
        np.mean([autocorrelations(np.abs(np.diff(np.log(one))), 60)[[0, 9, 59]] for one in paths(one_of, keys, 8000)["close"]], axis=0)
        for one_of in (of, found)
    ]  # fmt: skip
    assert memory[1] == pytest.approx(memory[0], abs=0.06)


def test_returns_prices_and_opens_tell_the_same():
    of = market("gbm", overnight=0.4)
    made = series(of)
    close, opened = made["close"][0], made["open"][0]
    one = fit(close, "gbm")
    other = fit(np.diff(np.log(close)), "gbm", returns=True)
    assert other.volatility == pytest.approx(one.volatility, rel=1e-12)
    assert fit(close * 3.0, "gbm").drift == pytest.approx(one.drift, rel=1e-9)
    assert fit(close, "gbm", opens=opened).overnight == pytest.approx(0.4, abs=0.02)
    assert fit(close, "gbm", 12.0).volatility == pytest.approx(
        one.volatility * np.sqrt(12 / 252), rel=1e-9
    )
    assert isinstance(one, Market)


def test_the_filter_sees_which_regime_it_was():
    random = np.random.default_rng(2)
    wild = np.repeat([0, 1] * 40, 100)
    found = switching(random.standard_normal(wild.size) * np.where(wild, 3.0, 1.0))
    assert found["deviations"] == pytest.approx([1.0, 3.0], rel=0.06)
    assert found["moves"] == pytest.approx((0.01, 0.01), abs=0.004)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x: fit(x, "gbmm"), "did you mean 'gbm'"),
        (lambda x: fit(x, "intraday"), "bars_per_day"),
        (lambda x: fit(x[:100], "gbm"), "at least 251"),
        (lambda x: fit(-x, "gbm"), "above 0"),
        (lambda x: fit(x * 0 + 1, "gbm"), "all the same"),
        (lambda x: fit(x * np.nan, "gbm"), "finite"),
        (lambda x: fit(x, "gbm", opens=x[:-1]), "opens must be"),
    ],
)
def test_mistakes_are_answered_with_what_is_needed(call, says):
    x = np.exp(np.cumsum(np.random.default_rng(0).standard_normal(600) * 0.01))
    with pytest.raises(ValueError, match=says):
        call(x)


def test_without_scipy_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    x = np.exp(np.cumsum(np.random.default_rng(0).standard_normal(600) * 0.01))
    with pytest.raises(ModuleNotFoundError, match=r"synth-envs\[bench\]"):
        fit(x, "gjr")
