"""Arrangements of letters under conditions."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from math import comb, factorial

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Arrangements"]

_VOWELS = "AEIOU"
_CONSONANTS = "BCDFGHJKLMNPRSTVWZ"
_KINDS = ("first", "last", "shape", "pair")
_SHAPES = {
    "together": "all the vowels stand next to each other",
    "apart": "no two vowels stand next to each other",
    "ordered": "the vowels appear in alphabetical order from left to right",
}
_PAIRS = {
    "adjacent": "{} and {} stand next to each other, in either order",
    "followed": "{} is immediately followed by {}",
    "before": "{} stands somewhere to the left of {}",
    "separate": "{} and {} do not stand next to each other",
}
_MODES = {"all": "meet all", "any": "meet at least one", "none": "meet none"}
_WORDINGS = (
    "Strings are made from all of the letters {}, each used exactly as often as it is listed. How many different strings {} of these conditions: {}?",
    "The letters {} are written in a row, each exactly as often as it is listed. How many different rows {} of the following conditions: {}?",
    "Tiles marked {} are put in a row; tiles with the same letter look alike. How many distinguishable rows of all the tiles {} of these conditions: {}?",
)


class Arrangements(MathFamily):
    """Count the arrangements of letters, some repeated, that meet all, some or no conditions.

    Difficulty sets the number of letters (7 to 21) and of conditions (2 to 4).
    """

    family = "arrangements"
    group = "combinatorics"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw letters and conditions; order the consonants, then put the vowels between them."""
        # The first four consonants occur once and may be named by conditions; the others repeat.
        first, last, left, right, *pool = rng.sample(_CONSONANTS, 8)
        extra = sorted(rng.choice(pool) for _ in range(rng.randint(1, 5) + int(6.99 * difficulty)))
        # Two different vowels, for which no order is a matter of course.
        vowels = rng.sample(_VOWELS, 2)
        vowels += [rng.choice(_VOWELS) for _ in range(rng.randrange(3) + int(2.99 * difficulty))]
        mode = rng.choice(("any", "any", "none", "none", "all"))
        kinds = rng.sample(_KINDS, 2 + (difficulty >= 0.5) + (mode == "all" and difficulty > 0.6))
        shape, pair = rng.choice(tuple(_SHAPES)), rng.choice(tuple(_PAIRS))
        texts = {
            "first": f"the first letter is {first}",
            "last": f"the last letter is {last}",
            "shape": _SHAPES[shape],
            "pair": _PAIRS[pair].format(left, right),
        }

        def count(kinds: Sequence[str]) -> int:
            units = 4 + len(extra) - ("first" in kinds) - ("last" in kinds)
            form = shape if "shape" in kinds else ""
            free = _weave(units, vowels, form)
            if "pair" not in kinds:
                return free // _repeats(extra)
            if pair == "before":
                return free // 2 // _repeats(extra)
            glued = _weave(units - 1, vowels, form)
            paired = free - 2 * glued if pair == "separate" else glued * (1 + (pair == "adjacent"))
            return paired // _repeats(extra)

        total = sum(sign * count(subset) for sign, subset in _terms(mode, kinds))
        letters = ", ".join(sorted([first, last, left, right, *extra, *vowels]))
        rules = "; ".join(texts[kind] for kind in kinds)
        prompt = phrasing(_WORDINGS, letters, mode, rules).format(letters, _MODES[mode], rules)
        if "shape" in kinds:
            prompt += " The vowels are A, E, I, O and U."
        return Task(self.family, prompt, str(total), difficulty)

    def solve(self, prompt: str) -> str:
        """Place one letter after another, treating letters that no condition names as equal."""
        listed = re.search(r"(?:[A-Z], )+[A-Z]", prompt)
        letters = listed[0].split(", ") if listed else []
        mode = next(mode for mode, words in _MODES.items() if words in prompt)
        rules = prompt.partition("conditions: ")[2].partition("?")[0].split("; ")
        return str(sum(sign * _placed(letters, subset) for sign, subset in _terms(mode, rules)))

    def cheats(self, task: Task) -> list[str]:
        """A choice of two counts, a wrong sign, and the count off by one or rounded."""
        right = int(task.reference)
        return [
            f"{right} or {right + 1}",
            f"-{right}",
            f"{right + 1}",
            f"{right}0",
            f"{right / 7:.3e}",
        ]


def _terms(mode: str, kinds: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The signed subsets whose counts add up to the arrangements wanted (inclusion-exclusion)."""
    if mode == "all":
        yield 1, list(kinds)
        return
    for chosen in range(mode == "any", 1 << len(kinds)):
        sign = (-1) ** (chosen.bit_count() + (mode == "any"))
        yield sign, [kind for i, kind in enumerate(kinds) if chosen >> i & 1]


def _repeats(letters: list[str]) -> int:
    product = 1
    for letter in set(letters):
        product *= factorial(letters.count(letter))
    return product


def _weave(units: int, vowels: list[str], shape: str) -> int:
    """Orders of distinct consonant units with the vowels put between them."""
    v = len(vowels)
    orders = factorial(units) * (1 if shape == "ordered" else factorial(v) // _repeats(vowels))
    if shape == "together":
        return orders * (units + 1)
    return orders * comb(units + 1 if shape == "apart" else units + v, v)


def _placed(letters: list[str], rules: list[str]) -> int:
    """The arrangements that meet all rules, counted position by position."""
    text = "; ".join(rules)
    ends = dict(re.findall(r"the (first|last) letter is ([A-Z])", text))
    shape = next((name for name, words in _SHAPES.items() if words in text), "")
    pair = left = right = ""
    for name, words in _PAIRS.items():
        if match := re.search(words.format("([A-Z])", "([A-Z])"), text):
            pair, left, right = name, match[1], match[2]
    named = {*ends.values(), left, right}
    kinds = [x if x in named else "vowel" if x in _VOWELS else "other" for x in letters]
    classes = sorted(set(kinds))

    def allowed(kind: str, previous: str, left_over: tuple[int, ...]) -> bool:
        if not previous and "first" in ends and kind != ends["first"]:
            return False
        if kind == "vowel":
            started = left_over[classes.index(kind)] < kinds.count(kind)
            if previous == kind:
                return shape != "apart"
            return not (shape == "together" and started)
        if kind not in (left, right):
            return True
        partner = left if kind == right else right
        placed = partner in kinds and not left_over[classes.index(partner)]
        if pair == "separate":
            return previous != partner
        if pair in ("adjacent", "followed") and placed != (previous == partner):
            return False
        return pair == "adjacent" or placed == (kind == right)

    @cache
    def ways(left_over: tuple[int, ...], previous: str) -> int:
        if not any(left_over):
            return int(ends.get("last", previous) == previous)
        total = 0
        for i, kind in enumerate(classes):
            if left_over[i] and allowed(kind, previous, left_over):
                total += ways((*left_over[:i], left_over[i] - 1, *left_over[i + 1 :]), kind)
        return total

    total = ways(tuple(kinds.count(kind) for kind in classes), "")
    for kind in ("vowel", "other"):
        members = [x for x, k in zip(letters, kinds, strict=True) if k == kind]
        if kind == "other" or shape != "ordered":
            total = total * factorial(len(members)) // _repeats(members)
    return total
