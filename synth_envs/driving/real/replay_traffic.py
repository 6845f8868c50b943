"""The others in kernels: as recorded, or following one another along their recorded ways."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.real.replay_layout import (
    BEGIN,
    BEGIN_S,
    COMPARED,
    DIVERGED,
    DT,
    EGO_LENGTH,
    EGO_WIDTH,
    FIRST_FRAME,
    FIRST_POINT,
    FIRST_STATE,
    FIRST_TRACK,
    GONE,
    HEADWAY,
    LEAVES,
    LENGTH,
    LINE,
    PATH_COLUMN,
    PATH_COS,
    PATH_H,
    PATH_LENGTH,
    PATH_S,
    PATH_SIN,
    PATH_X,
    PATH_Y,
    PILED,
    POINT,
    POINTS,
    SOON_X,
    SOON_Y,
    STATE_A,
    STATE_COLUMN,
    STATE_H,
    STATE_V,
    STATE_X,
    STATE_Y,
    STATES,
    STATUS,
    THERE,
    TRACKS,
    WAITING,
    WANTED,
    WIDTH,
    A,
    H,
    S,
    Tables,
    V,
    X,
    Y,
)
from synth_envs.driving.real.replay_roads import turned
from synth_envs.driving.real.replay_tracks import JAM
from synth_envs.driving.sim.drivers import idm
from synth_envs.driving.sim.geometry import overlap
from synth_envs.driving.sim.trigonometry import sincos
from synth_envs.kernels.jit import kernel

__all__ = ["accelerate", "begin_others", "move_driven", "move_recorded", "overlaps"]

_F = np.float32
#: How far drivers look ahead (m), and what is kept free beside a car on its way (m).
_SIGHT, _MARGIN = 100.0, 0.2
#: By how much less the way to somebody can be than the distance straight ahead and its length (m).
_SLACK = 10.0
_FREE = 1e6
_ZERO = _F(0.0)
#: IDM: maximum acceleration and comfortable deceleration (m/s2); the usual values for motorways.
_PUSH, _BRAKE = 1.5, 2.0
_ROOT = _F(1.0 / (2.0 * math.sqrt(_PUSH * _BRAKE)))
_PUSHED, _JAM = _F(_PUSH), _F(JAM)
#: How long before somebody gets into the way room is made (s).
_SOON = 1.5
#: Braking that whoever comes onto the road late may need at once (m/s2).
_ENTRY = 2.0
#: Whoever is slower stands (m/s).
_STILL = 0.3


@kernel
def touching(
    x: float, y: float, h: float, length: float, width: float, x1: float, y1: float, h1: float, length1: float,
    width1: float,
) -> bool:  # fmt: skip
    """Return whether two boxes overlap. The offset is taken first: places can be far from the origin."""
    return overlap(
        _ZERO, _ZERO, _F(h), _F(length), _F(width), _F(x1 - x), _F(y1 - y), _F(h1), _F(length1), _F(width1)
    )  # fmt: skip


@kernel
def _on_path(tables: Tables, t: int, others: np.ndarray, marks: np.ndarray, i: int) -> None:
    """Set the pose of road user i from where it is on the path of track t; the end is continued."""
    first, count = tables.tracks[t, FIRST_POINT], tables.tracks[t, POINTS]
    k, s = marks[POINT, i], others[S, i]
    while k + 1 < count and s >= tables.paths[first + k + 1, PATH_S]:
        k += 1
    marks[POINT, i] = k
    row = tables.paths[first + k]
    u = s - row[PATH_S]
    others[X, i], others[Y, i] = row[PATH_X] + u * row[PATH_COS], row[PATH_Y] + u * row[PATH_SIN]
    others[H, i], others[LINE, i] = row[PATH_H], row[PATH_COLUMN]
    if k + 1 < count:
        after = tables.paths[first + k + 1]
        share = u / (after[PATH_S] - row[PATH_S])
        others[H, i] += share * turned(after[PATH_H] - row[PATH_H])


@kernel
def _recorded(tables: Tables, t: int, frame: int) -> int:
    """Return the row of a track's state at a frame, or -1 if it is not there."""
    k = frame - int(tables.tracks[t, FIRST_FRAME])
    if k < 0 or k >= tables.tracks[t, STATES]:
        return -1
    return int(tables.tracks[t, FIRST_STATE]) + k


