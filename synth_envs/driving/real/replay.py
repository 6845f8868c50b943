"""`ReplaySim`: a controlled ego in recorded traffic, many episodes in lock step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.driving.real import replay_layout as at
from synth_envs.driving.real.replay_kernels import ACTIONS, NEVER, TERMS, begin_batch, step_batch
from synth_envs.driving.real.replay_layout import EGO, OTHERS
from synth_envs.driving.real.replay_library import STEP, library_of
from synth_envs.driving.real.replay_observe import observe_batch
from synth_envs.driving.scene import Box, Kind, Scene, State
from synth_envs.driving.sim.layout import CYCLIST, PEDESTRIAN, TRUCK
from synth_envs.driving.sim.observations import space_of
from synth_envs.families import suggest

__all__ = ["METRICS", "TRAFFIC", "ReplaySim"]

TRAFFIC = ("log", "reactive")
OBSERVATIONS = ("kinematics",)
#: What an episode's metrics are: times in s, speeds in m/s, decelerations in m/s2, distances in m.
METRICS = (
    "collision", "at_fault", "arrived", "progress", "mean_speed", "seconds", "min_ttc", "required_deceleration",
    "off_road", "log_divergence", "others_collided", "recording",
)  # fmt: skip
_STATE = ("_ego", "_marks", "_others", "_theirs", "observations")
_KINDS: dict[int, Kind] = {CYCLIST: "cyclist", PEDESTRIAN: "pedestrian", TRUCK: "truck"}
_BRAKES = -1.5  # m/s2


class ReplaySim:
    """A controlled ego in recorded traffic; see `synth_envs.driving.replay_env` for its arguments.

    Attributes:
        recordings: The names of those that are played, in the order of the metric "recording".
        left_out: File names of a folder that cannot be played, and why.

    Raises:
        FileNotFoundError: There is no such source.
        TypeError: The source is no path.
        ValueError: An option has a bad value, a file is damaged, or no file can be played.
    """

    def __init__(
        self,
        num_envs: int,
        *,
        source: str | os.PathLike[str],
        traffic: str = "log",
        observation: str = "kinematics",
        action: str = "meta",
    ) -> None:
        for value, known, what in (
            (traffic, TRAFFIC, "traffic"),
            (observation, OBSERVATIONS, "observation"),
            (action, ACTIONS, "action"),
        ):
            if value not in known:
                msg = f"unknown {what} {value!r}{suggest(str(value), known)}"
                raise ValueError(msg)
        library = library_of(source)
        self.num_envs = num_envs
        self.steps_per_second = 1.0 / STEP
        # The digest keeps the names of episodes from being replayed on other files.
        self.name = f"replay-{library.digest}"
        self.recordings = library.names
        self.left_out = dict(library.left_out)
        self._lanes, self._tables = library.lanes, library.tables
        self._reactive = traffic == "reactive"
        self._kind = ACTIONS.index(action)
        self.single_observation_space = space_of(observation)
        self.single_action_space: gym.Space[Any] = (
            gym.spaces.Discrete(6)
            if action == "meta"
            else gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
        )
        n = num_envs
        self._ego = np.zeros((n, len(EGO)), np.float64)
        self._marks = np.zeros((n, 4), np.int64)
        self._others = np.zeros((n, len(OTHERS), library.most), np.float64)
        self._theirs = np.zeros((n, 2, library.most), np.int64)
        shape = self.single_observation_space.shape or ()
        self.observations = np.zeros((n, *shape), np.float32)
        self.rewards = np.zeros(n, np.float64)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(TERMS), n), np.float64)
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self._still = np.zeros((n, 2), np.float64)
        self._keep = np.ones(n, np.int64)

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:  # noqa: ARG002
        """Begin an episode wherever `mask` is set; see `BatchSimulator`.

        A recording is as difficult as it is: `difficulty` changes nothing.
        """
        begin_batch(mask, keys, self._tables, self._ego, self._marks, self._others, self._theirs)
        self._observe(mask)

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        meta = ACTIONS[self._kind] == "meta"
        step_batch(
            mask, self._kind, self._reactive, actions if meta else self._keep, self._still if meta else actions,
            self._tables, self._ego, self._marks, self._others, self._theirs,
            self._terms, self.rewards, self.terminations, self.truncations,
        )  # fmt: skip
        self._observe(mask)

    def _observe(self, mask: np.ndarray) -> None:
        observe_batch(
            mask, self._tables, self._ego, self._marks, self._others, self._theirs, self.observations
        )  # fmt: skip

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What `METRICS` names, for each episode up to now, float64 (num_envs,)."""
        ego, r = self._ego, self._marks[:, at.RECORDING]
        rows, starts = self._tables.recordings[r], self._tables.starts[r]
        seconds = np.maximum(ego[:, at.SECONDS], 1e-6)
        # No more can be asked of the ego than to drive at the pace of the traffic for all the time.
        time = (rows[:, at.END] - rows[:, at.BEGIN]) * starts[:, at.DT]
        wanted = np.minimum(ego[:, at.BEGAN], starts[:, at.PACE] * time)
        gained = np.abs(ego[:, at.BEGAN]) - np.abs(ego[:, at.REMAINING])
        columns = (
            ego[:, at.COLLIDED], ego[:, at.AT_FAULT], ego[:, at.ARRIVED],
            np.clip(gained / np.maximum(wanted, 1.0), 0.0, 1.0), ego[:, at.DISTANCE] / seconds, ego[:, at.SECONDS],
            ego[:, at.TTC], ego[:, at.NEED], ego[:, at.OFF_ROAD],
            ego[:, at.DIVERGED] / np.maximum(ego[:, at.COMPARED], 1.0), ego[:, at.PILED], r.astype(np.float64),
        )  # fmt: skip
        return {name: column.copy() for name, column in zip(METRICS, columns, strict=True)}

    def recording(self, index: int) -> str:
        """Return the name of the recording that an episode plays."""
        return self.recordings[int(self._marks[index, at.RECORDING])]

    def scene(self, index: int) -> Scene:
        """Return what a picture of an episode shows."""
        ego, others, there = self._ego[index], self._others[index], self._theirs[index, at.STATUS]
        r, frame = (int(self._marks[index, k]) for k in (at.RECORDING, at.FRAME))
        first = int(self._tables.recordings[r, at.FIRST_TRACK])
        boxes = []
        for i in np.flatnonzero(there == at.THERE).tolist():
            length, width = self._tables.drivers[first + i, [at.LENGTH, at.WIDTH]].tolist()
            kind = _KINDS.get(int(self._tables.tracks[first + i, at.KIND_OF]), "car")
            state: State = "braking" if others[at.A, i] < _BRAKES else "plain"
            x, y, heading = others[:3, i].tolist()
            boxes.append(Box(x, y, heading, length, width, kind, state))
        x, y, heading = ego[:3].tolist()
        state = "crashed" if ego[at.COLLIDED] > 0 else "plain"
        if state == "plain" and ego[at.ACC] < _BRAKES:
            state = "braking"
        boxes.append(Box(x, y, heading, at.EGO_LENGTH, at.EGO_WIDTH, "ego", state))
        closest = float(ego[at.TTC])
        return Scene(
            lanes=list(self._lanes[r]),
            boxes=boxes,
            center=(x, y),
            heading=heading,
            strip=[
                ("", self.recordings[r]),
                ("frame", frame),
                ("v", float(ego[at.V])),
                ("to go", float(ego[at.REMAINING])),
                ("least TTC", closest if closest < NEVER else float("nan")),
            ],
        )

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3)."""
        from synth_envs.driving.drawing import draw

        return draw(self.scene(index), size=(600, 200), pixels_per_metre=5.0, anchor=(0.35, 0.5))

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name.removeprefix("_"): getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name.removeprefix("_")]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views of the terms."""
        return {name: value for name, value in self.__dict__.items() if name != "terms"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self.terms = dict(zip(TERMS, self._terms, strict=True))
