"""Actions of language agents: the last JSON object in a text, read strictly and with bounds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["json_object", "number_of"]

_LONGEST, _CANDIDATES, _DEEPEST = 65_536, 256, 8


def json_object(text: str) -> dict[str, Any] | None:
    """Return the last JSON object in a text, or None.

    Text around it, such as reasoning or a code fence, does not matter. Refused: a name given
    twice, numbers that are not finite or have more than 18 digits before the point, nesting beyond
    8 levels, objects that begin before the last 65,536 characters or 256 opening braces.

    >>> json_object('I buy. {"position": 0.5}')
    {'position': 0.5}
    >>> json_object("nothing") is None
    True
    """
    tail = text[-_LONGEST:]
    decoder = json.JSONDecoder(
        object_pairs_hook=_once, parse_constant=_refused, parse_float=_finite, parse_int=_whole
    )
    starts = [place for place, letter in enumerate(tail) if letter == "{"]
    found, end = None, 0
    for start in starts[-_CANDIDATES:]:
        if start < end:
            continue  # a part of the object before
        try:
            value, end = decoder.raw_decode(tail, start)
        except (ValueError, RecursionError):
            continue
        found = value if _depth(value) <= _DEEPEST else None
    return found


def number_of(fields: Mapping[str, Any] | None, name: str) -> float | None:
    """Return a finite number of an object, or None where there is none of that name.

    >>> number_of({"position": 1}, "position")
    1.0
    """
    value = None if fields is None else fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a name is given twice"
        raise ValueError(msg)
    return found


def _refused(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    if len(text) > 18:
        raise ValueError(text)
    return int(text)


def _depth(value: Any) -> int:
    """Return how deep a value is nested; the decoder has bounded it by its own recursion."""
    if isinstance(value, dict):
        return 1 + max((_depth(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(one) for one in value), default=0)
    return 0
