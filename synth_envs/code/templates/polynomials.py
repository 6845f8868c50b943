"""Polynomials as short lists of terms, and how they are written."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["SparsePolynomials"]

#: What is computed from `p` and `q`: text, lines of the reference that fill `terms`, an expression on lists of all
#: coefficients `p` and `q`, lowest power first.
_OPERATIONS = (
    (
        "the sum of p and $k times q",
        """\
    for c, e in p:
        terms[e] += c
    for c, e in q:
        terms[e] += $k * c
""",
        "plus(p, times([$k], q))",
    ),
    (
        "the product of p and q",
        """\
    for c, e in p:
        for d, f in q:
            terms[e + f] += c * d
""",
        "times(p, q)",
    ),
    (
        "p times the derivative of q",
        """\
    for c, e in p:
        for d, f in q:
            if f > 0:
                terms[e + f - 1] += c * d * f
""",
        "times(p, derived(q))",
    ),
    (
        "the product of p and q, less q",
        """\
    for d, f in q:
        terms[f] -= d
        for c, e in p:
            terms[e + f] += c * d
""",
        "times(plus(p, [-1]), q)",
    ),
    (
        "the polynomial that arises from p + q if every x is replaced by $k * x",
        """\
    for c, e in p + q:
        terms[e] += c * $k**e
""",
        "[c * pow($k, e) for e, c in enumerate(plus(p, q))]",
    ),
    (
        "p * p - q",
        """\
    for c, e in p:
        for d, f in p:
            terms[e + f] += c * d
    for d, f in q:
        terms[f] -= d
""",
        "plus(times(p, p), times(q, [-1]))",
    ),
    (
        "the derivative of p * q",
        """\
    for c, e in p:
        for d, f in q:
            if e + f > 0:
                terms[e + f - 1] += c * d * (e + f)
""",
        "plus(times(derived(p), q), times(p, derived(q)))",
    ),
)
#: What is done with the coefficients: text, expression on `c`, and another one.
_REDUCED = (
    ("", "c", "c"),
    (
        " Then every coefficient is replaced by its remainder when it is divided by $m, a number from 0 to $t.",
        "c % $m",
        "c - c // $m * $m",
    ),
    (
        " Then every coefficient that is larger than $t is replaced by $t, and every one that is less than -$t by -$t.",
        "max(-$t, min(c, $t))",
        "sorted([c, $t, -$t])[1]",
    ),
)
#: How the result is returned: text, type, lines of the reference, lines of the other program.
_FORMS = (
    (
        "the list of its terms [coefficient, exponent] without those whose coefficient is 0, the largest exponent first",
        "list[list[int]]",
        "    return [[c, e] for e, c in sorted(terms.items(), reverse=True) if c != 0]",
        "    return [[dense[e], e] for e in range(len(dense) - 1, -1, -1) if dense[e]]",
    ),
    (
        "the list of all its coefficients, zeros included, from the one of x to the power 0 up to the last one that is not 0 (the empty list for the polynomial 0)",
        "list[int]",
        """\
    degree = max((e for e, c in terms.items() if c != 0), default=-1)
    return [terms[e] for e in range(degree + 1)]""",
        "    while dense and not dense[-1]:\n        dense.pop()\n    return dense",
    ),
    (
        "it as a text: the terms whose coefficient is not 0, the largest exponent first, with ` + ` or ` - ` between them, as in `-x^3 + 2*x^2 - x + 7`. x to the power 1 is written `x`, to the power 0 it is left out together with the `*`, and so is a coefficient 1 or -1 together with its `*` (only its sign stays), except in the term without x. The first term has a `-` directly in front if its coefficient is negative, and no sign otherwise. The polynomial 0 is `0`",
        "str",
        """\
    text = ""
    for e, c in sorted(terms.items(), reverse=True):
        if c == 0:
            continue
        if text:
            text += " + " if c > 0 else " - "
        elif c < 0:
            text += "-"
        text += term(abs(c), e)
    return text or \"0\"""",
        """\
    parts = []
    for e, c in list(enumerate(dense))[::-1]:
        if c:
            power = ["", "x"][e] if e < 2 else "x^" + str(e)
            parts.append("%+d*%s" % (c, power))
    joined = " ".join(parts).replace("*x", "x_").replace("*", "")
    joined = re.sub(r"([+-])(\\d+)x_", lambda m: m[1] + ("" if m[2] == "1" else m[2] + "*") + "x", joined)
    joined = re.sub(r"([+-])", r"\\1 ", joined)
    if joined[:1] == "+":
        joined = joined[2:]
    elif joined[:1] == "-":
        joined = "-" + joined[2:]
    return joined if joined else "0\"""",
    ),
    (
        "the dictionary that maps every exponent, written as a text, whose coefficient is not 0 to the coefficient",
        "dict[str, int]",
        "    return {str(e): c for e, c in terms.items() if c != 0}",
        "    return {f'{e}': dense[e] for e in range(len(dense)) if dense[e]}",
    ),
    (
        "the list [number of its terms whose coefficient is not 0, largest exponent among these, largest coefficient among these], or [0, -1, 0] if there are none",
        "list[int]",
        """\
    left = {e: c for e, c in terms.items() if c != 0}
    if not left:
        return [0, -1, 0]
    return [len(left), max(left), max(left.values())]""",
        """\
    known = [e for e in range(len(dense)) if dense[e]] or [-1]
    values = sorted(c for c in dense if c) or [0]
    return [sum(map(bool, dense)), known[-1], values[-1]]""",
    ),
)
_TERM = """\
def term(c, e):
    if e == 0:
        return str(c)
    power = "x" if e == 1 else f"x^{e}"
    return power if c == 1 else f"{c}*{power}"


"""
_SOURCE = Text("""\
from collections import defaultdict


${term}def polynomial(p, q):
    terms = defaultdict(int)
$fill$reduce$form
""")
_AGAIN = Text("""\
import re
from itertools import zip_longest


def full(terms):
    size = max([e for c, e in terms], default=-1) + 1
    return [sum(c for c, e in terms if e == place) for place in range(size)]


def plus(p, q):
    return [c + d for c, d in zip_longest(p, q, fillvalue=0)]


def times(p, q):
    if not p:
        return []
    return plus([p[0] * d for d in q], [0] + times(p[1:], q))


def derived(p):
    return [e * c for e, c in enumerate(p)][1:]


def polynomial(p, q):
    p, q = full(p), full(q)
    dense = [$reduced for c in $expression]
$form
""")


