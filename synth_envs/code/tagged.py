"""Python values as JSON data that keeps their types: tuples, sets, dicts with any keys.

The form is the one that the sandbox side of data sets writes (`synth_envs.code.real.inside`): lists
and scalars are themselves, all else is an object with one key, such as {"tuple": [1, 2]}. Here it
is read from literals, compared and written as literals; no value is ever built from it.
"""

from __future__ import annotations

import ast
import json
import math
import re
import sys
from collections.abc import Callable

from synth_envs.core import Json

__all__ = ["NotALiteralError", "canonical", "read_literal", "written"]

_NAMES: dict[str, Json] = {"true": True, "false": False, "null": None}
_TEXTS = {
    "bytes": re.compile("(?:[0-9a-f]{2})*"),
    "bytearray": re.compile("(?:[0-9a-f]{2})*"),
    "Decimal": re.compile(r"[\w.+-]{1,4000}"),
    "Fraction": re.compile(r"-?[0-9]{1,4000}(?:/[0-9]{1,4000})?"),
}
_NUMBERS: dict[str, list[type]] = {"complex": [float, float], "range": [int, int, int]}
_LARGEST = sys.float_info.max
_FLOATS = ("inf", "-inf", "nan")
_ITEMS = ("tuple", "set", "frozenset", "deque")
_PAIRS = ("dict", "OrderedDict", "defaultdict", "Counter")


class NotALiteralError(ValueError):
    """The expression is not one of literals, or the data is not a value."""


def _key(data: Json) -> str:
    return json.dumps(data, sort_keys=True)


def read_literal(node: ast.expr) -> Json:
    """Return the tagged form of a parsed literal; `set()` and the like count as literals.

    Raises:
        NotALiteralError: It is something else.
    """
    match node:
        case ast.Constant(value=constant):
            if constant is None or type(constant) in (bool, int, float, str):
                return constant
            if isinstance(constant, bytes):
                return {"bytes": constant.hex()}
            if isinstance(constant, complex):
                return {"complex": [constant.real, constant.imag]}
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=number)):
            if isinstance(number, int | float) and not isinstance(number, bool):
                return -number if isinstance(sign, ast.USub) else number
            if isinstance(number, complex):
                turned = -number if isinstance(sign, ast.USub) else number
                return {"complex": [turned.real, turned.imag]}
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=tail)):
            real = read_literal(left)
            if type(real) in (int, float) and abs(real) <= _LARGEST and isinstance(tail, complex):
                return {
                    "complex": [float(real), tail.imag if isinstance(sign, ast.Add) else -tail.imag]
                }
        case ast.List(elts=items):
            return [read_literal(item) for item in items]
        case ast.Tuple(elts=items):
            return {"tuple": [read_literal(item) for item in items]}
        case ast.Set(elts=items):
            return {"set": _unordered(items)}
        case ast.Dict(keys=keys, values=values):
            return {"dict": _pairs(keys, values)}
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _called(name, arguments)
    raise NotALiteralError


def _unordered(items: list[ast.expr]) -> list[Json]:
    found = {_key(one): one for one in map(read_literal, items)}
    return [found[key] for key in sorted(found)]


def _pairs(keys: list[ast.expr | None], values: list[ast.expr]) -> list[Json]:
    found: dict[str, Json] = {}
    for key, value in zip(keys, values, strict=True):
        if key is None:
            raise NotALiteralError
        data = read_literal(key)
        text = _key(data)
        if text in found:
            raise NotALiteralError
        found[text] = [data, read_literal(value)]
    return list(found.values())


def _called(name: str, arguments: list[ast.expr]) -> Json:
    match name, arguments:
        case "set" | "frozenset", []:
            return {name: []}
        case "frozenset", [ast.Set(elts=items)]:
            return {name: _unordered(items)}
        case "range", [_, *_] if len(arguments) <= 3:
            bounds = [read_literal(one) for one in arguments]
            if all(type(one) is int for one in bounds) and bounds[2:] != [0]:
                start, stop, step = [0, *bounds, 1] if len(bounds) == 1 else [*bounds, 1][:3]
                return {"range": [start, stop, step]}
        case "float", [ast.Constant(value=str() as text)] if text in _FLOATS:
            return float(text)
    raise NotALiteralError


def canonical(data: Json) -> Json:
    """Return equal data for equal values: what has no order is put into one.

    Raises:
        NotALiteralError: It is not in tagged form.
    """
    if type(data) is list:
        return [canonical(item) for item in data]
    if type(data) is not dict:
        return data
    if len(data) != 1:
        raise NotALiteralError
    ((tag, inner),) = data.items()
    if type(inner) is str and tag in _TEXTS:
        if _TEXTS[tag].fullmatch(inner):
            return data
        raise NotALiteralError
    if type(inner) is not list:
        raise NotALiteralError
    if tag in _NUMBERS and [type(one) for one in inner] == _NUMBERS[tag]:
        return data
    if tag in _ITEMS:
        items = [canonical(item) for item in inner]
        return {tag: items if tag in ("tuple", "deque") else sorted(items, key=_key)}
    if tag in _PAIRS and all(type(pair) is list and len(pair) == 2 for pair in inner):
        pairs = [canonical(pair) for pair in inner]
        return {tag: pairs if tag == "OrderedDict" else sorted(pairs, key=_key)}
    raise NotALiteralError


def written(data: Json) -> str:
    """Return canonical data, or what `read_literal` returned, as Python writes it.

    >>> written({"dict": [[{"tuple": [1]}, {"set": []}]]})
    '{(1,): set()}'
    """
    if type(data) is list:
        return f"[{', '.join(map(written, data))}]"
    if type(data) is float and not math.isfinite(data):
        return f"float('{data}')"
    if type(data) is not dict:
        return repr(data)
    ((tag, inner),) = data.items()
    writer = _WRITERS.get(tag)
    if writer is not None:
        return writer(inner)
    if tag in _PAIRS:
        return f"{tag}({_table(inner)})"
    if tag in _ITEMS:
        return f"{tag}({written(inner)})"
    if type(inner) is list:
        return f"{tag}({', '.join(map(written, inner))})"
    return f"{tag}({inner!r})"


def _table(pairs: list[list[Json]]) -> str:
    return f"{{{', '.join(f'{written(key)}: {written(item)}' for key, item in pairs)}}}"


def _set(items: list[Json]) -> str:
    return f"{{{', '.join(map(written, items))}}}" if items else "set()"


def _tuple(items: list[Json]) -> str:
    return f"({', '.join(map(written, items))}{',' if len(items) == 1 else ''})"


_WRITERS: dict[str, Callable[[Json], str]] = {
    "dict": _table,
    "set": _set,
    "tuple": _tuple,
    "frozenset": lambda items: f"frozenset({_set(items) if items else ''})",
    "bytes": lambda text: repr(bytes.fromhex(text)),
    "complex": lambda pair: repr(complex(*pair)),
}
