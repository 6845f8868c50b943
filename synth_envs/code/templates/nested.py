"""Lists in lists."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["NestedValue"]

#: The value of a list from `parts`, the values of its entries, `depth` (1 for the whole), by text.
_VALUES = (
    ("the sum of the values of its entries, times its depth", "depth * sum(parts)"),
    ("the largest of the values of its entries minus the smallest", "max(parts) - min(parts)"),
    (
        "the sum of the values of its entries if its depth is odd, and the largest of them if its depth is even",
        "sum(parts) if depth % 2 else max(parts)",
    ),
    ("the value of its first entry minus the values of all others", "2 * parts[0] - sum(parts)"),
    (
        "the sum of the values of its entries, plus $c for every entry that is a list",
        "sum(parts) + $c * sum(isinstance(one, list) for one in tree)",
    ),
    (
        "the sum of the values of its entries, where those at even places (the first one is at place 0) count twice",
        "sum(parts) + sum(parts[::2])",
    ),
    (
        "the sum of its smallest and its largest entry value, times the number of its entries",
        "(min(parts) + max(parts)) * len(parts)",
    ),
    (
        "the sum of the values of its entries, where a value equal to that of the entry directly before it does not count",
        "sum(one for place, one in enumerate(parts) if place == 0 or one != parts[place - 1])",
    ),
)
#: The value of a number by text.
_NUMBERS = (
    ("itself", "tree"),
    ("itself if it is even, and 1 if it is odd", "1 if tree % 2 else tree"),
    ("itself plus the depth of the list that it stands in", "tree + depth - 1"),
    ("itself if it is positive, and twice itself otherwise", "tree if tree > 0 else 2 * tree"),
    ("itself, but $c if it stands in a list of depth 3 or more", "$c if depth > 3 else tree"),
)
#: What is asked: text, answer, whether the values of all lists are gathered, returns.
_NESTED_ASKED = (
    ("Return the value of `tree`.", "value(tree, 1)", False, "int"),
    (
        "Return the values of `tree` and of all lists in it, at any depth, in the order in which their opening brackets stand.",
        "",
        True,
        "list[int]",
    ),
    (
        "Return the values of `tree` and of all lists in it, at any depth, in the order in which their closing brackets stand.",
        "",
        True,
        "list[int]",
    ),
    (
        "Return a list with two numbers: the highest value that `tree` or one of the lists in it, at any depth, has, and how many of them have it.",
        "[max(found), found.count(max(found))]",
        True,
        "list[int]",
    ),
)

_NESTED = """def worth(tree):
    $begin
    def value(tree, depth):
        if isinstance(tree, int):
            return $number
        $before
        parts = [value(one, depth + 1) for one in tree]
$total
        $after
        return total

    $end
"""

#: Without recursion: a stack of lists that are still open.
_NESTED_AGAIN = """def worth(tree):
    whole = tree
    opened = [(0, whole)]
    levels = [[((), whole)]]
    while levels[-1]:
        levels.append(
            [((*path, place), one) for path, many in levels[-1] for place, one in enumerate(many) if isinstance(one, list)]
        )
    values = {}
    for depth in range(len(levels), 0, -1):
        for path, many in levels[depth - 1]:
            parts = []
            for place, one in enumerate(many):
                if isinstance(one, list):
                    parts.append(values[(*path, place)])
                else:
                    tree, depth = one, depth + 1
                    parts.append($number)
                    depth -= 1
            tree = many
            values[path] = $value if parts else $empty
    $end
