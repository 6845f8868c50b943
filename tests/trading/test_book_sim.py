"""The simulators of the order book: batches, causality, hostile input, pictures."""

import pickle

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.kernels.random import exponential, gaussian, uniform
from synth_envs.trading.book import batch, flow, trader
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.batch import step_batch
from synth_envs.trading.book.env import (
    BookExecutionEnv,
    BookExecutionVectorEnv,
    BookMakingEnv,
    BookMakingVectorEnv,
)
from synth_envs.trading.book.execution import BookExecutionSim
from synth_envs.trading.book.making import BookMakingSim

SIMS = [BookExecutionSim, BookMakingSim]


ENVS = [BookExecutionEnv, BookMakingEnv]


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


@pytest.mark.parametrize("action", ["box", "discrete"])
@pytest.mark.parametrize("kind", SIMS)
@pytest.mark.parametrize("market", ["mixed", "zero-intelligence"])
def test_a_batch_equals_singles_bit_for_bit(kind, action, market):
    options = {"action": action, "market": market, "latency": 0.3, "jitter": 0.7}
    n = 5
    level = np.linspace(0.0, 1.0, n)
    many = begun(kind, n, level, **options)
    singles = []
    for k in range(n):
        one = kind(1, **options)
        one.reset(np.ones(1, np.bool_), keys_of(n)[k : k + 1], level[k : k + 1])
        singles.append(one)
    rng = np.random.default_rng(0)
    live = np.ones(n, np.bool_)
    for _ in range(25):
        actions = actions_for(many, rng)
        many.step(actions, live)
        for k, one in enumerate(singles):
            one.step(actions[k : k + 1], live[k : k + 1])
            for name in (
                "observations",
                "rewards",
                "terminations",
                "truncations",
                "_state",
                "_reals",
            ):
                assert np.array_equal(getattr(one, name)[0], getattr(many, name)[k]), name
            for name, column in many.terms.items():
                assert one.terms[name][0] == column[k]
            for name, column in many.metrics.items():
                assert one.metrics[name][0] == column[k]
        live &= ~(many.terminations | many.truncations)


@pytest.mark.parametrize("kind", SIMS)
def test_where_the_mask_is_unset_only_rewards_flags_and_terms_change(kind):
    sim = begun(kind, 4)
    rng = np.random.default_rng(1)
    sim.step(actions_for(sim, rng), np.ones(4, np.bool_))
    before = sim.save()
    mask = np.array([True, False, True, False])
    sim.step(actions_for(sim, rng), mask)
    after = sim.save()
    for name in before:
        if len(before[name]):
            assert np.array_equal(before[name][~mask], after[name][~mask]), name
    assert not sim.rewards[~mask].any()
    assert not any(column[~mask].any() for column in sim.terms.values())
    assert not (sim.terminations | sim.truncations)[~mask].any()


@pytest.mark.parametrize("kind", SIMS)
def test_save_restore_and_pickle_go_on_alike(kind):
    sim = begun(kind, 3, latency=0.5)
    rng = np.random.default_rng(2)
    mask = np.ones(3, np.bool_)
    for _ in range(4):
        sim.step(actions_for(sim, rng), mask)
    state, copy = sim.save(), pickle.loads(pickle.dumps(sim))
    actions = [actions_for(sim, rng) for _ in range(6)]

    def trace(one):
        seen = []
        for a in actions:
            one.step(a, mask)
            seen.append((one.observations.copy(), one.rewards.copy(), one._state.copy()))
        return seen

    first = trace(sim)
    sim.restore(state)
    for other in (trace(sim), trace(copy)):
        for x, y in zip(first, other, strict=True):
            assert all(np.array_equal(p, q) for p, q in zip(x, y, strict=True))
    assert np.array_equal(copy.terms["spread"], sim.terms["spread"])


def perturbed(monkeypatch, kind, steps, actions, first):
    """Play with every draw from the counter `first` on replaced; kernels that draw are interpreted."""

    def twin(draw, from_counter):
        def drawn(key, counter):
            key = np.uint64(key)  # what compiled kernels return is a plain integer
            return draw(key ^ np.uint64(0x5555) if counter >= from_counter else key, counter)

        return drawn

    with monkeypatch.context() as patch:
        patch.setattr(flow, "uniform", twin(uniform, 2 * first))
        patch.setattr(flow, "gaussian", twin(gaussian, first + 1))
        patch.setattr(trader, "exponential", twin(exponential, first))
        patch.setattr(flow, "_pass", flow._pass.py_func)
        patch.setattr(flow, "_size", lambda *_: 1)  # what the compiled one gives in this market
        patch.setattr(batch, "advance", flow.advance.py_func)
        patch.setattr(batch, "send", trader.send.py_func)
        sim = begun(kind, 1, market="mixed", interval=0.2, latency=0.3, jitter=1.0)
        seen, draws = [], []
        for k in range(steps):
            step_batch.py_func(
                np.ones(1, np.bool_), sim._keys, sim._idle, actions[k], sim._offsets, sim._config, sim._levels,
                sim._orders, sim._state, sim._reals, sim._terms, sim.rewards, sim.terminations, sim.truncations,
                sim.observations, sim._history,
            )  # fmt: skip
            seen.append((sim.observations.tobytes(), sim.rewards.tobytes(), sim._state.tobytes()))
            draws.append(sim.value(0, "DRAWS"))
    return seen, draws


