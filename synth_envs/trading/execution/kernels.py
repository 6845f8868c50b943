"""Kernels of the execution simulator: episodes begin, are scored in advance, and are stepped."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, gaussian, mixed
from synth_envs.trading.execution import layout as at

__all__ = ["begin_batch", "step_batch"]

#: Purposes of an episode's sub-keys.
_PROBLEM, _PRICE = 0xE8EC0001, 0xE8EC0002
_LN_10, _LN_2 = 2.302585092994046, 0.6931471805599453
_DAYS = 250.0
_BP = 1e4
#: Standard deviations over the whole horizon that fill the observation of the price's move.
_MOST_MOVE = 4.0


@kernel
def draw(key: np.uint64, level: float, settings: np.ndarray, row: np.ndarray) -> None:
    """Draw the problem of an episode into its row.

    Prices, spreads and daily volumes V span what US shares have. As in the example of Almgren and
    Chriss, trading at 1 % of the volume costs a spread (temporary), selling 10 % of a day's volume
    moves the price by a spread (permanent); both are varied by half. The difficulty sets the urgency
    kappa T, from which the risk aversion follows.
    """
    sub = mixed(key, _PROBLEM)
    price = 20.0 * exp(_LN_10 * between(sub, 0, 0.0, 1.0))
    sigma = price * between(sub, 1, 0.15, 0.45) / math.sqrt(_DAYS)
    half = price * between(sub, 2, 1e-4, 12e-4)
    volume = 1e6 * exp(_LN_10 * between(sub, 3, 0.0, 1.0))
    horizon = between(sub, 4, 1.0, 5.0)
    steps = np.floor(between(sub, 5, 10.0, 31.0))
    if settings[at.FIXED_STEPS] > 0:
        steps = settings[at.FIXED_STEPS]
    tau = horizon / steps
    eta = 2.0 * half / (0.01 * volume) * between(sub, 6, 0.5, 1.5)
    gamma = 2.0 * half / (0.1 * volume) * between(sub, 7, 0.5, 1.5)
    # With few long steps permanent impact would otherwise outweigh temporary impact.
    gamma = min(gamma, eta / tau)
    slow, fast = exp(-1.6 + 3.0 * level), exp(2.3 * level)
    urgency = slow * exp(log(fast / slow) * between(sub, 8, 0.0, 1.0)) / steps
    waves = 0.5 * (exp(urgency) + exp(-urgency)) - 1.0
    row[at.SHARES] = np.floor(volume * horizon * between(sub, 9, 0.05, 0.15))
    row[at.STEPS], row[at.TAU], row[at.FIRST] = steps, tau, price
    row[at.SIGMA], row[at.SPREAD], row[at.GAMMA], row[at.ETA] = sigma, half, gamma, eta
    row[at.AVERSION] = 2.0 * (eta - 0.5 * gamma * tau) * waves / (sigma * tau) ** 2
    row[at.KAPPA] = row[at.DECAY] = 0.0
    if settings[at.WITH_TRANSIENT] > 0:
        row[at.KAPPA] = 2.0 * half / (0.03 * volume) * between(sub, 10, 0.5, 1.5)
        row[at.DECAY] = exp(-_LN_2 * tau / (horizon * between(sub, 11, 0.03, 0.5)))


@kernel
def take(settings: np.ndarray, row: np.ndarray) -> None:
    """Take a given problem into the row of an episode."""
    row[at.SHARES], row[at.STEPS] = settings[at.OF_SHARES], settings[at.OF_STEPS]
    row[at.TAU] = settings[at.OF_HORIZON] / settings[at.OF_STEPS]
    row[at.FIRST], row[at.SIGMA], row[at.SPREAD] = (
        settings[at.OF_PRICE],
        settings[at.OF_SIGMA],
        settings[at.OF_SPREAD],
    )
    row[at.GAMMA], row[at.ETA], row[at.AVERSION] = (
        settings[at.OF_GAMMA],
        settings[at.OF_ETA],
        settings[at.OF_AVERSION],
    )
    row[at.KAPPA] = settings[at.OF_KAPPA]
    row[at.DECAY] = exp(-settings[at.OF_RATE] * row[at.TAU]) if row[at.KAPPA] > 0 else 0.0


@kernel
def least(row: np.ndarray) -> float:
    """Return the utility E + lambda V of the optimum, in money, by dynamic programming.

    The cost from a step on is p x^2 + 2 q x d + r d^2, x the shares left and d the displacement.
    """
    gamma, kappa, decay = row[at.GAMMA], row[at.KAPPA], row[at.DECAY]
    a = row[at.ETA] / row[at.TAU] + 0.5 * kappa
    risk = row[at.AVERSION] * row[at.SIGMA] * row[at.SIGMA] * row[at.TAU]
    p, q, r = a, 0.5, 0.0
    for _ in range(int(row[at.STEPS]) - 1):
        hold, left = risk + p, q * decay
        push = r * decay * decay * kappa
        curve = a - gamma + hold - 2.0 * left * kappa + push * kappa
        by_x = gamma - 2.0 * hold + 2.0 * left * kappa
        by_d = 1.0 - 2.0 * left + 2.0 * push
        share = 0.25 / curve
        p = hold - by_x * by_x * share
        q = left - by_x * by_d * share
        r = r * decay * decay - by_d * by_d * share
    return float((p * row[at.SHARES] + row[at.SPREAD]) * row[at.SHARES])


@kernel
def see_constants(row: np.ndarray, seen: np.ndarray) -> None:
    """Fill in what an observation says of the problem, and the scale: what equal slices cost."""
    steps, shares = int(row[at.STEPS]), row[at.SHARES]
    slice_, pushed, held = shares / steps, 0.0, shares
    permanent = transient = squares = 0.0
    for _ in range(steps):
        held -= slice_
        permanent += row[at.GAMMA] * slice_ * held
        transient += slice_ * (pushed + 0.5 * row[at.KAPPA] * slice_)
        pushed = (pushed + row[at.KAPPA] * slice_) * row[at.DECAY]
        squares += held * held
    spread, temporary = row[at.SPREAD] * shares, row[at.ETA] / row[at.TAU] * slice_ * shares
    risk = row[at.AVERSION] * row[at.SIGMA] * row[at.SIGMA] * row[at.TAU] * squares
    scale = spread + temporary + permanent + transient + risk
    row[at.SCALE] = scale
    seen[at.SEE_SPREAD], seen[at.SEE_TEMPORARY] = spread / scale, temporary / scale
    seen[at.SEE_PERMANENT], seen[at.SEE_TRANSIENT] = permanent / scale, transient / scale
    seen[at.SEE_RISK], seen[at.SEE_STEP], seen[at.SEE_DECAY] = (
        risk / scale,
        1.0 / steps,
        row[at.DECAY],
    )
    noise = row[at.SIGMA] * math.sqrt(row[at.TAU] * steps) * shares / scale
    seen[at.SEE_NOISE] = noise / (1.0 + noise)


@kernel
def see_state(row: np.ndarray, seen: np.ndarray) -> None:
    """Fill in what an observation says of the present."""
    seen[at.SEE_LEFT] = row[at.LEFT] / row[at.SHARES]
    seen[at.SEE_TIME] = 1.0 - row[at.STEP] / row[at.STEPS]
    width = _MOST_MOVE * row[at.SIGMA] * math.sqrt(row[at.TAU] * row[at.STEPS])
    move = (row[at.MID] - row[at.FIRST]) / width if width > 0 else 0.0
    seen[at.SEE_MOVE] = min(max(move, -1.0), 1.0)
    whole = row[at.KAPPA] * row[at.SHARES]
    seen[at.SEE_PUSHED] = row[at.PUSHED] / whole if whole > 0 else 0.0


@kernel
def remember(row: np.ndarray, past: np.ndarray) -> None:
    """Keep what pictures need, if it is kept."""
    step = int(row[at.STEP])
    if step < len(past):
        past[step, at.PAST_MID] = row[at.MID]
        past[step, at.PAST_LEFT] = row[at.LEFT] / row[at.SHARES]
        past[step, at.PAST_COST] = _BP * row[at.COST] / (row[at.SHARES] * row[at.FIRST])


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, levels: np.ndarray, settings: np.ndarray,
    state: np.ndarray, seen: np.ndarray, past: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (n,).
        keys: uint64 (n,).
        levels: Difficulties in [0, 1], float64 (n,).
        settings: float64 (SETTINGS,).
        state: float64 (n, FIELDS).
        seen: Observations, float32 (n, OBSERVED).
        past: float32 (n, steps + 1, HISTORY), or (n, 0, HISTORY) if nothing is kept.
    """
    for e in range(len(mask)):
        if not mask[e]:
            continue
        row = state[e]
        row[:] = 0.0
        if settings[at.GIVEN] > 0:
            take(settings, row)
        else:
            draw(keys[e], levels[e], settings, row)
        row[at.LEFT], row[at.MID] = row[at.SHARES], row[at.FIRST]
        row[at.BEST] = least(row)
        see_constants(row, seen[e])
        see_state(row, seen[e])
        remember(row, past[e])


