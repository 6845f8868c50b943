"""Where a file differs from its replay, in words."""

from benchmarks.errors import RefusedError
from synth_envs.core import Json

__all__ = ["compare", "difference"]


def compare(stated: Json, actual: Json, where: str) -> None:
    """Raise RefusedError at the first place where two JSON values differ."""
    found = difference(stated, actual, where)
    if found:
        raise RefusedError(found)


def difference(stated: Json, actual: Json, where: str) -> str | None:
    """The first place where a file differs from its replay, in words; None if they are equal."""
    if type(stated) is type(actual) and isinstance(actual, dict):
        for key in sorted({*stated, *actual}):
            if key not in stated or key not in actual:
                return f"{where}.{key}: {'missing' if key in actual else 'unknown'}"
            found = difference(stated[key], actual[key], f"{where}.{key}")
            if found:
                return found
        return None
    if type(stated) is type(actual) and isinstance(actual, list):
        for i, (left, right) in enumerate(zip(stated, actual, strict=False)):
            found = difference(left, right, f"{where}[{i}]")
            if found:
                return found
        if len(stated) != len(actual):
            return f"{where}: the file has {len(stated)} entries, the replay {len(actual)}"
        return None
    if type(stated) is not type(actual) or stated != actual:
        return f"{where}: the file says {_short(stated)}, the replay gives {_short(actual)}"
    return None


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
