"""Kernels of the book: granting loans, their months, defaults and reports."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.elementary import exp, log, normal_quantile
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import gaussian, mixed, uniform
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.law import (
    BASE_RATE,
    FUNDING,
    HURDLE,
    LEAST_SCORE,
    LGD,
    OFFERS,
    PERSISTENCE,
    TERMS,
    TRUTH,
)
from synth_envs.trading.credit.risk import conditional, worst_default_rate, worst_mean

__all__ = ["advance_macro", "grant", "pass_month", "reported", "settle", "skill"]

_MACRO, _INDICATOR, _FATE = 107, 109, 113
#: Monthly hazards are at most this.
_MOST_HAZARD = 0.5
#: Loans of a lower threshold (a monthly hazard of 6 %) share one bound of the conditional hazard.
_ORDINARY = -1.55
_PER_LOAN = 64


@kernel
def skill(score: float, label: float, logarithmic: float) -> float:
    """Return by how much a predicted probability beats the long-run default rate, a proper score.

    Args:
        score: In [0, 1].
        label: 1 for a default, else 0.
        logarithmic: 1 for logarithms (clipped to [0.001, 0.999]), 0 for Brier's squares.
    """
    if logarithmic > 0.0:
        p = min(max(score, LEAST_SCORE), 1.0 - LEAST_SCORE)
        if label > 0.0:
            return log(p) - log(BASE_RATE)
        return log(1.0 - p) - log(1.0 - BASE_RATE)
    return (BASE_RATE - label) * (BASE_RATE - label) - (score - label) * (score - label)


@kernel
def reported(
    row: np.ndarray,
    e: int,
    queue: np.ndarray,
    rules: np.ndarray,
    terms: np.ndarray,
    number: float,
    score: float,
    weight: float,
    label: float,
) -> None:
    """A label becomes known: it is queued for observations and, for scores, paid.

    Args:
        row: The episode's state.
        e: Its place in the batch.
        queue: Reports, float64 (num_envs, loans): twice the applicant's number, and the label.
        rules: Of the simulator.
        terms: The step's reward terms, float64 (terms,).
        number: Of the applicant.
        score: Given to the applicant.
        weight: One over the chance that the label would become known at all.
        label: 1 for a default, else 0.
    """
    queue[e, int(row[at.TAIL])] = 2.0 * number + label
    row[at.TAIL] += 1.0
    if label > 0.0:
        row[at.DEFAULTS] += 1.0
    else:
        row[at.REPAID] += 1.0
    if rules[at.SCORED] == 0.0:
        return
    paid = weight * skill(score, label, rules[at.LOG_SCORE])
    terms[1 if weight > 1.0 else 0] += paid
    clipped = min(max(score, LEAST_SCORE), 1.0 - LEAST_SCORE)
    row[at.KNOWN] += 1.0
    row[at.KNOWN_BRIER] += (score - label) * (score - label)
    row[at.KNOWN_LOG] -= log(clipped) if label > 0.0 else log(1.0 - clipped)


@kernel
def grant(
    row: np.ndarray,
    e: int,
    loans: np.ndarray,
    rules: np.ndarray,
    number: int,
    offer: int,
    score: float,
    weight: float,
) -> None:
    """Enter a loan to the running applicant into the book.

    Args:
        row: The episode's state.
        e: Its place in the batch.
        loans: The books, float64 (num_envs, loans, fields).
        rules: Of the simulator.
        number: Of the applicant.
        offer: Index of the rate.
        score: Given to the applicant.
        weight: Of its label.
    """
    j = int(row[at.ACTIVE])
    months, p = TERMS[int(row[at.TERM])], row[at.PROBABILITY]
    survived = log(1.0 - p)
    hazard = min(1.0 - exp(survived / months), _MOST_HAZARD)
    rate = OFFERS[offer] / 12.0
    growth = 1.0
    for _ in range(int(months)):
        growth *= 1.0 + rate
    loans[e, j, at.NUMBER], loans[e, j, at.BALANCE], loans[e, j, at.RATE] = (
        number,
        row[at.AMOUNT],
        rate,
    )
    loans[e, j, at.PAYMENT] = row[at.AMOUNT] * rate * growth / (growth - 1.0)
    loans[e, j, at.THRESHOLD] = normal_quantile(hazard)
    loans[e, j, at.LEFT], loans[e, j, at.AGE] = months, 0.0
    loans[e, j, at.SCORE], loans[e, j, at.WEIGHT] = score, weight
    loans[e, j, at.UNIT_CAPITAL] = 0.0
    kind = rules[at.CAPITAL_KIND]
    if kind > 0.0:
        yearly = 1.0 - exp(survived * 12.0 / months)
        worst = (
            worst_default_rate(yearly, rules[at.CORRELATION])
            if kind == 1.0
            else worst_mean(yearly, rules[at.CORRELATION])
        )
        loans[e, j, at.UNIT_CAPITAL] = LGD * max(worst - yearly, 0.0)
    row[at.ACTIVE] += 1.0
    row[at.EXPOSURE] += row[at.AMOUNT]
    row[at.CAPITAL] += row[at.AMOUNT] * loans[e, j, at.UNIT_CAPITAL]


@kernel
def settle(row: np.ndarray, rules: np.ndarray, terms: np.ndarray, change: float) -> None:
    """Pay out at once what a loan comes to, a gain or a loss in thousands of euros."""
    row[at.EQUITY] += change
    row[at.PEAK] = max(row[at.PEAK], row[at.EQUITY])
    row[at.DRAWDOWN] = max(row[at.DRAWDOWN], row[at.PEAK] - row[at.EQUITY])
    if change < 0.0:
        row[at.LOSSES] -= change
    if rules[at.SCORED] == 0.0:
        terms[1 if change < 0.0 else 0] += change


@kernel
def advance_macro(row: np.ndarray, key: np.uint64, month: int) -> None:
    """Draw a month's macro state and its indicator, which is public a month late."""
    draw = gaussian(mixed(key, _MACRO), month)
    noise = gaussian(mixed(key, _INDICATOR), month)
    row[at.FORMER] = row[at.INDICATOR]
    if month == 0:
        row[at.MACRO] = draw
        row[at.FORMER] = 0.0
    # Published: the month that is over, not the one that begins.
    row[at.INDICATOR] = TRUTH * row[at.MACRO] + np.sqrt(1.0 - TRUTH * TRUTH) * noise
    if month > 0:
        row[at.MACRO] = (
            PERSISTENCE * row[at.MACRO] + np.sqrt(1.0 - PERSISTENCE * PERSISTENCE) * draw
        )


