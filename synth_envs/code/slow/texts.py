"""Sequences that are searched or reduced element by element."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, doubled
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["PairRemoval", "PatternPlaces"]

#: What is asked of the places, found in ascending order: text, start and step with the place `i`.
_PLACES = (
    ("Return how many occurrences there are.", "0", "result += 1"),
    ("Return the sum of the indices at which the occurrences begin.", "0", "result += i"),
    (
        "Return the index at which the last occurrence begins, or -1 if there is none.",
        "-1",
        "result = i",
    ),
    (
        "Return how many occurrences begin at an even index.",
        "0",
        "result += i % 2 == 0",
    ),
    (
        "Go through the occurrences from left to right and keep each one that does not overlap the last one kept. Return how many are kept.",
        "0",
        "if i >= free:\n                result += 1\n                free = i + m",
    ),
    (
        "Return the sum of `index % 5` over all occurrences, where `index` is where the occurrence begins.",
        "0",
        "result += i % 5",
    ),
)
_SEARCH = Text("""\
def occurrences(s, p):
    n, m = len(s), len(p)
    result = $start$free
    for i in range(n - m + 1):
        j = 0
        while j < m and s[i + j] == p[$place]:
            j += 1
        if j == m:
            $step
    return result
""")
_SEARCH_FAST = Text("""\
def occurrences(s, p):
    n, m = len(s), len(p)$turn
    back = [0] * m
    k = 0
    for e in range(1, m):
        while k and p[e] != p[k]:
            k = back[k - 1]
        if p[e] == p[k]:
            k += 1
        back[e] = k
    result = $start$free
    k = 0
    for e in range(n):
        while k and (k == m or s[e] != p[k]):
            k = back[k - 1]
        if s[e] == p[k]:
            k += 1
        if k == m:
            i = e - m + 1
            $step
    return result
