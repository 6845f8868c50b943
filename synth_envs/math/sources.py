"""Reads GSM8K, SVAMP and MATH-500 rows from a local file or from the Hugging Face hub.

The format is recognised from the fields of the rows. Files are expected to be imperfect or hostile:
every row that cannot be used is reported with its line and the reason, and nothing in a file is
evaluated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from synth_envs.math.sums import value_of_sum
from synth_envs.row_files import BadRow, BadRowError, read_rows, refuse, sort_out, text_field

__all__ = ["BadRow", "Kind", "Row", "load_rows"]

Kind = Literal["gsm8k", "svamp", "math500"]

MAX_QUESTION: Final = 20_000  # [characters]
MAX_ANSWER: Final = 1_000  # [characters]

_INTEGER: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,100})\Z")
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
    rows = read_rows(source, _HUB_CONFIGS, "openai/gsm8k")
    good, bad = sort_out(rows, _row, lambda row: " ".join(row.question.split()), "question")
    if not good:
        first = f" (line {bad[0].line}: {bad[0].reason})" if bad else ""
        message = f"{source}: no usable row of GSM8K, SVAMP or MATH-500{first}"
        raise ValueError(message)
    return good, bad


def _row(line: int, content: Mapping[Any, Any]) -> Row:
    kind = _kind(content)
    for field in _NEEDED[kind]:
        if field not in content:
            refuse(f"the field {field!r} is missing")
    if kind == "gsm8k":
        question, answer = _gsm8k(content)
    elif kind == "svamp":
        question, answer = _svamp(content)
    else:
        question, answer = _text(content, "problem"), _text(content, "answer")
    if len(question) > MAX_QUESTION:
        refuse(f"the question is longer than {MAX_QUESTION} characters")
    if len(answer) > MAX_ANSWER:
        refuse(f"the answer is longer than {MAX_ANSWER} characters")
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
    raise BadRowError(reason)


def _text(content: Mapping[Any, Any], field: str) -> str:
    return text_field(content, field).strip()


def _gsm8k(content: Mapping[Any, Any]) -> tuple[str, str]:
    worked = _text(content, "answer")
    _, mark, final = worked.rpartition("####")
    final = final.strip()
    if not mark:
        refuse("the answer has no '####' before its final number")
    if not _INTEGER.match(final):
        refuse(f"the final answer is not an integer: {final[:40]!r}")
    return _text(content, "question"), str(int(final.replace(",", "")))


def _svamp(content: Mapping[Any, Any]) -> tuple[str, str]:
    body, question = _text(content, "Body"), _text(content, "Question")
    answer = content["Answer"]
    if isinstance(answer, str) and _INTEGER.match(answer.removesuffix(".0")):
        answer = int(answer.removesuffix(".0").replace(",", ""))  # as in copies of the data set
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        refuse(f"'Answer' is not a number but {type(answer).__name__}")
    if isinstance(answer, float) and not answer.is_integer():  # also for nan and inf
        refuse(f"'Answer' is not integral: {answer!r}")
    if abs(answer) >= 10**100:
        refuse("'Answer' is too large")
    equation = content.get("Equation")
    if equation is not None:
        value = value_of_sum(equation) if isinstance(equation, str) else None
        if value is None:
            refuse(f"'Equation' is not a sum: {str(equation)[:40]!r}")
        elif value != int(answer):
            refuse(f"'Equation' gives {str(value)[:40]}, but 'Answer' is {int(answer)}")
    joined = body if body.endswith((".", "?", "!", ",")) else f"{body},"
    return f"{joined} {question}", str(int(answer))
