"""Observations of replayed recordings: the table of `synth_envs.driving.sim.observations`.

Features have the same places, scales and meanings, so that what was trained on synthetic traffic can
be run on recorded traffic unchanged. Where recordings lack something: the limit is the speed that
the traffic seldom exceeds, there are no lights, the road is dry, and nobody is hidden.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.real.replay_layout import (
    ACC,
    AIM,
    BEGIN,
    COLUMN,
    EGO_LENGTH,
    EGO_WIDTH,
    END,
    FIRST_TRACK,
    FRAME,
    KIND_OF,
    LEFT,
    LENGTH,
    LINE,
    PACE,
    RECORDING,
    REMAINING,
    RIGHT,
    ROOM,
    SHIFT,
    STATUS,
    STEER,
    TARGET,
    THERE,
    TIMED,
    TRACKS,
    WIDTH,
    A,
    H,
    Tables,
    V,
    X,
    Y,
)
from synth_envs.driving.real.replay_roads import ahead, along
from synth_envs.driving.sim.layout import CAR
from synth_envs.driving.sim.observations import EGO_FEATURES, ROW_FEATURES, ROWS
from synth_envs.driving.sim.trigonometry import sincos
from synth_envs.kernels.jit import kernel

__all__ = ["observe_batch"]

_F = np.float32
_EGO, _FEATURES = len(EGO_FEATURES), len(ROW_FEATURES)
_RANGE = 150.0  # m
_BRAKES = -1.5  # m/s2
#: Bends are measured over this, and seen this far ahead, in m.
_CHORD, _AHEAD = 10.0, 30.0


@kernel
def _unit(value: float) -> np.float32:
    """Clip to [-1, 1]; what is not a number becomes -1."""
    return _F(min(value, 1.0)) if value > -1.0 else _F(-1.0)


@kernel
def _share(value: float) -> np.float32:
    """Clip to [0, 1]; what is not a number becomes 0."""
    return _F(min(value, 1.0)) if value > 0.0 else _F(0.0)


@kernel
def _bend(tables: Tables, lanelet: int, s: float) -> float:
    """Return the curvature of a lane around a place, in 1/m: that of a circle through three points."""
    x0, y0 = ahead(tables, lanelet, s - _CHORD)
    x1, y1 = ahead(tables, lanelet, s)
    x2, y2 = ahead(tables, lanelet, s + _CHORD)
    ax, ay, bx, by = x1 - x0, y1 - y0, x2 - x1, y2 - y1
    a, b, c = math.hypot(ax, ay), math.hypot(bx, by), math.hypot(x2 - x0, y2 - y0)
    return 2.0 * (ax * by - ay * bx) / max(a * b * c, 1e-6)


@kernel
def _ego(tables: Tables, ego: np.ndarray, marks: np.ndarray, out: np.ndarray) -> np.float32:
    """Fill the ego's features; return its heading relative to its lane."""
    r, aim = marks[RECORDING], marks[AIM]
    row, lanelet = tables.recordings[r], tables.lanelets[aim]
    s, d, way = along(tables, aim, ego[X], ego[Y])
    relative = _F(ego[H] - way)
    sine, cosine = sincos(relative)
    timed, shift = row[TIMED] == 1, lanelet[SHIFT]
    out[0] = _unit(ego[V] / 40.0)
    out[1] = _unit(ego[ACC] / 10.0)
    out[2] = _unit(ego[STEER] * (4.0 / math.pi))
    out[3] = _unit(d / 4.0)
    out[4], out[5] = _unit(float(sine)), _unit(float(cosine))
    out[6] = _share(lanelet[COLUMN] / 4.0)
    out[7] = _F(1.0)
    if shift != 0:
        out[7] = _share(min(ego[REMAINING], tables.fields[aim, ROOM] - s) / 200.0)
    out[8] = _share(tables.starts[r, PACE] / 40.0)
    out[9] = _F(1.0) if timed else _unit(ego[REMAINING] / 500.0)
    out[10] = _unit(shift / 4.0)
    out[11], out[12] = _F(0.0), _F(1.0)
    out[13] = _unit(_bend(tables, aim, s) * 20.0)
    out[14] = _unit(_bend(tables, aim, s + _AHEAD) * 20.0)
    out[15] = _F(1.0)
    out[16] = _share(ego[TARGET] / 40.0)
    out[17] = _share((marks[FRAME] - row[BEGIN]) / (row[END] - row[BEGIN]))
    out[18] = _F(1.0) if lanelet[LEFT] >= 0 else _F(0.0)
    out[19] = _F(1.0) if lanelet[RIGHT] >= 0 else _F(0.0)
    return relative