""")


class PatternPlaces(SlowTemplate):
    """Where a pattern occurs in a list, compared element by element at every place."""

    name: ClassVar[str] = "pattern_places"
    level: ClassVar[float] = 0.85

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the direction of the pattern and the question."""
        asked, start, step = rng.choice(_PLACES)
        turned = rng.randrange(2) == 1
        free = "\n    free = 0" if "free" in step else ""
        one, two = rng.choice(((0, 1), (5, 7), (-1, 1), (2, 9), (1, 0)))
        given: list[list[Json]] = [
            [[one, two, one, two, one], [one, two, one]],
            [[two, one, one, one, one], [one, one]],
            [[two, two, two, one], [one, two, two]],
        ]
        given += [[[], [one]], [[one], [one]], [[one], [two]], [[one], [one, one]]]
        given += [[[one] * 9, [one] * 3], [[one, two], [two, one]], [[two] * 7, [two]]]
        given += [[[one, two] * 6, [two, one]]]

        def drawn(size: int) -> list[Json]:
            return [rng.choice((one, one, two)) for _ in range(size)]

        for _ in range(32):
            size = rng.randint(4, 16 + int(24 * difficulty))
            given.append([drawn(size), drawn(rng.randint(1, 4))])
        growing: list[list[Json]] = []
        for size in doubled(rng, 2200):
            quarter = size // 4
            pattern: list[Json] = [*[one] * quarter, two, *[one] * quarter]
            growing.append([[one] * rng.randint(2 * quarter, 2 * quarter + 9) + pattern, pattern])
        way = "`p` backwards (its last element first)" if turned else "`p`"
        return self.problem(
            entry="occurrences",
            parameters=(("s", "list[int]"), ("p", "list[int]")),
            returns="int",
            statement=(
                f"`p` is not empty. An occurrence is a stretch of neighbouring elements of `s` that is equal to "
                f"{way}. It begins at the index of its first element in `s`, counted from 0. Occurrences may "
                f"overlap. {asked}"
            ),
            source=_SEARCH.substitute(
                start=start, free=free, step=step, place="m - 1 - j" if turned else "j"
            ),
            second=_SEARCH_FAST.substitute(
                start=start, free=free, step=step, turn="\n    p = p[::-1]" if turned else ""
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: Which neighbours `a` and `b` vanish: text, test, letters to draw from, and two texts: repeats of
#: the first hold no such pair, and repeats of both vanish from the middle outwards.
_VANISH = (
    ("they are the same letter", "a == b", "abc", "ab", "ba"),
    (
        "they are the same letter, one in upper and one in lower case",
        "a != b and a.lower() == b.lower()",
        "aAbB",
        "aB",
        "bA",
    ),
    (
        "they are next to each other in the alphabet, in either order",
        "abs(ord(a) - ord(b)) == 1",
        "abc",
        "ac",
        "bb",
    ),
    (
        "the left one comes earlier in the alphabet than the right one",
        "a < b",
        "abcd",
        "bb",
        "dc",
    ),
    ("the sum of the two digits is 9", "int(a) + int(b) == 9", "0918", "01", "89"),
    ("the left one is `(` and the right one is `)`", "a + b == '()'", "()", "((", "))"),
    (
        "the sum of the two digits is a multiple of 4",
        "(int(a) + int(b)) % 4 == 0",
        "1234",
        "12",
        "23",
    ),
)
_LEFT = (
    ("Return how many characters are left.", "int", "len(rest)"),
    ("Return how many pairs were removed.", "int", "(len(s) - len(rest)) // 2"),
    (
        "Return the last character that is left, or an empty text if none is.",
        "str",
        "rest[-1] if rest else ''",
    ),
    (
        "Return how many of the characters that are left are equal to the first one of them (0 if none is left).",
        "int",
        "rest.count(rest[0]) if rest else 0",
    ),
)
_REMOVE = Text("""\
def reduced(s):
    rest = list(s)
    changed = True
    while changed:
        changed = False
        for i in range(len(rest) - 1):
            a, b = rest[i], rest[i + 1]
            if $test:
                del rest[i : i + 2]
                changed = True
                break
    return $answer
""")
_REMOVE_FAST = Text("""\
def reduced(s):
    rest = []
    for b in s:
        a = rest[-1] if rest else None
        if rest and ($test):
            rest.pop()
        else:
            rest.append(b)
    return $answer
""")


class PairRemoval(SlowTemplate):
    """Neighbours vanish in pairs; after each, the search begins at the left end again."""

    name: ClassVar[str] = "pair_removal"
    level: ClassVar[float] = 0.4

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which pairs vanish and what is asked."""
        words, test, letters, head, tail = rng.choice(_VANISH)
        asked, kind, answer = rng.choice(_LEFT)
        outer, inner = head[-1], tail[0]

        def text(size: int) -> str:
            return "".join(rng.choice(letters) for _ in range(size))

        given: list[list[Json]] = [
            [outer + inner + outer + outer],
            [letters[0] + head + tail + letters[-1] + letters[0]],
            [letters[::-1] + letters[0] + letters],
        ]
        given += [[""], *([a] for a in letters), [outer + inner], [inner + outer], [outer * 6]]
        given += [[(outer + inner) * 4], [outer * 5 + inner * 5], [letters[-1] * 5]]
        given += [[text(rng.randint(3, 14 + int(20 * difficulty)))] for _ in range(34)]
        growing: list[list[Json]] = [
            [head * (size // 4) + tail * (size // 4) + letters[0]] for size in doubled(rng, 1800)
        ]
        return self.problem(
            entry="reduced",
            parameters=(("s", "str"),),
            returns=kind,
            statement=(
                f"`s` consists of characters from {', '.join(f'`{one}`' for one in letters)}, or is empty. As long as "
                f"there are two neighbouring characters such that {words}, the leftmost such pair is removed, "
                f"and what stood to the left and to the right of it become neighbours. {asked}"
            ),
            source=_REMOVE.substitute(test=test, answer=answer),
            second=_REMOVE_FAST.substitute(test=test, answer=answer),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
