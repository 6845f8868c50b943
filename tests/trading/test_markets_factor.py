"""Universes of assets: what is expected of them, how they move together, and replay."""

import json
import pickle

import numpy as np
import pytest

from synth_envs.trading.markets import assets as of
from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.factor import Universe, begin_universe, universe_paths
from synth_envs.trading.markets.market import market

KEYS = np.arange(1, 3001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def moves(made, start=100.0):
    before = np.concatenate(
        [np.full_like(made["close"][:, :1], start), made["close"][:, :-1]], axis=1
    )
    return made["open"] / before - 1.0, made["close"] / made["open"] - 1.0


def z_of(values):
    return float(values.mean() / (values.std() / np.sqrt(values.size)))


@pytest.mark.parametrize("kind", ["gbm", "msm", "regime", "intraday"])
def test_assets_without_drift_and_signal_are_fair(kind):
    common = market(kind, drift=0.0, overnight=0.3)
    made = universe_paths(Universe(common, 6, 2, drift=(0.0, 0.0)), KEYS, 6)
    gap, rest = moves(made)
    # Assets of an episode move together, so that the score is of their mean.
    after_fall = rest[:, 1:] * np.sign(rest[:, :-1])
    after_gap = rest[:, :1] * np.sign(gap[:, :1])
    tried = [gap[:, :1], rest, after_fall, after_gap]
    if kind != "intraday":  # its later bars have no gap
        tried += [gap[:, 1:], rest[:, 1:] * np.sign(gap[:, 1:])]
    scores = [z_of(one.mean(axis=2)) for one in tried]
    assert max(map(abs, scores)) < 4.0


def test_expected_and_sigma_of_assets_are_true():
    common = market("msm", drift=0.4, alpha=0.1, overnight=0.3)
    made = universe_paths(Universe(common, 8, 3, alpha=(0.1, 0.3), drift=(-0.5, 0.5)), KEYS, 6)
    gap, rest = moves(made)
    error = ((1 + gap) * (1 + rest) - 1 - made["expected"]) / made["sigma"]
    up = made["signal"] > 0.5
    assert abs(z_of(error.mean(axis=2))) < 4.0
    assert abs(z_of(np.where(up, error, 0.0).mean(axis=2))) < 4.0
    assert abs(z_of(np.where(made["signal"] < -0.5, error, 0.0).mean(axis=2))) < 4.0
    # The signals take up to 0.3 squared of the assets' own part of the variance, the common one a hundredth.
    assert 0.93 < float(np.mean(error**2)) < 1.0


def test_the_covariance_is_positive_definite_and_that_of_the_sample():
    universe = Universe(
        market("gbm", overnight=0.2), 6, 2, volatility=(0.1, 0.2), sector=(0.1, 0.2)
    )
    k, keys = 6, KEYS[:1]
    p, s = np.zeros((1, at.PARAMETERS)), np.zeros((1, at.STATE))
    assets, own = np.zeros((1, k, of.ASSET)), np.zeros((1, k, of.ASSET_STATE))
    begin_universe(
        universe.common.number, universe.common.table, universe.table, 2, 0.9, 0.0, p, s, assets, own, keys,
        np.zeros(1, np.int64), 0,
    )  # fmt: skip
    known = universe.covariance(p[0], s[0], assets[0])
    assert np.linalg.eigvalsh(known).min() > 0
    assert np.allclose(np.diag(known), own[0, :, of.A_SIGMA] ** 2)
    gap, rest = moves(universe_paths(universe, keys, 60_000))
    found = np.cov(((1 + gap) * (1 + rest) - 1)[0].T)
    sd = np.sqrt(np.diag(known))
    assert np.abs((found - known) / np.outer(sd, sd)).max() < 0.04
    assert known[0, 2] / (sd[0] * sd[2]) > known[0, 1] / (sd[0] * sd[1])  # of one sector, of two


@pytest.mark.parametrize("kind", ["gbm", "msm", "intraday"])
def test_a_universe_is_a_function_of_its_key_alone(kind):
    universe = Universe(market(kind, vary=0.3, alpha=0.1), 5, 2, alpha=(0.0, 0.1))
    batch = universe_paths(universe, KEYS[:4], 30, difficulty=0.3)
    alone = universe_paths(universe, KEYS[2:3], 20, difficulty=0.3)
    for name, values in batch.items():
        assert np.array_equal(values[2:3, :20], alone[name])
        assert np.isfinite(values).all()
    assert batch["close"].min() > 0
    assert batch["volume"].min() > 0
    assert batch["volume"].mean() == pytest.approx(1.0, abs=0.1)
    assert len(np.unique(batch["sigma"][:, 0].ravel())) == 20


def test_universes_travel_and_refuse_mistakes():
    universe = Universe(market("msm", vary=0.1), 7, 3, alpha=(0.0, 0.1))
    assert Universe.from_dict(json.loads(json.dumps(universe.to_dict()))) == universe
    assert pickle.loads(pickle.dumps(universe)) == universe
    assert Universe.from_dict({"common": "gbm"}).common == market("gbm")
    for wrong, says in (
        ({"common": market("ou")}, "another kind"),
        ({"common": market("gbm"), "assets": 0}, "assets"),
        ({"common": market("gbm"), "sectors": 11}, "sectors"),
        ({"common": market("gbm"), "beta": (1.0, 5.0)}, "beta"),
        ({"common": market("gbm"), "alpha": (0.2, 0.1)}, "alpha"),
        ({"common": market("gbm"), "persistence": 1.0}, "persistence"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            Universe(**wrong)
    with pytest.raises(ValueError, match="needs common"):
        Universe.from_dict({"asets": 3})
