"""Patterns with wildcards of drawn meaning."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["WildcardPatterns"]

#: What a wildcard stands for: text, lengths of what the reference tries as an expression of the rest
#: `left`, condition on the piece, pattern of the other program.
_MEANINGS = (
    ("exactly one letter of any kind", "1", "", "."),
    ("any number of letters, perhaps none", "0 *", "", ".*"),
    ("one letter or none", "0 1", "", ".?"),
    ("one vowel (`a`, `e`, `i`, `o` or `u`)", "1", 'piece in "aeiou"', "[aeiou]"),
    ("at least one letter", "1 *", "", ".+"),
    (
        "one letter that is not a vowel (`a`, `e`, `i`, `o`, `u`)",
        "1",
        'piece not in "aeiou"',
        "[^aeiou]",
    ),
    (
        "two equal letters",
        "2",
        "piece[0] == piece[1]",
        "(?:" + "|".join(2 * x for x in "abcdefghijklmnopqrstuvwxyz") + ")",
    ),
    (
        "any number of vowels (`a`, `e`, `i`, `o`, `u`), perhaps none",
        "0 *",
        'all(letter in "aeiou" for letter in piece)',
        "[aeiou]*",
    ),
    ("exactly two or exactly three letters of any kind", "2 3", "", "..(?:|.)"),
    ("an even number of letters, perhaps none", "0 *", "len(piece) % 2 == 0", "(?:..)*"),
    (
        "at least one letter, all of them equal",
        "1 *",
        "len(set(piece)) == 1",
        "(?:" + "|".join(x + "+" for x in "abcdefghijklmnopqrstuvwxyz") + ")",
    ),
)
#: What is asked: text, type, lines of the reference, an expression of the other program with
#: `fits(text)`.
_ASKED = (
    (
        "Return the list of those of the `words` that match the pattern as a whole, in their order.",
        "list[str]",
        "    return [word for word in words if matches(pattern, word)]",
        "list(filter(fits, words))",
    ),
    (
        "Return for each of the `words` the length of its longest beginning (perhaps empty or the whole word) that matches the pattern, or -1 if no beginning matches.",
        "list[int]",
        """\
    found = []
    for word in words:
        sizes = [size for size in range(len(word) + 1) if matches(pattern, word[:size])]
        found.append(max(sizes, default=-1))
    return found""",
        "[next((n for n in range(len(word), -1, -1) if fits(word[:n])), -1) for word in words]",
    ),
    (
        "Return for each of the `words` how many of its non-empty contiguous parts match the pattern (equal parts at different places count separately).",
        "list[int]",
        """\
    found = []
    for word in words:
        count = 0
        for start in range(len(word)):
            for stop in range(start + 1, len(word) + 1):
                count += matches(pattern, word[start:stop])
        found.append(count)
    return found""",
        "[sum(1 for a in range(len(w) + 1) for b in range(a) if fits(w[b:a])) for w in words]",
    ),
    (
        "Return a dictionary that maps each of the `words` with at least one non-empty contiguous part that matches the pattern to the shortest such part, and among the shortest ones to the leftmost one.",
        "dict[str, str]",
        """\
    found = {}
    for word in words:
        for size in range(len(word), 0, -1):
            for start in range(len(word) - size, -1, -1):
                if matches(pattern, word[start : start + size]):
                    found[word] = word[start : start + size]
    return found""",
        "{w: min((w[a:b] for a in range(len(w)) for b in range(a + 1, len(w) + 1) if fits(w[a:b])), key=len) for w in words if any(fits(w[a:b]) for b in range(1, len(w) + 1) for a in range(b))}",
    ),
)
_SOURCE = Text("""\
def matches(pattern, text):
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
$cases    return text[:1] == first and matches(rest, text[1:])


def search(pattern, words):
$answer
""")
_AGAIN = Text("""\
import re


def search(pattern, words):
    parts = {
$parts
    }
    fits = re.compile("".join(parts.get(one, one) for one in pattern)).fullmatch
    return $answer
