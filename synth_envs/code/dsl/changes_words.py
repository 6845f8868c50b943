"""Functions of words and characters."""

from __future__ import annotations

from typing import Any

from synth_envs.code.dsl.predicates_words import VOWELS_NOTE
from synth_envs.code.dsl.registry import Change

__all__ = ["WORD_CHANGES"]


def _distinct(values: Any) -> int:
    return sum(one not in values[:place] for place, one in enumerate(values))


def _shift(step: int) -> Any:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    moved = dict(zip(alphabet, (alphabet * 2)[step:], strict=False))
    return lambda word: "".join(moved.get(one, one) for one in word)


_INT = "int"
_WORD = "str"
_CHAR = "char"
_ROW = "list[int]"
_WORDS = (
    Change(
        "length",
        _WORD,
        _INT,
        0,
        (),
        lambda: lambda w: sum(1 for _ in w),
        "len({x})",
        "its length",
        ("length", "lengths"),
        scale=4,
    ),
    Change(
        "upper_case",
        _WORD,
        _WORD,
        0,
        (),
        lambda: lambda w: "".join(map(str.upper, w)),
        "{x}.upper()",
        "its uppercase form",
        do="turn each {one} into uppercase",
    ),
    Change(
        "reverse_word",
        _WORD,
        _WORD,
        0,
        (),
        lambda: lambda w: "".join(reversed(w)),
        "{x}[::-1]",
        "its letters in reverse order",
        do="reverse the letters of each {one}",
    ),
    Change(
        "first_letter",
        _WORD,
        _WORD,
        0,
        (),
        lambda: lambda w: "".join(w[i] for i in range(min(1, len(w)))),
        "{x}[:1]",
        "its first letter (an empty string stays empty)",
        ("letter", "letters"),
    ),
    Change(
        "last_letter",
        _WORD,
        _WORD,
        0.1,
        (),
        lambda: lambda w: "".join(list(w).pop() for _ in range(min(1, len(w)))),
        "{x}[-1:]",
        "its last letter (an empty string stays empty)",
        ("letter", "letters"),
    ),
    Change(
        "first_letters",
        _WORD,
        _WORD,
        0.1,
        ("two",),
        lambda k: lambda w: "".join(c for i, c in enumerate(w) if i < k),
        "{x}[:{0}]",
        "its first {0} letters (or the whole of it if it has fewer)",
        ("prefix", "prefixes"),
    ),
    Change(
        "letter_count",
        _WORD,
        _INT,
        0.2,
        ("letter",),
        lambda c: lambda w: sum(one == c for one in w),
        "{x}.count({0})",
        "the number of times that the letter {0} occurs in it",
        ("count", "counts"),
        scale=1,
    ),
    Change(
        "vowel_count",
        _WORD,
        _INT,
        0.3,
        (),
        lambda: lambda w: sum(w.count(v) for v in "aeiou"),
        'sum(char in "aeiou" for char in {x})',
        "the number of vowels in it (counting repeated ones)",
        ("vowel count", "vowel counts"),
        scale=2,
        note=VOWELS_NOTE,
    ),
    Change(
        "distinct_letters",
        _WORD,
        _INT,
        0.3,
        (),
        lambda: _distinct,
        "len(set({x}))",
        "the number of different letters in it",
        ("count", "counts"),
        scale=4,
    ),
    Change(
        "without_letter",
        _WORD,
        _WORD,
        0.2,
        ("letter",),
        lambda c: lambda w: "".join(w.split(c)),
        '{x}.replace({0}, "")',
        "what is left of it without the letter {0}",
        do="remove every letter {0} from each {one}",
    ),
    Change(
        "without_vowels",
        _WORD,
        _WORD,
        0.4,
        (),
        lambda: lambda w: "".join(one for one in w if "aeiou".find(one) < 0),
        '"".join(char for char in {x} if char not in "aeiou")',
        "what is left of it without its vowels",
        do="remove all vowels from each {one}",
        note=VOWELS_NOTE,
    ),
    Change(
        "sorted_letters",
        _WORD,
        _WORD,
        0.4,
        (),
        lambda: lambda w: "".join(chr(code) for code in sorted(map(ord, w))),
        '"".join(sorted({x}))',
        "its letters in alphabetical order",
        do="put the letters of each {one} in alphabetical order",
    ),
    Change(
        "suffix",
        _WORD,
        _WORD,
        0.2,
        ("letter",),
        lambda c: lambda w: f"{w}{c}",
        "{x} + {0}",
        "the {one} followed by {0}",
        do="append {0} to each {one}",
    ),
    Change(
        "shift",
        _WORD,
        _WORD,
        0.6,
        ("two",),
        _shift,
        '"".join(chr((ord(char) - ord("a") + {0}) % 26 + ord("a")) for char in {x})',
        "the {one} with every letter moved {0} places forward in the alphabet (after z comes a)",
        do="move every letter of each {one} {0} places forward in the alphabet (after z comes a)",
    ),
)
_CHARACTERS = (
    Change(
        "char_upper",
        _CHAR,
        _CHAR,
        0,
        (),
        lambda: lambda c: chr(ord(c) - 32) if "a" <= c <= "z" else c,
        "{x}.upper()",
        "its uppercase form (if it is a letter)",
        do="turn every letter into uppercase",
    ),
    Change(
        "char_lower",
        _CHAR,
        _CHAR,
        0,
        (),
        lambda: lambda c: chr(ord(c) + 32) if "A" <= c <= "Z" else c,
        "{x}.lower()",
        "its lowercase form (if it is a letter)",
        do="turn every letter into lowercase",
    ),
    Change(
        "char_swap",
        _CHAR,
        _CHAR,
        0.1,
        (),
        lambda: lambda c: chr(ord(c) ^ 32) if "a" <= c.lower() <= "z" else c,
        "{x}.swapcase()",
        "the same character in the other case (if it is a letter)",
        do="turn uppercase letters into lowercase and lowercase letters into uppercase",
    ),
    Change(
        "char_double",
        _CHAR,
        _WORD,
        0.2,
        ("mod",),
        lambda k: lambda c: "".join(c for _ in range(k)),
        "{x} * {0}",
        "{0} copies of it",
        ("string", "strings"),
    ),
)

WORD_CHANGES = (*_WORDS, *_CHARACTERS)
