"""The texts of tasks: one problem said in several ways, each complete and exact."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from synth_envs.code import stdio
from synth_envs.code.domain import Range
from synth_envs.code.grading import Example
from synth_envs.code.problems import Problem
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = [
    "STYLES",
    "call_text",
    "constraints",
    "examples_block",
    "examples_prompt",
    "fenced",
    "program_prompt",
    "task_prompt",
]

#: How a function is asked for: sentences, a stub with a docstring, headings, tests.
STYLES = ("sentences", "stub", "headings", "tests")
_WIDTH = 88
_ANSWER = (
    "Answer with the complete function in one ```python block. It is tested on further inputs.",
    "Give the whole function in a ```python block; hidden tests decide.",
    "Reply with the function in one ```python block. More tests than those shown here are run.",
    "Put your function, with the imports and helpers that it needs, into one ```python block.",
)
_ANSWER_PROGRAM = (
    "Answer with the complete program in one ```python block. It is tested on further inputs.",
    "Give the whole program in a ```python block; hidden tests decide.",
)


def call_text(entry: str, arguments: Sequence[Json]) -> str:
    """Return a call as Python writes it.

    >>> call_text("f", [[1, 2], "a"])
    "f([1, 2], 'a')"
    """
    return f"{entry}({', '.join(map(repr, arguments))})"


def fenced(code: str, language: str = "python") -> str:
    """Return code in a fenced block."""
    return f"```{language}\n{code.rstrip()}\n```"


def constraints(problem: Problem, ranges: Sequence[Range]) -> str:
    """Return a list of what the arguments may be."""
    lines = [
        f"- `{name}`: {one.describe()}"
        for (name, _), one in zip(problem.parameters, ranges, strict=True)
    ]
    return "\n".join(lines)


def _doctests(entry: str, examples: Sequence[Example]) -> str:
    return "\n".join(f">>> {call_text(entry, one.arguments)}\n{one.expected!r}" for one in examples)


def examples_block(entry: str, examples: Sequence[Example]) -> str:
    """Return calls and their results in a fenced block."""
    return fenced(_doctests(entry, examples))


def _asserts(entry: str, examples: Sequence[Example]) -> str:
    return "\n".join(f"assert {_equation(entry, one)}" for one in examples)


def _equation(entry: str, one: Example) -> str:
    if one.expected is None or isinstance(one.expected, bool):
        return f"{call_text(entry, one.arguments)} is {one.expected!r}"
    return f"{call_text(entry, one.arguments)} == {one.expected!r}"


def task_prompt(
    problem: Problem,
    statement: str,
    ranges: Sequence[Range],
    examples: Sequence[Example],
    rng: TaskRandom,
) -> str:
    """Return a prompt that asks for a function.

    Args:
        problem: The problem.
        statement: One of its wordings.
        ranges: Of its arguments.
        examples: What is shown; perhaps nothing.
        rng: Draws the style and the phrases.
    """
    style = rng.choice(STYLES if examples else STYLES[:3])
    ask = rng.choice(_ANSWER)
    bounds = constraints(problem, ranges)
    if style == "stub":
        return f"{_stub(problem, statement, bounds, examples)}\n\n{ask}"
    signature = fenced(f"{problem.signature}:")
    if style == "headings":
        parts = [f"## Task\n\n{statement}", f"## Signature\n\n{signature}"]
        parts.append(f"## Constraints\n\n{bounds}")
        if examples:
            parts.append(f"## Examples\n\n{_listed(problem.entry, examples)}")
        return "\n\n".join([*parts, f"## Answer\n\n{ask}"])
    if style == "tests":
        parts = [f"Write a Python function `{problem.entry}` for this specification.", statement]
        parts += [f"Its signature:\n\n{signature}", f"Its arguments:\n\n{bounds}"]
        parts.append(f"These tests hold:\n\n{fenced(_asserts(problem.entry, examples))}")
        return "\n\n".join([*parts, ask])
    parts = ["Write a Python function with this signature:", signature, statement]
    parts.append(f"Constraints:\n{bounds}")
    if examples:
        parts.append(f"Examples:\n\n{examples_block(problem.entry, examples)}")
    return "\n\n".join([*parts, ask])


def _stub(problem: Problem, statement: str, bounds: str, examples: Sequence[Example]) -> str:
    paragraphs = [
        textwrap.fill(line, _WIDTH - 4, break_long_words=False, break_on_hyphens=False)
        for line in statement.split("\n")
    ]
    text = "\n".join(paragraphs)
    inside = f"{text}\n\nArguments:\n{textwrap.indent(bounds, '')}"
    if examples:
        inside += f"\n\n{_doctests(problem.entry, examples)}"
    # A backslash in a docstring would mean something else; raw strings keep it.
    quotes = 'r"""' if "\\" in inside else '"""'
    body = textwrap.indent(f'{quotes}{inside}\n"""', "    ")
    code = fenced(f"{problem.signature}:\n{body}")
    return f"Complete this Python function.\n\n{code}"


def _listed(entry: str, examples: Sequence[Example]) -> str:
    return "\n".join(
        f"- `{call_text(entry, one.arguments)}` returns `{one.expected!r}`" for one in examples
    )


def examples_prompt(
    problem: Problem, ranges: Sequence[Range], examples: Sequence[Example], rng: TaskRandom
) -> str:
    """Return a prompt that gives nothing but examples."""
    lead = rng.choice(
        (
            "Find the rule behind these examples, and write the Python function that follows it.",
            "A Python function was called with the arguments below. Write a function that does the same.",
            "What does this function do? Write it in Python; it must also be right elsewhere.",
        )
    )
    # The name would tell what the examples are to tell.
    signature = problem.signature.replace(f"def {problem.entry}(", "def f(", 1)
    parts = [lead, fenced(f"{signature}:"), examples_block("f", examples)]
    parts.append(f"Its arguments:\n{constraints(problem, ranges)}")
    return "\n\n".join([*parts, rng.choice(_ANSWER)])


def program_prompt(
    problem: Problem,
    statement: str,
    ranges: Sequence[Range],
    examples: Sequence[Example],
    rng: TaskRandom,
) -> str:
    """Return a prompt that asks for a program which reads standard input and prints."""
    each = [f"`{name}`" for name, _ in problem.parameters]
    names = ", ".join(each[:-1]) + (" and " if each[1:] else "") + each[-1]
    reads = "\n".join(f"- {line}" for line in stdio.input_lines(problem))
    result = statement.replace("Return ", "Determine ").replace("return ", "determine ")
    parts = [
        f"Write a Python program that reads {names} from standard input and prints the result.",
        f"## Task\n\n{result}",
        f"## Input\n\n{reads}\n\nConstraints:\n{constraints(problem, ranges)}",
        f"## Output\n\n{stdio.output_line(problem)}",
    ]
    for place, one in enumerate(examples, 1):
        given = fenced(stdio.written_input(problem, one.arguments), "")
        printed = fenced(stdio.written(one.expected, problem.returns), "")
        parts.append(f"## Example {place}\n\nInput:\n\n{given}\n\nOutput:\n\n{printed}")
    return "\n\n".join([*parts, rng.choice(_ANSWER_PROGRAM)])
