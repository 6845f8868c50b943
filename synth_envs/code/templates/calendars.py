"""Dates in calendars that do not exist."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["StrangeCalendar"]

#: Which years have a leap day: text, condition of the reference, and of the other program.
_LEAPS = (
    ("", "", "False"),
    (
        "In years whose number is a multiple of $k, month $m has one more day.",
        "year % $k == 0",
        "not year % $k",
    ),
    (
        "In years whose number is a multiple of $k but not of $c, month $m has one more day.",
        "year % $k == 0 and year % $c != 0",
        "year in range(0, year + 1, $k) and year not in range(0, year + 1, $c)",
    ),
    (
        "In the years $first, $second, $third and so on, always $k years later, month $m has one more day.",
        "year % $k == $first",
        "(year + $k - $first) / $k == (year + $k - $first) // $k",
    ),
)
#: Forms of a date: text, how it is read in the reference, how it is written there, order of year,
#: month and day in it, separator.
_FORMS = (
    ("Y-M-D", "-", "ymd"),
    ("D.M.Y", ".", "dmy"),
    ("M/D/Y", "/", "mdy"),
)
#: What is asked: text, parameters, type, lines of the reference, lines of the other program.
_ASKED = (
    (
        "Return the date `n` days after `date`, or -n days before it if `n` is negative (this is never before the first day of year 1).",
        "str",
        "    return written(*date_of(number_of(date) + n))",
        "    place = position(date)\n    return days(place + n)[place + n]",
    ),
    (
        "Return [the day of the week of the date `n` days after `date`, the number of that day in its year, counted from 1]. `n` is at least 0.",
        "list[int]",
        """\
    number = number_of(date) + n
    year, _, _ = date_of(number)
    return [number % WEEK, number - number_of(written(year, 1, 1)) + 1]""",
        """\
    place = position(date) + n
    all_days = days(place)
    same = [one for one in all_days[: place + 1] if year_of(one) == year_of(all_days[place])]
    return [place - place // WEEK * WEEK, len(same)]""",
    ),
    (
        "Return the list of the first `n` dates after `date` (not `date` itself) that are the last day of their month. `n` is at least 0.",
        "list[str]",
        """\
    year, month, day = parsed(date)
    if day == month_length(year, month):
        year, month = following(year, month)
    found = []
    while len(found) < n:
        found.append(written(year, month, month_length(year, month)))
        year, month = following(year, month)
    return found""",
        """\
    found, place = [], position(date) + 1
    all_days = days(place + 31 * n + 31)
    while len(found) < n:
        if parts_of(all_days[place + 1])[0] == 1:
            found.append(all_days[place])
        place += 1
    return found""",
    ),
    (
        "Return [the number of dates after `date` and not more than `n` days after it that are the first day of a month, the number of dates among them whose day of the week is 0]. `n` is at least 0.",
        "list[int]",
        """\
    start = number_of(date)
    firsts = [number for number in range(start + 1, start + n + 1) if date_of(number)[2] == 1]
    return [len(firsts), sum(number % WEEK == 0 for number in firsts)]""",
        """\
    place = position(date)
    firsts = [i for i, one in enumerate(days(place + n)[: place + n + 1]) if i > place and parts_of(one)[0] == 1]
    return [len(firsts), len([i for i in firsts if i in range(0, i + 1, WEEK)])]""",
    ),
    (
        "Return the first date after `date` (not `date` itself) that is day `n` of its month and has the same day of the week as `date`, or the empty string if there is none up to the end of the second year after the year of `date`. `n` is at least 1.",
        "str",
        """\
    start = number_of(date)
    year, month, _ = parsed(date)
    last = year + 2
    while year <= last:
        if n <= month_length(year, month):
            number = number_of(written(year, month, n))
            if number > start and (number - start) % WEEK == 0:
                return written(year, month, n)
        year, month = following(year, month)
    return \"\"""",
        """\
    place = position(date)
    for one in days(place + 3 * YEAR + 3)[place + WEEK :: WEEK]:
        if year_of(one) > year_of(date) + 2:
            break
        if parts_of(one)[0] == n:
            return one
    return \"\"""",
    ),
)
_SOURCE = Text("""\
MONTHS = $months
WEEK = $week


def parsed(date):
    $names = map(int, date.split("$mark"))
    return year, month, day


def written(year, month, day):
    return f"$layout"


$lengths
def number_of(date):
    year, month, day = parsed(date)
    days = sum(year_length(earlier) for earlier in range(1, year))
    days += sum(month_length(year, earlier) for earlier in range(1, month))
    return days + day - 1


def date_of(number):
    year = 1
    while number >= year_length(year):
        number -= year_length(year)
        year += 1
    month = 1
    while number >= month_length(year, month):
        number -= month_length(year, month)
        month += 1
    return year, month, number + 1


def following(year, month):
    return (year, month + 1) if month < len(MONTHS) else (year + 1, 1)


def calendar(date, n):
$answer
""")
_LENGTHS = """\
def is_leap(year):
    return $leap


def month_length(year, month):
    return MONTHS[month - 1] + (month == $m and is_leap(year))


def year_length(year):
    return sum(MONTHS) + is_leap(year)

"""
#: What is simpler without leap years: the texts to replace, and what they become.
_PLAIN = (
    ("sum(year_length(earlier) for earlier in range(1, year))", "(year - 1) * YEAR"),
    ("sum(month_length(year, earlier) for earlier in range(1, month))", "sum(MONTHS[: month - 1])"),
    (
        """\
    year = 1
    while number >= year_length(year):
        number -= year_length(year)
        year += 1
""",
        """\
    year, number = divmod(number, YEAR)
""",
    ),
    ("return year, month, number + 1", "return year + 1, month, number + 1"),
    ("month_length(year, month)", "MONTHS[month - 1]"),
)
_AGAIN = Text("""\
WEEK = $week
YEAR = $total
KNOWN = []


def more_days():
    year = year_of(KNOWN[-1]) + 1 if KNOWN else 1
    for month, length in enumerate($months, 1):
        if month == $m and ($leap):
            length += 1
        for day in range(1, length + 1):
            KNOWN.append("$mark".join(map(str, [$order])))


def days(most):
    while len(KNOWN) <= most:
        more_days()
    return KNOWN


def position(date):
    while date not in KNOWN:
        more_days()
    return KNOWN.index(date)


def parts_of(date):
    parts = [int(part) for part in date.split("$mark")]
    return parts[$day_at], parts[$year_at]


def year_of(date):
    return parts_of(date)[1]


def calendar(date, n):
$answer
""")


