"""Longest subsequences of one list, and of two."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["LongestChain", "SharedSubsequence"]

#: How neighbours `a` and `b` of a chain compare: text, test, what is kept of an element, what is
#: looked for, and how.
_STEPS = (
    ("larger than the one before it", "b > a", "x", "x", "bisect_left"),
    ("at least as large as the one before it", "b >= a", "x", "x", "bisect_right"),
    ("smaller than the one before it", "b < a", "-x", "-x", "bisect_left"),
    ("at most as large as the one before it", "b <= a", "-x", "-x", "bisect_right"),
    ("larger than the one before it by at least `k`", "b >= a + k", "x + k", "x", "bisect_right"),
    ("smaller than the one before it by more than `k`", "b < a - k", "k - x", "-x", "bisect_left"),
)
_CHOSEN = (
    ("", "list(xs)"),
    ("Only elements that are not divisible by 3 may be taken. ", "[x for x in xs if x % 3 != 0]"),
    ("Only positive elements may be taken. ", "[x for x in xs if x > 0]"),
)
_ASKS = (
    (
        "Return the largest number of elements that a chain can have, or 0 if there is no chain.",
        "{longest}",
    ),
    (
        "Return the number of elements of `xs` less the largest number of elements that a chain can have (less 0 if there is no chain).",
        "len(xs) - {longest}",
    ),
    (
        "Return the sum of the numbers `best(j)` over all `j`, where `best(j)` is the largest number of elements of a chain that ends at index `j`, or 0 if none does.",
        "{total}",
    ),
)
_CHAIN = Text("""\
def longest_chain(xs, k):
    taken = $chosen
    best = []
    for j, b in enumerate(taken):
        length = 1
        for i in range(j):
            a = taken[i]
            if best[i] >= length and $test:
                length = best[i] + 1
        best.append(length)
    return $answer
""")
_CHAIN_FAST = Text("""\
from bisect import bisect_left, bisect_right


def longest_chain(xs, k):
    tops = []
    total = 0
    for x in $chosen:
        length = $find(tops, $mark)
        if length == len(tops):
            tops.append($key)
        else:
            tops[length] = min(tops[length], $key)
        total += length + 1
    return $answer
