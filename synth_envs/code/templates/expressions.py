"""Expressions whose operators have drawn meanings and drawn precedence."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["OperatorLanguage"]

#: The meanings of operators: text, and an expression of `a` and `b`.
_MEANINGS = (
    ("a + b", "a + b"),
    ("a - b", "a - b"),
    ("a times b", "a * b"),
    ("the larger one of a and b", "max(a, b)"),
    ("the smaller one of a and b", "min(a, b)"),
    ("the distance |a - b|", "abs(a - b)"),
    ("a + 2 times b", "a + 2 * b"),
    ("2 times a, minus b", "2 * a - b"),
    ("3 times a, plus b", "3 * a + b"),
)
_SOURCE = Text("""\
import re


def evaluate(text):
    tokens = re.findall(r'[0-9]+|\\S', text)
    levels = $levels
    place = 0

$apply    def operand():
        nonlocal place
        token = tokens[place]
        place += 1
$open        return $leaf

    def expression(least):
        nonlocal place
        value = operand()
        while place < len(tokens) and $level >= least:
            op = tokens[place]
            place += 1
            value = $combined
        return value

    return expression(1)
""")
_OPEN = """\
        if token == '(':
            value = expression(1)
            place += 1
            return value
"""
_SECOND = Text("""\
def evaluate(text):
    meanings = {
$meanings
    }

    def flat(items):
        for ops, leftmost in $groups:
            while True:
                places = [i for i in range(1, len(items), 2) if items[i] in ops]
                if not places:
                    break
                i = places[0] if leftmost else places[-1]
                done = meanings[items[i]](items[i - 1], items[i + 1])
                items = items[: i - 1] + [done] + items[i + 2 :]
        return items[0]

    items = []
    digits = ''
    for c in text + ' ':
        if c in '0123456789':
            digits += c
            continue
        if digits:
            token, digits = digits, ''
            items.append($leaf)
        if c != ' ':
            items.append(c)
    while ')' in items:
        end = items.index(')')
        start = max(i for i in range(end) if items[i] == '(')
        items = items[:start] + [flat(items[start + 1 : end])] + items[end + 1 :]
    return flat(items)
""")


#: What is drawn, written in another way for the second program.
_MEANINGS_AGAIN = {
    "a + b": "sum((a, b))",
    "a - b": "-(b - a)",
    "a * b": "b * a",
    "max(a, b)": "sorted((a, b))[1]",
    "min(a, b)": "sorted((a, b))[0]",
    "abs(a - b)": "max(a - b, b - a)",
    "a + 2 * b": "b + a + b",
    "2 * a - b": "a + (a - b)",
    "3 * a + b": "sum((a, a, a, b))",
}


class OperatorLanguage(Template):
    """Evaluate, or write with all brackets, expressions of a drawn language."""

    name: ClassVar[str] = "operator_language"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw operators, their levels and associativity, and what is asked."""
        count = 2 + (difficulty > 0.2) + (difficulty > 0.6)
        signs = rng.sample("+-*@#~&^", count)
        depth = 2 if count < 4 else 3
        levels = {op: 1 + (i if i < depth else rng.randrange(depth)) for i, op in enumerate(signs)}
        lefts = [rng.randrange(3) > 0 for _ in range(depth)]
        if difficulty < 0.2:
            lefts = [True] * depth
        brackets = difficulty >= 0.4
        mode = rng.choice(("value", "value", "text", "depth") if difficulty >= 0.4 else ("value",))
        meanings = dict(zip(signs, rng.sample(_MEANINGS, count), strict=True))
        groups = [
            ("".join(op for op in signs if levels[op] == level), lefts[level - 1])
            for level in range(depth, 0, -1)
        ]
        said = _grammar(signs, groups, brackets=brackets)
        if mode == "value":
            words = "; ".join(f"`a{op}b` means {meanings[op][0]}" for op in signs)
            said += f"The operators: {words}. Return the value of `text`."
            leaf, kind, plain = "int(token)", "int", "apply(op, value, expression($next))"
            formulas = {op: meanings[op][1] for op in signs}
        elif mode == "text":
            said += (
                "Return the expression without spaces, in which each operator together with its two "
                "operands has exactly one pair of round brackets around it, and in which there are no "
                "other brackets: `(1{0}2)` for `1{0}2` and `1` for `1`. Numbers stay written as they are."
            ).format(signs[0])
            leaf, kind = "token", "str"
            formulas = {op: f"'(' + a + '{op}' + b + ')'" for op in signs}
            plain = "'(' + value + op + expression($next) + ')'"
        else:
            said += (
                "The height of a number is 0, and the height of an operator with its two operands is 1 "
                "more than the larger one of the heights of the operands. Return the height of `text`."
            )
            leaf, kind = "0", "int"
            formulas = dict.fromkeys(signs, "1 + max(a, b)")
            plain = "1 + max(value, expression($next))"
        return self.problem(
            entry="evaluate",
            parameters=(("text", "str"),),
            returns=kind,
            statement=said,
            source=_SOURCE.substitute(
                levels=repr(levels),
                apply=_branches(formulas) if mode == "value" else "",
                level="levels.get(tokens[place], 0)" if brackets else "levels[tokens[place]]",
                open=_OPEN if brackets else "",
                leaf=leaf,
                combined=Text(plain).substitute(next=_next(levels, lefts)),
            ),
            second=_SECOND.substitute(
                meanings="\n".join(
                    f"        '{op}': lambda a, b: {_MEANINGS_AGAIN.get(formulas[op], formulas[op])},"
                    for op in signs
                ),
                groups=repr(groups),
                leaf=leaf,
            ),
            inputs=_inputs(rng, difficulty, signs, brackets=brackets),
            difficulty=difficulty,
        )


