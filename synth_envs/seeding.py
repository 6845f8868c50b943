"""Random streams and splits: every draw of the suite is a pure function of a key.

A stream is named by (seed, split, index, purpose) and hashed, so neighbouring seeds share nothing
and no seed arithmetic can make two splits meet. The generator is counter-based: block i of a
stream is BLAKE2b(key, i), which makes streams free to create (no state to warm up), equal in every
process, on every platform, for every PYTHONHASHSEED and batch size.
"""

from collections.abc import MutableSequence, Sequence
from hashlib import blake2b
from typing import Literal, TypeVar

import numpy as np

__all__ = [
    "SPLITS",
    "Split",
    "TaskRandom",
    "mix64",
    "mix64_of",
    "split_of",
    "split_of_key",
    "split_of_number",
    "stream_key",
    "task_rng",
]

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

T = TypeVar("T")

# Refill below 2**64: the modulo bias of a draw from n values is then at most n / 2**64.
_LOW = 1 << 64
_SPLIT_OF_DECILE: tuple[Split, ...] = ("train",) * 8 + ("validation", "test")


class TaskRandom:
    """A random stream with the method names of `random.Random`, several times faster to create.

    Entropy is one big integer, filled 512 bits at a time from BLAKE2b in counter mode; each draw
    takes its remainder by the number of outcomes.

    Args:
        key: The stream's name, at most 64 bytes are significant to BLAKE2b's speed, any length works.
    """

    __slots__ = ("_block", "_key", "_pool")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._block = 0
        self._pool = int.from_bytes(blake2b(key).digest(), "little")

    def _refill(self) -> int:
        self._block += 1
        block = blake2b(self._key, salt=self._block.to_bytes(16, "little")).digest()
        self._pool = (self._pool << 512) | int.from_bytes(block, "little")
        return self._pool

    def randrange(self, n: int) -> int:
        """An integer in [0, n), for 1 <= n < 2**64."""
        pool = self._pool
        if pool < _LOW:
            pool = self._refill()
        self._pool, value = divmod(pool, n)
        return value

    def randint(self, low: int, high: int) -> int:
        """An integer in [low, high], both included."""
        pool = self._pool
        if pool < _LOW:
            pool = self._refill()
        self._pool, value = divmod(pool, high - low + 1)
        return low + value

    def random(self) -> float:
        """A float in [0, 1) with 53 random bits."""
        return self.randrange(1 << 53) / (1 << 53)

    def choice(self, options: Sequence[T]) -> T:
        """One element of a non-empty sequence."""
        pool = self._pool
        if pool < _LOW:
            pool = self._refill()
        self._pool, value = divmod(pool, len(options))
        return options[value]

    # The two loops below inline `randrange`: a method call would double their cost.

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Shuffle a list in place (Fisher-Yates)."""
        pool = self._pool
        for n in range(len(items), 1, -1):
            if pool < _LOW:
                self._pool = pool
                pool = self._refill()
            pool, j = divmod(pool, n)
            items[n - 1], items[j] = items[j], items[n - 1]
        self._pool = pool

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Draw k distinct positions of a sequence, in random order.

        Raises:
            ValueError: k is larger than the population.
        """
        n = len(population)
        if k > n:
            msg = f"cannot draw {k} of {n} items without replacement"
            raise ValueError(msg)
        drawn = list(population)
        pool = self._pool
        for i in range(k):
            if pool < _LOW:
                self._pool = pool
                pool = self._refill()
            pool, j = divmod(pool, n - i)
            j += i
            drawn[i], drawn[j] = drawn[j], drawn[i]
        self._pool = pool
        return drawn[:k]


def stream_key(seed: int, split: str, index: int, purpose: str = "task") -> bytes:
    """The name of one stream; distinct arguments give distinct names."""
    return b"%d/%b/%d/%b" % (seed, split.encode(), index, purpose.encode())


def task_rng(seed: int, split: str, index: int, purpose: str = "task") -> TaskRandom:
    """The stream of task `index` in `split` under `seed`."""
    return TaskRandom(stream_key(seed, split, index, purpose))


def split_of(digest: bytes) -> Split:
    """The split that owns a task: 80% train, 10% validation, 10% test, by its content hash.

    Args:
        digest: The task's content hash (at least 8 bytes).
    """
    return split_of_number(int.from_bytes(digest[:8], "little"))


def split_of_number(number: int) -> Split:
    """The split of an episode's key, by the same shares."""
    return _SPLIT_OF_DECILE[number % 10]


def split_of_key(key: str) -> Split:
    """The split that owns every task of one problem (see `Task.split_key`)."""
    return split_of(blake2b(key.encode(), digest_size=16).digest())


def mix64(keys: np.ndarray, counter: int | np.ndarray) -> np.ndarray:
    """Draw `counter` of each key: 64 random bits, as the kernels of the simulators draw them.

    Args:
        keys: uint64, of any shape.
        counter: At least 0; an array of uint64 to give each key its own.

    Source: splitmix64 in Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
    (OOPSLA 2014).
    """
    step = np.atleast_1d(np.asarray(counter, dtype=np.uint64))  # scalars would warn of overflow
    z = keys + (step + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def mix64_of(key: int, counter: int) -> int:
    """Draw `counter` of one key, as `mix64` does, several times faster for one."""
    z = (key + (counter + 1) * 0x9E3779B97F4A7C15) % _LOW
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % _LOW
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % _LOW
    return z ^ (z >> 31)
