"""Credit risk: closed forms, the exact optimum, proper scores, reference policies."""

import numpy as np
import pytest

from synth_envs.trading.credit import law
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.env import CreditRiskEnv, CreditRiskVectorEnv
from synth_envs.trading.credit.exact import best_profit, optimum_per_applicant
from synth_envs.trading.credit.loans import skill
from synth_envs.trading.credit.policies import ROLES, ModelPolicy, decisions_of, make_credit_policy
from synth_envs.trading.credit.reference import likely_defaults
from synth_envs.trading.credit.risk import book_risk, worst_default_rate, worst_mean


def play(name, difficulty, n=300, policy=None, **kwargs):
    """The returns of a policy, by name or made by `policy(env)`, and its simulator."""
    env = CreditRiskVectorEnv(
        num_envs=n, difficulty=difficulty, autoreset_mode="Disabled", **kwargs
    )
    acting = policy(env) if policy else make_credit_policy(name, env)
    env.reset(seed=0)
    sim, running, total = env.sim, np.ones(n, np.bool_), np.zeros(n)
    for _ in range(sim.steps):
        sim.step(acting.act(sim.observations), running)
        total += sim.rewards
        running &= ~(sim.terminations | sim.truncations)
    return total, sim


def test_vasicek():
    assert worst_default_rate(0.02, 0.15) == pytest.approx(0.17633, abs=1e-5)
    # Bivariate normal values of scipy 1.17.
    for p, rho, mean in (
        (0.02, 0.15, 0.20940443),
        (0.13, 0.12, 0.51683238),
        (0.001, 0.1, 0.0167365),
    ):
        assert worst_mean(p, rho) == pytest.approx(mean, abs=1e-5)
        assert worst_mean(p, rho) > worst_default_rate(p, rho) > p
    assert worst_default_rate(0.05, 0.0) == pytest.approx(0.05, abs=1e-6)
    var, cvar = book_risk(np.array([2.0, 3.0]), np.array([0.02, 0.02]), 0.15, 0.5)
    assert var == pytest.approx(2.5 * 0.17633, abs=1e-4)
    assert cvar == pytest.approx(2.5 * 0.2094044, abs=1e-4)


def test_the_large_book_loses_what_vasicek_says():
    # The default rate of a month over many macro states has the model's quantiles.
    from synth_envs.kernels.elementary import normal_quantile
    from synth_envs.trading.credit.risk import conditional

    z = np.random.default_rng(1).standard_normal(200_000)
    rates = np.array([conditional(normal_quantile(0.02), 0.15, x) for x in z])
    assert rates.mean() == pytest.approx(0.02, abs=0.0002)
    assert np.quantile(rates, 0.999) == pytest.approx(0.17633, rel=0.04)
    worst = np.sort(rates)[-200:]
    assert worst.mean() == pytest.approx(worst_mean(0.02, 0.15), rel=0.06)


def test_the_metrics_of_a_book_are_sums_over_its_loans():
    sim = CreditRiskEnv(difficulty=0.5, equity=1000.0, months=2, per_month=12).sim
    one = np.ones(1, np.bool_)
    sim.reset(one, np.array([9], np.uint64), np.array([0.5]))
    for _ in range(23):
        sim.step(np.ones(1, np.int64), one)
    before = sim.save()
    sim.step(np.zeros(1, np.int64), one)
    var, cvar = float(sim.metrics["var_999"][0]), float(sim.metrics["cvar_999"][0])
    assert cvar > var > 0
    # The same month in a copy that has more months to come shows the book as it was measured.
    longer = CreditRiskEnv(difficulty=0.5, equity=1000.0, months=3, per_month=12).sim
    longer.reset(one, np.array([9], np.uint64), np.array([0.5]))
    for name in ("_state", "_keys"):
        getattr(longer, name)[:] = before[name]
    longer._loans[:, :24] = before["_loans"]
    longer.step(np.zeros(1, np.int64), one)
    book, _ = longer.book(0)
    from statistics import NormalDist

    yearly = 1 - (1 - np.array([NormalDist().cdf(x) for x in book[:, at.THRESHOLD].tolist()])) ** 12
    wanted = book_risk(book[:, at.BALANCE], yearly, 0.12, law.LGD)
    assert (var, cvar) == pytest.approx(wanted, rel=1e-3)


def test_the_bayes_rule_is_the_break_even():
    for term in range(4):
        m, loss = law.MARGINS[term, 0], law.LGD * law.EXACT_EAD
        cut = m / (m + loss)
        assert law.BREAK_EVEN[term, 0] == pytest.approx(cut)
        assert best_profit(cut * 0.999, term, 1) > 0
        assert best_profit(cut * 1.001, term, 1) == 0
    env = CreditRiskEnv(exact=True, offers=1, difficulty=0.5)
    env.reset(seed=3)
    oracle = make_credit_policy("oracle", env)
    for _ in range(200):
        p, term = env.sim.probabilities()[0], int(env.sim._state[0, at.TERM])
        action = int(oracle.act([None])[0])
        assert action == int(p < law.BREAK_EVEN[term, 0])
        env.step(action)


