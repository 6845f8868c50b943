"""The structure of what `reset` and `step` return: tuples, shapes, dtypes, spaces, info masks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from gymnasium.vector import VectorEnv

from synth_envs.checking.values import brief, is_mask

__all__ = ["BrokenRuleError", "check_returned"]


class BrokenRuleError(Exception):
    """A call broke a rule: `rule` names it, or else the rule being checked; the text says how."""

    def __init__(self, detail: str, *, rule: str = "") -> None:
        super().__init__(detail)
        self.rule = rule


def check_returned(
    env: VectorEnv[Any, Any, Any], call: str, returned: Any, mask: np.ndarray
) -> None:
    """Check the structure of one result.

    Args:
        env: What returned it.
        call: "reset" or "step".
        returned: The result.
        mask: Which sub-environments may have an info.

    Raises:
        BrokenRuleError: The structure is not the contract's.
    """
    n = env.num_envs
    names = ["observations", "rewards", "terminations", "truncations", "infos"]
    if call != "step":
        names = ["observations", "infos"]
    if not isinstance(returned, tuple) or len(returned) != len(names):
        msg = f"{call} must return the tuple ({', '.join(names)}), got {brief(returned)}"
        raise BrokenRuleError(msg, rule="result")
    observations, infos = returned[0], returned[-1]
    problem = _dtype_problem(env.observation_space, observations, "observations")
    if problem:
        msg = f"{call}: {problem}"
        raise BrokenRuleError(msg, rule="dtypes")
    if observations not in env.observation_space:
        msg = (
            f"{call} returned observations outside observation_space: {brief(observations)}; "
            f"return all {n} rows, with finite values in bounds"
        )
        raise BrokenRuleError(msg, rule="observations")
    for name, value in zip(names[1:-1], returned[1:-1], strict=True):
        kind, wanted = ("f", "floating") if name == "rewards" else ("b", "bool")
        if not isinstance(value, np.ndarray) or value.shape != (n,):
            shape = getattr(value, "shape", "none")
            msg = f"{name} must be a numpy array of shape ({n},), got {type(value).__name__} of shape {shape}"
            raise BrokenRuleError(msg, rule="shapes")
        if value.dtype.kind != kind:
            msg = f"{name} must have a {wanted} dtype, got {value.dtype}"
            raise BrokenRuleError(msg, rule="dtypes")
    if not isinstance(infos, dict):
        msg = f"{call} must return a dict of infos, got {type(infos).__name__}"
        raise BrokenRuleError(msg, rule="infos")
    _check_infos(infos, "infos", mask, "infos masks" if mask.all() else "reset_mask")


def _dtype_problem(space: Space[Any], value: Any, name: str) -> str | None:
    if isinstance(space, spaces.Dict) and isinstance(value, Mapping):
        children: Any = ((name, key) for key in space if key in value)
    elif isinstance(space, spaces.Tuple) and isinstance(value, tuple | list):
        children = ((name, key) for key in range(min(len(space), len(value))))
    elif isinstance(value, np.ndarray) and space.dtype is not None and value.dtype != space.dtype:
        return f"{name} have dtype {value.dtype}, their space {space.dtype}"
    else:
        return None
    found = (_dtype_problem(space[k], value[k], f"{name}[{k!r}]") for name, k in children)
    return next((problem for problem in found if problem), None)


def _check_infos(infos: Mapping[str, Any], name: str, allowed: np.ndarray, rule: str) -> None:
    for key, value in infos.items():
        if is_mask(key, infos):
            continue
        mask = infos.get(f"_{key}")
        if not (
            isinstance(mask, np.ndarray) and mask.dtype == np.bool_ and mask.shape == allowed.shape
        ):
            msg = (
                f"{name}[{key!r}] needs a mask {name}['_{key}'], a bool array of shape "
                f"{allowed.shape}, got {brief(mask)}"
            )
            raise BrokenRuleError(msg, rule="infos masks")
        if (mask & ~allowed).any():
            extra = np.flatnonzero(mask & ~allowed).tolist()
            msg = f"{name}['_{key}'] marks the sub-environments {extra}, which have no part in it"
            raise BrokenRuleError(msg, rule=rule)
        if isinstance(value, dict):
            _check_infos(value, f"{name}[{key!r}]", mask, "infos masks")
        elif not isinstance(value, np.ndarray) or value.shape[:1] != allowed.shape:
            msg = f"{name}[{key!r}] must be a dict or an array with {len(allowed)} rows, got {brief(value)}"
            raise BrokenRuleError(msg, rule="infos")
