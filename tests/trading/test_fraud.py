"""Fraud detection: contracts, costs, what may be known when, the adversary."""

import pickle

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.seeding import mix64
from synth_envs.trading.fraud import law
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.env import FraudDetectionEnv, FraudDetectionVectorEnv
from synth_envs.trading.fraud.simulator import FraudSim

KINDS = [{}, {"exact": True}]
SHORT = {"days": 2, "per_day": 8, "budget": 2, "customers": 8}


def keys_of(n, seed=1):
    return mix64(np.full(n, seed, np.uint64), np.arange(n, dtype=np.uint64))


def begun(n, seed=1, difficulty=0.3, **kwargs):
    sim = FraudSim(n, **kwargs)
    sim.reset(np.ones(n, np.bool_), keys_of(n, seed), np.full(n, difficulty))
    return sim


def some(sim, step):
    return (np.arange(sim.num_envs) + step) % 7 % 3


def nothing(sim, step):
    del step
    return np.zeros(sim.num_envs, np.int64)


def played(sim, act):
    """Play to the end; returns and the labels of all payments, (steps, n)."""
    mask, total, labels = np.ones(sim.num_envs, np.bool_), np.zeros(sim.num_envs), []
    for step in range(sim.steps):
        labels.append(sim.labels())
        sim.step(act(sim, step), mask)
        assert np.array_equal(sim.rewards, sum(sim.terms.values()))
        assert not sim.terminations.any()
        assert sim.truncations.all() == (step == sim.steps - 1)
        total += sim.rewards
    return total, np.array(labels)


@pytest.mark.parametrize("kwargs", KINDS)
def test_gymnasium_contract(kwargs):
    check_env(FraudDetectionEnv(**SHORT, **kwargs), skip_render_check=True)


@pytest.mark.parametrize("kwargs", [*KINDS, {"adversary": False, "budget": 0}])
def test_vector_contract(kwargs):
    check_vector_env(FraudDetectionVectorEnv, kwargs={**SHORT, **kwargs}, scalar=FraudDetectionEnv)


@pytest.mark.parametrize("kwargs", KINDS)
def test_a_batch_equals_single_episodes(kwargs):
    batch, one = begun(5, **kwargs), np.ones(1, np.bool_)
    singles = [FraudSim(1, **kwargs) for _ in range(5)]
    for i, sim in enumerate(singles):
        sim.reset(one, keys_of(5)[i : i + 1], np.array([0.3]))
    for step in range(batch.steps):
        actions = some(batch, step)
        for i, sim in enumerate(singles):
            assert np.array_equal(sim.observations[0], batch.observations[i])
            sim.step(actions[i : i + 1], one)
        batch.step(actions, np.ones(5, np.bool_))
        assert [sim.rewards[0] for sim in singles] == batch.rewards.tolist()
    for name, column in batch.metrics.items():
        assert [sim.metrics[name][0] for sim in singles] == column.tolist()


@pytest.mark.parametrize("kwargs", KINDS)
def test_save_restore_and_pickle(kwargs):
    sim, mask = begun(4, **kwargs), np.ones(4, np.bool_)
    for step in range(150):
        sim.step(some(sim, step), mask)
    state, copy, rows = sim.save(), pickle.loads(pickle.dumps(sim)), []
    for step in range(300):
        sim.step(some(sim, step), mask)
        rows.append((sim.observations.copy(), sim.rewards.copy()))
    sim.restore(state)
    for other in (sim, copy):
        for step, (seen, rewards) in enumerate(rows):
            other.step(some(other, step), mask)
            assert np.array_equal(other.observations, seen)
            assert np.array_equal(other.rewards, rewards)


@pytest.mark.parametrize("kwargs", KINDS)
def test_nothing_leaks_from_one_episode_into_the_next(kwargs):
    used, fresh, mask = begun(3, **kwargs), FraudSim(3, **kwargs), np.ones(3, np.bool_)
    played(used, some)
    for sim in (used, fresh):
        sim.reset(mask, keys_of(3, 8), np.full(3, 0.6))
    for step in range(200):
        assert np.array_equal(used.observations, fresh.observations)
        for sim in (used, fresh):
            sim.step(some(sim, step), mask)
        assert np.array_equal(used.rewards, fresh.rewards)
    assert np.array_equal(used.metrics["cost"], fresh.metrics["cost"])


def test_only_what_is_masked_advances():
    sim = begun(4)
    before = sim.save()
    sim.step(np.array([0, 1, 2, 1]), np.array([True, False, True, False]))
    for name, value in sim.save().items():
        if name != "_metrics":
            assert np.array_equal(value[1], before[name][1])
            assert np.array_equal(value[3], before[name][3])
    assert not sim.rewards[1]
    assert sim._state[2, at.STEP] == 1


