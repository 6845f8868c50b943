"""Pairs of elements of one list that meet a condition."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["MatchingPairs"]

#: The condition on the elements: text and the test of `a` (left) and `b` (right).
_CONDITIONS = (
    ("`xs[i] + xs[j]` equals `k`", "a + b == k"),
    ("`xs[i]` is larger than `xs[j]` by at least `k`", "a - b >= k"),
    ("the absolute difference of `xs[i]` and `xs[j]` equals `k`", "abs(a - b) == k"),
    ("`xs[i] + xs[j]` is a multiple of `k`", "(a + b) % k == 0"),
    ("`xs[i] * xs[j]` is less than `k`", "a * b < k"),
    ("exactly one of `xs[i]` and `xs[j]` is larger than `k`", "(a > k) != (b > k)"),
)
#: Where the two may stand: text, test, and the range of `j` given `i`.
_PLACES = (
    ("`i < j`", "i < j", "range(i + 1, len(xs))"),
    ("`i + 2 <= j`, so that they are not neighbours", "i + 2 <= j", "range(i + 2, len(xs))"),
    ("`i < j <= i + 3`", "i < j <= i + 3", "range(i + 1, min(i + 4, len(xs)))"),
    ("`i < j` and `j - i` odd", "i < j and (j - i) % 2 == 1", "range(i + 1, len(xs), 2)"),
)
#: What is asked: text, type, and the expression of the list of pairs `found`, and a second one.
_ASKS = (
    ("Return how many matching pairs there are.", "int", "len(found)", "sum(1 for _ in found)"),
    (
        (
            "Return the matching pair with the smallest `i`, and among those the one with the smallest "
            "`j`, as the list `[i, j]`, or an empty list if there is no matching pair."
        ),
        "list[int]",
        "found[0] if found else []",
        "min(found, default=[])",
    ),
    (
        "Return in ascending order the indices that occur in at least one matching pair, each once.",
        "list[int]",
        "sorted({p for pair in found for p in pair})",
        "[p for p in range(len(xs)) if any(p in pair for pair in found)]",
    ),
    (
        (
            "Return the largest value of `xs[i] + xs[j] + (j - i)` over all matching pairs, or 0 if "
            "there is none."
        ),
        "int",
        "max((xs[i] + xs[j] + j - i for i, j in found), default=0)",
        "max([(xs[j] + j) + (xs[i] - i) for i, j in found] or [0])",
    ),
    (
        (
            "Go through the matching pairs by ascending `i` and, for equal `i`, by ascending `j`, and "
            "accept a pair if neither of its indices is in a pair accepted before. Return the number "
            "of accepted pairs."
        ),
        "int",
        "accepted(found)",
        "accepted(sorted(found))",
    ),
    (
        (
            "Return the number of different sets of two values, `{xs[i], xs[j]}`, of the matching "
            "pairs; a pair of equal values gives a set too."
        ),
        "int",
        "len({(min(xs[i], xs[j]), max(xs[i], xs[j])) for i, j in found})",
        "len({frozenset((xs[i], xs[j])) for i, j in found})",
    ),
)
_ACCEPTED = """\
def accepted(pairs):
    used, count = set(), 0
    for i, j in pairs:
        if i not in used and j not in used:
            used |= {i, j}
            count += 1
    return count


"""
_ACCEPTED_AGAIN = """\
def accepted(pairs):
    if not pairs:
        return 0
    head, rest = pairs[0], pairs[1:]
    count = 1
    rest = [p for p in rest if not (set(p) & set(head))]
    while rest:
        head = rest[0]
        rest = [p for p in rest if not (set(p) & set(head))]
        count += 1
    return count


"""
_SOURCE = Text("""\
def matching_pairs(xs, k):
    found = []
    for i, a in enumerate(xs):
        for j in $places:
            b = xs[j]
            if $test:
                found.append([i, j])
    return $answer
""")
_AGAIN = Text("""\
from itertools import product


${helper}def matching_pairs(xs, k):
    found = []
    for (j, b), (i, a) in product(enumerate(xs), repeat=2):
        if ($place) and ($test):
            found.append([i, j])
    found.sort()
    return $answer
""")


#: What is drawn, written in another way for the second program.
_CONDITIONS_AGAIN = {
    "a + b == k": "k - a == b",
    "a - b >= k": "not a < b + k",
    "abs(a - b) == k": "b in (a - k, a + k)",
    "(a + b) % k == 0": "-a % k == b % k",
    "a * b < k": "k - a * b > 0",
    "(a > k) != (b > k)": "min(a, b) <= k < max(a, b)",
}


class MatchingPairs(Template):
    """Pairs of indices under a condition on values and places, counted or chosen."""

    name: ClassVar[str] = "matching_pairs"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the two conditions and the question."""
        words, test = rng.choice(_CONDITIONS)
        where, place, places = rng.choice(_PLACES[: 1 + int(3 * difficulty)])
        ask, kind, answer, again = rng.choice(_ASKS[: 3 + int(3 * difficulty)])
        helped = "accepted" in answer
        given: list[list[Json]] = [
            [[1, 5, 3, 3, 8, 2], 6],
            [[9, 8, 7, 6, 5, 4], 3],
            [[6, 7, 2, 8, 1, 8, -5], 3],
            [[1, 5, 3, 3, 8, 2], 6],
            [[4, 4, 1, 0, 6], 2],
            [[7, 3, 9, 6, 2, 1, 5], 4],
        ]
        given += [[[], 3], [[3], 3], [[2, 1], 1], [[1, 2], 3], [[0, 0, 0, 0], 1], [[5, 5, 5], 10]]
        given += [[[-2, 3, -4, 5, 0], 1], [[-1, -1, -1, -1, -1], 2], [[9, 8, 7, 6, 5, 4], 3]]
        for _ in range(34):
            low = rng.choice((-6, 0, 1))
            size = rng.randint(3, 8 + int(10 * difficulty))
            xs: list[Json] = [rng.randint(low, 9) for _ in range(size)]
            given.append([xs, rng.randint(1, 9)])
        return self.problem(
            entry="matching_pairs",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns=kind,
            statement=(
                f"`k` is at least 1. A matching pair consists of two indices `i` and `j` of `xs` "
                f"(counted from 0) with {where}, such that {words}. {ask}"
            ),
            source=_ACCEPTED * helped + _SOURCE.substitute(places=places, test=test, answer=answer),
            second=_AGAIN.substitute(
                helper=_ACCEPTED_AGAIN * helped,
                place=place,
                test=_CONDITIONS_AGAIN[test],
                answer=again,
            ),
            inputs=given,
            difficulty=difficulty,
        )
