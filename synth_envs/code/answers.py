r"""Reads the values and calls that a response states as its answer; never evaluates.

A response answers by being nothing else, or in `\boxed{}`, after "answer is" or "answer:", in a
fenced block, or on its last line, in this order. Of several answers of one kind, all must agree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

from sandboxes.values import same_value
from synth_envs.code.parsing import parse_expression
from synth_envs.code.tagged import NotALiteralError, canonical, read_literal, written
from synth_envs.core import Json

__all__ = [
    "MAX_LITERAL",
    "Arguments",
    "Value",
    "parse_call",
    "parse_call_text",
    "parse_tagged",
    "parse_value",
    "stated",
]

#: The longest value that is read, in characters.
MAX_LITERAL = 8_192
_MAX_RESPONSE = 65_536
_MAX_DEPTH = 40
_MAX_NODES = 4_000
_MOST_CANDIDATES = 16
_PHRASE = re.compile(
    r"(?:answer|output|result)\*{0,2}(?:\s{1,4}is\b|\s{0,4}[:=])\s{0,4}:?\*{0,2}", re.IGNORECASE
)
# Where the words after "The answer is" stop being the answer.
_SENTENCE_END = re.compile(
    r"[.!?]\s+[A-Z]|,?\s+(?:so|because|since|which|hence|thus|therefore|as)\b"
)
_NAMES: dict[str, Json] = {"true": True, "false": False, "null": None}

V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Value:
    """A JSON value; equal to another one of the same types and content."""

    value: Json

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and same_value(self.value, other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value))


class Arguments(Value):
    """The arguments of a call, in the order of the parameters: a list."""


class _NotAValueError(ValueError):
    """The expression is not one of literals."""


def _expression(text: str) -> ast.expr | None:
    if not text or len(text) > MAX_LITERAL or "\0" in text:
        return None
    if text.count("(") + text.count("[") + text.count("{") > _MAX_NODES:
        return None
    depth = deepest = 0
    for letter in text:  # brackets in strings count too: real values stay far below
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    if deepest > _MAX_DEPTH:
        return None
    try:
        return parse_expression(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _read(node: ast.expr) -> Json:
    match node:
        case ast.Constant(value=constant):
            if constant is None or type(constant) in (bool, int, float, str):
                return constant
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_read(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            found: dict[str, Json] = {}
            for key, item in zip(keys, values, strict=True):
                word: Json = _read(key) if key is not None else None
                if type(word) is not str or word in found:
                    break
                found[word] = _read(item)
            else:
                return found
    raise _NotAValueError


def parse_value(text: str) -> Value | None:
    """Read one Python or JSON literal; a tuple is read as a list.

    >>> parse_value("(1, 'a')"), parse_value("[true, null]").value, parse_value("1 + 1")
    (Value(value=[1, 'a']), [True, None], None)
    """
    node = _expression(text)
    try:
        return None if node is None else Value(_read(node))
    except (_NotAValueError, RecursionError):
        return None


def parse_call(text: str, entry: str, parameters: Sequence[str]) -> Arguments | None:
    """Read `f(1, [2])`, a bare tuple or list of all arguments, or the value of a sole argument.

    A list counts as the sole argument, not as the list of arguments, where there is only one.
    """
    node = _expression(text)
    if node is None:
        return None
    try:
        if isinstance(node, ast.Call):
            if not (isinstance(node.func, ast.Name) and node.func.id == entry):
                return None
            given: dict[str, ast.expr] = dict(zip(parameters, node.args, strict=False))
            for keyword in node.keywords:
                if keyword.arg is None or keyword.arg not in parameters or keyword.arg in given:
                    return None
                given[keyword.arg] = keyword.value
            if len(node.args) > len(parameters) or set(given) != set(parameters):
                return None
            return Arguments([_read(given[name]) for name in parameters])
        value = _read(node)
    except (_NotAValueError, RecursionError):
        return None
    if len(parameters) == 1:
        sole = isinstance(node, ast.Tuple) and len(value) == 1
        return Arguments(value if sole else [value])
    return Arguments(value) if type(value) is list and len(value) == len(parameters) else None


def parse_tagged(text: str) -> Value | None:
    """Read one Python literal as canonical tagged data, which tells a tuple from a list.

    >>> parse_tagged("(1, {2})")
    Value(value={'tuple': [1, {'set': [2]}]})
    """
    node = _expression(text)
    try:
        return None if node is None else Value(canonical(read_literal(node)))
    except (NotALiteralError, RecursionError):
        return None


def parse_call_text(
    text: str, entry: str, parameters: int, known: Mapping[str, str]
) -> Value | None:
    """Read a call as `parse_call` does; return the text of its arguments, made of literals.

    Args:
        text: A call, a tuple or list of all arguments, or the value of a sole argument.
        entry: The function's name.
        parameters: How many arguments a tuple or list must have to be all of them.
        known: Other expressions that may be arguments: what `ast.dump` makes of each, and a text.

    >>> parse_call_text("f((1,), k={})", "f", 2, {}).value
    '(1,), k={}'
    """
    node = _expression(text)
    if node is None:
        return None

    def one(argument: ast.expr) -> str:
        try:
            return written(read_literal(argument))
        except NotALiteralError:
            found = known.get(ast.dump(argument)) if known else None
            if found is None:
                raise
            return found

    try:
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == entry:
            parts = [one(argument) for argument in node.args]
            if any(word.arg is None for word in node.keywords):
                return None
            parts += [f"{word.arg}={one(word.value)}" for word in node.keywords]
            return Value(", ".join(parts))
        if parameters == 1:
            sole = node.elts[0] if isinstance(node, ast.Tuple) and len(node.elts) == 1 else node
            return Value(one(sole))
        if isinstance(node, ast.Tuple | ast.List) and len(node.elts) == parameters:
            return Value(", ".join(map(one, node.elts)))
    except (NotALiteralError, RecursionError):
        pass
    return None


def stated(
    response: str, parse: Callable[[str], V | None]
) -> tuple[V | None, Literal["", "none", "many"]]:
    """Return the answer in a response, or None and why there is none.

    Args:
        response: Free text.
        parse: Reads one candidate, or returns None.
    """
    if len(response) > _MAX_RESPONSE:
        return None, "none"
    if "</think>" in response:
        response = response.rpartition("</think>")[2]
    whole = parse(_bare(response))
    if whole is not None:
        return whole, ""
    for candidates in (_boxed(response), _phrases(response), _fenced(response)):
        found: list[V] = []
        for place, texts in enumerate(candidates):
            if place >= _MOST_CANDIDATES:
                return None, "many"
            value = next((one for text in texts if (one := parse(_bare(text))) is not None), None)
            if value is not None:
                found.append(value)
        if found:
            return (found[0], "") if all(one == found[0] for one in found) else (None, "many")
    lines = response.strip().rsplit("\n", 1)
    last = parse(_bare(lines[-1])) if lines else None
    return (None, "none") if last is None else (last, "")


def _bare(text: str) -> str:
    """Return text without the marks that people put around an answer."""
    text = text.strip()
    for _ in range(4):
        before = text
        for mark in ("```", "**", "`", "$$", "$"):
            if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark):
                text = text[len(mark) : -len(mark)].strip()
        if text.endswith(".") and not text[-2:-1].isdigit():
            text = text[:-1].strip()
        elif text.endswith(".") and _expression(text[:-1]) is not None:
            text = text[:-1]  # "The answer is 5."
        if text == before:
            break
    return text


def _boxed(response: str) -> Iterator[list[str]]:
    start = response.find("\\boxed{")
    while start >= 0:
        begin = start + len("\\boxed{")
        depth, end = 1, begin
        while end < len(response) and depth and end - begin <= MAX_LITERAL:
            depth += (response[end] == "{") - (response[end] == "}")
            end += 1
        if depth:
            return
        yield [response[begin : end - 1]]
        start = response.find("\\boxed{", end)


def _phrases(response: str) -> Iterator[list[str]]:
    marks = list(islice(_PHRASE.finditer(response), _MOST_CANDIDATES + 1))
    ends = [mark.start() for mark in marks[1:]] + [len(response)]
    for mark, end in zip(marks, ends, strict=False):
        tail = response[mark.end() : min(end, mark.end() + MAX_LITERAL)].strip()
        line = tail.partition("\n")[0]
        inner = [text for texts in _fenced(tail) for text in texts][:1] if "\n" in tail else []
        fenced = inner if line.startswith(("```", "~~~")) else []
        sentence = _SENTENCE_END.split(line, maxsplit=1)[0]
        yield [*fenced, tail, tail.partition("\n\n")[0], line, line.removesuffix("**"), sentence]


def _fenced(response: str) -> Iterator[list[str]]:
    fence = ""
    lines: list[str] = []
    for line in response.splitlines():
        mark = line.strip()
        if not fence and mark.startswith(("```", "~~~")):
            fence, lines = mark[:3], []
        elif fence and mark == fence:
            yield ["\n".join(lines)]
            fence = ""
        elif fence:
            lines.append(line)
