"""Windows of a fixed length and the two sides of a cut."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BalancedCuts", "WindowScores"]

#: Which windows there are: text, the loop's head, the window at `i`, and a second way to list them.
_SHAPES = (
    (
        (
            "A window is a run of `k` consecutive elements of `xs`; one begins at every index from "
            "which `k` elements are left. If `k` is larger than the length of `xs`, there is none."
        ),
        "range(len(xs) - k + 1)",
        "xs[i : i + k]",
        "[[xs[p] for p in range(i, i + k)] for i in range(len(xs)) if i + k <= len(xs)]",
    ),
    (
        (
            "Cut `xs` from its beginning into windows of `k` elements each; the last window is shorter "
            "if `k` does not divide the length of `xs`. An empty list has no windows."
        ),
        "range(0, len(xs), k)",
        "xs[i : i + k]",
        "[[x for p, x in enumerate(xs) if p // k == b] for b in range(-(-len(xs) // k))]",
    ),
    (
        (
            "A window is a run of `k` consecutive elements of `xs` that begins at an even index (0, 2, "
            "4, ...). If `k` is larger than the length of `xs`, there is none."
        ),
        "range(0, len(xs) - k + 1, 2)",
        "xs[i : i + k]",
        "[[xs[p] for p in range(i, i + k)] for i in range(len(xs)) if i % 2 == 0 and i + k <= len(xs)]",
    ),
    (
        (
            "The list `xs` is a circle: its first element follows its last one. At every index begins "
            "a window, the `k` elements from there on. If `k` is larger than the length of `xs`, there "
            "is no window."
        ),
        "range(len(xs) if k <= len(xs) else 0)",
        "(xs + xs)[i : i + k]",
        "[[xs[(i + p) % len(xs)] for p in range(k)] for i in range(len(xs)) if k <= len(xs)]",
    ),
)
#: What a window scores: text, from the list `w`, and the same in another way.
_SCORES = (
    ("the sum of its elements", "sum(w)", "reduce(lambda a, b: a + b, w, 0)"),
    (
        "its largest minus its smallest element",
        "max(w) - min(w)",
        "max(abs(a - b) for a in w for b in w)",
    ),
    (
        "the number of different values in it",
        "len(set(w))",
        "sum(w.index(x) == i for i, x in enumerate(w))",
    ),
    (
        (
            "its lower median, which is the element at index `(n - 1) // 2` (counted from 0) when its "
            "`n` elements are sorted in ascending order"
        ),
        "sorted(w)[(len(w) - 1) // 2]",
        "min(x for x in w if sum(y <= x for y in w) > (len(w) - 1) // 2)",
    ),
    (
        "the number of pairs of neighbours in it of which the right one is larger than the left one",
        "sum(a < b for a, b in zip(w, w[1:]))",
        "len([p for p in range(1, len(w)) if w[p] - w[p - 1] > 0])",
    ),
    (
        "its alternating sum: the first element minus the second plus the third and so on",
        "sum(w[::2]) - sum(w[1::2])",
        "sum(x * (-1) ** p for p, x in enumerate(w))",
    ),
)
#: What is asked of the scores: text, type, expression, second expression.
_ASKS = (
    (
        "Return the list of all scores, in the order in which the windows begin.",
        "list[int]",
        "scores",
        "list(scores)",
    ),
    (
        "Return the largest score, or 0 if there is no window.",
        "int",
        "max(scores, default=0)",
        "sorted(scores)[-1] if scores else 0",
    ),
    (
        (
            "Number the windows from 0 in the order in which they begin. Return the number of the "
            "window with the largest score, the first one of several, and -1 if there is no window."
        ),
        "int",
        "scores.index(max(scores)) if scores else -1",
        "min(range(len(scores)), key=lambda p: (-scores[p], p), default=-1)",
    ),
    (
        (
            "Taking the windows in the order in which they begin, return how many have a score that is "
            "strictly larger than the scores of all windows before them. The first window, if there "
            "is one, counts."
        ),
        "int",
        "sum(all(s > t for t in scores[:p]) for p, s in enumerate(scores))",
        "len(set(accumulate(scores, max)))",
    ),
    (
        "Return the scores that at least two windows have, each one once, in ascending order.",
        "list[int]",
        "sorted(s for s, n in Counter(scores).items() if n >= 2)",
        "[a for a, g in groupby(sorted(scores)) if len(list(g)) > 1]",
    ),
)
_WINDOWS = Text("""\
from collections import Counter


