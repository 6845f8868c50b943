"""Words and subsets under constraints: in order, by rank, or counted."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CountSubsets", "WordsByRank"]

#: Rules for words: text, may `letter` follow `word`, test of a whole word.
_WORD_RULES = (
    (
        "no two neighbouring letters are equal",
        "word[-1:] != letter",
        "all(a != b for a, b in zip(word, word[1:]))",
    ),
    (
        "no letter occurs more than twice",
        "word.count(letter) < 2",
        "all(word.count(x) <= 2 for x in word)",
    ),
    ("`a` never stands directly before `b`", "word[-1:] + letter != 'ab'", "'ab' not in word"),
    (
        "no three letters in a row are equal",
        "word[-2:] != 2 * letter",
        "all(3 * x not in word for x in letters)",
    ),
    (
        "no letter stands directly before one that is earlier in the alphabet",
        "word[-1:] <= letter",
        "list(word) == sorted(word)",
    ),
    ("no letter occurs twice", "letter not in word", "len(set(word)) == len(word)"),
    (
        "letters with exactly one letter between them are different",
        "word[-2:-1] != letter",
        "all(a != b for a, b in zip(word, word[2:]))",
    ),
    ("`c` occurs at most once", "letter != 'c' or 'c' not in word", "word.count('c') <= 1"),
    (
        "every `b` has an `a` somewhere before it",
        "letter != 'b' or 'a' in word",
        "'b' not in word.split('a')[0]",
    ),
)
_WORD_ORDERS = (
    ("alphabetical order", "letters", "word"),
    ("reverse alphabetical order", "letters[::-1]", "[-ord(x) for x in word]"),
)
_RANK_ASKED = (
    (
        "Return word number `k` of the list, counted from 0, or the empty string if the list has no such word.",
        "words[k] if k < len(words) else ''",
        "str",
    ),
    (
        "Return in this order the words whose number in the list, counted from 0, is a multiple of `k + 2`, but no more than the first 6 of them.",
        "words[:: k + 2][:6]",
        "list[str]",
    ),
    (
        "Return word number `k` counted from the end, where 0 is the last word, or the empty string if the list has no such word.",
        "words[-1 - k] if k < len(words) else ''",
        "str",
    ),
    (
        "Return the number of words of the list whose first letter is the same as their last letter, plus `k` times the number of all words.",
        "sum(word[0] == word[-1] for word in words) + k * len(words)",
        "int",
    ),
)

_WORDS = """def ranked(size, length, k):
    letters = 'abcde'[:size]
    words = []

    def grow(word):
        if len(word) == length:
            words.append(word)
            return
        for letter in $letters:
            if $rule:
                grow(word + letter)

    grow('')
    return $answer
"""

_WORDS_AGAIN = """from itertools import product


def ranked(size, length, k):
    letters = "abcde"[:size]
    everything = ("".join(one) for one in product(letters, repeat=length))
    words = sorted((word for word in everything if $rule), key=lambda word: $key)
    return $answer
