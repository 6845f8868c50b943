"""Known optima of market making: stated figures, and checks that share nothing with the closed forms."""

import math

import numpy as np
import pytest

from synth_envs.trading.optimal import (
    avellaneda_stoikov,
    cartea_jaimungal,
)
from synth_envs.trading.optimal.cartea_jaimungal import FILL_LAWS, fill_probability, programme

#: Of 20,000 paths: mean spread; PnL, sd, sd(q_T) with inventory and with symmetric quotes.
QUOTED = {
    0.01: (1.349, (68.52, 8.84, 5.19), (68.83, 13.51, 8.63)),
    0.1: (1.492, (64.94, 6.49, 2.92), (68.40, 13.33, 8.35)),
    0.5: (2.156, (48.56, 5.87, 1.96), (59.99, 12.31, 6.85)),
}


QUOTED_PATHS = 20_000


def sd_error(values):
    """The standard error of a standard deviation, of values of any distribution."""
    centred = values - values.mean()
    variance = (centred**2).mean()
    return math.sqrt(((centred**4).mean() - variance**2) / len(values) / (4 * variance))


def compare(wealth, inventory, quoted):
    """Within 3 standard errors of a difference: the table's paths and these."""
    both = math.sqrt(1 + len(wealth) / QUOTED_PATHS)
    for got, wanted, error in (
        (wealth.mean(), quoted[0], wealth.std() / math.sqrt(len(wealth))),
        (wealth.std(), quoted[1], sd_error(wealth)),
        (inventory.std(), quoted[2], sd_error(inventory)),
    ):
        print(f"{got:.3f} wanted {wanted} ({(got - wanted) / (error * both):+.1f} errors)")  # noqa: T201 - figures for `pytest -rP`
        assert abs(got - wanted) < 3 * error * both + 0.005  # the table has two decimals


@pytest.mark.parametrize("gamma", QUOTED)
def test_avellaneda_stoikov_table(gamma):
    mean, *rows = QUOTED[gamma]
    for symmetric, row in zip((False, True), rows, strict=True):
        rng = np.random.default_rng(int(gamma * 1000))
        found = avellaneda_stoikov.simulate(gamma, 40_000, rng, symmetric=symmetric)
        assert found.spread == pytest.approx(mean, abs=5e-4)
        compare(found.wealth, found.inventory, row)


def test_avellaneda_stoikov_quotes():
    assert avellaneda_stoikov.reservation_price(100.0, 2.0, 0.1, 2.0, 0.5) == pytest.approx(99.6)
    assert avellaneda_stoikov.spread(0.1, 2.0, 1.5, 1.0) == pytest.approx(
        0.4 + 20 * math.log(1 + 0.1 / 1.5)
    )
    bid, ask = avellaneda_stoikov.offsets(np.array([2.0]), 0.1, 2.0, 1.5, 0.5)[0]
    total = avellaneda_stoikov.spread(0.1, 2.0, 1.5, 0.5)
    assert bid + ask == pytest.approx(total)
    assert (100 - bid + 100 + ask) / 2 == pytest.approx(99.6)


MARKET = {"intensity": 140.0, "decay": 1.5, "running": 0.5, "terminal": 0.001, "horizon": 1.0}


#: The bid's offset at inventories -3 ... 3.
BIDS = {
    "continuous": (0.4617, 0.5433, 0.6255, 0.7078, 0.7900, 0.8717, 0.9525),
    "linear": (0.448, 0.528, 0.608, 0.688, 0.768, 0.845, 0.925),
    "exponential": (0.512, 0.598, 0.688, 0.778, 0.868, 0.960, 1.055),
}


def test_cartea_jaimungal_continuous():
    h, quotes = cartea_jaimungal.continuous()
    assert h[10] == pytest.approx(64.7829, abs=5e-5)
    assert quotes[7:14, 0] == pytest.approx(BIDS["continuous"], abs=6e-5)
    assert np.allclose(quotes[:, 1], quotes[::-1, 0])
    assert np.isinf(quotes[-1, 0])
    assert np.isinf(quotes[0, 1])


