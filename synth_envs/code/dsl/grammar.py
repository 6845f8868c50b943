"""English: verbs that agree, negations, lists of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

__all__ = ["article", "capital", "joined", "negated", "plural", "verbs"]

#: Clauses that say what kind of thing it is.
_KIND = re.compile(r"is (not )?an? ((?:\w+ )?(?:letter|vowel|digit|square))\b")
_PLURAL = {"is": "are", "has": "have", "does": "do", "was": "were"}


@cache
def plural(clause: str) -> str:
    """Return a clause that begins with a verb for several: "is even" gives "are even"."""
    if found := _KIND.match(clause):
        return f"are {found[1] or ''}{found[2]}s{clause[found.end() :]}"
    verb, _, rest = clause.partition(" ")
    return f"{_PLURAL.get(verb) or verb.removesuffix('s')} {rest}"


@cache
def negated(clause: str) -> str:
    """Return the opposite of a clause: "has a digit 3" gives "does not have a digit 3"."""
    verb, _, rest = clause.partition(" ")
    if verb == "is":
        return f"is not {rest}"
    return f"does not {_PLURAL.get(verb) or verb.removesuffix('s')} {rest}"


def joined(parts: Sequence[str], word: str) -> str:
    """Return "a, b and c"."""
    *most, last = parts
    return f"{', '.join(most)} {word} {last}" if most else last


def verbs(clauses: Sequence[str], word: str) -> str:
    """Join clauses that begin with verbs; a verb that all of them share is said once."""
    first = clauses[0].split(" ", 1)[0]
    # "is not even or positive" could be read as denying both.
    if first in {"is", "are", "has", "have"} and not any(
        one.split(" ", 2)[1] == "not" or not one.startswith(first + " ") for one in clauses
    ):
        return first + " " + joined([one.removeprefix(first + " ") for one in clauses], word)
    return joined(clauses, word)


def article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]