@kernel
def pass_month(
    row: np.ndarray,
    e: int,
    loans: np.ndarray,
    queue: np.ndarray,
    rules: np.ndarray,
    terms: np.ndarray,
    key: np.uint64,
) -> None:
    """Let a month pass over the book: interest, repayment, defaults, the cost of capital.

    Args:
        row: The episode's state.
        e: Its place in the batch.
        loans: The books, float64 (num_envs, loans, fields); the first ACTIVE ones are running.
        queue: Reports, float64 (num_envs, loans).
        rules: Of the simulator.
        terms: The step's reward terms, added to.
        key: Of the episode.
    """
    fates = mixed(key, _FATE)
    correlation, macro = rules[at.CORRELATION], row[at.MACRO]
    bound = conditional(_ORDINARY, correlation, macro)
    active, kept = int(row[at.ACTIVE]), 0
    exposure, required, interest, lost, failed = 0.0, 0.0, 0.0, 0.0, 0.0
    charge = row[at.CAPITAL] * HURDLE / 12.0
    for j in range(active):
        balance, number = loans[e, j, at.BALANCE], loans[e, j, at.NUMBER]
        u = uniform(fates, int(number) * _PER_LOAN + int(loans[e, j, at.AGE]))
        threshold = loans[e, j, at.THRESHOLD]
        failing = (u < bound or threshold > _ORDINARY) and u < conditional(
            threshold, correlation, macro
        )
        earned = balance * loans[e, j, at.RATE]
        if failing:
            lost += LGD * balance
            interest -= FUNDING / 12.0 * balance
            failed += 1.0
        else:
            interest += earned - FUNDING / 12.0 * balance
        left = loans[e, j, at.LEFT] - 1.0
        if failing or left < 0.5:
            label = 1.0 if failing else 0.0
            reported(
                row,
                e,
                queue,
                rules,
                terms,
                number,
                loans[e, j, at.SCORE],
                loans[e, j, at.WEIGHT],
                label,
            )
            continue
        if kept < j:
            for k in range(loans.shape[2]):
                loans[e, kept, k] = loans[e, j, k]
        balance -= loans[e, kept, at.PAYMENT] - earned
        loans[e, kept, at.BALANCE], loans[e, kept, at.LEFT] = balance, left
        loans[e, kept, at.AGE] += 1.0
        exposure += balance
        required += balance * loans[e, kept, at.UNIT_CAPITAL]
        kept += 1
    row[at.MONTH_DEFAULTS], row[at.MONTH_ACTIVE] = failed, active
    row[at.ACTIVE], row[at.EXPOSURE], row[at.CAPITAL] = kept, exposure, required
    row[at.LOSSES] += lost
    row[at.EQUITY] += interest - lost - charge
    row[at.PEAK] = max(row[at.PEAK], row[at.EQUITY])
    row[at.DRAWDOWN] = max(row[at.DRAWDOWN], row[at.PEAK] - row[at.EQUITY])
    if rules[at.SCORED] == 0.0:
        terms[0] += interest
        terms[1] -= lost
        terms[2] -= charge
