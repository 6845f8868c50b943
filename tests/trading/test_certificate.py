"""The certificate tells generators apart: the negative control fails, the multifractal passes."""

import importlib.util
import io
import json
import math

import numpy as np
import pytest
from rich.console import Console

from synth_envs.trading.markets import certificate, real
from synth_envs.trading.markets.bands import BANDS, GATES
from synth_envs.trading.markets.classifier import features, two_sample, two_sample_of_market
from synth_envs.trading.markets.controls import control
from synth_envs.trading.markets.market import market
from synth_envs.trading.markets.verdict import daily, verdict, verdict_of_control

LEARNS = importlib.util.find_spec("sklearn") is not None


def test_the_multifractal_market_passes_every_gate_and_nearly_all_else():
    found = verdict("msm", market("msm"))
    assert found.gates
    assert len(found.passed) >= 18


@pytest.mark.parametrize("name", ["gbm", "jump", "heston", "regime", "ou"])
def test_simple_markets_fail(name):
    found = verdict(name, market(name))
    assert not found.gates
    if name == "gbm":
        assert not set(GATES) & set(found.passed)
        assert len(found.passed) <= 7


def test_only_the_slow_decay_fails_gjr():
    found = verdict("gjr", market("gjr"))
    assert set(GATES) - set(found.passed) == {"acf_abs_100"}
    assert "decay" not in found.passed


def test_controls_are_where_they_were_published():
    wanted = {
        "iid normal": {"hill_left": 6.1, "hill_right": 6.1, "wait_gain": 42, "wait_loss": 42, "acf_max": 0.025,
                       "kurtosis_filtered": 0.2, "acf_abs_1": 0.0, "leverage": -0.001},
        "GARCH(1,1)-N": {"kurtosis_1": 1.9, "hill_left": 3.87, "hill_right": 3.94, "acf_abs_1": 0.21,
                         "acf_abs_20": 0.18, "acf_abs_100": 0.058, "decay": 0.36, "leverage": -0.004,
                         "wait_gain": 52.5, "wait_loss": 52.5, "kurtosis_filtered": 0.0},
        "GJR-t6": {"hill_left": 2.87, "hill_right": 2.82, "acf_abs_1": 0.24, "acf_abs_20": 0.16,
                   "acf_abs_100": 0.017, "decay": 0.64, "leverage": -0.037, "leverage_near": -13.9,
                   "wait_gain": 60.5, "wait_loss": 55.5, "kurtosis_filtered": 2.8},
    }  # fmt: skip
    for name, rows in wanted.items():
        found = verdict_of_control(name, seeds=60)
        for fact, value in rows.items():
            band = BANDS[fact]
            slack = 0.25 * (6.3 - band.low if fact == "kurtosis_filtered" else band.high - band.low)
            assert abs(found.medians[fact] - value) < slack, (name, fact)
        assert not found.gates


def test_a_verdict_is_a_function_of_the_market_and_counts_its_seeds():
    seen = []
    one = verdict("gbm", market("gbm"), seeds=3, days=700, seen=lambda: seen.append(1))
    assert one == verdict("gbm", market("gbm"), seeds=3, days=700)
    assert len(seen) == 3
    made = json.loads(json.dumps(one.to_dict()))
    assert made["gates"] is False
    assert set(made["medians"]) == set(BANDS)


def test_days_are_put_together_from_bars():
    returns, volume = daily(
        market("intraday", bars_per_day=13, bars_per_year=252 * 13, volatility=0.2), 5, 3000
    )
    assert returns.shape == volume.shape == (3000,)
    assert returns.std() * math.sqrt(252) == pytest.approx(0.2, rel=0.3)


def test_the_command_prints_tables_and_json(capsys):
    assert certificate.main(["--market", "gbm", "--seeds", "2", "--days", "800"]) == 1
    shown = capsys.readouterr().out
    assert "Hill index, left *" in shown
    assert "gbm" in shown
    assert (
        certificate.main(
            ["--market", "gbm", "--market", "msm", "--seeds", "2", "--days", "800", "--json"]
        )
        == 1
    )
    report = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in report["verdicts"]][-2:] == ["gbm", "msm"]
    assert report["classifier"] == {}
    for wrong in (["--market", "levy"], ["--seeds", "0"], ["--days", "10"]):
        with pytest.raises(SystemExit) as stopped:
            certificate.main(wrong)
        assert stopped.value.code == 2
        capsys.readouterr()


def test_tables_fit_eighty_columns():
    rows = [
        verdict_of_control(name, seeds=1, days=700)
        for name in ("iid normal", "GARCH(1,1)-N", "GJR-t6")
    ]
    out = io.StringIO()
    Console(file=out, width=80).print(certificate.table(rows))
    assert "…" not in out.getvalue()
    assert "GARCH(1,1)-N" in out.getvalue()


def test_features_see_the_shape_and_not_the_scale():
    r = control("GJR-t6", 3, 3000)
    assert np.allclose(features(r), features(r * 40.0 + 1.0))
    assert features(r).shape[0] == 50


@pytest.mark.skipif(LEARNS, reason="scikit-learn is installed")
def test_without_scikit_learn_the_error_names_what_to_install():
    series = [control("iid normal", k, 700) for k in range(5)]
    with pytest.raises(ModuleNotFoundError, match=r"synth-envs\[risk\]"):
        two_sample(series, series)


@pytest.mark.skipif(not LEARNS, reason="scikit-learn is not installed")
def test_the_classifier_tells_what_differs_and_nothing_else():
    normal = [control("iid normal", k, 3000) for k in range(10)]
    again = [control("iid normal", 100 + k, 3000) for k in range(10)]
    heavy = [control("GJR-t6", k, 3000) for k in range(10)]
    same, other = two_sample(normal, again), two_sample(normal, heavy)
    assert same.low < 0.55
    assert 0.4 < same.auc < 0.6
    assert other.low > 0.7
    with pytest.raises(ValueError, match="at least 5"):
        two_sample(normal[:3], again)


@pytest.mark.slow
@pytest.mark.skipif(not LEARNS or real.stocks() is None, reason="needs scikit-learn and skfolio")
def test_stocks_are_harder_to_tell_from_the_multifractal_than_from_gbm():
    series = list(real.stocks().values())
    plain, rich = (two_sample_of_market(market(name), series) for name in ("gbm", "msm"))
    assert rich.high < plain.low