@pytest.mark.parametrize("kind", SIMS)
def test_later_draws_change_nothing_before(kind, monkeypatch):
    """Twins: whatever is drawn after step t, observations, rewards and states up to t are the same."""
    rng = np.random.default_rng(3)
    actions = rng.uniform(-1, 1, (8, 1, 4))
    actions[:, :, 0] = np.minimum(actions[:, :, 0], 0.2)
    plain, draws = perturbed(monkeypatch, kind, 8, actions, 10**12)
    for last in (1, 4):
        twin, _ = perturbed(monkeypatch, kind, 8, actions, draws[last])
        assert twin[: last + 1] == plain[: last + 1]
        assert twin[last + 1] != plain[last + 1]
    # Interpreted and compiled kernels agree to the last bit.
    sim = begun(kind, 1, market="mixed", interval=0.2, latency=0.3, jitter=1.0)
    for k in range(8):
        sim.step(actions[k], np.ones(1, np.bool_))
        assert (sim.observations.tobytes(), sim.rewards.tobytes()) == plain[k][:2]


@pytest.mark.parametrize("kind", SIMS)
def test_nothing_leaks_into_the_next_episode(kind):
    fresh, used = begun(kind, 3), begun(kind, 3, 0.9)
    rng = np.random.default_rng(4)
    mask = np.ones(3, np.bool_)
    for _ in range(10):
        used.step(actions_for(used, rng), mask)
    used.reset(mask, keys_of(3), np.full(3, 0.5))
    assert np.array_equal(fresh.observations, used.observations)
    actions = actions_for(fresh, rng)
    for sim in (fresh, used):
        sim.step(actions, mask)
    assert np.array_equal(fresh.observations, used.observations)
    assert np.array_equal(fresh.rewards, used.rewards)


@pytest.mark.filterwarnings("ignore:.*Casting input x to numpy array.*")
@pytest.mark.parametrize("action", ["box", "discrete"])
@pytest.mark.parametrize("env", ENVS)
def test_gymnasium_check_env(env, action):
    check_env(env(action=action), skip_render_check=True)


@pytest.mark.parametrize(("scalar", "vector"), [(BookExecutionEnv, BookExecutionVectorEnv), (BookMakingEnv, BookMakingVectorEnv)])  # fmt: skip
def test_the_vector_contract(scalar, vector):
    kwargs = {"action": "discrete", "steps": 12, "latency": 0.2, "market": "mixed"}
    check_vector_env(vector, kwargs=kwargs, scalar=scalar)
    check_vector_env(vector, kwargs=kwargs | {"action": "box"}, scalar=scalar)


@pytest.mark.parametrize("env", ENVS)
def test_pictures(env):
    made = env(render_mode="rgb_array")
    made.reset(seed=1)
    first = made.render()
    for _ in range(8):
        made.step(made.action_space.sample())
    later = made.render()
    assert first.shape == later.shape == (400, 600, 3)
    assert first.dtype == np.uint8
    assert (first != later).any()
    many = begun(env.simulator, 20)
    assert many.history(0) is None
    assert many.frame(19).shape == (400, 600, 3)


@pytest.mark.parametrize(("scalar", "vector"), [(BookExecutionEnv, BookExecutionVectorEnv), (BookMakingEnv, BookMakingVectorEnv)])  # fmt: skip
def test_vector_environments_equal_scalar_ones(scalar, vector):
    many = vector(num_envs=3, action="discrete", steps=20, threads=2)
    ones = [scalar(action="discrete", steps=20) for _ in range(3)]
    seen, _ = many.reset(seed=9)
    for k, one in enumerate(ones):
        assert np.array_equal(one.reset(seed=9 + k)[0], seen[k])
    many.action_space.seed(0)
    for _ in range(15):
        actions = many.action_space.sample()
        seen, rewards, ended, cut, _ = many.step(actions)
        if (ended | cut).any():
            break
        for k, one in enumerate(ones):
            got = one.step(actions[k])
            assert np.array_equal(got[0], seen[k])
            assert got[1] == rewards[k]
    many.close()


def test_an_execution_ends_when_done_or_at_the_horizon():
    sim = begun(BookExecutionSim, 2, action="discrete", steps=5, lots=6)
    mask = np.ones(2, np.bool_)
    for step in range(5):
        assert not sim.truncations.any()
        sim.step(np.array([7 if step == 1 else 0, 0]), mask)
        if step == 1:
            assert sim.terminations.tolist() == [True, False]
            assert sim.metrics["filled"][0] == 1.0
            mask[0] = False
    assert sim.terminations.tolist() == [False, False]
    assert sim.truncations.tolist() == [False, True]
    assert sim.metrics["leftover"].tolist() == [0.0, 6.0]
    assert sim.metrics["filled"].tolist() == [1.0, 0.0]
    assert sim._state[1, at.INVENTORY] == 0
    assert sim.terms["leftover"][1] < 0


