"""Gymnasium environments over text tasks: the prompt is the observation, the response the action."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded

from sandboxes import SandboxError
from synth_envs.core import Score, Task, TaskSource
from synth_envs.families import FamilyMix, check_difficulty, check_split, load_family, suggest
from synth_envs.spaces import Unicode
from synth_envs.text_render import RENDER_MODES, check_render_mode, picture, transcript

__all__ = ["MAX_PROMPT", "MAX_RESPONSE", "TextTaskEnv"]

MAX_PROMPT = 32_768
MAX_RESPONSE = 65_536

_OPTIONS = ("task", "difficulty", "index")
_FAULT = Score(
    0.0,
    "error",
    {"correct": 0.0},
    "The response could not be checked because of a fault in the environment; it does not count.",
)


class TextTaskEnv(gym.Env[str, str]):
    r"""Text tasks with verified rewards.

    ## Description

    Each episode is one task. `reset` returns its prompt; the action is a response in free text;
    the reward is the verifier's score. With `max_turns` above 1 a wrong response brings feedback,
    which never depends on the reference beyond the verdict, and another try.

    ## Observation Space

    `Unicode(32768)`: the prompt, then the feedback on the last response.

    ## Action Space

    `Unicode(65536)`: the response. State one final answer, for example as "The answer is ..." or
    in `\boxed{...}`.

    ## Rewards

    The score in [0, 1] of the response that ends the episode; 0 on every other step. `info`
    carries `task_id`, and after a step `score` (value, status, parts, feedback), and at the
    episode's end `metrics` (success, turns).

    ## Starting State

    `reset(seed=s)` fixes the episode: task 0 of stream `s`. Each unseeded `reset` goes on to the
    stream's next task. `reset(options=...)` takes `{"index": i}` (task i of the stream, which goes
    on from there) and, for this episode only, `{"difficulty": d}` or `{"task": task}` (a `Task` or
    its `to_dict()`).

    ## Episode End

    Terminates when a response passes, when a verdict is final, or when the turns are used up.
    Truncates only on a fault of ours
    (`info["score"]["status"] == "error"`, reward 0), which trainers should mask.

    ## Arguments

    * `source`: a `TaskSource`, or the path "package.module:Class" of a `Family`, or several.
    * `difficulty`: in [0, 1], or None to draw it uniformly for each task.
    * `split`: "train", "validation", "test" (disjoint by content) or "all".
    * `max_turns`: responses allowed per episode.
    * `render_mode`: None, "ansi" (the transcript) or "rgb_array" (a picture of it).

    ## Version History

    * v0: initial version.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 1}

    def __init__(
        self,
        source: TaskSource | str | Sequence[str],
        *,
        difficulty: float | None = None,
        split: str = "train",
        max_turns: int = 1,
        render_mode: str | None = None,
    ) -> None:
        self.source = as_source(source)
        self.difficulty = difficulty
        self.split = check_split(split)
        self.max_turns = check_turns(max_turns)
        self.render_mode = check_render_mode(render_mode)
        self.observation_space = Unicode(MAX_PROMPT)
        self.action_space = Unicode(MAX_RESPONSE)
        self._seed: int | None = None
        self._index = -1
        self._turn = 0
        self._task: Task | None = None
        self._over = True
        self._transcript: list[tuple[str, str]] = []

    @property
    def difficulty(self) -> float | None:
        """The difficulty of the next tasks; None draws it uniformly. Curricula set it."""
        return self._difficulty

    @difficulty.setter
    def difficulty(self, value: float | None) -> None:
        self._difficulty = check_difficulty(value)

    @property
    def task(self) -> Task:
        """The current task with its reference: for oracles and analysis, never for agents.

        Raises:
            ResetNeeded: No episode has begun.
        """
        if self._task is None:
            msg = "call reset() before reading the task"
            raise ResetNeeded(msg)
        return self._task

    @property
    def over(self) -> bool:
        """Whether a `reset` is needed before the next step."""
        return self._over

    @property
    def transcript(self) -> list[tuple[str, str]]:
        """What was said in this episode, as (role, text) pairs."""
        return list(self._transcript)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin the next episode; see the class for `options`.

        Raises:
            ValueError: An option is unknown or has a bad value.
        """
        super().reset(seed=seed)
        if seed is not None:
            self._seed, self._index = int(seed), -1
        elif self._seed is None:
            self._seed = int(self.np_random.integers(2**63))
        self._task, self._index = choose_task(
            self.source,
            self._seed,
            self._index + 1,
            split=self.split,
            difficulty=self.difficulty,
            options=options,
        )
        self._turn, self._over = 0, False
        self._transcript = [("prompt", self._task.prompt)]
        return self._task.prompt, {"task_id": self._task.task_id}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Verify one response.

        Raises:
            ResetNeeded: The episode is over or has not begun.
            TypeError: The action is not text.
        """
        task = self.task
        if self._over:
            msg = "the episode is over: call reset() first"
            raise ResetNeeded(msg)
        check_response(action)
        score = verify([task], [action], self.source)[0]
        self._turn += 1
        result = outcome(task, score, self._turn, self.max_turns)
        self._over = result[2] or result[3]
        self._transcript += [("response", action), ("feedback", result[0])]
        return result

    def render(self) -> str | np.ndarray | None:
        """The transcript so far: text for "ansi", a (480, 640, 3) uint8 picture for "rgb_array"."""
        if self.render_mode == "ansi":
            return transcript(self._transcript)
        return picture(self._transcript) if self.render_mode == "rgb_array" else None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the task and what was said, so that no reference leaves the process.

        A copy keeps its place in the stream and begins with a `reset`.
        """
        return {**self.__dict__, "_task": None, "_over": True, "_transcript": []}


def as_source(source: TaskSource | str | Sequence[str]) -> TaskSource:
    """A `TaskSource` from itself or from the paths of one or more families."""
    if isinstance(source, str):
        return FamilyMix([load_family(source)])
    if isinstance(source, Sequence):
        return FamilyMix(load_family(path) for path in source)
    return source


def check_turns(value: int) -> int:
    """Return the value if it is a positive integer; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        msg = f"max_turns must be a positive integer, got {value!r}"
        raise ValueError(msg)
    return value


