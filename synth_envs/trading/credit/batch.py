"""Kernels of a batch: the loops over episodes, each stepped as if it were alone."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import log, normal_cdf
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, uniform
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.applicants import draw_applicant, set_slopes
from synth_envs.trading.credit.law import (
    AMOUNT_LOGS,
    AMOUNT_SPREAD,
    BREAK_EVEN,
    EXACT_EAD,
    LEAST_SCORE,
    LGD,
    LOG_TYPICAL,
    MARGINS,
    MOST_TAKE_UP,
    RUIN,
    TAKE_UP,
    TERMS,
    intercept_of,
    signal_of,
)  # fmt: skip
from synth_envs.trading.credit.layout import FIRST_LATENT
from synth_envs.trading.credit.loans import advance_macro, grant, pass_month, reported, settle
from synth_envs.trading.credit.risk import worst_default_rate, worst_mean

__all__ = ["begin_batch", "step_batch"]

_CHOICE, _OUTCOME, _AUDIT = 127, 131, 137
BINS = 32
_SECTOR_AT, _OUTCOMES_AT = 10, 28
#: Months that the longest loan runs beyond the last applicant.
_RUN_OFF = int(TERMS[-1]) + 1


@kernel
def _clipped(value: float) -> np.float32:
    return np.float32(min(max(value, -1.0), 1.0))


@kernel
def _observe(
    row: np.ndarray, e: int, queue: np.ndarray, rules: np.ndarray, out: np.ndarray
) -> None:
    """Write an observation, float32 (36,), and take its reports off the queue."""
    term = int(row[at.TERM])
    amount, income = row[FIRST_LATENT + 7], row[FIRST_LATENT + 3]
    out[e, 0] = _clipped((AMOUNT_LOGS[term] + AMOUNT_SPREAD * amount - LOG_TYPICAL) / 2.5)
    out[e, 1] = TERMS[term] / TERMS[-1]
    out[e, 2], out[e, 3] = _clipped(income / 4.0), _clipped(row[FIRST_LATENT + 2] / 4.0)
    out[e, 4], out[e, 5] = (
        _clipped(row[FIRST_LATENT + 4] / 4.0),
        _clipped(row[FIRST_LATENT + 1] / 4.0),
    )
    out[e, 6], out[e, 7] = row[at.LEVEL] / 3.0, _clipped(row[FIRST_LATENT + 5] / 4.0)
    out[e, 8] = _clipped(row[FIRST_LATENT + 6] / 4.0)
    out[e, 9] = _clipped((AMOUNT_SPREAD * amount - 0.45 * income) / 2.5)
    for k in range(6):
        out[e, _SECTOR_AT + k] = 0.0
    out[e, _SECTOR_AT + int(row[at.SECTOR])] = 1.0
    out[e, 16], out[e, 17] = BREAK_EVEN[term, 0], BREAK_EVEN[term, 1]
    step, per_month = row[at.STEP], rules[at.PER_MONTH]
    steps = per_month * rules[at.MONTHS]
    start = rules[at.START_EQUITY]
    out[e, 18] = row[at.MONTH] / rules[at.MONTHS]
    out[e, 19] = (step - row[at.MONTH] * per_month) / per_month
    out[e, 20] = _clipped((row[at.EQUITY] - start) / (4.0 * start))
    out[e, 21] = _clipped(row[at.EXPOSURE] / (40.0 * start))
    out[e, 22] = row[at.ACTIVE] / steps
    out[e, 23] = _clipped(row[at.CAPITAL] / (8.0 * start))
    out[e, 24], out[e, 25] = _clipped(row[at.INDICATOR] / 4.0), _clipped(row[at.FORMER] / 4.0)
    out[e, 26] = _clipped(10.0 * row[at.MONTH_DEFAULTS] / max(row[at.MONTH_ACTIVE], 1.0))
    out[e, 27] = row[at.DEFAULTS] / max(row[at.DEFAULTS] + row[at.REPAID], 1.0)
    for k in range(at.REPORTS):
        place = _OUTCOMES_AT + 2 * k
        out[e, place], out[e, place + 1] = 0.0, 0.0
        if row[at.HEAD] < row[at.TAIL]:
            entry = queue[e, int(row[at.HEAD])]
            row[at.HEAD] += 1.0
            number = math.floor(0.5 * entry)
            out[e, place] = 1.0 if entry - 2.0 * number > 0.5 else -1.0
            out[e, place + 1] = (step - number) / steps


@kernel
def _remember(row: np.ndarray, e: int, history: np.ndarray) -> None:
    if history.shape[1] == 0:
        return
    step = int(row[at.STEP])
    history[e, step, 0], history[e, step, 1] = row[at.EQUITY], row[at.EXPOSURE]
    history[e, step, 2], history[e, step, 3] = row[at.INDICATOR], row[at.CAPITAL]
    history[e, step, 4] = row[at.DEFAULTS] / max(row[at.DEFAULTS] + row[at.REPAID], 1.0)


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, levels: np.ndarray, rules: np.ndarray, state: np.ndarray, queue: np.ndarray,
    curve: np.ndarray, observations: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (num_envs,).
        keys: uint64 (num_envs,).
        levels: Difficulties in [0, 1], float64 (num_envs,).
        rules: float64, see `layout.RULES`.
        state: float64 (num_envs, fields).
        queue: Reports, float64 (num_envs, loans).
        curve: Scores by bin: how many, their sum, that of probabilities, (num_envs, bins, 3).
        observations: float32 (num_envs, 36).
        history: float32 (num_envs, steps + 1, 5), or of no steps.
    """
    for e in range(len(mask)):
        if not mask[e]:
            continue
        row = state[e]
        row[:] = 0.0
        curve[e, :, :] = 0.0
        row[at.DIFFICULTY] = levels[e]
        row[at.SIGNAL], row[at.INTERCEPT] = signal_of(levels[e]), intercept_of(levels[e])
        row[at.EQUITY] = row[at.PEAK] = rules[at.START_EQUITY]
        if rules[at.EXACT] == 0.0:
            advance_macro(row, keys[e], 0)
        set_slopes(row, keys[e], rules)
        draw_applicant(row, keys[e], 0)
        if history.shape[1] > 0:
            history[e, :, :] = 0.0
            _remember(row, e, history)
        _observe(row, e, queue, rules, observations)


