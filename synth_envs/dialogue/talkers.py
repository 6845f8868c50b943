"""Reference policies of dialogues in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from synth_envs.core import Policy
from synth_envs.dialogue import planner
from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.desk import Desk
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.expert import next_move
from synth_envs.dialogue.planner import Call
from synth_envs.dialogue.talk import TalkSim
from synth_envs.dialogue.words.agent import say
from synth_envs.families import suggest
from synth_envs.seeding import mix64_of

__all__ = ["ROLES", "Expert", "make_dialogue_policy", "message_of"]

#: What plays which part among the reference policies.
ROLES = ("empty", "constant", "echo", "careless", "scripted", "oracle")
_SLIPS, _UNIT = 0.05, 2.0**-64


def message_of(episode: Episode, move: Sequence[Act] | Act | Call) -> str:
    """Return a move as a message."""
    if isinstance(move, Call):
        return json.dumps({"tool": move.name, "args": move.args})
    acts = [move] if isinstance(move, Act) else move
    scene = episode.scene
    told = [say(act, episode.spec, episode.world, scene.key, episode.step_count) for act in acts]
    return json.dumps({"say": " ".join(told)})


def _oracle(episode: Episode) -> str:
    return message_of(episode, planner.next_move(episode))


class Expert:
    """Knows the policy and what was done and said, and nothing of the goal.

    It hears the acts behind the customer's words: it is no judge of how well words can be understood.
    """

    def __init__(self) -> None:
        self._episode: Episode | None = None

    def __call__(self, episode: Episode) -> str:
        """Return the next message."""
        if episode is not self._episode:
            self._episode, self._place = episode, 0
            self._desk = Desk(episode.spec, episode.world.today)
        desk, log = self._desk, episode.log
        while self._place < len(log):
            event = log[self._place]
            if event.kind == "say":
                desk.note(event.what)
            elif event.kind == "user":
                desk.hear(event.what)
            elif event.kind == "result" and log[self._place - 1].kind == "call":
                name, args = log[self._place - 1].what
                desk.see(episode.spec.by_tool.get(name), args, event.what)
            self._place += 1
        return message_of(episode, next_move(desk))


class _Careless(Expert):
    """The expert, who forgets now and then what they wanted to say."""

    def __call__(self, episode: Episode) -> str:
        place = mix64_of(episode.scene.key, 1_000 + episode.step_count)
        message = super().__call__(episode)
        slip = Act("ask_more") if place & 1 else Act("no_match")
        return message_of(episode, slip) if place * _UNIT < _SLIPS else message


_CHOOSE: dict[str, Callable[[], Callable[[Episode], str]]] = {
    "empty": lambda: lambda _episode: "",
    "constant": lambda: lambda _episode: "Thank you for calling. Goodbye.",
    "echo": lambda: _echo,
    "careless": _Careless,
    "scripted": Expert,
    "oracle": lambda: _oracle,
}


def _echo(episode: Episode) -> str:
    """Say what the customer said."""
    places = [place for place in episode.words if episode.log[place].kind == "user"]
    return episode.words[places[-1]]


class _Talker:
    def __init__(
        self, make: Callable[[], Callable[[Episode], str]], sims: Sequence[TalkSim]
    ) -> None:
        self._sims = sims
        self._choose = [[make() for _ in range(sim.num_envs)] for sim in sims]

    def act(self, observations: Any) -> Any:
        """Return one message for each environment; a scalar environment's observation gives one."""
        found = tuple(
            choose(sim.episode(i))
            for sim, row in zip(self._sims, self._choose, strict=True)
            for i, choose in enumerate(row)
        )
        return found[0] if isinstance(observations, str) else found

    def reset(self, indices: Sequence[int]) -> None:
        """New episodes have begun in these."""


def make_dialogue_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of dialogues, in words or in acts.

    In words "empty" says nothing, "constant" says goodbye, "echo" says what the customer said; "scripted"
    knows the policy and hears what the customer means, "careless" slips in 5% of its turns, and the
    "oracle" knows the goal. For acts see `synth_envs.dialogue.policies`.

    Raises:
        ValueError: There is no such policy.
        TypeError: It is no environment of dialogues.
    """
    inner = getattr(env, "unwrapped", env)
    views = [one.unwrapped for one in inner.envs] if hasattr(inner, "envs") else [inner]
    sims = [getattr(view, "sim", None) for view in views]
    talking = [sim for sim in sims if isinstance(sim, TalkSim)]
    if len(talking) != len(sims):
        from synth_envs.dialogue.policies import make_acts_policy

        return make_acts_policy(name, env)
    if name not in ROLES:
        msg = f"unknown policy {name!r}{suggest(name, ROLES)}"
        raise ValueError(msg)
    return _Talker(_CHOOSE[name], talking)
