"""The simulators behind an environment, which policies read."""

from __future__ import annotations

from typing import Any, TypeVar

__all__ = ["simulators_of"]

_S = TypeVar("_S")


def simulators_of(env: Any, kinds: type[_S] | tuple[type[_S], ...]) -> list[_S]:
    """Return the simulators of an environment, a native vector environment or a `SyncVectorEnv`.

    Raises:
        TypeError: It is none of these, or has simulators of other kinds.
    """
    inner = getattr(env, "unwrapped", env)
    if hasattr(inner, "envs"):
        return [sim for one in inner.envs for sim in simulators_of(one, kinds)]
    sim = getattr(inner, "sim", None)
    sims = getattr(sim, "chunks", [sim])
    if all(isinstance(one, kinds) for one in sims):
        return list(sims)
    names = kinds.__name__ if isinstance(kinds, type) else " or ".join(k.__name__ for k in kinds)
    msg = f"this policy reads {names}, which {type(inner).__name__} does not have (an AsyncVectorEnv hides its own)"
    raise TypeError(msg)
