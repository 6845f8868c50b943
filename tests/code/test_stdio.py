"""Functions as programs: what is written is read back, and what cannot be is refused."""

from dataclasses import replace

import pytest

from synth_envs.code import stdio
from synth_envs.code.grading import Example, grade_programs
from synth_envs.code.problems import Problem

PROBLEM = Problem(
    "test",
    "f",
    (
        ("n", "int"),
        ("text", "str"),
        ("xs", "list[int]"),
        ("words", "list[str]"),
        ("rows", "list[list[int]]"),
    ),
    "list[list[int]]",
    "Return what was read.",
    "def f(n, text, xs, words, rows):\n    return [[n, len(text), *xs], *[[len(w)] for w in words], *rows]\n",
    "",
    (
        (1, "a b", [1, 2], ["x y", "z"], [[3], [4, 5]]),
        (-7, " lead", [], [], []),
        (0, "", [0], [""], [[-1, -2]]),
    ),
)


def test_programs_read_what_is_written(sandboxes):
    values = [
        [[1, 3, 1, 2], [3], [1], [3], [4, 5]],
        [[-7, 5]],
        [[0, 0, 0], [0], [-1, -2]],
    ]
    assert stdio.fits(PROBLEM, values)
    tests = [
        Example([stdio.written_input(PROBLEM, given)], stdio.written(value, PROBLEM.returns))
        for given, value in zip(PROBLEM.inputs, values, strict=True)
    ]
    (graded,) = grade_programs(sandboxes[0], [(stdio.main_of(PROBLEM), tests)])
    assert graded.all_passed, graded
    assert len(stdio.input_lines(PROBLEM)) == 5


@pytest.mark.parametrize(
    ("kind", "value", "printed"),
    [
        ("int", 5, "5"),
        ("bool", True, "True"),
        ("str", "a b", "a b"),
        ("list[int]", [], ""),
        ("list[int]", [1, 2], "1 2"),
        ("list[str]", ["a", "b"], "a\nb"),
    ],
)
def test_results(kind, value, printed):
    assert stdio.written(value, kind) == printed
    assert stdio.fits(replace(PROBLEM, returns=kind), [value])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("str", "a "),
        ("str", "a\nb"),
        ("list[str]", [""]),
        ("list[list[int]]", [[]]),
        ("dict[str, int]", {}),
    ],
)
def test_what_is_in_doubt_is_refused(kind, value):
    assert not stdio.fits(replace(PROBLEM, returns=kind), [value])


def test_arguments_in_doubt_are_refused():
    assert not stdio.fits(replace(PROBLEM, inputs=((1, "a\nb", [], [], []),)), [[[1]]])
    assert not stdio.fits(
        replace(PROBLEM, parameters=(("t", "dict[str, int]"),), inputs=(({},),)), [[[1]]]
    )
