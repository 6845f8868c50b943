"""Texts without spaces, cut into the words of a list."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CutIntoWords"]

#: Which word may follow which: text, condition on `last` ("" at the start) and `word`, the same on
#: the whole list `cut`.
_FOLLOWS = (
    ("", "", "True"),
    (
        " The same word may not come twice in a row.",
        "word != last",
        "all(x != y for x, y in zip(cut, cut[1:]))",
    ),
    (
        " A word may not begin with the last letter of the word before it.",
        "word[0] != last[-1:]",
        "not any(y.startswith(x[-1]) for x, y in zip(cut, cut[1:]))",
    ),
    (
        " Two neighbouring words may not be of the same length.",
        "len(word) != len(last)",
        "0 not in [len(y) - len(x) for x, y in zip(cut, cut[1:])]",
    ),
    (
        " A word of one letter may only stand at the beginning or after a longer word.",
        "(len(word) > 1 or len(last) != 1)",
        "[1, 1] not in [list(map(len, cut[p:p + 2])) for p in range(len(cut))]",
    ),
    (
        " From left to right, the words may not become longer.",
        "(not last or len(word) <= len(last))",
        "list(map(len, cut)) == sorted(map(len, cut), reverse=True)",
    ),
)
#: What is asked: text, type, lines of the reference, expression on all cuts `cuts`.
_ASKED = (
    (
        "Return the number of ways to do this.",
        "int",
        "0",
        "1",
        "found += rest",
        "len(cuts)",
    ),
    (
        "Return the smallest number of words with which this can be done, or $none if it cannot be done at all.",
        "int",
        "None",
        "0",
        "if rest is not None and (found is None or rest + 1 < found):\n                    found = rest + 1",
        "min(map(len, cuts), default=$none)",
    ),
    (
        "The score of a way is the sum of the squares of the lengths of its words. Return the largest score, or $none if there is no way.",
        "int",
        "None",
        "0",
        "if rest is not None and (found is None or rest + len(word) ** 2 > found):\n                    found = rest + len(word) ** 2",
        "max((sum(len(x) * len(x) for x in cut) for cut in cuts), default=$none)",
    ),
    (
        "Return the list of the words of the way whose first word is as long as possible, among these the one whose second word is as long as possible, and so on, or the empty list if there is no way.",
        "list[str]",
        "None",
        "[]",
        "if rest is not None and (found is None or len(word) > len(found[0])):\n                    found = [word, *rest]",
        "max(cuts, key=lambda cut: [len(x) for x in cut], default=[])",
    ),
    (
        "Return the total number of words in all ways together (a word that occurs several times in a way counts each time).",
        "int",
        "(0, 0)",
        "(1, 0)",
        "found = (found[0] + rest[0], found[1] + rest[1] + rest[0])",
        "sum(map(len, cuts))",
    ),
    (
        "Return the list of the words of the way that comes first when the ways are compared word by word in alphabetical order, or the empty list if there is no way.",
        "list[str]",
        "None",
        "[]",
        "if rest is not None and (found is None or [word, *rest] < found):\n                    found = [word, *rest]",
        "sorted(cuts)[0] if cuts else []",
    ),
)
_SOURCE = Text("""\
from functools import cache


def cut_text(text, words):
    @cache
    def best(start$last):
        if start == len(text):
            return $empty
        found = $none
        for word in words:
            if text.startswith(word, start)$allowed:
                rest = best(start + len(word)$word)
                $update
        return found

$answer
""")
_AGAIN = Text("""\
from itertools import combinations


def cut_text(text, words):
    known = set(words)
    cuts = []
    for count in range(len(text) + 1):
        for inner in combinations(range(1, len(text)), count):
            ends = [0, *inner, len(text)]
            cut = [text[a:b] for a, b in zip(ends, ends[1:]) if a < b]
            if known.issuperset(cut) and $follows$often:
                cuts.append(cut)
    return $answer
""")


class CutIntoWords(Template):
    """Cut a text into words of a list under a drawn rule, and say how."""

    name: ClassVar[str] = "cut_into_words"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which word may follow which, whether letters may be left out, and the question."""
        words, permitted, follows = rng.choice(_FOLLOWS[: 3 + int(3 * difficulty)])
        asked, kind, none, empty, update, answer = rng.choice(_ASKED[: 4 + int(2 * difficulty)])
        missing = str(rng.choice((-1, -2, -9)))
        listed = "list" in kind
        final = "best(0, '')" if permitted else "best(0)"
        lines = f"    return {final}"
        if listed:
            lines = f"    return {final} or []"
        elif none == "None":
            lines = f"    found = {final}\n    return {missing} if found is None else found"
        elif none == "(0, 0)":
            lines = f"    return {final}[1]"
        allowed = f" and {permitted}" if permitted else ""
        source = _SOURCE.substitute(
            empty=empty,
            none=none,
            last=", last" if permitted else "",
            word=", word" if permitted else "",
            allowed=allowed,
            update=update,
            answer=lines,
        )
        if update == "found += rest":
            source = source.replace("                rest = ", "                found += ")
            source = source.replace("                found += rest\n", "").replace("best", "ways")
        return self.problem(
            entry="cut_text",
            parameters=(("text", "str"), ("words", "list[str]")),
            returns=kind,
            statement=(
                f"`words` are different words of at least one letter. Cut `text` into pieces, without leaving anything out, so that every piece is one of the `words`. "
                f"Each word may be used any number of times.{words} If `text` is empty, the only way is the one without any pieces. "
                f"{Text(asked).substitute(none=missing)}"
            ),
            source=source,
            second=_AGAIN.substitute(
                follows=follows, often="", answer=Text(answer).substitute(none=missing)
            ),
            inputs=_inputs(rng),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom) -> list[list[Json]]:
    given: list[list[Json]] = [
        ["abcabc", ["abc", "ab", "c", "cab"]],
        ["bbbabbabbb", ["ab", "bbb", "a", "bb", "bab"]],
        ["aab", ["ab", "aa"]],
        ["catsand", ["cat", "cats", "sand", "and", "s"]],
        ["ababa", ["a", "ab", "aba", "ba", "b"]],
        ["abcbab", ["abc", "ba", "b", "bab", "cb"]],
        ["noon", ["no", "on", "n"]],
        ["", ["a"]],
        ["", []],
        ["a", []],
        ["a", ["a"]],
        ["aa", ["a"]],
        ["aa", ["a", "aa"]],
        ["aaaa", ["aa", "a"]],
        ["aaaaaa", ["a", "aa", "aaa"]],
        ["abab", ["ab", "a", "b"]],
        ["aab", ["ab", "aa"]],
        ["xyx", ["x", "y", "yx", "xy"]],
        ["abcabc", ["abc", "ab", "c", "cab"]],
    ]
    for _ in range(32):
        letters = rng.choice(("ab", "ab", "abc", "a"))
        size = rng.randint(3, 6)
        found = {
            "".join(rng.choice(letters) for _ in range(rng.randint(1, 4))) for _ in range(size)
        }
        words = sorted(found)
        rng.shuffle(words)
        text = "".join(rng.choice(words) for _ in range(rng.randint(1, 5)))
        given.append([text[:10], list(words)])
    return given
