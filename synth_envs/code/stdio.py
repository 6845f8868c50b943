"""Functions as whole programs: arguments on standard input, the result on standard output."""

from __future__ import annotations

from collections.abc import Sequence

from synth_envs.code.problems import Problem
from synth_envs.core import Json

__all__ = ["fits", "input_lines", "main_of", "output_line", "written", "written_input"]

_READS = {
    "int": "int(input())",
    "str": "input()",
    "list[int]": "[int(word) for word in input().split()]",
    "list[str]": "[input() for _ in range(int(input()))]",
    "list[list[int]]": "[[int(word) for word in input().split()] for _ in range(int(input()))]",
}
_READ_AS = {
    "int": "one line with the integer `{}`",
    "str": "one line with the string `{}` as it is, without quotes",
    "list[int]": "one line with the elements of `{}`, separated by spaces (an empty line if there are none)",
    "list[str]": "one line with the number of elements of `{}`, then each element on a line of its own",
    "list[list[int]]": (
        "one line with the number of lists in `{}`, then each list on a line of its own, its elements "
        "separated by spaces"
    ),
}
_PRINTS = {
    "int": "print({})",
    "str": "print({})",
    "bool": "print({})",
    "list[int]": "print(*{})",
    "list[str]": 'print(*{}, sep="\\n")',
    "list[list[int]]": "for row in {}:\n    print(*row)",
}
_PRINTED_AS = {
    "int": "Print the integer.",
    "str": "Print the string as it is, without quotes.",
    "bool": "Print True or False.",
    "list[int]": "Print the elements on one line, separated by spaces (an empty line if there are none).",
    "list[str]": "Print each element on a line of its own.",
    "list[list[int]]": "Print each list on a line of its own, its elements separated by spaces.",
}


def fits(problem: Problem, values: Sequence[Json]) -> bool:
    """Whether the arguments and results of a problem can be read and printed without doubt."""
    if problem.returns not in _PRINTS or any(kind not in _READS for _, kind in problem.parameters):
        return False
    clear = all(
        _clear_argument(one, kind)
        for given in problem.inputs
        for one, (_, kind) in zip(given, problem.parameters, strict=True)
    )
    return clear and all(_clear_result(value, problem.returns) for value in values)


def _plain(text: str) -> bool:
    return text.isprintable() and text == text.strip()


def _clear_argument(value: Json, kind: str) -> bool:
    if kind == "str":
        return str(value).isprintable()
    return kind != "list[str]" or all(one.isprintable() for one in value)


def _clear_result(value: Json, kind: str) -> bool:
    if kind == "str":
        return _plain(value)
    if kind in ("list[str]", "list[list[int]]"):
        return all(one and (kind != "list[str]" or _plain(one)) for one in value)
    return True


def input_lines(problem: Problem) -> list[str]:
    """Return what standard input holds, one sentence part for each parameter."""
    return [_READ_AS[kind].format(name) for name, kind in problem.parameters]


def output_line(problem: Problem) -> str:
    """Return how the result is printed, in a sentence."""
    return _PRINTED_AS[problem.returns]


def written_input(problem: Problem, given: Sequence[Json]) -> str:
    """Return standard input for these arguments."""
    parts = [
        written(one, kind, counted=True)
        for one, (_, kind) in zip(given, problem.parameters, strict=True)
    ]
    return "".join(part + "\n" for part in parts)


def written(value: Json, kind: str, *, counted: bool = False) -> str:
    """Return a value as it is printed, or with its number of lines first, as it is read."""
    if kind == "list[int]":
        return " ".join(map(str, value))
    if kind in ("list[str]", "list[list[int]]"):
        lines = [one if kind == "list[str]" else " ".join(map(str, one)) for one in value]
        return "\n".join([str(len(lines)), *lines] if counted else lines)
    return str(value)


def main_of(problem: Problem) -> str:
    """Return the reference with the lines that read, call it and print."""
    reads = [f"{name} = {_READS[kind]}" for name, kind in problem.parameters]
    names = ", ".join(name for name, _ in problem.parameters)
    call = f"{problem.entry}({names})"
    prints = _PRINTS[problem.returns].format(call)
    return "\n".join((problem.source.rstrip(), "", "", *reads, prints, ""))
