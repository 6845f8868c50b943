"""Kernels of a batch: the loops over episodes, each stepped as if it were alone."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, uniform
from synth_envs.trading.fraud import law
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.law import friction_of, loss_of
from synth_envs.trading.fraud.payments import draw_customer, draw_exact, draw_payment

__all__ = ["begin_batch", "step_batch"]

_DELAY, _RETRY = 241, 251
_OUTCOMES_AT = 32
_HOURS = 24.0
#: Where the ten features of an `exact` payment are observed.
SIGNALS_AT = np.array([1, 15, 16, 17, 18, 19, 20, 23, 25, 27])
#: Sine and cosine of the hours, so that no system's functions are needed.
_SINES = np.array([round(math.sin(2.0 * math.pi * k / 24.0), 12) for k in range(31)])


@kernel
def _clipped(value: float) -> np.float32:
    return np.float32(min(max(value, -1.0), 1.0))


@kernel
def _observe(
    row: np.ndarray, customers: np.ndarray, e: int, queue: np.ndarray, rules: np.ndarray, out: np.ndarray
) -> None:  # fmt: skip
    """Write an observation, float32 (40,), and take its reports off the queue."""
    for k in range(2, 29):
        out[e, k] = 0.0
    step, per_day = row[at.STEP], rules[at.PER_DAY]
    clock = row[at.CLOCK]
    hour = clock - _HOURS * math.floor(clock / _HOURS)
    whole = min(int(hour), 23)
    part = hour - whole
    out[e, 0] = _clipped((row[at.LOG_AMOUNT] + 0.5) / 4.5)
    out[e, 2 + int(row[at.CHANNEL])] = 1.0
    out[e, 21] = _clipped(_SINES[whole] + part * (_SINES[whole + 1] - _SINES[whole]))
    out[e, 22] = _clipped(_SINES[whole + 6] + part * (_SINES[whole + 7] - _SINES[whole + 6]))
    day = int(row[at.DAY])
    out[e, 24] = 1.0 if day % 7 >= 5 else 0.0
    if rules[at.EXACT] > 0.0:
        out[e, 5 + int(row[at.GROUP])] = 1.0
        for j in range(at.SIGNALS):
            out[e, SIGNALS_AT[j]] = _clipped(row[at.FIRST_SIGNAL + j] / 6.0)
    else:
        c, gap = int(row[at.CUSTOMER]), row[at.GAP]
        spread = math.sqrt(customers[e, c, at.VARIANCE] + 0.05)
        out[e, 1] = _clipped((row[at.LOG_AMOUNT] - customers[e, c, at.MEAN]) / (6.0 * spread))
        out[e, 5 + int(row[at.PAYEE]) % at.CATEGORIES] = 1.0
        out[e, 13], out[e, 14] = row[at.NEW_PAYEE], row[at.DEVICE]
        out[e, 15] = _clipped(row[at.LOG_DISTANCE] / 8.0)
        moved = abs(row[at.LOG_DISTANCE] - customers[e, c, at.LAST_DISTANCE])
        out[e, 16] = _clipped(moved / (1.0 + 0.25 * gap) / 8.0)
        out[e, 17] = gap / (gap + 8.0)
        out[e, 18], out[e, 19] = _clipped(row[at.RATE_1] / 4.0), _clipped(row[at.RATE_24] / 8.0)
        relative = row[at.SUM_24] / (row[at.SUM_24] + 4.0 * exp(customers[e, c, at.MEAN]))
        out[e, 20], out[e, 23] = relative, row[at.DEVIATION] / 12.0
        out[e, 25] = row[at.CROWD] / (row[at.CROWD] + 3.0)
        out[e, 26] = customers[e, c, at.AGE]
        out[e, 27] = _clipped(row[at.AMOUNT] / customers[e, c, at.BALANCE])
        count, known = 0, int(customers[e, c, at.KNOWN])
        while known > 0:
            known &= known - 1
            count += 1
        out[e, 28] = count / 32.0
    out[e, 29] = row[at.DAY] / rules[at.DAYS]
    out[e, 30] = (step - row[at.DAY] * per_day) / per_day
    out[e, 31] = row[at.LEFT] / max(rules[at.BUDGET], 1.0)
    steps = per_day * rules[at.DAYS]
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
def _remember(row: np.ndarray, e: int, totals: float, history: np.ndarray) -> None:
    step = int(row[at.STEP])
    before = history[e, step - 1, 0] if step > 0 else 0.0
    history[e, step, 0] = before + totals
    history[e, step, 1] = row[at.LEFT]
    history[e, step, 2] = row[at.STOPPED]
    history[e, step, 3] = row[at.FRAUDS]
    history[e, step, 4] = row[at.BLOCKED_HONEST]


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, levels: np.ndarray, rules: np.ndarray, state: np.ndarray,
    customers: np.ndarray, queue: np.ndarray, observations: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (num_envs,).
        keys: uint64 (num_envs,).
        levels: Difficulties in [0, 1], float64 (num_envs,).
        rules: float64, see `layout.RULES`.
        state: float64 (num_envs, fields).
        customers: float64 (num_envs, customers, fields).
        queue: Reports, float64 (num_envs, steps).
        observations: float32 (num_envs, 40).
        history: float32 (num_envs, steps + 1, 5), or of no steps.
    """
    for e in range(len(mask)):
        if not mask[e]:
            continue
        row = state[e]
        for k in range(at.WIDTH):
            row[k] = 0.0
        row[at.DIFFICULTY], row[at.LEFT] = levels[e], rules[at.BUDGET]
        if rules[at.EXACT] == 0.0:
            for c in range(customers.shape[1]):
                draw_customer(customers, e, c, keys[e])
            people = mixed(keys[e], 257)
            for k in range(at.PAYEES):
                row[at.FIRST_PAYEE + 2 * k] = 0.0
                row[at.FIRST_PAYEE + 2 * k + 1] = 4.0 * uniform(people, k)
        if rules[at.EXACT] > 0.0:
            draw_exact(row, rules, keys[e])
        else:
            draw_payment(row, customers, e, rules, keys[e])
        if history.shape[1] > 0:
            history[e, :, :] = 0.0
            _remember(row, e, 0.0, history)
        _observe(row, customers, e, queue, rules, observations)


