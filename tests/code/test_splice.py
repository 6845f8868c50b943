"""A mutant's change in the original's own text."""

import ast

import pytest

from synth_envs.code.mutants import mutants
from synth_envs.code.problems import load_template
from synth_envs.code.splice import spliced
from synth_envs.code.templates import TEMPLATES
from synth_envs.seeding import task_rng

SOURCE = '''def f(xs, k):
    """Say what it does."""
    total = 0  # nothing yet
    for x in xs:
        if x > k and x % 2 == 0:  # even ones
            total += x * (k + 1)
        else:
            total -= 1

    best = [
        y
        for y in xs
        if y < k
    ]
    return total - len(best) * 2
'''


def test_only_the_change_changes():
    found = mutants(SOURCE)
    assert len(found) > 20
    for one in found:
        text = spliced(SOURCE, one.source)
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(one.source))
        kept = sum(line in text.splitlines() for line in SOURCE.splitlines())
        assert kept >= len(SOURCE.splitlines()) - 6, text
        assert "# nothing yet" in text


def test_precedence_is_kept():
    source = "def f(a, b, c):\n    return a - b * c\n"
    changed = "def f(a, b, c):\n    return a - (b + c)\n"
    assert spliced(source, changed) == changed


@pytest.mark.parametrize("name", list(TEMPLATES)[::6])
def test_on_every_kind_of_program(name):
    problem = load_template(TEMPLATES[name]).make(task_rng(3, name, 0), 0.7)
    for one in mutants(problem.source, 12):
        text = spliced(problem.source, one.source)
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(one.source))
        assert text != problem.source
