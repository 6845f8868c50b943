"""Binary forms: patterns of bits and what is done with them."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BitOperation", "BitPairs"]

#: What is done with a word of `w` bits: text, expression of `x` and `w`, lines on a list of bits
#: `b` (most significant first).
_MOVES = (
    (
        "rotate it to the left by {k} places (bits that leave on the left come back on the right)",
        "rotated(x, {k} % w, w)",
        "for _ in range({k}):\n        b = b[1:] + b[:1]",
    ),
    ("invert all its bits", "~x & mask", "b = [1 - d for d in b]"),
    ("reverse the order of its bits", "mirrored(x, w)", "b = b[::-1]"),
    (
        "replace it by its exclusive or with a copy of it that is shifted to the right by {k} places, where zeros come in on the left",
        "x ^ (x >> {k})",
        "b = [d ^ (b[p - {k}] if p >= {k} else 0) for p, d in enumerate(b)]",
    ),
    (
        "set its lowest bit that is 0 to 1, if it has one",
        "(x | (x + 1)) & mask",
        "z = [p for p, d in enumerate(b) if d == 0]\n    b = [1 if z and p == z[-1] else d for p, d in enumerate(b)]",
    ),
    (
        "clear its highest bit that is 1, if it has one",
        "x ^ ((1 << x.bit_length()) >> 1)",
        "b = [0 if d and 1 not in b[:p] else d for p, d in enumerate(b)]",
    ),
    (
        "add {k} to it and drop what does not fit into `w` bits",
        "(x + {k}) & mask",
        "s = int(''.join(map(str, b)), 2) + {k}\n    b = [s // 2 ** p % 2 for p in range(w - 1, -1, -1)]",
    ),
)
_WORD_ASKS = (
    ("the resulting word as a number", "int", "x", "int(''.join(map(str, b)), 2)"),
    (
        "the resulting word as text: its `w` bits, the most significant one first",
        "str",
        "format(x, f'0{w}b')",
        "''.join(map(str, b))",
    ),
    (
        "the places of the ones in the resulting word in ascending order, where place 0 is the least significant bit",
        "list[int]",
        "[p for p in range(w) if (x >> p) & 1]",
        "[p for p, d in enumerate(b[::-1]) if d]",
    ),
    (
        "the length of the longest run of equal bits in the resulting word",
        "int",
        "max(len(list(g)) for _, g in groupby(format(x, f'0{w}b')))",
        "max(j - i for i in range(w) for j in range(i + 1, w + 1) if len(set(b[i:j])) == 1)",
    ),
)
_ROTATED = """\
def rotated(x, k, w):
    return ((x << k) | (x >> (w - k))) & ((1 << w) - 1)


"""
_MIRRORED = """\
def mirrored(x, w):
    y = 0
    for _ in range(w):
        y = (y << 1) | (x & 1)
        x >>= 1
    return y


"""
_WORD = Text("""\
${helpers}def bit_operation(x, w):
    mask = (1 << w) - 1
$lines
    return $answer