def _branches(formulas: dict[str, str]) -> str:
    """Return the function `apply`."""
    *front, last = formulas
    lines = ["    def apply(op, a, b):"]
    lines += [f"        if op == '{op}':\n            return {formulas[op]}" for op in front]
    return "\n".join([*lines, f"        return {formulas[last]}\n\n"])


def _next(levels: dict[str, int], lefts: list[bool]) -> str:
    """Return the least level of a right operand."""
    if all(lefts):
        return "levels[op] + 1"
    if not any(lefts):
        return "levels[op]"
    right = "".join(op for op, level in levels.items() if not lefts[level - 1])
    return f"levels[op] + (op {'!=' if len(right) == 1 else 'not in'} '{right}')"


def _grammar(signs: list[str], groups: list[tuple[str, bool]], *, brackets: bool) -> str:
    """Say what an expression is, and how it is grouped."""
    names = [" and ".join(f"`{op}`" for op in ops) for ops, _ in groups]
    said = (
        f"`text` is an expression: non-negative whole numbers in decimal digits with one of the "
        f"operators {', '.join(f'`{op}`' for op in signs)} between neighbours, with spaces anywhere "
        f"except inside of a number. "
    )
    if brackets:
        said += "Any part that is itself an expression may stand in round brackets as an operand. "
    said += f"The strongest operators (applied first) are {names[0]}, "
    said += "".join(f"then {name}, " for name in names[1:-1]) + f"and the weakest {names[-1]}. "
    for name, (ops, left) in zip(names, groups, strict=True):
        together = (
            f"Several operators {name} in a row"
            if len(ops) == 1
            else f"Operators {name} among each other"
        )
        op = ops[0]
        example = f"(1{op}2){op}3" if left else f"1{op}(2{op}3)"
        said += f"{together} are grouped from the {'left' if left else 'right'}: `1{op}2{op}3` is `{example}`. "
    return said


def _inputs(
    rng: TaskRandom, difficulty: float, signs: list[str], *, brackets: bool
) -> list[list[Json]]:
    def term(depth: int) -> str:
        if brackets and depth and rng.randrange(3) == 0:
            return "(" + chain(rng.randint(1, 3), depth - 1) + ")"
        return str(rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 30)))

    def chain(count: int, depth: int) -> str:
        text = term(depth)
        for _ in range(count):
            space = " " * (rng.randrange(4) == 0)
            text += space + rng.choice(signs) + space + term(depth)
        return text

    a, b = signs[0], signs[-1]
    given: list[list[Json]] = [
        [f"12{a}5{b}3"],
        [f"8{b}3{a}1{b}2{a}5"],
        [f"40{a}7"],
        [f"5{a}1{a}4"],
    ]
    given += [["0"], ["42"], ["  7 "], [f"1{b}2{b}3{b}4"], [f"9 {a} 9"], [f"10{a}3{b}10"]]
    given += [[f"9{op}4{op}2{op}1"] for op in signs] + [[f"2{op}6"] for op in signs]
    given += [[f"9{op}4{other}7{op}3"] for op in signs for other in signs if op != other]
    if brackets:
        given += [["((5))"], [f"(1{a}2)"], [f"9{a}(4{a}(3{b}2))"], [f"(8{b}3){b}(2{a}6)"]]
    for _ in range(26):
        given.append([chain(rng.randint(2, 4 + int(3 * difficulty)), 2)])
    return given
