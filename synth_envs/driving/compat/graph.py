"""Simulators of highway-env's scenes on road networks: what merge, roundabout and intersection share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from gymnasium import spaces

from synth_envs.driving.compat.graph_play import EPISODE, METRICS, Outputs, Setting, observe_all
from synth_envs.driving.compat.graph_roads import RoadGraph
from synth_envs.driving.compat.graph_traffic import IDM
from synth_envs.driving.compat.graph_vehicles import (
    LENGTH,
    META,
    OBSTACLE,
    OBSTACLE_LENGTH,
    PLAIN,
    VEHICLE,
    WIDTH,
)
from synth_envs.driving.compat.state import put_back, refuse, saved
from synth_envs.families import suggest

if TYPE_CHECKING:
    from synth_envs.driving.scene import Lane, Scene

__all__ = ["ACTION_TYPES", "Design", "GraphSim", "checked_range", "finite"]

ACTION_TYPES = ("meta", "continuous")
_WHOLE = 1e-9  # by how much target speeds may be unevenly spaced [m/s]


class Design(NamedTuple):
    """What makes a scene: see `GraphSim`.

    Attributes:
        graph: The roads.
        capacity: Room for vehicles and obstacles of an episode.
        lateral: Whether meta actions change lanes, too.
        features: Columns of observations: 5, or 7 with the cosine and sine of the heading.
        bounds: What x, y [m] and vx, vy [m/s] are divided by.
        relative: Whether the others' x, y, vx, vy are less the ego's.
        terms: Names of the reward's terms.
        idm: Constants of the traffic.
        conflict_frequency: How often conflicts are resolved [Hz], or 0.
    """

    graph: RoadGraph
    capacity: int
    lateral: bool
    features: int
    bounds: tuple[float, float, float, float]
    relative: bool
    terms: tuple[str, ...]
    idm: tuple[float, float, float] = IDM
    conflict_frequency: int = 0


def finite(**numbers: float) -> list[float]:
    """Return options that are any finite numbers, in the order given.

    Raises:
        ValueError: One is not finite.
    """
    for name, value in numbers.items():
        if not math.isfinite(value):
            refuse(name, value, "a finite number")
    return [float(value) for value in numbers.values()]


def checked_range(name: str, values: Sequence[float]) -> list[float]:
    """Return an option that is two rising numbers.

    Raises:
        ValueError: It is not.
    """
    if len(values) != 2 or not -math.inf < values[0] < values[1] < math.inf:
        refuse(name, values, "two finite numbers in rising order")
    return [float(value) for value in values]


def _check_count(name: str, value: int, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        refuse(name, value, f"an integer of at least {least}")
    return int(value)


def _check_speeds(target_speeds: Sequence[float]) -> np.ndarray:
    speeds = np.array(target_speeds, dtype=np.float64)
    steps = np.diff(speeds)
    if speeds.ndim != 1 or len(steps) < 1 or not (steps > 0).all() or np.ptp(steps) > _WHOLE:
        refuse("target_speeds", target_speeds, "at least two evenly rising numbers")
    return speeds


class GraphSim:
    """Many episodes of a scene of highway-env 1.12.1 on a road network, in lock step.

    From equal states, equal actions lead to the peer's states, observations, rewards and flags up
    to rounding. Initial states have the peer's distributions, drawn from our keys: seeds do not
    map, and difficulty has no effect. Everything is simulated in float64.

    A subclass fills the buffers in `_begin` and `_advance`.

    Args:
        num_envs: How many episodes run at a time.
        design: What makes the scene.
        action_type: "meta" (lane changes and target speeds) or "continuous" (throttle, wheel).
        target_speeds: Of meta actions, evenly spaced [m/s].
        simulation_frequency: Frames per second.
        policy_frequency: Steps per second.
        vehicles_count: How many vehicles an observation has, the ego first.

    Raises:
        ValueError: An argument is out of range.
    """

    name: str

    def __init__(
        self,
        num_envs: int,
        *,
        design: Design,
        action_type: str,
        target_speeds: Sequence[float],
        simulation_frequency: int,
        policy_frequency: int,
        vehicles_count: int,
    ) -> None:
        if action_type not in ACTION_TYPES:
            msg = f"unknown action_type {action_type!r}{suggest(action_type, ACTION_TYPES)}"
            raise ValueError(msg)
        self.num_envs = n = _check_count("num_envs", num_envs, 1)
        policy = _check_count("policy_frequency", policy_frequency, 1)
        self.steps_per_second = float(policy)
        frequency = _check_count("simulation_frequency", simulation_frequency, policy)
        rows = _check_count("vehicles_count", vehicles_count, 2)
        self.graph = design.graph
        self._meta = action_type == "meta"
        self._lateral = design.lateral
        conflicts = design.conflict_frequency
        self.setting = Setting(
            network=design.graph.tables(),
            idm=design.idm,
            speeds=_check_speeds(target_speeds),
            ego_kind=META if self._meta else PLAIN,
            frames=frequency // policy,
            dt=1 / frequency,
            period=1 / policy,
            # As the peer counts, which divides twice by numbers that are rounded.
            conflicts=max(int(1 / (1 / frequency) / conflicts), 1) if conflicts else 0,
            relative=design.relative,
            bounds=np.array(design.bounds, dtype=np.float64),
        )
        low = np.full((rows, design.features), -1.0, dtype=np.float32)
        low[:, 0] = 0.0
        self.single_observation_space = spaces.Box(low, np.ones_like(low), dtype=np.float32)
        self.single_action_space: spaces.Space[Any] = spaces.Box(-1.0, 1.0, (2,), np.float32)
        if self._meta:
            self.single_action_space = spaces.Discrete(5 if design.lateral else 3)

        self.vehicles = np.zeros((n, design.capacity), dtype=VEHICLE)
        self.episodes = np.zeros(n, dtype=EPISODE)
        self.outputs = Outputs(
            observations=np.zeros((n, rows, design.features), dtype=np.float32),
            rewards=np.zeros(n),
            terminations=np.zeros(n, dtype=np.bool_),
            truncations=np.zeros(n, dtype=np.bool_),
            terms=np.zeros((n, len(design.terms))),
            metrics=np.zeros((n, len(METRICS))),
        )
        self.observations, self.rewards, self.terminations, self.truncations, *_ = self.outputs
        self._names = tuple(design.terms)
        self._idle = np.ones(n, dtype=np.int64)
        self._still = np.zeros((n, 2))
        self._drawn: list[Lane] | None = None

    @property
    def terms(self) -> dict[str, np.ndarray]:
        """The named terms of the last reward, float64 (num_envs,) each."""
        return {name: self.outputs.terms[:, k] for k, name in enumerate(self._names)}

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What `METRICS` names, for each episode up to now, float64 (num_envs,)."""
        return {name: self.outputs.metrics[:, k] for k, name in enumerate(METRICS)}

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin episodes.

        Args:
            mask: bool (num_envs,), where to.
            keys: uint64 (num_envs,); everything random about an episode is a function of its key.
            difficulty: float64 (num_envs,), not used: the peer has one.
        """
        del difficulty
        self._begin(mask, keys)
        self.observe(mask)
        for buffer in self.outputs[1:]:
            buffer[mask] = 0

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; elsewhere only rewards, flags and terms become zero.

        Args:
            actions: int (num_envs,) for meta actions, else float (num_envs, 2) in [-1, 1].
            mask: bool (num_envs,).

        Raises:
            ValueError: A meta action is unknown where `mask` is set, or the shape is wrong.
        """
        meta: np.ndarray = self._idle
        controls: np.ndarray = self._still
        wanted = meta if self._meta else controls
        given: np.ndarray = np.ascontiguousarray(actions, dtype=wanted.dtype)
        if given.shape != wanted.shape:
            refuse("the shape of actions", given.shape, str(wanted.shape))
        if self._meta:
            count = 5 if self._lateral else 3
            if ((given < 0) | (given >= count))[mask].any():
                refuse("actions", given[mask].tolist(), f"in 0..{count - 1}")
            # Without lane changes, actions are slower, idle, faster.
            meta = given if self._lateral else np.array([4, 1, 3])[np.where(mask, given, 1)]
        else:
            controls = given
        self._advance(meta, controls, mask)

    def observe(self, mask: np.ndarray) -> None:
        """Write the observations anew where `mask` is set, after vehicles were changed by hand."""
        observe_all(self.vehicles, self.episodes, self.setting, mask, self.observations)

    def _begin(self, mask: np.ndarray, keys: np.ndarray) -> None:
        raise NotImplementedError

    def _advance(self, meta: np.ndarray, controls: np.ndarray, mask: np.ndarray) -> None:
        raise NotImplementedError

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the outputs."""
        return saved(self._arrays())

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned.

        Raises:
            ValueError: It is of another simulator.
        """
        put_back(self._arrays(), state)

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {"vehicles": self.vehicles, "episodes": self.episodes}
        return arrays | self.outputs._asdict()

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of one environment, uint8 (height, width, 3)."""
        from synth_envs.driving.drawing import draw

        return draw(self.scene(index), size=(600, 400), pixels_per_metre=5.5)

    def scene(self, index: int) -> Scene:
        """Return what to draw of one environment: the whole network, with the ego in the middle."""
        from synth_envs.driving.scene import Box, Scene

        episode = self.episodes[index]
        boxes = []
        for number, one in enumerate(self.vehicles[index, : episode["total"]]):
            wall = one["kind"] == OBSTACLE
            boxes.append(
                Box(
                    x=float(one["x"]),
                    y=float(one["y"]),
                    heading=float(one["heading"]),
                    length=OBSTACLE_LENGTH if wall else LENGTH,
                    width=WIDTH,
                    kind="obstacle" if wall else "ego" if number == episode["ego"] else "car",
                    state="crashed" if one["crashed"] and not wall else "plain",
                )
            )
        ego = self.vehicles[index, episode["ego"]]
        return Scene(
            lanes=self._lanes(),
            boxes=boxes,
            center=(float(ego["x"]), float(ego["y"])),
            strip=[
                ("speed", f"{ego['speed']:.1f} m/s"),
                ("distance", f"{episode['distance']:.0f} m"),
                ("step", f"{episode['steps']}"),
                ("return", f"{episode['reward']:.2f}"),
            ],
            y_down=True,
        )

    def _lanes(self) -> list[Lane]:
        """Return the network's lanes as they are drawn; they never change."""
        from synth_envs.driving.scene import Lane

        if self._drawn is None:
            self._drawn = [
                Lane(
                    left=self.graph.polyline(index, -lane["width"] / 2),
                    right=self.graph.polyline(index, lane["width"] / 2),
                    left_line=self.graph.lines[index][0],
                    right_line=self.graph.lines[index][1],
                )
                for index, lane in enumerate(self.setting.network.lanes)
            ]
        return self._drawn