@kernel
def move_recorded(
    tables: Tables, r: int, frame: int, others: np.ndarray, marks: np.ndarray
) -> None:
    """Put everybody where the recording has them at a frame."""
    first = tables.recordings[r, FIRST_TRACK]
    for i in range(tables.recordings[r, TRACKS]):
        k = _recorded(tables, first + i, frame)
        if k < 0:
            marks[STATUS, i] = WAITING if frame < tables.tracks[first + i, FIRST_FRAME] else GONE
            continue
        state = tables.states[k]
        marks[STATUS, i] = THERE
        others[X, i], others[Y, i], others[H, i] = state[STATE_X], state[STATE_Y], state[STATE_H]
        others[V, i], others[A, i], others[LINE, i] = (
            state[STATE_V],
            state[STATE_A],
            state[STATE_COLUMN],
        )


@kernel
def begin_others(tables: Tables, r: int, others: np.ndarray, marks: np.ndarray) -> None:
    """Put everybody where they are at the ego's start."""
    others[:] = 0.0
    marks[STATUS], marks[POINT] = GONE, 0
    move_recorded(tables, r, tables.recordings[r, BEGIN], others, marks)
    first = tables.recordings[r, FIRST_TRACK]
    for i in range(tables.recordings[r, TRACKS]):
        others[S, i] = tables.drivers[first + i, BEGIN_S]


@kernel
def _project(tables: Tables, t: int, k: int, x: float, y: float) -> tuple[float, float, int]:
    """Return metres along and beside a path of a place ahead of its point k, and the point before it."""
    first, count = tables.tracks[t, FIRST_POINT], tables.tracks[t, POINTS]
    while True:
        row = tables.paths[first + k]
        dx, dy = x - row[PATH_X], y - row[PATH_Y]
        u = dx * row[PATH_COS] + dy * row[PATH_SIN]
        if k + 1 >= count or u <= tables.paths[first + k + 1, PATH_S] - row[PATH_S]:
            return row[PATH_S] + u, dy * row[PATH_COS] - dx * row[PATH_SIN], k
        k += 1


@kernel
def _point_at(tables: Tables, t: int, k: int, s: float) -> int:
    """Return the last point of a path that is no farther along it than `s`, or k if that is farther."""
    first, beyond = tables.tracks[t, FIRST_POINT], tables.tracks[t, POINTS]
    while beyond - k > 1:
        middle = (k + beyond) // 2
        if tables.paths[first + middle, PATH_S] <= s:
            k = middle
        else:
            beyond = middle
    return k


@kernel
def _place(tables: Tables, t: int, k: int, s: float) -> tuple[float, float]:
    """Return the place `s` metres along a path, beyond its point k."""
    row = tables.paths[tables.tracks[t, FIRST_POINT] + _point_at(tables, t, k, s)]
    u = s - row[PATH_S]
    return row[PATH_X] + u * row[PATH_COS], row[PATH_Y] + u * row[PATH_SIN]


