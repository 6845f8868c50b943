"""Values in words, and words read back as values.

Inside, money, dates and times are integers; people say "12.50 euros", "12 March 2025" and "half past two".
`render` says a value of any slot in one of several styles, and `found_values` finds what a text says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

from synth_envs.dialogue.services import TIERS
from synth_envs.dialogue.spec import DomainSpec, Slot

__all__ = ["LONGEST_TEXT", "STYLES", "Found", "found_values", "render", "slot_of"]

#: Kind, value, start and end of what a text says.
Found: TypeAlias = tuple[str, Any, int, int]

#: How many ways there are to say a value of each kind; a style counts modulo this.
STYLES = {
    "category": 1, "ordinal": 1, "bool": 1, "int": 2, "money": 3, "date": 3, "time": 3, "id": 1, "name": 1,
}  # fmt: skip
#: Texts are read up to here.
LONGEST_TEXT = 4000

_EPOCH = date(2024, 1, 1).toordinal()
_LAST = date.max.toordinal() - _EPOCH
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
#: Hours said without "am" or "pm" are of the day: from eight in the morning to a quarter to eight at night.
_FIRST_HOUR = 8

_RECORD_KINDS = {
    "amount": "money", "paid": "money", "fee": "money", "price": "money", "age": "int", "notice": "int", "weekday": "int",
    "limit": "int", "offset": "int", "stock": "int", "name": "name", "entity": "name", "created": "date",
}  # fmt: skip


def slot_of(spec: DomainSpec, name: str) -> Slot:
    """Return the slot of an argument ("day", "amount", "record_id") or a field ("record.fee", "entity.area").

    What the service does not declare is money, a count, a name, a status, a tier or an id by its name.
    """
    short = name.rpartition(".")[2]
    if (slot := spec.by_slot.get(short)) is not None:
        return slot
    words = (short.removesuffix("_id").replace("_", " "),)
    if short in ("status", "tier"):
        return Slot(short, "category", words, spec.statuses if short == "status" else TIERS)
    return Slot(short, _RECORD_KINDS.get(short, "id"), words)


# Values in words.


def render(slot: Slot, value: Any, style: int = 0, today: int | None = None) -> str:
    """Say a value.

    Args:
        slot: What it is a value of; only its kind is looked at.
        value: As `spec.KINDS` has it. A value that its kind has no words for is said as it is written.
        style: Of money 0 "12.50 euros", 1 "€12.50", 2 "12.50"; of dates 0 "12 March 2025", 1 "March 12, 2025",
            2 "2025-03-12"; of times 0 "14:30", 1 "2:30 pm", 2 "half past two"; of numbers 0 "4", 1 "four".
        today: The day, since 2024-01-01. If it is given, style 1 leaves out the year of a date of the 12
            months from then on: "March 12".
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    style %= STYLES.get(slot.kind, 1)
    if isinstance(value, int) and slot.kind in _SAID:
        return _SAID[slot.kind](value, style, today)
    if slot.kind in ("category", "ordinal"):
        return str(value).replace("_", " ")
    return str(value)


def _money(value: int, style: int, _: int | None) -> str:
    sign, (whole, cents) = "-" if value < 0 else "", divmod(abs(value), 100)
    amount = f"{sign}{whole}.{cents:02d}"
    if style == 0:
        return f"{amount if cents else f'{sign}{whole}'} euro{'' if abs(value) == 100 else 's'}"
    return f"{sign}€{whole}.{cents:02d}" if style == 1 else amount


def _date(value: int, style: int, today: int | None) -> str:
    if not -_EPOCH < value <= _LAST:
        return str(value)
    day = date.fromordinal(_EPOCH + value)
    month = _MONTHS[day.month - 1]
    if style == 0:
        return f"{day.day} {month} {day.year:04d}"
    if style == 2:
        return day.isoformat()
    near = today is not None and _next(today, day.month, day.day) == value
    return f"{month} {day.day}" if near else f"{month} {day.day}, {day.year:04d}"


def _time(value: int, style: int, _: int | None) -> str:
    if not 0 <= value < 24 * 60:
        return str(value)
    hour, minute = divmod(value, 60)
    if style == 0:
        return f"{hour:02d}:{minute:02d}"
    if style == 2 and minute % 15 == 0:
        return _spoken(value)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'am' if hour < 12 else 'pm'}"


def _spoken(value: int) -> str:
    """Say a quarter of an hour, with the part of the day where it might be taken for the other half's."""
    hour, minute = divmod(value, 60)
    said = (hour + (minute == 45) - 1) % 12 + 1
    word = _ONES[said]
    text = {
        0: f"{word} o'clock",
        15: f"quarter past {word}",
        30: f"half past {word}",
        45: f"quarter to {word}",
    }[minute]
    # Outside, half of those who hear it would ask which half of the day.
    if 9 * 60 <= value < 19 * 60:
        return text
    return f"{text} in the {'morning' if hour < 12 else 'evening'}"