class StrangeCalendar(Template):
    """Count days in a calendar with drawn months, leap years and weeks."""

    name: ClassVar[str] = "strange_calendar"
    group: ClassVar[str] = "records and orders"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the months, leap years, the week, how dates are written, and the question."""
        months = [rng.randint(5, 14) for _ in range(rng.randint(3, 5 + int(2 * difficulty)))]
        week = rng.randint(4, 9)
        leap, test, tested = rng.choice(_LEAPS[:2] if difficulty < 0.3 else _LEAPS[1:])
        form, mark, order = rng.choice(_FORMS)
        place = rng.randrange(len(_ASKED)) if difficulty >= 0.2 else rng.randrange(3)
        asked, kind, answer, again = _ASKED[place]
        k = rng.randint(3, 4)
        first = rng.randint(1, k - 1)
        values = {
            "k": k,
            "m": rng.randint(1, len(months)),
            "c": k * 2,
            "first": first,
            "second": first + k,
            "third": first + 2 * k,
        }
        leap, test, tested = (Text(text).substitute(values) for text in (leap, test, tested))
        names = {"y": "year", "m": "month", "d": "day"}
        lengths = Text(_LENGTHS).substitute(values, leap=test) if leap else ""
        source = _SOURCE.substitute(
            months=months,
            week=week,
            names=", ".join(names[one] for one in order),
            mark=mark,
            layout=mark.join("{" + names[one] + "}" for one in order),
            lengths=lengths,
            answer=answer,
        )
        if not leap:
            for old, new in _PLAIN:
                source = source.replace(old, new)
            source = source.replace("\n\n\n\n", "\n\n\n")
        uses_week = "WEEK" in answer
        if not uses_week:
            source = source.replace(f"WEEK = {week}\n", "", 1)
        source = _without_unused(source)
        if "YEAR" in source:
            source = source.replace("\n\n\n", "\nYEAR = sum(MONTHS)\n\n\n", 1)
        second = _AGAIN.substitute(
            values,
            week=week,
            total=sum(months),
            months=months,
            leap=tested,
            mark=mark,
            order=", ".join(names[one] for one in order),
            day_at=order.index("d"),
            year_at=order.index("y"),
            answer=again,
        )
        listed = ", ".join(map(str, months[:-1])) + f" and {months[-1]}"
        weeks = (
            f" A week has {week} days, numbered from 0 to {week - 1}; the first day of year 1 has the day of the week 0, and weeks go on without a break from year to year."
            if uses_week
            else ""
        )
        return self.problem(
            entry="calendar",
            parameters=(("date", "str"), ("n", "int")),
            returns=kind,
            statement=(
                f"In a strange calendar, the year has {len(months)} months, numbered from 1, with {listed} days. {leap}{' ' if leap else ''}Years are numbered from 1, days of a month from 1.{weeks} A date is written as `{form}` "
                f"with the numbers of the day D, the month M and the year Y, without zeros in front, such as `{_date(order, mark, 3, 2, 4)}` for day 4 of month 2 of year 3. {asked}"
            ),
            source=source,
            second=second,
            inputs=_inputs(rng, months, order, mark, place),
            difficulty=difficulty,
        )


def _date(order: str, mark: str, year: int, month: int, day: int) -> str:
    values = {"y": year, "m": month, "d": day}
    return mark.join(str(values[one]) for one in order)


def _without_unused(source: str) -> str:
    """Drop helper functions that nothing calls."""
    parts = source.split("\n\n\n")
    for name in ("date_of", "number_of", "written", "following", "year_length", "is_leap"):
        others = [part for part in parts if not part.startswith(f"def {name}(")]
        if f"{name}(" not in "".join(others):
            parts = others
    return "\n\n\n".join(parts)


def _inputs(
    rng: TaskRandom, months: list[int], order: str, mark: str, place: int
) -> list[list[Json]]:
    total, last = sum(months), len(months)
    sizes = {
        0: (7, -9, 40, 0, 1, -1, total, 3 * total, 5 * total + 2, total // 2),
        1: (0, 7, 40, 1, 2, total - 1, total, 4 * total, 5, total // 2),
        2: (2, 1, 4, 0, 3, last, 2 * last, 5, 1, 6),
        3: (20, 3, 50, 0, 1, total, 3 * total, 30, 10, total // 2),
        4: (3, 1, 5, 2, 4, max(months), max(months) + 1, min(months), 15, 6),
    }[place]
    given: list[list[Json]] = [
        [_date(order, mark, 2, 1, 3), sizes[0]],
        [_date(order, mark, 4, last, 5), sizes[1]],
        [_date(order, mark, 3, 2, 1), sizes[2]],
    ]
    for year in range(1, 9):
        for month, day in ((last, months[-1]), (1, 1)):
            size = rng.choice(sizes[3:6])
            given.append([_date(order, mark, year, month, day), abs(size) if year == 1 else size])
    for _ in range(30):
        year, month = rng.randint(2, 9), rng.randint(1, last)
        day = rng.choice((1, months[month - 1], rng.randint(1, months[month - 1])))
        size = rng.choice((*sizes, rng.randint(1, 12)))
        if place == 0 and rng.randrange(4) == 0:
            size = -rng.randint(1, total)
        given.append([_date(order, mark, year, month, day), size])
    return given
