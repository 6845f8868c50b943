"""The ledger of the order book's agents: exact at every step of fuzzed episodes."""

import numpy as np
import pytest

from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, uniform
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.batch import begin_batch, step_batch
from synth_envs.trading.book.execution import BookExecutionSim
from synth_envs.trading.book.making import BookMakingSim


def keys_of(n, first=1):
    return (
        np.arange(first, first + n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    ) >> np.uint64(1)


def begun(kind, n, level=0.5, **options):
    sim = kind(n, **options)
    levels = np.full(n, level) if np.isscalar(level) else np.asarray(level)
    sim.reset(np.ones(n, np.bool_), keys_of(n), levels)
    return sim


def actions_for(sim, rng, n=None):
    n = n or sim.num_envs
    if sim.discrete:
        return rng.integers(0, sim.single_action_space.n, n)
    return rng.uniform(-1, 1, (n, 4)).astype(np.float32).astype(np.float64)


@kernel
def sound(orders: np.ndarray, state: np.ndarray) -> int:
    """Return 0 if ledger and book are whole, or the number of what is not."""
    worth = state[at.CASH] + state[at.INVENTORY] * state[at.MID2] * at.HALF - state[at.BEGUN]
    if worth != state[at.EDGE] + state[at.IMPACT] + state[at.TIMING] - state[at.FEES]:
        return 1
    if (
        state[at.IN]
        != state[at.BID_LOTS] + state[at.ASK_LOTS] + 2 * state[at.TRADED] + state[at.OUT]
    ):
        return 2
    if state[at.BID] >= state[at.ASK]:
        return 3
    if state[at.INVENTORY] < state[at.FLOOR] or state[at.INVENTORY] > state[at.CEILING]:
        return 4
    if state[at.INVENTORY] + state[at.OWN_BID] > state[at.CEILING]:
        return 5
    if state[at.INVENTORY] - state[at.OWN_ASK] < state[at.FLOOR]:
        return 6
    lots = 0
    for k in range(state[at.COUNT]):
        lots += orders[orders[k, at.PERM], at.SIZE]
    if lots != state[at.BID_LOTS] + state[at.ASK_LOTS]:
        return 7
    return 0


@kernel
def play(  # noqa: PLR0917
    rounds: int, keys: np.ndarray, offsets: np.ndarray, config: np.ndarray, template: np.ndarray, levels: np.ndarray,
    orders: np.ndarray, state: np.ndarray, reals: np.ndarray, terms: np.ndarray, rewards: np.ndarray,
    terminations: np.ndarray, truncations: np.ndarray, observations: np.ndarray, history: np.ndarray,
    found: np.ndarray,
) -> int:  # fmt: skip
    """Play random episodes without end, and check after every step; returns the number of steps."""
    n = len(keys)
    mask, hard = np.ones(n, np.bool_), np.zeros(n)
    choices, controls = np.zeros(n, np.int64), np.zeros((n, 4))
    steps, worst = 0, 0.0
    for k in range(rounds):
        for e in range(n):
            if mask[e]:
                keys[e] = mixed(keys[e], k)
                hard[e] = uniform(keys[e], 7)
        begin_batch(
            mask, keys, hard, config, template, levels, orders, state, reals, observations, history
        )
        for e in range(n):
            draw = mixed(keys[e], 1000 + k)
            choices[e] = int(uniform(draw, 0) * (8 if config[0] != 2 else 25))
            for j in range(4):
                controls[e, j] = 2.0 * uniform(draw, 1 + j) - 1.0
        before = np.copy(state[:, at.CASH] + state[:, at.INVENTORY] * state[:, at.MID2] * at.HALF)
        mask[:] = True
        step_batch(
            mask, keys, choices, controls, offsets, config, levels, orders, state, reals, terms, rewards,
            terminations, truncations, observations, history,
        )  # fmt: skip
        for e in range(n):
            steps += 1
            code = sound(orders[e], state[e])
            s = state[e]
            if code > 0 and found[0] == 0:
                found[0] = code
            # The rewards of a step are the change of the equity in it, as floats: a second ledger.
            worth = s[at.CASH] + s[at.INVENTORY] * s[at.MID2] * at.HALF
            scale = at.UNIT * (1.0 if config[0] == 2 else config[3])
            worst = max(worst, abs((worth - before[e]) / scale - rewards[e] + terms[5, e]))
            for j in range(observations.shape[1]):
                if not abs(observations[e, j]) <= 1.0:
                    found[0] = 8
            if truncations[e] and s[at.INVENTORY] != 0:
                found[0] = 9
            mask[e] = terminations[e] or truncations[e]
            found[1] += s[at.FILLS]
            found[2] += s[at.FILLS] if terminations[e] or truncations[e] else 0
            found[3] = max(found[3], s[at.WAITING])
    found[4] = int(worst * 1e12)
    return steps


SETTINGS = [
    (BookExecutionSim, {"action": "box", "steps": 12, "side": "random"}),
    (BookExecutionSim, {"action": "discrete", "steps": 12, "market": "mixed", "latency": 1.5, "jitter": 1.0}),
    (BookMakingSim, {"action": "box", "steps": 30, "latency": 0.4, "jitter": 0.5}),
    (BookMakingSim, {"action": "discrete", "steps": 30, "latency_events": 30}),
    (BookMakingSim, {"action": "box", "steps": 25, "market": {"levels": 3, "limit_rate": 0.1, "market_rate": 2.0}}),
]  # fmt: skip


def fuzzed(kind, options, n, rounds):
    sim = kind(n, interval=0.1, maker_fee=-137, taker_fee=211, **options)
    found = np.zeros(5, np.int64)
    steps = play(
        rounds, keys_of(n), sim._offsets, sim._config, sim._template, sim._levels, sim._orders, sim._state,
        sim._reals, sim._terms, sim.rewards, sim.terminations, sim.truncations, sim.observations, sim._history, found,
    )  # fmt: skip
    assert found[0] == 0, f"rule {found[0]}"
    assert found[4] < 1000, "rewards are the change of the equity to 1e-9"
    assert found[1] > steps / 50, "the agent trades"
    if options.get("latency_events") or options.get("latency"):
        assert found[3] > 0, "messages were on their way"
    return steps


@pytest.mark.parametrize(("kind", "options"), SETTINGS)
def test_the_ledger_is_exact_at_every_step(kind, options):
    assert fuzzed(kind, options, 20, 500) == 10_000


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "options"), SETTINGS)
def test_the_ledger_is_exact_over_a_million_steps(kind, options):
    assert fuzzed(kind, options, 40, 5_250) == 210_000