""")


class LongestChain(SlowTemplate):
    """The longest subsequence whose neighbours compare in one way, by looking back from each."""

    name: ClassVar[str] = "longest_chain"
    level: ClassVar[float] = 0.9

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the comparison, what may be taken, and the question."""
        words, test, key, mark, find = rng.choice(_STEPS)
        only, chosen = rng.choice(_CHOSEN)
        asked, answer = rng.choice(_ASKS)
        given: list[list[Json]] = [
            [[3, 1, 4, 1, 5, 2, 7], 2],
            [[9, 7, 8, 2, 4, 1], 1],
            [[2, 2, 6, 1], 3],
        ]
        given += [[[], 3], [[4], 1], [[2, 1], 1], [[1, 2], 1], [[0, 0, 0, 0], 2], [[5, 5, 5], 1]]
        given += [[list(range(9)), 1], [list(range(9, 0, -1)), 2], [[-3, -1, -2], 2]]
        for _ in range(30):
            size = rng.randint(3, 12 + int(20 * difficulty))
            given.append([numbers(rng, size, -9, 20), rng.randint(1, 4)])
        source = _CHAIN.substitute(
            chosen=chosen,
            test=test,
            answer=answer.format(longest="max(best, default=0)", total="sum(best)"),
        )
        if not only:
            source = source.replace("    taken = list(xs)\n", "").replace("taken", "xs")
        growing = [[numbers(rng, size, -size, 4 * size), 3] for size in doubled(rng, 1400)]
        return self.problem(
            entry="longest_chain",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int",
            statement=(
                f"`k` is at least 1. A chain consists of one or more elements of `xs`, in the order in which they "
                f"stand there but not necessarily neighbours, such that each one after the first is {words}. "
                f"{only}{asked}"
            ),
            source=source,
            second=_CHAIN_FAST.substitute(
                chosen=chosen,
                find=find,
                mark=mark,
                key=key,
                answer=answer.format(longest="len(tops)", total="total"),
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: When two letters match: text and test. Each is an equivalence: so a match at the front can be
#: taken at once.
_MATCHES = (
    ("if they are equal", "a == b"),
    (
        "if they are equal or both are vowels (a, e, i, o, u)",
        "a == b or (a in 'aeiou' and b in 'aeiou')",
    ),
    (
        "if they are equal or both come before `f` in the alphabet",
        "a == b or (a < 'f' and b < 'f')",
    ),
)
#: What a way to go through both words scores: text, then the value at the end of one word (with
#: `m` letters of the other left), for a match, and for a letter left out.
_SCORES = (
    (
        "Pair letters of `s` with letters of `t`: every letter is in at most one pair, the two letters of a pair match, and the pairs do not cross (of two pairs, the one further to the left in `s` is also further to the left in `t`). Return the largest possible number of pairs.",
        "0",
        "1 + {both}",
        "max({one}, {two})",
    ),
    (
        "A step removes the first letter of one of the two words, for 1 point, or the first letters of both, for 0 points, which is allowed only if they match. Return the least number of points with which both words can be emptied.",
        "{m}",
        "{both}",
        "1 + min({one}, {two})",
    ),
    (
        "A step removes the first letter of one of the two words, for 2 points, or the first letters of both, for 0 points if they match and for 3 points if they do not. Return the least number of points with which both words can be emptied.",
        "2 * {m}",
        "{both}",
        "min(2 + {one}, 2 + {two}, 3 + {both})",
    ),
)
_SHARED = Text("""\
def align(s, t):
    if not s or not t:
        return $end
    a, b = s[0], t[0]
    if $test:
        return $match
    return $miss
""")
_SHARED_FAST = Text("""\
def align(s, t):
    best = [[0] * (len(t) + 1) for _ in range(len(s) + 1)]
    for i in range(len(s), -1, -1):
        for j in range(len(t), -1, -1):
            if i == len(s) or j == len(t):
                best[i][j] = $end
                continue
            a, b = s[i], t[j]
            if $test:
                best[i][j] = $match
            else:
                best[i][j] = $miss
    return best[0][0]
""")


class SharedSubsequence(SlowTemplate):
    """Two words aligned letter by letter, by a recursion that meets the same rests many times."""

    name: ClassVar[str] = "align_words"
    level: ClassVar[float] = 0.3

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw when letters match and what is scored."""
        asked, end, match, miss = rng.choice(_SCORES)
        words, test = rng.choice(_MATCHES)
        both, one, two = "align(s[1:], t[1:])", "align(s[1:], t)", "align(s, t[1:])"
        tables = {"both": "best[i + 1][j + 1]", "one": "best[i + 1][j]", "two": "best[i][j + 1]"}
        given: list[list[Json]] = [["abcd", "acbd"], ["banana", "atana"], ["toad", "dot"]]
        given += [
            ["", ""],
            ["a", ""],
            ["", "ab"],
            ["a", "a"],
            ["a", "b"],
            ["a", "e"],
            ["aaaa", "aa"],
        ]
        letters = rng.choice(("abgk", "aehx", "behz"))

        def word(size: int) -> str:
            return "".join(rng.choice(letters) for _ in range(size))

        given += [[word(rng.randint(1, 7)), word(rng.randint(1, 7))] for _ in range(32)]
        growing: list[list[Json]] = [
            [("bcd" * size)[:size], ("hjk" * size)[:size]] for size in (5, 10, 20, 40)
        ]
        return self.problem(
            entry="align",
            parameters=(("s", "str"), ("t", "str")),
            returns="int",
            statement=(
                f"`s` and `t` consist of lower-case letters or are empty. A letter of `s` and one of `t` match "
                f"{words}. {asked}"
            ),
            source=_SHARED.substitute(
                end=bare(end.format(m="(len(s) + len(t))")),
                test=test,
                match=match.format(both=both),
                miss=miss.format(both=both, one=one, two=two),
            ),
            second=_SHARED_FAST.substitute(
                end=end.format(m="(len(s) - i + len(t) - j)"),
                test=test,
                match=match.format(**tables),
                miss=miss.format(**tables),
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
