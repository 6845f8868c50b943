"""The cheapest way to turn one word into another, with drawn steps and costs."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["EditDistance"]

#: What a replacement of a letter `x` by another letter `y` costs: text, expression, the same
#: otherwise. C is a drawn cost.
_REPLACED = (
    ("costs $c", "$c", "$c"),
    (
        "costs 1 if both are vowels (a, e, i, o, u) or neither is, and else $c",
        "1 if (x in 'aeiou') == (y in 'aeiou') else $c",
        "[1, $c][len({letter in 'uoiea' for letter in (x, y)}) - 1]",
    ),
    (
        "costs the distance of the two in the alphabet (1 from `a` to `b`, 2 from `a` to `c`), but never more than $c",
        "min(abs(ord(x) - ord(y)), $c)",
        "sorted([$c, max(ord(x), ord(y)) - min(ord(x), ord(y))])[0]",
    ),
    (
        "costs $c if the new letter is later in the alphabet than the old one, and else 1",
        "$c if y > x else 1",
        "1 + ($c - 1) * (min(x, y) == x)",
    ),
)
#: What an insertion of `y` costs: text, expression, the same otherwise.
_INSERTED = (
    ("costs $c", "$c", "$c"),
    (
        "costs 1 if it is a vowel, and else $c",
        "1 if y in 'aeiou' else $c",
        "($c, 1)['ouiea'.count(y)]",
    ),
    ("costs $c if it is `a`, and else 1", "$c if y == 'a' else 1", "1 + ($c - 1) * (not y > 'a')"),
)
#: One more step: text, lines of the reference at `(i, j)`, lines of the other program.
_EXTRA = (
    ("", "", ""),
    (
        "; if the next two letters of `a` and the next two letters of `b` are the same two in opposite order, both pairs are passed, which costs $c",
        """\
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                ways.append(best[i - 2][j - 2] + $c)
""",
        """\
        if len(a) > 1 and len(b) > 1 and (a[0], a[1]) == (b[1], b[0]):
            found.append($c + cost(a[2:], b[2:], a[1]))
""",
    ),
    (
        "; if the next letter of `a` equals the letter of `a` directly before it, it is deleted at the cost 0",
        """\
            if i > 1 and a[i - 1] == a[i - 2]:
                ways.append(best[i - 1][j])
""",
        """\
        if a[:1] and a[0] == before:
            found.append(cost(a[1:], b, a[0]))
""",
    ),
    (
        "; the next three letters of `a` are deleted together, which costs $c",
        """\
            if i > 2:
                ways.append(best[i - 3][j] + $c)
""",
        """\
        if len(a) >= 3:
            found.append($c + cost(a[3:], b, a[2]))
""",
    ),
)
_SOURCE = Text("""\
def replacement(x, y):
$replace


def insertion(y):
    return $insert


def edit_cost(a, b):
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            ways = []
            if i:
                ways.append(best[i - 1][j] + $delete)
            if j:
                ways.append(best[i][j - 1] + insertion(b[j - 1]))
            if i and j:
                ways.append(best[i - 1][j - 1] + replacement(a[i - 1], b[j - 1]))
$extra            best[i][j] = min(ways, default=0)
    return best[-1][-1]
""")
_AGAIN = Text("""\
from functools import cache


def edit_cost(first, second):
    @cache
    def cost(a, b, before):
        found = []
        if a:
            found.append($delete + cost(a[1:], b, a[0]))
        for y in b[:1]:
            found.append($insert + cost(a, b[1:], before))
            for x in a[:1]:
                step = 0 if x == y else ($replace)
                found.append(step + cost(a[1:], b[1:], x))
$extra        return sorted(found)[0] if found else 0

    return cost(first, second, "")
""")
#: What is asked of the costs `edit_cost(a, b)`: text, type, function after the first, and the second.
_ASKED = (
    ("", "int", "", ""),
    (
        "words",
        "list[str]",
        """

def nearest(a, words):
    costs = [edit_cost(a, b) for b in words]
    return [b for b, cost in zip(words, costs) if cost == min(costs)]
""",
        """

def nearest(a, words):
    ordered = sorted((edit_cost(a, b), place) for place, b in enumerate(words))
    return [words[place] for cost, place in ordered if cost == ordered[0][0]]
""",
    ),
    (
        "costs",
        "dict[str, int]",
        """

def nearest(a, words):
    return {b: edit_cost(a, b) for b in words if len(b) >= len(a)}
""",
        """

def nearest(a, words):
    return dict((b, edit_cost(a, b)) for b in words if not len(b) < len(a))
