"""Reference policies and language agents of the order book."""

import numpy as np
import pytest

from synth_envs.trading.book import layout as at
from synth_envs.trading.book.env import (
    BookExecutionVectorEnv,
    BookMakingEnv,
    BookMakingVectorEnv,
)
from synth_envs.trading.book.execution import BookExecutionSim
from synth_envs.trading.book.making import BookMakingSim
from synth_envs.trading.book.market import MARKETS
from synth_envs.trading.book.policies import make_book_policy

SIMS = [BookExecutionSim, BookMakingSim]


def keys_of(n, first=1):
    return (
        np.arange(first, first + n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    ) >> np.uint64(1)


def begun(kind, n, level=0.5, **options):
    sim = kind(n, **options)
    levels = np.full(n, level) if np.isscalar(level) else np.asarray(level)
    sim.reset(np.ones(n, np.bool_), keys_of(n), levels)
    return sim


@pytest.mark.parametrize("action", ["box", "discrete"])
@pytest.mark.parametrize("kind", SIMS)
def test_words(kind, action):
    sim = begun(kind, 1, action=action, latency=0.1)
    example = '{"command": "join"}' if kind is BookExecutionSim else '{"bid": 0, "ask": 1}'
    if kind is BookExecutionSim and action == "box":
        example = '{"market": 0.05, "rest": 1, "offset": 0}'
    for _ in range(8):
        text = sim.describe(0)
        assert 200 < len(text) <= 4000
        assert "undamental" not in text
        answer = sim.read(text[text.rindex("{") :] if "{" in text else example)
        assert answer is not None
        assert sim.single_action_space.contains(answer)
        answer = sim.read(f"I think so. {example}")
        sim.step(
            np.asarray(answer)[None].astype(np.int64 if sim.discrete else np.float64),
            np.ones(1, np.bool_),
        )
    hostile = ["", "{", "[]", "{}", '{"bid": NaN, "ask": 1}', '{"bid": 1e999, "ask": 0}', '{"command": "sell all"}',
               '{"bid": [1], "ask": 0}', '{"market": true}', '{"offset": "0"}', '{"command": ["join"]}', "\x00" * 9,
               '{"bid": true, "ask": true}', '{"keep": 1}', "{" * 5000, None, 3]  # fmt: skip
    for text in hostile:
        assert sim.read(text) is None, text


def scores(env, name, level, n=200, seed=5, **options):
    made = env(num_envs=n, difficulty=level, autoreset_mode="Disabled", **options)
    policy = make_book_policy(name, made)
    seen, _ = made.reset(seed=seed)
    total, live = np.zeros(n), np.ones(n, np.bool_)
    sim = made.sim
    while live.any():
        actions = policy.act(seen)
        assert made.action_space.contains(actions)
        sim.step(actions if actions.dtype == np.int64 else actions.astype(np.float64), live)
        total += sim.rewards
        live &= ~(sim.terminations | sim.truncations)
        seen = sim.observations.copy()
    return total, sim


def above(better, worse):
    gap = better - worse
    return gap.mean() > 3 * gap.std(ddof=1) / np.sqrt(len(gap))


@pytest.mark.parametrize("action", ["box", "discrete"])
def test_execution_policies_are_ordered_and_difficulty_bites(action):
    by_level = [
        scores(BookExecutionVectorEnv, "careless", level, action=action)[0]
        for level in (0.0, 0.5, 1.0)
    ]
    assert above(by_level[0], by_level[1])
    assert above(by_level[1], by_level[2])
    got = {
        name: scores(BookExecutionVectorEnv, name, 0.5, action=action, market="informed")[0]
        for name in ("empty", "constant", "echo", "scripted", "careless", "oracle", "twap")
    }
    assert above(got["oracle"], got["scripted"])
    assert above(got["scripted"], got["twap"])
    assert above(got["twap"], got["careless"])
    assert above(got["scripted"], got["empty"])
    assert above(got["scripted"], got["echo"])


@pytest.mark.parametrize("action", ["box", "discrete"])
def test_making_policies_are_ordered_and_difficulty_bites(action):
    by_level = [
        scores(BookMakingVectorEnv, "constant", level, action=action)[0] for level in (0.0, 1.0)
    ]
    assert above(*by_level)
    got = {
        name: scores(BookMakingVectorEnv, name, 0.5, action=action)
        for name in ("empty", "constant", "echo", "scripted", "careless", "oracle")
    }
    totals = {name: total for name, (total, _) in got.items()}
    assert not totals["empty"].any()
    assert above(totals["oracle"], totals["scripted"])
    for name in ("empty", "constant", "echo", "careless"):
        assert above(totals["scripted"], totals[name]), name
    # The skew rule holds less inventory than symmetric quotes: what Avellaneda and Stoikov are for.
    assert (
        got["scripted"][1].metrics["inventory"].mean()
        < 0.5 * got["constant"][1].metrics["inventory"].mean()
    )
    # Who is quoted to by those who know loses after being filled.
    assert got["constant"][1].metrics["adverse_selection"].mean() > 0


def test_policies_act_in_scalar_environments_and_refuse_others():
    made = BookMakingEnv()
    seen, _ = made.reset(seed=0)
    for name in ("empty", "constant", "echo", "random", "scripted", "careless", "oracle"):
        assert made.action_space.contains(make_book_policy(name, made).act([seen])[0])
    with pytest.raises(ValueError, match="unknown policy"):
        make_book_policy("expert", made)
    with pytest.raises(TypeError):
        make_book_policy("oracle", object())


@pytest.mark.parametrize("market", sorted(MARKETS))
def test_every_market_runs_and_no_exact_optimum_is_claimed(market):
    total, sim = scores(BookMakingVectorEnv, "scripted", None, n=20, market=market, steps=60)
    assert np.isfinite(total).all()
    assert sim.optimum(0) is None
    assert not sim._state[:, at.DROPPED].any()
