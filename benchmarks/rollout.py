"""Plays planned episodes in a vector environment and records them.

The same loop serves a run, where a policy chooses the actions, and a replay, where a file does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
from gymnasium import spaces
from gymnasium.vector import VectorEnv

from benchmarks.canonical import Chain, action_to_json, dump_json
from benchmarks.errors import UsageError
from benchmarks.plan import Episode
from synth_envs.core import Json

__all__ = ["Player", "Playing", "Record", "return_of", "rollout"]

Record: TypeAlias = dict[str, Json]


@dataclass
class Playing:
    """An episode in progress in one member of the vector environment."""

    episode: Episode
    chain: Chain
    task_id: str | None
    actions: list[Json] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)

    def record(self, *, terminated: bool, truncated: bool, status: str | None) -> Record:
        """The finished episode as plain JSON values."""
        episode = self.episode
        return {
            "index": episode.index,
            "case": episode.case,
            "run": episode.run,
            "episode": episode.episode,
            "seed": episode.seed,
            "options": episode.options,
            "actions": self.actions,
            "rewards": self.rewards,
            "terminated": terminated,
            "truncated": truncated,
            "status": status,
            "task_id": self.task_id,
            "chain": self.chain.links,
        }


class Player(Protocol):
    """Whoever chooses the actions: a policy in a run, a file in a replay."""

    def begin(self, members: Sequence[int]) -> None:
        """New episodes have begun in these members of the vector environment."""
        ...

    def act(self, observations: Any, playing: Sequence[Playing | None]) -> Any:
        """One action for each member, as a sequence or an array.

        A member that only keeps the batch full, while others finish, is None in `playing`: any
        valid action will do there.
        """
        ...


def return_of(record: Record) -> float | None:
    """The return of a recorded episode, or None if a fault of ours masks it."""
    return None if record["status"] == "error" else float(sum(record["rewards"]))


def rollout(
    env: VectorEnv[Any, Any, Any],
    episodes: Sequence[Episode],
    player: Player,
    header: Sequence[Any],
) -> Iterator[Record]:
    """Play every episode once and yield its record when it ends.

    Args:
        env: A vector environment with autoreset disabled.
        episodes: What to play, at least one.
        player: Chooses the actions.
        header: What the hash chains begin with, beside seed and options.
    """
    n = env.num_envs
    space, observation_space = env.single_action_space, env.single_observation_space
    waiting = iter(episodes)
    playing: list[Playing | None] = [None] * n
    last = [episodes[0]] * n
    left = len(episodes)
    ended = list(range(n))
    observations: Any = None
    if any(episode.options for episode in episodes):
        env.reset(seed=episodes[0].seed)  # the members below are then reset group by group
    while left:
        observations = _restart(
            env, ended, waiting=waiting, last=last, playing=playing, header=header
        )
        player.begin(ended)
        ended = []
        while not ended:
            chosen = player.act(observations, playing)
            if len(chosen) != n:
                msg = f"the policy gave {len(chosen)} actions for {n} environments"
                raise UsageError(msg)
            pairs = [action_to_json(space, chosen[i]) for i in range(n)]
            batch = [action for _, action in pairs]
            actions = tuple(batch) if isinstance(space, spaces.Text) else np.stack(batch)
            observations, rewards, terminations, truncations, infos = env.step(actions)
            for i, current in enumerate(playing):
                terminated, truncated = bool(terminations[i]), bool(truncations[i])
                if terminated or truncated:
                    ended.append(i)
                if current is None:
                    continue
                reward = float(rewards[i])
                current.actions.append(pairs[i][0])
                current.rewards.append(reward)
                observation = _member(observation_space, observations, i)
                current.chain.add(batch[i], observation, reward, terminated, truncated)
                if terminated or truncated:
                    status = _of(_of(infos, "score", i), "status", i)
                    left -= 1
                    playing[i] = None
                    yield current.record(terminated=terminated, truncated=truncated, status=status)


def _restart(
    env: VectorEnv[Any, Any, Any],
    members: Sequence[int],
    *,
    waiting: Iterator[Episode],
    last: list[Episode],
    playing: list[Playing | None],
    header: Sequence[Any],
) -> Any:
    """Begin the next episodes in these members; where none is left, the last one again, unrecorded."""
    fresh: dict[int, Episode] = {}
    for i in members:
        episode = next(waiting, None)
        if episode is not None:
            fresh[i] = last[i] = episode
    observations: Any = None
    by_options: dict[str, list[int]] = {}
    for i in members:
        by_options.setdefault(dump_json(last[i].options), []).append(i)
    for group in by_options.values():  # one call of reset takes one set of options
        mask = np.zeros(env.num_envs, dtype=np.bool_)
        mask[group] = True
        seeds = [last[i].seed if mask[i] else None for i in range(env.num_envs)]
        options = {**(last[group[0]].options or {}), "reset_mask": mask}
        observations, infos = env.reset(seed=seeds, options=options)  # type: ignore[arg-type]
        for i in group:
            if i in fresh:
                episode = fresh[i]
                chain = Chain(*header, episode.seed, episode.options)
                chain.add(_member(env.single_observation_space, observations, i))
                playing[i] = Playing(episode, chain, _of(infos, "task_id", i))
    return observations


def _of(infos: Any, key: str, i: int) -> Any:
    """Member i's value of a batched info, or None; nested infos are returned whole."""
    if not isinstance(infos, dict) or key not in infos:
        return None
    value, mask = infos[key], infos.get(f"_{key}")
    if mask is not None and not mask[i]:
        return None
    return value if isinstance(value, dict) else value[i]


def _member(space: spaces.Space[Any], batch: Any, i: int) -> Any:
    """Member i of a batch of observations."""
    if isinstance(space, spaces.Dict):
        return {key: _member(part, batch[key], i) for key, part in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(_member(part, batch[k], i) for k, part in enumerate(space.spaces))
    return batch[i]