@pytest.mark.parametrize("offers", [1, 2])
@pytest.mark.parametrize("difficulty", [0.0, 0.6, 1.0])
def test_the_optimum_of_decisions(offers, difficulty):
    # The oracle's expected profit given each applicant: as exact as its applicants are many.
    n = 4000
    env = CreditRiskVectorEnv(num_envs=n, exact=True, offers=offers, difficulty=difficulty)
    env.reset(seed=0)
    sim, mask = env.sim, np.ones(n, np.bool_)
    units = np.linspace(0, 1, 20_001)
    best = np.array([[best_profit(x, t, offers) for x in units] for t in range(4)])
    oracle, expected, total = make_credit_policy("oracle", env), np.zeros(n), np.zeros(n)
    for _ in range(sim.steps):
        p, terms = sim.probabilities(), sim._state[:, at.TERM].astype(int)
        amounts = sim.amounts()
        # The nearest of 20,001 probabilities: far below the noise.
        expected += amounts * best[terms, np.rint(p * 20_000).astype(int)]
        sim.step(oracle.act(sim.observations), mask)
        total += sim.rewards
    optimum = sim.steps * optimum_per_applicant(difficulty, offers)
    assert sim.optimum(0) == optimum
    print(difficulty, offers, optimum, expected.mean(), total.mean())  # noqa: T201
    assert abs(expected.mean() - optimum) < 3 * expected.std() / np.sqrt(n)
    assert abs(total.mean() - optimum) < 3 * total.std() / np.sqrt(n)
    assert expected.std() / np.sqrt(n) < 0.005 * optimum


@pytest.mark.parametrize("score", ["brier", "log"])
def test_the_optimum_of_scores(score):
    optima = []
    for difficulty in (0.0, 0.5, 1.0):
        env = CreditRiskVectorEnv(
            num_envs=800, exact=True, action="score", score=score, difficulty=difficulty
        )
        env.reset(seed=0)
        sim, mask = env.sim, np.ones(800, np.bool_)
        expected, total = np.zeros(800), np.zeros(800)
        for _ in range(sim.steps):
            p = sim.probabilities()
            good = np.array([skill(x, 0.0, float(score == "log")) for x in p])
            bad = np.array([skill(x, 1.0, float(score == "log")) for x in p])
            expected += p * bad + (1 - p) * good
            sim.step(p[:, None], mask)
            total += sim.rewards
        optima.append(sim.optimum(0))
        print(score, difficulty, optima[-1], expected.mean(), total.mean())  # noqa: T201
        assert abs(expected.mean() - optima[-1]) < 3 * expected.std() / np.sqrt(800)
        assert abs(total.mean() - optima[-1]) < 3 * total.std() / np.sqrt(800)
    assert optima[0] > optima[1] > optima[2] > 0


def test_no_optimum_is_claimed_where_none_is_known():
    env = CreditRiskEnv()
    env.reset(seed=0)
    assert env.sim.optimum(0) is None


@pytest.mark.parametrize("score", ["brier", "log"])
def test_scores_are_proper_whoever_is_selected(score):
    # Around the true probability, any shade of it earns less: also where it changes who is approved.
    means = {}
    for factor in (0.5, 1.0, 1.6):
        total, _ = play(
            "", 0.0, 1000, action="score", score=score, exact=True, policy=lambda env, f=factor: _Shaded(env, f)
        )  # fmt: skip
        means[factor] = total
    for factor in (0.5, 1.6):
        gap = means[1.0] - means[factor]
        print(score, factor, gap.mean(), gap.std() / np.sqrt(1000))  # noqa: T201
        assert gap.mean() > 2 * gap.std() / np.sqrt(1000)


class _Shaded:
    def __init__(self, env, factor):
        self._sim, self._factor = env.sim, factor

    def act(self, observations):
        del observations
        return np.clip(self._sim.probabilities() * self._factor, 0, 1)[:, None]


def test_audits_do_not_favour_a_score():
    # A score just above the break-even is paid as much, on average, as one just below.
    paid = []
    for score in (
        0.0742,
        0.0743,
    ):  # the break-even of six months is 0.0612 and of the others higher
        total, _ = play(
            "", 0.0, 1500, action="score", exact=True, policy=lambda env, s=score: _Constant(env, s)
        )
        paid.append(total)
    gap = paid[0] - paid[1]
    assert abs(gap.mean()) < 3 * gap.std() / np.sqrt(1500) + 0.01


class _Constant:
    def __init__(self, env, score):
        self._n, self._score = env.num_envs, score

    def act(self, observations):
        del observations
        return np.full((self._n, 1), self._score)


