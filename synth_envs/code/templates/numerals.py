"""Numerals like the Roman ones, with other symbols and other rules."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["ReadNumeral", "WriteNumeral"]

#: When a symbol's value is changed: text, an expression of the list `values` and the place `i`,
#: and the second's formulation.
_WHEN = (
    (
        "directly before a symbol of larger value",
        "i + 1 < len(values) and values[i + 1] > value",
        "values[i : i + 2] != [value] and values[i : i + 2] == sorted(set(values[i : i + 2]))",
    ),
    (
        "somewhere before (not only directly before) a symbol of larger value",
        "any(later > value for later in values[i + 1 :])",
        "max(values[i:]) != value",
    ),
    (
        "directly after a symbol of larger value",
        "i > 0 and values[i - 1] > value",
        "[v for v in values[:i][-1:] if v > value] != []",
    ),
    (
        "directly after a symbol of equal value",
        "i > 0 and values[i - 1] == value",
        "values[:i][-1:] == [value]",
    ),
    (
        "between two neighbours of larger value",
        "0 < i < len(values) - 1 and values[i - 1] > value < values[i + 1]",
        "len([v for v in values[max(i - 1, 0) : i + 2] if v > value]) == 2",
    ),
)
#: Pairs of conditions of which the first does not imply the second.
_TOGETHER = ((4, 0), (4, 1), (4, 2), (4, 3), (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 0), (2, 3))
_WHAT = (
    ("is subtracted instead of added", "total -= value", "-value"),
    ("is added twice", "total += 2 * value", "value + value"),
    ("is not counted", "", "0"),
    ("is added ten times", "total += 10 * value", "int(str(value) + '0')"),
)
_SOURCE_READ = Text("""\
def read(text):
    worth = $worth
$mark    total = 0
    for i, value in enumerate(values):
$rules        else:
            total += value
    return total
""")
_MARK = Text("""\
    values = []
    for c in text:
        if c == '$mark':
            values[-1] $effect
        else:
            values.append(worth[c])
""")
_SECOND_READ = Text("""\
import re


def read(text):
    names, amounts = '$names', $amounts
    values = []
    for part in re.findall(r"[A-Z]\\$mark*", text):
        value = amounts[names.index(part[0])]
        for _ in part[1:]:
            value = $marked
        values.append(value)

    def counted(i):
        value = values[i]
$second_rules        return value

    return sum(map(counted, range(len(values))))
""")


class ReadNumeral(Template):
    """Find the number that a numeral in a drawn system stands for."""

    name: ClassVar[str] = "read_numeral"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw symbols and rules."""
        worth = _symbols(rng, 4 + int(2 * difficulty))
        shown = ", ".join(f"`{name}` = {value}" for name, value in worth.items())
        said = (
            f"`text` is a numeral: upper-case letters with the values {shown}, in any order, as many "
            f"as you like. "
        )
        mark, effect, marked = "", "", "value"
        if difficulty >= 0.35:
            mark = rng.choice("~*+")
            words, effect, marked = rng.choice(
                (
                    ("multiplies its value by 10", "*= 10", "value * 10"),
                    ("doubles its value", "*= 2", "value + value"),
                    ("raises its value by 1", "+= 1", "value - -1"),
                )
            )
            said += (
                f"Each mark `{mark}` after a letter (there may be several) {words}; below, the value of "
                f"a symbol is the value of the letter with all of its marks. "
            )
        chosen = [rng.choice(_WHEN)]
        if difficulty >= 0.3:
            chosen = [_WHEN[place] for place in rng.choice(_TOGETHER)]
        done = rng.sample(_WHAT, len(chosen))
        said += (
            "The number is the sum of the values of the symbols, except that the value of a symbol"
        )
        for place, (when, what) in enumerate(zip(chosen, done, strict=True)):
            said += ", and otherwise the value of a symbol" if place else ""
            said += f" that stands {when[0]} {what[0]}"
        said += ". The empty numeral stands for 0. Return the number."
        rules = "".join(
            f"        {'elif' if place else 'if'} {when[1]}:\n            {what[1] or 'continue'}\n"
            for place, (when, what) in enumerate(zip(chosen, done, strict=True))
        )
        second = "".join(
            f"        if {when[2]}:\n            return {what[2]}\n"
            for when, what in zip(chosen, done, strict=True)
        )
        return self.problem(
            entry="read",
            parameters=(("text", "str"),),
            returns="int",
            statement=said,
            source=_SOURCE_READ.substitute(
                worth=repr(worth),
                mark=_MARK.substitute(mark=mark, effect=effect)
                if mark
                else "    values = [worth[c] for c in text]\n",
                rules=rules,
            ),
            second=_SECOND_READ.substitute(
                names="".join(worth),
                amounts=repr(list(worth.values())),
                mark=mark or "~",
                marked=marked,
                second_rules=second,
            ),
            inputs=_numerals(rng, difficulty, "".join(worth), mark),
            difficulty=difficulty,
        )


def _symbols(rng: TaskRandom, count: int) -> dict[str, int]:
    """Return letters with increasing values, the first of them 1."""
    names = rng.sample("ABCDEFGHKLMNPQRSTUVWXYZ", count)
    values = [1]
    while len(values) < count:
        values.append(values[-1] * rng.choice((2, 3, 4, 5)))
    return dict(zip(names, values, strict=True))


