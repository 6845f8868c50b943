"""Credit risk: contracts, the book's accounting, what may be known when."""

import pickle

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.seeding import mix64
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.dataset import dataset
from synth_envs.trading.credit.env import CreditRiskEnv, CreditRiskVectorEnv
from synth_envs.trading.credit.measures import auc, brier, calibration_error, cost_curve, log_loss
from synth_envs.trading.credit.simulator import CreditSim

KINDS = [{}, {"action": "score"}, {"exact": True}, {"action": "score", "exact": True}]
SHORT = {"months": 3, "per_month": 6}


def keys_of(n, seed=1):
    return mix64(np.full(n, seed, np.uint64), np.arange(n, dtype=np.uint64))


def begun(n, seed=1, difficulty=0.5, **kwargs):
    sim = CreditSim(n, **kwargs)
    sim.reset(np.ones(n, np.bool_), keys_of(n, seed), np.full(n, difficulty))
    return sim


def played(sim, act):
    """Play to the end; the returns, and those whose lender was not ruined."""
    running, total = np.ones(sim.num_envs, np.bool_), np.zeros(sim.num_envs)
    ruined = np.zeros(sim.num_envs, np.bool_)
    for step in range(sim.steps):
        sim.step(act(sim, step), running)
        assert np.array_equal(sim.rewards, sum(sim.terms.values()))
        total += sim.rewards
        ruined |= sim.terminations
        running &= ~(sim.terminations | sim.truncations)
    assert not running.any()
    return total, ruined


def mixed_actions(sim, step):
    if sim.scored:
        return np.full((sim.num_envs, 1), 0.05 + 0.2 * (step % 2))
    return (np.arange(sim.num_envs) + step) % (sim.offers + 1)


@pytest.mark.parametrize("kwargs", KINDS)
def test_gymnasium_contract(kwargs):
    check_env(CreditRiskEnv(**SHORT, **kwargs), skip_render_check=True)


@pytest.mark.parametrize("kwargs", [*KINDS, {"offers": 1, "capital": "cvar"}])
def test_vector_contract(kwargs):
    check_vector_env(CreditRiskVectorEnv, kwargs={**SHORT, **kwargs}, scalar=CreditRiskEnv)


@pytest.mark.parametrize("kwargs", KINDS)
def test_a_batch_equals_single_episodes(kwargs):
    batch = begun(6, **kwargs)
    singles = [CreditSim(1, **kwargs) for _ in range(6)]
    one = np.ones(1, np.bool_)
    for i, sim in enumerate(singles):
        sim.reset(one, keys_of(6)[i : i + 1], np.array([0.5]))
    running = np.ones(6, np.bool_)
    for step in range(batch.steps):
        actions = mixed_actions(batch, step)
        for i, sim in enumerate(singles):
            assert np.array_equal(sim.observations[0], batch.observations[i])
            if running[i]:
                sim.step(actions[i : i + 1], one)
        batch.step(actions, running)
        for i, sim in enumerate(singles):
            if running[i]:
                assert sim.rewards[0] == batch.rewards[i]
                assert sim.truncations[0] == batch.truncations[i]
        running &= ~(batch.terminations | batch.truncations)
    for name, column in batch.metrics.items():
        assert [sim.metrics[name][0] for sim in singles] == column.tolist()


@pytest.mark.parametrize("kwargs", KINDS)
def test_save_restore_and_pickle(kwargs):
    sim = begun(5, **kwargs)
    mask = np.ones(5, np.bool_)
    for step in range(40):
        sim.step(mixed_actions(sim, step), mask)
    state, copy = sim.save(), pickle.loads(pickle.dumps(sim))
    rows = []
    for step in range(60):
        sim.step(mixed_actions(sim, step), mask)
        rows.append((sim.observations.copy(), sim.rewards.copy()))
    sim.restore(state)
    for other in (sim, copy):
        for step, (seen, rewards) in enumerate(rows):
            other.step(mixed_actions(other, step), mask)
            assert np.array_equal(other.observations, seen)
            assert np.array_equal(other.rewards, rewards)
            assert np.array_equal(other.rewards, sum(other.terms.values()))


@pytest.mark.parametrize("kwargs", KINDS)
def test_nothing_leaks_from_one_episode_into_the_next(kwargs):
    used, fresh = begun(4, seed=1, **kwargs), CreditSim(4, **kwargs)
    played(used, mixed_actions)
    mask = np.ones(4, np.bool_)
    for sim in (used, fresh):
        sim.reset(mask, keys_of(4, 7), np.full(4, 0.3))
    for step in range(80):
        assert np.array_equal(used.observations, fresh.observations)
        for sim in (used, fresh):
            sim.step(mixed_actions(sim, step), mask)
        assert np.array_equal(used.rewards, fresh.rewards)


def test_only_what_is_masked_advances():
    sim = begun(4)
    before = sim.save()
    sim.step(np.ones(4, np.int64), np.array([True, False, True, False]))
    for name, value in sim.save().items():
        if name != "_metrics":
            assert np.array_equal(value[1], before[name][1])
    assert not sim.rewards[1]
    assert sim._state[0, at.STEP] == 1