def test_orders_keep_their_places_when_quotes_stay():
    sim = begun(BookMakingSim, 1, action="box", market="zero-intelligence", interval=0.02)
    mask = np.ones(1, np.bool_)
    sim.step(np.array([[-7 / 9, -1.0, 1.0, -1.0]]), mask)  # bid 0 ticks behind
    order = [o for o in sim._state[0, at.OWN : at.OWN + 4] if o != at.NIL]
    assert len(order) == 1
    price, places = sim._orders[0, order[0], at.PRICE], []
    for _ in range(40):
        if sim._state[0, at.OWN] != order[0]:
            break
        places.append(sim.observations[0, 20])
        offset = sim.value(0, "BID") - price
        if not 0 <= offset <= 8:
            break
        sim.step(np.array([[2 * (offset + 1) / 9 - 1, -1.0, 1.0, -1.0]]), mask)
    assert len(places) > 3
    assert (np.diff(places) <= 0).all()


def test_latency_delays_orders():
    def first_rest(**options):
        sim = begun(
            BookExecutionSim,
            1,
            action="discrete",
            market="zero-intelligence",
            interval=0.1,
            **options,
        )
        mask = np.ones(1, np.bool_)
        for step in range(20):
            sim.step(np.array([4 if step == 0 else 0]), mask)
            if sim.value(0, "OWN_ASK") or sim.value(0, "MAKER_LOTS") or sim.value(0, "REJECTED"):
                return step
        return 99

    assert first_rest() == 0
    assert first_rest(latency=0.55) == 5
    # About 9 events happen in a step.
    assert 1 <= first_rest(latency_events=30) <= 8


def test_messages_beyond_the_queue_are_refused():
    sim = begun(BookMakingSim, 1, latency=100.0)
    for _ in range(20):
        sim.step(np.zeros((1, 4)), np.ones(1, np.bool_))
    assert (sim.value(0, "WAITING"), sim.value(0, "REFUSED")) == (at.MESSAGES, 4)
    assert sim.observations[0, 24] == 1.0


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        (BookExecutionSim, {"lots": 0}, "lots must be an integer in"),
        (BookExecutionSim, {"side": "short"}, "choose from sell, buy, random"),
        (BookExecutionSim, {"unit": "pips"}, "choose from ticks, bp"),
        (BookExecutionSim, {"steps": 1}, "steps must be"),
        (BookExecutionSim, {"interval": 0}, "interval must be"),
        (BookExecutionSim, {"interval": 999.0}, "20000 events"),
        (BookExecutionSim, {"action": "boxes"}, "did you mean|choose from"),
        (BookExecutionSim, {"market": "wild"}, "unknown market"),
        (BookExecutionSim, {"market": {"rate": 1}}, "unknown rate"),
        (BookExecutionSim, {"market": {"levels": 2.5}}, "whole number"),
        (BookExecutionSim, {"market": {"limit_rate": float("nan")}}, "limit_rate of a market"),
        (BookExecutionSim, {"market": 3}, "a name or rates by name"),
        (BookExecutionSim, {"market": {"limit_rate": 50.0, "cancel_rate": 0.01}}, "4096 orders"),
        (BookExecutionSim, {"latency": -1}, "latency must be"),
        (BookExecutionSim, {"jitter": 2}, "jitter must be"),
        (BookExecutionSim, {"latency_events": 0.5}, "latency_events must be"),
        (BookExecutionSim, {"maker_fee": -300}, "at least 0"),
        (BookExecutionSim, {"history": "yes"}, "history must be"),
        (BookMakingSim, {"limit": 0}, "limit must be"),
        (BookMakingSim, {"quote": 99}, "quote must be an integer in"),
        (BookMakingSim, {"penalty": -1}, "penalty must be"),
    ],
)
def test_bad_options_are_answered(kind, options, says):
    with pytest.raises(ValueError, match=says):
        kind(1, **options)


@pytest.mark.parametrize("env", ENVS)
def test_hostile_actions(env):
    made = env(action="box")
    made.reset(seed=0)
    for bad in (np.full(4, np.nan), np.full(4, np.inf), np.zeros(3), "buy", None):
        with pytest.raises((ValueError, TypeError)):
            made.step(bad)
    for far in (np.full(4, 1e30), np.full(4, -1e30)):
        observation, reward, *_ = made.step(far)
        assert made.observation_space.contains(observation)
        assert np.isfinite(reward)
        if made._over:
            made.reset(seed=1)
    discrete = env(action="discrete")
    discrete.reset(seed=0)
    with pytest.raises(ValueError, match=r"actions must be|integer actions"):
        discrete.step(10**6)