@kernel
def _nearest(
    count: int, ego: np.ndarray, others: np.ndarray, theirs: np.ndarray, near: np.ndarray, far: np.ndarray
) -> int:  # fmt: skip
    """Find the nearest road users within range, in order; return how many they are."""
    found = 0
    for j in range(count):
        if theirs[STATUS, j] != THERE:
            continue
        dx, dy = others[X, j] - ego[X], others[Y, j] - ego[Y]
        square = dx * dx + dy * dy
        if square > _RANGE * _RANGE:
            continue
        if found == len(near):
            if not square < far[found - 1]:
                continue
            found -= 1
        k = found
        while k > 0 and far[k - 1] > square:
            near[k], far[k] = near[k - 1], far[k - 1]
            k -= 1
        near[k], far[k] = j, square
        found += 1
    return found


@kernel
def observe_batch(
    mask: np.ndarray, tables: Tables, ego: np.ndarray, marks: np.ndarray, others: np.ndarray, theirs: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Fill vectors of features where `mask` is set.

    Args:
        mask: bool (num_envs,).
        tables: The recordings.
        ego: float64 (num_envs, len(EGO)), and the other arrays of a batch.
        out: float32 (num_envs, 140), C-contiguous, written: 20 features of the ego, then 10 rows of
            12: the ego's own and those of the nearest road users within 150 m.
    """
    near, far = np.empty(ROWS - 1, np.int64), np.empty(ROWS - 1, np.float64)
    for e in range(len(mask)):
        if not mask[e]:
            continue
        relative = _ego(tables, ego[e], marks[e], out[e])
        rows = out[e, _EGO:].reshape((ROWS, _FEATURES))
        rows[:] = _F(0.0)
        r, v0 = marks[e, RECORDING], ego[e, V]
        first = tables.recordings[r, FIRST_TRACK]
        column = tables.lanelets[marks[e, AIM], COLUMN]
        found = _nearest(tables.recordings[r, TRACKS], ego[e], others[e], theirs[e], near, far)
        s0, c0 = sincos(_F(ego[e, H]))
        sine, cosine = sincos(relative)
        rows[0, 0], rows[0, 3] = _F(1.0), _unit(v0 / 40.0)
        rows[0, 5], rows[0, 6] = _unit(float(cosine)), _unit(float(sine))
        rows[0, 7], rows[0, 8] = _share(EGO_LENGTH / 20.0), _share(EGO_WIDTH / 4.0)
        rows[0, 9] = _share(CAR / 10.0)
        rows[0, 10] = _F(1.0) if ego[e, ACC] < _BRAKES else _F(0.0)
        for k in range(found):
            j, row = near[k], rows[k + 1]
            dx, dy = others[e, X, j] - ego[e, X], others[e, Y, j] - ego[e, Y]
            sine, cosine = sincos(_F(others[e, H, j] - ego[e, H]))
            row[0] = _F(1.0)
            row[1], row[2] = (
                _unit((dx * c0 + dy * s0) / _RANGE),
                _unit((dy * c0 - dx * s0) / _RANGE),
            )
            row[3] = _unit((others[e, V, j] * cosine - v0) / 40.0)
            row[4] = _unit(others[e, V, j] * sine / 40.0)
            row[5], row[6] = _unit(float(cosine)), _unit(float(sine))
            row[7] = _share(tables.drivers[first + j, LENGTH] / 20.0)
            row[8] = _share(tables.drivers[first + j, WIDTH] / 4.0)
            row[9] = _share(tables.tracks[first + j, KIND_OF] / 10.0)
            row[10] = _F(1.0) if others[e, A, j] < _BRAKES else _F(0.0)
            if not np.isnan(others[e, LINE, j]):
                row[11] = _unit((others[e, LINE, j] - column) / 4.0)