@pytest.mark.parametrize("kwargs", [{}, {"capital": "cvar"}, {"capital": "none", "offers": 1}])
def test_rewards_sum_to_the_change_of_equity(kwargs):
    sim = begun(60, **kwargs)
    total, ruined = played(sim, lambda sim, step: np.full(sim.num_envs, 1 + step % sim.offers))
    change = sim.metrics["equity"] - 40.0
    assert np.allclose(total[~ruined], change[~ruined], rtol=1e-9, atol=1e-9)
    assert ruined.any()
    # The penalty of ruin is no money that moves.
    assert np.allclose(total[ruined], change[ruined] - 10.0, rtol=1e-9, atol=1e-9)
    assert (sim.metrics["equity"][ruined] < 0).all()
    assert np.isfinite(total).all()


def test_loans_are_annuities_and_money_adds_up():
    sim = begun(1, capital="none")
    mask, one = np.ones(1, np.bool_), np.ones(1, np.int64)
    for _ in range(11):
        sim.step(one, mask)
    book, row = sim.book(0)
    growth = (1 + book[:, at.RATE]) ** book[:, at.LEFT]
    owed = book[:, at.PAYMENT] * (growth - 1) / (growth * book[:, at.RATE])
    assert np.allclose(owed, book[:, at.BALANCE])
    assert np.isclose(row[at.EXPOSURE], book[:, at.BALANCE].sum())
    # A loan that is never in default ends with nothing owed.
    for _ in range(sim.steps - 12):
        sim.step(0 * one, mask)
        book, row = sim.book(0)
        assert np.isclose(row[at.EXPOSURE], book[:, at.BALANCE].sum())
        growth = (1 + book[:, at.RATE]) ** book[:, at.LEFT]
        owed = book[:, at.PAYMENT] * (growth - 1) / (growth * book[:, at.RATE])
        assert np.allclose(owed, book[:, at.BALANCE], atol=1e-9)


def test_only_loans_that_were_made_ever_report_and_each_once():
    sim = begun(30, difficulty=0.0)
    reports = [{} for _ in range(30)]
    approved = [set() for _ in range(30)]
    mask = np.ones(30, np.bool_)
    for step in range(sim.steps):
        actions = (np.arange(30) + step * 7) % 3 % 2
        for i in np.flatnonzero(actions & mask).tolist():
            approved[i].add(step)
        sim.step(actions, mask)
        for i in np.flatnonzero(mask).tolist():
            for k in range(at.REPORTS):
                label, age = sim.observations[i, 28 + 2 * k], sim.observations[i, 29 + 2 * k]
                if label:
                    number = step + 1 - round(float(age) * sim.steps)
                    assert number not in reports[i]
                    reports[i][number] = float(label)
        mask &= ~(sim.terminations | sim.truncations)
    assert sum(map(len, reports)) > 500
    for known, made in zip(reports, approved, strict=True):
        assert set(known) <= made


def test_granting_a_loan_reveals_nothing_of_its_fate():
    # Another future, from the same past: only the new applicant differs, until a month ends.
    sim = begun(8, capital="var")
    mask = np.ones(8, np.bool_)
    acts = np.ones(8, np.int64)
    differ = 0
    for step in range(60):
        state = sim.save()
        sim.step(acts, mask)
        seen, rewards = sim.observations.copy(), sim.rewards.copy()
        after = sim.save()
        sim.restore(state)
        sim._keys[:] = keys_of(8, 99)
        sim.step(acts, mask)
        if (step + 1) % 12:
            assert np.array_equal(rewards, sim.rewards)
            assert np.array_equal(seen[:, 18:], sim.observations[:, 18:])
            differ += not np.array_equal(seen[:, :16], sim.observations[:, :16])
        sim.restore(after)
    assert differ > 40


def test_what_is_drawn_later_changes_nothing_before():
    one, two = begun(4), begun(4)
    mask = np.ones(4, np.bool_)
    for step in range(120):
        if step == 60:
            two._keys[:] = keys_of(4, 77)
        for sim in (one, two):
            sim.step(np.ones(4, np.int64), mask)
        same = np.array_equal(one.observations, two.observations)
        assert same == (step < 60)


def test_the_order_of_defaults_follows_the_macro_state():
    sim = begun(400, difficulty=0.0, correlation=0.3, months=4, per_month=50, capital="none")
    mask, acts = np.ones(400, np.bool_), np.ones(400, np.int64)
    for _ in range(49):
        sim.step(acts, mask)
    macro = sim._state[:, at.MACRO].copy()
    sim.step(acts, mask)
    rate = sim._state[:, at.MONTH_DEFAULTS] / sim._state[:, at.MONTH_ACTIVE]
    assert np.corrcoef(macro, rate)[0, 1] < -0.6
    good, bad = rate[macro > 1].mean(), rate[macro < -1].mean()
    assert bad > 5 * good
    # Once averaged over states, defaults come as often as the law says.
    book = np.concatenate([sim.book(i)[0] for i in range(400)])
    from statistics import NormalDist

    hazard = np.array([NormalDist().cdf(x) for x in book[:, at.THRESHOLD].tolist()])
    assert abs(rate.mean() - hazard.mean()) < 4 * rate.std() / 20


