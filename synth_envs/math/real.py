"""Real data sets (GSM8K, SVAMP, MATH-500) as tasks of `synth/Math-v0`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from synth_envs.core import Score, Task
from synth_envs.math.equivalence import math_equal
from synth_envs.math.extract import final_answer
from synth_envs.math.latex import TooComplex, Value, equal, parse_latex
from synth_envs.math.numbers import parse_number
from synth_envs.math.sources import Row, load_rows
from synth_envs.rows import RowTasks

__all__ = ["RealTasks"]

_PASS = Score(1.0, "pass", {"correct": 1.0}, "Correct.")
_FAIL = Score(0.0, "fail", {"correct": 0.0}, "Incorrect.")
_TIMEOUT = Score(0.0, "timeout", {"correct": 0.0}, "The answer took too long to check.")
_ASK = {
    "gsm8k": 'Give the final answer as a number: "The answer is ...".',
    "svamp": 'Give the final answer as a number: "The answer is ...".',
    "math500": "Give the final answer in \\boxed{...}.",
}
_MAX_ANSWER = 400


class RealTasks(RowTasks):
    """The rows of one data set; a `TaskSource` that is also a sequence of tasks."""

    @classmethod
    def load(cls, source: str) -> "RealTasks":
        """Read a file or a Hugging Face data set; bad rows are skipped with a warning each names.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It holds no usable row.
        """
        rows, bad_rows = load_rows(source)
        loaded = cls(map(_task_of, rows), bad_rows, source, (cls.load, (source,)))
        loaded.warn_of_bad_rows()
        return loaded

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses; result i belongs to pair i."""
        return [_score(task, text) for task, text in zip(tasks, responses, strict=True)]

    def oracle(self, task: Task) -> str:
        """The gold answer as a response."""
        if task.family not in _ASK:
            msg = f"this environment has no family {task.family!r}"
            raise ValueError(msg)
        return f"\\boxed{{{task.reference}}}"


def _task_of(row: Row) -> Task:
    prompt = f"{row.question.strip()}\n\n{_ASK[row.kind]}"
    return Task(row.kind, prompt, row.answer, 0.0, {"line": row.line})


def _score(task: Task, response: str) -> Score:
    if task.family == "math500":
        return _score_math(str(task.reference), response)
    units = _Words(task.prompt)
    value, problem = final_answer(response, lambda text: parse_number(text, units))
    if problem:
        return _refusal(problem)
    return _PASS if value == parse_number(str(task.reference)) else _FAIL


def _score_math(gold: str, response: str) -> Score:
    candidate, problem = final_answer(response, _read)
    if candidate is None:
        return _refusal(problem)
    verdict = math_equal(gold, candidate.text)
    if verdict == "equal":
        return _PASS
    if verdict == "timeout":
        return _TIMEOUT
    return _FAIL if verdict == "different" else _refusal("none")


def _refusal(problem: str) -> Score:
    feedback = {
        "none": "No final answer was found. State one, for example in \\boxed{...}.",
        "many": "The response states different final answers. Give exactly one.",
        "long": "The response is too long to be read.",
    }[problem]
    return Score(0.0, "unparsable", {"correct": 0.0}, feedback)


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A final answer as text; two are equal when they mean the same."""

    text: str

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Candidate):
            return False
        mine, theirs = _value(self.text), _value(other.text)
        try:
            return (
                equal(mine, theirs)
                if mine is not None and theirs is not None
                else self.text == other.text
            )
        except TooComplex:
            return self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def _value(text: str) -> Value | None:
    try:
        return parse_latex(text)
    except TooComplex:
        return None


_PROSE = re.compile(r"answer|solution|####|\\boxed|\n\s*\n", re.IGNORECASE)
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}")


def _read(text: str) -> _Candidate | None:
    """A candidate that looks like an answer rather than a sentence about one."""
    if not text or len(text) > _MAX_ANSWER or _PROSE.search(text):
        return None
    bare = re.sub(r"\\[a-zA-Z]+\{[^{}]{0,200}\}", " ", text)
    if len(_WORD.findall(bare)) > 3 and _value(text) is None:
        return None
    return _Candidate(text)


# A number followed by one of these is a different number.
_SCALES = frozenset(
    {"hundred", "thousand", "million", "billion", "trillion", "dozen", "half", "quarter", "third"}
    | {"score", "squared", "cubed"}
)
_CURRENCIES = frozenset("$€£")


class _Words(dict[str, Fraction]):
    """The units a question allows after a number: its own words, and currency signs before it."""

    def __init__(self, prompt: str) -> None:
        words = set(re.findall(r"[a-z]+", prompt.lower()))
        super().__init__(dict.fromkeys(_CURRENCIES, Fraction(1)))
        self._words = (words | {word + "s" for word in words} | {"dollars", "dollar"}) - _SCALES
        self._percent = "%" in prompt or "percent" in words or "percentage" in words

    def get(self, unit: str, default: Fraction | None = None) -> Fraction | None:  # type: ignore[override]
        if unit in ("%", "percent"):
            return Fraction(1) if self._percent else default
        words = unit.split()
        known = 0 < len(words) <= 6 and all(word in self._words for word in words)
        return Fraction(1) if known else default
