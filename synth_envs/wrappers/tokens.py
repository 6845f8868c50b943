"""The token view: a text task as a numeric environment, one token per step."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded

from synth_envs.core import Task, TaskSource
from synth_envs.math.env import MathEnv
from synth_envs.text_env import TextTaskEnv
from synth_envs.text_render import RENDER_MODES, picture, transcript
from synth_envs.wrappers.vocabulary import make_vocabulary

__all__ = ["MathTokensEnv", "TokenView"]


class TokenView(gym.Env[np.ndarray, np.int64]):
    """Any single-turn text environment, read and written token by token.

    Args:
        env: The text environment; its `max_turns` must be 1.
        vocabulary: "numbers", "arithmetic", "bytes", or the distinct characters to use.
        prompt_window: How many tokens of the prompt are seen: its last ones, right-aligned.
        max_tokens: The longest response; a response of this length is submitted as it is.
        shaping: Add potential-based shaping (see `MathTokensEnv`).
        gamma: The discount factor of the learner, used by the shaping term only.

    Raises:
        ValueError: An argument is out of range.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 4}

    def __init__(
        self,
        env: TextTaskEnv,
        *,
        vocabulary: str = "arithmetic",
        prompt_window: int = 32,
        max_tokens: int = 12,
        shaping: bool = False,
        gamma: float = 1.0,
    ) -> None:
        if env.max_turns != 1:
            msg = "the token view needs a single-turn environment (max_turns=1)"
            raise ValueError(msg)
        for name, value in (("prompt_window", prompt_window), ("max_tokens", max_tokens)):
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 4096:
                msg = f"{name} must be an integer from 1 to 4096, got {value!r}"
                raise ValueError(msg)
        if not 0.0 <= gamma <= 1.0:
            msg = f"gamma must be in [0, 1], got {gamma!r}"
            raise ValueError(msg)
        self.text_env = env
        self.render_mode = env.render_mode
        self.vocabulary = make_vocabulary(vocabulary)
        self.prompt_window = prompt_window
        self.max_tokens = max_tokens
        self.shaping = shaping
        self.gamma = gamma
        # Tokens are codes plus one: 0 is padding where observed, and submits where acted.
        self.observation_space = spaces.MultiDiscrete(
            [self.vocabulary.size + 1] * (prompt_window + max_tokens)
        )
        self.action_space = spaces.Discrete(self.vocabulary.writable + 1)
        self._response: list[int] = []
        self._window = np.zeros(prompt_window + max_tokens, dtype=np.int64)
        self._target: list[int] = []

    @property
    def task(self) -> Task:
        """The current task with its reference: for oracles and analysis, never for agents."""
        return self.text_env.task

    @property
    def source(self) -> TaskSource:
        """The task source."""
        return self.text_env.source

    @property
    def typed(self) -> int:
        """How many tokens of the response are typed."""
        return len(self._response)

    def encode_response(self, text: str) -> list[int]:
        """The actions that type a text; submitting is action 0."""
        writable = self.vocabulary.writable
        codes = [code for code in self.vocabulary.encode(text) if code < writable]
        return [code + 1 for code in codes[: self.max_tokens]]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin the next task; options as in the text environment."""
        super().reset(seed=seed)
        prompt, info = self.text_env.reset(seed=seed, options=options)
        tokens = [code + 1 for code in self.vocabulary.encode(prompt)][-self.prompt_window :]
        self._response = []
        self._window[:] = 0
        if tokens:
            self._window[self.prompt_window - len(tokens) : self.prompt_window] = tokens
        if self.shaping:
            self._target = self.encode_response(self.source.oracle(self.task))
        return self._window.copy(), info

    def step(self, action: np.int64) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Type one token, or submit the response with action 0.

        Raises:
            ResetNeeded: The episode is over or has not begun.
            ValueError: The action is outside the action space.
        """
        if self.text_env.over:
            msg = "the episode is over: call reset() first"
            raise ResetNeeded(msg)
        token = int(action)
        if not 0 <= token <= self.vocabulary.writable:
            msg = f"action must be in [0, {self.vocabulary.writable}], got {action!r}"
            raise ValueError(msg)
        before = self._potential()
        if token:
            self._window[self.prompt_window + len(self._response)] = token
            self._response.append(token)
            if len(self._response) < self.max_tokens:
                reward = self.gamma * self._potential() - before if self.shaping else 0.0
                info = {"task_id": self.task.task_id}
                return self._window.copy(), reward, False, False, info
        text = self.vocabulary.decode([code - 1 for code in self._response])
        _, value, terminated, truncated, info = self.text_env.step(text)
        # The potential of the terminal state is 0, so that shaping sums to a constant.
        reward = value - before if self.shaping else value
        return self._window.copy(), reward, terminated, truncated, info

    def render(self) -> str | np.ndarray | None:
        """The transcript with the response typed so far, as in the text environment."""
        entries = self.text_env.transcript
        if self._response and entries[-1][0] == "prompt":
            typed = self.vocabulary.decode([code - 1 for code in self._response])
            entries = [*entries, ("response", typed)]
        if self.render_mode == "ansi":
            return transcript(entries)
        return picture(entries) if self.render_mode == "rgb_array" else None

    def _potential(self) -> float:
        """The share of the reference's tokens that the response begins with."""
        if not self.shaping:
            return 0.0
        right = 0
        for mine, theirs in zip(self._response, self._target, strict=False):
            if mine != theirs:
                break
            right += 1
        return right / max(1, len(self._target))


