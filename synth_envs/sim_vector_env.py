"""Native vector environments over batch simulators: one kernel call steps every episode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from synth_envs.families import check_difficulty, check_split
from synth_envs.sim_env import RENDER_MODES, ActionReader, BatchSimulator, copied, make_simulator
from synth_envs.sim_stream import Streams, check_options
from synth_envs.sim_threads import ChunkedSimulator
from synth_envs.text_render import check_render_mode
from synth_envs.text_vector_env import autoreset_mode_of, seeds_of, take_reset_mask

__all__ = ["SimVectorEnv"]


class SimVectorEnv(VectorEnv[Any, Any, np.ndarray]):
    """Many `SimEnv`s in lock step, equal to them bit for bit.

    A subclass names the simulator. Sub-environment i, reset with seed s, runs the stream of seed
    s + i exactly as a scalar environment does.

    Args:
        num_envs: How many sub-environments, at least 1.
        difficulty: As in `SimEnv`; a property that curricula set.
        split: As in `SimEnv`.
        render_mode: None or "rgb_array".
        autoreset_mode: "NextStep" (default), "SameStep" or "Disabled", or the enum member.
        threads: How many threads step the episodes, 1 by default; it changes no bit of any result.
            Worth it from about a hundred sub-environments on.
        **options: Arguments of the simulator.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 5}
    simulator: ClassVar[Any]

    def __init__(
        self,
        *,
        num_envs: int = 1,
        difficulty: float | None = None,
        split: str = "train",
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        threads: int = 1,
        **options: Any,
    ) -> None:
        if isinstance(num_envs, bool) or not isinstance(num_envs, int) or num_envs < 1:
            msg = f"num_envs must be a positive integer, got {num_envs!r}"
            raise ValueError(msg)
        if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
            msg = f"threads must be a positive integer, got {threads!r}"
            raise ValueError(msg)
        kind = type(self).simulator
        self.sim: BatchSimulator | ChunkedSimulator
        if min(threads, num_envs) > 1:
            self.sim = ChunkedSimulator(
                lambda n: make_simulator(kind, n, options), num_envs, threads
            )
        else:
            self.sim = make_simulator(kind, num_envs, options)
        self.num_envs = num_envs
        self.difficulty = difficulty
        self.split = check_split(split)
        self.render_mode = check_render_mode(render_mode, self.metadata["render_modes"])
        self.autoreset_mode = autoreset_mode_of(autoreset_mode)
        self.metadata = {
            **type(self).metadata,
            "autoreset_mode": self.autoreset_mode,
            "render_fps": self.sim.steps_per_second,
        }
        self.single_observation_space = self._observations()
        self.single_action_space = self._actions()
        self._reader = self._read()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._streams = Streams(self.sim.name, num_envs, self.split)
        self._begun, self._all_begun = np.zeros(num_envs, dtype=np.bool_), False
        self._everybody = np.ones(num_envs, dtype=np.bool_)
        self._over, self._any_over = np.ones(num_envs, dtype=np.bool_), True

    @property
    def difficulty(self) -> float | None:
        """The difficulty of the next episodes; None draws it uniformly. Curricula set it."""
        return self._difficulty

    @difficulty.setter
    def difficulty(self, value: float | None) -> None:
        self._difficulty = check_difficulty(value)

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The names of the running episodes."""
        return tuple(self._streams.task_ids().tolist())

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Begin new episodes, everywhere or where `options["reset_mask"]` says.

        Args:
            seed: None, one integer (sub-environment i takes seed + i), or one entry for each.
            options: As in `SimEnv`, for every sub-environment; and `reset_mask`, a boolean array
                of shape (num_envs,).

        Raises:
            TypeError: `reset_mask` is not a boolean array.
            ValueError: A seed list or mask has the wrong length, or an option is bad.
        """
        super().reset(seed=int(seed) if isinstance(seed, int | np.integer) else None)
        seeds = seeds_of(seed, self.num_envs)
        mask, rest = take_reset_mask(options, self.num_envs)
        checked = check_options(rest)
        for i in np.flatnonzero(mask).tolist():
            if (base := seeds[i]) is not None:
                self._streams.seed(i, base)
        self._begin(mask, checked)
        return self._observed(), {**self._ids(mask), **self._began(mask)}

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Advance every episode by one action.

        Raises:
            ResetNeeded: An episode has not begun, or is over while autoreset is disabled.
            ValueError: The actions are not a batch of the action space.
        """
        if not self._all_begun:
            self._all_begun = bool(self._begun.all())
            if not self._all_begun:
                msg = "call reset() before step()"
                raise ResetNeeded(msg)
        given = self._decoded(actions)
        sim, over, running = self.sim, self._over, self._everybody
        begun: dict[str, Any] = {}
        if self._any_over:
            if self.autoreset_mode is not AutoresetMode.NEXT_STEP:
                past = np.flatnonzero(over).tolist()
                msg = f"episodes {past} are over: call reset(options={{'reset_mask': mask}}) first"
                raise ResetNeeded(msg)
            self._begin(over, {})
            running, begun = ~over, self._began(over)
        sim.step(given, running)
        rewards, terminations = self._rewards(running), sim.terminations.copy()
        truncations = sim.truncations.copy()
        done = terminations | truncations
        ended = bool(np.count_nonzero(done))
        if ended and self.autoreset_mode is AutoresetMode.SAME_STEP:
            return self._same_step(rewards, terminations, truncations, done)
        self._over, self._any_over = done, ended
        infos = self._ids(self._everybody) | begun
        if running is self._everybody:
            _add_all(infos, "reward_terms", self._terms(), running.copy())
        else:
            _add(infos, "reward_terms", self._terms(), running)
        if ended:
            _add(infos, "metrics", sim.metrics, done)
        return self._observed(), rewards, terminations, truncations, infos

    # A view in words has other spaces, tells and reads where this copies, and has a term more.

    def _observations(self) -> gym.Space[Any]:
        return self.sim.single_observation_space

    def _actions(self) -> gym.Space[Any]:
        return self.sim.single_action_space

    def _began(self, mask: np.ndarray) -> dict[str, Any]:
        """Return what infos say besides of episodes that have just begun."""
        del mask
        return {}

    def _read(self) -> Any:
        return ActionReader(self.sim.single_action_space, self.num_envs)

    def _observed(self) -> Any:
        return copied(self.sim.observations)

    def _observed_of(self, mask: np.ndarray) -> Iterator[tuple[int, Any]]:
        """Yield the places where the mask is set, each with a copy of the observation there."""
        places, seen = np.flatnonzero(mask), self.sim.observations
        if isinstance(seen, dict):
            for i in places.tolist():
                yield i, copied(seen, i)
        else:
            # Rows of one copy: a copy of each takes several times as long.
            yield from zip(places.tolist(), seen[places], strict=True)

    def _decoded(self, actions: Any) -> np.ndarray:
        found: np.ndarray = self._reader(actions)
        return found

    def _rewards(self, running: np.ndarray) -> np.ndarray:
        del running
        return self.sim.rewards.copy()

    def _terms(self) -> Mapping[str, np.ndarray]:
        return self.sim.terms

    def _begin(self, mask: np.ndarray, options: Mapping[str, Any]) -> None:
        keys, levels = self._streams.begin(mask, self.np_random, self.difficulty, options)
        self.sim.reset(mask, keys, levels)
        self._begun |= mask
        self._over = self._over & ~mask
        self._any_over = bool(np.count_nonzero(self._over))

    def _ids(self, mask: np.ndarray) -> dict[str, Any]:
        ids = self._streams.task_ids()
        if mask is not self._everybody:
            ids[~mask] = None
        return {"task_id": ids, "_task_id": mask.copy()}

    def _same_step(
        self,
        rewards: np.ndarray,
        terminations: np.ndarray,
        truncations: np.ndarray,
        done: np.ndarray,
    ) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Begin the next episodes within the step, keeping the last observations and infos."""
        sim = self.sim
        infos: dict[str, Any] = {}
        _add(infos, "reward_terms", self._terms(), ~done)
        final: dict[str, Any] = self._ids(done)
        _add(final, "reward_terms", self._terms(), done)
        _add(final, "metrics", sim.metrics, done)
        last = np.full(self.num_envs, None, dtype=object)
        for i, one in self._observed_of(done):
            last[i] = one
        self._over = done
        self._begin(done, {})
        infos |= self._ids(self._everybody) | self._began(done)
        infos |= {"final_obs": last, "_final_obs": done.copy()}
        infos |= {"final_info": final, "_final_info": done.copy()}
        return self._observed(), rewards, terminations, truncations, infos

    def render(self) -> tuple[np.ndarray, ...] | None:
        """Return a picture of each episode, uint8 (height, width, 3), for "rgb_array"."""
        if self.render_mode != "rgb_array":
            return None
        return tuple(self.sim.frame(i) for i in range(self.num_envs))

    def save(self) -> dict[str, Any]:
        """Return a copy of the state of all episodes, for `restore`."""
        state = {"begun": self._begun.copy(), "over": self._over.copy()}
        return {"sim": self.sim.save(), "streams": self._streams.save(), **state}

    def restore(self, state: Mapping[str, Any]) -> Any:
        """Go back to a saved state and return its observations."""
        self.sim.restore(state["sim"])
        self._streams.restore(state["streams"])
        self._begun, self._over = state["begun"].copy(), state["over"].copy()
        self._all_begun, self._any_over = False, bool(self._over.any())
        return self._observed()


def _add(
    infos: dict[str, Any], name: str, columns: Mapping[str, np.ndarray], mask: np.ndarray
) -> None:
    """Add a dictionary of columns where the mask is set, if it is anywhere, as Gymnasium does."""
    if not mask.any():
        return
    whole, same = mask.all(), mask.copy()
    batched: dict[str, Any] = {}
    for key, column in columns.items():
        batched[key] = column.copy() if whole else np.where(mask, column, 0.0)
        batched[f"_{key}"] = same
    infos[name] = batched
    infos[f"_{name}"] = mask.copy()


def _add_all(
    infos: dict[str, Any], name: str, columns: Mapping[str, np.ndarray], whole: np.ndarray
) -> None:
    """Add a dictionary of whole columns, with one mask for all of them, as Gymnasium does."""
    batched: dict[str, Any] = {}
    for key, column in columns.items():
        batched[key], batched[f"_{key}"] = column.copy(), whole
    infos[name], infos[f"_{name}"] = batched, whole
