"""Questions about ranges of a list, and changes to them."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["ChangedRanges", "ChangingSums", "RangeQuestions"]

#: What an index counts.
_COUNTS = (
    ("the sum of `xs[a]`, `xs[a + 1]`, ..., `xs[b]`", "xs[i]"),
    ("the number of indices `i` with `a <= i <= b` and odd `xs[i]`", "xs[i] % 2"),
    ("the sum of `i * xs[i]` over all `i` with `a <= i <= b`", "i * xs[i]"),
    (
        "the sum of `xs[i]` over the even `i` with `a <= i <= b`, less that over the odd ones",
        "(xs[i] if i % 2 == 0 else -xs[i])",
    ),
    (
        "the number of `i` with `a <= i <= b` and `i >= 1` such that `xs[i] > xs[i - 1]`",
        "(i >= 1 and xs[i] > xs[i - 1])",
    ),
    ("the sum of the squares of `xs[a]`, ..., `xs[b]`", "xs[i] ** 2"),
)
#: What is asked of the answers: text and step, with the place `q` of a query.
_ASKS = (
    ("Return the sum of all answers (0 if there are no queries).", "result += answer"),
    (
        "Return the largest answer, or 0 if no answer is positive.",
        "result = max(result, answer)",
    ),
    (
        "Number the queries 1, 2, 3, ... in order. Return the sum of answer times number (0 if there are no queries).",
        "result += answer * q",
    ),
    ("Return how many answers are multiples of 3.", "result += answer % 3 == 0"),
)
_QUERIES = Text("""\
def range_answers(xs, queries):
    result = 0
    for $loop:
        answer = sum($value for i in range(a, b + 1))
        $step
    return result
""")
_QUERIES_FAST = Text("""\
def range_answers(xs, queries):
    sums = [0]
    for i in range(len(xs)):
        sums.append(sums[-1] + $value)
    result = 0
    for q, (a, b) in enumerate(queries, 1):
        answer = sums[b + 1] - sums[a]
        $step
    return result