""",
    ),
)


class EditDistance(Template):
    """The cost of turning a word into another with drawn steps."""

    name: ClassVar[str] = "edit_distance"
    group: ClassVar[str] = "dynamic programming"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the steps, their costs and the question."""
        replace = rng.choice(_REPLACED[: 2 + int(2 * difficulty)])
        insert = rng.choice(_INSERTED[: 2 + int(difficulty + 0.5)])
        extra = rng.choice(_EXTRA[: 2 + int(2 * difficulty)] if difficulty >= 0.2 else _EXTRA[:1])
        asked, kind, code, again = rng.choice(_ASKED if difficulty >= 0.4 else _ASKED[:1])
        costs = [rng.randint(2, 5), rng.randint(2, 4), rng.randint(1, 3)]
        delete = rng.randint(1, 3)

        def fill(texts: tuple[str, str, str], cost: int) -> list[str]:
            return [Text(text).substitute(c=cost) for text in texts]

        replaced, inserted, more = (
            fill(texts, cost) for texts, cost in zip((replace, insert, extra), costs, strict=True)
        )
        target = "`b`" if not asked else "a word `b`"
        goal = {
            "": "Return the least total cost of turning `a` into `b`.",
            "words": "Return the list of those of the words `b` in `words` (at least one, in their order, all different) for which the least total cost of turning `a` into `b` is smallest.",
            "costs": "Return a dictionary that maps those of the different words `b` in `words` that have at least as many letters as `a` to the least total cost of turning `a` into them.",
        }[asked]
        statement = (
            f"All words consist of lower-case letters and may be empty. A word `a` is turned into {target} by passing through both from left to right. In each step, one of these is "
            f"done: the next letter of `a` is kept if it equals the next letter of `b`, which costs nothing, and both are passed; the next letter of `a` is replaced by the next "
            f"letter of `b`, a different one, which {replaced[0]}, and both are passed; the next letter of `a` is deleted (passed), which costs {delete}; the next letter of `b` is "
            f"inserted (passed), which {inserted[0]}{more[0]}. This ends when all letters of both are passed. {goal}"
        )
        return self.problem(
            entry="nearest" if asked else "edit_cost",
            parameters=(("a", "str"), ("words", "list[str]") if asked else ("b", "str")),
            returns=kind,
            statement=statement,
            source=_without_constants(
                _SOURCE.substitute(
                    replace=f"    if x == y:\n        return 0\n    return {replaced[1]}"
                    if " if " in replaced[1]
                    else f"    return 0 if x == y else {replaced[1]}",
                    insert=inserted[1],
                    delete=delete,
                    extra=more[1],
                )
            )
            + code,
            second=_AGAIN.substitute(
                replace=replaced[2], insert=inserted[2], delete=delete, extra=more[2]
            )
            + again,
            inputs=_word_lists(rng) if asked else _word_pairs(rng, difficulty),
            difficulty=difficulty,
        )


def _without_constants(source: str) -> str:
    """Write the cost of an insertion where it is used if it is the same for all letters."""
    start, stop = source.index("def insertion"), source.index("def edit_cost")
    cost = source[start:stop].split("return ")[1].strip()
    if not cost.isdigit():
        return source
    return (source[:start] + source[stop:]).replace("insertion(b[j - 1])", cost)


def _word(rng: TaskRandom, letters: str, most: int) -> str:
    return "".join(rng.choice(letters) for _ in range(rng.randint(0, most)))


def _changed(rng: TaskRandom, word: str, letters: str) -> str:
    """Return a word with a few changes of another one."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(word) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            word = word[:place] + rng.choice(letters) + word[place:]
        elif kind == 1:
            word = word[:place] + word[place + 1 :]
        elif kind == 2:
            word = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
        else:
            word = word[:place] + rng.choice(letters) + word[place + 1 :]
    return word


def _word_pairs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [["cab", "cabe"], ["tree", "teat"], ["banal", "nilpotent"]]
    given += [
        ["", ""],
        ["a", ""],
        ["", "a"],
        ["", "b"],
        ["a", "b"],
        ["b", "a"],
        ["a", "z"],
        ["z", "a"],
    ]
    given += [
        ["ab", "ba"],
        ["aab", "ab"],
        ["aaa", "a"],
        ["abcd", "d"],
        ["abc", ""],
        ["xaby", "xbay"],
    ]
    given += [
        ["e", "a"],
        ["a", "e"],
        ["t", "a"],
        ["c", "d"],
        ["d", "c"],
        ["", "eta"],
        ["bcd", "efg"],
    ]
    for _ in range(30):
        letters = rng.choice(("abc", "abe", "aeit", "abcdefghij"))
        word = _word(rng, letters, 5 + int(4 * difficulty))
        other = rng.choice((_changed(rng, word, letters), _word(rng, letters, 7)))
        given.append([word, other])
    return given


def _word_lists(rng: TaskRandom) -> list[list[Json]]:
    given: list[list[Json]] = [
        ["cab", ["cabe", "bac", "acb", "ab"]],
        ["tea", ["eat", "tt", "tree"]],
        ["of", ["fo", "off", "if", "oaf"]],
        ["", ["a", "b", ""]],
        ["", ["a", "b", "ab"]],
        ["abcde", ["", "e", "abc"]],
        ["aab", ["ab", "b", "bba", "aabb"]],
        ["x", ["x", "y", "z", "xx"]],
    ]
    for _ in range(34):
        letters = rng.choice(("abc", "abe", "aeit", "abcdefghij"))
        word = _word(rng, letters, 5)
        words = {_changed(rng, word, letters) for _ in range(rng.randint(1, 3))}
        words |= {_word(rng, letters, 6) for _ in range(rng.randint(0, 2))}
        shuffled = sorted(words)
        rng.shuffle(shuffled)
        given.append([word, list(shuffled)])
    return given
