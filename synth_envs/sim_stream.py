"""Which episodes a simulator's environment runs: streams of keys, named by seeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np

from synth_envs.families import check_difficulty, suggest
from synth_envs.seeding import mix64, mix64_of, split_of_number, stream_key

__all__ = ["Streams", "check_options"]

_OPTIONS = ("task", "difficulty")
_TASK = re.compile(r"([a-z0-9-]{1,64})/([0-9a-f]{16})(?:/([0-9.e+-]{1,32}))?")
#: By how much the quota of a stream grows for each seed and each episode, as shares of 2**64: the
#: golden ratio's and the plastic number's inverse.
_PER_SEED, _PER_EPISODE = 0x9E3779B97F4A7C15, 0xC13FA9A902A6328F
_QUOTA = 0xFFFF << 48
_REST = (1 << 48) - 1
#: Counters of what a key decides outside the simulator: beyond any that a simulator uses.
_LEVEL = 2**62
#: So many episodes at a time are drawn one by one, which is then faster than arrays.
_FEW = 8


class Streams:
    """The episodes of each sub-environment: episode e of seed s is a key, the same everywhere.

    A key's split is a function of the key alone, so splits are disjoint whatever the seeds. The first
    16 bits of the keys walk evenly (by a Kronecker sequence) over the episodes of a stream and over
    neighbouring seeds, so that a simulator that shares out its scenarios by them keeps exact quotas.

    Args:
        name: What the episodes are of; task ids begin with it.
        num_envs: How many sub-environments there are.
        split: Which keys are passed over: all of other splits.
    """

    def __init__(self, name: str, num_envs: int, split: str) -> None:
        self.name = name
        self.split = split
        self._streams = np.zeros(num_envs, dtype=np.uint64)
        self._starts = np.zeros(num_envs, dtype=np.uint64)
        self._seeded = np.zeros(num_envs, dtype=np.bool_)
        self._episodes = np.full(num_envs, -1, dtype=np.int64)
        self._keys = np.zeros(num_envs, dtype=np.uint64)
        self._levels = np.zeros(num_envs, dtype=np.float64)
        self._ids = np.full(num_envs, None, dtype=object)
        tenths = range(10)
        self._fits = np.array([split in ("all", split_of_number(tenth)) for tenth in tenths])

    def seed(self, index: int, seed: int) -> None:
        """Begin the stream of a seed in one sub-environment."""
        digest = blake2b(stream_key(seed, "all", 0, "simulator"), digest_size=8).digest()
        self._streams[index] = int.from_bytes(digest, "little")
        self._starts[index] = seed * _PER_SEED % 2**64
        self._seeded[index] = True
        self._episodes[index] = -1

    def begin(
        self,
        mask: np.ndarray,
        rng: np.random.Generator,
        difficulty: float | None,
        options: Mapping[str, Any] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the keys (uint64) and difficulties (float64) of all, new ones where `mask` is set.

        Raises:
            ValueError: `options["task"]` names no episode of these.
        """
        options = options or {}
        begun = np.flatnonzero(mask).tolist()
        for i in np.flatnonzero(mask & ~self._seeded).tolist():
            self.seed(i, int(rng.integers(2**63)))
        level, given = options.get("difficulty", difficulty), None
        if "task" in options:
            given, level = self._parsed(options["task"])
        if given is not None or len(begun) <= _FEW:
            for i in begun:
                episode = self._episodes.item(i) + 1
                key = self._drawn(i, episode) if given is None else given
                self._episodes[i], self._keys[i] = episode, key
                self._levels[i] = _level_of(key) if level is None else level
        else:
            self._episodes[mask] += 1
            self._draw(np.asarray(begun))
            self._levels[mask] = _levels_of(self._keys[mask]) if level is None else level
        tail = "" if level is None else f"/{level!r}"
        # All numbers as one text of hexadecimal digits: formatting each takes several times as long.
        digits, head = self._keys[mask].astype(">u8").tobytes().hex(), f"{self.name}/"
        for k, i in enumerate(begun):
            self._ids[i] = head + digits[16 * k : 16 * k + 16] + tail
        return self._keys, self._levels

    def _drawn(self, index: int, episode: int) -> int:
        """Return the key of an episode: the first of its candidates that is of the split."""
        base = mix64_of(self._streams.item(index), episode)
        quota = (self._starts.item(index) + episode * _PER_EPISODE) & _QUOTA
        tries = 0
        while True:
            key = quota | (mix64_of(base, tries) & _REST)
            if self._fits[key % 10]:
                return key
            tries += 1

    def _draw(self, todo: np.ndarray) -> None:
        """Set the keys of many episodes, each as `_drawn` does."""
        episodes = self._episodes[todo].astype(np.uint64)
        base = mix64(self._streams[todo], episodes)
        quota = (self._starts[todo] + episodes * np.uint64(_PER_EPISODE)) & np.uint64(_QUOTA)
        tries = 0
        while todo.size:
            keys = quota | (mix64(base, tries) & np.uint64(_REST))
            fits = self._fits[(keys % np.uint64(10)).astype(np.int64)]
            self._keys[todo[fits]] = keys[fits]
            todo, base, quota = todo[~fits], base[~fits], quota[~fits]
            tries += 1

    def _parsed(self, task: Any) -> tuple[int, float | None]:
        found = _TASK.fullmatch(task) if isinstance(task, str) else None
        if found is None or found[1] != self.name:
            msg = (
                f"no episode of {self.name!r}: {task!r:.100}; the ids are those of info['task_id']"
            )
            raise ValueError(msg)
        try:
            level = None if found[3] is None else check_difficulty(float(found[3]))
        except ValueError as error:
            msg = f"bad difficulty in {task!r}"
            raise ValueError(msg) from error
        return int(found[2], 16), level

    def task_id(self, index: int) -> str:
        """The name of the running episode of a sub-environment."""
        return str(self._ids[index])

    def task_ids(self) -> np.ndarray:
        """The names of the running episodes, an object array of shape (num_envs,)."""
        return self._ids.copy()

    def save(self) -> dict[str, Any]:
        """Return a copy of everything but the name and the split."""
        names = ("_streams", "_starts", "_seeded", "_episodes", "_keys", "_levels", "_ids")
        return {name: getattr(self, name).copy() for name in names}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to what `save` returned."""
        for name, value in state.items():
            getattr(self, name)[:] = value


def _level_of(key: int) -> float:
    """Return the difficulty that an episode draws."""
    return (mix64_of(key, _LEVEL) >> 11) * 2.0**-53


def _levels_of(keys: np.ndarray) -> np.ndarray:
    """Return `_level_of` of many, float64."""
    levels: np.ndarray = (mix64(keys, _LEVEL) >> np.uint64(11)) * 2.0**-53
    return levels


def check_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the options of a reset.

    Raises:
        ValueError: One is unknown or has a bad value.
    """
    checked = dict(options or {})
    for name in checked:
        if name not in _OPTIONS:
            msg = f"unknown reset option {name!r}{suggest(name, _OPTIONS)}"
            raise ValueError(msg)
    if "difficulty" in checked:
        checked["difficulty"] = check_difficulty(checked["difficulty"])
    return checked