def test_cartea_jaimungal_continuous_solves_its_equation():
    """dh/dt + sum over sides of max_delta A e^(-k delta) (delta + dh) - phi q^2 = 0, by differences."""
    q, step = np.arange(-10, 11.0), 1e-5
    later, _ = cartea_jaimungal.continuous(left=0.5 - step)
    now, quotes = cartea_jaimungal.continuous(left=0.5)
    sooner, _ = cartea_jaimungal.continuous(left=0.5 + step)
    earned = np.zeros(21)
    earned[:-1] += 140 * np.exp(-1.5 * quotes[:-1, 0]) * (quotes[:-1, 0] + now[1:] - now[:-1])
    earned[1:] += 140 * np.exp(-1.5 * quotes[1:, 1]) * (quotes[1:, 1] + now[:-1] - now[1:])
    assert np.abs((later - sooner) / (2 * step) + earned - 0.5 * q**2).max() < 1e-5
    end, _ = cartea_jaimungal.continuous(left=0.0)
    assert np.allclose(end, -0.001 * q**2)


@pytest.mark.parametrize(("law", "wanted"), [("linear", 65.709), ("exponential", 57.860)])
def test_market_making_programme(law, wanted):
    solved = programme(MARKET, law=law)
    assert solved.values[0, 10] == pytest.approx(wanted, abs=5e-4)
    # The table's offsets lie on a grid of 0.0025, where the optimum is flat, to three decimals.
    assert solved.quotes[0, 7:14, 0] == pytest.approx(BIDS[law], abs=0.0025 + 5e-4)
    assert np.allclose(solved.quotes[:, :, 1], solved.quotes[:, ::-1, 0])


@pytest.mark.parametrize("intensity", [12.0, 140.0])
@pytest.mark.parametrize("law", FILL_LAWS)
def test_market_making_programme_by_brute_force(law, intensity):
    """All pairs of offsets of a grid, every outcome by itself: never above, and nearly equal."""
    market = {**MARKET, "intensity": intensity, "adverse": 0.15, "fee": 0.05, "running": 3.0}
    solved = programme(market, law=law, limit=2, steps=20, lowest=0.1, highest=2.0)
    # With the corner of the linear law, beyond which a fill is not sure.
    corner = np.clip(math.log(intensity * 0.05) / 1.5, 0.1, 2.0)
    grid = np.concatenate([np.linspace(0.1, 2.0, 381), [corner, np.inf]])
    chance = fill_probability(grid, law, intensity, 1.5, 0.05)
    paid = np.where(np.isfinite(grid), grid, 0.0) - 0.05
    worth = -0.001 * np.arange(-2, 3.0) ** 2
    for _ in range(20):
        before = np.empty(5)
        for i, q in enumerate(range(-2, 3)):
            best = np.zeros((len(grid), len(grid)))
            for bid, ask in ((0, 0), (1, 0), (0, 1), (1, 1)):
                after = q + bid - ask
                p = np.where(bid, chance, 1 - chance)[:, None] * np.where(ask, chance, 1 - chance)
                if abs(after) > 2:
                    continue
                gain = bid * paid[:, None] + ask * paid - 3.0 * 0.05 * after**2
                best += p * (gain - 0.15 * (bid - ask) * after + worth[after + 2])
            # A side that the limit closes is not filled, whatever is quoted.
            rows = best[-1:] if q == 2 else best
            before[i] = (rows[:, -1:] if q == -2 else rows).max()
        worth = before
    assert (worth <= solved.values[0] + 1e-12).all()
    assert worth == pytest.approx(solved.values[0], abs=1e-3)


def test_risk_neutral_quotes():
    """Without penalties: 1 / k and 2 A / (e k) with the linear law, and 11 % less with the other."""
    free = {**MARKET, "running": 0.0, "terminal": 0.0}
    linear = programme(free, limit=300)
    assert linear.quotes[0, 300, 0] == pytest.approx(1 / 1.5)
    assert linear.values[0, 300] == pytest.approx(68.6708, abs=5e-5)
    other = programme(free, law="exponential", limit=300)
    assert other.quotes[0, 300, 0] == pytest.approx(0.7487, abs=5e-5)
    assert other.values[0, 300] == pytest.approx(60.985, abs=5e-4)


def test_many_markets_at_once():
    running = np.array([0.1, 0.5, 2.0])
    many = programme({**MARKET, "running": running}, law="exponential")
    for i, one in enumerate(running.tolist()):
        alone = programme({**MARKET, "running": one}, law="exponential")
        assert np.allclose(many.values[i], alone.values, rtol=0, atol=1e-9)
    with pytest.raises(ValueError, match="fill law"):
        programme(MARKET, law="quadratic")


def test_a_hopeless_market_is_not_quoted():
    solved = programme({**MARKET, "fee": 50.0}, highest=3.0)
    assert np.isinf(solved.quotes).all()
    assert solved.values[0, 10] == 0.0