def test_defaults_given_the_macro_state():
    # The oracle's probability against the frequency over many futures of one state.
    env = CreditRiskVectorEnv(num_envs=4000, difficulty=0.0, capital="none", equity=1e6, offers=1)
    env.reset(seed=0)
    sim, mask = env.sim, np.ones(4000, np.bool_)
    for macro in (-1.5, 0.0, 1.5):
        env.reset(seed=0)
        sim._state[:] = sim._state[0]
        sim._state[:, at.MACRO] = macro
        sim._state[:, at.PROBABILITY] = 0.15
        wanted = np.zeros(4000)
        likely_defaults(sim._state, sim._rules, wanted)
        sim.step(np.ones(4000, np.int64), mask)
        for _ in range(sim.steps - 1):
            sim.step(np.zeros(4000, np.int64), mask)
        failed = sim.metrics["default_rate"]
        print(macro, wanted[0], failed.mean())  # noqa: T201
        assert abs(failed.mean() - wanted[0]) < 3 * failed.std() / np.sqrt(4000) + 0.02


@pytest.mark.parametrize("kwargs", [{}, {"exact": True}, {"action": "score"}, {"action": "score", "exact": True}])  # fmt: skip
def test_reference_policies(kwargs):
    results = {name: play(name, 0.3, 150, **kwargs)[0] for name in ROLES}
    means = {name: float(one.mean()) for name, one in results.items()}
    print(kwargs, {name: round(one, 2) for name, one in means.items()})  # noqa: T201
    best = max(means, key=means.__getitem__)
    assert best == "oracle"
    trivial = max(means[name] for name in ("constant", "echo", "careless"))
    gap = results["oracle"] - results["scripted"]
    assert gap.mean() > 3 * gap.std() / np.sqrt(150)
    assert means["scripted"] > trivial
    if "action" not in kwargs:
        assert means["empty"] == 0.0
        assert means["scripted"] > 5.0


def test_policies_in_scalar_and_vector_environments():
    from gymnasium.vector import SyncVectorEnv

    for kwargs in ({}, {"action": "score"}):
        env = CreditRiskEnv(difficulty=0.2, **kwargs)
        envs = SyncVectorEnv([lambda k=kwargs: CreditRiskEnv(difficulty=0.2, **k)] * 2)
        native = CreditRiskVectorEnv(num_envs=2, difficulty=0.2, **kwargs)
        for name in ROLES:
            policies = [make_credit_policy(name, one) for one in (env, envs, native)]
            seen = [env.reset(seed=4)[0], envs.reset(seed=4)[0], native.reset(seed=4)[0]]
            for _ in range(30):
                single = policies[0].act([seen[0]])
                both, more = policies[1].act(seen[1]), policies[2].act(seen[2])
                assert np.array_equal(both, more)
                assert np.array_equal(single[0], both[0])
                assert env.action_space.contains(single[0])
                seen = [env.step(single[0])[0], envs.step(both)[0], native.step(more)[0]]
    with pytest.raises(ValueError, match="did you mean 'scripted'"):
        make_credit_policy("script", env)
    with pytest.raises(TypeError, match="CreditRiskEnv"):
        make_credit_policy("empty", object())


def _hand(features):
    """A scorecard by hand, the same at every difficulty."""
    x = np.asarray(features, np.float64)
    index = -1.65 + 0.9 * x[:, 5] + 0.7 * x[:, 3] - 0.8 * x[:, 4] - 0.9 * x[:, 8] - 0.7 * x[:, 2]
    index += 1.3 * x[:, 6] - 0.5 * x[:, 7] + 1.0 * x[:, 1]
    return 1 / (1 + np.exp(-1.8 * (index + 0.0)))


@pytest.mark.parametrize("kwargs", [{"exact": True, "offers": 1}, {"exact": True, "action": "score"}, {"offers": 1}])  # fmt: skip
def test_a_fixed_scorecard_does_worse_as_difficulty_rises(kwargs):
    means, shares = [], []
    for difficulty in (0.0, 0.5, 1.0):
        total, sim = play(
            "", difficulty, 1500, policy=lambda env: ModelPolicy(env, _hand), **kwargs
        )
        means.append(total.mean())
        shares.append(total.mean() / sim.optimum(0) if sim.exact else 0.0)
    print(kwargs, means, shares)  # noqa: T201
    assert means[0] > means[1] > means[2]
    if sim.exact:
        assert max(shares) < 1.0
    if sim.scored:
        assert shares[0] > shares[1] > shares[2]


def test_decisions_follow_public_terms():
    seen = np.zeros((3, 36), np.float32)
    seen[:, 1] = [0.25, 0.5, 1.0]
    p = np.array([0.01, 0.01, 0.9])
    assert decisions_of(p, seen, 1).tolist() == [1, 1, 0]
    assert decisions_of(np.full(3, 0.2), seen, 2)[2] == 2