@pytest.mark.parametrize("side", ["sell", "buy"])
def test_rewards_sum_to_minus_the_shortfall(side):
    """Against fills priced by hand: cash from trades, less the lots at the mid price at the start."""
    n = 8
    sim = begun(BookExecutionSim, n, side=side, action="box", unit="ticks", lots=10, steps=15)
    rng = np.random.default_rng(5)
    mask, total = np.ones(n, np.bool_), np.zeros(n)
    arrival = sim._state[:, at.MID2] / 2
    paid, fees = np.zeros(n), np.zeros(n)
    while mask.any():
        sim.step(actions_for(sim, rng), mask)
        total += sim.rewards
        for k in np.flatnonzero(mask):
            assert sim.value(k, "FILLS") <= at.FILL_LOG_SIZE
            for fill in sim.fills(k):
                paid[k] -= fill["lots"] * fill["price"]
                fees[k] += abs(fill["lots"]) * (-0.1 if fill["maker"] else 0.2)
        mask &= ~(sim.terminations | sim.truncations)
    sign = 1 if side == "sell" else -1
    assert total * 10 == pytest.approx(paid - fees - sign * 10 * arrival, abs=1e-9)
    assert -sim.metrics["shortfall"] == pytest.approx(total, abs=1e-12)


def test_basis_points_are_ticks_over_the_price():
    ticks, bp = (
        begun(BookExecutionSim, 3, unit=unit, action="discrete") for unit in ("ticks", "bp")
    )
    start = ticks._state[:, at.MID2] / 2
    for code in (5, 7):
        for sim in (ticks, bp):
            sim.step(np.full(3, code), np.ones(3, np.bool_))
        assert bp.rewards == pytest.approx(ticks.rewards / start * 1e4, rel=1e-12)


def test_a_book_that_runs_dry_still_ends_flat():
    market = {"levels": 2, "limit_rate": 0.05, "cancel_rate": 5.0}
    sim = begun(BookExecutionSim, 6, market=market, lots=100, steps=3, action="discrete")
    mask = np.ones(6, np.bool_)
    for _ in range(3):
        sim.step(np.zeros(6, np.int64), mask)
    assert not sim._state[:, at.INVENTORY].any()
    assert sim.truncations.all()
    assert np.isfinite(sim.rewards).all()
    assert all(sound(sim._orders[e], sim._state[e]) == 0 for e in range(6))