"""


#: What is drawn, written in another way for the second program.
_RANK_AGAIN = {
    "words[k] if k < len(words) else ''": "''.join(words[k : k + 1])",
    "words[:: k + 2][:6]": "[words[i] for i in range(len(words)) if i % (k + 2) == 0 and i < 6 * (k + 2)]",
    "words[-1 - k] if k < len(words) else ''": "(list(reversed(words)) + [''] * (k + 1))[k]",
    "sum(word[0] == word[-1] for word in words) + k * len(words)": "sum(k + word.startswith(word[-1]) for word in words)",
}


class WordsByRank(Template):
    """Words over a small alphabet under two rules, in order, and one of them by its rank."""

    name: ClassVar[str] = "words_by_rank"
    group: ClassVar[str] = "recursion and combinatorics"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rules, the order and the question."""
        rules = rng.sample(_WORD_RULES, 1 if difficulty < 0.4 else 2)
        order, letters, key = rng.choice(_WORD_ORDERS)
        asked, answer, kind = rng.choice(_RANK_ASKED)
        both = " and ".join(words for words, _, _ in rules)
        statement = (
            "Consider all words of exactly `length` letters (at least 1) made of the first `size` letters of the alphabet (`size` is from 1 to 5) "
            f"in which {both}. List them in {order}. `k` is at least 0. {asked}"
        )

        def joined(parts: list[str]) -> str:
            several = len(parts) > 1
            return " and ".join(f"({one})" if several and " or " in one else one for one in parts)

        given: list[list[Json]] = [
            [3, 2, 0],
            [5, 3, 9],
            [2, 1, 2],
            [3, 3, 2],
            [2, 2, 1],
            [3, 2, 4],
            [1, 1, 0],
            [1, 2, 0],
            [2, 1, 1],
            [2, 1, 2],
            [1, 3, 0],
        ]
        given += [
            [3, 3, 0],
            [4, 2, 3],
            [4, 3, 11],
            [5, 2, 7],
            [3, 4, 3],
            [2, 5, 1],
            [5, 3, 30],
            [4, 4, 40],
            [3, 5, 5],
        ]
        given += [[rng.randint(2, 5), rng.randint(1, 4), rng.randint(0, 14)] for _ in range(36)]
        return self.problem(
            entry="ranked",
            parameters=(("size", "int"), ("length", "int"), ("k", "int")),
            returns=kind,
            statement=statement,
            source=Text(_WORDS).substitute(
                letters=letters, rule=joined([rule for _, rule, _ in rules]), answer=answer
            ),
            second=Text(_WORDS_AGAIN).substitute(
                key=key, rule=joined([test for _, _, test in rules]), answer=_RANK_AGAIN[answer]
            ),
            inputs=given,
            difficulty=difficulty,
        )


#: Which subsets count, by their sum `total` and size `size`: text and test.
_SUMS = (
    ("the sum is exactly `target`", "total == target"),
    ("the sum is at most `target`", "total <= target"),
    ("the sum is a multiple of `target`", "total % target == 0"),
    ("the sum differs from `target` by at most 2", "abs(total - target) <= 2"),
    ("the sum is at least `target`", "total >= target"),
)
_SIZES = (
    ("", ""),
    (" and the number of chosen places is even", " and size % 2 == 0"),
    (" and at least $k places are chosen", " and size >= $k"),
    (" and at most $k places are chosen", " and size <= $k"),
    (
        " and the sum is not divisible by the number of chosen places",
        " and size > 0 and total % size != 0",
    ),
)
#: Which neighbours: text, and when a place may not follow the last chosen place.
_NEAR = (
    ("", ""),
    (" No two neighbouring places may be chosen.", "place == last + 1"),
    (
        " Two places with the same number may not both be chosen if no chosen place lies between them.",
        "last >= 0 and xs[place] == xs[last]",
    ),
    (
        " Going from left to right, the chosen numbers may not become smaller.",
        "last >= 0 and xs[place] < xs[last]",
    ),
    (
        " Two chosen places with no chosen place between them may have at most one other place between them.",
        "last >= 0 and place - last > 2",
    ),
)
_SUBSETS_ASKED = (
    ("Return the number of choices that count.", "1"),
    ("Return the total of the sums of all choices that count.", "total"),
    ("Return the total number of chosen places in all choices that count.", "size"),
)

_SUBSETS = """def choices(xs, target):
    def go(place$known):
        if place == len(xs):
            return $value if $test else 0
        without = go(place + 1$known)
$rule        return without + go(place + 1$after)

    return go(0$start)
"""

_SUBSETS_AGAIN = """from itertools import combinations


def choices(xs, target):
    found = []
    for size in range(len(xs) + 1):
        for places in combinations(range(len(xs)), size):
            total = sum(xs[place] for place in places)
            if all($rule for last, place in zip(places, places[1:])) and ($test):
                found.append($value)
    return sum(found)
"""


