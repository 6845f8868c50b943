"""Weak solvers, one for each mode: they read only the prompt, and search as far as a small budget goes.

They are baselines and yardsticks: a task that one of them solves is easy, and their success must
fall with difficulty. What they run, they run in the sandbox.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from sandboxes import get_sandbox
from synth_envs.code.answers import parse_call, parse_value
from synth_envs.code.extract import parse_source
from synth_envs.code.grading import Example
from synth_envs.code.mutants import mutants
from synth_envs.code.prompts import call_text, fenced
from synth_envs.code.rewrites import faster
from synth_envs.code.small_inputs import small_inputs, small_value
from synth_envs.code.trials import Job, run_trials
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = [
    "mend_program",
    "read_examples",
    "read_signature",
    "search_difference",
    "search_input",
    "speed_up",
    "trace_program",
    "write_program",
]

#: The steps that the tracer follows, the inputs that are tried, the changes that are tried.
_TRACED, _TRIED, _CHANGES = 24, 150, 120
#: Candidate terms of the enumeration.
_BUDGET = 6_000
_SIGNATURE = re.compile(r"def (\w+)\((.*?)\) -> ([^:\n]+?)(?::|\s*$)", re.MULTILINE)
_SPECIFIED = re.compile(r"`(\w+)\((.*?)\) -> ([^`]+)`")
_TYPED = re.compile(r"`(\w+)` is of type `([^`]+)`")
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
_DOCTEST = re.compile(r"^\s*>>> (.+)\n\s*(.+)$", re.MULTILINE)
_ASSERT = re.compile(r"^assert (.+?\)) (?:==|is) (.+)$", re.MULTILINE)
_LISTED = re.compile(r"^- `(.+)` returns `(.+)`$", re.MULTILINE)
_CALL = re.compile(r"`(\w+\(.*\))`")


def read_signature(prompt: str) -> tuple[str, list[tuple[str, str]], str] | None:
    """Return the name, the parameters with their types, and the return type, if they are typed."""
    # A program may begin with helpers, so what the specification names comes first.
    for found in (*_SPECIFIED.finditer(prompt), *_SIGNATURE.finditer(prompt)):
        entry, inner, returns = found.groups()
        tree = parse_source(f"def {entry}({inner}): pass")
        if tree is None or not isinstance(tree.body[0], ast.FunctionDef):
            continue
        arguments = tree.body[0].args.args
        if arguments and all(one.annotation is not None for one in arguments):
            pairs = [(one.arg, ast.unparse(one.annotation)) for one in arguments if one.annotation]
            return entry, pairs, returns.strip()
    return None


def read_examples(prompt: str, entry: str, names: Sequence[str]) -> list[Example]:
    """Return the examples of a prompt, in whatever form it gives them."""
    found = []
    for pattern in (_DOCTEST, _ASSERT, _LISTED):
        for call, value in pattern.findall(prompt):
            given, result = parse_call(call.strip(), entry, names), parse_value(value.strip())
            if given is not None and result is not None:
                found.append(Example(given.value, result.value))
    return found


def write_program(prompt: str) -> str:
    """Return the smallest program of the composed kind that agrees with the examples, or nothing."""
    from synth_envs.code.dsl.enumerate import enumerate_programs, to_python

    read = read_signature(prompt)
    if read is None:
        return ""
    entry, parameters, returns = read
    examples = read_examples(prompt, entry, [name for name, _ in parameters])
    if not examples:
        return ""
    pairs = [(tuple(one.arguments), one.expected) for one in examples]
    for term in enumerate_programs(parameters, returns, pairs, _BUDGET):
        return fenced(to_python(term, entry, parameters))
    return ""


def trace_program(prompt: str) -> str:
    """Return what the program of the prompt returns, if it does so within a few steps."""
    source, entry, calls = _program_and_calls(prompt)
    if not calls:
        return ""
    (done,) = run_trials(get_sandbox(), [Job(entry, [source], calls, most=_TRACED)])
    if done.wrong:
        return ""
    value = done.values[0] if len(calls) == 1 else done.values
    return f"The answer is {value!r}"


def _program_and_calls(prompt: str) -> tuple[str, str, list[list[Json]]]:
    block = _BLOCK.search(prompt)
    source = block[1] if block else ""
    tree = parse_source(source)
    functions = (
        {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)} if tree else {}
    )
    calls: list[list[Json]] = []
    entry = ""
    for text in _CALL.findall(prompt[block.end() :] if block else ""):
        name = text.partition("(")[0]
        if name not in functions:
            continue
        names = [one.arg for one in functions[name].args.args]
        given = parse_call(text, name, names)
        if given is not None:
            entry = name
            calls.append(given.value)
    return source, entry, calls


def search_input(prompt: str) -> str:
    """Return the first of some small inputs that gives the value of the prompt, or nothing."""
    blocks = _BLOCK.findall(prompt)
    typed = _TYPED.findall(prompt)
    wanted = parse_value(blocks[1].strip()) if len(blocks) > 1 else None
    entry = re.search(r"example: The answer is `(\w+)\(", prompt)
    if wanted is None or entry is None:
        return ""
    tried = small_inputs([kind for _, kind in typed], _TRIED)
    job = Job(entry[1], [blocks[0]], [], tried)
    (done,) = run_trials(get_sandbox(), [job])
    for given, value in zip(tried, done.probed, strict=False):
        if value is not None and type(wanted)(value[0]) == wanted:
            return f"The answer is `{call_text(entry[1], given)}`"
    return ""


def search_difference(prompt: str) -> str:
    """Return an input drawn from the stated ranges: without the right program it is a guess."""
    read = read_signature(prompt)
    if read is None:
        return ""
    entry, parameters, _ = read
    rng = TaskRandom(prompt.encode())
    given = [_within(prompt, name, kind, rng) for name, kind in parameters]
    return f"The answer is `{call_text(entry, given)}`"


def mend_program(prompt: str) -> str:
    """Return the first single change of the program that agrees with the examples."""
    block = _BLOCK.search(prompt)
    read = read_signature(prompt)
    if block is None or read is None or parse_source(block[1]) is None:
        return ""
    entry, parameters, _ = read
    examples = read_examples(prompt, entry, [name for name, _ in parameters])
    return _agreeing(entry, [one.source for one in mutants(block[1], _CHANGES)], examples)


def speed_up(prompt: str) -> str:
    """Return the program of the prompt with the first local rewriting that agrees with the examples."""
    block = _BLOCK.search(prompt)
    read = read_signature(prompt)
    tree = parse_source(block[1]) if block else None
    if tree is None or read is None:
        return ""
    entry, parameters, _ = read
    examples = read_examples(prompt, entry, [name for name, _ in parameters])
    return _agreeing(entry, faster(tree), examples)


def _agreeing(entry: str, sources: Sequence[str], examples: Sequence[Example]) -> str:
    """Return the first program that gives the results of the examples, or nothing."""
    if not examples or not sources:
        return ""
    table = {repr(list(one.arguments)): one.expected for one in examples}
    # A program that knows the examples and nothing else: what it is compared with is right.
    known = f"def {entry}(*given):\n    return {table!r}[repr(list(given))]\n"
    job = Job(entry, [known, *sources], [one.arguments for one in examples])
    (done,) = run_trials(get_sandbox(), [job])
    for source, fails in zip(sources, done.fails, strict=False):
        if fails is not None and not fails[0]:
            return fenced(source)
    return ""


def _within(prompt: str, name: str, kind: str, rng: TaskRandom) -> Json:
    """Return a value that keeps to the constraint of a parameter as far as that says it."""
    found = re.search(rf"^\s*- `{re.escape(name)}`: (.+)$", prompt, re.MULTILINE)
    value = _stated(found[1], rng) if found else None
    return small_value(kind, 3, rng) if value is None else value


def _stated(text: str, rng: TaskRandom) -> Json:
    """Return a value of a range in the words of `domain.Range.describe`; None for other words."""
    if number := re.match(r"(?:an )?integers?(?: from (-?\d+) to (-?\d+))?", text):
        return rng.randint(int(number[1] or 0), int(number[2] or 9))
    if re.match(r"booleans|True or False", text):
        return rng.randrange(2) == 1
    found = re.match(r"(?:a )?(list|string|dictionar)\w* of (\d+)(?: to (\d+))? (.+)", text)
    if found is None:
        return None
    low = int(found[2])
    size, inner = rng.randint(low, max(low, int(found[3] or low))), found[4]
    if found[1] == "list":
        if inner.startswith("elements, each "):
            kinds = inner.removeprefix("elements, each ").split(" or ")
            return _mixed(kinds, size, rng, row=found[3] is None)
        return [_stated(inner, rng) for _ in range(size)]
    if found[1] == "dictionar":
        parts = re.match(
            r"entries from (.+?\w|integers from .+? to .+?) to (?=[a-zA-Z])(.+)", inner
        )
        keys, values = (
            parts.groups() if parts else ("string of 1 to 3 lowercase letters", "integer")
        )
        return {str(_stated(keys, rng)): _stated(values, rng) for _ in range(size)}
    letters = re.findall(r"`(.)`", inner)
    if not letters:
        letters = list("abcdefgh" + "0123456789" * ("digits" in inner))
    letters += [" "] * (len(letters) // 4 + 1) * ("space" in inner)
    return "".join(rng.choice(letters) for _ in range(size))


def _mixed(kinds: Sequence[str], size: int, rng: TaskRandom, *, row: bool) -> list[Json]:
    """Return a list for "an integer or a string" (in a row: a name, then numbers) and the like."""
    if row and "a string" in kinds:
        return ["ana", *(_stated(kinds[0], rng) for _ in range(size - 1))]
    values: list[Json] = []
    for _ in range(size):
        kind = rng.choice(kinds)
        nested = [_stated(kinds[0], rng) for _ in range(rng.randint(0, 3))]
        values.append(nested if kind.startswith("a list") else _stated(kind, rng))
    return values
