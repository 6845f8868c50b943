"""Small arguments of given types: what a search without insight would try, always the same."""

from __future__ import annotations

from collections.abc import Sequence

from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["small_inputs", "small_value"]


def small_inputs(kinds: Sequence[str], number: int) -> list[list[Json]]:
    """Return small inputs of these types, the smallest first, always the same."""
    rng = TaskRandom(" ".join(kinds).encode())
    return [[small_value(kind, 1 + place // 12, rng) for kind in kinds] for place in range(number)]


def small_value(kind: str, size: int, rng: TaskRandom) -> Json:
    """Return a value of a type, of about this size."""
    kind = kind.removesuffix(" | None")
    if kind == "str":
        return "".join(rng.choice("abc 1") for _ in range(rng.randint(0, size)))
    if kind == "bool":
        return rng.randrange(2) == 1
    if kind == "float":
        return rng.randint(-size, size) / 2
    if kind.startswith("list"):
        return [small_value(kind[5:-1] or "int", size, rng) for _ in range(rng.randint(0, size))]
    if kind.startswith("dict"):
        inner = kind[5:-1].partition(", ")[2] or "int"
        return {
            rng.choice("abcde"): small_value(inner, size, rng) for _ in range(rng.randint(0, size))
        }
    return rng.randint(-size, 2 * size)
