"""Taking batches apart, comparing results and finding what they share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.vector.utils import concatenate, create_empty_array, iterate

__all__ = [
    "brief",
    "difference",
    "info_of",
    "is_mask",
    "join",
    "overwrite",
    "shared",
    "split",
]


def split(space: Space[Any], batch: Any) -> list[Any]:
    """The rows of a batch of observations or actions."""
    return list(iterate(space, batch))


def join(single: Space[Any], rows: Sequence[Any]) -> Any:
    """The batch with these rows; the inverse of `split`."""
    return concatenate(single, rows, create_empty_array(single, len(rows)))  # type: ignore[arg-type]


def info_of(infos: Mapping[str, Any], i: int) -> dict[str, Any]:
    """The info of sub-environment i, by the masks of batched infos."""
    info = {}
    for key, value in infos.items():
        if not is_mask(key, infos) and infos[f"_{key}"][i]:
            info[key] = info_of(value, i) if isinstance(value, dict) else value[i]
    return info


def difference(a: Any, b: Any, where: str = "value") -> str | None:
    """Where and how two results differ; None if they do not.

    Types and dtypes count, except that a number may be Python's or numpy's. NaN equals NaN.
    """
    if isinstance(a, np.bool_ | np.number):
        a = a.item()
    if isinstance(b, np.bool_ | np.number):
        b = b.item()
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (a, b))
    if type(a) is not type(b) and not numbers:
        return f"{where} is {brief(a)} ({type(a).__name__}), not {brief(b)} ({type(b).__name__})"
    if isinstance(a, Mapping):
        if a.keys() != b.keys():
            return f"{where} has the keys {sorted(a, key=str)}, not {sorted(b, key=str)}"
        pairs: Any = ((f"{where}[{key!r}]", a[key], b[key]) for key in a)
    elif isinstance(a, tuple | list):
        if len(a) != len(b):
            return f"{where} has {len(a)} elements, not {len(b)}"
        pairs = ((f"{where}[{k}]", x, y) for k, (x, y) in enumerate(zip(a, b, strict=True)))
    elif isinstance(a, np.ndarray):
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            return f"{where} is {a.dtype} of shape {a.shape}, not {b.dtype} of shape {b.shape}"
        if a.dtype != object:
            same = np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
            return None if same else f"{where} is {brief(a)}, not {brief(b)}"
        cells = zip(a.ravel(), b.ravel(), strict=True)
        pairs = ((f"{where}[{k}]", x, y) for k, (x, y) in enumerate(cells))
    else:
        same = bool(a == b) or (a != a and b != b)  # noqa: PLR0124 - NaN differs from itself
        return None if same else f"{where} is {brief(a)}, not {brief(b)}"
    return next((found for name, x, y in pairs if (found := difference(x, y, name))), None)


def _parts(data: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every array, dict and list inside a result, with its name; the innermost come first."""
    children: Any = ()
    if isinstance(data, Mapping):
        children = data.items()
    elif isinstance(data, tuple | list) or (isinstance(data, np.ndarray) and data.dtype == object):
        children = enumerate(data)
    for key, child in children:
        yield from _parts(child, f"{name}[{key!r}]")
    if isinstance(data, np.ndarray | dict | list):
        yield name, data


def shared(results: Sequence[tuple[str, Any]]) -> str | None:
    """Which two of these named results share a mutable object or memory; None if none do."""
    owners: dict[int, tuple[int, str]] = {}
    spans: list[tuple[int, int, int, str, np.ndarray]] = []
    for k, (title, result) in enumerate(results):
        for name, part in _parts(result, title):
            if isinstance(part, np.ndarray):
                low, high = np.lib.array_utils.byte_bounds(part)
                if part.size:
                    spans.append((low, high, k, name, part))
            else:
                owner, other = owners.setdefault(id(part), (k, name))
                if owner != k:
                    return f"{other} and {name} are one object"
    spans.sort(key=lambda span: span[:3])
    reach = spans[:1]  # the span that reaches furthest so far
    for span in spans[1:]:
        low, high, k, name, part = span
        if low < reach[0][1] and k != reach[0][2] and np.shares_memory(part, reach[0][4]):
            return f"{reach[0][3]} and {name} share memory"
        if high > reach[0][1]:
            reach = [span]
    return None


def overwrite(results: Any) -> None:
    """Spoil every array and container of a result, as its owner may."""
    for _, part in list(_parts(results, "")):
        if isinstance(part, dict | list):
            part.clear()
        elif part.flags.writeable and part.dtype == object:
            part.fill(None)
        elif part.flags.writeable and part.dtype == np.bool_:
            np.logical_not(part, out=part)
        elif part.flags.writeable and part.dtype.kind in "iufc":
            np.add(part, 1, out=part, casting="unsafe")


def is_mask(key: str, infos: Mapping[str, Any]) -> bool:
    """Whether a key of batched infos is the mask of another key."""
    return key.startswith("_") and key[1:] in infos


def brief(value: Any) -> str:
    """A value in one line of bounded length."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 160 else f"{text[:160]}..."
