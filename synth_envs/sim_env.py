"""Gymnasium environments over batch simulators, scalar and native vector, equal bit for bit."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded

from synth_envs.families import check_difficulty, check_split, suggest
from synth_envs.kernels.actions import cut
from synth_envs.sim_stream import Streams, check_options
from synth_envs.text_render import check_render_mode

__all__ = ["ActionReader", "BatchSimulator", "SimEnv", "copied", "make_simulator"]

RENDER_MODES = ("rgb_array",)


class BatchSimulator(Protocol):
    """Many episodes of one kind in lock step; every array leads with `num_envs`.

    Everything random about an episode is a function of its key, so that a batch equals single
    environments bit for bit, whatever its size and order.

    Attributes:
        name: What its episodes are called in task ids.
        num_envs: How many episodes run at a time.
        steps_per_second: Of simulated time, at which pictures make a film.
        single_observation_space: The space of one observation, with true bounds.
        single_action_space: The space of one action.
        observations: Buffers of shape (num_envs, ...), or a dictionary of them.
        rewards: float64 (num_envs,).
        terminations: bool (num_envs,).
        truncations: bool (num_envs,).
        terms: The named terms of the last reward, float64 (num_envs,) each.
        metrics: What is measured over an episode, float64 (num_envs,) each; read at its end.
    """

    name: str
    num_envs: int
    steps_per_second: float
    single_observation_space: gym.Space[Any]
    single_action_space: gym.Space[Any]
    observations: Any
    rewards: np.ndarray
    terminations: np.ndarray
    truncations: np.ndarray
    terms: Mapping[str, np.ndarray]
    metrics: Mapping[str, np.ndarray]

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` (bool) is set, from `keys` (uint64) and difficulties."""

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; elsewhere only rewards, flags and terms become zero."""

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3)."""

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on."""

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""


def make_simulator(kind: Any, num_envs: int, options: Mapping[str, Any]) -> BatchSimulator:
    """Make a simulator; an unknown option is answered with the nearest one.

    Raises:
        TypeError: An option is unknown or missing.
        ValueError: An option has a bad value.
    """
    parameters = inspect.signature(kind).parameters.values()
    known = [one.name for one in parameters if one.name != "num_envs"]
    needed = {one.name for one in parameters if one.default is one.empty} - {"num_envs", *options}
    if needed:
        msg = f"give the argument {', '.join(sorted(needed))}: there is no default for it"
        raise TypeError(msg)
    for name in options:
        if name not in known:
            msg = f"unknown argument {name!r}{suggest(name, [*known, 'difficulty', 'split', 'render_mode'])}"
            raise TypeError(msg)
    made: BatchSimulator = kind(num_envs, **options)
    return made


class SimEnv(gym.Env[Any, Any]):
    """One episode at a time of a batch simulator.

    A subclass names the simulator and documents the environment. `info` carries `task_id` and,
    after a step, `reward_terms`; at the episode's end also `metrics`.

    Args:
        difficulty: In [0, 1], or None to draw it for each episode; a property that curricula set.
        split: "train", "validation", "test" (disjoint) or "all".
        render_mode: None or "rgb_array".
        **options: Arguments of the simulator.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 5}
    simulator: ClassVar[Any]

    def __init__(
        self,
        *,
        difficulty: float | None = None,
        split: str = "train",
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        self.sim = make_simulator(type(self).simulator, 1, options)
        self.metadata = {**type(self).metadata, "render_fps": self.sim.steps_per_second}
        self.observation_space = self._observations()
        self.action_space = self._actions()
        self._reader = self._read()
        self.difficulty = difficulty
        self.split = check_split(split)
        self.render_mode = check_render_mode(render_mode, self.metadata["render_modes"])
        self._streams = Streams(self.sim.name, 1, self.split)
        self._one = np.ones(1, dtype=np.bool_)
        self._over = True
        self._task_id = ""

    @property
    def difficulty(self) -> float | None:
        """The difficulty of the next episodes; None draws it uniformly. Curricula set it."""
        return self._difficulty

    @difficulty.setter
    def difficulty(self, value: float | None) -> None:
        self._difficulty = check_difficulty(value)

    @property
    def task_id(self) -> str:
        """The name of the running episode; `reset(options={"task": name})` replays it."""
        return self._task_id

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin the next episode.

        Args:
            seed: Begins the stream of episodes of that name; without it the stream goes on.
            options: For this episode only: `difficulty`, or `task`, the id of an episode.

        Raises:
            ValueError: An option is unknown or has a bad value.
        """
        super().reset(seed=seed)
        options = check_options(options)
        if seed is not None:
            self._streams.seed(0, int(seed))
        keys, levels = self._streams.begin(self._one, self.np_random, self.difficulty, options)
        self.sim.reset(self._one, keys, levels)
        self._over, self._task_id = False, self._streams.task_id(0)
        return self._observed(), {"task_id": self._task_id}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Advance by one action.

        Raises:
            ResetNeeded: The episode is over or has not begun.
            ValueError: The action is not one of the action space.
        """
        if self._over:
            msg = "the episode is over or has not begun: call reset() first"
            raise ResetNeeded(msg)
        sim = self.sim
        sim.step(self._decoded(action), self._one)
        terminated, truncated = sim.terminations.item(0), sim.truncations.item(0)
        terms = {name: column.item(0) for name, column in sim.terms.items()}
        info: dict[str, Any] = {"task_id": self._task_id, "reward_terms": terms}
        if terminated or truncated:
            self._end(info)
        return self._observed(), sim.rewards.item(0), terminated, truncated, info

    def _end(self, info: dict[str, Any]) -> None:
        """Note that the episode is over, and add its metrics."""
        self._over = True
        columns = self.sim.metrics.items()
        info["metrics"] = {name: float(column.item(0)) for name, column in columns}

    # A view in words has other spaces, and tells and reads where this copies.

    def _observations(self) -> gym.Space[Any]:
        return self.sim.single_observation_space

    def _actions(self) -> gym.Space[Any]:
        return self.sim.single_action_space

    def _read(self) -> Any:
        return ActionReader(self.sim.single_action_space, 1)

    def _observed(self) -> Any:
        return copied(self.sim.observations, 0)

    def _decoded(self, action: Any) -> np.ndarray:
        found: np.ndarray = self._reader.one(action)
        return found

    def render(self) -> np.ndarray | None:
        """Return a picture of the episode, uint8 (height, width, 3), for "rgb_array".

        Raises:
            ResetNeeded: No episode has begun.
        """
        if not self._task_id:
            msg = "no episode has begun: call reset() first"
            raise ResetNeeded(msg)
        return self.sim.frame(0) if self.render_mode == "rgb_array" else None

    def save(self) -> dict[str, Any]:
        """Return a copy of the episode's state, for `restore`."""
        return {"sim": self.sim.save(), "streams": self._streams.save(), "over": self._over}

    def restore(self, state: Mapping[str, Any]) -> Any:
        """Go back to a saved state and return its observation."""
        self.sim.restore(state["sim"])
        self._streams.restore(state["streams"])
        self._over, self._task_id = bool(state["over"]), self._streams.task_id(0)
        return self._observed()


def copied(observations: Any, index: int | None = None) -> Any:
    """Return a copy of observations, or of those of one sub-environment."""
    if isinstance(observations, dict):
        return {name: copied(one, index) for name, one in observations.items()}
    return observations.copy() if index is None else observations[index].copy()


class ActionReader:
    """Reads actions of a space as the kernels take them: int64, or float64 within the bounds.

    Args:
        space: `Discrete`, `MultiDiscrete` or `Box`.
        n: How many episodes a batch has.

    Raises:
        TypeError: The space is another one.
    """

    def __init__(self, space: gym.Space[Any], n: int) -> None:
        self._low: Any
        self._high: Any
        self._even = False
        if isinstance(space, gym.spaces.Discrete):
            self._shape: tuple[int, ...] = (n,)
            self._low, self._high = int(space.start), int(space.start + space.n)
        elif isinstance(space, gym.spaces.MultiDiscrete):
            self._shape = (n, *space.shape)
            self._low = space.start.astype(np.int64)
            self._high = self._low + space.nvec
        elif isinstance(space, gym.spaces.Box):
            self._shape = (n, *space.shape)
            low, high = space.low.astype(np.float64), space.high.astype(np.float64)
            self._even = bool((low == low.flat[0]).all() and (high == high.flat[0]).all())
            self._low = low.item(0) if self._even else low
            self._high = high.item(0) if self._even else high
        else:
            msg = f"no actions of {space}"
            raise TypeError(msg)
        self._whole = not isinstance(space, gym.spaces.Box)
        self._one = isinstance(space, gym.spaces.Discrete)

    def __call__(self, actions: Any) -> np.ndarray:
        """Return a batch of actions.

        Raises:
            ValueError: Its shape, type or range is not that of the space.
        """
        given = np.asarray(actions)
        if given.shape != self._shape or given.dtype.kind not in ("iu" if self._whole else "fiu"):
            what = (
                f"{self._shape[0]} integer actions"
                if self._one
                else f"actions of shape {self._shape}"
            )
            msg = f"expected {what}, got {given.dtype} of shape {given.shape}"
            raise ValueError(msg)
        if self._whole:
            low, high = (given.min(), given.max()) if self._one and given.size else (given, given)
            if given.size and (np.any(low < self._low) or np.any(high >= self._high)):
                msg = f"actions must be in [{self._low}, {self._high}), got {given.min()} to {given.max()}"
                raise ValueError(msg)
            return given.astype(np.int64, copy=False)
        if self._even and given.dtype in _FLOATS and given.flags.c_contiguous:
            exact = np.empty(self._shape)
            finite = cut(given.reshape(-1), self._low, self._high, exact.reshape(-1))
        else:
            exact = given.astype(np.float64)
            finite = bool(np.isfinite(exact).all())
            np.clip(exact, self._low, self._high, out=exact)
        if not finite:
            msg = "an action is not finite"
            raise ValueError(msg)
        return exact

    def one(self, action: Any) -> np.ndarray:
        """Return the action of a single episode as a batch.

        Raises:
            ValueError: As for a batch.
        """
        if self._one and type(action) in _INTEGERS and self._low <= action < self._high:
            return np.array((action,), np.int64)
        return self(np.asarray(action)[None])


_INTEGERS = (int, np.int64)
_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