class MathTokensEnv(TokenView):
    """`synth/Math-v0` as a numeric environment, for any RL library.

    ## Description

    The agent reads a problem as tokens and types the answer one token per step. The default is
    one-digit arithmetic ("3+4, 9-2 = ?", answered "7, 7") over a vocabulary of small numbers and
    signs, where a response is two tokens; any family and the whole of UTF-8 can be used.

    ## Observation Space

    `MultiDiscrete([V] * (prompt_window + max_tokens))`, int64, with V one more than the vocabulary
    can read: the last `prompt_window` tokens of the prompt, right-aligned, then the response so far,
    left-aligned; 0 is padding.

    ## Action Space

    `Discrete(W)` with W one more than the vocabulary can write: 0 submits the response, k types
    token k.

    ## Rewards

    1 when a right answer is submitted, else 0. A response of `max_tokens` tokens is submitted as
    it is. With `shaping=True`, each step adds `gamma * phi(s') - phi(s)` where `phi` is the share
    of the reference's tokens that the response begins with, and 0 once submitted: a potential
    (Ng et al., 1999), so the optimal policies are the same.

    ## Starting State

    As in `synth/Math-v0`: `reset(seed=s)` fixes the problem, options choose it; the response is
    empty.

    ## Episode End

    Terminates when the response is submitted. Truncates only when the checker itself fails.

    ## Arguments

    * `family`: one name, several, or None for all families (default "digit_sums").
    * `difficulty`: in [0, 1] (default 0), or None to draw it uniformly.
    * `split`: "train", "validation", "test" or "all".
    * `vocabulary`: "numbers" (default: integers up to 20 and signs), "arithmetic" (digits and
      signs), "bytes" (UTF-8), or the distinct characters to use.
    * `prompt_window`: prompt tokens seen (default 8).
    * `max_tokens`: the longest response in tokens (default 2).
    * `shaping`: potential-based shaping, off by default.
    * `gamma`: the learner's discount, for the shaping term only (default 1).
    * `render_mode`: None, "ansi" or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    def __init__(
        self,
        family: str | Sequence[str] | None = "digit_sums",
        *,
        difficulty: float | None = 0.0,
        split: str = "train",
        vocabulary: str = "numbers",
        prompt_window: int = 8,
        max_tokens: int = 2,
        shaping: bool = False,
        gamma: float = 1.0,
        render_mode: str | None = None,
    ) -> None:
        env = MathEnv(family, difficulty=difficulty, split=split, render_mode=render_mode)
        super().__init__(
            env,
            vocabulary=vocabulary,
            prompt_window=prompt_window,
            max_tokens=max_tokens,
            shaping=shaping,
            gamma=gamma,
        )