def test_actions_of_language_models():
    sim, scores = begun(2), begun(2, action="score")
    assert sim.read('I think so. {"decision": 2}') == 2
    assert scores.read('{"probability": 0.25}').tolist() == [0.25]
    for text in ("", "{", '{"decision": 3}', '{"decision": true}', '{"decision": 0.5}', '{"decision": "1"}',
                 '{"decision": -1}', '{"decision": 1e999}', "{" * 5000, '{"decision": [1]}', '{"decision": NaN}'):  # fmt: skip
        assert sim.read(text) is None
    for text in ('{"probability": 1.5}', '{"probability": -0.1}', '{"probability": null}', "0.3"):
        assert scores.read(text) is None
    for one in (sim, scores, begun(2, exact=True)):
        for step in range(40):
            one.step(mixed_actions(one, step), np.ones(2, np.bool_))
        words = one.describe(0)
        assert len(words) < 4000
        assert f"{1000 * one.amounts()[0]:,.0f} EUR" in words
        assert one.read(words) is not None


@pytest.mark.parametrize("kwargs", KINDS)
def test_pictures(kwargs):
    pytest.importorskip("PIL", reason="needs the extra [render]")
    sim = begun(2, **kwargs)
    blank = sim.frame(0)
    assert blank.shape == (400, 600, 3)
    assert blank.dtype == np.uint8
    for step in range(150):
        sim.step(mixed_actions(sim, step), np.ones(2, np.bool_))
    assert not np.array_equal(sim.frame(0), blank)
    assert CreditSim(20, **kwargs)._history.shape[1] == 0
    many = begun(20, **kwargs)
    assert many.frame(3).shape == (400, 600, 3)


def test_a_picture_of_a_model():
    pytest.importorskip("PIL", reason="needs the extra [render]")
    from synth_envs.trading.credit.picture import model_picture

    p = np.random.default_rng(1).random(2000)
    y = np.random.default_rng(2).random(2000) < p
    fine = model_picture(p, y, y * 1.0, ~y * 1.0)
    assert fine.shape == (400, 600, 3)
    assert not np.array_equal(fine, model_picture(p * p, y, y * 1.0, ~y * 1.0))


def test_arguments():
    for kwargs, text in (
        ({"action": "scores"}, "did you mean 'score'"),
        ({"offers": 3}, "offers must be an integer"),
        ({"offers": True}, "offers must be an integer"),
        ({"months": 0}, "months must be an integer"),
        ({"correlation": 1.0}, "correlation must be a number"),
        ({"audit": 0.0}, "audit must be a number"),
        ({"equity": float("nan")}, "equity must be a number"),
        ({"exact": 1}, "exact must be True or False"),
        ({"capital": "basel"}, "unknown capital"),
        ({"score": "squared"}, "unknown score"),
        ({"history": 0}, "history must be True or False"),
    ):
        with pytest.raises(ValueError, match=text):
            CreditSim(1, **kwargs)
    env = CreditRiskEnv(**SHORT)
    env.reset(seed=1)
    for bad in (3, -1, 0.5, None, np.nan, "1"):
        with pytest.raises(ValueError, match="action"):
            env.step(bad)
    scores = CreditRiskEnv(action="score", **SHORT)
    scores.reset(seed=1)
    for bad in ([np.nan], [np.inf], [[0.5]], "a"):
        with pytest.raises(ValueError, match="action"):
            scores.step(bad)
    assert np.isfinite(scores.step(np.array([9.0]))[1])


def test_measures():
    rng = np.random.default_rng(0)
    p = rng.random(20_000)
    y = rng.random(20_000) < p
    assert abs(auc(p, y) - 5 / 6) < 0.01  # of uniform probabilities
    assert abs(brier(p, y) - 1 / 6) < 0.01
    assert abs(log_loss(p, y) - 0.5) < 0.02
    assert calibration_error(p, y) < 0.02
    assert calibration_error(p * p, y) > 0.15
    refused, cost = cost_curve(p, y * 1.0, (~y) * 1.0)
    assert np.isclose(cost[0], y.mean())
    assert np.isclose(cost[-1], (~y).mean())
    assert abs(refused[cost.argmin()] - 0.5) < 0.1
    with pytest.raises(ValueError, match="both kinds"):
        auc(p, np.ones(20_000, np.bool_))


def test_tables_are_functions_of_their_key():
    one, two = dataset(500, 3, 0.5), dataset(1000, 3, 0.5)
    assert one.features.shape == (500, len(one.names))
    assert np.array_equal(dataset(500, 3, 0.5).labels, one.labels)
    assert not np.array_equal(dataset(500, 4, 0.5).features, one.features)
    assert two.labels.mean() == pytest.approx(0.13, abs=0.04)
    assert (two.amounts > 0).all()