@pytest.mark.parametrize("kwargs", KINDS)
def test_costs_add_up(kwargs):
    # Every euro of the return, reckoned again from labels, amounts and actions.
    sim, mask = begun(40, **kwargs), np.ones(40, np.bool_)
    total, wanted, left = np.zeros(40), np.zeros(40), np.full(40, sim.budget)
    for step in range(sim.steps):
        if step % sim.per_day == 0:
            left[:] = sim.budget
        actions, fraud, amounts = some(sim, step), sim.labels() > 0, sim.amounts()
        real = np.where((actions == 2) & (left == 0), 0, actions)
        left -= real == 2
        wanted -= np.where(fraud & (real == 0), amounts + 0.15, 0.0)
        wanted -= np.where(~fraud & (real == 1), 0.06 + 0.03 * amounts, 0.0)
        wanted -= np.where(real == 2, 0.08 + 0.01 * ~fraud, 0.0)
        sim.step(actions, mask)
        assert np.array_equal(
            np.rint(sim.observations[:, 31] * sim.budget) % sim.budget, left % sim.budget
        )
        total += sim.rewards
    assert np.allclose(total, wanted, rtol=1e-9)
    assert np.allclose(sim.metrics["cost"], -wanted, rtol=1e-9)
    assert (sim.metrics["overdrawn"] > 0).all()


