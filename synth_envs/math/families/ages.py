"""Word problems about ages: linear equations in words."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import NAMES, join
from synth_envs.seeding import TaskRandom

__all__ = ["Ages"]

_TIMES = {2: "twice", 3: "three times", 4: "four times"}
_ASKS = (
    "How old are {} now? Give the ages in this order.",
    "Find the present ages of {}, in this order.",
    "What are the current ages of {}? Answer in this order.",
)
_ASIDES = (
    "{} lives in house number {}.",
    "{} has {} books.",
    "{} has won {} games of chess.",
    "{}'s train leaves at {} minutes past noon.",
    "{} has been on {} journeys.",
)


class Ages(MathFamily):
    """Find everyone's age from statements about the past, the present and the future.

    Difficulty sets the number of people (3 to 8) and of irrelevant facts (0 to 4).
    """

    family = "ages"
    group = "word problems"
    answer = Numbers(hint="the ages in the order asked for, such as 12, 40, 7")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw ages; tie each person to an earlier one, then give one sum of ages."""
        count = 3 + int(5.49 * difficulty)
        names = rng.sample(NAMES, count)
        ages = [rng.randint(4, 30)]
        facts: list[str] = []
        for i in range(1, count):
            j = rng.randrange(i)
            other, name, age = names[j], names[i], ages[j]
            kind = rng.randrange(4)
            if kind == 0 and age > 8 or age > 60:
                years = rng.randint(2, age - 4)
                facts.append(f"{name} is {years} years younger than {other}.")
                ages.append(age - years)
            elif kind < 2:
                years = rng.randint(2, 20)
                facts.append(f"{name} is {years} years older than {other}.")
                ages.append(age + years)
            else:
                factor = rng.randint(2, 4 if age < 20 else 2)
                years = rng.randint(2, 12 if kind == 2 else min(12, age - 2))
                if kind == 2:
                    facts.append(f"In {years} years, {name} will be {_TIMES[factor]} as old as {other} will be then.")
                    ages.append(factor * (age + years) - years)
                else:
                    facts.append(f"{years} years ago, {name} was {_TIMES[factor]} as old as {other} was then.")
                    ages.append(factor * (age - years) + years)
        some = rng.sample(range(count), rng.randint(2, min(count, 4)))
        total = sum(ages[i] for i in some)
        facts.append(f"The ages of {join([names[i] for i in some])} add up to {total}.")
        return Task(self.family, " ".join(facts), str(total), difficulty)