@kernel
def _learn(row: np.ndarray, key: np.uint64, stopped: bool) -> None:
    """The adversary sees at once whether a fraud went through."""
    kind = int(row[at.KIND])
    place = at.FIRST_STOPPED + kind - 1
    row[place] += law.LEARNING * ((1.0 if stopped else 0.0) - row[place])
    slot = int(row[at.CAMPAIGN])
    if stopped and slot >= 0:
        given_up = uniform(mixed(key, _RETRY), int(row[at.STEP])) < law.GIVES_UP
        if given_up:
            row[at.FIRST_CAMPAIGN + 4 * slot] = 0.0


@kernel
def _wait(
    row: np.ndarray, e: int, pending: np.ndarray, due: float, loss: float, label: float
) -> None:
    k = int(row[at.PENDING])
    pending[e, k, 0], pending[e, k, 1], pending[e, k, 2] = row[at.STEP], due, loss
    pending[e, k, 3], pending[e, k, 4] = label, row[at.CUSTOMER]
    row[at.PENDING] += 1.0


@kernel
def _settle(
    row: np.ndarray, e: int, pending: np.ndarray, queue: np.ndarray, everything: bool, terms: np.ndarray
) -> None:  # fmt: skip
    """End a day: losses that are reported now, reviews that are done, the day's friction."""
    kept = 0
    for k in range(int(row[at.PENDING])):
        if pending[e, k, 1] > row[at.DAY] and not everything:
            if kept < k:
                for j in range(pending.shape[2]):
                    pending[e, kept, j] = pending[e, k, j]
            kept += 1
            continue
        queue[e, int(row[at.TAIL])] = 2.0 * pending[e, k, 0] + pending[e, k, 3]
        row[at.TAIL] += 1.0
        terms[0] -= pending[e, k, 2]
        if pending[e, k, 3] > 0.0:
            # The bank stops the campaign: cards are replaced, accounts locked.
            for j in range(at.CAMPAIGNS):
                place = at.FIRST_CAMPAIGN + 4 * j
                if row[place] > 0.0 and row[place + 1] == pending[e, k, 4]:
                    row[place] = 0.0
    row[at.PENDING] = kept
    terms[1] -= row[at.FRICTION_DUE]
    row[at.FRICTION_DUE] = 0.0


@kernel
def _measure(row: np.ndarray, e: int, out: np.ndarray) -> None:
    steps, frauds = max(row[at.STEP], 1.0), max(row[at.FRAUDS], 1.0)
    out[1, e] = row[at.FRAUDS] / steps
    out[2, e] = row[at.STOPPED] / frauds
    out[3, e] = 1.0 - row[at.LOST] / row[at.POSSIBLE] if row[at.POSSIBLE] > 0.0 else 0.0
    out[4, e] = row[at.BLOCKED_HONEST] / max(row[at.STEP] - row[at.FRAUDS], 1.0)
    out[5, e] = (row[at.BLOCKED] - row[at.BLOCKED_HONEST]) / max(row[at.BLOCKED], 1.0)
    out[6, e] = row[at.REVIEWED]
    out[7, e] = row[at.REVIEWED_FRAUDS] / max(row[at.REVIEWED], 1.0)
    out[8, e], out[9, e] = row[at.MISSED], row[at.OVERDRAWN]


