"""Mutants are valid programs, each different, each one change away."""

import ast

import pytest

from synth_envs.code.mutants import OPERATORS, mutants

PROGRAM = '''
def solve(xs, k, flag=True):
    """Do a bit of everything."""
    total, best = 0, None
    for i in range(1, len(xs)):
        if xs[i] < k and not flag:
            total += xs[i] * 2
            continue
        elif xs[i - 1] == k or k >= 10:
            total -= min(xs[i], k)
        else:
            print(total)
    while total > 100:
        total //= 3
        if total % 7 == 0:
            break
    best = max(total, k) if total else pow(k, 2)
    return xs[1:k], best, "text".upper()
'''


def test_every_operator_is_used_and_every_mutant_is_a_program():
    found = mutants(PROGRAM)
    assert {one.operator for one in found} == set(OPERATORS)
    assert len({one.source for one in found}) == len(found) > 40
    original = ast.unparse(ast.parse(PROGRAM))
    for one in found:
        assert ast.unparse(ast.parse(one.source)) != original
        assert one.operator in OPERATORS
        assert 1 <= one.line <= PROGRAM.count("\n")


def test_the_order_does_not_depend_on_anything_else():
    assert mutants(PROGRAM) == mutants(PROGRAM)
    assert [one.line for one in mutants(PROGRAM)] == sorted(one.line for one in mutants(PROGRAM))


def test_the_docstring_and_the_original_stay():
    tree = ast.parse(PROGRAM)
    mutants(PROGRAM)
    assert all('"""Do a bit of everything."""' in one.source for one in mutants(PROGRAM))
    assert ast.unparse(tree) == ast.unparse(ast.parse(PROGRAM))


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("x = a < b", {"x = a <= b", "x = a > b"}),
        ("x = a == b", {"x = a != b"}),
        ("x = a + b", {"x = a - b"}),
        ("x = a and b", {"x = a or b"}),
        ("x = 3", {"x = 4", "x = 2"}),
        ("x = 0", {"x = 1"}),
        ("x = True", {"x = False"}),
        ("x = range(n)", {"x = range(n + 1)", "x = range(n - 1)"}),
        ("x = max(a)", {"x = min(a)"}),
        ("x = f(a, b)", {"x = f(b, a)"}),
        ("x = a[i]", {"x = a[i + 1]", "x = a[i - 1]"}),
        ("x = a if b else c", {"x = a if not b else c"}),
        ("x = a[i + 1]", {"x = a[i + 2]", "x = a[i]", "x = a[i - 1]"}),
        ("if a:\n    b()", {"if not a:\n    b()", "if a:\n    pass", "pass"}),
        ("x = 'text'", set()),
        ("x = sorted(y)", {"x = list(y)"}),
        ("x = sorted(y, key=len)", set()),
        ("x: list[int] = y", set()),  # annotations do nothing
        ("def f(a: dict[str, int]) -> list[n]:\n    return a", set()),
    ],
)
def test_changes(source, changed):
    assert {one.source.strip() for one in mutants(source)} == changed


def test_what_is_not_python_is_refused():
    with pytest.raises(SyntaxError):
        mutants("x = (")
