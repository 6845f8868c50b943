"""Batches: the loops over environments, each of whose episodes is stepped as if it were alone."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.actions import execution_message, making_message
from synth_envs.trading.book.engine import record, submit
from synth_envs.trading.book.flow import advance
from synth_envs.trading.book.observe import nearest, observe
from synth_envs.trading.book.opening import open_book
from synth_envs.trading.book.trader import send, withdraw

__all__ = ["CONFIG", "TERMS", "begin_batch", "step_batch"]

#: Entries of `config`. TASK is 1 for an order to buy, -1 to sell, 0 for either, 2 for market making.
CONFIG = ("TASK", "DISCRETE", "STEPS", "TOTAL", "QUOTE", "MAKER", "TAKER", "IN_BP")
TASK, DISCRETE, STEPS, TOTAL, QUOTE, MAKER, TAKER, IN_BP = range(len(CONFIG))
_MAKING = 2
TERMS = ("spread", "impact", "timing", "fees", "leftover", "penalty")
#: Columns of the history: mid price, own bid and ask (0 for none), inventory, signed lots traded, equity.
TRACKS = 6


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, hardness: np.ndarray, config: np.ndarray, template: np.ndarray,
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray, observations: np.ndarray,
    history: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (num_envs,).
        keys: uint64 (num_envs,).
        hardness: Difficulties in [0, 1], float64 (num_envs,).
        config: int64 (len(CONFIG),).
        template: float64 (REALS_SIZE,).
        levels: int32 (num_envs, ring, 3), and the other arrays of `layout`, set here.
        observations: float32 (num_envs, OBSERVED), set here.
        history: float32 (num_envs or 0, steps + 1, TRACKS).
    """
    making = config[TASK] == _MAKING
    total = config[TOTAL]
    for e in range(len(mask)):
        if not mask[e]:
            continue
        s, hard = state[e], hardness[e]
        if making:
            crowd = 0.5 + 1.5 * hard
            open_book(
                levels[e], orders[e], s, reals[e], template, keys[e], 1.0 + 0.5 * hard, crowd, crowd
            )
            s[at.FLOOR], s[at.CEILING] = -total, total
        else:
            open_book(
                levels[e],
                orders[e],
                s,
                reals[e],
                template,
                keys[e],
                1.0 - 0.6 * hard,
                1.0 + hard,
                1.0,
            )
            side = config[TASK]
            if side == 0:
                side = 1 if mixed(keys[e], at.CHOICE) & np.uint64(1) else -1
            s[at.INVENTORY] = -side * total
            s[at.FLOOR], s[at.CEILING] = min(-side * total, 0), max(-side * total, 0)
        s[at.TARGET] = total
        s[at.MAKER_FEE], s[at.TAKER_FEE] = config[MAKER], config[TAKER]
        s[at.BEGUN] = s[at.INVENTORY] * s[at.MID2] * at.HALF
        _see(levels[e], orders[e], s, config, observations[e])
        if len(history) > 0:
            _note(orders[e], s, history[e])


@kernel
def _see(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, config: np.ndarray, out: np.ndarray
) -> None:
    making = config[TASK] == _MAKING
    size = config[QUOTE] if making else config[TOTAL]
    observe(levels, orders, state, config[STEPS], float(config[TOTAL]), float(size), out)


@kernel
def _note(orders: np.ndarray, state: np.ndarray, history: np.ndarray) -> None:
    """Write where things stand after a step, for pictures."""
    row = history[state[at.STEP]]
    row[0] = 0.5 * state[at.MID2]
    for k in range(2):
        order = nearest(orders, state, 1 - 2 * k)
        row[1 + k] = 0.0 if order == at.NIL else orders[order, at.PRICE]
    row[3] = state[at.INVENTORY]
    row[4] = state[at.INVENTORY] - (
        history[state[at.STEP] - 1, 3] if state[at.STEP] > 0 else state[at.INVENTORY]
    )
    worth = state[at.CASH] + state[at.INVENTORY] * state[at.MID2] * at.HALF - state[at.BEGUN]
    row[5] = worth / at.UNIT


@kernel
def _liquidate(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray
) -> None:
    """Trade the whole inventory at market, walking the book.

    What an emptied side could not fill trades as many ticks beyond the last price as limit orders
    reach, so that no inventory is left.
    """
    withdraw(levels, orders, state)
    state[at.WAITING] = 0
    state[at.LEFTOVER] = abs(state[at.INVENTORY])
    while state[at.INVENTORY] != 0:
        side = 1 if state[at.INVENTORY] < 0 else -1
        lots = min(abs(state[at.INVENTORY]), at.MOST_LOTS)
        if (state[at.ASK_LOTS] if side > 0 else state[at.BID_LOTS]) > 0:
            submit(levels, orders, state, 1, side, 0, lots, at.MARKET)
        else:
            price = state[at.LAST] + side * int(reals[at.LEVELS])
            record(state, 0, side, price, lots, 0)