def _number(value: int, style: int, _: int | None) -> str:
    return _in_words(value) if style == 1 and 0 <= value < 100 else str(value)


def _in_words(value: int) -> str:
    if value < 20:
        return _ONES[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


_SAID: dict[str, Callable[[int, int, int | None], str]] = {
    "money": _money,
    "date": _date,
    "time": _time,
    "int": _number,
}


# Words read back.

_UNITS = "|".join(_ONES[1:10])
_NUMBER_WORD = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{_UNITS})\b)?|{'|'.join(sorted(_ONES, key=len, reverse=True))}"
_SPOKEN_HOUR = "|".join(sorted(_ONES[1:13], key=len, reverse=True))
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in map(str.lower, _MONTHS)) + "|sept"
_HALF = r"(?:\s?[ap]\.?m\b\.?|\sin\sthe\s(?:morning|afternoon|evening)|\sat\snight)"

_HALF_OF = re.compile(_HALF)

#: One pattern for everything: at a place the first that fits is taken, so the longer forms come first.
_VALUE = re.compile(
    rf"""(?<![\w@])(?<!\d\.)(?:
      (?P<email>[a-z0-9_+-][a-z0-9._+-]{{0,63}}@[a-z0-9-]{{1,63}}\.[a-z0-9.-]{{1,63}}[a-z0-9])(?!\w)
    | (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?!\w)
    | (?P<dmy>\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}})(?!\w)
    | (?P<date>\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?:{_MONTH})\.?(?:,?\s\d{{4}})?)(?!\w)
    | (?P<mdy>(?:{_MONTH})\.?\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?)(?!\w|:\d)
    | (?P<relative>tomorrow|(?:(?<=for\s)|(?<=on\s)|(?<=to\s)|(?<=until\s)|(?<=by\s))today)(?!\w)
    | (?P<clock>\d{{1,2}}:\d{{2}}{_HALF}?|\d{{1,2}}(?:\.\d{{2}})?{_HALF}|\d{{1,2}}\so'clock{_HALF}?)(?!\w)
    | (?P<spoken>(?:(?:a\s)?(?:half|quarter)\s(?:past|to)\s(?:{_SPOKEN_HOUR}|\d{{1,2}})(?:\so'clock)?|(?:{_SPOKEN_HOUR})\so'clock){_HALF}?)(?!\w)
    | (?P<noon>noon|midday|midnight)(?!\w)
    | (?P<money>-?[€$£]\s?-?(?:\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,12}})(?:\.\d{{1,2}})?|-?(?:\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,12}})(?:\.\d{{1,2}})?\s?(?:€|euros?|eur|dollars?|usd|pounds?|gbp|cents?)|-?(?:\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,12}})\.\d{{2}})(?![\w%]|\.\d)
    | (?P<id>[a-z]{{1,3}}\d{{3,9}})(?!\w)
    | (?P<int>-?\d{{1,12}})(?:st|nd|rd|th)?(?![\w%]|\.\d)
    | (?P<word>{_NUMBER_WORD})(?!\w)
    | (?P<bool>yes|no|true|false)(?!\w)
    )""",
    re.VERBOSE,
)


def found_values(text: str, today: int | None = None, slots: Iterable[Slot] = ()) -> list[Found]:
    """Find the values that a text says, from left to right; none overlap but those of slots.

    Args:
        text: Read up to `LONGEST_TEXT` characters.
        today: The day, since 2024-01-01: dates without a year are of the 12 months from then on. Without it
            they are not found.
        slots: Slots whose `values` are looked for as well, underscores as spaces; their kind is the slot's, and
            they may cover what is found otherwise ("two" is a number as well as a value).

    Returns:
        (kind, value, start, end): "money" in minor units, "date", "time" in minutes, "int", "id" (letters in
        capitals but for e-mail addresses), "bool", "category" and "ordinal".
    """
    text = _lower(text[:LONGEST_TEXT])
    found: list[Found] = []
    for match in _VALUE.finditer(text):
        name = match.lastgroup
        if name is None:  # pragma: no cover - every alternative is named
            continue
        value = _READ[name](match.group(name), today)
        if value is not None:
            found.append((_KIND.get(name, name), value, match.start(), match.end()))
    for slot in slots:
        for value, pattern in _patterns(slot):
            found += [(slot.kind, value, m.start(), m.end()) for m in pattern.finditer(text)]
    return sorted(found, key=_place)


