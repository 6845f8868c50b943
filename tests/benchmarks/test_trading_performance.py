"""The benchmark of trading's speed: its arguments, its cases, and its table, at tiny sizes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.performance import making, trading
from benchmarks.performance.trading import CASES, main, measure, measure_books

MBT_GYM = os.environ.get("MBT_GYM", "")
TINY = {"repetitions": 1, "seconds": 0.001}


def _peers(*modules):
    for module in modules:
        if trading.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")


def test_a_misspelt_case_is_answered_with_the_nearest(capsys):
    assert main(["gbm trading x 1, gym-anytradin"]) == 2
    assert "did you mean 'gbm trading x 1, gym-anytrading'" in capsys.readouterr().err


def test_a_folder_without_mbt_gym_is_refused(tmp_path, capsys):
    assert main(["--mbt-gym", str(tmp_path)]) == 2
    assert f"no mbt_gym in '{tmp_path}'" in capsys.readouterr().err


def test_a_case_without_its_peer_is_refused_by_name_and_left_out_otherwise(monkeypatch, capsys):
    monkeypatch.setattr(trading, "find_spec", lambda _: None)
    measured = []
    monkeypatch.setattr(trading, "measure", lambda names, **_: measured.extend(names) or {})
    for name, remedy in (
        ("making x 1024, mbt_gym", "--mbt-gym DIR"),
        ("msm trading x 1, gym-anytrading", "pip install gym-anytrading==2.0.0"),
    ):
        assert main([name, "--no-books"]) == 2
        assert remedy in capsys.readouterr().err
    assert main(["--no-books"]) == 0
    assert capsys.readouterr().err.count("left out") == len(CASES)
    assert measured == []


def test_both_sides_trade_the_same_prices_and_positions():
    _peers("gym_anytrading")
    import gymnasium as gym

    prices = trading._prices()
    work = trading._trading(CASES["recorded trading x 1, gym-anytrading"])
    assert work() == trading._ACTIONS
    env = gym.make("synth/Trading-v0", **trading._kwargs("recorded", "gym-anytrading"))
    env.reset(seed=3)
    total, steps, over = 0.0, 0, False
    while not over:
        _, _, terminated, over, info = env.step(1)
        total += sum(info["reward_terms"].values())
        steps += 1
        assert not terminated
    closes = prices["Close"].to_numpy()
    # All bars that are left once the market has been watched.
    assert steps == len(closes) - 1 - 64
    assert info["metrics"]["market_log_return"] == pytest.approx(np.log(closes[-1] / closes[64]))
    assert env.action_space.n == 2


def test_prints_a_table_and_what_falls_short(monkeypatch, capsys):
    _peers("gym_anytrading")
    name = "gbm trading x 1, gym-anytrading"
    real = trading.measure
    monkeypatch.setattr(
        trading, "measure", lambda names, **kw: real(names, **{**kw, **TINY, "mbt_gym": None})
    )
    case = CASES[name]
    monkeypatch.setitem(CASES, name, trading.Case(case.kind, case.market, 1, case.peer, 1e9))
    assert main([name, "--no-books"]) == 1
    printed = capsys.readouterr()
    assert name in printed.out
    assert "ratio" in printed.out
    assert "not 1e+09" in printed.err
    monkeypatch.setitem(CASES, name, trading.Case(case.kind, case.market, 1, case.peer, 0.0))
    assert main([name, "--no-books"]) == 0


def test_gym_trading_env_takes_the_setup_of_its_readme(recwarn):
    _peers("gym_anytrading", "gym_trading_env")
    import warnings

    filters = list(warnings.filters)
    name = "recorded trading x 1024, gym-trading-env"
    row = measure([name], **TINY)[name]
    assert row.ours > 0.0
    assert row.peer > 0.0
    assert row.ratio == pytest.approx(row.ours / row.peer)
    # Importing it makes every warning an error; that is undone.
    assert list(warnings.filters) == filters
    assert not recwarn.list


def test_counts_the_events_of_order_books():
    found = measure_books(4, **TINY)
    assert found.books == 4
    assert 0.0 < found.lowest <= found.events
    # The zero-intelligence market has about 100 events in a unit of time, a step is a quarter of one.
    assert 15.0 < found.per_step < 35.0


@pytest.mark.skipif(not MBT_GYM, reason="MBT_GYM does not name the folder of mbt_gym")
def test_mbt_gym_has_the_same_model():
    import sys

    import gymnasium as gym

    ours, peer = making.check(Path(MBT_GYM))
    assert abs(ours - making.EARNED) < 2.0
    assert abs(peer - making.EARNED) < 2.0
    name = "simulator x 1024, mbt_gym"
    assert measure([name], mbt_gym=Path(MBT_GYM), **TINY)[name].peer > 0.0
    # What stood in for gym is gone again.
    assert sys.modules.get("gym") is not gym