""")
_WORD_AGAIN = Text("""\
def bit_operation(x, w):
    b = [x // 2 ** p % 2 for p in range(w - 1, -1, -1)]
$lines
    return $answer
""")


class BitOperation(Template):
    """A few operations on a word of bits, one after the other."""

    name: ClassVar[str] = "bit_operation"
    group: ClassVar[str] = "bits"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the operations and what is returned."""
        chosen = rng.sample(_MOVES, 1 + rng.randrange(2) + int(2 * difficulty))
        free = not any("mask" in one[1] or "w" in one[1] for one in chosen)
        asks = _WORD_ASKS[int(free) : 2 + int(2 * difficulty)]  # one of the two has to use `w`
        ask, kind, answer, again = rng.choice(asks)
        shifts = [str(rng.randint(1, 3)) for _ in chosen]
        words, code, other = (
            [one[part].replace("{k}", k) for one, k in zip(chosen, shifts, strict=True)]
            for part in range(3)
        )
        lines = "".join(f"    x = {line}\n" for line in code)
        source = _WORD.substitute(
            helpers=_ROTATED * ("rotated" in lines) + _MIRRORED * ("mirrored" in lines),
            lines=lines.rstrip(),
            answer=answer,
        )
        source = source.replace(f"    x = {code[-1]}\n    return x\n", f"    return {code[-1]}\n")
        if "mask" not in lines:
            source = source.replace("    mask = (1 << w) - 1\n", "")
        if "groupby" in answer:
            source = "from itertools import groupby\n\n\n" + source
        given: list[list[Json]] = [[11, 6], [2, 5], [3, 2], [13, 6], [40, 8], [3, 4]]
        given += [[0, 1], [1, 1], [0, 5], [31, 5], [1, 5], [16, 5], [2, 2], [3, 2], [5, 3], [0, 8]]
        for _ in range(36):
            w = rng.choice((rng.randint(2, 6), rng.randint(4, 12), rng.randint(12, 24)))
            given.append([rng.randrange(1 << w), w])
        if len(words) == 1:
            todo = f"Do this with the word: {words[0]}."
        else:
            todo = f"Do this with the word, one after the other: first {'; then '.join(words)}."
        return self.problem(
            entry="bit_operation",
            parameters=(("x", "int"), ("w", "int")),
            returns=kind,
            statement=(
                f"`w` is at least 1 and `x` at least 0 and less than `2 ** w`; `x` stands for a word "
                f"of `w` bits, its binary form with zeros in front. {todo} Return {ask}."
            ),
            source=source,
            second=_WORD_AGAIN.substitute(
                lines="".join(f"    {line}\n" for line in other).rstrip(), answer=again
            ),
            inputs=given,
            difficulty=difficulty,
        )


#: Conditions on two numbers: text, test of `a` and `b`, and a test of their sets of places.
_TESTS = (
    ("have no place in common at which both have a 1", "a & b == 0", "not p & q"),
    ("differ in exactly {k} places", "(a ^ b).bit_count() == {k}", "len(p ^ q) == {k}"),
    (
        "have a 1 in common at at least {k} places",
        "(a & b).bit_count() >= {k}",
        "len(p & q) >= {k}",
    ),
    (
        "are such that one of them has a 1 at every place at which the other one has a 1",
        "a & b in (a, b)",
        "p <= q or q <= p",
    ),
    (
        "have an even number of places at which at least one of them has a 1",
        "(a | b).bit_count() % 2 == 0",
        "len(p | q) % 2 == 0",
    ),
)
_PAIR_ASKS = (
    ("Return the number of such pairs.", "int", "len(found)", "sum(1 for _ in found)"),
    (
        "Return the largest bitwise exclusive or of the two numbers of such a pair, or -1 if there is no such pair.",
        "int",
        "max((xs[i] ^ xs[j] for i, j in found), default=-1)",
        "max((sum(2 ** p for p in places(xs[i]) ^ places(xs[j])) for i, j in found), default=-1)",
    ),
    (
        "Return for each index of `xs`, in order, in how many such pairs it occurs.",
        "list[int]",
        "[sum(i in pair for pair in found) for i in range(len(xs))]",
        "[[p for pair in found for p in pair].count(i) for i in range(len(xs))]",
    ),
    (
        "Return the bitwise exclusive or of all sums `xs[i] + xs[j]` of such pairs, or 0 if there is no such pair.",
        "int",
        "reduce(xor, (xs[i] + xs[j] for i, j in found), 0)",
        "sum(2 ** p for p in range(20) if sum((xs[i] + xs[j]) // 2 ** p for i, j in found) % 2)",
    ),
)
_PAIRS = Text("""\
def bit_pairs(xs):
    found = []
    for j, b in enumerate(xs):
        for i, a in enumerate(xs[:j]):
            if $test:
                found.append((i, j))
    return $answer
""")
_PAIRS_AGAIN = Text("""\
from itertools import combinations


def places(x):
    return {i for i, d in enumerate(reversed(bin(x)[2:])) if d == '1'}


def bit_pairs(xs):
    found = []
    for i, j in combinations(range(len(xs)), 2):
        p, q = places(xs[i]), places(xs[j])
        if $test:
            found.append((i, j))
    return $answer
""")


class BitPairs(Template):
    """Pairs of numbers whose binary forms fit together."""

    name: ClassVar[str] = "bit_pairs"
    group: ClassVar[str] = "bits"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the condition, whether a second one holds too, and the question."""
        k = str(rng.randint(1, 3))
        tests = [[part.replace("{k}", k) for part in one] for one in rng.sample(_TESTS, 2)]
        words, test, other = tests[0]
        if rng.random() < difficulty:
            both = test + tests[1][1]
            clash = "== 0" in both and (">=" in both or "in (a, b)" in both)
            link, code = ("or", "or") if clash or rng.randrange(2) else ("and also", "and")
            words = f"{words} {link} {tests[1][0]}" + (" (or both)" if code == "or" else "")
            test, other = f"{test} {code} {tests[1][1]}", f"({other}) {code} ({tests[1][2]})"
        ask, kind, answer, again = rng.choice(_PAIR_ASKS[: 2 + int(2 * difficulty)])
        source = _PAIRS.substitute(test=test, answer=answer)
        if "xor" in answer:
            source = "from functools import reduce\nfrom operator import xor\n\n\n" + source
        given: list[list[Json]] = [
            [[2, 6, 3, 1, 0]],
            [[1, 2, 12, 0, 9, 15]],
            [[85, 49, 121]],
            [[5, 10, 3, 7, 8]],
            [[6, 4, 1]],
            [[1, 2, 12, 0, 9, 15]],
        ]
        given += [[[]], [[0]], [[9]], [[0, 0]], [[7, 7, 7]], [[1, 2, 4, 8, 16]], [[255, 0, 255]]]
        given += [[[3, 12]], [[1, 3, 7, 15]], [[5, 5, 10, 10]], [[1023, 512, 1]]]
        for _ in range(34):
            most = rng.choice((7, 15, 63, 200))
            size = rng.randint(3, 7 + int(9 * difficulty))
            given.append([[rng.randint(0, most) for _ in range(size)]])
        return self.problem(
            entry="bit_pairs",
            parameters=(("xs", "list[int]"),),
            returns=kind,
            statement=(
                f"The elements of `xs` are at least 0; take them in binary form with as many zeros "
                f"in front as needed. Consider the pairs of indices `i < j` for which `xs[i]` and "
                f"`xs[j]` {words}. {ask}"
            ),
            source=source,
            second=_PAIRS_AGAIN.substitute(test=other, answer=again),
            inputs=given,
            difficulty=difficulty,
        )
