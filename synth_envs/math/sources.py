"""Reads GSM8K, SVAMP and MATH-500 rows from a local file or from the Hugging Face hub.

The format is recognised from the fields of the rows. Files are expected to be imperfect or hostile:
every row that cannot be used is reported with its line and the reason, and nothing in a file is
evaluated.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from synth_envs.math.sums import value_of_sum

__all__ = ["BadRow", "Kind", "Row", "load_rows"]

Kind = Literal["gsm8k", "svamp", "math500"]

MAX_LINE: Final = 2**20  # [bytes]
MAX_LIST: Final = 256 * 2**20  # [bytes] a JSON list is read as a whole
MAX_ROWS: Final = 1_000_000
MAX_QUESTION: Final = 20_000  # [characters]
MAX_ANSWER: Final = 1_000  # [characters]

_INTEGER: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,100})\Z")
_SUFFIXES: Final = frozenset([".json", ".jsonl"])
_HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*\Z")
_HUB_CONFIGS: Final = {"openai/gsm8k": "main", "gsm8k": "main"}
_NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    "gsm8k": ("question", "answer"),
    "svamp": ("Body", "Question", "Answer"),
    "math500": ("problem", "answer"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One usable problem."""

    line: int
    """Where it stands: the line of a JSONL file, the place in a JSON list, from 1."""
    kind: Kind
    question: str
    answer: str
    """The final answer alone: an integer without commas, or LaTeX for MATH-500."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that was left out, and why."""

    line: int
    reason: str


class _BadRowError(ValueError):
    """The reason for leaving a row out."""


def load_rows(source: str) -> tuple[list[Row], list[BadRow]]:
    """Reads problems from a file or a data set of the Hugging Face hub.

    Args:
        source: The path of a `.json` (a list) or `.jsonl` file, or a data set's name such as
            `openai/gsm8k` (its test split, or `name:split`).

    Returns:
        The usable rows and the rest, each in the order of the file.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is of another type, or has no usable row.
        ImportError: A hub name was given and `datasets` is not installed.
    """
    path = Path(source)
    name, _, split = source.partition(":")
    if path.suffix in _SUFFIXES or path.exists():
        rows = _file_rows(path)
    elif _HUB_NAME.match(name) or name in _HUB_CONFIGS:
        rows = _hub_rows(name, split or "test")
    else:
        message = (
            f"{source}: no such file. Give the path of a .json or .jsonl file, or the name of a "
            "Hugging Face data set such as openai/gsm8k."
        )
        raise FileNotFoundError(message)
    good, bad = _sort_out(rows)
    if not good:
        first = f" (line {bad[0].line}: {bad[0].reason})" if bad else ""
        message = f"{source}: no usable row of GSM8K, SVAMP or MATH-500{first}"
        raise ValueError(message)
    return good, bad


def _sort_out(rows: Iterable[tuple[int, object]]) -> tuple[list[Row], list[BadRow]]:
    good: list[Row] = []
    bad: list[BadRow] = []
    seen: dict[str, int] = {}
    for line, content in rows:
        try:
            if isinstance(content, _BadRowError):
                raise content
            row = _row(line, content)
            key = " ".join(row.question.split())
            if key in seen:
                _refuse(f"the question of line {seen[key]} again")
            seen[key] = line
            good.append(row)
        except _BadRowError as error:
            bad.append(BadRow(line, str(error)))
    return good, bad


def _refuse(reason: str) -> None:
    raise _BadRowError(reason)


# Where rows come from: pairs of a line and its parsed content, or the error that it holds.


def _file_rows(path: Path) -> Iterator[tuple[int, object]]:
    if not path.is_file():
        message = f"{path}: no such file" if not path.exists() else f"{path}: not a regular file"
        raise FileNotFoundError(message)
    if path.suffix not in _SUFFIXES:
        message = f"{path}: expected a .json or .jsonl file, not {path.suffix or 'no suffix'!r}"
        raise ValueError(message)
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return _list_rows(path) if start.startswith(b"[") else _line_rows(path)


def _line_rows(path: Path) -> Iterator[tuple[int, object]]:
    """The rows of a JSONL file. No line is held in memory beyond the limit."""
    with path.open("rb") as file:
        for line in range(1, MAX_ROWS + 2):
            data = file.readline(MAX_LINE + 1)
            if not data:
                return
            if line > MAX_ROWS:
                yield line, _BadRowError(f"the file goes on after {MAX_ROWS} lines")
                return
            if len(data) > MAX_LINE:
                while data and not data.endswith(b"\n"):
                    data = file.readline(MAX_LINE)
                yield line, _BadRowError("the line is longer than 1 MB")
                continue
            data = data.removeprefix(b"\xef\xbb\xbf") if line == 1 else data
            if data.strip():
                yield line, _parsed(data)


