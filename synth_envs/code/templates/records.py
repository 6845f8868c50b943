"""Texts that hold records: versions and lines of fields."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["VersionOrder"]

_SOURCE = Text("""\
def versions(texts):
    ranks = $ranks

    def key(text):
        numbers, _, suffix = text.partition('-')
        parts = [int(part) for part in numbers.split('.')]
$trim        word = suffix.rstrip('0123456789')
        count = suffix[len(word) :]
        return parts, ranks[word], $number

    return $asked
""")
_SECOND = Text("""\
import re
from functools import cmp_to_key


def versions(texts):
    words = $words

    def compare(one, two):
        a, b = (re.fullmatch(r'([0-9.]+)(?:-([a-z]+)([0-9]*))?', t).groups() for t in (one, two))
        xs, ys = re.findall(r'[0-9]+', a[0]), re.findall(r'[0-9]+', b[0])
        for place in range(max(len(xs), len(ys))):
            if $short and not (place < len(xs) and place < len(ys)):
                return -1 if len(xs) < len(ys) else 1
            x = int(xs[place]) if place < len(xs) else 0
            y = int(ys[place]) if place < len(ys) else 0
            if x != y:
                return -1 if x < y else 1
        x, y = words.index(a[1] or ''), words.index(b[1] or '')
        if x == y:
            x, y = (int(c[2]) if c[2] else $missing for c in (a, b))
        if x == y:
            return 0
        return -1 if x < y else 1

    $second_asked