@kernel
def _leaders(
    tables: Tables, r: int, i: int, ego: np.ndarray, others: np.ndarray, marks: np.ndarray
) -> tuple[float, float, float, float]:
    """Return the gap to the nearest of those ahead on the way of road user i, and its speed along it.

    Then the same of those before that one who are going to be on it. The ego counts as well. Whoever is beside or
    behind is left alone. Without a leader the gap is 1e6.
    """
    first = tables.recordings[r, FIRST_TRACK]
    t = first + i
    length, width = tables.drivers[t, LENGTH], tables.drivers[t, WIDTH]
    sine, cosine = sincos(_F(others[H, i]))
    nearest, speed, coming, its_speed = _FREE, 0.0, _FREE, 0.0
    for j in range(-1, tables.recordings[r, TRACKS]):
        if j < 0:
            x, y, h, v = ego[X], ego[Y], ego[H], ego[V]
            its_length, its_width = EGO_LENGTH, EGO_WIDTH
            s, c = sincos(_F(h))
            soon_x, soon_y = x + _SOON * v * c, y + _SOON * v * s
        elif j == i or marks[STATUS, j] != THERE:
            continue
        else:
            x, y, h, v = others[X, j], others[Y, j], others[H, j], others[V, j]
            its_length, its_width = (
                tables.drivers[first + j, LENGTH],
                tables.drivers[first + j, WIDTH],
            )
            soon_x, soon_y = others[SOON_X, j], others[SOON_Y, j]
            s, c = sincos(_F(h))
        dx, dy = x - others[X, i], y - others[Y, i]
        along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
        # Ways bend by less than this.
        if along <= 0.0 or along - its_length > _SIGHT or abs(across) > along + its_length:
            continue
        # Surely farther than the one that was found.
        if along - its_length - _SLACK > nearest:
            continue
        k = _point_at(tables, t, marks[POINT, i], others[S, i] + along - _SLACK)
        place, beside, k = _project(tables, t, k, x, y)
        row = tables.paths[tables.tracks[t, FIRST_POINT] + k]
        same = abs(c * row[PATH_COS] + s * row[PATH_SIN])
        cross = abs(s * row[PATH_COS] - c * row[PATH_SIN])
        swept = 0.5 * (width + its_width * same + its_length * cross) + _MARGIN
        gap = place - others[S, i] - 0.5 * (length + its_length * same + its_width * cross)
        forward = v * (c * row[PATH_COS] + s * row[PATH_SIN])
        if abs(beside) <= swept:
            if gap < nearest:
                nearest, speed = gap, forward
        elif gap < coming:
            k = k if forward >= 0.0 else marks[POINT, i]
            _, beside, _ = _project(tables, t, k, soon_x, soon_y)
            if abs(beside) <= swept:
                coming, its_speed = gap, forward
    if coming > nearest:  # beyond the leader nobody matters
        coming = _FREE
    return nearest, speed, coming, its_speed


@kernel
def _following(driver: np.ndarray, v: float, gap: float, speed: float) -> float:
    """Return the acceleration of a driver behind a leader, in m/s2."""
    closing = _F(v - speed) if gap < _FREE else _ZERO
    return float(
        idm(_F(v), _F(gap), closing, _F(driver[WANTED]), _F(driver[HEADWAY]), _JAM, _PUSHED, _ROOT)
    )


@kernel
def accelerate(
    tables: Tables, r: int, ego: np.ndarray, others: np.ndarray, marks: np.ndarray
) -> None:
    """Set the accelerations of all who are there by IDM; room is made gently for those who come."""
    first = tables.recordings[r, FIRST_TRACK]
    for i in range(tables.recordings[r, TRACKS]):
        if marks[STATUS, i] == THERE:
            others[SOON_X, i], others[SOON_Y, i] = _place(
                tables, first + i, marks[POINT, i], others[S, i] + _SOON * others[V, i]
            )
    for i in range(tables.recordings[r, TRACKS]):
        if marks[STATUS, i] != THERE:
            continue
        gap, speed, coming, its_speed = _leaders(tables, r, i, ego, others, marks)
        driver, v = tables.drivers[first + i], others[V, i]
        others[A, i] = _following(driver, v, gap, speed)
        if coming < _FREE:
            others[A, i] = min(others[A, i], max(-_BRAKE, _following(driver, v, coming, its_speed)))


@kernel
def _enter(
    tables: Tables, r: int, i: int, ego: np.ndarray, others: np.ndarray, marks: np.ndarray
) -> None:
    """Let road user i come onto the road at its first place, if there is room."""
    first = tables.recordings[r, FIRST_TRACK]
    state = tables.states[tables.tracks[first + i, FIRST_STATE]]
    others[S, i], marks[POINT, i], others[V, i], others[A, i] = 0.0, 0, state[STATE_V], 0.0
    _on_path(tables, first + i, others, marks, i)
    gap, speed, _, _ = _leaders(tables, r, i, ego, others, marks)
    closing = max(0.0, others[V, i] - speed)
    if gap < JAM or closing * closing > 2.0 * _ENTRY * gap:
        return
    length, width = tables.drivers[first + i, LENGTH], tables.drivers[first + i, WIDTH]
    if touching(
        others[X, i], others[Y, i], others[H, i], length, width, ego[X], ego[Y], ego[H], EGO_LENGTH, EGO_WIDTH
    ):  # fmt: skip
        return
    for j in range(tables.recordings[r, TRACKS]):
        if j != i and marks[STATUS, j] == THERE and _overlapping(tables, first, others, i, j):
            return
    marks[STATUS, i] = THERE


