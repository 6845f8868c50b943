"""`DrivingSim`: many driving episodes in lock step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.driving.scene import Scene
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.batch import begin_batch, step_batch
from synth_envs.driving.sim.describe import command_of, describe
from synth_envs.driving.sim.layout import FIELDS, MARKS, WORLD
from synth_envs.driving.sim.maps import tables
from synth_envs.driving.sim.observations import OBSERVATIONS, space_of
from synth_envs.driving.sim.perceive import see_attention, see_grid, see_kinematics, see_lidar
from synth_envs.driving.sim.picture import scene_of
from synth_envs.driving.sim.scenarios import SCENARIOS
from synth_envs.driving.sim.step import ACTIONS, TERMS
from synth_envs.driving.sim.visibility import RAYS
from synth_envs.families import suggest

__all__ = ["METRICS", "DrivingSim", "quotas_of"]

#: What an episode's metrics are: times in s, speeds in m/s, decelerations in m/s2.
METRICS = (
    "collision", "at_fault", "arrived", "progress", "mean_speed", "seconds", "min_ttc", "pet", "required_deceleration",
    "max_jerk", "harsh", "off_road", "wrong_way", "red_lights", "speeding", "tailgating", "blocked_emergency", "event",
    "scenario",
)  # fmt: skip
_SEE: dict[str, Any] = {
    "kinematics": see_kinematics,
    "lidar": see_lidar,
    "attention": see_attention,
    "grid": see_grid,
}
#: In which order kernels take the arrays of an observation.
_ORDER = {"attention": ("ego", "others", "mask"), "grid": ("ego", "grid")}
_STATE = ("_keys", "_actors", "_marks", "_world", "_order", "_places")
#: Scenarios that need a picture as high as it is wide.
_AT_JUNCTIONS = {"roundabout", "signalled-intersection", "unsignalled-intersection", "left-turn"}
#: How far trails reach back in pictures, in s.
_KEEP = 1
_TRAIL_S = 3.0
#: A time to collision or post-encroachment time of nothing.
_NEVER_S = 100.0


def quotas_of(scenario: str | Mapping[str, float] | None) -> np.ndarray:
    """Return the share of episodes up to each scenario, float64 (scenarios,), the last one 1.

    Args:
        scenario: A name; or shares by name, which need not sum to 1; or None for equal shares.

    Raises:
        ValueError: A name is unknown, or the shares are not positive numbers.
    """
    shares = {scenario: 1.0} if isinstance(scenario, str) else scenario
    if shares is None:
        shares = dict.fromkeys(SCENARIOS, 1.0)
    for name, share in shares.items():
        if name not in SCENARIOS:
            msg = f"unknown scenario {name!r}{suggest(str(name), SCENARIOS)}"
            raise ValueError(msg)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1e9:
            msg = f"the share of {name!r} must be a number of at least 0, got {share!r}"
            raise ValueError(msg)
    values = np.array([float(shares.get(name, 0.0)) for name in SCENARIOS])
    if values.sum() <= 0:
        msg = "at least one scenario must have a share above 0"
        raise ValueError(msg)
    return np.asarray(np.cumsum(values) / values.sum())


class DrivingSim:
    """Traffic with rare events; see `synth_envs.driving.env` for what its arguments mean."""

    def __init__(
        self,
        num_envs: int,
        *,
        scenario: str | Mapping[str, float] | None = None,
        observation: str = "kinematics",
        action: str = "meta",
        traffic: int = 20,
        policy_hz: float = 5.0,
        frames: int = 2,
        duration: float | None = None,
    ) -> None:
        self.num_envs = num_envs
        self._quotas = quotas_of(scenario)
        self.name = f"driving-{scenario}" if isinstance(scenario, str) else "driving"
        # All pictures of an environment have one size, so that they make films and can be tiled.
        possible = np.flatnonzero(np.diff(self._quotas, prepend=0.0) > 0)
        tall = any(SCENARIOS[one] in _AT_JUNCTIONS for one in possible.tolist())
        self._size = (600, 400) if tall else (600, 200)
        for value, known, what in (
            (observation, OBSERVATIONS, "observation"),
            (action, ACTIONS, "action"),
        ):
            if value not in known:
                msg = f"unknown {what} {value!r}{suggest(str(value), known)}; choose from {', '.join(known)}"
                raise ValueError(msg)
        self._traffic = _whole("traffic", traffic, 0, 60)
        self._frames = _whole("frames", frames, 1, 100)
        if not 0.5 <= policy_hz <= 50 or policy_hz * frames < 5 - 1e-9:
            msg = f"policy_hz must be in [0.5, 50] with at least 5 frames a second, got {policy_hz!r} and {frames} frames"
            raise ValueError(msg)
        if duration is not None and not 1 <= duration <= 600:
            msg = f"duration must be None or in [1, 600] seconds, got {duration!r}"
            raise ValueError(msg)
        self._duration = np.float32(duration or 0.0)
        self._dt = np.float32(1.0 / (policy_hz * frames))
        self.steps_per_second = float(policy_hz)
        self._kind = ACTIONS.index(action)
        self._see = _SEE[observation]
        self.single_observation_space = space_of(observation)
        self.single_action_space = _action_space(action)
        n, most = num_envs, max(24, traffic + 1)
        self._maps = tables()
        self._keys = np.zeros(n, np.uint64)
        self._actors = np.zeros((n, len(FIELDS), most), np.float32)
        self._marks = np.zeros((n, len(MARKS), most), np.int32)
        self._world = np.zeros((n, len(WORLD)), np.float32)
        self._order = np.zeros((n, most), np.int32)
        self._places = np.zeros((n, 2), np.int32)
        self._depth = np.zeros((n, RAYS), np.float32)
        self._owner = np.zeros((n, RAYS), np.int32)
        self.observations: Any = _buffers(self.single_observation_space, n)
        self._order_of = _ORDER.get(observation, ())
        self._outputs = self._arrays()
        self.rewards = np.zeros(n, np.float64)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(TERMS), n), np.float64)
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self._none = np.zeros((n, 2), np.float64)
        self._idle = np.zeros(n, np.int64)
        self._past: dict[int, list[tuple[float, np.ndarray]]] = {}

    def _arrays(self) -> list[np.ndarray]:
        if isinstance(self.observations, dict):
            return [self.observations[name] for name in self._order_of]
        return [self.observations]

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        for index in [one for one in self._past if mask[one]]:
            del self._past[index]
        maps = self._maps
        begin_batch(
            mask, self._keys, difficulty, self._quotas, self._traffic, self._duration,
            self._actors, self._marks, self._world, self._order, self._places,
            maps.roads, maps.segments, maps.counts, maps.lanes, maps.zones, maps.junctions,
        )  # fmt: skip
        self._observe(mask)

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        maps = self._maps
        continuous = ACTIONS[self._kind] == "continuous"
        step_batch(
            mask, self._kind, self._idle if continuous else actions, actions if continuous else self._none,
            self._frames, self._dt,
            self._actors, self._marks, self._world, self._order, self._places,
            maps.roads, maps.segments, maps.counts, maps.lanes, maps.zones, maps.junctions,
            self._terms, self.rewards, self.terminations, self.truncations,
        )  # fmt: skip
        self._observe(mask)

    def _observe(self, mask: np.ndarray) -> None:
        maps = self._maps
        self._see(
            mask, self._keys, self._actors, self._marks, self._world, self._places,
            maps.roads, maps.segments, maps.counts, maps.lanes, self._depth, self._owner, *self._outputs,
        )  # fmt: skip

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What `METRICS` names, for each episode up to now, float64 (num_envs,)."""
        world = self._world.astype(np.float64)
        seconds = np.maximum(world[:, at.TIME], 1e-6)
        wanted = np.minimum(
            world[:, at.GOAL_S] - world[:, at.START_S], world[:, at.LIMIT] * world[:, at.END]
        )
        columns = (
            world[:, at.COLLIDED], world[:, at.AT_FAULT], world[:, at.ARRIVED],
            np.clip(world[:, at.DISTANCE] / np.maximum(wanted, 1.0), 0.0, 1.0),
            world[:, at.DISTANCE] / seconds, seconds,
            np.minimum(world[:, at.TTC], _NEVER_S), np.minimum(world[:, at.PET], _NEVER_S), world[:, at.NEED],
            world[:, at.JERK], world[:, at.HARSH], world[:, at.OFF_ROAD], world[:, at.WRONG_WAY], world[:, at.RED],
            world[:, at.SPEEDING], world[:, at.TAILGATING], world[:, at.BLOCKED_EMERGENCY],
            (world[:, at.EVENT_T] >= 0).astype(np.float64), self._places[:, 0].astype(np.float64),
        )  # fmt: skip
        return dict(zip(METRICS, columns, strict=True))

    def scenario(self, index: int) -> str:
        """Return the name of the scenario that an episode is of."""
        return SCENARIOS[int(self._places[index, 0])]

    def scene(self, index: int) -> Scene:
        """Return what a picture of an episode shows."""
        return scene_of(
            self._actors[index], self._marks[index], self._world[index], self._maps, int(self._places[index, 1]),
            self._depth[index], self.scenario(index),
        )  # fmt: skip

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3).

        Trails lead through where everybody was in earlier pictures of the episode.
        """
        from synth_envs.driving.drawing import draw

        scene = self.scene(index)
        scene.trails = self._trails(index)
        if self._maps.junctions[self._places[index, 1]] > 1:
            return draw(scene, size=self._size, pixels_per_metre=5.5)
        return draw(scene, size=self._size, pixels_per_metre=5.0, anchor=(0.35, 0.5))

    def _trails(self, index: int) -> list[np.ndarray]:
        past, now = self._past.setdefault(index, []), float(self._world[index, at.TIME])
        if past and past[-1][0] > now:  # another episode, or a restored state
            past.clear()
        if not past or past[-1][0] < now:
            past.append((now, self._actors[index][[at.X, at.Y]].T.astype(np.float64)))
        while now - past[0][0] > _TRAIL_S:
            past.pop(0)
        kinds = self._marks[index, at.KIND]
        if len(past) < 2:
            return []
        moving = np.flatnonzero((kinds != at.NONE) & (kinds < at.CONE))
        return [np.array([places[i] for _, places in past]) for i in moving.tolist()]

    def describe(self, index: int) -> str:
        """Return in words what the ego of an episode sees, and the commands it can be given."""
        m = self._places[index, 1]
        return describe(
            self._actors[index],
            self._marks[index],
            self._world[index],
            self._maps.roads[m],
            self._maps.lanes[m],
        )

    def read(self, text: str) -> int | None:
        """Return the meta action that a text asks for, or None; see `command_of`."""
        return command_of(text)

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for a meta action."""
        return str(int(action))

    def idle(self, index: int) -> int:
        """Return the meta action that keeps speed and lane."""
        del index
        return _KEEP

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        state = {name: getattr(self, name).copy() for name in _STATE}
        return state | {f"out{k}": one.copy() for k, one in enumerate(self._outputs)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name]
        for k, one in enumerate(self._outputs):
            one[:] = state[f"out{k}"]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the maps and kernels, which every process makes for itself."""
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in ("_maps", "terms", "_outputs", "_past")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._maps = tables()
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self._outputs = self._arrays()
        self._past = {}


def _whole(name: str, value: int, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        msg = f"{name} must be an integer in [{low}, {high}], got {value!r}"
        raise ValueError(msg)
    return value


def _action_space(action: str) -> gym.Space[Any]:
    if action == "meta":
        return gym.spaces.Discrete(6)
    if action == "longitudinal":
        return gym.spaces.Discrete(4)
    if action == "driver":
        return gym.spaces.Discrete(1)
    return gym.spaces.Box(-1.0, 1.0, (2,), np.float32)


def _buffers(space: gym.Space[Any], n: int) -> Any:
    """Return the arrays of a batch of observations; of a dictionary, in the order of its keys."""
    if isinstance(space, gym.spaces.Dict):
        return {name: _buffers(one, n) for name, one in space.spaces.items()}
    return np.zeros((n, *(space.shape or ())), space.dtype)