"""


def _nested(rng: TaskRandom, depth: int) -> list[Json]:
    """Return a random list of numbers and lists."""
    made: list[Json] = []
    for _ in range(rng.randint(0 if depth < 3 else 2, 4)):
        if depth and rng.randrange(5) < 2:
            made.append(_nested(rng, depth - 1))
        else:
            made.append(rng.randint(-5, 9))
    return made


#: What is drawn, written in another way for the second program.
_WORTH_AGAIN = {
    "depth * sum(parts)": "sum(depth * part for part in parts)",
    "max(parts) - min(parts)": "(lambda s: s[-1] - s[0])(sorted(parts))",
    "sum(parts) if depth % 2 else max(parts)": "[max(parts), sum(parts)][depth & 1]",
    "2 * parts[0] - sum(parts)": "parts[0] - sum(parts[1:])",
    "sum(parts) + $c * sum(isinstance(one, list) for one in tree)": "sum(part + $c * (not isinstance(one, int)) for part, one in zip(parts, tree))",
    "sum(parts) + sum(parts[::2])": "sum(part * (2 - place % 2) for place, part in enumerate(parts))",
    "(min(parts) + max(parts)) * len(parts)": "sum(sorted(parts)[0] + sorted(parts)[-1] for _ in parts)",
    "sum(one for place, one in enumerate(parts) if place == 0 or one != parts[place - 1])": "parts[0] + sum(y for x, y in zip(parts, parts[1:]) if x != y)",
    "tree": "tree",
    "1 if tree % 2 else tree": "[tree, 1][tree & 1]",
    "tree + depth - 1": "depth - 1 + tree",
    "tree if tree > 0 else 2 * tree": "tree + min(tree, 0)",
    "$c if depth > 3 else tree": "[tree, $c][depth >= 4]",
}


class NestedValue(Template):
    """Values of lists that contain numbers and lists, by depth and place."""

    name: ClassVar[str] = "nested_value"
    group: ClassVar[str] = "recursion and combinatorics"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the values of numbers and lists, and what is asked."""
        words, value = rng.choice(_VALUES[:4] if difficulty < 0.3 else _VALUES)
        number, code = rng.choice(_NUMBERS[:2] if difficulty < 0.3 else _NUMBERS)
        asked, answer, gathered, kind = rng.choice(
            _NESTED_ASKED[:1] if difficulty < 0.2 else _NESTED_ASKED
        )
        c = str(rng.randint(2, 6))
        empty = rng.choice(("0", "1", "-3", "5"))
        statement = (
            "`tree` is a list whose entries are integers (some negative) or lists of the same kind, at any depth. The depth of `tree` itself is 1, that of a list "
            f"that is directly an entry of it is 2, and so on. The value of a number is {Text(number).substitute(c=c)}. The value of a list is {Text(words).substitute(c=c)}; "
            f"the value of an empty list is {empty}. {asked}"
        )
        opening = "opening" in asked
        after = (
            "found.append(total)"
            if gathered and not opening
            else "found[place] = total"
            if opening
            else ""
        )
        worked_out = Text(value).substitute(c=c)
        names = {
            "number": Text(code).substitute(c=c),
            "value": f"({worked_out})" if " else " in worked_out else worked_out,
            "empty": empty,
        }
        result = names["value"]
        total = f"        total = {result} if parts else {empty}"
        if len(total) > 100:
            result, rest = result.split(" if place", 1)
            total = (
                f"        kept = [{result.removeprefix('sum(')} if place{rest.removesuffix(')')}]\n"
                f"        total = sum(kept) if parts else {empty}"
            )
        source = Text(_NESTED).substitute(
            names,
            total=total,
            begin="found = []\n" if gathered else "",
            before="place = len(found)\n        found.append(0)" if opening else "",
            after=after,
            end=("value(tree, 1)\n    " if gathered else "") + f"return {answer or 'found'}",
        )
        if not after and "        total = " in total and "\n" not in total:
            source = source.replace(
                f"{total}\n        \n        return total", total.replace("total =", "return")
            )
        lines = [line for line in source.split("\n") if line.strip() or not line]
        end = "return values[()]"
        if gathered:
            end = "found = [values[path] for path in sorted(values)]\n    return " + (
                answer or "found"
            )
            if "closing" in asked:
                end = "far = (float('inf'),)\n    return [values[path] for path in sorted(values, key=lambda path: path + far)]"
        second = (
            Text(_NESTED_AGAIN)
            .substitute(
                number=Text(_WORTH_AGAIN[code]).substitute(c=c),
                value=Text(_WORTH_AGAIN[value]).substitute(c=c),
                empty=empty,
                end=end,
            )
            .replace("    opened = [(0, whole)]\n", "")
        )
        given: list[list[Json]] = [
            [[[-3, 8], 9]],
            [[[[7]]]],
            [[[], [], [[]]]],
            [[3, [1, 4], 2]],
            [[[2, [5, 1]], 7]],
            [[6, [], [[3], 8, 1]]],
            [[]],
            [[[]]],
            [[4]],
            [[-3]],
            [[[[7]]]],
            [[1, 1, 1]],
            [[2, 2, [2, 2]]],
            [[[], [], [[]]]],
            [[0, [-2, -4], [5, [6, [7, [8]]]]]],
        ]
        given += [[_nested(rng, rng.randint(1, 4))] for _ in range(38)]
        return self.problem(
            entry="worth",
            parameters=(("tree", "list"),),
            returns=kind,
            statement=statement,
            source="\n".join(lines),
            second=second,
            inputs=given,
            difficulty=difficulty,
        )