""")


def _range(rng: TaskRandom, size: int, *, wide: bool = False) -> list[Json]:
    """Return a range of indices; a wide one leaves out at most a quarter at either end."""
    if wide:
        return [rng.randrange(size // 4), size - 1 - rng.randrange(size // 4)]
    left, right = sorted((rng.randrange(size), rng.randrange(size)))
    return [left, right]


class RangeQuestions(SlowTemplate):
    """Sums over many ranges, each added up anew."""

    name: ClassVar[str] = "range_questions"
    level: ClassVar[float] = 0.25

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what is summed and what is asked of the sums."""
        words, value = rng.choice(_COUNTS)
        asked, step = rng.choice(_ASKS)
        given: list[list[Json]] = [
            [[3, 1, 4, 1, 5], [[1, 3], [0, 4], [2, 2]]],
            [[-2, 7, 6, -9], [[0, 1], [2, 3]]],
            [[2, 3, 5, 6, 4, 9], [[0, 5], [1, 4], [3, 3], [2, 4]]],
            [[], []],
            [[3], []],
            [[3], [[0, 0]]],
            [[-3], [[0, 0], [0, 0]]],
            [[1, 2, 3], [[0, 2]]],
        ]
        for _ in range(32):
            size = rng.randint(3, 12 + int(20 * difficulty))
            ranges: list[Json] = [_range(rng, size) for _ in range(rng.randint(1, 8))]
            given.append([numbers(rng, size, -9, 15), ranges])
        growing: list[list[Json]] = []
        for size in doubled(rng, 1100):
            ranges = [_range(rng, size) for _ in range(size)]
            growing.append([numbers(rng, size, -99, 99), ranges])
        return self.problem(
            entry="range_answers",
            parameters=(("xs", "list[int]"), ("queries", "list[list[int]]")),
            returns="int",
            statement=(
                f"Every query [a, b] has `0 <= a <= b < len(xs)`; indices count from 0. Its answer is "
                f"{words}. {asked}"
            ),
            source=_QUERIES.substitute(
                loop="q, (a, b) in enumerate(queries, 1)" if "q" in step else "a, b in queries",
                value=bare(value),
                step=step,
            ),
            second=_QUERIES_FAST.substitute(value=value, step=step),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: What a change does: text, what it adds at `i`, and its parts: what a level and a slope add.
_CHANGES = (
    ("add `v` to every element from index `a` to index `b`, both included", "v", "v", "0"),
    ("subtract `v` from every element from index `a` to index `b`, both included", "-v", "-v", "0"),
    (
        "add `v * i` to the element at every index `i` from `a` to `b`, both included",
        "v * i",
        "0",
        "v",
    ),
    (
        "add `v` to the element at index `a`, `2 * v` to the next one, `3 * v` to the one after it, and so on up to index `b`, included",
        "v * (i - a + 1)",
        "v * (1 - a)",
        "v",
    ),
)
#: What is asked of the list at the end.
_ENDS = (
    ("Return the largest element at the end, or 0 if there are no elements.", "max(xs, default=0)"),
    (
        "Return the smallest element at the end, or 0 if there are no elements.",
        "min(xs, default=0)",
    ),
    ("Return how many elements are positive at the end.", "sum(x > 0 for x in xs)"),
    (
        "Return how many indices `i` of at least 1 have `xs[i] > xs[i - 1]` at the end.",
        "sum(a < b for a, b in zip(xs, xs[1:]))",
    ),
    ("Return how many elements are multiples of 3 at the end.", "sum(x % 3 == 0 for x in xs)"),
)
_CHANGED = Text("""\
def after_changes(start, changes):
    xs = list(start)
    for a, b, v in changes:
        for i in range(a, b + 1):
            xs[i] += $amount
    return $answer
""")
_CHANGED_FAST = Text("""\
def after_changes(start, changes):
    levels = [0] * (len(start) + 1)
    slopes = [0] * (len(start) + 1)
    for a, b, v in changes:
        levels[a] += $level
        levels[b + 1] -= $level
        slopes[a] += $slope
        slopes[b + 1] -= $slope
    xs = []
    level = slope = 0
    for i, x in enumerate(start):
        level += levels[i]
        slope += slopes[i]
        xs.append(x + level + slope * i)
    return $answer
""")


class ChangedRanges(SlowTemplate):
    """A list after many changes to ranges of it, each carried out element by element."""

    name: ClassVar[str] = "changed_ranges"
    level: ClassVar[float] = 0.45

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what a change does and what is asked in the end."""
        words, amount, level, slope = rng.choice(_CHANGES)
        asked, answer = rng.choice(_ENDS)
        given: list[list[Json]] = [
            [[3, 1, 4, 1, 5], [[1, 3, 2], [0, 4, -1]]],
            [[-2, 7, 6, -9], [[0, 1, 3], [2, 3, 5], [1, 2, -4]]],
            [[0, 0, 0, 0, 0, 0], [[0, 5, 2], [1, 4, 3], [3, 3, 1]]],
            [[], []],
            [[3], []],
            [[-3], [[0, 0, 5]]],
            [[1, 2, 3], []],
        ]
        for _ in range(32):
            size = rng.randint(3, 12 + int(20 * difficulty))
            changes: list[Json] = [
                [*_range(rng, size), rng.randint(-4, 6)] for _ in range(rng.randint(1, 8))
            ]
            given.append([numbers(rng, size, -9, 9), changes])
        growing: list[list[Json]] = []
        for size in doubled(rng, 1600):
            changes = [[*_range(rng, size), rng.randint(-99, 99)] for _ in range(size)]
            growing.append([numbers(rng, size, -99, 99), changes])
        return self.problem(
            entry="after_changes",
            parameters=(("start", "list[int]"), ("changes", "list[list[int]]")),
            returns="int",
            statement=(
                f"The list `xs` begins as a copy of `start`; indices count from 0. The changes are carried "
                f"out in order. A change [a, b, v], with `0 <= a <= b < len(xs)`, means: {words}. {asked}"
            ),
            source=_CHANGED.substitute(amount=amount, answer=answer).replace("+= -", "-= "),
            second=_CHANGED_FAST.substitute(level=level, slope=slope, answer=answer),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: What an order [1, i, v] does to the list: text, and the new value.
_SETS = (
    ("set `xs[i]` to `v`", "v"),
    ("add `v` to `xs[i]`", "xs[i] + v"),
    ("replace `xs[i]` by the larger one of `xs[i]` and `v`", "max(xs[i], v)"),
    ("replace `xs[i]` by `v - xs[i]`", "v - xs[i]"),
)
#: What an order [2, i, v] asks, with `v` a place: text, and what each element counts.
_GETS = (
    ("the sum of the elements from index `i` to index `v`, both included", "x"),
    ("how many elements from index `i` to index `v`, both included, are odd", "(x % 2)"),
    ("how many elements from index `i` to index `v`, both included, are positive", "(x > 0)"),
    ("the sum of the squares of the elements from index `i` to index `v`, both included", "x * x"),
)
_CHANGING = Text("""\
def changing_sums(start, orders):
    xs = list(start)
    $names = 0
    for kind, i, v in orders:
        if kind == 1:
            xs[i] = $new
        else:
${count}            answer = sum($value for x in xs[i : v + 1])
            $step
    return result
""")
_CHANGING_FAST = Text("""\
def changing_sums(start, orders):
    xs = list(start)
    size = len(xs)
    tree = [0] + [$value for x in xs]
    for place in range(1, size + 1):
        above = place + (place & -place)
        if above <= size:
            tree[above] += tree[place]
    result = asked = 0
    for kind, i, v in orders:
        if kind == 1:
            x = xs[i]
            change = -$value
            x = xs[i] = $new
            change += $value
            place = i + 1
            while place <= size:
                tree[place] += change
                place += place & -place
        else:
            asked += 1
            answer = 0
            place = v + 1
            while place:
                answer += tree[place]
                place &= place - 1
            place = i
            while place:
                answer -= tree[place]
                place &= place - 1
            $step
    return result
""")
_STEPS = (
    ("Return the sum of all answers (0 if there are none).", "result += answer"),
    (
        "Number the answers 1, 2, 3, ... in order. Return the sum of answer times number (0 if there are none).",
        "result += answer * asked",
    ),
    ("Return the largest answer, or 0 if no answer is positive.", "result = max(result, answer)"),
)


class ChangingSums(SlowTemplate):
    """Sums over ranges of a list that changes between them, each added up anew."""

    name: ClassVar[str] = "changing_sums"
    level: ClassVar[float] = 1.0

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what the two orders do and what is asked of the answers."""
        words, new = rng.choice(_SETS)
        wanted, value = rng.choice(_GETS)
        asked, step = rng.choice(_STEPS)

        def orders(size: int, count: int, top: int) -> list[Json]:
            made: list[Json] = []
            for _ in range(count):
                if rng.randrange(3) == 0:
                    made.append([1, rng.randrange(size), rng.randint(-top, top)])
                else:
                    made.append([2, *_range(rng, size, wide=size > 99)])
            return made

        given: list[list[Json]] = [
            [[3, 1, 4, 1, 5], [[2, 1, 3], [1, 2, 7], [2, 0, 4]]],
            [[-2, 7, 6, -9], [[1, 0, 3], [2, 0, 3], [1, 3, 4], [2, 2, 3]]],
            [[0, 0, 0], [[1, 1, 5], [1, 1, 2], [2, 0, 2], [2, 1, 1]]],
            [[], []],
            [[3], []],
            [[3], [[2, 0, 0]]],
            [[3], [[1, 0, -2], [2, 0, 0]]],
        ]
        for _ in range(32):
            size = rng.randint(3, 10 + int(15 * difficulty))
            given.append([numbers(rng, size, -9, 9), orders(size, rng.randint(4, 14), 9)])
        growing = [
            [numbers(rng, size, -99, 99), orders(size, size // 5, 99)]
            for size in doubled(rng, 5000)
        ]
        return self.problem(
            entry="changing_sums",
            parameters=(("start", "list[int]"), ("orders", "list[list[int]]")),
            returns="int",
            statement=(
                f"The list `xs` begins as a copy of `start`; indices count from 0. Go through the orders one "
                f"after the other. An order [1, i, v] means: {words}. An order [2, i, v], where "
                f"`i <= v`, asks: {wanted}; the reply is an answer. All indices are in range. {asked}"
            ),
            source=_CHANGING.substitute(
                names="result = asked" if "asked" in step else "result",
                new=new,
                count="            asked += 1\n" if "asked" in step else "",
                value=bare(value),
                step=step,
            ),
            second=_CHANGING_FAST.substitute(new=new, value=value, step=step),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
