"""Reference policies of dialogues in acts: trivial ones, the expert, and the oracle that hears everything right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.dialogue.acts import AGENT_ACTS, Act
from synth_envs.dialogue.codes import FLAT, Code, code_of, legal
from synth_envs.dialogue.desk import Desk
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.expert import next_move
from synth_envs.dialogue.simulator import ActsSim, FlatActsSim
from synth_envs.families import suggest
from synth_envs.seeding import mix64_of

__all__ = ["ROLES", "ActsPolicy", "make_acts_policy", "simulators_of"]

#: What plays which part among the reference policies.
ROLES = ("empty", "constant", "echo", "careless", "scripted", "oracle")
_SLIPS = 0.05
_UNIT = 2.0**-64

Choose = Callable[[Desk, Episode], Code]


def simulators_of(env: Any) -> list[ActsSim]:
    """Return the simulators of an environment of acts, a native vector environment or a `SyncVectorEnv`.

    Raises:
        TypeError: It is none of these.
    """
    inner = getattr(env, "unwrapped", env)
    if hasattr(inner, "envs"):
        return [sim for one in inner.envs for sim in simulators_of(one)]
    sim = getattr(inner, "sim", None)
    sims = getattr(sim, "chunks", [sim])
    if all(isinstance(one, ActsSim) for one in sims):
        return list(sims)
    msg = f"no policy talks in {type(inner).__name__}: it takes an environment of dialogue acts"
    raise TypeError(msg)


def _plain(name: str) -> Code:
    return (AGENT_ACTS.index(name), 0, 0, 0, 0)


def _expert(desk: Desk, episode: Episode) -> Code:
    del episode
    return _coded(desk, next_move(desk))


def _coded(desk: Desk, move: Any) -> Code:
    try:
        return code_of(desk, move)
    except ValueError:  # what was heard wrongly can lead where no action goes
        return _plain("ask_more")


def _oracle(desk: Desk, episode: Episode) -> Code:
    """Do what the expert does, but ask again for whatever was not heard as the customer means it."""
    truth = episode.customer.facts()
    for slot, belief in desk.beliefs.items():
        if slot in truth and belief.value != truth[slot]:
            asked = [Act("request", slot)]
            if slot in ("name", desk.spec.secret.name):
                asked = [Act("request", one) for one in ("name", desk.spec.secret.name)]
            return _coded(desk, asked)
    return _expert(desk, episode)


def _careless(desk: Desk, episode: Episode) -> Code:
    """Do what the expert does, but slip now and then."""
    place = mix64_of(episode.scene.key, 1_000 + episode.step_count)
    if place * _UNIT < _SLIPS:
        codes = [code for code, able in zip(FLAT, legal(desk), strict=True) if able]
        return codes[place % len(codes)]
    return _expert(desk, episode)


_CHOOSE: dict[str, Choose] = {
    "empty": lambda _desk, _episode: _plain("bye"),
    "constant": lambda _desk, _episode: (AGENT_ACTS.index("request"), 0, 1, 0, 0),
    "echo": lambda _desk, _episode: _plain("ack"),
    "careless": _careless,
    "scripted": _expert,
    "oracle": _oracle,
}


class ActsPolicy:
    """Talks in environments of acts.

    Args:
        choose: From the agent's desk (and, of the oracle, the episode) to an action.
        sims: The simulators of the environments, in their order.
    """

    def __init__(self, choose: Choose, sims: Sequence[ActsSim]) -> None:
        self._choose, self._sims = choose, sims

    def act(self, observations: Any) -> np.ndarray:
        """Return one action for each environment; a scalar environment's observation gives one action."""
        actions: list[Any] = []
        for sim in self._sims:
            for i in range(sim.num_envs):
                code = self._choose(sim.desk(i), sim.episode(i))
                actions.append(FLAT.index(code) if isinstance(sim, FlatActsSim) else code)
        found = np.array(actions, np.int64)
        return np.asarray(found[0]) if np.ndim(observations) == 1 else found

    def reset(self, indices: Sequence[int]) -> None:
        """New episodes have begun in these."""


def make_acts_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of dialogue acts.

    * "empty" says goodbye; "constant" asks who the customer is; "echo" says "I see".
    * "scripted" knows the policy and what it heard; "careless" slips in 5% of its turns.
    * "oracle" knows as well what the customer meant, and asks again where it was heard wrongly.

    Raises:
        ValueError: There is no such policy.
        TypeError: The environment has no acts.
    """
    if name not in ROLES:
        msg = f"unknown policy {name!r}{suggest(name, ROLES)}"
        raise ValueError(msg)
    return ActsPolicy(_CHOOSE[name], simulators_of(env))
