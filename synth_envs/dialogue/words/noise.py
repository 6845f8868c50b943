"""Slips of the finger, and values that a speech recogniser takes for others that sound alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from synth_envs.dialogue.acts import UserAct
from synth_envs.dialogue.goals import Persona
from synth_envs.dialogue.spec import DomainSpec, Slot
from synth_envs.dialogue.values import render, slot_of
from synth_envs.dialogue.words.speech import draw, unit

__all__ = ["REPEATS", "noisy", "similarity", "slipped"]

#: The third time that something is said it is heard as it is.
REPEATS = 3

#: Purposes of draws.
_MISS, _PICK, _SURE, _DROP, _SLIP, _WHERE, _HOW = range(64, 71)
#: Alternatives that are listed, at most; of the values misheard, the share that is not heard at all.
_NBEST, _DROPPED = 3, 0.15
#: The longest text and word that are looked at.
_LONGEST, _LONGEST_WORD = 4000, 40

# What sounds alike.

_SOUNDS = (
    ("tion", "sn"), ("ough", "o"), ("sch", "s"), ("tch", "c"), ("ph", "f"), ("gh", "g"), ("ck", "k"), ("ch", "c"), ("sh", "s"),
    ("th", "t"), ("wh", "w"), ("wr", "r"), ("kn", "n"), ("qu", "k"), ("x", "ks"), ("ce", "se"), ("ci", "si"), ("cy", "sy"),
)  # fmt: skip
_CLASSES = str.maketrans("bpfvcgjkqsxzdtlmnryaeiouhw", "11222222222233455600000077")
#: Letters and digits whose names sound alike.
_SPELT = ("BDEGPTVCZ3", "AHJK8", "FSX", "MN", "IY", "QUW", "59", "LR", "07", "26", "14")
_TEENS = {13: 30, 14: 40, 15: 50, 16: 60, 17: 70, 18: 80, 19: 90}
_TEENS |= {ty: teen for teen, ty in _TEENS.items()}
_HOMOPHONES = {"one": "won", "two": "too", "four": "for", "eight": "ate", "six": "sicks", "ten": "tenn", "eleven": "leven"}  # fmt: skip


@lru_cache(maxsize=8192)
def _code(word: str) -> str:
    """Return how a word sounds: classes of consonants, and where vowels are."""
    word = re.sub(r"[^a-z0-9]", "", word.lower())[:_LONGEST_WORD]
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    code = word.translate(_CLASSES)
    return re.sub(r"(.)\1+", r"\1", code)


def _distance(one: str, two: str) -> int:
    """Return how many letters have to be put in, taken out or changed."""
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(two, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


@lru_cache(maxsize=8192)
def similarity(one: str, two: str) -> float:
    """Return how much alike two words sound, in [0, 1]: two parts sound, one part spelling.

    >>> similarity("boot", "boat") > similarity("boot", "trainer")
    True
    """
    one, two = one.lower()[:_LONGEST_WORD], two.lower()[:_LONGEST_WORD]
    sounds = _code(one), _code(two)
    longest = max(map(len, sounds)) or 1
    heard = 1.0 - _distance(*sounds) / longest
    spelt = 1.0 - _distance(one, two) / (max(len(one), len(two)) or 1)
    return (2.0 * heard + spelt) / 3.0


@lru_cache(maxsize=4096)
def _alike(slot: Slot, value: Any) -> tuple[Any, ...]:
    """Return what a value may be taken for, the likeliest first; nothing where nothing sounds like it."""
    if slot.values:
        others = [one for one in slot.values if one != value]
        return tuple(sorted(others, key=lambda one: (-similarity(str(value), one), one))[:_NBEST])
    if isinstance(value, bool) or slot.kind == "name":
        return ()
    if isinstance(value, int):
        found = _numbers(slot, value)
        low, high = (slot.low, slot.high) if slot.high > slot.low else (0, 10**9)
        return tuple(dict.fromkeys(one for one in found if one != value and low <= one <= high))[
            :_NBEST
        ]
    return _spellings(str(value)) if slot.kind == "id" and "@" not in str(value) else ()


def _numbers(slot: Slot, value: int) -> list[int]:
    """Return numbers that sound like one: fifteen and fifty, five and nine, half past two and half past ten."""
    if slot.kind == "date":
        month = render(slot, value).partition(" ")[2]
        near = [value + step for step in (15, -15, 17, -17, 4, -4, 10, -10, 1, -1)]
        return [day for day in near if render(slot, day).partition(" ")[2] == month]
    if slot.kind == "time":
        hour, minute = divmod(value, 60)
        minutes = {15: 50, 50: 15, 30: 13, 13: 30, 40: 14, 45: 15}
        hours = [
            {5: 9, 9: 5, 2: 10, 10: 2}.get(hour % 12, hour % 12) + hour // 12 * 12,
            hour + 1,
            hour - 1,
        ]
        found = [60 * hour + minutes[minute]] if minute in minutes else []
        return [*found, *(60 * one + minute for one in hours)]
    whole, rest = divmod(value, 100) if slot.kind == "money" else (value, 0)
    scale = 100 if slot.kind == "money" else 1
    found = [_TEENS[whole]] if whole in _TEENS else []
    found += [whole - whole % 10 + {5: 9, 9: 5, 6: 2, 2: 6}.get(whole % 10, whole % 10)]
    found += [whole + 1, whole - 1]
    return [scale * one + rest for one in found]


def _spellings(text: str) -> tuple[str, ...]:
    """Return ids with one letter or digit taken for another that sounds alike."""
    found = []
    for place, letter in enumerate(text[:_LONGEST_WORD]):
        for group in _SPELT:
            if letter.upper() not in group:
                continue
            same = [
                one for one in group if one != letter.upper() and one.isdigit() == letter.isdigit()
            ]
            found += [text[:place] + one + text[place + 1 :] for one in same]
    return tuple(found)


# What is heard.


def noisy(
    acts: Sequence[UserAct],
    spec: DomainSpec,
    persona: Persona,
    key: int,
    turn: int,
    counts: Mapping[str, int] | None = None,
) -> list[UserAct]:
    """Return what a speech recogniser makes of a turn of the customer.

    Of each value told it lists what it may have been with confidences, the likeliest first; the value told is
    that one. Now and then a value is not heard at all, but never all that was said.

    Args:
        acts: What the customer does.
        spec: The service.
        persona: `misheard` is the share of values that are taken for another.
        key: Of the draws, in [0, 2**64).
        turn: The turn.
        counts: Of each slot, how often it was told before. What is told the second time is misheard half as
            often, and from the third time on never.
    """
    if persona.misheard <= 0.0:
        return list(acts)
    found = []
    for place, act in enumerate(acts):
        if act.kind not in ("inform", "correct") or act.value is None:
            found.append(act)
            continue
        count = (counts or {}).get(act.slot, 0)
        share = persona.misheard * max(0.0, 1.0 - count / (REPEATS - 1))
        missed = unit(key, turn, _MISS, place) < share
        spared = act.kind == "correct" or (place == len(acts) - 1 and not found)
        if missed and not spared and unit(key, turn, _DROP, place) < _DROPPED:
            continue
        found.append(_heard(act, slot_of(spec, act.slot), share, key, turn, place, missed=missed))
    return found


def _heard(
    act: UserAct, slot: Slot, share: float, key: int, turn: int, place: int, *, missed: bool
) -> UserAct:
    others = list(_alike(slot, act.value))
    if not others or share <= 0.0:
        return replace(act, heard=((act.value, 1.0),))
    if slot.kind == "id":  # many are as likely as each other: begin anywhere
        start = draw(key, turn, _HOW, place) % len(others)
        others = [*others[start:], *others[:start]]
    others = others[: _NBEST - 1]
    # What it is surer of is right more often, but it may be sure of what is wrong.
    sure = unit(key, turn, _SURE, place)
    first = (0.34 + 0.36 * sure) if missed else (0.5 + 0.45 * sure)
    ranked = [act.value, *others]
    if missed:
        wrong = (
            others[draw(key, turn, _PICK, place) % len(others)]
            if unit(key, turn, _WHERE, place) < 0.3
            else others[0]
        )
        ranked = [wrong, act.value, *(one for one in others if one != wrong)]
    rest = (1.0 - first) * 0.9
    shares = [first, rest * 2.0 / 3.0, rest / 3.0] if len(ranked) > 2 else [first, min(rest, first)]
    shares = sorted(shares, reverse=True)
    heard = tuple((value, round(one, 3)) for value, one in zip(ranked, shares, strict=False))
    return replace(act, value=heard[0][0], heard=heard)


# What is typed.

_WORD = re.compile(r"[A-Za-z']+")
_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe",
    "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def slipped(text: str, share: float, key: int, turn: int, count: int = 0) -> str:
    """Return a text with slips of the finger, deterministically.

    A word of four letters or more has a letter left out, doubled, swapped with the next or hit beside its key,
    never the first one; a number word becomes what sounds like it. Digits, ids, addresses and names stay.

    Args:
        text: Cut at 4000 characters.
        share: Of the words, in [0, 1].
        key: Of the draws, in [0, 2**64).
        turn: The turn.
        count: How often this was said before; from the third time on there are no slips, as in `noisy`.
    """
    text = text[:_LONGEST]
    share *= max(0.0, 1.0 - count / (REPEATS - 1))
    if share <= 0.0:
        return text
    parts, last = [], 0
    for place, found in enumerate(_WORD.finditer(text)):
        start, end = found.span()
        if unit(key, turn, _SLIP, place) >= share or _of_code(text, start, end):
            continue
        parts += [
            text[last:start],
            _slip(found.group(), draw(key, turn, _WHERE, place), draw(key, turn, _HOW, place)),
        ]
        last = end
    return "".join((*parts, text[last:]))


def _of_code(text: str, start: int, end: int) -> bool:
    """Return whether letters are part of a name, an id or an address."""
    if text[start].isupper() and start > 1 and text[start - 2] not in ".?!":
        return True  # a name
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    if any(one.isalnum() or one in "@_" for one in around):
        return True
    begin, stop = text.rfind(" ", 0, start) + 1, text.find(" ", end)
    return "@" in text[begin : stop if stop >= 0 else len(text)]


def _slip(word: str, where: int, how: int) -> str:
    if word.lower() in _HOMOPHONES:
        return _HOMOPHONES[word.lower()]
    if len(word) < 4 or "'" in word:
        return word
    k = 1 + where % (len(word) - 2)
    kind = how % 4
    if kind == 0:
        return word[:k] + word[k + 1 :]
    if kind == 1:
        return word[:k] + word[k] + word[k:]
    if kind == 2:
        return word[:k] + word[k + 1] + word[k] + word[k + 2 :]
    near = _NEAR.get(word[k].lower(), word[k])
    return word[:k] + near[(how >> 8) % len(near)] + word[k + 1 :]