@kernel
def _judged(row: np.ndarray, e: int, curve: np.ndarray, score: float) -> None:
    """Hold a score against the true probability, whether the label will ever be known or not."""
    p = row[at.PROBABILITY]
    clipped = min(max(score, LEAST_SCORE), 1.0 - LEAST_SCORE)
    row[at.SEEN] += 1.0
    row[at.BRIER] += (score - p) * (score - p) + p * (1.0 - p)
    row[at.LOG_LOSS] -= p * log(clipped) + (1.0 - p) * log(1.0 - clipped)
    k = min(int(math.sqrt(score) * BINS), BINS - 1)
    curve[e, k, 0] += 1.0
    curve[e, k, 1] += score
    curve[e, k, 2] += p


@kernel
def _risk(
    row: np.ndarray,
    e: int,
    loans: np.ndarray,
    rules: np.ndarray,
    groups: np.ndarray,
    out: np.ndarray,
) -> None:
    """The one-year VaR and CVaR of the book, before it runs off.

    Loans are grouped by their thresholds, 0.12 wide, which changes either by less than 0.1 %.
    """
    out[0] = out[1] = 0.0
    for k in range(len(groups)):
        groups[k, 0] = groups[k, 1] = 0.0
    for j in range(int(row[at.ACTIVE])):
        threshold, balance = loans[e, j, at.THRESHOLD], loans[e, j, at.BALANCE]
        k = min(max(int((threshold + 4.5) / 0.12), 0), len(groups) - 1)
        groups[k, 0] += balance
        groups[k, 1] += balance * threshold
    for k in range(len(groups)):
        if groups[k, 0] <= 0.0:
            continue
        yearly = 1.0 - (1.0 - normal_cdf(groups[k, 1] / groups[k, 0])) ** 12
        out[0] += groups[k, 0] * LGD * worst_default_rate(yearly, rules[at.CORRELATION])
        out[1] += groups[k, 0] * LGD * worst_mean(yearly, rules[at.CORRELATION])


@kernel
def _measure(
    row: np.ndarray,
    curve: np.ndarray,
    rules: np.ndarray,
    risk: np.ndarray,
    ruined: bool,
    e: int,
    out: np.ndarray,
) -> None:
    """Write an episode's metrics, a column of float64 (metrics, num_envs)."""
    out[0, e] = row[at.EQUITY] - rules[at.START_EQUITY]
    out[1, e] = row[at.APPROVED] / max(row[at.STEP], 1.0)
    out[2, e] = row[at.DEFAULTS] / max(row[at.DEFAULTS] + row[at.REPAID], 1.0)
    out[3, e], out[4, e], out[5, e] = row[at.EQUITY], risk[0], risk[1]
    out[6, e], out[7, e] = row[at.LOSSES], row[at.MONTH]
    out[8, e] = 1.0 if ruined else 0.0
    out[9, e] = row[at.DRAWDOWN]
    if rules[at.SCORED] == 0.0:
        return
    seen = max(row[at.SEEN], 1.0)
    below, pairs, ordered, bad, error = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(BINS):
        failed, fine = curve[k, 2], curve[k, 0] - curve[k, 2]
        ordered += failed * (below + 0.5 * fine)
        below += fine
        bad += failed
        error += abs(curve[k, 1] - curve[k, 2])
    pairs = below * bad
    out[10, e], out[11, e] = row[at.BRIER] / seen, row[at.LOG_LOSS] / seen
    out[12, e] = ordered / pairs if pairs > 0.0 else 0.5
    out[13, e] = error / seen
    known = max(row[at.KNOWN], 1.0)
    out[14, e], out[15, e] = row[at.KNOWN_BRIER] / known, row[at.KNOWN_LOG] / known


