"""Intervals that meet one another."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, doubled
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["MeetingSpans", "MostCovered"]

#: Which spans [a, b] are looked at: text and test.
_CHOSEN = (
    ("", ""),
    (" Spans [a, b] with odd `b - a` are ignored.", "(b - a) % 2 == 0"),
    (" Spans [a, b] with `b - a < gap` are ignored.", "b - a >= gap"),
    (" Spans at odd indices of `spans` (counted from 0) are ignored.", "i % 2 == 0"),
)
_MEET = Text("""\
def meeting_spans(spans, gap):
    total = 0
    for i, (a, b) in enumerate(spans):
        for c, d in spans[i + 1 :]:
            if $test:
                total += 1
    return total
""")
_MEET_FAST = Text("""\
from bisect import bisect_right


def meeting_spans(spans, gap):
    starts = sorted(a for a, _ in spans)
    apart = sum(len(spans) - $after for _, b in spans)
    return $answer
""")
#: When a pair counts: text, test, how many spans do not begin far enough to the right of the end
#: `b` of another one to be apart from it, and whether it is the pairs that are apart that count.
_APART = (
    ("have at least one integer in common", "a <= d and c <= b", "bisect_right(starts, b)", False),
    ("have no integer in common", "b < c or d < a", "bisect_right(starts, b)", True),
    (
        "have no integer in common and do not touch either (two spans touch if one ends at an integer `x` and the other one begins at `x + 1`)",
        "b + 1 < c or d + 1 < a",
        "bisect_right(starts, b + 1)",
        True,
    ),
    (
        "have an integer in common or touch (two spans touch if one ends at an integer `x` and the other one begins at `x + 1`)",
        "a <= d + 1 and c <= b + 1",
        "bisect_right(starts, b + 1)",
        False,
    ),
    (
        "have at least `gap` integers strictly between them",
        "c - b > gap or a - d > gap",
        "bisect_right(starts, b + gap)",
        True,
    ),
    (
        "have fewer than `gap` integers strictly between them (none if they have an integer in common)",
        "c - b <= gap and a - d <= gap",
        "bisect_right(starts, b + gap)",
        False,
    ),
)


def _spans(rng: TaskRandom, size: int, top: int, longest: int) -> list[Json]:
    starts = [rng.randint(-top, top) for _ in range(size)]
    return [[a, a + rng.randint(0, longest)] for a in starts]


class MeetingSpans(SlowTemplate):
    """Pairs of spans that meet, counted by comparing all of them."""

    name: ClassVar[str] = "meeting_spans"
    level: ClassVar[float] = 0.65

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which spans are looked at, and when a pair counts."""
        words, test, after, apart = rng.choice(_APART)
        ignored, chosen = rng.choice(_CHOSEN)
        loop = "i, (a, b) in enumerate(spans)" if "i %" in chosen else "a, b in spans"
        kept = f"    spans = [[a, b] for {loop} if {chosen}]\n" if chosen else ""
        head = "def meeting_spans(spans, gap):\n"
        given: list[list[Json]] = [
            [[[1, 4], [4, 6], [8, 9]], 1],
            [[[0, 9], [2, 3], [3, 5], [11, 12]], 2],
            [[[5, 7], [1, 2], [3, 3], [6, 10]], 1],
            [[], 2],
            [[[3, 3]], 1],
            [[[1, 1], [1, 1]], 1],
            [[[1, 2], [3, 4]], 1],
            [[[3, 4], [1, 2]], 2],
            [[[-5, -3], [-2, 0], [2, 2]], 2],
        ]
        for _ in range(32):
            size = rng.randint(3, 8 + int(15 * difficulty))
            given.append([_spans(rng, size, 12, 6), rng.randint(1, 5)])
        growing: list[list[Json]] = [
            [_spans(rng, size, 4 * size, 6 * size), rng.randint(2, 9)]
            for size in doubled(rng, 2200 if "% 2" in chosen else 1200)
        ]
        return self.problem(
            entry="meeting_spans",
            parameters=(("spans", "list[list[int]]"), ("gap", "int")),
            returns="int",
            statement=(
                f"Every span [a, b] has `a <= b` and contains all integers from `a` to `b`, both "
                f"included. `gap` is at least 1.{ignored} Return the number of pairs of spans (at two different indices, each pair "
                f"counted once) that {words}."
            ),
            source=_MEET.substitute(test=test).replace(head, head + kept),
            second=_MEET_FAST.substitute(
                after=after,
                answer="apart" if apart else "len(spans) * (len(spans) - 1) // 2 - apart",
            ).replace(head, head + kept),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: What an integer in a span adds, by the span's index `i`.
_WEIGHTS = (
    ("the number of spans that contain it", "1"),
    (
        "the number of spans at even indices that contain it, less the number of those at odd indices (counted from 0)",
        "(1 if i % 2 == 0 else -1)",
    ),
    ("the sum of the lengths `b - a` of the spans [a, b] that contain it", "(b - a)"),
    (
        "the sum of `i % 3` over the indices `i` (counted from 0) of the spans that contain it",
        "(i % 3)",
    ),
)
_POINTS = (
    (
        "Return the largest depth of an integer that is the beginning of a span (0 if that is negative or there is no span).",
        "best = max(best, depth)",
        "best",
    ),
    (
        "Return the sum of the depths of the beginnings of all spans (an integer at which several spans begin counts for each of them).",
        "total += depth",
        "total",
    ),
    (
        "Return how many spans have a beginning with an odd depth.",
        "total += depth % 2",
        "total",
    ),
)
_COVER = Text("""\
def most_covered(spans):
    $answer = 0
    for point, _ in spans:
        depth = 0
        for $loop:
            if a <= point <= b:
                depth += $weight
        $step
    return $answer
""")
_COVER_FAST = Text("""\
def most_covered(spans):
    events = []
    for i, (a, b) in enumerate(spans):
        events.append((a, 0, $weight))
        events.append((a, 1, 0))
        events.append((b, 2, -$weight))
    $answer = depth = 0
    for _, kind, change in sorted(events):
        depth += change
        if kind == 1:
            $step
    return $answer
""")


class MostCovered(SlowTemplate):
    """How deeply spans cover the places where they begin, by asking all spans at each."""

    name: ClassVar[str] = "most_covered"
    level: ClassVar[float] = 0.7

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what a span adds and what is asked."""
        words, weight = rng.choice(_WEIGHTS)
        asked, step, answer = rng.choice(_POINTS)
        given: list[list[Json]] = [
            [[[1, 4], [4, 6], [8, 9]]],
            [[[0, 9], [2, 3], [3, 5], [11, 12]]],
            [[[5, 7], [1, 6], [3, 3], [6, 10], [2, 5]]],
            [[]],
            [[[3, 3]]],
            [[[1, 1], [1, 1]]],
            [[[1, 2], [3, 4]]],
            [[[3, 4], [1, 3]]],
            [[[-5, -3], [-4, 0], [-3, 2]]],
        ]
        for _ in range(34):
            size = rng.randint(3, 8 + int(15 * difficulty))
            given.append([_spans(rng, size, 12, 9)])
        growing: list[list[Json]] = [
            [_spans(rng, size, 4 * size, 6 * size)] for size in doubled(rng, 1200)
        ]
        return self.problem(
            entry="most_covered",
            parameters=(("spans", "list[list[int]]"),),
            returns="int",
            statement=(
                f"Every span [a, b] has `a <= b` and contains all integers from `a` to `b`, both included; `a` is "
                f"its beginning. The depth of an integer is {words}. {asked}"
            ),
            source=_COVER.substitute(
                loop="i, (a, b) in enumerate(spans)" if "i %" in weight else "a, b in spans",
                weight=bare(weight),
                step=step,
                answer=answer,
            ),
            second=_COVER_FAST.substitute(weight=weight, step=step, answer=answer),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