""")
#: What is asked: text, type, the reference's and the second's answer.
_ASKED = (
    (
        "Return the texts from the lowest to the highest version; equal versions stay in the order of `texts`",
        "list[str]",
        "sorted(texts, key=key)",
        "return sorted(texts, key=cmp_to_key(compare))",
    ),
    (
        "Return the texts from the highest to the lowest version; equal versions stay in the order of `texts`",
        "list[str]",
        "sorted(texts, key=key, reverse=True)",
        "return sorted(texts, key=cmp_to_key(lambda a, b: compare(b, a)))",
    ),
    (
        "Return for each text, in the order of `texts`, how many of the texts have a lower version",
        "list[int]",
        "[sum(key(other) < key(text) for other in texts) for text in texts]",
        (
            "order = sorted(texts, key=cmp_to_key(compare))\n"
            "    return [[compare(t, o) for o in order].index(0) for t in texts]"
        ),
    ),
    (
        "Return the indices of the texts whose version is higher than all versions before them in `texts`, in increasing order (so the first index, 0, is among them if there is a text)",
        "list[int]",
        "[i for i, text in enumerate(texts) if all(key(other) < key(text) for other in texts[:i])]",
        (
            "best = []\n"
            "    for i in range(len(texts)):\n"
            "        if not best or compare(texts[best[-1]], texts[i]) < 0:\n"
            "            best.append(i)\n"
            "    return best"
        ),
    ),
    (
        "Return how many of the texts have the highest version of all, how many have the lowest one, and how many different versions there are, as a list of three numbers ([0, 0, 0] if there are no texts)",
        "list[int]",
        (
            "[\n"
            "        sum(key(t) == max(map(key, texts)) for t in texts),\n"
            "        sum(key(t) == min(map(key, texts)) for t in texts),\n"
            "        sum(key(t) not in map(key, texts[:i]) for i, t in enumerate(texts)),\n"
            "    ]"
        ),
        (
            "order = sorted(texts, key=cmp_to_key(compare))\n"
            "    return [\n"
            "        len([t for t in order if compare(t, order[-1]) == 0]),\n"
            "        len([t for t in order if compare(t, order[0]) == 0]),\n"
            "        len([i for i in range(len(order)) if i == 0 or compare(order[i - 1], order[i])]),\n"
            "    ]"
        ),
    ),
)


class VersionOrder(Template):
    """Order version texts by drawn rules."""

    name: ClassVar[str] = "version_order"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the words, their order, how missing parts count, and what is asked."""
        words = rng.sample(("alpha", "beta", "rc", "dev", "post", "fix"), 2 + int(2 * difficulty))
        words.insert(rng.randint(0, len(words)), "")
        short = rng.randrange(2) == 1
        missing = rng.choice((0, 1, 10**6))
        asked = rng.choice(_ASKED if difficulty >= 0.25 else _ASKED[:3])
        names = ", ".join(f"`{word}`" if word else "no word at all" for word in words)
        number = {
            0: "counts as the number 0",
            1: "counts as the number 1",
            10**6: "makes it higher than any number after the same word",
        }[missing]
        return self.problem(
            entry="versions",
            parameters=(("texts", "list[str]"),),
            returns=asked[1],
            statement=(
                f"Each of the `texts` is a version: one or more whole numbers (perhaps with leading "
                f"zeros) with dots between them, then possibly a hyphen and a word with or without a "
                f"whole number below 100000 directly after it, as in `1.12` or `2.0-{words[0] or words[1]}3`. "
                f"Versions are compared by the numbers before the hyphen, the first ones first, as "
                f"numbers. "
                + (
                    "If one version runs out of them while all before are equal, it is the lower one (so 1.2 is lower than 1.2.0). "
                    if short
                    else "Where one version has fewer of them, the missing ones count as 0 (so 1.2 and 1.2.0 are equal in this). "
                )
                + f"If these numbers are equal, the words decide; from the lowest to the highest: {names}. "
                f"If the words are equal too, the numbers after them decide; a missing number after a "
                f"word {number}. Versions that differ in nothing of this are equal. {asked[0]}."
            ),
            source=_SOURCE.substitute(
                ranks=repr({word: place for place, word in enumerate(words)}),
                trim=""
                if short
                else "        while parts and parts[-1] == 0:\n            parts.pop()\n",
                number=f"int(count) if count else {missing}" if missing else "int(count or 0)",
                asked=asked[2],
            ),
            second=_SECOND.substitute(
                words=repr(words),
                short=short,
                missing=missing,
                second_asked=asked[3].replace(
                    "return [\n", "return [0, 0, 0] if not texts else [\n"
                ),
            ),
            inputs=_inputs(rng, difficulty, [word for word in words if word]),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float, words: list[str]) -> list[list[Json]]:
    def version() -> str:
        numbers = [
            rng.choice(("0", "1", "1", "2", "9", "10", "01")) for _ in range(rng.randint(1, 3))
        ]
        suffix = "-" + rng.choice(words) + rng.choice(("", "0", "1", "2", "10"))
        return ".".join(numbers) + suffix * rng.randrange(2)

    a, b = words[0], words[1]
    given: list[list[Json]] = [
        [["1.10", "1.9", "1.2.3"]],
        [[f"2.0-{a}2", "2.0", f"2.0-{b}", f"2.0-{a}10"]],
        [["0.9", "3.1", "3.1.0", f"3.1-{b}1", "4", "4"]],
        [["3.1", "3.1.0", "3", f"3.1-{b}1", f"3.1-{b}"]],
        [[]],
        [["0"]],
        [["1.0.0", "1", "1.0", "01"]],
        [[f"1-{word}{n}" for word in words for n in ("", "0", "1", "2")]],
        [["5", *(f"5-{word}" for word in words), "5.0", "5.0.1"]],
        [["0", "0.0", "0.0.1", "0-" + a]],
        [["7.7", "7.7", "7.7"]],
        *(
            [[f"1-{a}{m}", f"1-{a}{n}", f"1-{a}{m}"]]
            for m in ("", "1")
            for n in ("", "0", "1", "2")
        ),
        [[f"1-{a}1", f"1-{a}01", f"1-{a}", f"1-{a}0"]],
    ]
    for _ in range(34):
        count = rng.randint(2, 6 + int(10 * difficulty))
        pool = [version() for _ in range(count)]
        given.append([[*pool, *rng.sample(pool, rng.randrange(2))]])
    return given
