"""Exact copies of a simulator's arrays, and putting them back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

__all__ = ["put_back", "refuse", "saved"]


def saved(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return copies of all arrays."""
    return {name: array.copy() for name, array in arrays.items()}


def put_back(arrays: Mapping[str, np.ndarray], state: Mapping[str, np.ndarray]) -> None:
    """Copy what `saved` returned into the arrays.

    Raises:
        ValueError: The state is of another simulator: names, shapes or types differ.
    """
    for name, array in arrays.items():
        given = state.get(name)
        if given is None or given.shape != array.shape or given.dtype != array.dtype:
            shown = "nothing" if given is None else f"{given.dtype} {given.shape}"
            msg = f"saved state does not fit: {name!r} is {shown}, not {array.dtype} {array.shape}"
            raise ValueError(msg)
    if unknown := state.keys() - arrays.keys():
        msg = f"saved state does not fit: unknown {sorted(unknown)}"
        raise ValueError(msg)
    for name, array in arrays.items():
        np.copyto(array, state[name])


def refuse(what: str, value: object, wanted: str) -> None:
    """Raise the ValueError of an option with a bad value."""
    msg = f"{what} must be {wanted}, got {value!r}"
    raise ValueError(msg)
