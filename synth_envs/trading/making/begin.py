"""How the episodes of the market-making simulator begin."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, mixed
from synth_envs.trading.making import layout as at

__all__ = ["begin_batch"]

#: Purposes of an episode's sub-keys.
_MARKET, _STEPS = 0x3A4B0001, 0x3A4B0002


@kernel
def squashed(value: float) -> float:
    """Map [0, infinity) to [0, 1): v / (1 + v)."""
    return value / (1.0 + value)


@kernel
def draw(key: np.uint64, level: float, settings: np.ndarray, row: np.ndarray) -> None:
    """Draw the market of an episode into its row.

    The difficulty raises volatility, adverse selection and the penalties. They are such that an
    episode's profit has about the size of the paper's, whatever the number of steps.
    """
    sub = mixed(key, _MARKET)
    steps = settings[at.STEPS]
    length = steps / 200.0
    row[at.HORIZON] = 1.0
    row[at.RATE] = between(sub, 0, 0.3, 0.7)
    row[at.DECAY] = between(sub, 1, 1.0, 2.0)
    row[at.SWING] = (1.0 + 2.0 * level) * between(sub, 2, 0.75, 1.25) / math.sqrt(200.0)
    row[at.RUNNING] = (0.05 + 0.95 * level) * between(sub, 3, 0.5, 1.5) * length / steps
    row[at.TERMINAL] = 0.001 + 0.05 * level * between(sub, 4, 0.5, 1.5)
    row[at.ADVERSE] = level * between(sub, 5, 0.2, 0.6) / row[at.DECAY]
    row[at.MID] = 100.0


@kernel
def take(settings: np.ndarray, row: np.ndarray) -> None:
    """Take a given market into the row of an episode."""
    dt = settings[at.OF_HORIZON] / settings[at.STEPS]
    row[at.HORIZON] = settings[at.OF_HORIZON]
    row[at.RATE], row[at.DECAY] = settings[at.OF_INTENSITY] * dt, settings[at.OF_DECAY]
    row[at.SWING] = settings[at.OF_SIGMA] * math.sqrt(dt)
    row[at.RUNNING], row[at.TERMINAL] = settings[at.OF_RUNNING] * dt, settings[at.OF_TERMINAL]
    row[at.ADVERSE], row[at.MID] = settings[at.OF_ADVERSE], settings[at.OF_PRICE]


@kernel
def bound(rate: float, decay: float, exponential: bool) -> float:
    """Return what two quotes earn at most in a step, on average, if inventory costs nothing.

    Twice the largest chance * offset. With the linear law the offset is 1 / k, or the largest that is
    surely filled; with the other one it solves k offset = (e^R - 1) / R, R the rate at the offset.
    """
    if not exponential:
        offset = max(1.0, log(rate))
        return 2.0 * min(rate * exp(-offset), 1.0) * offset / decay
    offset = 1.0
    for _ in range(100):  # Newton's method, from below, where the function is concave
        expected = rate * exp(-offset)
        surely = exp(expected)
        ratio = (surely - 1.0) / expected
        step = (ratio - offset) / (1.0 + surely - ratio)
        offset += step
        if abs(step) < 1e-6:  # what is earned is flat there
            break
    return 2.0 * (1.0 - exp(-rate * exp(-offset))) * offset / decay


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, levels: np.ndarray, settings: np.ndarray, streams: np.ndarray,
    state: np.ndarray, starts: np.ndarray, seen: np.ndarray, past: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (n,).
        keys: uint64 (n,).
        levels: Difficulties in [0, 1], float64 (n,).
        settings: float64 (SETTINGS,).
        streams: Sub-keys of what happens in steps, uint64 (n,), set here.
        state: float64 (FIELDS, n), set here.
        starts: The first mids, float64 (n,), set here.
        seen: Observations, float32 (n, OBSERVED), set here.
        past: float32 (n, steps + 1, HISTORY), or (n, 0, HISTORY) if nothing is kept.
    """
    steps = settings[at.STEPS]
    for e in range(len(mask)):
        if not mask[e]:
            continue
        row, view = state[:, e], seen[e]
        row[:] = 0.0
        if settings[at.GIVEN] > 0:
            take(settings, row)
        else:
            draw(keys[e], levels[e], settings, row)
        row[at.BOUND] = bound(row[at.RATE], row[at.DECAY], settings[at.EXPONENTIAL] > 0)
        streams[e] = mixed(keys[e], _STEPS)
        starts[e] = row[at.MID]
        view[:] = 0.0
        view[at.SEE_TIME] = 1.0
        view[at.SEE_RATE], view[at.SEE_DECAY] = squashed(row[at.RATE]), squashed(row[at.DECAY])
        view[at.SEE_SIGMA] = squashed(row[at.SWING] * math.sqrt(steps))
        view[at.SEE_RUNNING] = squashed(row[at.RUNNING] * steps)
        view[at.SEE_TERMINAL] = squashed(row[at.TERMINAL])
        view[at.SEE_ADVERSE] = squashed(row[at.ADVERSE])
        view[at.SEE_FEE] = squashed(settings[at.FEE])
        view[at.SEE_REVERSION] = squashed(settings[at.REVERSION] * row[at.HORIZON])
        view[at.SEE_JUMPS] = squashed(settings[at.JUMPS] * row[at.HORIZON])
        view[at.SEE_LAW] = 1.0 if settings[at.EXPONENTIAL] > 0 else -1.0
        view[at.SEE_STEP], view[at.SEE_LIMIT] = 1.0 / steps, 1.0 / settings[at.LIMIT]
        view[at.SEE_HIGHEST] = squashed(settings[at.HIGHEST])
        if past.shape[1] > 0:
            past[e, 0, :] = math.nan
            past[e, 0, at.PAST_MID] = row[at.MID]
            past[e, 0, at.PAST_HELD] = past[e, 0, at.PAST_PROFIT] = 0.0
