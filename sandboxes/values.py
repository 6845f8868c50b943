"""JSON values from hostile programs: strict reading and strict comparison, both bounded.

Nothing here evaluates, recurses without a bound, or trusts a type to compare itself: a value
that survives `read_json` holds only None, bool, int, float, str, list and dict.
"""

from __future__ import annotations

import json
import math
from typing import Any

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "UnreadableError", "read_json", "same_value"]

#: Nesting beyond this is refused.
MAX_DEPTH = 64
#: Integers with more digits are refused (the quadratic conversion is an attack).
MAX_DIGITS = 4_000


class UnreadableError(ValueError):
    """The text is not a JSON value within the bounds."""


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        msg = f"an integer of {len(text)} digits; at most {MAX_DIGITS} are read"
        raise UnreadableError(msg)
    return int(text)


def _check_depth(text: str) -> None:
    """Refuse deep nesting before the recursive parser sees it; strings do not count."""
    depth, inside, escaped = 0, False, False
    for letter in text:
        if inside:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                inside = False
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                msg = f"nested deeper than {MAX_DEPTH}"
                raise UnreadableError(msg)
        elif letter in "]}":
            depth -= 1


def read_json(data: bytes | str, *, max_bytes: int = 2**22) -> Any:
    """Read one JSON value (NaN and infinities included, as Python writes them).

    Args:
        data: The text, or its UTF-8 bytes.
        max_bytes: The longest text that is read.

    Raises:
        UnreadableError: Too long, too deep, too many digits, bad UTF-8, a repeated key, or not
            JSON.
    """
    if len(data) > max_bytes:
        msg = f"{len(data)} bytes; at most {max_bytes} are read"
        raise UnreadableError(msg)
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        msg = f"not UTF-8: {error}"
        raise UnreadableError(msg) from None
    # Counting brackets is exact enough to clear almost every text without the slow scan.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(text)
    try:
        return json.loads(text, parse_int=_integer, object_pairs_hook=_unique)
    except UnreadableError:
        raise
    except (ValueError, RecursionError) as error:
        msg = f"not JSON: {error}"
        raise UnreadableError(msg) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "an object repeats a key"
        raise UnreadableError(msg)
    return found


def same_value(left: Any, right: Any, *, tolerance: float = 0.0) -> bool:
    """Whether two JSON values are the same, types included.

    `True` is not `1`, `1` is not `1.0`, NaN equals nothing, not even itself, and a subclass of
    a JSON type equals nothing. With a tolerance, two floats are the same within it, absolute or
    relative, whichever allows more; integers never gain from it.

    Args:
        left: A value read by `read_json` (or any object: foreign types are unequal).
        right: Another.
        tolerance: At least 0; applies to pairs of finite floats.

    >>> same_value(True, 1), same_value(1, 1.0), same_value([1, "a"], [1, "a"])
    (False, False, True)
    """
    stack = [(left, right, 0)]
    while stack:
        one, two, depth = stack.pop()
        kind = type(one)
        if kind is not type(two) or depth > MAX_DEPTH:
            return False
        if kind is list:
            if len(one) != len(two):
                return False
            stack.extend((a, b, depth + 1) for a, b in zip(one, two, strict=True))
        elif kind is dict:
            if len(one) != len(two) or any(type(key) is not str for key in one):
                return False
            for key, value in one.items():
                if key not in two:
                    return False
                stack.append((value, two[key], depth + 1))
        elif kind is float:
            if one == two:
                continue
            finite = math.isfinite(one) and math.isfinite(two)
            if not finite or not math.isclose(one, two, rel_tol=tolerance, abs_tol=tolerance):
                return False
        elif kind in (int, str, bool):
            if one != two:
                return False
        elif one is not None:
            return False
    return True
