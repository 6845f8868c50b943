"""Fraud detection: the leak audit, its failing controls, and what can be learned."""

import numpy as np
import pytest

from synth_envs.trading.credit.measures import auc, best_single
from synth_envs.trading.credit.models import fit
from synth_envs.trading.fraud.dataset import dataset, identities
from synth_envs.trading.fraud.env import FraudDetectionVectorEnv
from synth_envs.trading.fraud.policies import ModelPolicy, make_fraud_policy

#: What the audit allows, stated beforehand.
MOST_SINGLE, MOST_TREE, MOST_IDS, MOST_MODEL = 0.80, 0.85, 0.55, 0.97
CASES = 64 * 1120 * 2


@pytest.fixture(scope="module", params=[0.0, 1.0])
def cases(request):
    """A table of each difficulty, and which of its cases are for training (whole episodes)."""
    table = dataset(CASES, 5, request.param)
    episode = np.arange(CASES) // 1120
    return request.param, table, episode < 70


def test_single_features_tell_little(cases):
    difficulty, table, _ = cases
    best, place = best_single(table.features, table.labels)
    print("best single", difficulty, table.names[place], best, "fraud", table.labels.mean())  # noqa: T201
    assert best < MOST_SINGLE
    amounts = auc(table.amounts, table.labels)
    print("amount", amounts)  # noqa: T201
    assert max(amounts, 1 - amounts) < 0.6


def test_names_and_places_tell_nothing(cases):
    difficulty, table, train = cases
    ids, names = identities(CASES, 5, difficulty)
    for column, name in zip(ids.T, names, strict=True):
        found = auc(column, table.labels)
        print(name, found)  # noqa: T201
        assert max(found, 1 - found) < MOST_IDS
    pytest.importorskip("sklearn", reason="needs the extra [risk]")
    p = fit("boosting", ids[train], table.labels[train])(ids[~train])
    found = auc(p, table.labels[~train])
    print("boosting of all of them", found)  # noqa: T201
    assert found < MOST_IDS


def test_models_learn_but_not_everything(cases):
    pytest.importorskip("sklearn", reason="needs the extra [risk]")
    difficulty, table, train = cases
    single, scores = best_single(table.features, table.labels)[0], {}
    for kind in ("stump", "tree", "logistic", "boosting"):
        predict = fit(kind, table.features[train], table.labels[train])
        scores[kind] = auc(predict(table.features[~train]), table.labels[~train])
    print(difficulty, scores, "single", single)  # noqa: T201
    assert scores["tree"] < MOST_TREE
    for kind in ("logistic", "boosting"):
        assert single + 0.1 < scores[kind] < MOST_MODEL


def test_the_audit_finds_the_flaw_of_paysim():
    # The fraudster moves exactly the balance: amount less balance is zero, and what is left too.
    pytest.importorskip("sklearn", reason="needs the extra [risk]")
    rng = np.random.default_rng(0)
    fraud = rng.random(40_000) < 0.01
    balance = np.exp(rng.normal(6, 1.2, 40_000))
    amount = np.where(fraud, balance, np.exp(rng.normal(5, 1.2, 40_000)))
    left = np.maximum(balance - amount, 0.0)
    features = np.stack([amount, balance, left, amount - balance], axis=1)
    assert auc(-np.abs(features[:, 3]), fraud) > 0.999
    assert auc(fit("tree", features[:20_000], fraud[:20_000])(features[20_000:]), fraud[20_000:]) > MOST_TREE  # fmt: skip


def test_the_audit_finds_the_flaws_of_the_handbook():
    rng = np.random.default_rng(0)
    amounts = np.exp(rng.normal(3.5, 1.0, 40_000))
    labels = amounts > 220  # scenario 1
    assert best_single(np.stack([rng.random(40_000), amounts], axis=1), labels) == (1.0, 1)
    # Scenario 2: all payments at a compromised terminal for 28 days: a terminal's own past tells.
    terminals, days = rng.integers(0, 200, 40_000), np.sort(rng.integers(0, 180, 40_000))
    starts = {int(one): int(rng.integers(0, 150)) for one in rng.choice(200, 20, replace=False)}
    labels = np.array([one in starts and starts[one] <= day < starts[one] + 28 for one, day in
                       zip(terminals.tolist(), days.tolist(), strict=True)])  # fmt: skip
    past = np.zeros(40_000)
    seen = {}
    for k, terminal in enumerate(terminals.tolist()):
        past[k] = np.mean(seen.get(terminal, [0.0])[-5:])
        seen.setdefault(terminal, []).append(float(labels[k]))
    assert best_single(past[:, None], labels)[0] > MOST_SINGLE


@pytest.mark.slow
def test_a_model_trained_offline_saves_money():
    pytest.importorskip("sklearn", reason="needs the extra [risk]")
    table = dataset(CASES, 9, 0.0)
    costs = {}
    for kind in ("logistic", "boosting"):
        env = FraudDetectionVectorEnv(num_envs=100, difficulty=0.0, days=4)
        policy = ModelPolicy(env, fit(kind, table.features, table.labels))
        costs[kind] = _cost(env, policy)
    env = FraudDetectionVectorEnv(num_envs=100, difficulty=0.0, days=4)
    costs["empty"] = _cost(env, make_fraud_policy("empty", env))
    print("cost of an episode, 100 EUR", costs)  # noqa: T201
    for kind in ("logistic", "boosting"):
        assert costs[kind] < 0.5 * costs["empty"]


def _cost(env, policy):
    env.reset(seed=3)
    sim, total = env.sim, 0.0
    for _ in range(sim.steps):
        sim.step(policy.act(sim.observations), np.ones(sim.num_envs, np.bool_))
        total -= float(sim.rewards.mean())
    return total
