"""Slots from columns of text: their kinds are seen from the values, and values are read by kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

from synth_envs.dialogue.spec import Slot

__all__ = ["ANY", "RESERVED", "UNKNOWN", "cell", "kind_of", "minor", "read", "slot_of", "snake"]

#: Values that leave a slot open.
ANY = frozenset(("", "dontcare", "dont care", "don't care", "do n't care", "not mentioned", "any"))
#: What stands for a value that a database does not have; the honest answer to who asks for it.
UNKNOWN = "unknown"
#: Columns and arguments that every service has; a slot of such a name gets the service's in front.
RESERVED = frozenset((
    "id", "name", "price", "stock", "customer", "entity", "status", "created", "amount", "paid", "fee", "limit", "offset",
    "outcome", "reason_code", "record_id", "customer_id", "entity_id", "tier",
))  # fmt: skip

_MISSING = frozenset(("?", "", "unknown"))  # "None" is a value: no subtitles
_LONGEST = 64
_CATEGORIES = 40
_CLOSE = 0.85
_EPOCH = date(2024, 1, 1).toordinal()
_BOOLS = {"yes": True, "no": False, "true": True, "false": False}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONEY = re.compile(r"[$£]?([0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,9})(?:\.([0-9]{1,2}))?(?: (?:pounds?|dollars?|gbp))?")  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).lower().split())


def snake(name: str, service: str = "") -> str:
    """Return a column's name in lower case with underscores; a reserved one begins with its service.

    >>> snake("leaveAt"), snake("trainID"), snake("entrance fee"), snake("name", "hotel")
    ('leave_at', 'train_id', 'entrance_fee', 'hotel_name')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:_LONGEST])
    plain = re.sub(r"[^a-z0-9]", "_", spaced.lower())
    return f"{service}_{plain}" if service and plain in RESERVED else plain


def minor(text: Any) -> int | None:
    """Return an amount of money in minor units, or None where the text is none.

    >>> minor("23.60 pounds"), minor("$8,238.58"), minor(50.9), minor("free")
    (2360, 823858, 5090, None)
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return round(text * 100)
    found = _MONEY.fullmatch(text.strip().lower()[:_LONGEST]) if isinstance(text, str) else None
    if found is None:
        return None
    whole, cents = found.groups()
    return int(whole.replace(",", "")) * 100 + int((cents or "0").ljust(2, "0"))


def _time(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    return None if found is None else 60 * int(found[1]) + int(found[2])


def _date(text: str) -> int | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups())).toordinal() - _EPOCH
    except ValueError:
        return None


def kind_of(values: Iterable[Any]) -> str:
    """Return the kind, of `spec.KINDS`, that all known values of a column have.

    Few values that come again and again make a category, numbers among them an ordinal; what else is
    text is a "name".
    """
    known = [text for text in map(_text, values) if text not in _MISSING]
    distinct = set(known)
    if not distinct:
        return "name"
    if distinct <= set(_BOOLS):
        return "bool"
    if all(_time(one) is not None for one in distinct):
        return "time"
    if all(_date(one) is not None for one in distinct):
        return "date"
    few = len(distinct) <= _CATEGORIES and 2 * len(distinct) <= len(known)
    if all(one.isdecimal() and len(one) < 9 for one in distinct):
        return "int" if not few else "ordinal"
    if all(minor(one) is not None for one in distinct):
        return "money"
    return "category" if few and max(map(len, distinct)) <= _LONGEST else "name"


def slot_of(name: str, kind: str, values: Iterable[Any] = (), words: tuple[str, ...] = ()) -> Slot:
    """Return a slot of a kind; categories and ordinals list the values, "unknown" last if one is missing."""
    texts = [_text(value) for value in values]
    listed: tuple[str, ...] = ()
    if kind in ("category", "ordinal"):
        known = sorted({one for one in texts if one not in _MISSING}, key=_order)
        listed = (*known, *([UNKNOWN] if any(one in _MISSING for one in texts) else []))
    numbers = [n for n in (_number(kind, one) for one in texts) if n is not None]
    low, high = (min(numbers), max(numbers)) if numbers else (0, 0)
    return Slot(name, kind, words or (name.replace("_", " "),), listed, low, high)


def _order(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdecimal() and len(text) < 9 else (0, text)


def _number(kind: str, text: str) -> int | None:
    if kind == "time":
        return _time(text)
    if kind == "date":
        return _date(text)
    if kind == "money":
        return minor(text)
    return int(text) if kind == "int" and text.isdecimal() and len(text) < 9 else None


def read(slot: Slot, value: Any, known: Iterable[str] = ()) -> Any:
    """Return what a customer wishes for as the slot's kind has it; None where it leaves the slot open.

    Text that is spelt like no known value, but much like one, is taken for that one ("mutliple sports").

    Args:
        slot: What it is a value of.
        value: As a file has it.
        known: Of names: all there are.
    """
    text = _text(value)[:_LONGEST]
    options = slot.values or tuple(known)
    if text in options:
        return text
    if text in ANY:
        return None
    if slot.kind == "bool":
        return _BOOLS.get(text)
    if slot.kind in ("int", "money", "date", "time"):
        return _number(slot.kind, text)
    close = get_close_matches(text, options, 1, _CLOSE)
    return close[0] if close else text


def cell(slot: Slot, value: Any) -> Any:
    """Return what a database has as the slot's kind has it; `UNKNOWN`, or None of numbers, if it is missing."""
    text = _text(value)
    if text not in slot.values and text in _MISSING:
        return UNKNOWN if slot.kind in ("category", "ordinal", "name") else None
    if slot.kind == "name":
        return text
    return read(slot, value)
