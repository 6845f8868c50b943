"""A batch of episodes cut into chunks, each stepped by a thread of its own.

Kernels release the interpreter's lock, and an episode is a function of its key: so threads share
nothing, need no order, and give the same bits as one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from synth_envs.sim_env import BatchSimulator

__all__ = ["ChunkedSimulator"]


class ChunkedSimulator:
    """Simulators side by side, as one.

    Args:
        make: Makes a simulator of so many episodes.
        num_envs: How many episodes there are in all.
        threads: How many chunks, at least 1; at most one for each episode is made.
    """

    def __init__(self, make: Callable[[int], BatchSimulator], num_envs: int, threads: int) -> None:
        count = min(threads, num_envs)
        edges = [num_envs * k // count for k in range(count + 1)]
        self.num_envs = num_envs
        self.chunks = [make(high - low) for low, high in pairwise(edges)]
        self._slices = [slice(low, high) for low, high in pairwise(edges)]
        self._edges = np.array(edges)
        first = self.chunks[0]
        self.name = first.name
        self.steps_per_second = first.steps_per_second
        self.single_observation_space = first.single_observation_space
        self.single_action_space = first.single_action_space
        self._pool: ThreadPoolExecutor | None = None

    def _each(self, work: Callable[[BatchSimulator, slice], None]) -> None:
        if self._pool is None:  # made when needed: it can be neither copied nor sent elsewhere
            self._pool = ThreadPoolExecutor(len(self.chunks), thread_name_prefix="simulator")
        for done in [
            self._pool.submit(work, chunk, part)
            for chunk, part in zip(self.chunks, self._slices, strict=True)
        ]:
            done.result()

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin episodes; see `BatchSimulator`."""
        self._each(lambda chunk, part: chunk.reset(mask[part], keys[part], difficulty[part]))

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance; see `BatchSimulator`."""
        self._each(lambda chunk, part: chunk.step(actions[part], mask[part]))

    @property
    def observations(self) -> Any:
        """Copies of those of all chunks."""
        return _joined([chunk.observations for chunk in self.chunks])

    @property
    def rewards(self) -> np.ndarray:
        """float64 (num_envs,)."""
        return np.concatenate([chunk.rewards for chunk in self.chunks])

    @property
    def terminations(self) -> np.ndarray:
        """Bool (num_envs,)."""
        return np.concatenate([chunk.terminations for chunk in self.chunks])

    @property
    def truncations(self) -> np.ndarray:
        """Bool (num_envs,)."""
        return np.concatenate([chunk.truncations for chunk in self.chunks])

    @property
    def terms(self) -> Mapping[str, np.ndarray]:
        """The named terms of the last reward, float64 (num_envs,) each."""
        joined: dict[str, np.ndarray] = _joined([dict(chunk.terms) for chunk in self.chunks])
        return joined

    @property
    def metrics(self) -> Mapping[str, np.ndarray]:
        """What is measured over an episode, float64 (num_envs,) each."""
        joined: dict[str, np.ndarray] = _joined([dict(chunk.metrics) for chunk in self.chunks])
        return joined

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3)."""
        k = int(np.searchsorted(self._edges, index, "right")) - 1
        return self.chunks[k].frame(index - int(self._edges[k]))

    def save(self) -> dict[str, Any]:
        """Return copies of everything that the future hangs on."""
        return {str(k): chunk.save() for k, chunk in enumerate(self.chunks)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to what `save` returned."""
        for k, chunk in enumerate(self.chunks):
            chunk.restore(state[str(k)])

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the threads."""
        return self.__dict__ | {"_pool": None}


def _joined(parts: list[Any]) -> Any:
    """Join arrays, or dictionaries of them, along their first axis."""
    if isinstance(parts[0], dict):
        return {name: _joined([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)
