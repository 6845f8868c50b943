"""Assets of a known law: the optimum by another quadrature, by simulation, and that nothing beats it."""

import itertools
import math

import numpy as np
import pytest

from synth_envs.trading.portfolio import layout as at
from synth_envs.trading.portfolio.choice import best_weights
from synth_envs.trading.portfolio.env import PortfolioVectorEnv
from synth_envs.trading.portfolio.policies import make_portfolio_policy
from synth_envs.trading.portfolio.sim import PortfolioSim

N = 20_000


def made(n, difficulty=0.5, seed=0, **options):
    sim = PortfolioSim(n, exact=True, **options)
    keys = np.random.default_rng(seed).integers(0, 2**63, n).astype(np.uint64)
    sim.reset(np.ones(n, np.bool_), keys, np.full(n, difficulty))
    return sim


def moves(sim, i, nodes=14):
    """Return all assets' returns at the nodes of an independent quadrature, and their weights."""
    z, w = np.polynomial.hermite_e.hermegauss(nodes)
    law, k = sim._law[i], sim.assets
    grid = np.array(list(itertools.product(z, repeat=k)))
    weights = np.prod(np.array(list(itertools.product(w / w.sum(), repeat=k))), axis=1)
    correlation = law[:, at.CORRELATION : at.CORRELATION + k]
    root = np.linalg.cholesky(correlation)
    return np.exp(law[:, at.MEAN] + law[:, at.SD] * (grid @ root.T)), weights


def utility_of(sim, i, held, nodes=14):
    found, weights = moves(sim, i, nodes)
    wealth = (1 - held.sum()) * sim.cash_growth + found @ held
    if sim.aversion == 1.0:
        return sim.horizon * float(weights @ np.log(wealth))
    power = 1 - sim.aversion
    return math.expm1(sim.horizon * math.log(float(weights @ wealth**power))) / power


@pytest.mark.parametrize("aversion", [0.5, 1.0, 3.0, 5.0])
@pytest.mark.parametrize("assets", [2, 3])
def test_values_are_those_of_a_finer_quadrature(aversion, assets):
    sim = made(4, 0.7, assets=assets, aversion=aversion)
    rng, worst = np.random.default_rng(1), 0.0
    for i in range(4):
        for held in (sim.best()[i], rng.dirichlet(np.ones(assets + 1))[:-1]):
            exact = utility_of(sim, i, held)
            worst = max(worst, abs(sim.worth(i, held) / exact - 1.0))
        assert sim.optimum(i) == sim.worth(i, sim.best()[i])
    assert worst < 1e-10


@pytest.mark.parametrize("aversion", [0.5, 1.0, 3.0, 5.0])
@pytest.mark.parametrize("difficulty", [0.0, 1.0])
def test_the_best_weights_are_within_and_of_the_first_order(aversion, difficulty):
    sim = made(300, difficulty, aversion=aversion)
    best = sim.best()
    assert best.min() > 0.01
    assert best.sum(axis=1).max() < 0.95
    assert best.sum(axis=1).min() > 0.5
    for i in range(5):
        found, weights = moves(sim, i)
        excess = found - sim.cash_growth
        wealth = sim.cash_growth + excess @ best[i]
        slope = (weights * wealth**-aversion) @ excess
        assert np.abs(slope).max() < 1e-13
    correlations = sim._law[:, :, at.CORRELATION : at.CORRELATION + 3]
    assert np.linalg.eigvalsh(correlations).min() > 0.1
    assert sim.observations.max() < 1.0001
    assert (np.abs(sim.observations[:, [0, 4, 8]]) < 1.0).all()  # no premium is cut


def test_perturbed_weights_are_never_better():
    rng = np.random.default_rng(2)
    for difficulty in (0.0, 0.5, 1.0):
        sim = made(20, difficulty, seed=int(10 * difficulty))
        for i in range(20):
            best = sim.best()[i]
            for size in (1e-4, 1e-2, 0.2):
                other = np.maximum(best + size * rng.normal(size=(20, 3)), 0.0)
                other /= np.maximum(other.sum(axis=1, keepdims=True), 1.0)
                worth = [sim.worth(i, one) for one in other]
                assert max(worth) < sim.optimum(i) + 1e-13
                if size > 1e-3:
                    assert max(worth) < sim.optimum(i)


def test_in_continuous_time_the_weights_are_mertons():
    sim = made(50, 0.6)
    law, k = sim._law, 3
    both = law[:, :, at.CORRELATION : at.CORRELATION + k]
    covariance = both * law[:, :, None, at.YEARLY] * law[:, None, :, at.YEARLY]
    premium = law[:, :, at.PREMIUM]
    merton = np.linalg.solve(covariance, premium[:, :, None])[:, :, 0] / sim.aversion
    # Months are not quite continuous.
    assert 1e-6 < np.abs(merton - sim.best()).max() < 0.02
    rate = sim.bars_per_year * math.log(sim.cash_growth)
    sure = rate + (premium * merton).sum(axis=1) / 2
    years = sim.horizon / sim.bars_per_year
    utility = np.expm1((1 - sim.aversion) * sure * years) / (1 - sim.aversion)
    optimum = np.array([sim.optimum(i) for i in range(50)])
    assert np.abs(optimum / utility - 1.0).max() < 0.01


