"""Texts that are made unreadable by rules, and reshaped by them."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["RailCipher", "ShiftCipher"]

#: How far a letter is shifted: text, and an expression of the index `i` in the text, the number
#: `k` of letters before it, `key`, and the letter `before` it in the plain text ('' at first).
_SHIFTS = (
    ("`key` + its index in `text` (from 0)", "key + i"),
    ("`key` times the number of letters before it in `text`", "key * k"),
    ("`key`, and by one more for each letter before it in `text`", "key + k"),
    (
        "`key` if an even number of letters stand before it in `text`, and by -`key` otherwise",
        "key if k % 2 == 0 else -key",
    ),
    ("`key` multiplied by (its index in `text`, from 0, modulo 3)", "key * (i % 3)"),
    ("`key` + the number of spaces before it in `text`", "key + text[:i].count(' ')"),
    (
        "`key` + the number of vowels (`a`, `e`, `i`, `o`, `u` in either case) before it in `text`",
        "key + sum(c in 'aeiouAEIOU' for c in text[:i])",
    ),
)
_SOURCE_SHIFT = Text("""\
def encipher(text, key):
    result = []
    k = 0
    for i, c in enumerate(text):
        if c.isalpha():
            amount = $shift
$special            base = ord('a') if c.islower() else ord('A')
            result.append(chr(base + (ord(c) - base + amount) % 26))
            k += 1
        else:
            result.append($other)
    return ''.join(result)$final
""")
_SECOND_SHIFT = Text("""\
import string


def encipher(text, key):
    def one(i):
        c = text[i]
        if c not in string.ascii_letters:
            return $other
        k = len([d for d in text[:i] if d in string.ascii_letters])
        amount = $shift
        $second_special
        alphabet = string.ascii_uppercase if c in string.ascii_uppercase else string.ascii_lowercase
        step = 1 if amount >= 0 else -1
        place = alphabet.index(c)
        for _ in range(abs(amount)):
            place += step
            place = 0 if place == 26 else 25 if place == -1 else place
        return alphabet[place]

    done = [one(i) for i in range(len(text))]
    $second_final
