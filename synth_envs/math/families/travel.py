"""Word problems about journeys: meeting, catching up and average speed."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import NAMES
from synth_envs.seeding import TaskRandom

__all__ = ["Travel"]

_TOWNS = ("Ashford", "Brook", "Carlow", "Dunmore", "Elton", "Farley", "Glenside", "Hillcrest")
_MODES = (("drives", 48, 12), ("cycles", 12, 5), ("travels", 24, 12))
# The journey, a bar where other facts go, and the question.
_TRIP = (
    "{a} travels from {x} to {y}: {a} {stages}.| How many hours does the whole trip take, stops included, and what is its average speed in km/h, stops included?",
    "On the way from {x} to {y}, {a} {stages}.| Counting stops, what is the duration of this journey in hours, and what is its average speed in km/h?",
    "To get from {x} to {y}, {a} {stages}.| Give the total time in hours, with all stops, and then the average speed in km/h over this total time.",
)
_MEETING = (
    "{y} is {d} km from {x} by road. {a} leaves {x} for {y} and {stages}. {b} sets out from {y} to {x} on the same road {later} after {a} and {drives} at {v} km/h.| How many hours after the start of {a} do they meet, and how many km from {x}?",
    "{a} goes from {x} to {y}, a distance of {d} km. {a} {stages}. {later} after {a} sets out, {b} starts from {y} towards {x} on the same road and {drives} at {v} km/h.| Give the time in hours from the start of {a} until they meet, and the distance in km between {x} and that place.",
    "{x} and {y} are {d} km apart. {a} starts in {x} towards {y} and {stages}. {b} starts {later} later in {y}, comes towards {a} and {drives} at {v} km/h.| How many hours after setting out does {a} meet {b}, and how many km from {x}?",
)
_CHASE = (
    "{a} leaves {x} and {stages}. {b} sets out from {x} in the same direction {later} after {a} and {drives} at {v} km/h.| How many hours after the start of {a} does {b} catch up, and how many km from {x}?",
    "{a} sets out from {x} towards {y} and {stages}. {later} after the start of {a}, {b} follows from {x} and {drives} at {v} km/h.| Give the time in hours from the start of {a} until {b} draws level, which happens before {y}, and the distance in km from {x}.",
    "From {x}, {a} starts for {y}, which is very far away, and {stages}. {b} starts {later} later from the same place, takes the same route and {drives} at {v} km/h.| How many hours after setting out is {a} overtaken, and how many km from {x}?",
)
_ASIDES = (
    " It is {n} degrees outside.",
    " {a} has {n} euros left.",
    " A friend has called {n} times today.",
    " {x} has {n} thousand inhabitants.",
    " It rained for {n} hours yesterday.",
)
_TIME = r"([0-9]+ hours?(?: [0-9]+ minutes)?|[0-9]+ minutes)"
_STAGE = re.compile(
    rf"rests for {_TIME}|for {_TIME} at ([0-9]+) km/h|([0-9]+) km at ([0-9]+) km/h|at ([0-9]+) km/h"
)


class Travel(MathFamily):
    """Find when and where travellers meet, or a trip's duration and average speed, exactly.

    Difficulty sets the number of stages before the last one (0 to 4, or 2 to 7 in a trip) and of
    irrelevant facts (0 to 2).
    """

    family = "travel"
    group = "word problems"
    answer = Numbers(count=2, integers=False, hint="two exact numbers, such as 7/3, 140")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw stages that end after whole kilometres; the rest of the way follows from the gap."""
        kind = rng.randrange(3)
        drives, low, levels = rng.choice(_MODES)
        a, b = rng.sample(NAMES, 2)
        x, y = rng.sample(_TOWNS, 2)
        minutes = way = 0
        hours = Fraction(0)
        stages: list[str] = []
        count = rng.randint(2, 3) + int(4.99 * difficulty) if kind == 0 else int(4.49 * difficulty)
        previous = 0
        for i in range(count):
            choice = rng.randrange(4) if i and previous != 3 and i < count - 1 else rng.randrange(3)
            previous = choice
            speed, span = low + 6 * rng.randrange(levels), 10 * rng.randint(1, 15)
            if choice == 3:
                stages.append(f"rests for {_duration(span)}")
                minutes += span
            elif kind == 0 and choice == 0:
                distance = rng.randint(5, 3 * low)
                stages.append(f"{drives} {distance} km at {speed} km/h")
                way += distance
                hours += Fraction(distance, speed)
            else:
                stages.append(f"{drives} for {_duration(span)} at {speed} km/h")
                way += span * speed // 60
                minutes += span
        values: dict[str, object] = {}
        if kind == 0:
            hours += Fraction(minutes, 60)
            place = Fraction(way) / hours
        else:
            u, v = low + 6 * rng.randrange(levels), low + 6 * rng.randrange(levels)
            if kind == 2 and v <= u:
                v = u + 6 * rng.randint(1, levels)
            later = 10 * rng.randint(1, 12) + (minutes if kind == 2 else 0)
            begin = max(minutes, later)
            here = way + u * (begin - minutes) // 60
            # From minute `begin` on, both move at constant speeds and `gap` km lie between them.
            gap = here if kind == 2 else rng.randint(low, 4 * low)
            values = {
                "d": here + gap + v * (begin - later) // 60,
                "v": v,
                "later": _duration(later),
            }
            rest = Fraction(gap, v - u if kind == 2 else u + v)
            hours, place = Fraction(begin, 60) + rest, here + u * rest
            stages.append(f"{drives} {'the rest of the way ' if stages else ''}at {u} km/h")
        listed = ", then ".join(stages)
        wording = phrasing((_TRIP, _MEETING, _CHASE)[kind], listed, place.numerator)
        story, question = wording.format(
            a=a, b=b, x=x, y=y, stages=listed, drives=drives, **values
        ).split("|")
        asides = [
            aside.format(a=a, x=x, n=rng.randint(5, 30))
            for aside in rng.sample(_ASIDES, int(2.49 * difficulty))
        ]
        prompt = f"{story}{''.join(asides)}{question} Give two exact numbers, separated by a comma."
        return Task(self.family, prompt, f"{hours}, {place}", difficulty)

    def solve(self, prompt: str) -> str:
        """Follow the first traveller stage by stage; look for the other one in each stage."""
        stages: list[tuple[Fraction, int]] = []
        speeds: list[int] = []
        for rest, time, speed, way, pace, last in _STAGE.findall(prompt):
            if last:
                speeds.append(int(last))
            elif way:
                stages.append((Fraction(int(way), int(pace)), int(pace)))
            else:
                stages.append((_hours(rest or time), int(speed or 0)))
        if not speeds:
            total = sum((time for time, _ in stages), Fraction(0))
            return f"{total}, {sum((t * s for t, s in stages), Fraction(0)) / total}"
        u, v = speeds
        later = re.search(rf"{_TIME} after|starts {_TIME} later", prompt)
        start = _hours(later[1] or later[2]) if later else Fraction(0)
        apart = re.search(r"([0-9]+) km (?:from|apart)|distance of ([0-9]+) km", prompt)
        # The second traveller is at offset + pace * time.
        pace = -v if apart else v
        offset = int(apart[1] or apart[2]) - pace * start if apart else -pace * start
        begin, place = Fraction(0), Fraction(0)
        for time, speed in [*stages, (Fraction(10**6), u)]:
            if speed != pace:
                meet = (place - speed * begin - offset) / (pace - speed)
                if max(begin, start) <= meet <= begin + time:
                    return f"{meet}, {offset + pace * meet}"
            begin, place = begin + time, place + speed * time
        msg = "they never meet"
        raise ValueError(msg)

    def cheats(self, task: Task) -> list[str]:
        """One part alone, a third one added, and a part rounded or left open."""
        time, place = self.oracle(task).split(", ")
        return [
            time,
            place,
            f"{time}, {place}, {time}",
            f"{time}, {float(Fraction(place)) + 0.001:.3f}",
            f"{time} or {place}, 0",
        ]


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    if rest:
        parts.append(f"{rest} minutes")
    return " ".join(parts)


def _hours(text: str) -> Fraction:
    found = {unit[0]: int(n) for n, unit in re.findall(r"([0-9]+) (hour|minute)", text)}
    return Fraction(60 * found.get("h", 0) + found.get("m", 0), 60)