def window_scores(xs, k):
    scores = []
    for i in $places:
        w = $window
        scores.append($score)
    return $answer
""")
_WINDOWS_AGAIN = Text("""\
from functools import reduce
from itertools import accumulate, groupby


def window_scores(xs, k):
    windows = $windows
    scores = [$score for w in windows]
    return $answer
""")


class WindowScores(Template):
    """Scores of windows of `k` elements, and a question about these scores."""

    name: ClassVar[str] = "window_scores"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the shape of the windows, the score and the question."""
        shape, places, window, windows = rng.choice(_SHAPES[: 2 + int(2 * difficulty)])
        words, score, score_again = rng.choice(_SCORES[: 3 + int(3 * difficulty)])
        ask, kind, answer, answer_again = rng.choice(_ASKS[: 2 + int(3 * difficulty)])
        source = _WINDOWS.substitute(places=places, window=window, score=score, answer=answer)
        if "Counter" not in answer:
            source = source.split("\n\n\n", 1)[1]
        size = 9 + int(14 * difficulty)
        given: list[list[Json]] = [
            [[2, 2, 5, 8, 3, 9], 2],
            [[5, 9, 6], 4],
            [[9, 5, 1, -9, -5, 3], 4],
            [[3, 1, 4, 1, 5, 9, 2, 6], 3],
            [[7, 2], 1],
            [[2, 2, 5, 8, 3, 9], 2],
        ]
        given += [[[], 1], [[], 3], [[5], 1], [[-5], 2], [[1, 2, 3], 3], [[1, 2, 3], 4]]
        given += [[[-4, -2, -7], 2], [[4, 4, 4, 4, 4], 2], [[0, 0, 1, 0, 0, 1, 0], 3]]
        for lead in (2, 4, 7, 10, 13, 16):
            xs: list[Json] = [0] * lead
            given.append([xs + [rng.randint(1, 3 * p + 1) for p in range(8)], 2 + lead % 3])
        for _ in range(34):
            low = rng.choice((-9, 0))
            xs = [rng.randint(low, 9) for _ in range(rng.randint(2, size))]
            given.append([xs, rng.randint(1, 5)])
        return self.problem(
            entry="window_scores",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns=kind,
            statement=f"`k` is at least 1. {shape} The score of a window is {words}. {ask}",
            source=source,
            second=_WINDOWS_AGAIN.substitute(
                windows=windows, score=score_again, answer=answer_again
            ),
            inputs=given,
            difficulty=difficulty,
        )


