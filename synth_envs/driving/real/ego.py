"""A driver for the ego in recorded traffic that keeps its lane and follows whoever is ahead."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.sim.observations import EGO_FEATURES, ROW_FEATURES, ROWS

__all__ = ["follow"]

#: IDM of Treiber, Hennecke and Helbing, "Congested traffic states in empirical observations and
#: microscopic simulations", Physical Review E 62 (2000): headway (s), jam distance (m), acceleration
#: and comfortable deceleration (m/s2).
_JAM, _PUSH, _BRAKE = 2.0, 1.5, 2.0
_STRONGEST, _FASTEST, _MAX_STEER = 8.0, 3.0, math.pi / 4  # what actions of 1 mean (m/s2, rad)
_SIDEWAYS = 1.8  # m: whose centre is nearer to the ego's axis is ahead of it
_HALF_LENGTH = 2.5  # m, of the ego
_FAR = 1e6  # m
_EGO = {name: (k, scale) for k, (name, scale, _) in enumerate(EGO_FEATURES)}
_ROW = {name: (k, scale) for k, (name, scale, _) in enumerate(ROW_FEATURES)}


def follow(observations: np.ndarray, *, headway: float = 1.0, wanted: float = 1.1) -> np.ndarray:
    """Return "continuous" actions of a driver who keeps its lane and follows by IDM.

    It never changes lanes and knows nothing of the goal.

    Args:
        observations: "kinematics" of `ReplayEnv` or `ReplayVectorEnv`, (140,) or (n, 140).
        headway: The desired time headway in s.
        wanted: The desired speed as a share of the limit, which is a percentile of what was driven:
            drivers wish for somewhat more.

    Returns:
        float32 (2,) or (n, 2).
    """
    batch = np.atleast_2d(observations).astype(np.float64)
    others = batch[:, len(_EGO) :].reshape(len(batch), ROWS, len(_ROW))[:, 1:]

    def ego(name: str) -> np.ndarray:
        column, scale = _EGO[name]
        return np.asarray(batch[:, column] * scale)

    def row(name: str) -> np.ndarray:
        column, scale = _ROW[name]
        return np.asarray(others[:, :, column] * scale)

    ahead = (row("presence") > 0) & (row("x") > 0) & (np.abs(row("y")) < _SIDEWAYS)
    gaps = np.where(ahead, row("x") - _HALF_LENGTH - 0.5 * row("length"), _FAR)
    leader = (np.arange(len(batch)), gaps.argmin(axis=1))
    gap = np.maximum(gaps[leader], 0.1)
    v = ego("speed")
    closing = np.where(ahead[leader], -row("vx")[leader], 0.0)
    braking = v * closing / (2.0 * math.sqrt(_PUSH * _BRAKE))
    desired = _JAM + np.maximum(0.0, v * headway + braking)
    most = wanted * ego("limit")
    push = np.clip(_PUSH * (1.0 - (v / most) ** 4 - (desired / gap) ** 2), -_STRONGEST, _FASTEST)
    # Heads for the lane's centre some tenths of a second ahead, less sharply the faster it is.
    fast = np.maximum(v, 2.0)
    steer = -5.0 * (ego("sine") + ego("offset") / (2.0 * fast)) / (0.7 * fast)
    pedals = np.where(push > 0.0, push / _FASTEST, push / _STRONGEST)
    actions: np.ndarray = np.clip(np.stack([pedals, steer / _MAX_STEER], axis=1), -1.0, 1.0)
    return actions.reshape(*observations.shape[:-1], 2).astype(np.float32)