@kernel
def _pay(state: np.ndarray, terms: np.ndarray, scale: float) -> None:
    """Write the parts of the equity's change since the last payment."""
    terms[0] = (state[at.EDGE] - state[at.OLD_EDGE]) * scale
    terms[1] = (state[at.IMPACT] - state[at.OLD_IMPACT]) * scale
    terms[2] = (state[at.TIMING] - state[at.OLD_TIMING]) * scale
    terms[3] = (state[at.OLD_FEES] - state[at.FEES]) * scale
    state[at.OLD_EDGE], state[at.OLD_IMPACT] = state[at.EDGE], state[at.IMPACT]
    state[at.OLD_TIMING], state[at.OLD_FEES] = state[at.TIMING], state[at.FEES]


@kernel
def step_batch(
    mask: np.ndarray, keys: np.ndarray, choices: np.ndarray, controls: np.ndarray, offsets: np.ndarray,
    config: np.ndarray, levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray,
    terms: np.ndarray, rewards: np.ndarray, terminations: np.ndarray, truncations: np.ndarray,
    observations: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Step the episodes of a batch where `mask` is set; elsewhere rewards, terms and flags become zero.

    Args:
        mask: bool (num_envs,).
        keys: uint64 (num_envs,).
        choices: int64 (num_envs,), if actions are discrete.
        controls: float64 (num_envs, 4) in [-1, 1] otherwise.
        offsets: `MAKING_OFFSETS`, int64 (5,).
        config: int64 (len(CONFIG),).
        levels: int32 (num_envs, ring, 3), and the other arrays of `layout`.
        terms: float64 (terms, num_envs), set here, as are rewards (float64), the flags, and
            observations (float32) and history (float32) as in `begin_batch`.
    """
    making, discrete = config[TASK] == _MAKING, config[DISCRETE] > 0
    message, paid = np.zeros(at.MESSAGE_FIELDS), np.zeros(len(TERMS))
    for e in range(len(mask)):
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        terms[:, e] = 0.0
        if not mask[e]:
            continue
        s, r = state[e], reals[e]
        s[at.FILLS] = s[at.MARK] = s[at.MARK_VALUE] = 0
        s[at.OLD_MID2], s[at.OLD_BOUGHT], s[at.OLD_SOLD] = s[at.MID2], s[at.BOUGHT], s[at.SOLD]
        if making:
            making_message(s, choices[e], controls[e], discrete, config[QUOTE], offsets, message)
        else:
            slice_lots = (config[TOTAL] + config[STEPS] - 1) // config[STEPS]
            execution_message(s, choices[e], controls[e], discrete, slice_lots, message)
        send(levels[e], orders[e], s, r, mixed(keys[e], at.DELAYS), message)
        s[at.STEP] += 1
        advance(levels[e], orders[e], s, r, keys[e], s[at.STEP] * r[at.INTERVAL], 1_000_000_000)
        held = abs(s[at.INVENTORY])
        s[at.SUM_ABS] += held
        s[at.PEAK] = max(s[at.PEAK], held)
        s[at.ADVERSE] -= s[at.MARK] * s[at.MID2] - s[at.MARK_VALUE]
        scale = 1.0 / at.UNIT
        if not making:
            scale /= config[TOTAL]
            if config[IN_BP] > 0:
                scale *= 20_000.0 / s[at.START_MID2]
        _pay(s, paid, scale)
        paid[4] = 0.0
        paid[5] = -r[at.PENALTY] * held * held * r[at.INTERVAL]
        terminations[e] = not making and s[at.INVENTORY] == 0
        if s[at.STEP] >= config[STEPS] and not terminations[e]:
            truncations[e] = True
            _liquidate(levels[e], orders[e], s, r)
            total = paid[0], paid[1], paid[2], paid[3]
            _pay(s, paid, scale)
            paid[4] = paid[0] + paid[1] + paid[2] + paid[3]
            paid[0], paid[1], paid[2], paid[3] = total
        reward = 0.0
        for k in range(len(terms)):
            terms[k, e] = paid[k]
            reward += paid[k]
        rewards[e] = reward
        _see(levels[e], orders[e], s, config, observations[e])
        if len(history) > 0:
            _note(orders[e], s, history[e])