@kernel
def move_driven(
    tables: Tables, r: int, frame: int, ego: np.ndarray, others: np.ndarray, marks: np.ndarray
) -> None:
    """Move everybody along their ways by one frame, up to `frame`; whoever reaches an end leaves.

    Those whom the recording shows to its end drive on straight beyond it.
    """
    first, dt = tables.recordings[r, FIRST_TRACK], tables.starts[r, DT]
    for i in range(tables.recordings[r, TRACKS]):
        t = first + i
        if marks[STATUS, i] == THERE:
            after = max(0.0, others[V, i] + others[A, i] * dt)
            others[S, i] += 0.5 * (others[V, i] + after) * dt
            others[V, i] = after
            over = others[S, i] >= tables.drivers[t, PATH_LENGTH]
            # Someone recorded for one place only leaves when its recording ends.
            if (
                over
                and tables.tracks[t, LEAVES] == 1
                and (others[S, i] > 0.0 or _recorded(tables, t, frame) < 0)
            ):
                marks[STATUS, i] = GONE
            else:
                _on_path(tables, t, others, marks, i)
        k = _recorded(tables, t, frame)
        if k >= 0 and marks[STATUS, i] == THERE:
            dx, dy = (
                others[X, i] - tables.states[k, STATE_X],
                others[Y, i] - tables.states[k, STATE_Y],
            )
            ego[DIVERGED] += math.sqrt(dx * dx + dy * dy)
            ego[COMPARED] += 1.0
    for i in range(tables.recordings[r, TRACKS]):
        if marks[STATUS, i] == WAITING and frame >= tables.tracks[first + i, FIRST_FRAME]:
            _enter(tables, r, i, ego, others, marks)


@kernel
def _overlapping(tables: Tables, first: int, others: np.ndarray, i: int, j: int) -> bool:
    one, two = tables.drivers[first + i], tables.drivers[first + j]
    return touching(
        others[X, i], others[Y, i], others[H, i], one[LENGTH], one[WIDTH],
        others[X, j], others[Y, j], others[H, j], two[LENGTH], two[WIDTH],
    )  # fmt: skip


@kernel
def _recorded_overlapping(tables: Tables, first: int, frame: int, i: int, j: int) -> bool:
    """Return whether two road users overlap in the recording itself, as a few do at its beginning."""
    k, m = _recorded(tables, first + i, frame), _recorded(tables, first + j, frame)
    if k < 0 or m < 0:
        return False
    a, b = tables.states[k], tables.states[m]
    one, two = tables.drivers[first + i], tables.drivers[first + j]
    return touching(
        a[STATE_X], a[STATE_Y], a[STATE_H], one[LENGTH], one[WIDTH],
        b[STATE_X], b[STATE_Y], b[STATE_H], two[LENGTH], two[WIDTH],
    )  # fmt: skip


@kernel
def overlaps(
    tables: Tables, r: int, frame: int, ego: np.ndarray, others: np.ndarray, marks: np.ndarray
) -> None:
    """Note whether two of the others, one of which moves, are in one place, unless recorded so."""
    first = tables.recordings[r, FIRST_TRACK]
    for i in range(tables.recordings[r, TRACKS]):
        if ego[PILED] > 0.0 or marks[STATUS, i] != THERE:
            continue
        for j in range(i):
            if marks[STATUS, j] != THERE or max(others[V, i], others[V, j]) < _STILL:
                continue
            if _overlapping(tables, first, others, i, j) and not _recorded_overlapping(
                tables, first, frame, i, j
            ):
                ego[PILED] = 1.0
                break
