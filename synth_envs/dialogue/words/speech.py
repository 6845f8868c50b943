"""What all that speak share: choosing among paraphrases, articles, lists, and the words for slots and tools."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from synth_envs.dialogue.spec import DomainSpec, Tool
from synth_envs.dialogue.values import slot_of
from synth_envs.seeding import mix64_of

__all__ = [
    "an",
    "chosen",
    "done_words",
    "draw",
    "filled",
    "is_or_are",
    "joined",
    "mended",
    "noun_of",
    "sentence",
    "tool_words",
    "unit",
]

T = TypeVar("T")
_UNIT = 2.0**-64

#: Beginnings that are spelt with a vowel and spoken with a consonant, and the other way round.
_LIKE_CONSONANT = ("uni", "use", "usa", "usu", "eu", "one", "once", "ut", "ub")
_LIKE_VOWEL = ("hour", "honest", "honour", "heir")
#: What begins the names of flags in schemas: "has wifi".
_HAS = re.compile(r"^(?:has|have|is|offers) (?=\w)")
_ARTICLE = re.compile(r"\b([Aa])n? (?=([\w-]+))")

#: Fields that no slot says, in words.
_FIELDS = {
    "amount": "amount", "paid": "amount paid", "fee": "fee", "status": "status", "price": "price", "name": "name",
    "tier": "customer tier", "age": "age in days", "notice": "days of notice",
    "weekday": "day of the week", "stock": "stock", "created": "day it was made", "limit": "limit", "offset": "offset",
}  # fmt: skip

_PARTICIPLES = {
    "begin": "begun", "bring": "brought", "buy": "bought", "do": "done", "drive": "driven", "get": "got", "give": "given",
    "have": "had", "hold": "held", "keep": "kept", "leave": "left", "lend": "lent", "let": "let", "make": "made",
    "pay": "paid", "put": "put", "sell": "sold", "send": "sent", "set": "set", "take": "taken", "tell": "told",
    "cancel": "cancelled", "drop": "dropped", "find": "found", "stop": "stopped", "swap": "swapped", "transfer": "transferred",
}  # fmt: skip


def draw(key: int, turn: int, purpose: int, place: int = 0) -> int:
    """Return 64 random bits that depend on nothing but these four numbers."""
    return mix64_of(mix64_of(mix64_of(key, turn), purpose), place)


def unit(key: int, turn: int, purpose: int, place: int = 0) -> float:
    """Return a number in [0, 1), as `draw`."""
    return draw(key, turn, purpose, place) * _UNIT


def chosen(bank: Sequence[T], key: int, turn: int, purpose: int, place: int = 0) -> T:
    """Return one of some paraphrases."""
    return bank[draw(key, turn, purpose, place) % len(bank)]


def an(words: str) -> str:
    """Put the article before a noun.

    >>> an("order"), an("berth"), an("hour"), an("used car")
    ('an order', 'a berth', 'an hour', 'a used car')
    """
    first = words.lower()
    vowel = first[:1] in set("aeiou") and not first.startswith(_LIKE_CONSONANT)
    return f"a{'n' if vowel or first.startswith(_LIKE_VOWEL) else ''} {words}"


@lru_cache(maxsize=4096)
def mended(words: str) -> str:
    """Return words with every article as the next word has it; for templates, not for values."""
    return _ARTICLE.sub(
        lambda found: found.group(1) + an(found.group(2))[1:].partition(" ")[0] + " ", words
    )


def joined(parts: Sequence[str], word: str = "and") -> str:
    """Join some parts into a list.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def sentence(words: str, end: str = ".") -> str:
    """Return words as a sentence: its first letter a capital, and an end if it has none."""
    words = words.strip()
    if not words:
        return ""
    words = words[0].upper() + words[1:]
    return words if words[-1] in ".?!" else words + end


def noun_of(spec: DomainSpec, name: str) -> str:
    """Return what people call an argument or a field: "day", "booking number", "fee", "step-free access"."""
    short = name.rpartition(".")[2]
    if short == "record_id":
        return f"{spec.nouns['record']} number"
    if short == "customer_id":
        return "customer number"
    if short in ("entity_id", "entity"):
        return spec.nouns["entity"]
    declared = spec.by_slot.get(short)
    if declared is None:
        return _FIELDS.get(short, slot_of(spec, name).words[0])
    words = declared.words
    if declared.kind == "int":
        return next((one for one in words if one.startswith("number ")), words[0])
    if declared.kind == "bool":
        noun = next((one for one in words if " " in one and "allowed" not in one), words[0])
        return _HAS.sub("", noun.removesuffix(" allowed"))
    return words[0]


def is_or_are(noun: str) -> str:
    """Return the verb of a noun.

    >>> is_or_are("screens"), is_or_are("excess"), is_or_are("number of people")
    ('are', 'is', 'is')
    """
    return "are" if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else "is"


@lru_cache(maxsize=4096)
def tool_words(tool: Tool, place: int = 0, *, agent: bool = False) -> str:
    """Return what a tool does, as a verb phrase.

    Args:
        tool: The tool.
        place: Which paraphrase, modulo how many there are.
        agent: Whether the agent says it: "my" becomes "your", and what is the customer's is "the".
    """
    words = mended(tool.words[place % len(tool.words)])
    if not agent:
        return words
    words = re.sub(r"\bmy\b", "your", words)
    if words.startswith("switch to "):
        return "switch you to " + words.removeprefix("switch to ")
    if words.startswith("get another "):
        return "get you another " + words.removeprefix("get another ")
    if tool.kind in ("update", "cancel", "refund", "exchange", "get", "quote"):
        return re.sub(r"^(\w+(?: (?:off|up|out|in))?) an? (?!different)", r"\1 the ", words)
    return words


def done_words(tool: Tool) -> str:
    """Return what an agent has done: "cancelled the booking"."""
    verb, _, rest = tool_words(tool, agent=True).partition(" ")
    if verb in _PARTICIPLES:
        past = _PARTICIPLES[verb]
    elif verb.endswith("e"):
        past = f"{verb}d"
    elif len(verb) > 1 and verb.endswith("y") and verb[-2] not in "aeiou":
        past = f"{verb[:-1]}ied"
    else:
        past = f"{verb}ed"
    return f"{past} {rest}".strip()


def filled(template: str, words: Mapping[str, str]) -> str:
    """Fill a template's names in braces, in one pass: braces in a value stay what they are."""
    first, *rest = template.split("{")
    found = [first]
    for part in rest:
        name, _, after = part.partition("}")
        found += [words[name], after]
    return "".join(found)