@pytest.mark.parametrize("difficulty", [0.0, 1.0])
def test_the_oracle_earns_the_optimum(difficulty):
    env = PortfolioVectorEnv(num_envs=N, exact=True, difficulty=difficulty, split="all")
    env.reset(seed=30)
    oracle, total, over = make_portfolio_policy("oracle", env), np.zeros(N), np.zeros(N, np.bool_)
    while not over.any():
        _, rewards, ruined, over, infos = env.step(oracle.act(env.sim.observations))
        assert not ruined.any()
        total += rewards
    optimum = infos["metrics"]["optimum"]
    error = (total - optimum).std() / N**0.5
    assert abs((total - optimum).mean()) < 3 * error
    assert error < 0.05 * optimum.mean()
    assert (infos["metrics"]["costs"] < 0.0).all()  # what cash earns, and nothing else
    assert np.allclose(infos["metrics"]["utility"], total, atol=1e-12)
    # The weights are those chosen, at every fill.
    assert np.allclose(env.sim.targets(), env.sim.best(), atol=1e-12)


def test_equal_weights_are_the_worse_the_more_difficult():
    """The share of what the optimum earns above cash, exactly, of two weak rules."""
    for invested in (0.7, 0.99):
        shares = []
        for difficulty in (0.0, 0.5, 1.0):
            sim = made(400, difficulty)
            held, cash = np.full(3, invested / 3), sim.worth(0, np.zeros(3))
            gain = np.mean([sim.worth(i, held) - cash for i in range(400)])
            shares.append(gain / np.mean([sim.optimum(i) - cash for i in range(400)]))
        assert shares[0] > shares[1] + 0.03
        assert shares[1] > shares[2] + 0.03


def test_the_expert_reads_the_law_from_what_it_sees():
    for difficulty in (0.0, 1.0):
        sim_env = PortfolioVectorEnv(num_envs=50, exact=True, difficulty=difficulty)
        sim_env.reset(seed=1)
        sim = sim_env.sim
        held = make_portfolio_policy("scripted", sim_env).act(sim.observations)
        for i in range(50):
            cash = sim.worth(i, np.zeros(3))
            assert sim.worth(i, held[i]) - cash > 0.999 * (sim.optimum(i) - cash)


def test_expected_rewards_are_of_the_exact_setting():
    sim = PortfolioSim(1)
    assert sim.optimum(0) is None
    with pytest.raises(ValueError, match="exact=True"):
        sim.worth(0)
    for bad in ([0.5, 0.5], [0.9, 0.9, 0.0], [-0.1, 0.0, 0.0], [math.nan] * 3):
        with pytest.raises(ValueError, match="weights must be"):
            made(1).worth(0, np.array(bad))


def chosen(mean, covariance, held, cost, *, aversion=1.0, short=False, limit=1.0):
    wanted = np.zeros((1, len(mean)))
    best_weights(
        mean[None], covariance[None], held[None], np.array([cost]), aversion, short, limit, wanted
    )
    return wanted[0]


@pytest.mark.parametrize("short", [False, True])
def test_weighing_returns_against_risk_and_costs_finds_the_maximum(short):
    rng = np.random.default_rng(3)
    for _ in range(40):
        k = int(rng.integers(2, 6))
        root = rng.normal(size=(k, 2 * k))
        covariance = 4e-4 * root @ root.T / (2 * k)
        mean, cost = 2e-3 * rng.normal(size=k), 10 ** rng.uniform(-5, -3)
        held = rng.dirichlet(np.ones(k + 1))[:k]
        limit, aversion = rng.choice([1.0, 2.0]), rng.choice([1.0, 5.0])

        def worth(w, *, c=covariance, m=mean, to_c=cost, h=held, a=aversion):
            return (
                w @ m
                - 0.5 * a * np.einsum("...i,ij,...j", w, c, w)
                - to_c * np.abs(w - h).sum(axis=-1)
            )

        found = chosen(mean, covariance, held, cost, aversion=aversion, short=short, limit=limit)
        assert np.abs(found).sum() <= limit + 1e-9
        assert short or found.min() >= 0.0
        near = found + np.concatenate([s * rng.normal(size=(300, k)) for s in (1e-3, 0.05, 0.5)])
        near = near if short else np.maximum(near, 0.0)
        near *= limit / np.maximum(np.abs(near).sum(axis=1), limit)[:, None]
        assert worth(near).max() <= worth(found) + 1e-8
    # Too small a promise is not worth a trade.
    held = np.array([0.3, 0.2])
    still = chosen(np.array([1e-4, 1e-4]), 4e-4 * np.eye(2), held, 1e-2)
    assert np.array_equal(still, held)