def _numerals(rng: TaskRandom, difficulty: float, names: str, mark: str) -> list[list[Json]]:
    a, b, c = names[0], names[1], names[2]
    given: list[list[Json]] = [
        [f"{c}{a}{b}{b}"],
        [f"{b}{c}{a}{c}{a}{mark}"],
        [f"{a}{b}{mark}{c}{c}"],
    ]
    given += [[""], *([name] for name in names), [a * 3], [b + a * 2], [a * 2 + c], [a + c + b]]
    given += [[names], [names[::-1]], [b + a + b + a + b], [f"{c}{a}{c}"], [f"{a}{mark}{mark}{b}"]]
    for _ in range(32):
        text = ""
        for _ in range(rng.randint(2, 7 + int(14 * difficulty))):
            text += rng.choice(names) + mark * rng.choice((0, 0, 0, 1, 2))
        given.append([text])
    return given


_SOURCE_WRITE = Text("""\
def write($parameter):
    table = $table
    rest = $rest
    parts = []
    for value, letters in table:
        while rest >= value:
            parts.append(letters)
            rest -= value
    return $result
""")
_SECOND_WRITE = Text("""\
def write($parameter):
    names, values = '$names', $values
    table = {value: name for name, value in zip(names, values)}
    for low, high in $pairs:
        table[values[high] - values[low]] = names[low] + names[high]

    def greedy(rest):
        fitting = [value for value in table if value <= rest]
        if not fitting:
            return ''
        best = max(fitting)
        return table[best] + greedy(rest - best)

    rest = $rest
    head = ''
    if rest >= values[-1]:
        head = names[-1] * (rest // values[-1])
        rest %= values[-1]
    letters = head + greedy(rest)
    return $second_result
""")
#: What the number is: parameters, text, and expression.
_NUMBERS = (
    ("`n`", "n", ("n",)),
    ("the sum of the decimal digits of `n`, plus `n`", "n + sum(int(c) for c in str(n))", ("n",)),
    ("the distance |n - m|", "abs(n - m)", ("n", "m")),
    ("`n` + 2 times `m`", "n + 2 * m", ("n", "m")),
)
_RESULTS = (
    ("Return the numeral", "str", "''.join(parts)", "letters"),
    ("Return the numeral backwards", "str", "''.join(parts)[::-1]", "''.join(reversed(letters))"),
    ("Return the number of letters of the numeral", "int", "len(''.join(parts))", "len(letters)"),
    (
        "Return how many different letters the numeral has",
        "int",
        "len(set(''.join(parts)))",
        "sum(name in letters for name in names)",
    ),
)


#: What is drawn, written in another way for the second program.
_NUMBERS_AGAIN = {
    "n": "n",
    "n + sum(int(c) for c in str(n))": "sum(map(int, str(n)), n)",
    "abs(n - m)": "max(n, m) - min(n, m)",
    "n + 2 * m": "m + n + m",
}


class WriteNumeral(Template):
    """Write a number as a numeral in a drawn system."""

    name: ClassVar[str] = "write_numeral"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw symbols, pairs of them, the number and what is asked."""
        worth = _symbols(rng, 4 + int(2 * difficulty))
        names, values = list(worth), list(worth.values())
        places = [(i, i + 1) for i in range(len(names) - 1) if values[i + 1] != 2 * values[i]]
        pairs = rng.sample(places, min(len(places), rng.randint(1, 2 + int(difficulty * 2))))
        table = dict(worth) | {names[i] + names[j]: values[j] - values[i] for i, j in pairs}
        ordered = sorted(((value, name) for name, value in table.items()), reverse=True)
        if len(set(table.values())) < len(table):
            return self.make(rng, difficulty)
        number_words, rest, parameters = rng.choice(_NUMBERS if difficulty >= 0.2 else _NUMBERS[:2])
        result = rng.choice(_RESULTS if difficulty >= 0.4 else _RESULTS[:2])
        shown = ", ".join(f"`{name}` = {value}" for value, name in ordered[::-1])
        edges = [v + d for v in values for d in (-1, 0)]
        inputs: list[list[Json]] = [
            [n, rng.randint(0, 9)][: len(parameters)]
            for n in [
                values[-1] + values[2] + 1,
                values[1],
                2 * values[-1] - 1,
                7,
                0,
                1,
                2,
                3,
                *edges,
            ]
        ]
        while len(inputs) < 56:
            n = rng.randint(0, values[-1] * 6)
            inputs.append([n, rng.randint(0, values[-1])][: len(parameters)])
        named = " and ".join(f"`{name}`" for name in parameters)
        limits = f"{named} {'is' if len(parameters) == 1 else 'are'} not negative"
        listed = repr(ordered)
        if len(listed) > 88:
            listed = "[\n" + "".join(f"        {one!r},\n" for one in ordered) + "    ]"
        return self.problem(
            entry="write",
            parameters=[(name, "int") for name in parameters],
            returns=result[1],
            statement=(
                f"A system of numerals has the signs {shown} (some signs consist of two letters). A "
                f"number is written like this: as long as it is not 0, write down the sign of the "
                f"largest value that is not larger than the number, to the right of what is written "
                f"already, and subtract that value. So the numeral of 0 is empty. Take the numeral of "
                f"{number_words}; {limits}. {result[0]}."
            ),
            source=_SOURCE_WRITE.substitute(
                parameter=", ".join(parameters), table=listed, rest=rest, result=result[2]
            ),
            second=_SECOND_WRITE.substitute(
                parameter=", ".join(parameters),
                names="".join(names),
                values=repr(values),
                pairs=repr(pairs),
                rest=_NUMBERS_AGAIN[rest],
                second_result=result[3],
            ),
            inputs=inputs,
            difficulty=difficulty,
        )
