"""Gymnasium environments of dialogues in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import gymnasium as gym
import numpy as np

from synth_envs.dialogue.arguments import schemas
from synth_envs.dialogue.talk import TalkSim
from synth_envs.dialogue.transcript import entries, page
from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.text_env import check_response
from synth_envs.text_render import transcript

__all__ = ["DialogueEnv", "DialogueVectorEnv"]


class DialogueEnv(SimEnv):
    """Serving a customer in words, with a database, tools and a policy.

    ## Description

    A customer calls a service: a booking desk, a shop, an account office, a surgery, an insurer or a
    helpline, of a generated kind with its own words, tools and rules. They want one to four things; some
    are forbidden by the policy, impossible, or for a colleague to decide, and some customers are not who
    they say they are. The agent reads the policy in prose, talks, and calls tools that change a
    database. No language model plays the customer: what the agent says is understood by grounding it in
    the database and the agenda, in the agent's favour never, and all is a function of the seed. The judge
    reads what was written and every event, never a stored dialogue, so that any right way counts.

    ## Observation Space

    `Unicode(16384)`: first the prompt (policy, tools, format, the customer's first words), then what
    the customer says, or a tool's result: `{"ok": true, "result": ...}` or `{"ok": false, "error": ...,
    "hint": ...}`. `info["tools"]` of a reset has the tools as OpenAI-style JSON schemas.

    ## Action Space

    `Unicode(65536)`: one message. `{"say": "..."}` speaks, `{"tool": name, "args": {...}}` calls;
    OpenAI's and Hermes' formats, `<tool_call>` tags and fences are read as well, and plain text is
    speech. Of several calls the first counts. Of words the first 600 characters are heard.

    ## Rewards

    All at the end, in [-1, 1.25]: success (1 for a case solved within the rules, else -0.5), information
    (.15 times the F1 of what the customer asked to know), satisfaction (.10 times), both only with
    success; -.01 a turn, -.005 a call, -.02 for what cannot be read, -.3 for each violation; "clip" is
    what the bounds cut. `info["reward_terms"]` has them, zeros before the end.

    ## Starting State

    The prompt. `reset(seed=s)` fixes the service, its database and the customer; `info["task_id"]` names
    it, and `reset(options={"task": task_id})` replays it.

    ## Episode End

    Terminates when the case is closed or handed over, the agent or the customer says goodbye, or turns
    run out; it never truncates. `info["metrics"]` then has success, subgoals (the share of wishes met),
    information, satisfaction, turns, tools, invalid, violations, consent_rate and patience_left.

    ## Arguments

    * `archetype`: "booking", "order", "account", "schedule", "claims", "troubleshoot" or "mixed".
    * `level`: 0 to 9, in place of the one that `difficulty` gives; `knobs`: single ones of it set
      otherwise, by name (`synth_envs.dialogue.knobs.Knobs`); `noise`: the share of values misheard, half
      of which is the share of mistyped words.
    * `max_turns`: steps; None gives 20, and 15 for each wish. `partial`: whether single wishes that are
      met earn their share of success.
    * `difficulty`: in [0, 1], or None to draw it for each episode. `split`: "train", "validation", "test"
      (disjoint by key, with skins and phrases of their own) or "all". `render_mode`: None, "ansi" (the
      transcript) or "rgb_array"; `html()` returns it as a page, with what changed in the database.

    ## Version History

    * v0: initial version.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}
    simulator = TalkSim

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin the next episode; see `SimEnv.reset`. `info["tools"]` has the tools' schemas."""
        seen, info = super().reset(seed=seed, options=options)
        return seen, {**info, "tools": schemas(self._sim.episode(0).spec)}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Send a message.

        Raises:
            ResetNeeded: The episode is over or has not begun.
            TypeError: The action is not text.
        """
        return super().step(action)

    def render(self) -> str | np.ndarray | None:  # type: ignore[override]
        """The transcript ("ansi") or a picture of its end ("rgb_array")."""
        if self.render_mode == "ansi":
            return transcript(entries(self._sim.episode(0)))
        return super().render()

    def html(self) -> str:
        """Return the episode as an HTML page: the dialogue, changes of the database, rules and reward."""
        return page(self._sim.episode(0))

    @property
    def _sim(self) -> TalkSim:
        return cast("TalkSim", self.sim)

    def _observed(self) -> str:
        return self._sim.describe(0)

    def _read(self) -> Any:
        return None

    def _decoded(self, action: Any) -> Any:
        check_response(action)
        return (action,)


class DialogueVectorEnv(SimVectorEnv):
    """Many `DialogueEnv`s in lock step, equal to them; same arguments, but for `threads`."""

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}
    simulator = TalkSim

    def __init__(self, *, num_envs: int = 1, **options: Any) -> None:
        if "threads" in options:
            msg = "unknown argument 'threads': dialogues are not stepped by threads"
            raise TypeError(msg)
        super().__init__(num_envs=num_envs, **options)

    def render(self) -> tuple[Any, ...] | None:
        """The transcript ("ansi") or a picture ("rgb_array") of each episode."""
        if self.render_mode == "ansi":
            return tuple(transcript(entries(self._sim.episode(i))) for i in range(self.num_envs))
        return super().render()

    @property
    def _sim(self) -> TalkSim:
        return cast("TalkSim", self.sim)

    def _observations(self) -> gym.Space[Any]:
        return self.sim.single_observation_space

    def _observed(self) -> tuple[str, ...]:
        return tuple(map(self._sim.describe, range(self.num_envs)))

    def _observed_of(self, mask: np.ndarray) -> Iterator[tuple[int, Any]]:
        for i in np.flatnonzero(mask).tolist():
            yield i, self._sim.describe(i)

    def _began(self, mask: np.ndarray) -> dict[str, Any]:
        tools = np.full(self.num_envs, None, dtype=object)
        for i in np.flatnonzero(mask).tolist():
            tools[i] = schemas(self._sim.episode(i).spec)
        return {"tools": tools, "_tools": mask.copy()}

    def _read(self) -> Any:
        return None

    def _decoded(self, actions: Any) -> Any:
        if (
            isinstance(actions, str)
            or not isinstance(actions, Sequence | np.ndarray)
            or len(actions) != self.num_envs
        ):
            msg = f"expected a sequence of {self.num_envs} texts"
            raise ValueError(msg)
        for action in actions:
            check_response(action)
        return actions