""")
_SPECIALS = (
    ("", "", "pass"),
    (
        "Upper-case letters are shifted by the same number in the opposite direction. ",
        "            if c.isupper():\n                amount = -amount\n",
        "amount *= -1 if c == c.upper() else 1",
    ),
    (
        "Vowels (`a`, `e`, `i`, `o`, `u` in either case) are shifted by one more than that. ",
        "            if c in 'aeiouAEIOU':\n                amount += 1\n",
        "amount += c.lower() in 'aeiou'",
    ),
    (
        "A letter of the second half of the alphabet (`n` to `z` in either case) is shifted twice as far. ",
        "            if c.lower() >= 'n':\n                amount *= 2\n",
        "amount += amount if c.upper() in 'NOPQRSTUVWXYZ' else 0",
    ),
)
_OTHERS = (
    ("All other characters stay as they are", "c"),
    ("A space becomes `_`, and all other characters stay as they are", "'_' if c == ' ' else c"),
    (
        "A digit d becomes the digit 9 - d, and all other characters stay as they are",
        "str(9 - int(c)) if c.isdigit() else c",
    ),
)
_FINALS = (
    ("Return the resulting text", "", "return ''.join(done)"),
    ("Return the resulting text read backwards", "[::-1]", "return ''.join(reversed(done))"),
    (
        "Return the resulting text with its first character moved to the end (if there is one)",
        "[1:] + ''.join(result[:1])",
        "return ''.join(done[(i + 1) % len(done)] for i in range(len(done)))",
    ),
)


#: What is drawn, written in another way for the second program.
_SHIFTS_AGAIN = {
    "key + i": "sum([i, key])",
    "key * k": "sum(key for _ in range(k))",
    "key + k": "k - -key",
    "key if k % 2 == 0 else -key": "[key, -key][k & 1]",
    "key * (i % 3)": "key * (i - i // 3 * 3)",
    "key + text[:i].count(' ')": "key + sum(d == ' ' for d in text[:i])",
    "key + sum(c in 'aeiouAEIOU' for c in text[:i])": "key + len([d for d in text[:i].lower() if d in 'uoiea'])",
    "c": "c",
    "'_' if c == ' ' else c": "c.replace(' ', '_')",
    "str(9 - int(c)) if c.isdigit() else c": "'9876543210'['0123456789'.index(c)] if c in '0123456789' else c",
}


class ShiftCipher(Template):
    """Shift letters in the alphabet by an amount that depends on where they stand."""

    name: ClassVar[str] = "shift_cipher"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the amount, exceptions, and what is done at the end."""
        words, shift = rng.choice(_SHIFTS)
        special = rng.choice(_SPECIALS[1:] if difficulty >= 0.6 else _SPECIALS)
        other_words, other = rng.choice(_OTHERS)
        final = rng.choice(_FINALS if difficulty >= 0.4 else _FINALS[:1])
        source = _SOURCE_SHIFT.substitute(
            shift=shift, special=special[1], other=other, final=final[1]
        )
        if not re.search(r"\bk\b", shift):
            source = source.replace("    k = 0\n", "").replace("            k += 1\n", "")
        if not re.search(r"\bi\b", shift):
            source = source.replace("for i, c in enumerate(text)", "for c in text")
        return self.problem(
            entry="encipher",
            parameters=(("text", "str"), ("key", "int")),
            returns="str",
            statement=(
                f"`text` consists of ASCII characters. Replace each letter by the one that stands so "
                f"many places later in the alphabet (after `z` comes `a` again; earlier if the number "
                f"is negative), keeping its case. A letter is shifted by {words}. {special[0]}"
                f"{other_words}. All that is said about `text` means the text as it is given. {final[0]}."
            ),
            source=source,
            second=_SECOND_SHIFT.substitute(
                shift=_SHIFTS_AGAIN[shift],
                other=_SHIFTS_AGAIN[other],
                second_special=special[2],
                second_final=final[2],
            ),
            inputs=_texts(rng, difficulty, (-30, 30)),
            difficulty=difficulty,
        )


def _texts(rng: TaskRandom, difficulty: float, keys: tuple[int, int]) -> list[list[Json]]:
    low, high = keys
    small = max(low, 1)
    given: list[list[Json]] = [
        ["Abc xyz", small],
        ["Tea at 5, Zoe!", small + 1],
        ["ana NINA ana", small + 2],
    ]
    given += [
        ["", small],
        ["z", high],
        ["A", low],
        ["a1b2c3", small],
        ["   ", small],
        ["zzzzzzzz", small],
    ]
    given += [
        ["AEIOU aeiou", small + 1],
        ["No 0123456789", small],
        ["nmNM nm MN", high],
        ["ab", small],
    ]
    for _ in range(34):
        length = rng.randint(1, 12 + int(30 * difficulty))
        text = "".join(rng.choice("aeinmzybtkAEINMZQS  .-4709") for _ in range(length))
        given.append([text, rng.randint(low, high)])
    return given


