"""Filters and orders of the words of a text."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["WordOrder"]

_SOURCE = Text("""\
def reorder(text):
    words = text.split()
    kept = [$form for $loop if $keep]
    $order
    return $asked
""")
_SECOND = Text("""\
import re


def reorder(text):
    words = re.findall(r'[^ ]+', text)
    rest = []
    for i in range(len(words)):
        word = words[i]
        if not ($drop):
            rest.append($second_form)
    kept = []
    $second_order
    return $asked
""")
#: Which words stay: text, the reference's condition, the condition under which the second drops.
_KEEP = (
    ("that have at least 3 letters", "len(word) >= 3", "len(word) < 3"),
    ("whose first and last letters differ", "word[0] != word[-1]", "word.startswith(word[-1])"),
    ("that have an even number of letters", "len(word) % 2 == 0", "len(word) & 1"),
    (
        "that contain no letter twice",
        "len(set(word)) == len(word)",
        "any(word.count(c) > 1 for c in word)",
    ),
    (
        "that do not stand earlier in the text already",
        "word not in words[:i]",
        "words.index(word) < i",
    ),
    (
        "that are longer than the word directly before them in the text (the first word is kept)",
        "i == 0 or len(word) > len(words[i - 1])",
        "i and len(words[i - 1]) >= len(word)",
    ),
    ("that are not palindromes", "word != word[::-1]", "list(word) == list(reversed(word))"),
    (
        "that occur an odd number of times in the text",
        "words.count(word) % 2",
        "sum(other == word for other in words) in range(0, len(words) + 1, 2)",
    ),
)
#: What each kept word becomes.
_FORMS = (
    ("", "word", "word"),
    (" Then reverse each kept word.", "word[::-1]", "''.join(reversed(word))"),
    (
        " Then move the first letter of each kept word to its end.",
        "word[1:] + word[0]",
        "re.sub(r'^(.)(.*)$', r'\\2\\1', word)",
    ),
    (
        " Then remove from each kept word all vowels (`a`, `e`, `i`, `o`, `u`) except in first place.",
        "word[0] + ''.join(c for c in word[1:] if c not in 'aeiou')",
        "re.sub(r'(?<!^)[aeiou]', '', word)",
    ),
    (
        " Then write the last letter of each kept word once more at its end.",
        "word + word[-1]",
        "re.sub(r'(.)$', r'\\1\\1', word)",
    ),
)
_INSERT = """for word in rest:
        place = sum(1 for other in kept if $key(other) $sign $key(word))
        kept.insert(place, word)"""
#: The order: text, the reference's line, the second's.
_ORDERS = (
    ("in the order of the text", "kept = list(kept)", "kept = rest"),
    (
        "in the reverse order of the text",
        "kept.reverse()",
        "for word in rest:\n        kept = [word] + kept",
    ),
    (
        "from the shortest to the longest one (those of equal length in the order of the text)",
        "kept.sort(key=len)",
        Text(_INSERT).substitute(key="len", sign="<="),
    ),
    (
        "from the longest to the shortest one (those of equal length in the order of the text)",
        "kept.sort(key=len, reverse=True)",
        Text(_INSERT).substitute(key="len", sign=">="),
    ),
    ("in alphabetical order", "kept.sort()", Text(_INSERT).substitute(key="str", sign="<=")),
    (
        "by their last letters in alphabetical order (those with equal last letters in the order of the text)",
        "kept.sort(key=lambda word: word[-1])",
        Text(_INSERT).substitute(key="(lambda w: w[-1:])", sign="<="),
    ),
    (
        "taken alternately from the front and from the back of their list in the order of the text: the first, the last, the second, the last but one, and so on until each was taken once",
        "kept = [kept[i // 2] if i % 2 == 0 else kept[-1 - i // 2] for i in range(len(kept))]",
        "while rest:\n        kept += rest[:1] + rest[1:][-1:]\n        rest = rest[1:-1]",
    ),
)
_ASKED = (
    ("joined with single spaces", "str", "' '.join(kept)"),
    ("as a list", "list[str]", "kept"),
    ("joined with `-`", "str", "'-'.join(kept)"),
)


class WordOrder(Template):
    """Keep some words of a text, change them and put them in order."""

    name: ClassVar[str] = "word_order"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which words stay, what becomes of them, and their order."""
        keep = rng.choice(_KEEP)
        form = rng.choice(_FORMS[1:] if difficulty >= 0.4 else _FORMS[:2])
        order = rng.choice(_ORDERS[2:] if difficulty >= 0.6 else _ORDERS)
        asked = rng.choice(_ASKED)
        condition, drop = keep[1], keep[2]
        said = f"Keep the words {keep[0]}"
        if difficulty >= 0.7:
            more = rng.choice([one for one in _KEEP if one != keep])
            both = (f"({one})" if " or " in one else one for one in (condition, more[1]))
            condition, drop = " and ".join(both), f"({drop}) or ({more[2]})"
            said += f" and {more[0]}"
        loop = "i, word in enumerate(words)" if re.search(r"\bi\b", condition) else "word in words"
        source = _SOURCE.substitute(
            form=form[1], loop=loop, keep=condition, order=order[1], asked=asked[2]
        )
        source = source.replace("    kept = list(kept)\n", "")
        whole = f"[{form[1]} for {loop} if {condition}]"
        if len(whole) > 89:
            parts = f"[\n        {form[1]}\n        for {loop}\n        if {condition}\n    ]"
            if len(whole) <= 94:
                parts = f"[\n        {whole[1:-1]}\n    ]"
            source = source.replace(whole, parts)
        changed = "kept words" if form[0] == "" else "resulting words"
        return self.problem(
            entry="reorder",
            parameters=(("text", "str"),),
            returns=asked[1],
            statement=(
                f"`text` consists of lower-case letters and spaces; its words are the longest possible "
                f"pieces without spaces. {said}; all conditions are about the words of `text` as it is "
                f"given.{form[0]} Return the {changed} {order[0]}, {asked[0]} (if no word is kept: "
                f"{'an empty list' if asked[1] != 'str' else 'the empty text'})."
            ),
            source=source,
            second=_SECOND.substitute(
                drop=drop, second_form=form[2], second_order=order[2], asked=asked[2]
            ),
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [
        ["the tree of anna saw bird"],
        ["a noon apple at tea time"],
        ["go to big old house"],
    ]
    given += [
        [""],
        ["   "],
        ["a"],
        ["ab"],
        ["  stone  water "],
        ["abc abc abc"],
        ["level kayak ab ba"],
    ]
    given += [
        ["one two one two one"],
        ["abcd abc ab a"],
        ["a ab abc abcd abcde abcd"],
        ["zeta yak xeno area"],
    ]
    pool = [
        "tea",
        "eat",
        "anna",
        "bird",
        "bat",
        "at",
        "a",
        "od",
        "stone",
        "river",
        "blue",
        "level",
        "moon",
        "no",
        "on",
        "trap",
        "part",
        "ease",
        "echo",
        "ideal",
        "ox",
    ]
    for _ in range(34):
        count = rng.randint(3, 8 + int(14 * difficulty))
        some = rng.sample(pool, rng.randint(3, len(pool)))
        words = [rng.choice(some) + rng.choice(("", "", "", "s", "er")) for _ in range(count)]
        given.append([(" " * rng.choice((1, 1, 1, 2))).join(words)])
    return given