#: What is drawn, written in another way for the second program.
_CHOICES_AGAIN = {
    "total == target": "not total - target",
    "total <= target": "max(total, target) == target",
    "total % target == 0": "total // target * target == total",
    "abs(total - target) <= 2": "total - target in range(-2, 3)",
    "total >= target": "not target > total",
    " and size % 2 == 0": " and not len(places) & 1",
    " and size >= $k": " and len(places) > $k - 1",
    " and size <= $k": " and not places[$k:]",
    " and size > 0 and total % size != 0": " and bool(places) and total // size * size != total",
    "place == last + 1": "last + 1 != place",
    "last >= 0 and xs[place] == xs[last]": "not xs[place] == xs[last]",
    "last >= 0 and xs[place] < xs[last]": "min(xs[last], xs[place]) == xs[last]",
    "last >= 0 and place - last > 2": "place in (last + 1, last + 2)",
}


class CountSubsets(Template):
    """Count choices of places by their sum, their number and their neighbours."""

    name: ClassVar[str] = "count_subsets"
    group: ClassVar[str] = "recursion and combinatorics"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the condition on sums, on sizes, on neighbours, and the question."""
        words, test = rng.choice(_SUMS)
        more, size = rng.choice(_SIZES[:2] if difficulty < 0.3 else _SIZES)
        near, rule = rng.choice(_NEAR[:2] if difficulty < 0.3 else _NEAR)
        # With a fixed sum, the total of the sums tells no more than the number of choices.
        asked, value = rng.choice(_SUBSETS_ASKED[:: 2 if test == "total == target" else 1])
        k = str(rng.randint(2, 3))
        condition = test + Text(size).substitute(k=k)
        statement = (
            "`xs` holds integers, perhaps negative ones, and `target` is at least 1. You choose some places of `xs`, perhaps none or all of "
            f"them.{near} The sum of a choice is the sum of the numbers at the chosen places (0 if there are none). A choice "
            f"counts if {words}{Text(more).substitute(k=k)}. Choices of different places are different even if the "
            f"numbers are the same. {asked}"
        )
        guard = ""
        if rule:
            guard = f"        if {rule}:\n            return without\n"
        # What has to be known of the choice: name, value with one more place, and at the start.
        known = [("last", "place", "-2" if "last +" in rule else "-1")] * bool(rule)
        known += [("total", "total + xs[place]", "0")]
        known += [("size", "size + 1", "0")] * ("size" in condition + value)
        names, after, start = (
            "".join(f", {part}" for part in parts) for parts in zip(*known, strict=True)
        )
        source = Text(_SUBSETS).substitute(
            value=value, test=condition, rule=guard, known=names, after=after, start=start
        )
        given: list[list[Json]] = [
            [[8, -3, 3, 0, 2, 5, 4], 2],
            [[6, 3], 3],
            [[0, -3, 8, 3, -1, 2, 4, 0], 5],
            [[1, 2, 3, 4, 3], 6],
            [[5, 2, 2, -1], 4],
            [[4, 1, 3, 2, 7, 1], 5],
            [[], 1],
            [[3], 3],
        ]
        given += [
            [[], 4],
            [[2], 3],
            [[0, 0, 0], 1],
            [[1, 1, 1, 1], 2],
            [[-2, 2, -2, 2], 2],
            [[6, 3], 3],
            [[3, 3, 3], 6],
        ]
        for _ in range(32):
            given.append(
                [[rng.randint(-3, 8) for _ in range(rng.randint(3, 8))], rng.randint(1, 12)]
            )
        return self.problem(
            entry="choices",
            parameters=(("xs", "list[int]"), ("target", "int")),
            returns="int",
            statement=statement,
            source=source,
            second=Text(_SUBSETS_AGAIN).substitute(
                value=value,
                test=_CHOICES_AGAIN[test] + Text(_CHOICES_AGAIN.get(size, "")).substitute(k=k),
                rule=_CHOICES_AGAIN.get(rule, "True"),
            ),
            inputs=given,
            difficulty=difficulty,
        )