@kernel
def step_batch(
    mask: np.ndarray, actions: np.ndarray, keys: np.ndarray, rules: np.ndarray, state: np.ndarray,
    customers: np.ndarray, pending: np.ndarray, queue: np.ndarray, terms: np.ndarray, rewards: np.ndarray,
    terminations: np.ndarray, truncations: np.ndarray, metrics: np.ndarray, observations: np.ndarray,
    history: np.ndarray,
) -> None:  # fmt: skip
    """Decide on one payment in each episode where `mask` is set.

    Args:
        mask: bool (num_envs,).
        actions: 0 lets through, 1 blocks, 2 sends to review; int64 (num_envs,).
        keys: uint64 (num_envs,).
        rules: float64, see `layout.RULES`.
        state: float64 (num_envs, fields), and the other arrays of `begin_batch`.
        pending: Labels that will be reported, float64 (num_envs, steps, 5).
        terms: float64 (terms, num_envs), written.
        rewards: float64 (num_envs,), written.
        terminations: bool (num_envs,), written: never set.
        truncations: bool (num_envs,), written.
        metrics: float64 (metrics, num_envs), written where an episode ends.
    """
    earned = np.zeros(len(terms))
    per_day, exact = int(rules[at.PER_DAY]), rules[at.EXACT] > 0.0
    steps = per_day * int(rules[at.DAYS])
    for e in range(len(mask)):
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        for k in range(len(terms)):
            terms[k, e] = 0.0
            earned[k] = 0.0
        if not mask[e]:
            continue
        row, key = state[e], keys[e]
        kind, amount, action = int(row[at.KIND]), row[at.AMOUNT], actions[e]
        fraud, loss = kind > 0, loss_of(amount)
        if action == 2 and row[at.LEFT] < 0.5:
            action = 0
            row[at.OVERDRAWN] += 1.0
        if fraud:
            row[at.FRAUDS] += 1.0
            row[at.POSSIBLE] += loss
            if action == 0:
                row[at.MISSED] += 1.0
                row[at.LOST] += loss
            else:
                row[at.STOPPED] += 1.0
            if not exact:
                _learn(row, key, action > 0)
        if action == 1:
            row[at.BLOCKED] += 1.0
            if not fraud:
                row[at.BLOCKED_HONEST] += 1.0
                row[at.FRICTION_DUE] += friction_of(amount)
        elif action == 2:
            row[at.LEFT] -= 1.0
            row[at.REVIEWED] += 1.0
            earned[2] -= law.REVIEW_COST
            if fraud:
                row[at.REVIEWED_FRAUDS] += 1.0
            else:
                row[at.FRICTION_DUE] += law.HOLD_COST
            _wait(
                row, e, pending, row[at.DAY] + (0.0 if exact else 1.0), 0.0, 1.0 if fraud else 0.0
            )
        elif fraud:
            low, high = law.DELAYS[kind, 0], law.DELAYS[kind, 1]
            u = uniform(mixed(key, _DELAY), int(row[at.STEP]))
            delay = 0.0 if exact else low + math.floor(u * (high - low + 1))
            _wait(row, e, pending, row[at.DAY] + delay, loss, 1.0)
        if not exact:
            # The payment enters its customer's past; what was stopped counts as an attempt only.
            c, log_amount = int(row[at.CUSTOMER]), row[at.LOG_AMOUNT]
            customers[e, c, at.LAST] = row[at.CLOCK]
            customers[e, c, at.PAST_RATE_1] = row[at.RATE_1] + 1.0
            customers[e, c, at.PAST_RATE_24] = row[at.RATE_24] + 1.0
            customers[e, c, at.PAST_SUM_24] = row[at.SUM_24] + amount
            if action == 0:
                away, payee = log_amount - customers[e, c, at.MEAN], int(row[at.PAYEE])
                customers[e, c, at.MEAN] += law.FOLLOW * away
                away = away * away - customers[e, c, at.VARIANCE]
                customers[e, c, at.VARIANCE] += law.FOLLOW * away
                customers[e, c, at.LAST_DISTANCE] = row[at.LOG_DISTANCE]
                customers[e, c, at.KNOWN] = int(customers[e, c, at.KNOWN]) | (1 << payee)
                place = at.FIRST_PAYEE + 2 * payee
                row[place], row[place + 1] = row[at.CLOCK], row[at.CROWD] + 1.0
        row[at.STEP] += 1.0
        step = int(row[at.STEP])
        over = step % per_day == 0
        if over or (exact and (row[at.PENDING] > 0.0 or row[at.FRICTION_DUE] > 0.0)):
            _settle(row, e, pending, queue, step >= steps, earned)
        if over:
            row[at.DAY] += 1.0
            row[at.LEFT] = rules[at.BUDGET]
        total = 0.0
        for k in range(len(terms)):
            terms[k, e] = earned[k]
            total += earned[k]
        rewards[e] = total
        metrics[0, e] -= total
        if step >= steps:
            truncations[e] = True
            _measure(row, e, metrics)
        elif exact:
            draw_exact(row, rules, key)
        else:
            draw_payment(row, customers, e, rules, key)
        if history.shape[1] > 0:
            _remember(row, e, total, history)
        _observe(row, customers, e, queue, rules, observations)