@kernel
def step_batch(
    mask: np.ndarray, given: np.ndarray, keys: np.ndarray, rules: np.ndarray, state: np.ndarray, loans: np.ndarray,
    queue: np.ndarray, curve: np.ndarray, terms: np.ndarray, rewards: np.ndarray, terminations: np.ndarray,
    truncations: np.ndarray, metrics: np.ndarray, observations: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Decide on one applicant in each episode where `mask` is set.

    Args:
        mask: bool (num_envs,).
        given: Decisions or scores, float64 (num_envs, 1).
        keys: uint64 (num_envs,).
        rules: float64, see `layout.RULES`.
        state: float64 (num_envs, fields), and the other arrays of `begin_batch`.
        loans: The books, float64 (num_envs, loans, fields).
        terms: float64 (terms, num_envs), written.
        rewards: float64 (num_envs,), written.
        terminations: bool (num_envs,), written.
        truncations: bool (num_envs,), written.
        metrics: float64 (metrics, num_envs), written where an episode ends.
    """
    earned, risk, groups = np.zeros(len(terms)), np.zeros(2), np.zeros((38, 2))
    steps = int(rules[at.PER_MONTH] * rules[at.MONTHS])
    exact, scored = rules[at.EXACT] > 0.0, rules[at.SCORED] > 0.0
    for e in range(len(mask)):
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        for k in range(len(terms)):
            terms[k, e] = 0.0
        if not mask[e]:
            continue
        row, key = state[e], keys[e]
        for k in range(len(earned)):
            earned[k] = 0.0
        # The decision is carried out here, not in a function: passing arrays costs more than it does.
        number, term, offer = int(row[at.STEP]), int(row[at.TERM]), int(given[e, 0]) - 1
        score, weight = 0.0, 1.0
        if scored:
            score, offer = min(max(given[e, 0], 0.0), 1.0), 0
            _judged(row, e, curve, score)
            if score >= BREAK_EVEN[term, 0]:
                weight = 1.0 / rules[at.AUDIT]
                offer = 0 if uniform(mixed(key, _AUDIT), number) < rules[at.AUDIT] else -1
        taken = offer >= 0
        if offer == 1:
            share = min(TAKE_UP + row[at.PROBABILITY], MOST_TAKE_UP)
            taken = uniform(mixed(key, _CHOICE), number) < share
        if taken:
            row[at.APPROVED] += 1.0
            if exact:
                failed = uniform(mixed(key, _OUTCOME), number) < row[at.PROBABILITY]
                label = 1.0 if failed else 0.0
                reported(row, e, queue, rules, earned, float(number), score, weight, label)
                settled = -LGD * EXACT_EAD if failed else MARGINS[term, offer]
                settle(row, rules, earned, row[at.AMOUNT] * settled)
            else:
                grant(row, e, loans, rules, number, offer, score, weight)
        row[at.STEP] += 1.0
        step = int(row[at.STEP])
        ruined = False
        if step % int(rules[at.PER_MONTH]) == 0:
            row[at.MONTH] += 1.0
            if not exact:
                pass_month(row, e, loans, queue, rules, earned, key)
                ruined = not scored and row[at.EQUITY] < 0.0
                advance_macro(row, key, int(row[at.MONTH]))
            set_slopes(row, key, rules)
        if step >= steps or ruined:
            _risk(row, e, loans, rules, groups, risk)
            month = int(row[at.MONTH])
            while row[at.ACTIVE] > 0.0 and not ruined and month < rules[at.MONTHS] + _RUN_OFF:
                pass_month(row, e, loans, queue, rules, earned, key)
                ruined = not scored and row[at.EQUITY] < 0.0
                month += 1
                advance_macro(row, key, month)
            if ruined:
                earned[3] += RUIN
            terminations[e], truncations[e] = ruined, not ruined
            _measure(row, curve[e], rules, risk, ruined, e, metrics)
        if step < steps:
            draw_applicant(row, key, step)
        for k in range(len(terms)):
            terms[k, e] = earned[k]
            rewards[e] += earned[k]
        if history.shape[1] > 0:
            _remember(row, e, history)
        _observe(row, e, queue, rules, observations)