def check_response(action: object) -> None:
    """Raise TypeError unless the action is text."""
    if not isinstance(action, str):
        msg = f"the action must be text (str), got {type(action).__name__}"
        raise TypeError(msg)


def choose_task(
    source: TaskSource,
    seed: int,
    index: int,
    *,
    split: str,
    difficulty: float | None,
    options: Mapping[str, Any] | None,
) -> tuple[Task, int]:
    """The task of a new episode and its index in the stream, after the reset options.

    Raises:
        ValueError: An option is unknown or has a bad value.
    """
    if options:
        for name in options:
            if name not in _OPTIONS:
                msg = f"unknown reset option {name!r}{suggest(name, _OPTIONS)}"
                raise ValueError(msg)
        if "task" in options:
            given = options["task"]
            task = given if isinstance(given, Task) else Task.from_dict(given)
            if len(task.prompt) > MAX_PROMPT:
                msg = f"the task's prompt has {len(task.prompt)} characters, more than {MAX_PROMPT}"
                raise ValueError(msg)
            try:
                source.oracle(task)  # refuses a family that this source cannot verify
            except (LookupError, TypeError) as error:
                msg = f"the task's reference does not fit its family {task.family!r}: {error!r}"
                raise ValueError(msg) from error
            return task, index
        if "difficulty" in options:
            difficulty = check_difficulty(options["difficulty"])
        if "index" in options:
            index = options["index"]
            if isinstance(index, bool) or not isinstance(index, int) or index < 0:
                msg = f"index must be an integer of at least 0, got {index!r}"
                raise ValueError(msg)
            if hasattr(source, "__getitem__"):
                return _row(source, index), index
    return source.task(seed, index, split, difficulty), index


def _row(source: Any, index: int) -> Task:
    """Row `index` of a finite source: there, an index names a row and not a draw."""
    if index >= len(source):
        msg = f"index {index} is past the last row, {len(source) - 1}"
        raise ValueError(msg)
    task: Task = source[index]
    return task


def verify(tasks: Sequence[Task], responses: Sequence[str], source: TaskSource) -> list[Score]:
    """Score a batch; a fault of ours is retried once, one by one, and then scored "error"."""
    try:
        return source.verify_batch(tasks, responses)
    except SandboxError:
        return [
            _verify_alone(task, text, source) for task, text in zip(tasks, responses, strict=True)
        ]


def _verify_alone(task: Task, response: str, source: TaskSource) -> Score:
    try:
        return source.verify_batch([task], [response])[0]
    except SandboxError:
        return _FAULT


def outcome(
    task: Task, score: Score, turn: int, max_turns: int
) -> tuple[str, float, bool, bool, dict[str, Any]]:
    """The 5-tuple of a step that brought `score` on turn `turn` (counted from 1)."""
    truncated = score.status == "error"
    over = score.status == "pass" or score.final or turn >= max_turns
    terminated = not truncated and over
    verdict = score.as_info()
    # Batched infos take the dtype of their first value: an integer 0 would round the others off.
    verdict["value"] = float(score.value)
    verdict["parts"] = {name: float(part) for name, part in score.parts.items()}
    info: dict[str, Any] = {"task_id": task.task_id, "score": verdict}
    observation = score.feedback
    if terminated or truncated:
        success = 1.0 if score.status == "pass" else 0.0
        info["metrics"] = {"success": success, "turns": turn}
    else:
        observation = f"{observation} Try again ({max_turns - turn} left)."
    return observation, verdict["value"] if terminated else 0.0, terminated, truncated, info