#: How a side is measured: text, expression of the list `side`, another one, also for empty sides.
_MEASURES = (
    ("sum (0 for an empty part)", "sum(side)", "reduce(lambda a, b: a + b, side, 0)"),
    (
        "number of odd elements",
        "sum(x % 2 for x in side)",
        "len([x for x in side if x // 2 * 2 != x])",
    ),
    (
        "largest element (0 for an empty part)",
        "max(side, default=0)",
        "(sorted(side) or [0])[-1]",
    ),
    (
        "number of different values",
        "len(set(side))",
        "sum(x not in side[:p] for p, x in enumerate(side))",
    ),
    (
        "sum of the absolute differences of neighbouring elements (0 if there are fewer than two)",
        "sum(abs(a - b) for a, b in zip(side, side[1:]))",
        "sum(max(side[p], side[p + 1]) - min(side[p], side[p + 1]) for p in range(len(side) - 1))",
    ),
)
_RELATIONS = (
    ("is the same for both", "a == b"),
    ("is strictly larger for the left part than for the right part", "a > b"),
    ("differs by at most 2 between the two", "abs(a - b) <= 2"),
    (
        "is even for one of the two and odd for the other",
        "(a - b) % 2",
    ),
)
_CUTS = (
    (
        (
            "For each cut position `i` from 0 to `len(xs)`, both included, the left part consists of "
            "the elements before index `i` and the right part of those from index `i` on."
        ),
        "range(len(xs) + 1)",
        "i",
    ),
    (
        (
            "For each index `i` of `xs`, the left part consists of the elements before index `i` and "
            "the right part of those after index `i`; the element at `i` belongs to neither."
        ),
        "range(len(xs))",
        "i + 1",
    ),
    (
        (
            "For each cut position `i` that leaves no part empty, the left part consists of the "
            "elements before index `i` and the right part of those from index `i` on. A list of "
            "fewer than two elements has no such position."
        ),
        "range(1, len(xs))",
        "i",
    ),
)
_CUT_ASKS = (
    ("the list of these positions in ascending order", "list[int]", "found", "found"),
    ("how many of these positions there are", "int", "len(found)", "sum(1 for _ in found)"),
    (
        "the last of these positions, or -1 if there is none",
        "int",
        "found[-1] if found else -1",
        "max(found, default=-1)",
    ),
    (
        (
            "the greatest distance between two of these positions that follow one another, or 0 if "
            "there are fewer than two of them"
        ),
        "int",
        "max((q - p for p, q in zip(found, found[1:])), default=0)",
        "max([found[p] - found[p - 1] for p in range(1, len(found))] or [0])",
    ),
)
_CUT = Text("""\
def measure(side):
    return $measure


def balanced_cuts(xs):
    found = []
    for i in $places:
        a, b = measure(xs[:i]), measure(xs[$right])
        if $test:
            found.append(i)
    return $answer
""")
#: With a measure that is a function.
_CUT_SHORT = Text("""\
def balanced_cuts(xs):
    found = []
    for i in $places:
        a, b = $measure(xs[:i]), $measure(xs[$right])
        if $test:
            found.append(i)
    return $answer
""")
_CUT_AGAIN = Text("""\
from functools import reduce


def balanced_cuts(xs):
    found = []
    for i in $places:
        pair = []
        for side in ([x for p, x in enumerate(xs) if p < i], [x for p, x in enumerate(xs) if p >= $right]):
            pair.append($measure)
        a, b = pair
        found += [i] * bool($test)
    return $answer
""")


class BalancedCuts(Template):
    """Positions at which the two sides of a list compare in some way."""

    name: ClassVar[str] = "balanced_cuts"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the kind of cut, the measure, the relation and the question."""
        cut, places, right = rng.choice(_CUTS)
        words, measure, again = rng.choice(_MEASURES[: 2 + int(3 * difficulty)])
        short = measure in ("sum(side)", "len(side)")
        relation, test = rng.choice(_RELATIONS[: 2 + int(2 * difficulty)])
        ask, kind, answer, answer_again = rng.choice(_CUT_ASKS[: 2 + int(2 * difficulty)])
        given: list[list[Json]] = [
            [[2, 3, 1, 4, 2]],
            [[-1, -1, 1, -1, 1, 1, 0, -1]],
            [[0] * 12],
            [[2, 3, 1, 4, 2]],
            [[6, 1]],
            [[5, 0, 3, 3, 5, 0, 2, 8]],
        ]
        given += [[[]], [[4]], [[-1]], [[0, 0, 0]], [[1, -1, 1, -1, 1]], [[-3, -2, -5]], [[7, 7]]]
        given += [[[1, 2, 3]], [[3, 2, 1]], [[9, 0, 0, 0, 9]], [[2, 4, 6, 8, 5, 5]]]
        for size in (5, 8, 12, 15):
            given += [[[size % 3] * size], [[2 * rng.randint(-1, 2) for _ in range(size)]]]
        for _ in range(32):
            size = rng.randint(2, 8 + int(12 * difficulty))
            low, high = rng.choice(((-3, 3), (0, 3), (-9, 9), (-1, 1)))
            given.append([[rng.randint(low, high) for _ in range(size)]])
        return self.problem(
            entry="balanced_cuts",
            parameters=(("xs", "list[int]"),),
            returns=kind,
            statement=f"{cut} Consider the positions `i` for which the {words} {relation}. Return {ask}.",
            source=(_CUT_SHORT if short else _CUT).substitute(
                measure=measure.removesuffix("(side)"),
                places=places,
                right=f"{right} :" if "+" in right else f"{right}:",
                test=test,
                answer=answer,
            ),
            second=_CUT_AGAIN.substitute(
                measure=again, places=places, right=right, test=test, answer=answer_again
            ),
            inputs=given,
            difficulty=difficulty,
        )
