"""Steps of episodes on road networks: an action, the frames that follow it, and what is measured."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from synth_envs.driving.compat.graph_observe import observe
from synth_envs.driving.compat.graph_roads import Network
from synth_envs.driving.compat.graph_rules import HORIZON, enforce
from synth_envs.driving.compat.graph_traffic import advance, decide_all
from synth_envs.driving.compat.graph_vehicles import (
    META,
    VEHICLE,
    act_continuous,
    act_meta,
    refresh,
)
from synth_envs.kernels.jit import kernel

__all__ = [
    "EPISODE",
    "METRICS",
    "Outputs",
    "Setting",
    "clear",
    "finish",
    "is_on_road",
    "observe_all",
    "play",
    "roll",
    "room",
    "skip",
]

EPISODE = np.dtype(
    [
        ("key", np.uint64),
        ("count", np.int64),  # vehicles
        ("total", np.int64),  # and obstacles
        ("ego", np.int64),  # which vehicle is the agent's
        ("frames", np.int64),  # that the rules of an intersection have seen
        ("steps", np.int64),
        ("time", np.float64),  # [s]
        ("reward", np.float64),  # summed over steps, as what follows
        ("speed", np.float64),  # at the ends of steps [m/s]
        ("distance", np.float64),  # [m]
        ("off_road", np.float64),  # steps that ended there
    ],
    align=True,
)

# Sum of rewards, steps, whether the ego crashed, its mean speed at the ends of steps [m/s], the
# distance it went [m], the share of steps that ended off the road, how many others have crashed,
# and whether the ego got to where the scene wants it.
METRICS = (
    "return",
    "length",
    "crashed",
    "mean_speed",
    "distance",
    "off_road",
    "traffic_crashes",
    "arrived",
)


class Setting(NamedTuple):
    """What does not change between episodes.

    Attributes:
        network: The roads.
        idm: Constants of the traffic: see `graph_traffic`.
        speeds: Target speeds of the meta actions [m/s], float64.
        ego_kind: META or PLAIN.
        frames: How many a step has.
        dt: Seconds a frame.
        period: Seconds a step.
        conflicts: Frames between conflict checks, or 0.
        relative: Whether the others' x, y, vx, vy in observations are less the ego's.
        bounds: What x, y [m] and vx, vy [m/s] are divided by in observations, float64 (4,).
    """

    network: Network
    idm: tuple[float, float, float]
    speeds: np.ndarray
    ego_kind: int
    frames: int
    dt: float
    period: float
    conflicts: int
    relative: bool
    bounds: np.ndarray


class Outputs(NamedTuple):
    """What reset and step fill, each of (environments, ...)."""

    observations: np.ndarray
    rewards: np.ndarray
    terminations: np.ndarray
    truncations: np.ndarray
    terms: np.ndarray
    metrics: np.ndarray


@kernel
def room(capacity: int) -> Any:
    """Return working memory for one batch: predictions, a vehicle, an order and its distances."""
    return (
        np.empty((capacity, HORIZON, 3)),
        np.empty(1, dtype=VEHICLE),
        np.empty(capacity, dtype=np.int64),
        np.empty(capacity),
    )


@kernel
def is_on_road(vehicle: Any, lanes: Any) -> bool:
    """Return whether a vehicle is on its closest lane."""
    lane = lanes[vehicle.lane]
    inside = -5.0 <= vehicle.s < lane.length + 5.0
    return bool(abs(vehicle.r) <= lane.width / 2.0 and inside)


@kernel
def roll(scene: Any, episode: Any, setting: Any, frames: int, work: Any) -> None:
    """Advance a scene by frames: decisions, conflicts at their time, movement, collisions."""
    count, total = episode.count, episode.total
    # Taken out of their tuples once: inside the loop that costs as much as the frames.
    network, idm, dt, conflicts = setting.network, setting.idm, setting.dt, setting.conflicts
    lanes, predicted, scratch = network.lanes, work[0], work[1]
    for _ in range(frames):
        decide_all(scene, count, total, network, idm)
        if conflicts > 0:
            episode.frames += 1
            if episode.frames % conflicts == 0:
                enforce(scene, count, network, predicted, scratch)
        advance(scene, count, total, lanes, dt)


@kernel
def play(scene: Any, episode: Any, setting: Any, meta: int, controls: Any, work: Any) -> None:
    """Let the ego act once, and advance a scene by the frames of a step.

    Args:
        scene: The vehicles and obstacles.
        episode: Record of `EPISODE`.
        setting: Of `Setting`.
        meta: The meta action, for an ego of this kind.
        controls: Throttle and wheel in [-1, 1], for the other kind.
        work: Of `room`.
    """
    ego = scene[episode.ego]
    x, y = ego.x, ego.y
    episode.time += setting.period
    if ego.kind == META:
        act_meta(ego, setting.network, setting.speeds, meta)
    else:
        act_continuous(ego, controls[0], controls[1])
    roll(scene, episode, setting, setting.frames, work)
    episode.steps += 1
    episode.distance += math.sqrt((ego.x - x) * (ego.x - x) + (ego.y - y) * (ego.y - y))


@kernel
def _look(scene: Any, episode: Any, setting: Any, work: Any, out: Any) -> None:
    """Write an observation."""
    observe(
        scene,
        episode.total,
        episode.ego,
        setting.network,
        setting.relative,
        setting.bounds,
        out,
        work[2],
        work[3],
    )


@kernel
def finish(
    scene: Any,
    episode: Any,
    setting: Any,
    work: Any,
    outputs: Any,
    index: int,
    reward: float,
    terminated: bool,
    truncated: bool,
    arrived: bool,
) -> None:
    """Write the outputs of an environment after a step, except the terms."""
    ego = scene[episode.ego]
    _look(scene, episode, setting, work, outputs.observations[index])
    outputs.rewards[index] = reward
    outputs.terminations[index], outputs.truncations[index] = terminated, truncated
    episode.reward += reward
    episode.speed += ego.speed
    if not is_on_road(ego, setting.network.lanes):
        episode.off_road += 1.0
    others = 0.0
    for other in range(episode.count):
        if other != episode.ego and scene[other].crashed:
            others += 1.0
    metrics = outputs.metrics[index]
    metrics[0] = episode.reward
    metrics[1] = episode.steps
    metrics[2] = 1.0 if ego.crashed else 0.0
    metrics[3] = episode.speed / episode.steps
    metrics[4] = episode.distance
    metrics[5] = episode.off_road / episode.steps
    metrics[6] = others
    metrics[7] = 1.0 if arrived else 0.0


@kernel
def skip(outputs: Any, index: int) -> None:
    """Write the outputs of an environment that does not take part in a step."""
    outputs.rewards[index] = 0.0
    outputs.terminations[index] = outputs.truncations[index] = False
    outputs.terms[index, :] = 0.0


@kernel
def clear(episode: Any, key: Any) -> None:
    """Make a record a new episode of a key, with an empty scene."""
    episode.key = key
    episode.count = episode.total = episode.ego = episode.frames = episode.steps = 0
    episode.time = episode.reward = episode.speed = episode.distance = episode.off_road = 0.0


@kernel
def observe_all(vehicles: Any, episodes: Any, setting: Any, mask: Any, observations: Any) -> None:
    """Recompute what follows from poses, and the observations, where `mask` is set."""
    work = room(vehicles.shape[1])
    for index in range(len(episodes)):
        if mask[index]:
            scene, episode = vehicles[index], episodes[index]
            for me in range(episode.total):
                refresh(scene[me], setting.network.lanes)
            _look(scene, episode, setting, work, observations[index])
