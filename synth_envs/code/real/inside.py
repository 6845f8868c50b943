"""Runs inside the sandbox (standard library only): a data set's own tests without their program.

The tests of a data set compare in the process of the program that they test, which could change
what a comparison says. So their halves run in processes of their own: `record` (the reference and
the tests, nothing else) notes the arguments of every call, `entry` calls a submission on these,
and `check` runs the tests again on what the submission claims to have returned. A submission never
shares a process with an expected value, and what crosses over is data.
"""

import json
import random
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from types import ModuleType
from typing import Any

MAX_DEPTH = 24

_SEQUENCES: dict[Any, str] = {tuple: "tuple", deque: "deque", set: "set", frozenset: "frozenset"}
_TABLES: dict[Any, str] = {
    dict: "dict",
    OrderedDict: "OrderedDict",
    defaultdict: "defaultdict",
    Counter: "Counter",
}


def encode(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON data from which `decode` makes an equal value of the same types.

    Raises:
        TypeError: It is not plain data, or nested too deeply.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if depth > MAX_DEPTH:
        message = f"a value nested deeper than {MAX_DEPTH}"
        raise TypeError(message)
    if kind is list:
        return [encode(item, depth + 1) for item in value]
    if kind in _SEQUENCES:
        items = [encode(item, depth + 1) for item in value]
        if kind in (set, frozenset):
            items.sort(key=text_of)
        return {_SEQUENCES[kind]: items}
    if kind in _TABLES:
        pairs = [[encode(key, depth + 1), encode(item, depth + 1)] for key, item in value.items()]
        return {_TABLES[kind]: pairs}
    if kind in (bytes, bytearray):
        return {kind.__name__: value.hex()}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind is range:
        return {"range": [value.start, value.stop, value.step]}
    if kind in _numbers(loaded=True):
        return {kind.__name__: str(value)}
    message = f"a value of type {kind.__name__}, which is not plain data"
    raise TypeError(message)


def decode(data: Any) -> Any:
    """Return the value that `encode` wrote; raises some exception if it is malformed."""
    if type(data) is list:
        return [decode(item) for item in data]
    if type(data) is not dict:
        return data
    ((tag, inner),) = data.items()
    for kind, name in _SEQUENCES.items():
        if tag == name:
            return kind([decode(item) for item in inner])
    if tag == "defaultdict":
        return defaultdict(None, {decode(key): decode(item) for key, item in inner})
    for table, name in _TABLES.items():
        if tag == name:
            return table({decode(key): decode(item) for key, item in inner})
    others: dict[str, Callable[[Any], Any]] = {
        "bytes": bytes.fromhex,
        "bytearray": bytearray.fromhex,
        "complex": lambda pair: complex(*pair),
        "range": lambda bounds: range(*bounds),
    }
    if tag in ("Decimal", "Fraction"):
        return next(one for one in _numbers() if one.__name__ == tag)(inner)
    return others[tag](inner)


def _numbers(*, loaded: bool = False) -> list[Any]:
    """Return the exact types of numbers, or those that the program has loaded: they cost time."""
    return [
        getattr(__import__(module), name)
        for module, name in (("decimal", "Decimal"), ("fractions", "Fraction"))
        if not loaded or module in sys.modules
    ]


def text_of(data: Any) -> str:
    """Return text that is equal for equal data."""
    return json.dumps(data, sort_keys=True)


class _NoClaim(BaseException):
    """The submission claims nothing for this call; no test can take it for something else."""


def _module(*texts: str) -> dict[str, Any]:
    """Run program texts one after the other as the module `solution`; return its names."""
    module = sys.modules["solution"] = ModuleType("solution")
    for text in texts:
        exec(compile(text, "solution.py", "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def _run_tests(row: dict[str, Any], make: Callable[[int, dict[str, Any]], Any]) -> list[str]:
    """Run each test with another entry; return what went wrong in each, or an empty text.

    The reference stays what it is for itself, so that its recursion is not seen. Random draws of
    a test are the same in every process.
    """
    names = _module(row["context"], row["solution"])
    codes = [
        [
            compile(text, "tests.py", "exec", dont_inherit=True)
            for text in (row["setup"], row["check"], test)
        ]
        for test in row["tests"]
    ]
    wrong = []
    for place, parts in enumerate(codes):
        own = dict(names)
        own[row["entry"]] = make(place, names)
        random.seed(0)
        try:
            for code in parts:
                exec(code, own)
            wrong.append("")
        except BaseException as error:
            wrong.append(f"{type(error).__name__}: {error}"[:200])
    return wrong


def record(row: dict[str, Any]) -> dict[str, Any]:
    """Run the tests on the reference.

    Returns:
        "wrong" of each test, and for each test its "calls": the encoded arguments of each call of
        the entry, or None where they are not plain data.
    """
    calls: list[list[Any]] = [[] for _ in row["tests"]]

    def recorder(place: int, names: dict[str, Any]) -> Callable[..., Any]:
        reference = names[row["entry"]]

        def recorded(*arguments: Any, **keywords: Any) -> Any:
            try:
                calls[place].append(encode([list(arguments), keywords]))
            except TypeError:
                calls[place].append(None)
            state = random.getstate()
            try:
                return reference(*arguments, **keywords)
            finally:
                random.setstate(state)

        return recorded

    return {"wrong": _run_tests(row, recorder), "calls": calls}


def check(row: dict[str, Any], calls: list[list[Any]], claims: list[list[Any]]) -> list[bool]:
    """Run the tests on claims.

    Args:
        row: The row.
        calls: As `record` returns them.
        claims: For each call, a list of the encoded value, or an empty one for none.

    Returns:
        Whether each test passed.
    """

    def claimant(place: int, names: dict[str, Any]) -> Callable[..., Any]:
        del names
        waiting: dict[str, list[Any]] = {}
        for given, claim in zip(calls[place], claims[place], strict=True):
            waiting.setdefault(text_of(given), []).append(claim)

        def claimed(*arguments: Any, **keywords: Any) -> Any:
            try:
                given = encode([list(arguments), keywords])
            except TypeError:
                given = None
            left = waiting.get(text_of(given))
            claim = left.pop(0) if left else []
            if not claim:
                raise _NoClaim
            return decode(claim[0])

        return claimed

    return [not one for one in _run_tests(row, claimant)]


def entry(context: str, submission: str, setup: str, name: str) -> Callable[[Any], Any]:
    """Define a submission; return what calls its function on encoded arguments.

    These are what `encode` makes of a list and a dict, or the text of arguments.
    """
    names = _module(context, submission, setup)

    def called(given: Any) -> Any:
        if type(given) is str:
            value = eval(f"{name}({given}\n)", names)
        else:
            arguments, keywords = decode(given)
            value = names[name](*arguments, **keywords)
        return encode(value)

    return called