def test_reports_are_true_late_and_of_those_only_who_may_be_known():
    sim, mask = begun(30, difficulty=0.0), np.ones(30, np.bool_)
    labels, actions, days = [], [], []
    known = [{} for _ in range(30)]
    for step in range(sim.steps):
        labels.append(sim.labels() > 0)
        left = sim._state[:, at.LEFT]
        acts = some(sim, step)
        actions.append(np.where((acts == 2) & (left < 1), 0, acts))
        sim.step(acts, mask)
        day = (step + 1) // sim.per_day
        for i in range(30):
            for k in range(at.REPORTS):
                label, age = sim.observations[i, 32 + 2 * k], sim.observations[i, 33 + 2 * k]
                if label and step + 1 < sim.steps:
                    number = step + 1 - round(float(age) * sim.steps)
                    assert number not in known[i]
                    known[i][number] = float(label)
                    days.append(day - number // sim.per_day)
                    assert (label > 0) == labels[number][i]
                    assert actions[number][i] == 2 or (actions[number][i] == 0 and label > 0)
    assert sum(map(len, known)) > 1000
    assert min(days) >= 1
    assert max(days) == law.WINDOW_DAYS
    # Within the window everything that may be known is known.
    for number in range(sim.steps - (law.WINDOW_DAYS + 1) * sim.per_day):
        for i in range(30):
            told = actions[number][i] == 2 or (actions[number][i] == 0 and labels[number][i])
            assert (number in known[i]) == told


def test_a_decision_reveals_nothing_before_its_report():
    # The truth of one payment is turned round: nothing changes before the end of the day.
    one = begun(20, adversary=False)
    two = begun(20, adversary=False)
    mask = np.ones(20, np.bool_)
    for action in (0, 1, 2):
        for _ in range(10):
            for sim in (one, two):
                sim.step(np.zeros(20, np.int64), mask)
        start = int(one._state[0, at.STEP])
        truth = one.labels()
        two._state[:, at.KIND] = np.where(truth > 0, 0, at.STOLEN)
        two._state[:, at.CAMPAIGN] = one._state[:, at.CAMPAIGN] = -1
        acts = np.full(20, action)
        changed = False
        for k in range(12 * 80):
            for sim in (one, two):
                sim.step(acts if k == 0 else np.zeros(20, np.int64), mask)
            same = np.array_equal(one.observations, two.observations) and np.array_equal(
                one.rewards, two.rewards
            )
            if not same:
                changed = True
                assert (start + k + 1) % 80 == 0
                break
        assert changed
        for sim in (one, two):
            sim.reset(mask, keys_of(20, 3 + action), np.full(20, 0.3))


def test_what_is_drawn_later_changes_nothing_before():
    one, two, mask = begun(4), begun(4), np.ones(4, np.bool_)
    for step in range(300):
        if step == 150:
            two._keys[:] = keys_of(4, 55)
        for sim in (one, two):
            sim.step(some(sim, step), mask)
        assert np.array_equal(one.observations, two.observations) == (step < 150)


def test_features_are_of_the_past():
    # Velocity, means and known payees are reckoned again from the payments before.
    sim = begun(1, difficulty=0.0, customers=16)
    one, times, paid = np.ones(1, np.bool_), {}, {}
    repeated, before = 0, 0.0
    for step in range(200):
        row = sim._state[0]
        c, payee, clock = int(row[at.CUSTOMER]), int(row[at.PAYEE]), float(row[at.CLOCK])
        if c in times:
            assert row[at.GAP] == pytest.approx(clock - times[c][-1])
            recent = sum(np.exp(-(clock - t) / law.SHORT) for t in times[c])
            assert row[at.RATE_1] == pytest.approx(recent, abs=0.31)
            assert row[at.RATE_1] >= recent - 1e-9
            if payee in paid[c]:
                assert row[at.NEW_PAYEE] == 0.0
                repeated += 1
        assert clock >= before
        before = clock
        acts = np.array([step % 2])
        times.setdefault(c, []).append(clock)
        paid.setdefault(c, set())
        if not step % 2:
            paid[c].add(payee)
        sim.step(acts, one)
    assert repeated > 20


def test_fraud_is_rare_and_rarer_with_difficulty():
    shares = []
    for difficulty in (0.0, 0.5, 1.0):
        _, labels = played(begun(100, difficulty=difficulty), nothing)  # fmt: skip
        counts = np.bincount(labels.ravel(), minlength=6)
        shares.append(1 - counts[0] / counts.sum())
        assert (counts[1:] > 30).all()
    print("fraud shares", shares)  # noqa: T201
    assert 0.015 < shares[0] < 0.022
    assert shares[0] > shares[1] > shares[2] > 0.002


def test_the_adversary_turns_to_what_is_let_through():
    def stop_transfers(sim, step):
        del step
        return np.isin(sim.labels(), (at.TAKEOVER, at.SCAM, at.MULE)).astype(np.int64)

    shares, sizes = {}, {}
    for adversary in (False, True):
        sim = begun(300, difficulty=0.0, adversary=adversary)
        mask, kinds, amounts = np.ones(300, np.bool_), [], []
        for step in range(sim.steps):
            found = sim.labels()
            kinds.append(found)
            amounts.append(np.where(found == at.SCAM, sim._state[:, at.LOG_AMOUNT], np.nan))
            sim.step(stop_transfers(sim, step), mask)
        counts = np.bincount(np.concatenate(kinds[600:]), minlength=6)[1:]
        shares[adversary] = counts[[1, 2, 3]].sum() / counts.sum()
        sizes[adversary] = np.nanmean(np.concatenate(amounts[600:]))
    print("share of transfers among frauds", shares, "log amount of scams", sizes)  # noqa: T201
    assert shares[True] < shares[False] - 0.08
    assert sizes[True] < sizes[False] - 0.1


def test_actions_of_language_models():
    for kwargs in KINDS:
        sim = begun(2, **kwargs)
        for step in range(400):
            sim.step(some(sim, step), np.ones(2, np.bool_))
            if step % 50 == 0:
                words = sim.describe(1)
                assert len(words) < 4000
                assert f"{100 * sim.amounts()[1]:,.2f} EUR" in words
                assert sim.read(words) == 0
                for name in at.KINDS[1:]:
                    assert name not in words
    assert sim.read('Odd. {"decision": 2}') == 2
    for text in ("", "{", '{"decision": 3}', '{"decision": true}', '{"decision": 0.5}', '{"decision": "1"}',
                 '{"decision": -1}', '{"decision": 1e999}', "{" * 5000, '{"decision": [1]}', '{"decision": NaN}'):  # fmt: skip
        assert sim.read(text) is None


@pytest.mark.parametrize("kwargs", KINDS)
def test_pictures(kwargs):
    pytest.importorskip("PIL", reason="needs the extra [render]")
    sim = begun(2, **kwargs)
    blank = sim.frame(0)
    for step in range(300):
        sim.step(some(sim, step), np.ones(2, np.bool_))
    assert sim.frame(0).shape == (400, 600, 3)
    assert not np.array_equal(sim.frame(0), blank)
    assert begun(20, **kwargs).frame(3).shape == (400, 600, 3)


def test_arguments():
    for kwargs, text in (
        ({"exact": 1}, "exact must be True or False"),
        ({"days": 0}, "days must be an integer"),
        ({"per_day": 1}, "per_day must be an integer"),
        ({"budget": 81}, "budget must be an integer"),
        ({"customers": 2.0}, "customers must be an integer"),
        ({"adversary": None}, "adversary must be True or False"),
        ({"history": "no"}, "history must be True or False"),
    ):
        with pytest.raises(ValueError, match=text):
            FraudSim(1, **kwargs)
    env = FraudDetectionEnv(**SHORT)
    env.reset(seed=1)
    for bad in (3, -1, 0.5, None, np.nan, "1", [0]):
        with pytest.raises(ValueError, match="action"):
            env.step(bad)