def _list_rows(path: Path) -> Iterator[tuple[int, object]]:
    """The rows of a JSON list."""
    if path.stat().st_size > MAX_LIST:
        message = f"{path}: a JSON list of more than 256 MB; convert it to JSONL"
        raise ValueError(message)
    content = _parsed(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    if isinstance(content, _BadRowError):
        message = f"{path}: {content}"
        raise ValueError(message) from content  # noqa: TRY004 - the content is wrong, not its type
    if not isinstance(content, list):
        content = [content]
    yield from enumerate(content[:MAX_ROWS], start=1)
    if len(content) > MAX_ROWS:
        yield MAX_ROWS + 1, _BadRowError(f"the list goes on after {MAX_ROWS} rows")


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _BadRowError("not UTF-8")
    except RecursionError:
        return _BadRowError("JSON that nests too deeply")
    except ValueError as error:  # also for integers of too many digits
        return _BadRowError(f"not JSON: {str(error)[:100]}")


def _hub_rows(name: str, split: str) -> Iterator[tuple[int, object]]:
    try:
        import datasets
    except ImportError as error:
        message = (
            f"{name}: reading data sets of the Hugging Face hub needs the package datasets; "
            'install it with: pip install "synth-envs[llm]". A local .json or .jsonl file needs '
            "nothing."
        )
        raise ImportError(message) from error
    data = datasets.load_dataset(name, _HUB_CONFIGS.get(name), split=split)
    return enumerate(islice(data, MAX_ROWS), start=1)


# What a row says


def _row(line: int, content: object) -> Row:
    if not isinstance(content, Mapping):
        reason = f"not an object but {type(content).__name__}"
        raise _BadRowError(reason)
    kind = _kind(content)
    for field in _NEEDED[kind]:
        if field not in content:
            _refuse(f"the field {field!r} is missing")
    if kind == "gsm8k":
        question, answer = _gsm8k(content)
    elif kind == "svamp":
        question, answer = _svamp(content)
    else:
        question, answer = _text(content, "problem"), _text(content, "answer")
    if len(question) > MAX_QUESTION:
        _refuse(f"the question is longer than {MAX_QUESTION} characters")
    if len(answer) > MAX_ANSWER:
        _refuse(f"the answer is longer than {MAX_ANSWER} characters")
    return Row(line, kind, question, answer)


def _kind(content: Mapping[Any, Any]) -> Kind:
    if "problem" in content:
        return "math500"
    if "Body" in content or "Question" in content:
        return "svamp"
    if "question" in content:
        return "gsm8k"
    shown = ", ".join(str(key)[:20] for key in islice(content, 6)) or "none"
    reason = f"fields of no known data set: {shown}"
    raise _BadRowError(reason)


def _text(content: Mapping[Any, Any], field: str) -> str:
    value = content[field]
    if not isinstance(value, str):
        reason = f"{field!r} is not text but {type(value).__name__}"
        raise _BadRowError(reason)
    if not value.strip():
        _refuse(f"{field!r} is empty")
    if any("\ud800" <= char <= "\udfff" for char in value):
        _refuse(f"{field!r} holds half a surrogate pair, which no encoding can carry")
    return value.strip()


def _gsm8k(content: Mapping[Any, Any]) -> tuple[str, str]:
    worked = _text(content, "answer")
    _, mark, final = worked.rpartition("####")
    final = final.strip()
    if not mark:
        _refuse("the answer has no '####' before its final number")
    if not _INTEGER.match(final):
        _refuse(f"the final answer is not an integer: {final[:40]!r}")
    return _text(content, "question"), str(int(final.replace(",", "")))


def _svamp(content: Mapping[Any, Any]) -> tuple[str, str]:
    body, question = _text(content, "Body"), _text(content, "Question")
    answer = content["Answer"]
    if isinstance(answer, str) and _INTEGER.match(answer.removesuffix(".0")):
        answer = int(answer.removesuffix(".0").replace(",", ""))  # as in copies of the data set
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        reason = f"'Answer' is not a number but {type(answer).__name__}"
        raise _BadRowError(reason)
    if isinstance(answer, float) and not answer.is_integer():  # also for nan and inf
        _refuse(f"'Answer' is not integral: {answer!r}")
    if abs(answer) >= 10**100:
        _refuse("'Answer' is too large")
    equation = content.get("Equation")
    if equation is not None:
        value = value_of_sum(equation) if isinstance(equation, str) else None
        if value is None:
            _refuse(f"'Equation' is not a sum: {str(equation)[:40]!r}")
        elif value != int(answer):
            _refuse(f"'Equation' gives {str(value)[:40]}, but 'Answer' is {int(answer)}")
    joined = body if body.endswith((".", "?", "!", ",")) else f"{body},"
    return f"{joined} {question}", str(int(answer))