@kernel
def step_batch(
    mask: np.ndarray, actions: np.ndarray, keys: np.ndarray, state: np.ndarray, seen: np.ndarray,
    past: np.ndarray, terms: np.ndarray, rewards: np.ndarray, terminations: np.ndarray, truncations: np.ndarray,
) -> None:  # fmt: skip
    """Sell, and then move the price, in the episodes of a batch where `mask` is set.

    Args:
        mask: bool (n,); elsewhere only rewards, flags and terms become zero.
        actions: The share of what is left to sell now, float64 (n,); what is not in [0, 1] is cut.
        keys: uint64 (n,).
        state: float64 (n, FIELDS).
        seen: Observations, float32 (n, OBSERVED).
        past: float32 (n, steps + 1, HISTORY), or (n, 0, HISTORY) if nothing is kept.
        terms: float64 (len(TERMS), n), set here, as are rewards (float64) and the flags (bool).
    """
    for e in range(len(mask)):
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        terms[:, e] = 0.0
        if not mask[e]:
            continue
        row = state[e]
        step, tau = int(row[at.STEP]), row[at.TAU]
        last = step + 1 >= int(row[at.STEPS])
        share = actions[e]
        share = 1.0 if last or share >= 1.0 else (share if share > 0.0 else 0.0)  # noqa: FURB136 - not a number is 0
        n = row[at.LEFT] * share
        held = 0.0 if share == 1.0 else row[at.LEFT] - n
        spread, temporary = row[at.SPREAD] * n, row[at.ETA] * n * n / tau
        transient = n * (row[at.PUSHED] + 0.5 * row[at.KAPPA] * n)
        permanent = row[at.GAMMA] * n * held
        move = row[at.SIGMA] * math.sqrt(tau) * gaussian(mixed(keys[e], _PRICE), step)
        risk = row[at.AVERSION] * row[at.SIGMA] * row[at.SIGMA] * tau * held * held
        row[at.CASH] += n * row[at.MID] - spread - temporary - transient
        row[at.MID] += move - row[at.GAMMA] * n
        row[at.PUSHED] = (row[at.PUSHED] + row[at.KAPPA] * n) * row[at.DECAY]
        row[at.LEFT] = held
        row[at.STEP] = step + 1.0
        cost = spread + temporary + transient + permanent
        row[at.COST] += cost
        row[at.PAID] += cost + risk
        row[at.EXPOSURE] += tau * held * held
        row[at.DELAY] += n * (step + 0.5)
        per = 1.0 / row[at.SCALE]
        terms[0, e], terms[1, e] = -spread * per, -temporary * per
        terms[2, e], terms[3, e] = -permanent * per, -transient * per
        terms[4, e], terms[5, e] = held * move * per, -risk * per
        total = 0.0
        for k in range(len(terms)):
            total += terms[k, e]
        rewards[e] = total
        truncations[e] = last
        see_state(row, seen[e])
        remember(row, past[e])
