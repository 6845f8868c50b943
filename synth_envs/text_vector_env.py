"""Native vector environments over text tasks: one call verifies the whole batch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from synth_envs.core import Task, TaskSource
from synth_envs.families import check_difficulty, check_split
from synth_envs.spaces import Unicode
from synth_envs.text_env import (
    MAX_PROMPT,
    MAX_RESPONSE,
    as_source,
    check_response,
    check_turns,
    choose_task,
    outcome,
    verify,
)
from synth_envs.text_render import RENDER_MODES, check_render_mode, picture, transcript

__all__ = ["TextTaskVectorEnv", "autoreset_mode_of", "batch_infos", "seeds_of", "take_reset_mask"]


class TextTaskVectorEnv(VectorEnv[tuple[str, ...], tuple[str, ...], np.ndarray]):
    """Many `TextTaskEnv`s in lock step, equal to them episode for episode.

    Sub-environment i, reset with seed s, runs the stream of seed s + i exactly as a scalar
    environment does. All responses of a step go to the verifier in one call.

    Args:
        source: As in `TextTaskEnv`.
        num_envs: How many sub-environments, at least 1.
        difficulty: As in `TextTaskEnv`; a property that curricula set.
        split: As in `TextTaskEnv`.
        max_turns: As in `TextTaskEnv`.
        render_mode: None, "ansi" or "rgb_array".
        autoreset_mode: "NextStep" (default), "SameStep" or "Disabled", or the enum member.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 1}

    def __init__(
        self,
        source: TaskSource | str | Sequence[str],
        *,
        num_envs: int = 1,
        difficulty: float | None = None,
        split: str = "train",
        max_turns: int = 1,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    ) -> None:
        if isinstance(num_envs, bool) or not isinstance(num_envs, int) or num_envs < 1:
            msg = f"num_envs must be a positive integer, got {num_envs!r}"
            raise ValueError(msg)
        self.source = as_source(source)
        self.num_envs = num_envs
        self.difficulty = difficulty
        self.split = check_split(split)
        self.max_turns = check_turns(max_turns)
        self.render_mode = check_render_mode(render_mode)
        self.autoreset_mode = autoreset_mode_of(autoreset_mode)
        self.metadata = {**type(self).metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = Unicode(MAX_PROMPT)
        self.single_action_space = Unicode(MAX_RESPONSE)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._seeds: list[int | None] = [None] * num_envs
        self._indices = [-1] * num_envs
        self._turns = [0] * num_envs
        self._tasks: list[Task | None] = [None] * num_envs
        self._observations = [""] * num_envs
        self._over = np.ones(num_envs, dtype=np.bool_)
        self._transcripts: list[list[tuple[str, str]]] = [[] for _ in range(num_envs)]

    @property
    def difficulty(self) -> float | None:
        """The difficulty of the next tasks; None draws it uniformly. Curricula set it."""
        return self._difficulty

    @difficulty.setter
    def difficulty(self, value: float | None) -> None:
        self._difficulty = check_difficulty(value)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The current tasks with their references: for oracles and analysis, never for agents.

        Raises:
            ResetNeeded: No episode has begun.
        """
        if None in self._tasks:
            msg = "call reset() before reading the tasks"
            raise ResetNeeded(msg)
        return tuple(task for task in self._tasks if task is not None)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Begin new episodes, everywhere or where `options["reset_mask"]` says.

        Args:
            seed: None, one integer (sub-environment i takes seed + i), or one entry for each.
            options: As in `TextTaskEnv`, for every sub-environment; and `reset_mask`, a boolean
                array of shape (num_envs,).

        Raises:
            TypeError: `reset_mask` is not a boolean array.
            ValueError: A seed list or mask has the wrong length, or an option is bad.
        """
        super().reset(seed=int(seed) if isinstance(seed, int | np.integer) else None)
        seeds = seeds_of(seed, self.num_envs)
        mask, options = take_reset_mask(options, self.num_envs)
        infos: list[dict[str, Any] | None] = [None] * self.num_envs
        for i in np.flatnonzero(mask).tolist():
            if (base := seeds[i]) is not None:
                self._seeds[i], self._indices[i] = base, -1
        self._begin_all(np.flatnonzero(mask).tolist(), options, infos)
        return tuple(self._observations), batch_infos(infos)

    def step(
        self, actions: Sequence[str]
    ) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Verify one response in each sub-environment.

        Raises:
            ResetNeeded: An episode has not begun, or is over while autoreset is disabled.
            TypeError: An action is not text.
            ValueError: There is not one action for each sub-environment.
        """
        n = self.num_envs
        tasks = self.tasks
        if len(actions) != n:
            msg = f"expected {n} actions, got {len(actions)}"
            raise ValueError(msg)
        running = np.flatnonzero(~self._over).tolist()
        if len(running) < n and self.autoreset_mode is not AutoresetMode.NEXT_STEP:
            ended = np.flatnonzero(self._over).tolist()
            msg = f"episodes {ended} are over: call reset(options={{'reset_mask': mask}}) first"
            raise ResetNeeded(msg)
        for i in running:
            check_response(actions[i])
        rewards = np.zeros(n, dtype=np.float64)
        terminations = np.zeros(n, dtype=np.bool_)
        truncations = np.zeros(n, dtype=np.bool_)
        infos: list[dict[str, Any] | None] = [None] * n
        if len(running) < n:
            self._begin_all(np.flatnonzero(self._over).tolist(), None, infos)
        scores = verify([tasks[i] for i in running], [actions[i] for i in running], self.source)
        for i, score in zip(running, scores, strict=True):
            self._turns[i] += 1
            observation, rewards[i], terminations[i], truncations[i], info = outcome(
                tasks[i], score, self._turns[i], self.max_turns
            )
            self._observations[i] = observation
            self._transcripts[i] += [("response", actions[i]), ("feedback", observation)]
            infos[i] = info
        over = terminations | truncations
        if self.autoreset_mode is AutoresetMode.SAME_STEP and over.any():
            return self._same_step(rewards, terminations, truncations, infos)
        self._over = over
        return tuple(self._observations), rewards, terminations, truncations, batch_infos(infos)

    def render(self) -> tuple[str | np.ndarray, ...] | None:
        """The transcript of each running episode, as text ("ansi") or picture ("rgb_array")."""
        if self.render_mode == "ansi":
            return tuple(transcript(entries) for entries in self._transcripts)
        if self.render_mode == "rgb_array":
            return tuple(picture(entries) for entries in self._transcripts)
        return None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the tasks, so that no reference leaves the process.

        A copy keeps its place in each stream and begins with a `reset`.
        """
        n = self.num_envs
        return {
            **self.__dict__,
            "_tasks": [None] * n,
            "_over": np.ones(n, dtype=np.bool_),
            "_observations": [""] * n,
            "_transcripts": [[] for _ in range(n)],
        }

    def _begin_all(
        self,
        members: Sequence[int],
        options: dict[str, Any] | None,
        infos: list[dict[str, Any] | None],
    ) -> None:
        """Start the next episodes of these sub-environments and set their reset infos."""
        places = []
        for i in members:
            base = self._seeds[i]
            if base is None:
                base = self._seeds[i] = int(self.np_random.integers(2**63))
            places.append((base, self._indices[i] + 1))
        if not options and hasattr(self.source, "prepare"):  # tasks that cost are made together
            self.source.prepare(places, self.split, self.difficulty)
        for i, (base, index) in zip(members, places, strict=True):
            infos[i] = self._begin(i, base, index, options)

    def _begin(
        self, i: int, base: int, index: int, options: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Start the next episode of sub-environment i and return its reset info."""
        task, self._indices[i] = choose_task(
            self.source,
            base,
            index,
            split=self.split,
            difficulty=self.difficulty,
            options=options,
        )
        self._tasks[i], self._turns[i], self._over[i] = task, 0, False
        self._observations[i] = task.prompt
        self._transcripts[i] = [("prompt", task.prompt)]
        return {"task_id": task.task_id}

    def _same_step(
        self,
        rewards: np.ndarray,
        terminations: np.ndarray,
        truncations: np.ndarray,
        infos: list[dict[str, Any] | None],
    ) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Reset every finished episode within its step, keeping the terminal observation and info."""
        n = self.num_envs
        final_infos: list[dict[str, Any] | None] = [None] * n
        final_obs = np.full(n, None, dtype=object)
        over = terminations | truncations
        ended = np.flatnonzero(over).tolist()
        for i in ended:
            final_infos[i], final_obs[i] = infos[i], self._observations[i]
        self._begin_all(ended, None, infos)
        batched = batch_infos(infos)
        batched |= {"final_obs": final_obs, "_final_obs": over.copy()}
        batched |= {"final_info": batch_infos(final_infos), "_final_info": over.copy()}
        return tuple(self._observations), rewards, terminations, truncations, batched


def autoreset_mode_of(mode: str | AutoresetMode) -> AutoresetMode:
    """The enum member of a mode or its name; strings keep environment specs serialisable.

    Raises:
        ValueError: The name is unknown.
    """
    if isinstance(mode, AutoresetMode):
        return mode
    for member in AutoresetMode:
        if str(mode).replace("_", "").lower() == member.value.lower():
            return member
    names = [member.value for member in AutoresetMode]
    msg = f"unknown autoreset_mode {mode!r}; choose from {names}"
    raise ValueError(msg)


def seeds_of(seed: int | Sequence[int | None] | None, n: int) -> list[int | None]:
    """One seed for each sub-environment, by Gymnasium's vector convention.

    Raises:
        ValueError: A list does not have n entries.
    """
    if seed is None:
        return [None] * n
    if isinstance(seed, int | np.integer):
        return [int(seed) + i for i in range(n)]
    if len(seed) != n:
        msg = f"expected {n} seeds, got {len(seed)}"
        raise ValueError(msg)
    return [None if value is None else int(value) for value in seed]


def take_reset_mask(
    options: dict[str, Any] | None, n: int
) -> tuple[np.ndarray, dict[str, Any] | None]:
    """The mask of sub-environments to reset, and the options without it.

    Raises:
        TypeError: The mask is not a boolean array.
        ValueError: The mask has the wrong shape or selects nothing.
    """
    if options is None or "reset_mask" not in options:
        return np.ones(n, dtype=np.bool_), options
    rest = {key: value for key, value in options.items() if key != "reset_mask"}
    mask = options["reset_mask"]
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        msg = f"reset_mask must be a numpy array of bool, got {mask!r}"
        raise TypeError(msg)
    if mask.shape != (n,) or not mask.any():
        msg = f"reset_mask must have shape ({n},) and at least one True, got {mask!r}"
        raise ValueError(msg)
    return mask, rest


def batch_infos(infos: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """Batch per-environment infos as Gymnasium does: arrays with a `_key` mask each.

    Values of one key must share their type; dicts are batched recursively. Numbers become typed
    arrays, everything else object arrays.
    """
    n = len(infos)
    columns: dict[str, tuple[list[int], list[Any]]] = {}
    for i, info in enumerate(infos):
        if info:
            for key, value in info.items():
                if key not in columns:
                    columns[key] = ([], [])
                rows, values = columns[key]
                rows.append(i)
                values.append(value)
    batched: dict[str, Any] = {}
    for key, (rows, values) in columns.items():
        mask = np.zeros(n, dtype=np.bool_)
        mask[rows] = True
        first = values[0]
        if isinstance(first, dict):
            nested: list[dict[str, Any] | None] = [None] * n
            for i, value in zip(rows, values, strict=True):
                nested[i] = value
            batched[key] = batch_infos(nested)
        elif type(first) in (int, float, bool) or isinstance(first, np.number):
            batched[key] = np.zeros(n, dtype=type(first))
            batched[key][rows] = values
        else:
            batched[key] = np.full(n, None, dtype=object)
            for i, value in zip(rows, values, strict=True):
                batched[key][i] = value
        batched[f"_{key}"] = mask
    return batched