class SparsePolynomials(Template):
    """Compute with polynomials that are given as lists of terms."""

    name: ClassVar[str] = "sparse_polynomials"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the operation, what is done with coefficients, and the form of the result."""
        k, m = rng.choice((-3, -2, 2, 3)), rng.randint(3, 7)
        operation, fill, expression = rng.choice(_OPERATIONS[: 3 + int(4 * difficulty)])
        reduction, reduce, reduced = rng.choice(_REDUCED[:1] if difficulty < 0.2 else _REDUCED)
        form, kind, code, again = rng.choice(_FORMS)
        operation, fill, expression = (
            Text(text).substitute(k=f"({k})" if k < 0 and "**" in text else k)
            for text in (operation, fill, expression)
        )
        fill = fill.replace(")**e", ") ** e")
        reduction, reduce, reduced = (
            Text(text).substitute(m=m, t=m - 1 if "remainder" in reduction else m + 5)
            for text in (reduction, reduce, reduced)
        )
        return self.problem(
            entry="polynomial",
            parameters=(("p", "list[list[int]]"), ("q", "list[list[int]]")),
            returns=kind,
            statement=(
                "`p` and `q` are polynomials in x, each as a list of terms [coefficient, exponent] in any order, with integers; exponents are at least 0. Several terms of a list may have the same "
                f"exponent (they are added), coefficients may be 0 or negative, and the empty list is the polynomial 0. Compute {operation}.{reduction} Return {form}."
            ),
            source=_SOURCE.substitute(
                term=_TERM if "term(" in code else "",
                fill=fill,
                reduce=""
                if reduce == "c"
                else f"    terms.update({{e: {reduce} for e, c in terms.items()}})\n",
                form=code,
            ),
            second=_AGAIN.substitute(reduced=reduced, expression=expression, form=again),
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [
        [[[2, 1], [-3, 0]], [[1, 2], [4, 0], [2, 2]]],
        [[[1, 3], [1, 0], [-1, 3]], [[-1, 1], [1, 1], [5, 2]]],
        [[[1, 4], [-1, 1]], [[3, 1]]],
        [[], []],
        [[], [[2, 3]]],
        [[[4, 1]], []],
        [[[0, 5]], [[1, 2]]],
        [[[1, 0]], [[1, 0]]],
        [[[1, 0]], [[-1, 0]]],
        [[[1, 1]], [[1, 0]]],
        [[[-1, 2]], [[1, 1], [-1, 0]]],
        [[[1, 1], [1, 0]], [[1, 1], [-1, 0]]],
        [[[1, 2], [2, 1], [1, 0]], [[-1, 2], [-2, 1], [-1, 0]]],
        [[[12, 1]], [[10, 0], [1, 10]]],
        [[[1, 1], [-2, 0]], [[1, 2], [2, 1], [4, 0]]],
        [[[7, 0]], [[7, 1]]],
    ]
    for _ in range(32):
        pair: list[Json] = []
        for _ in range(2):
            size = rng.randint(1, 3 + int(3 * difficulty))
            most = rng.choice((2, 3, 6))
            pair.append([[rng.randint(-5, 6), rng.randint(0, most)] for _ in range(size)])
        given.append(pair)
    return given
