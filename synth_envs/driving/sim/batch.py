"""Batches: the loops over environments, each of whose episodes is stepped as if it were alone."""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.frame import accelerate, locate, sort_actors
from synth_envs.driving.sim.layout import END, KIND, NONE
from synth_envs.driving.sim.scenarios import begin, map_of
from synth_envs.driving.sim.spawn import blank
from synth_envs.driving.sim.step import drive
from synth_envs.kernels.jit import kernel

__all__ = ["begin_batch", "step_batch"]

_S48 = np.uint64(48)
_SHARE = 1.0 / 65536.0
_STILL = np.float32(1e-6)


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, levels: np.ndarray, quotas: np.ndarray, crowd: int, duration: np.float32,
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, order: np.ndarray, places: np.ndarray,
    roads: np.ndarray, segments: np.ndarray, counts: np.ndarray, lanes: np.ndarray, zones: np.ndarray,
    junctions: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (num_envs,).
        keys: uint64 (num_envs,); the first 16 bits choose the scenario.
        levels: Difficulties in [0, 1], float64 (num_envs,).
        quotas: The share of all scenarios up to each, float64 (scenarios,).
        crowd: How many drivers are in the traffic of a highway.
        duration: Seconds until truncation, or 0 for each scenario's own.
        actors: float32 (num_envs, fields, actors), and the other arrays of `layout`.
        places: int32 (num_envs, 2): scenario and map, set here.
    """
    front = np.empty(10, dtype=np.int32)
    for e in range(len(mask)):
        if not mask[e]:
            continue
        share = (keys[e] >> _S48) * _SHARE
        scenario = 0
        while scenario < len(quotas) - 1 and share >= quotas[scenario]:
            scenario += 1
        m = map_of(scenario, keys[e])
        places[e, 0], places[e, 1] = scenario, m
        blank(actors[e], marks[e], world[e], order[e])
        begin(
            actors[e],
            marks[e],
            world[e],
            roads[m],
            lanes[m],
            keys[e],
            scenario,
            np.float32(levels[e]),
            crowd,
        )
        if duration > _STILL:
            world[e, END] = duration
        sort_actors(actors[e], marks[e], order[e])
        accelerate(
            actors[e],
            marks[e],
            world[e],
            roads[m],
            segments[m],
            counts[m],
            lanes[m],
            zones[m],
            order[e],
            front,
            junctions[m],
            _STILL,
            True,
        )
        for i in range(actors.shape[2]):
            if marks[e, KIND, i] != NONE:
                locate(actors[e], marks[e], segments[m], counts[m], i)


@kernel
def step_batch(
    mask: np.ndarray, kind: int, choices: np.ndarray, controls: np.ndarray, frames: int, dt: np.float32,
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, order: np.ndarray, places: np.ndarray,
    roads: np.ndarray, segments: np.ndarray, counts: np.ndarray, lanes: np.ndarray, zones: np.ndarray,
    junctions: np.ndarray, terms: np.ndarray, rewards: np.ndarray, terminations: np.ndarray, truncations: np.ndarray,
) -> None:  # fmt: skip
    """Step the episodes of a batch where `mask` is set; elsewhere rewards, terms and flags become zero.

    Args:
        mask: bool (num_envs,).
        kind: Index in `step.ACTIONS`.
        choices: int64 (num_envs,).
        controls: float64 (num_envs, 2) in [-1, 1].
        frames: Of a step.
        dt: Seconds of a frame.
        terms: float64 (terms, num_envs), set here, as are rewards (float64) and the flags.
    """
    front = np.empty(10, dtype=np.int32)
    paid = np.empty(len(terms), dtype=np.float32)
    for e in range(len(mask)):
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        terms[:, e] = 0.0
        if not mask[e]:
            continue
        m = places[e, 1]
        push, turn = np.float32(controls[e, 0]), np.float32(controls[e, 1])
        over, cut = drive(
            actors[e], marks[e], world[e], roads[m], segments[m], counts[m], lanes[m], zones[m], order[e],
            front, junctions[m], kind, choices[e], push, turn, frames, dt, paid,
        )  # fmt: skip
        terminations[e], truncations[e] = over, cut
        total = 0.0
        for k in range(len(terms)):
            terms[k, e] = paid[k]
            total += paid[k]
        rewards[e] = total
        for i in range(actors.shape[2]):
            if marks[e, KIND, i] != NONE:
                locate(actors[e], marks[e], segments[m], counts[m], i)