def _lower(text: str) -> str:
    """Return a text in small letters, of the same length: a few letters have longer ones."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _place(one: Found) -> tuple[int, int]:
    return one[2], -one[3]


@lru_cache(maxsize=1024)
def _patterns(slot: Slot) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (
            value,
            re.compile(rf"(?<!\w){re.escape(_lower(value.replace('_', ' ')))}(?!\w)"),
        )
        for value in slot.values
        if value
    )


_MONTH_OF = {name[:3].lower(): number for number, name in enumerate(_MONTHS, 1)}
_KIND = {
    "email": "id", "iso": "date", "dmy": "date", "mdy": "date", "relative": "date", "clock": "time", "spoken": "time",
    "noon": "time", "word": "int",
}  # fmt: skip
_WORD_VALUES = {_in_words(value): value for value in range(100)}


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None


def _next(today: int, month: int, day: int) -> int | None:
    """Return the first such day from today on, within 12 months; leap days only where there is one."""
    if not -_EPOCH < today <= _LAST:
        return None
    year = date.fromordinal(_EPOCH + today).year
    for one in (year, year + 1):
        found = _day(one, month, day)
        if found is not None and found >= today:
            return found
    return None


def _read_iso(text: str, _: int | None) -> int | None:
    year, month, day = (int(part) for part in text.split("-"))
    return _day(year, month, day)


def _read_dmy(text: str, _: int | None) -> int | None:
    first, second, year = (int(part) for part in re.split(r"[/.]", text))
    if first > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else None  # either could be the month


def _read_date(text: str, today: int | None) -> int | None:
    month = next(
        (_MONTH_OF[w[:3]] for w in re.findall(r"[a-z]{3,}", text) if w[:3] in _MONTH_OF), 0
    )
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    if len(numbers) == 2:
        return _day(numbers[1], month, numbers[0])
    return None if today is None else _next(today, month, numbers[0])


def _read_relative(text: str, today: int | None) -> int | None:
    return None if today is None else today + (text == "tomorrow")


def _clock(hour: int, minute: int, half: str) -> int | None:
    """Return the minute of the day that is meant by an hour of a watch; `half` says which half of the day."""
    if not 1 <= hour <= 12:
        return None
    hour %= 12
    value = 60 * hour - 15 if minute == 45 else 60 * hour + minute
    if half:
        return (value % 720) + 720 * (half == "pm")
    # A quarter to eight is of the evening, eight of the morning.
    value %= 720
    return value if value >= 60 * _FIRST_HOUR else value + 720


def _half(text: str) -> tuple[str, str]:
    """Return a time's text without its half of the day, and the half: "am", "pm" or ""."""
    found = _HALF_OF.search(text)
    if found is None:
        return text, ""
    said = found.group().lstrip()
    return text[: found.start()], "am" if said.startswith(("am", "a.m")) or "morning" in said else "pm"  # fmt: skip


def _read_clock(text: str, _: int | None) -> int | None:
    text, half = _half(text)
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if minute > 59 or hour > 23 or (half == "am" and hour > 12):
        return None
    if half and 1 <= hour <= 12:
        return (hour % 12) * 60 + minute + 720 * (half == "pm")
    if len(numbers) == 1 and not half and hour <= 12:
        return _clock(hour, 0, "")
    return 60 * hour + minute


def _read_spoken(text: str, _: int | None) -> int | None:
    text, half = _half(text)
    words = text.split()
    said = next(
        (w for w in reversed(words) if w.isdigit() or (w in _WORD_VALUES and w != "quarter")), ""
    )
    hour = int(said) if said.isdigit() else _WORD_VALUES.get(said, 0)
    minute = (
        30 if "half" in words else 0 if "quarter" not in words else 15 if "past" in words else 45
    )
    if minute == 30 and "to" in words:
        return None
    return _clock(hour, minute, half)


def _read_noon(text: str, _: int | None) -> int:
    return 0 if text == "midnight" else 720


def _read_money(text: str, _: int | None) -> int:
    digits = re.sub(r"[^\d.]", "", text).rstrip(".")
    whole, _dot, cents = digits.partition(".")
    value = 100 * int(whole) + int((cents + "00")[:2])
    if "cent" in text:
        value = round(value / 100)
    return -value if "-" in text else value


def _read_id(text: str, _: int | None) -> str:
    return text.upper()


def _read_int(text: str, _: int | None) -> int:
    return int(text)


def _read_word(text: str, _: int | None) -> int | None:
    return _WORD_VALUES.get(text.replace(" ", "-"))


def _read_email(text: str, _: int | None) -> str:
    return text


def _read_bool(text: str, _: int | None) -> bool:
    return text in ("yes", "true")


_READ: dict[str, Callable[[str, int | None], Any]] = {
    "email": _read_email, "iso": _read_iso, "dmy": _read_dmy, "date": _read_date, "mdy": _read_date,
    "relative": _read_relative, "clock": _read_clock, "spoken": _read_spoken, "noon": _read_noon, "money": _read_money,
    "id": _read_id, "int": _read_int, "word": _read_word, "bool": _read_bool,
}  # fmt: skip
