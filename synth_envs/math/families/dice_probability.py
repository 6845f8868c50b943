"""Exact probabilities of rolls of unequal dice."""

import re
from fractions import Fraction
from itertools import accumulate
from math import comb, gcd, prod

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import NAMES, join
from synth_envs.seeding import TaskRandom

__all__ = ["DiceProbability"]

_WORDINGS = (
    "{name} rolls {n} fair dice with {sides} sides respectively; the sides of each die are numbered from 1 up. What is the probability that {event}?",
    "There are {n} fair dice with {sides} sides respectively, numbered 1, 2, 3, ... on each die. All of them are rolled by {name}. Find the probability that {event}.",
    "A game uses {n} fair dice that have {sides} sides respectively; each die shows the numbers from 1 up. {name} rolls all the dice once. How likely is it that {event}?",
)
_EVENTS = (
    "the numbers rolled add up to exactly {}",
    "the numbers rolled add up to at least {}",
    "the highest number rolled is exactly {}",
    "the lowest number rolled is exactly {}",
    "exactly {} of the dice show{} a number greater than {}",
)


class DiceProbability(MathFamily):
    """Give the exact probability of an event when dice with different numbers of sides are rolled.

    Difficulty sets the number of dice (3 to 9) and their sides (4 to 20, up to 40).
    """

    family = "dice_probability"
    group = "probability"
    answer = Rational(units={"%": Fraction(1, 100), "percent": Fraction(1, 100)})

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Count favourable rolls by running sums, or by products over the dice."""
        n = 3 + int(6.49 * difficulty)
        high = 20 + int(20 * difficulty)
        sides = sorted(rng.randint(4, high) for _ in range(n))
        kind = rng.randrange(5)
        if kind < 2:
            middle = (n + sum(sides)) // 2
            target = rng.randint(middle - 2 * n, middle + 2 * n)
            rolls = [1]
            for s in sides:
                sums = [0, *accumulate(rolls), *([sum(rolls)] * (s - 1))]
                rolls = [high - low for high, low in zip(sums, [0] * s + sums, strict=False)][1:]
            good = sum(rolls[target - n :]) if kind else rolls[target - n]
            event = _EVENTS[kind].format(target)
        elif kind == 4:
            limit = rng.randint(2, sides[0])
            wanted = rng.randint(1, n - 1)
            row = [1]
            for s in sides:
                row = [
                    a * (s - limit) + b * limit for a, b in zip([0, *row], [*row, 0], strict=True)
                ]
            good = row[wanted]
            event = _EVENTS[4].format(wanted, "s" if wanted == 1 else "", limit)
        else:
            # Above all sides but one, the highest number would depend on one die alone.
            target = rng.randint(2, sides[-2]) if kind == 2 else rng.randint(1, sides[0])
            if kind == 2:
                good = prod(min(s, target) for s in sides) - prod(min(s, target - 1) for s in sides)
            else:
                good = prod(s - target + 1 for s in sides) - prod(s - target for s in sides)
            event = _EVENTS[kind].format(target)
        every = prod(sides)
        common = gcd(good, every)
        listed = join([str(s) for s in sides])
        prompt = phrasing(_WORDINGS, listed, event).format(
            name=rng.choice(NAMES), n=n, sides=listed, event=event
        )
        prompt += " Give an exact fraction."
        return Task(self.family, prompt, f"{good // common}/{every // common}", difficulty)

    def solve(self, prompt: str) -> str:
        """Inclusion-exclusion for sums; otherwise the distribution, one die at a time."""
        listed = re.search(r"(?:with|have) ([0-9, and]+) sides", prompt)
        sides = [int(s) for s in re.findall(r"[0-9]+", listed[1])] if listed else []
        event = re.split(r"probability that|likely is it that", prompt)[1]
        numbers = [int(x) for x in re.findall(r"[0-9]+", event)]
        every = prod(sides)
        if "add up" in event:
            below = _at_most(sides, numbers[0] - 1)
            good = _at_most(sides, numbers[0]) - below if "exactly" in event else every - below
            return str(Fraction(good, every))
        if "of the dice" in event:
            wanted, limit = numbers
            chance = {0: Fraction(1)}
            for s in sides:
                above = Fraction(max(s - limit, 0), s)
                chance = {
                    i: chance.get(i, 0) * (1 - above) + chance.get(i - 1, 0) * above
                    for i in range(len(sides) + 1)
                }
            return str(chance[wanted])
        best = max if "highest" in event else min
        ways = dict.fromkeys(range(1, sides[0] + 1), 1)
        for s in sides[1:]:
            after: dict[int, int] = {}
            for x, count in ways.items():
                for y in range(1, s + 1):
                    after[best(x, y)] = after.get(best(x, y), 0) + count
            ways = after
        return str(Fraction(ways[numbers[0]], every))

    def cheats(self, task: Task) -> list[str]:
        """A rounded decimal, a choice, odds, and the fraction upside down."""
        value = Fraction(task.reference)
        good, every = value.numerator, value.denominator
        return [
            f"{float(value):.3f}1",
            f"{good}/{every} or 0",
            f"{good}, {every}",
            f"{every}/{good}",
        ]


def _at_most(sides: list[int], limit: int) -> int:
    """Rolls that add up to at most `limit`, by inclusion-exclusion over the dice that roll too high."""
    n, total = len(sides), 0
    for chosen in range(1 << n):
        room = limit - sum(s for i, s in enumerate(sides) if chosen >> i & 1)
        if room >= n:
            total += (-1) ** chosen.bit_count() * comb(room, n)
    return total