""")


class WildcardPatterns(Template):
    """Search words for a pattern whose wildcards have a drawn meaning."""

    name: ClassVar[str] = "wildcard_patterns"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the wildcards, what they stand for, and the question."""
        count = 1 + int(2.4 * difficulty + 0.3)
        signs = rng.sample("?*+#%!=~", count)
        meanings = rng.sample(_MEANINGS[: 5 + int(6 * difficulty)], count)
        asked, kind, answer, again = rng.choice(_ASKED[: 2 + int(2.5 * difficulty)])
        cases, parts, words = "", [], []
        for sign, (text, lengths, test, pattern) in zip(signs, meanings, strict=True):
            cases += f'    if first == "{sign}":\n' + _case(lengths, test)
            parts.append(f'        "{sign}": r"{pattern}",')
            words.append(f"`{sign}` stands for {text}")
        return self.problem(
            entry="search",
            parameters=(("pattern", "str"), ("words", "list[str]")),
            returns=kind,
            statement=(
                f"`pattern` consists of lower-case letters and of wildcards, and may be empty. A letter stands for itself; {'; '.join(words)}. A text matches the pattern if it can be divided into as many consecutive pieces as the "
                "pattern has characters such that every piece is what the character at the same place stands for (the empty pattern matches only the empty text). All `words` are different and consist of lower-case letters. "
                f"{asked}"
            ),
            source=_SOURCE.substitute(cases=cases, answer=answer),
            second=_AGAIN.substitute(parts="\n".join(parts), answer=again),
            inputs=_inputs(rng, signs),
            difficulty=difficulty,
        )


def _case(lengths: str, test: str) -> str:
    """Return the lines of the reference for one wildcard."""
    low, *more = lengths.split()
    if not more:
        if not test and low == "1":
            return "        return bool(text) and matches(rest, text[1:])\n"
        piece = f"piece = text[:{low}]\n        "
        goes = f"len(piece) == {low}" + (f" and {test}" if test else "")
        return f"        {piece}return {goes} and matches(rest, text[{low}:])\n"
    stop = "len(text) + 1" if more == ["*"] else f"min({more[0]}, len(text)) + 1"
    start = f"{low}, " if low != "0" else ""
    if test:
        return (
            f"        for size in range({start}{stop}):\n            piece = text[:size]\n"
            f"            if {test} and matches(rest, text[size:]):\n                return True\n        return False\n"
        )
    return f"        return any(matches(rest, text[size:]) for size in range({start}{stop}))\n"


def _inputs(rng: TaskRandom, signs: list[str]) -> list[list[Json]]:
    one, two = signs[0], signs[-1]
    given: list[list[Json]] = [
        [f"a{one}d", ["ad", "aed", "abd", "aood", "abcde", "beaddad"]],
        [f"{two}o{one}", ["o", "too", "oak", "loop", "aoo", "book"]],
        [f"b{two}{one}", ["b", "bee", "be", "bttt", "abba"]],
        ["", ["", "a"]],
        ["a", ["a", "", "aa", "b"]],
        ["ab", ["ab", "aab", "abab"]],
        [one, []],
        [two, ["", "x", "e", "ee", "xx", "eee", "ex", "xe", "abcd"]],
        [one, ["", "x", "a", "aa", "bb", "aaa", "ab", "aei", "bcdf", "aab"]],
        [2 * one, ["", "x", "ea", "aa", "bb", "aaa", "bbaa", "aeio", "aabbcc"]],
        [2 * two, ["", "o", "oa", "tt", "oot", "ttoo", "oaoa"]],
        [f"{one}{two}", ["", "e", "b", "be", "eb", "bb", "eeb", "bbe", "beeb"]],
        [f"{one}a{two}", ["a", "ba", "ab", "aa", "aaa", "baab", "aabb", "bbaee"]],
        [f"x{one}x", ["xx", "xxx", "xax", "xbx", "xaax", "xabx", "xaeix"]],
        [f"{two}{one}{two}", ["", "a", "ab", "abe", "aabb", "ooo", "oooo", "zzz"]],
    ]
    for _ in range(30):
        letters = rng.choice(("ab", "abe", "eo", "aeix"))
        pattern = "".join(rng.choice((*letters, *signs, *signs)) for _ in range(rng.randint(1, 4)))
        words = {
            "".join(rng.choice(letters) for _ in range(rng.randint(0, 6)))
            for _ in range(rng.randint(3, 7))
        }
        # Words that are like the pattern.
        for _ in range(3):
            words.add(
                "".join(
                    one if one not in signs else rng.choice(letters) * rng.randint(0, 3)
                    for one in pattern
                )
            )
        listed = sorted(words)
        rng.shuffle(listed)
        given.append([pattern, list(listed)])
    return given
