"""Reads the rows of a data set from a local file or from the Hugging Face hub.

Files are expected to be imperfect or hostile: every row that cannot be used is reported with its
line and the reason, reading is bounded, and nothing in a file is evaluated.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

__all__ = ["BadRow", "BadRowError", "read_rows", "refuse", "sort_out", "text_field"]

MAX_LINE: Final = 2**20  # [bytes]
MAX_LIST: Final = 256 * 2**20  # [bytes] a JSON list is read as a whole
MAX_ROWS: Final = 1_000_000

_SUFFIXES: Final = frozenset([".json", ".jsonl"])
_HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*\Z")

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that was left out, and why."""

    line: int
    """Where it stands: the line of a JSONL file, the place in a JSON list, from 1."""
    reason: str


class BadRowError(ValueError):
    """The reason for leaving a row out."""


def refuse(reason: str) -> NoReturn:
    """Leave the row out for this reason."""
    raise BadRowError(reason)


def read_rows(
    source: str, configs: Mapping[str, str], example: str
) -> Iterator[tuple[int, object]]:
    """Yield pairs of a line and its parsed content, or the `BadRowError` that it is.

    Args:
        source: The path of a `.json` (a list) or `.jsonl` file, or the name of a data set of the
            Hugging Face hub (its test split, or `name:split`).
        configs: The configuration of hub data sets that have several, by name.
        example: The name of a data set, for messages.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is of another type.
        ImportError: A hub name was given and `datasets` is not installed.
    """
    path = Path(source)
    name, _, split = source.partition(":")
    if path.suffix in _SUFFIXES or path.exists():
        return _file_rows(path)
    if _HUB_NAME.match(name) or name in configs:
        return _hub_rows(name, configs.get(name), split or "test")
    message = (
        f"{source}: no such file. Give the path of a .json or .jsonl file, or the name of a "
        f"Hugging Face data set such as {example}."
    )
    raise FileNotFoundError(message)


def sort_out(
    rows: Iterable[tuple[int, object]],
    read: Callable[[int, Mapping[Any, Any]], R],
    key: Callable[[R], str],
    what: str,
) -> tuple[list[R], list[BadRow]]:
    """Return what `read` makes of the usable rows, and the other rows, both in file order.

    Args:
        rows: What `read_rows` yields.
        read: Reads one object; raises `BadRowError` if it cannot.
        key: Names a row; another one of the same key is left out.
        what: What is then said to come again, such as "question".
    """
    good: list[R] = []
    bad: list[BadRow] = []
    seen: dict[str, int] = {}
    for line, content in rows:
        try:
            if isinstance(content, BadRowError):
                raise content
            if not isinstance(content, Mapping):
                refuse(f"not an object but {type(content).__name__}")
            row = read(line, content)
            name = key(row)
            if name in seen:
                refuse(f"the {what} of line {seen[name]} again")
            seen[name] = line
            good.append(row)
        except BadRowError as error:
            bad.append(BadRow(line, str(error)))
    return good, bad


def text_field(content: Mapping[Any, Any], field: str) -> str:
    """Return a field that must be text that is not empty and that UTF-8 can carry.

    Raises:
        BadRowError: It is not.
    """
    value = content[field]
    if not isinstance(value, str):
        refuse(f"{field!r} is not text but {type(value).__name__}")
    if not value.strip():
        refuse(f"{field!r} is empty")
    if any("\ud800" <= char <= "\udfff" for char in value):
        refuse(f"{field!r} holds half a surrogate pair, which no encoding can carry")
    return value


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
                yield line, BadRowError(f"the file goes on after {MAX_ROWS} lines")
                return
            if len(data) > MAX_LINE:
                while data and not data.endswith(b"\n"):
                    data = file.readline(MAX_LINE)
                yield line, BadRowError("the line is longer than 1 MB")
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
    if isinstance(content, BadRowError):
        message = f"{path}: {content}"
        raise ValueError(message) from content  # noqa: TRY004 - the content is wrong, not its type
    if not isinstance(content, list):
        content = [content]
    yield from enumerate(content[:MAX_ROWS], start=1)
    if len(content) > MAX_ROWS:
        yield MAX_ROWS + 1, BadRowError(f"the list goes on after {MAX_ROWS} rows")


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        return BadRowError("not UTF-8")
    except RecursionError:
        return BadRowError("JSON that nests too deeply")
    except ValueError as error:  # also for integers of too many digits
        return BadRowError(f"not JSON: {str(error)[:100]}")


def _hub_rows(name: str, config: str | None, split: str) -> Iterator[tuple[int, object]]:
    try:
        import datasets
    except ImportError as error:
        message = (
            f"{name}: reading data sets of the Hugging Face hub needs the package datasets; "
            'install it with: pip install "synth-envs[llm]". A local .json or .jsonl file needs '
            "nothing."
        )
        raise ImportError(message) from error
    data = datasets.load_dataset(name, config, split=split)
    return enumerate(islice(data, MAX_ROWS), start=1)
