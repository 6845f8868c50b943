"""Observations of a batch: what each ego sees now, into the buffers of one kind of observation."""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.layout import STEPS
from synth_envs.driving.sim.observations import (
    attention_observation,
    ego_state,
    grid,
    kinematics_observation,
    lidar_observation,
)
from synth_envs.driving.sim.visibility import look
from synth_envs.kernels.jit import kernel

__all__ = ["see_attention", "see_grid", "see_kinematics", "see_lidar"]


@kernel
def see_kinematics(
    mask: np.ndarray, keys: np.ndarray, actors: np.ndarray, marks: np.ndarray, world: np.ndarray, places: np.ndarray,
    roads: np.ndarray, segments: np.ndarray, counts: np.ndarray, lanes: np.ndarray, depth: np.ndarray,
    owner: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill vectors of features, float32 (num_envs, features), where `mask` is set."""
    for e in range(len(mask)):
        if mask[e]:
            m = places[e, 1]
            look(actors[e], marks[e], world[e], keys[e], int(world[e, STEPS]), depth[e], owner[e])
            kinematics_observation(
                actors[e], marks[e], world[e], roads[m], segments[m], counts[m], lanes[m], out[e]
            )


@kernel
def see_lidar(
    mask: np.ndarray, keys: np.ndarray, actors: np.ndarray, marks: np.ndarray, world: np.ndarray, places: np.ndarray,
    roads: np.ndarray, segments: np.ndarray, counts: np.ndarray, lanes: np.ndarray, depth: np.ndarray,
    owner: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill vectors of features, float32 (num_envs, features), where `mask` is set."""
    for e in range(len(mask)):
        if mask[e]:
            m = places[e, 1]
            look(actors[e], marks[e], world[e], keys[e], int(world[e, STEPS]), depth[e], owner[e])
            lidar_observation(
                actors[e],
                marks[e],
                world[e],
                roads[m],
                segments[m],
                counts[m],
                lanes[m],
                depth[e],
                owner[e],
                out[e],
            )


@kernel
def see_attention(
    mask: np.ndarray, keys: np.ndarray, actors: np.ndarray, marks: np.ndarray, world: np.ndarray, places: np.ndarray,
    roads: np.ndarray, segments: np.ndarray, counts: np.ndarray, lanes: np.ndarray, depth: np.ndarray,
    owner: np.ndarray, ego: np.ndarray, others: np.ndarray, present: np.ndarray,
) -> None:  # fmt: skip
    """Fill the ego's features, the table of road users and which of its rows are filled."""
    for e in range(len(mask)):
        if mask[e]:
            m = places[e, 1]
            look(actors[e], marks[e], world[e], keys[e], int(world[e, STEPS]), depth[e], owner[e])
            attention_observation(
                actors[e],
                marks[e],
                world[e],
                roads[m],
                segments[m],
                counts[m],
                lanes[m],
                ego[e],
                others[e],
                present[e],
            )


@kernel
def see_grid(
    mask: np.ndarray, keys: np.ndarray, actors: np.ndarray, marks: np.ndarray, world: np.ndarray, places: np.ndarray,
    roads: np.ndarray, segments: np.ndarray, counts: np.ndarray, lanes: np.ndarray, depth: np.ndarray,
    owner: np.ndarray, ego: np.ndarray, cells: np.ndarray,
) -> None:  # fmt: skip
    """Fill the ego's features and the occupancy grid."""
    for e in range(len(mask)):
        if mask[e]:
            m = places[e, 1]
            look(actors[e], marks[e], world[e], keys[e], int(world[e, STEPS]), depth[e], owner[e])
            ego_state(
                actors[e], marks[e], world[e], roads[m], segments[m], counts[m], lanes[m], ego[e]
            )
            grid(
                actors[e],
                marks[e],
                world[e],
                roads[m],
                segments[m],
                counts[m],
                lanes[m],
                depth[e],
                cells[e],
            )
