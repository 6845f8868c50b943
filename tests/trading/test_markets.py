"""Price generators: what they promise about means, volatilities, signals and replay."""

import json
import pickle

import numpy as np
import pytest

from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.kinds import COMMON, OWN, PRESETS
from synth_envs.trading.markets.market import Market, market, paths
from synth_envs.trading.markets.models import advance, advance_all, begin
from synth_envs.trading.markets.rows import draw

KEYS = np.arange(1, 20_001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
MARTINGALES = [kind for kind in at.KINDS if kind != "ou"]


def returns(made, start=100.0):
    before = np.concatenate(
        [np.full((len(made["close"]), 1), start), made["close"][:, :-1]], axis=1
    )
    return made["open"] / before - 1.0, made["close"] / made["open"] - 1.0


def z_of(values):
    return values.mean() / (values.std() / np.sqrt(values.size))


def fair(kind, **changes):
    return market(kind, drift=0.0, alpha=0.0, overnight=0.3, **changes)


@pytest.mark.parametrize("kind", MARTINGALES)
def test_without_drift_and_signal_gap_and_rest_are_fair_whatever_came_before(kind):
    short = {"bars_per_day": 4, "bars_per_year": 1008} if kind == "intraday" else {}
    made = paths(fair(kind, **short), KEYS, 12)
    gap, rest = returns(made)
    fell = np.roll(rest, 1, axis=1)[:, 1:] < 0
    scores = {}
    for name, one in (("gap", gap[:, 1:]), ("rest", rest[:, 1:])):
        scaled = one / made["sigma"][:, 1:]
        calm = made["sigma"][:, 1:] < np.median(made["sigma"])
        opened_down = gap[:, 1:] < 0
        for what, chosen in (("all", ...), ("after a fall", fell), ("after a rise", ~fell), ("calm", calm),
                             ("signal", made["signal"][:, 1:] > 0)):  # fmt: skip
            kept = scaled[chosen]
            if kept.size and kept.std() > 0:
                scores[name, what] = float(z_of(kept))
        if name == "rest":
            scores["rest", "after the gap"] = float(z_of(scaled[opened_down]))
    # 12 scores a kind and 7 kinds: one of 4 by chance happens once in 200 runs of the whole file.
    assert max(map(abs, scores.values())) < 4.0


@pytest.mark.parametrize("kind", at.KINDS)
def test_expected_is_what_the_next_bar_brings_on_average_and_sigma_how_far_it_strays(kind):
    own = {"intraday": {"bars_per_day": 4, "bars_per_year": 1008}, "ou": {"reversion": 0.02}}
    short = own.get(kind, {})  # a log price that soon comes back takes back what the signal gave
    made = paths(market(kind, drift=0.5, alpha=0.2, overnight=0.3, **short), KEYS, 8)
    gap, rest = returns(made)
    total = (1.0 + gap) * (1.0 + rest) - 1.0
    error = (total - made["expected"]) / made["sigma"]
    scores = [
        float(z_of(error[made["signal"] > 0.5])),
        float(z_of(error[made["signal"] < -0.5])),
        float(z_of(error)),
    ]
    # What the signal promises is a part of the bar's variance.
    noise = float(np.mean(error**2)) / (1.0 - 0.2**2)
    skill = float(np.corrcoef(made["signal"].ravel(), (total / made["sigma"]).ravel())[0, 1])
    assert max(map(abs, scores)) < 4.0
    assert noise == pytest.approx(1.0, abs=0.04)
    assert skill == pytest.approx(0.2, abs=0.012)


@pytest.mark.parametrize("kind", at.KINDS)
def test_volatility_is_that_of_the_whole_return(kind):
    made = paths(market(kind, volatility=0.25, overnight=0.3), KEYS[:4000], 252)
    daily = np.diff(np.log(made["close"]), axis=1)
    found = float(daily.std()) * np.sqrt(market(kind).bars_per_year)
    # Fractions of the years start in one regime; heavy tails and slow volatility need the width.
    assert found == pytest.approx(0.25, rel=0.05)


def test_gbm_grows_by_its_drift_and_its_logarithm_by_half_the_variance_less():
    made = paths(Market("gbm", volatility=0.2, drift=0.08, overnight=0.2), KEYS, 252)
    ratio = made["close"][:, -1] / 100.0
    se = ratio.std() / np.sqrt(ratio.size)
    logs = np.log(ratio)
    assert abs(ratio.mean() - np.exp(0.08)) < 4 * se
    assert abs(logs.mean() - 0.06) < 4 * logs.std() / np.sqrt(logs.size)
    assert logs.std() == pytest.approx(0.2, rel=0.03)


def test_jumps_come_as_often_as_asked_and_are_paid_for():
    made = paths(
        Market("jump", volatility=0.5, own={"jumps": 20.0, "jump_mean": -0.1, "jump_sd": 0.01}),
        KEYS[:2000],
        252,
    )
    gap, rest = returns(made)
    assert np.abs(gap).max() == 0.0
    per_year = float((np.log1p(rest) < -0.05).sum() / 2000)
    # Bars with at least one jump; one in 150 is hidden by the noise.
    assert per_year == pytest.approx(252 * (1 - np.exp(-20 / 252)), rel=0.02)


def test_drawn_jumps_never_leave_less_variance_than_they_make():
    of = market(
        "jump", jumps=20.0, volatility=0.25, jump_mean=-0.03, jump_sd=0.035, vary=(0.9, 1.0)
    )
    made = paths(of, KEYS[:3000], 200)
    _, rest = returns(made)
    ratio = float(np.mean((rest / made["sigma"]) ** 2))
    assert ratio == pytest.approx(1.0, abs=0.05)


def test_ou_comes_back_as_an_autoregression():
    of = Market("ou", volatility=0.2, overnight=0.4, own={"reversion": 30.0})
    made = paths(of, KEYS[:200], 3000, start=1.0)
    x = np.log(made["close"])
    x = x - x.mean(axis=1, keepdims=True)
    kept = float(np.sum(x[:, 1:] * x[:, :-1]) / np.sum(x[:, :-1] ** 2))
    assert kept == pytest.approx(np.exp(-30.0 / 252), abs=0.003)
    assert x.std() == pytest.approx(0.2 / np.sqrt(60.0), rel=0.02)


def test_ou_expects_the_way_back():
    made = paths(market("ou", reversion=60.0, overnight=0.4, alpha=0.3), KEYS, 6)
    gap, rest = returns(made)
    error = ((1.0 + gap) * (1.0 + rest) - 1.0 - made["expected"]) / made["sigma"]
    high = made["expected"] > 0
    scores = [float(z_of(error)), float(z_of(error[high])), float(z_of(error[~high]))]
    assert made["expected"].std() > 0.2 * made["sigma"].mean()
    assert max(map(abs, scores)) < 4.0
    assert float(np.mean(error**2)) == pytest.approx(1.0 - 0.3**2, rel=0.02)


def test_days_have_gaps_before_their_first_bar_and_busy_ends():
    of = market("intraday", bars_per_day=10, bars_per_year=2520, overnight=0.3)
    made = paths(of, KEYS[:2000], 40)
    gap, rest = returns(made)
    night = gap.reshape(-1, 10)
    assert (night[:, 1:] == 0).all()
    assert (night[:, 0] != 0).all()
    spread = (rest**2).reshape(-1, 10).mean(axis=0)
    assert spread[0] > 1.5 * spread[5] < spread[9]
    share = float((night[:, 0] ** 2).mean() / ((night[:, 0] ** 2).mean() + spread.sum()))
    assert share == pytest.approx(0.3, abs=0.03)
    volume = made["volume"].reshape(-1, 10).mean(axis=0)
    assert volume[0] > 1.3 * volume[5] < volume[9]


@pytest.mark.parametrize("kind", at.KINDS)
def test_prices_stay_above_zero_and_volume_is_about_one(kind):
    made = paths(market(kind, volatility=0.3), KEYS[:100], 500)
    assert made["volume"].min() > 0
    assert made["volume"].mean() == pytest.approx(1.0, abs=0.1)
    if kind != "jump":
        wild = paths(market(kind, volatility=5.0, alpha=0.9), KEYS[:50], 500)
        assert min(one.min() for one in (wild["open"], wild["close"])) > 0
        assert all(np.isfinite(one).all() for one in wild.values())


@pytest.mark.parametrize("kind", at.KINDS)
def test_a_path_is_a_function_of_its_key_alone(kind):
    of = market(kind, alpha=0.1, overnight=0.2, vary=0.3)
    batch = paths(of, KEYS[:6], 40, difficulty=0.5)
    alone = paths(of, KEYS[3:4], 25, difficulty=0.5)
    for name, values in batch.items():
        assert np.array_equal(values[3:4, :25], alone[name])
    moved = paths(of, KEYS[:6], 40, difficulty=0.5, start=7.0)
    assert np.allclose(moved["close"] / 7.0, batch["close"] / 100.0, rtol=1e-12)


@pytest.mark.parametrize("kind", at.KINDS)
def test_batches_single_bars_and_masks_agree_with_paths(kind):
    of, n = market(kind, alpha=0.1, overnight=0.2, vary=0.3), 7
    keys = KEYS[:n]
    wanted = paths(of, keys, 12, difficulty=0.25)

    def fresh():
        p, s = np.zeros((n, at.PARAMETERS)), np.zeros((n, at.STATE))
        steps = np.zeros(n, np.int64)
        for i in range(n):
            draw(of.number, of.table, keys[i], 0.25, p, i)
            begin(of.number, p, s, keys, steps, i)
        return p, s, steps

    p, s, steps = fresh()
    one_p, one_s, one_steps = fresh()
    price = np.full(n, 100.0)
    pattern = np.random.default_rng(0).random((60, n)) < 0.5
    for wish in pattern:
        mask = wish & (steps < 12)
        before = s.copy()
        at_step = np.minimum(steps, 11)
        known = s[mask][:, [at.SIGMA, at.SIGNAL, at.EXPECTED]]
        for column, name in enumerate(("sigma", "signal", "expected")):
            assert np.array_equal(known[:, column], wanted[name][np.arange(n), at_step][mask])
        advance_all(of.number, p, s, keys, steps, mask)
        assert np.array_equal(s[~mask], before[~mask])
        for i in np.flatnonzero(mask):
            found = advance(of.number, one_p, one_s, keys, one_steps, i)
            assert found == (s[i, at.GAP], s[i, at.REST], s[i, at.TRADED])
            one_steps[i] += 1
        opened = price * (1.0 + s[:, at.GAP])
        price = np.where(mask, opened * (1.0 + s[:, at.REST]), price)
        assert np.array_equal(price[mask], wanted["close"][np.arange(n), at_step][mask])
        steps[mask] += 1
    assert (steps == 12).all()


def test_what_is_known_hangs_on_the_past_alone():
    # The twin has other random numbers from bar 20 on: its key changes there.
    of, n = market("msm", alpha=0.2), 1
    rows = []
    for later in (KEYS[0], KEYS[1]):
        p, s, steps = np.zeros((n, at.PARAMETERS)), np.zeros((n, at.STATE)), np.zeros(n, np.int64)
        keys = KEYS[:1].copy()
        draw(of.number, of.table, keys[0], 0.0, p, 0)
        begin(of.number, p, s, keys, steps, 0)
        seen = []
        for t in range(30):
            seen.append(s[0].copy())
            if t == 20:
                keys[0] = later
            steps[0] = t
            advance(of.number, p, s, keys, steps, 0)
        rows.append(np.array(seen))
    assert np.array_equal(rows[0][:21], rows[1][:21])
    assert not np.array_equal(rows[0][21], rows[1][21])


def test_training_and_test_ranges_have_nothing_in_common():
    low, high = market("gbm", vary=(0.0, 0.2)), market("gbm", vary=(0.2, 0.5))
    for of, least, most in ((low, 1.0, 1.2), (high, 1.2, 1.5)):
        found = paths(of, KEYS[:500], 1)["sigma"][:, 0] * np.sqrt(252) / 0.2
        factor = np.maximum(found, 1 / found)
        assert factor.min() >= least - 1e-12
        assert factor.max() <= most + 1e-12
        assert (found > 1).any()
        assert (found < 1).any()


def test_difficulty_fades_drift_and_signal():
    of = market("msm", alpha=0.3, drift=0.4, fade=0.75)
    easy, hard = (paths(of, KEYS[:3000], 2, difficulty=d)["expected"][:, 0] for d in (0.0, 1.0))
    assert hard.std() == pytest.approx(0.25 * easy.std(), rel=5e-3)
    assert hard.mean() < 0.5 * easy.mean()


@pytest.mark.parametrize("name", PRESETS)
def test_markets_travel_as_json_and_pickle(name):
    of = market(name, vary=(0.1, 0.2), alpha=0.05)
    assert Market.from_dict(json.loads(json.dumps(of.to_dict()))) == of
    assert pickle.loads(pickle.dumps(of)) == of
    assert hash(of) == hash(market(name, vary=(0.1, 0.2), alpha=0.05))
    assert market(of) is of
    assert market(of, volatility=0.5).volatility == 0.5
    assert market(of.to_dict()) == of


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: market("gmb"), "did you mean 'gbm'"),
        (lambda: market("gbm", volatilty=0.2), "'volatility'"),
        (lambda: market("gbm", volatility=-1), "volatility .* must be a number in"),
        (lambda: market("gbm", volatility=True), "must be a number, got True"),
        (lambda: market("gbm", drift=float("nan")), "drift"),
        (lambda: market("gjr", degrees=4.5), "must be an integer"),
        (lambda: market("gjr", garch=0.99), "arch \\+ leverage/2 \\+ garch"),
        (lambda: market("jump", volatility=0.05), "of the variance"),
        (lambda: market("msm", fast=0.7, ratio=1.5), "fast may be at most"),
        (lambda: market("gbm", vary=(0.4, 0.2)), "vary"),
        (lambda: market("gbm", fade=2), "fade"),
        (lambda: Market("levy"), "unknown kind"),
        (lambda: Market.from_dict({"volatility": 1}), "with a kind"),
        (lambda: paths(market("gbm"), KEYS[:1], 0), "steps"),
        (lambda: paths(market("gbm"), [0.5], 5), "keys must be integers"),
        (lambda: paths(market("gbm"), [1], 5, difficulty=2), "difficulty"),
    ],
)  # fmt: skip
def test_mistakes_are_answered_with_what_is_allowed(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_every_parameter_has_its_own_place():
    for kind, own in OWN.items():
        places = [one.place for one in (COMMON | own).values()]
        assert len(set(places)) == len(places), kind
        assert max(places) < at.GIVEN
