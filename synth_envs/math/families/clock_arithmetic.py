"""Arithmetic on clock times, days and time zones."""

import re
from dataclasses import dataclass

from synth_envs.core import Task
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["ClockArithmetic"]

_DAY = 86_400
_MAX_TEXT = 80
_READING = re.compile(
    r"(?:day ?(?P<before>[+-]?[0-9]{1,3}) ?,? )?(?:at )?"
    r"(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})"
    r"(?: ?,? ?\(?(?:on )?(?:day ?)?(?P<after>[+-]?[0-9]{1,3})(?: days?)?(?: later)?\)?)?"
).fullmatch

# Zones in minutes; those that exist.
_ZONES = (
    -570,
    -480,
    -420,
    -300,
    -210,
    -180,
    -60,
    0,
    60,
    180,
    210,
    270,
    330,
    345,
    480,
    525,
    570,
    765,
)

_PROMPTS = (
    "On day 0, a clock{zone} shows {start}. Go {steps}. What time and which day is it then{other}?",
    "It is {start}{zone} on day 0. Go {steps}. What are the time and the day then{other}?",
    "Take {start}{zone} on day 0 and go {steps}. Give the time and the day{other}.",
)
_FORM = (
    "Day 1 follows day 0 and day -1 precedes it{local}. "
    "Answer with the 24-hour time as HH:MM:SS and the day, such as 07:05:09, day 2."
)
_STEP = re.compile("([0-9]+) h ([0-9]+) min ([0-9]+) s (forward|back)")


@dataclass(frozen=True)
class TimeAndDay:
    """A 24-hour time and the number of a day: "07:05:09, day 2", "7:05:09, 2", "day 2, 07:05:09"."""

    hint: str = "the time and the day, such as 07:05:09, day 2"

    def parse(self, text: str) -> tuple[int, int] | None:
        """The day and the second of the day, or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = " ".join(clean_math(text).lower().split())
        if text[:1] == "(" and text[-1:] == ")":
            text = text[1:-1].strip()
        match = _READING(text)
        if match is None or (match["before"] is None) == (match["after"] is None):
            return None
        hour, minute, second = int(match["h"]), int(match["m"]), int(match["s"])
        if hour > 23 or minute > 59 or second > 59:
            return None
        return int(match["before"] or match["after"]), hour * 3600 + minute * 60 + second


class ClockArithmetic(MathFamily):
    """Add and subtract durations from a time of day, later between two time zones.

    Difficulty sets the number of durations (1 to 4) and their size (up to 30 to 99 hours); from
    difficulty 0.4 on the clock that is asked for stands in another time zone.
    """

    family = "clock_arithmetic"
    group = "arithmetic"
    answer = TimeAndDay()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Count in seconds since midnight of day 0."""
        start = rng.randrange(_DAY)
        now = start
        zone = other = ""
        if difficulty >= 0.4:
            here, there = rng.sample(_ZONES, 2)
            zone, other = f" at {_zone(here)}", f" at {_zone(there)}"
            now += 60 * (there - here)
        steps = []
        hours = 30 + int(69 * difficulty)
        for _ in range(1 + int(3.99 * difficulty)):
            seconds = 3600 + rng.randrange(3600 * hours)
            text = f"{seconds // 3600} h {seconds // 60 % 60} min {seconds % 60} s"
            if rng.randrange(2):
                now += seconds
                steps.append(f"{text} forward")
            else:
                now -= seconds
                steps.append(f"{text} back")
        text = phrasing(_PROMPTS, start, zone, other, *steps).format(
            start=_clock(start), zone=zone, other=other, steps=", then ".join(steps)
        )
        answer = f"{_clock(now % _DAY)}, day {now // _DAY}"
        form = _FORM.format(local=", by the local date at each place" if zone else "")
        return Task(self.family, f"{text} {form}", answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Carry seconds into minutes, minutes into hours and hours into days."""
        question = prompt.partition(" Day 1 follows")[0]
        hour, minute, second = map(int, re.findall("([0-9]{2}):([0-9]{2}):([0-9]{2})", question)[0])
        zones = re.findall("UTC([+-])([0-9]{2}):([0-9]{2})", question)
        if len(zones) != question.count("UTC"):
            msg = "cannot read the time zones"
            raise ValueError(msg)
        for (sign, h, m), towards in zip(zones, (-1, 1), strict=False):
            step = towards if sign == "+" else -towards
            hour, minute = hour + step * int(h), minute + step * int(m)
        for h, m, s, way in _STEP.findall(question):
            step = 1 if way == "forward" else -1
            hour, minute, second = (
                hour + step * int(h),
                minute + step * int(m),
                second + step * int(s),
            )
        minute, second = minute + second // 60, second % 60
        hour, minute = hour + minute // 60, minute % 60
        return f"{hour % 24:02d}:{minute:02d}:{second:02d}, day {hour // 24}"

    def cheats(self, task: Task) -> list[str]:
        """One part only, a time past midnight, the day or a second missed, or two days offered."""
        time, day_text = self.oracle(task).split(", ")
        day = int(day_text.removeprefix("day "))
        hour, minute, second = map(int, time.split(":"))
        return [
            time,
            day_text,
            f"{time}, day {day + 1}",
            f"{hour + 24}:{minute:02d}:{second:02d}, day {day - 1}",
            f"{hour:02d}:{minute:02d}, day {day}",
            f"{hour:02d}:{minute:02d}:{(second + 1) % 60:02d}, day {day}",
            f"day {day}, {time}, day {day + 1}",
            f"{time}, day {day} or {day + 1}",
        ]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _zone(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
