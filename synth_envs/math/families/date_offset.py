"""Calendar arithmetic."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from synth_envs.core import Task
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["DateOffset"]

_MAX_TEXT = 120
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = re.compile(
    r"\b(?:(mon)(?:day)?|(tue)(?:s|sday)?|(wed)(?:nesday)?|(thu)(?:r|rs|rsday)?"
    r"|(fri)(?:day)?|(sat)(?:urday)?|(sun)(?:day)?)\b\.?"
)
_FILLER = re.compile(
    r"\b(?:the|date|weekday|day|is|it|on|and|a|an|of)\b|(?<=[0-9])(?:st|nd|rd|th)\b|[,;:()]"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})").fullmatch
_DAY_FIRST = re.compile(r"([0-9]{1,2})[ -]([a-z]{3,9})\.?[ -]([0-9]{4})").fullmatch
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2}) ([0-9]{4})").fullmatch

_PROMPTS = (
    "Start from {start} and go {steps}. Which date do you reach, and which day of the week is it?",
    "A time traveller sets out on {start} and goes {steps}. Name the date of arrival and its weekday.",
    "Take the date {start}. Move it {steps}. What are the new date and its day of the week?",
)
_FORM = (
    "Use the Gregorian calendar. Give the date as YYYY-MM-DD and the weekday, separated by a comma."
)
_STEP = re.compile("([0-9]+) (month|week|day)s (forward|back)")


@dataclass(frozen=True)
class DateAndWeekday:
    """A date and its weekday: "2024-03-05, Tuesday", "Tue, 5 March 2024", "March 5, 2024 (Tuesday)".

    Only spellings that cannot be misunderstood: 03/05/2024 is refused.
    """

    hint: str = "the date and the weekday, such as 2000-01-31, Monday"

    def parse(self, text: str) -> tuple[date, int] | None:
        """The date and the number of the weekday (Monday is 0), or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = clean_math(text).lower().replace("\u2011", "-")
        weekdays = list(_WEEKDAY.finditer(text))
        if len(weekdays) != 1:
            return None
        found = weekdays[0]
        text = f"{text[: found.start()]} {text[found.end() :]}"
        day = _read_date(" ".join(_FILLER.sub(" ", text).split()))
        weekday = next(i for i, group in enumerate(found.groups()) if group)
        return None if day is None else (day, weekday)


class DateOffset(MathFamily):
    """Step forward and back from a date; give the date reached and its weekday.

    Difficulty sets the number of steps (1 to 6). Steps are days (10 to 400, up to 3400) and weeks (2 to 60);
    from two steps on the first may be in months (2 to 30), from a day that every month has.
    """

    family = "date_offset"
    group = "arithmetic"
    answer = DateAndWeekday()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Count with day ordinals."""
        start = date(1900 + rng.randrange(200), 1 + rng.randrange(12), 1 + rng.randrange(28))
        count = 1 + int(5.99 * difficulty)
        steps = []
        day = start
        for i in range(count):
            back = rng.randrange(2)
            way = "back" if back else "forward"
            if count > 1 and i == 0 and rng.randrange(2):
                months = 2 + rng.randrange(29)
                total = day.year * 12 + day.month - 1 + (-months if back else months)
                day = date(total // 12, total % 12 + 1, day.day)
                steps.append(f"{months} months {way} (to the same day of the month)")
                continue
            if rng.randrange(3):
                amount = 10 + rng.randrange(391 + int(3000 * difficulty))
                steps.append(f"{amount} days {way}")
            else:
                amount = 2 + rng.randrange(59)
                steps.append(f"{amount} weeks {way}")
                amount *= 7
            day += timedelta(-amount if back else amount)
        prompt = phrasing(_PROMPTS, str(start), *steps).format(
            start=start, steps=", then ".join(steps)
        )
        answer = f"{day}, {_WEEKDAYS[day.weekday()]}"
        return Task(self.family, f"{prompt} {_FORM}", answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Walk from month to month with the lengths of months; Sakamoto's rule for the weekday."""
        found = re.findall("([0-9]{4})-([0-9]{2})-([0-9]{2})", prompt)
        year, month, day = map(int, found[0])
        if not (1 <= month <= 12 and 1 <= day <= _month_length(year, month)):
            msg = f"no such date: {found[0]}"
            raise ValueError(msg)
        for amount, unit, way in _STEP.findall(prompt):
            step = int(amount) if way == "forward" else -int(amount)
            if unit == "month":
                year, month = year + (month - 1 + step) // 12, (month - 1 + step) % 12 + 1
                continue
            day += step * (7 if unit == "week" else 1)
            while day < 1:
                year, month = (year, month - 1) if month > 1 else (year - 1, 12)
                day += _month_length(year, month)
            while day > _month_length(year, month):
                day -= _month_length(year, month)
                year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        y = year - 1 if month < 3 else year
        shift = (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)[month - 1]
        weekday = (y + y // 4 - y // 100 + y // 400 + shift + day + 6) % 7
        return f"{year:04d}-{month:02d}-{day:02d}, {_WEEKDAYS[weekday]}"

    def cheats(self, task: Task) -> list[str]:
        """One part only, every weekday, a day too many, or a date that can be read two ways."""
        text, weekday = self.oracle(task).split(", ")
        day = date.fromisoformat(text)
        after = day + timedelta(1)
        other = _WEEKDAYS[after.weekday()]
        wrong = [text, weekday, f"{text}, {', '.join(_WEEKDAYS)}", f"{text}, {weekday} or {other}"]
        wrong += [f"{text}, {other}", f"{after}, {weekday}", f"{after}, {other}"]
        return [
            *wrong,
            f"{day:%m/%d/%Y}, {weekday}",
            f"{day:%d.%m.%Y}, {weekday}",
            f"{text[:7]}, {weekday}",
        ]


def _read_date(text: str) -> date | None:
    if match := _YEAR_FIRST(text):
        year, month, day = match[1], int(match[3]), match[4]
    elif match := _DAY_FIRST(text):
        year, month, day = match[3], _month(match[2]), match[1]
    elif match := _MONTH_FIRST(text):
        year, month, day = match[3], _month(match[1]), match[2]
    else:
        return None
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None


def _month(name: str) -> int:
    """The number of a month named in full or by at least three letters, or 0."""
    return next((i for i, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)


def _month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
