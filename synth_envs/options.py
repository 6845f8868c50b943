"""Arguments of simulators, checked with errors that say what is allowed."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["flag", "number", "whole"]


def number(name: str, value: Any, low: float, high: float) -> float:
    """Return a finite number within its bounds.

    Raises:
        ValueError: It is none.
    """
    kinds = int | float | np.integer | np.floating
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        msg = f"{name} must be a number in [{low:g}, {high:g}], got {value!r}"
        raise ValueError(msg)
    return float(value)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return an integer within its bounds.

    Raises:
        ValueError: It is none.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | np.integer)
        or not low <= value <= high
    ):
        msg = f"{name} must be an integer in [{low}, {high}], got {value!r}"
        raise ValueError(msg)
    return int(value)


def flag(name: str, value: Any) -> bool:
    """Return True or False.

    Raises:
        ValueError: It is neither.
    """
    if not isinstance(value, bool | np.bool_):
        msg = f"{name} must be True or False, got {value!r}"
        raise ValueError(msg)  # noqa: TRY004 - as all bad values here
    return bool(value)
