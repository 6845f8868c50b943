"""What a loan is worth if the true probability of default and the macro state are known."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log, normal_cdf, normal_quantile
from synth_envs.kernels.jit import kernel
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.law import (
    EXACT_EAD,
    FUNDING,
    HURDLE,
    LGD,
    MARGINS,
    MOST_TAKE_UP,
    OFFERS,
    PERSISTENCE,
    TAKE_UP,
    TERMS,
)
from synth_envs.trading.credit.risk import worst_default_rate, worst_mean

__all__ = ["best_decisions", "likely_defaults"]


@kernel
def _unit_value(
    p: float, term: int, offer: int, macro: float, rules: np.ndarray
) -> tuple[float, float]:
    """The expected profit per unit lent, and the probability of default given the macro state.

    Given the state of the first month, that of month k is normal with mean phi**k of it: the chance of
    default in each month is then exact, and their product over months treats them as independent.
    """
    months = TERMS[term]
    survived = log(1.0 - p)
    correlation = rules[at.CORRELATION]
    threshold = normal_quantile(1.0 - exp(survived / months))
    yearly = 1.0 - exp(survived * 12.0 / months)
    capital = 0.0
    if rules[at.CAPITAL_KIND] == 1.0:
        capital = LGD * max(worst_default_rate(yearly, correlation) - yearly, 0.0)
    elif rules[at.CAPITAL_KIND] == 2.0:
        capital = LGD * max(worst_mean(yearly, correlation) - yearly, 0.0)
    rate, growth = OFFERS[offer] / 12.0, 1.0
    for _ in range(int(months)):
        growth *= 1.0 + rate
    payment = rate * growth / (growth - 1.0)
    alive, balance, fading, value = 1.0, 1.0, 1.0, 0.0
    for _ in range(int(months)):
        shared = correlation * fading * fading
        hazard = normal_cdf(
            (threshold - math.sqrt(correlation) * fading * macro) / math.sqrt(1.0 - shared)
        )
        value += alive * balance * ((1.0 - hazard) * rate - FUNDING / 12.0)
        value -= alive * balance * (hazard * LGD + capital * HURDLE / 12.0)
        balance -= payment - balance * rate
        alive *= 1.0 - hazard
        fading *= PERSISTENCE
    return value, 1.0 - alive


@kernel
def best_decisions(state: np.ndarray, rules: np.ndarray, offers: int, out: np.ndarray) -> None:
    """Choose for each running applicant what is worth most: 0 is to reject.

    Args:
        state: float64 (num_envs, fields).
        rules: Of the simulator.
        offers: How many rates there are.
        out: int64 (num_envs,), written.
    """
    for e in range(len(state)):
        p, term = state[e, at.PROBABILITY], int(state[e, at.TERM])
        best, out[e] = 0.0, 0
        for k in range(offers):
            if rules[at.EXACT] > 0.0:
                value = (1.0 - p) * MARGINS[term, k] - p * LGD * EXACT_EAD
            else:
                value, _ = _unit_value(p, term, k, state[e, at.MACRO], rules)
            if k == 1:
                value *= min(TAKE_UP + p, MOST_TAKE_UP)
            if value > best:
                best, out[e] = value, k + 1


@kernel
def likely_defaults(state: np.ndarray, rules: np.ndarray, out: np.ndarray) -> None:
    """Return each running applicant's probability of default given the macro state.

    Args:
        state: float64 (num_envs, fields).
        rules: Of the simulator.
        out: float64 (num_envs,), written.
    """
    for e in range(len(state)):
        out[e] = state[e, at.PROBABILITY]
        if rules[at.EXACT] == 0.0:
            _, out[e] = _unit_value(out[e], int(state[e, at.TERM]), 0, state[e, at.MACRO], rules)