_SOURCE_RAILS = Text("""\
def rearrange(text, k):
    rails = [[] for _ in range(k)]
    for i, c in enumerate(text):
        $rail
        rails[row].append(c)
$change    return '$sep'.join(''.join(rail) for rail in $order)
""")
_SECOND_RAILS = Text("""\
def rearrange(text, k):
    rows = $rows
    parts = []
    for wanted in $numbers:
        part = ''
        for place in range(len(text)):
            if rows[place] == wanted:
                part = $add
        parts.append(part)
    return '$sep'.join(parts)
""")
#: Which rail a character goes to: text, line of the reference, the second's list of rows.
_RAILS = (
    (
        "the first character goes to row 0, the next to row 1, and so on; after row k - 1 comes row 0 again",
        "row = i % k",
        "(list(range(k)) * (len(text) + 1))[: len(text)]",
    ),
    (
        (
            "the first character goes to row 0, the next to row 1, and so on to row k - 1, then back up "
            "to k - 2, k - 3, ... to row 0, down again, and so on (a zigzag; with k = 1 all go to row 0)"
        ),
        "row = min(i % (2 * k - 2), -i % (2 * k - 2)) if k > 1 else 0",
        "((list(range(k)) + list(range(k - 2, 0, -1))) * (len(text) + 1))[: len(text)]",
    ),
    (
        (
            "the first character goes to row 0, the next to row 1, and so on to row k - 1; the next k "
            "characters go to the rows k - 1, k - 2, ..., 0, then down again, and so on"
        ),
        "row = i % k if i // k % 2 == 0 else k - 1 - i % k",
        "((list(range(k)) + list(range(k))[::-1]) * (len(text) + 1))[: len(text)]",
    ),
    (
        (
            "the first character goes to row 0, the next two to row 1, the next three to row 2, and so "
            "on; the row after row k - 1 is row 0 again, but the groups keep growing by one character"
        ),
        "row = next(g for g in range(i + 1) if (g + 1) * (g + 2) // 2 > i) % k",
        "[g % k for g in range(len(text)) for _ in range(g + 1)]",
    ),
    (
        "k characters go to row 0, the next k to row 1, and so on; after row k - 1 comes row 0 again",
        "row = i // k % k",
        "[row for _ in range(len(text)) for row in range(k) for _ in range(k)]",
    ),
)
_ORDERS = (
    ("from row 0 to row k - 1", "rails", "range(k)"),
    ("from row k - 1 to row 0", "rails[::-1]", "reversed(range(k))"),
    (
        "first those with odd, then those with even numbers (each group in increasing order)",
        "rails[1::2] + rails[::2]",
        "sorted(range(k), key=lambda r: -(r % 2))",
    ),
)
_CHANGES = (
    ("", "", "part + text[place]"),
    (
        "Then reverse each row. ",
        "    rails = [rail[::-1] for rail in rails]\n",
        "text[place] + part",
    ),
    (
        "Then reverse each row with an odd number. ",
        "    rails = [rail[::-1] if row % 2 else rail for row, rail in enumerate(rails)]\n",
        "text[place] + part if wanted % 2 else part + text[place]",
    ),
)


class RailCipher(Template):
    """Distribute the characters of a text over rows and read the rows."""

    name: ClassVar[str] = "rail_cipher"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the way through the rows, what happens to them, and their order."""
        words, rail, rows = rng.choice((_RAILS[0], _RAILS[4]) if difficulty < 0.2 else _RAILS)
        order_words, order, numbers = rng.choice(_ORDERS)
        change_words, change, add = rng.choice(_CHANGES[:1] if difficulty < 0.1 else _CHANGES)
        sep = rng.choice(("", "", "|", " "))
        between = f"with `{sep}` between neighbouring rows, empty ones too" if sep == "|" else ""
        between = (
            "with one space between neighbouring rows, empty ones too" if sep == " " else between
        )
        return self.problem(
            entry="rearrange",
            parameters=(("text", "str"), ("k", "int")),
            returns="str",
            statement=(
                f"Distribute the characters of `text`, from left to right, over k rows (k is at least "
                f"1), which are empty at first and numbered from 0 to k - 1: {words}. A row holds its "
                f"characters in the order in which they came. {change_words}Return the rows put "
                f"together {order_words}, {between or 'without anything between them'}."
            ),
            source=_SOURCE_RAILS.substitute(rail=rail, change=change, sep=sep, order=order),
            second=_SECOND_RAILS.substitute(rows=rows, numbers=numbers, add=add, sep=sep),
            inputs=_rail_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _rail_inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [["abcdefgh", 3], ["ABCDEFG", 2], ["good morning", 4]]
    given += [["", 2], ["x", 1], ["x", 3], ["abc", 1], ["ab", 5], ["abcd", 4], ["a b c", 2]]
    for _ in range(30):
        length = rng.randint(3, 15 + int(40 * difficulty))
        text = "".join(rng.choice("abcdefghijklmnop XYZ") for _ in range(length))
        given.append([text, rng.randint(1, 7)])
    return [*given, ["abcdefghijklmnopqrstuvwxyz", 5], ["abcdefghijklmnopqrstuvwxyz", 3]]
