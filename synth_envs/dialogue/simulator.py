"""`DialogueSim`: many dialogues side by side; environments say in acts, numbers or words what agents do."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, cast

import gymnasium as gym
import numpy as np

from synth_envs.dialogue.acts import UserAct
from synth_envs.dialogue.codes import FLAT, SIZES, legal, move_of
from synth_envs.dialogue.desk import Desk
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.features import SIZE, write_features
from synth_envs.dialogue.judge import METRICS, TERMS
from synth_envs.dialogue.knobs import knobs_of, level_of
from synth_envs.dialogue.planner import Call
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES
from synth_envs.dialogue.words.noise import noisy
from synth_envs.families import suggest
from synth_envs.options import flag

__all__ = ["ActsSim", "DialogueSim", "FlatActsSim"]


class DialogueSim:
    """Dialogues in lock step; a subclass says what an action is, and what is seen.

    Args:
        num_envs: How many.
        archetype: Of `ARCHETYPES`, or "mixed".
        level: 0 to 9, in place of the one that the difficulty gives.
        knobs: Knobs to set otherwise than the level does; see `Knobs`.
        noise: The share of values misheard, in place of the level's.
        max_turns: Steps of an episode; None gives 20, and 15 for each wish.
        partial: Whether single wishes that are met earn something.
    """

    name = "dialogue"
    steps_per_second = 1.0
    single_observation_space: gym.Space[Any]
    single_action_space: gym.Space[Any]

    def __init__(
        self,
        num_envs: int,
        *,
        archetype: str = "mixed",
        level: int | None = None,
        knobs: Mapping[str, float] | None = None,
        noise: float | None = None,
        max_turns: int | None = None,
        partial: bool = False,
    ) -> None:
        known = (*ARCHETYPES, "mixed")
        if archetype not in known:
            msg = f"unknown archetype {archetype!r}{suggest(str(archetype), known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        if max_turns is not None and (
            isinstance(max_turns, bool)
            or not isinstance(max_turns, int)
            or not 2 <= max_turns <= 1000
        ):
            msg = f"max_turns must be an integer in [2, 1000] or None, got {max_turns!r}"
            raise ValueError(msg)
        flag("partial", partial)
        changed = {**(knobs or {}), **({} if noise is None else {"noise": noise})}
        knobs_of(0 if level is None else level, changed)
        self.num_envs, self.level = num_envs, level
        self._scene = {
            "archetype": archetype,
            "knobs": changed,
            "max_turns": max_turns,
            "partial": partial,
        }
        n = num_envs
        self.episodes: list[Episode | None] = [None] * n
        self._told: list[dict[str, int]] = [{} for _ in range(n)]
        self.rewards = np.zeros(n)
        self.terminations, self.truncations = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        self._terms, self._metrics = np.zeros((len(TERMS), n)), np.zeros((len(METRICS), n))
        self._link()
        self._prepare()

    def _prepare(self) -> None:
        """Set the spaces and make room for what is seen."""
        raise NotImplementedError

    def _link(self) -> None:
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self.metrics = dict(zip(METRICS, self._metrics, strict=True))

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        for i in np.flatnonzero(mask).tolist():
            level = level_of(difficulty.item(i)) if self.level is None else self.level
            self.episodes[i] = Episode(make_scene(keys.item(i), level, **self._scene))  # type: ignore[arg-type]
            self._metrics[:, i] = 0.0
            self._told[i] = {}
            self._began(i)

    def step(self, actions: Any, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        self.rewards[:], self.terminations[:], self._terms[:] = 0.0, False, 0.0
        for i in np.flatnonzero(mask).tolist():
            episode = self.episode(i)
            self._act(i, episode, actions[i])
            if episode.over:
                verdict = episode.verdict()
                self.terminations[i] = True
                self._terms[:, i] = list(verdict.terms.values())
                self._metrics[:, i] = list(verdict.metrics.values())
                self.rewards[i] = verdict.reward

    def heard(self, index: int, acts: Sequence[UserAct]) -> list[UserAct]:
        """Return what the customer does as the agent hears it: some values are taken for others."""
        episode, counts = self.episode(index), self._told[index]
        persona = episode.goal.persona
        turn = sum(counts.values())
        found = list(acts)
        if persona.misheard:
            found = noisy(acts, episode.spec, persona, episode.scene.key, turn, counts)
        for act in acts:
            if act.kind in ("inform", "correct"):
                counts[act.slot] = counts.get(act.slot, 0) + 1
        return found

    def episode(self, index: int) -> Episode:
        """Return a running episode."""
        return cast("Episode", self.episodes[index])

    def _began(self, index: int) -> None:
        raise NotImplementedError

    def _act(self, index: int, episode: Episode, action: Any) -> None:
        raise NotImplementedError

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on."""
        kept = np.empty(1, dtype=object)
        kept[0] = copy.deepcopy(self._future())
        return {"future": kept, "metrics": self._metrics.copy()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        self._metrics[:] = state["metrics"]
        self._go_back(copy.deepcopy(state["future"][0]))

    def _future(self) -> Any:
        raise NotImplementedError

    def _go_back(self, future: Any) -> None:
        raise NotImplementedError

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of the end of a transcript, uint8 (480, 640, 3)."""
        from synth_envs.dialogue.transcript import entries
        from synth_envs.text_render import picture

        return picture(entries(self.episode(index)))

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views of arrays, and the episodes: a copy begins with a `reset`."""
        left_out = ("terms", "metrics")
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._link()


class ActsSim(DialogueSim):
    """Dialogues in acts: an action names an act, and the agent's desk fills in the rest."""

    name = "dialogue-acts"

    def _prepare(self) -> None:
        self.single_observation_space = gym.spaces.Box(0.0, 1.0, (SIZE,), np.float32)
        self.single_action_space = gym.spaces.MultiDiscrete(list(SIZES))
        self.observations = np.zeros((self.num_envs, SIZE), np.float32)
        self.desks: list[Desk | None] = [None] * self.num_envs

    def desk(self, index: int) -> Desk:
        """Return the agent's desk of a running episode."""
        return cast("Desk", self.desks[index])

    def _began(self, index: int) -> None:
        episode = self.episode(index)
        desk = self.desks[index] = Desk(episode.spec, episode.world.today)
        desk.hear(self.heard(index, episode.opening))
        write_features(desk, episode, self.observations[index])

    def _code(self, action: Any) -> Any:
        return action

    def _act(self, index: int, episode: Episode, action: Any) -> None:
        desk = self.desk(index)
        move = move_of(desk, self._code(action))
        if move is None:
            episode.invalid()
        elif isinstance(move, Call):
            desk.see(
                episode.spec.by_tool.get(move.name), move.args, episode.call(move.name, move.args)
            )
        else:
            desk.note(move)
            desk.hear(self.heard(index, episode.say(move)))
        write_features(desk, episode, self.observations[index])

    def action_masks(self, index: int = 0) -> np.ndarray:
        """Return which actions of the flat space have all their arguments, bool (len(FLAT),)."""
        return np.array(legal(self.desk(index)))

    def _future(self) -> Any:
        return self.episodes, self._told, self.desks, self.observations

    def _go_back(self, future: Any) -> None:
        self.episodes, self._told, self.desks, seen = future
        self.observations[:] = seen


class FlatActsSim(ActsSim):
    """Dialogues in acts, as one number."""

    def _prepare(self) -> None:
        super()._prepare()
        self.single_action_space = gym.spaces.Discrete(len(FLAT))

    def _code(self, action: Any) -> Any:
        return FLAT[int(action)]
