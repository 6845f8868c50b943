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


_FACTORS = {words: factor for factor, words in _TIMES.items()}
_NAME = r"\b(?!In\b)[A-Z][a-z]+\b"
_THAN = re.compile(rf"({_NAME}) is ([0-9]+) years (older|younger) than ({_NAME})\.")
_THEN = re.compile(
    rf"(?:In ([0-9]+) years|([0-9]+) years ago), ({_NAME}) (?:will be|was) ([a-z ]+) as old as ({_NAME}) (?:will be|was) then"
)
_ASKED = re.compile(r"(?:How old are|ages of) ([A-Z][^.?]*?)(?: now\?|, in this order|\?)")
_SUM = re.compile(r"(?:In ([0-9]+) years, t|T)he ages of ([^.]*?) (?:will )?add up to ([0-9]+)")


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
            # Only the young are compared by factors, so that nobody gets too old.
            kind = rng.randrange(4 if age < 30 else 2)
            if kind == 0 and age > 8:
                years = rng.randint(2, age - 4)
                facts.append(f"{name} is {years} years younger than {other}.")
                ages.append(age - years)
            elif kind < 2:
                years = rng.randint(2, 15)
                facts.append(f"{name} is {years} years older than {other}.")
                ages.append(age + years)
            else:
                factor = rng.randint(2, 4 if age < 13 else 3 if age < 20 else 2)
                times, years = _TIMES[factor], rng.randint(2, min(10, age - 1))
                if kind == 2:
                    facts.append(
                        f"In {years} years, {name} will be {times} as old as {other} will be then."
                    )
                    ages.append(factor * (age + years) - years)
                else:
                    facts.append(
                        f"{years} years ago, {name} was {times} as old as {other} was then."
                    )
                    ages.append(factor * (age - years) + years)
        some = rng.sample(range(count), rng.randint(2, min(count, 4)))
        total, years = sum(ages[i] for i in some), rng.randrange(6)
        group = join([names[i] for i in some])
        if years > 1:
            total += years * len(some)
            facts.append(f"In {years} years, the ages of {group} will add up to {total}.")
        else:
            facts.append(f"The ages of {group} add up to {total}.")
        facts.extend(
            text.format(rng.choice(names), rng.randint(5, 40))
            for text in rng.sample(_ASIDES, int(4.49 * difficulty))
        )
        rng.shuffle(facts)
        order = rng.sample(range(count), count)
        story = " ".join(facts)
        asked = join([names[i] for i in order])
        prompt = f"{story} {phrasing(_ASKS, story, asked).format(asked)}"
        return Task(self.family, prompt, ", ".join([str(ages[i]) for i in order]), difficulty)

    def solve(self, prompt: str) -> str:
        """Turn the sentences into linear equations and eliminate one unknown after another."""
        names = re.findall(_NAME, _ASKED.findall(prompt)[-1])
        rows: list[list[Fraction]] = []

        def equation(terms: dict[str, int], value: int) -> None:
            rows.append([*(Fraction(terms.get(name, 0)) for name in names), Fraction(value)])

        for one, years, how, two in _THAN.findall(prompt):
            equation({one: 1, two: -1}, int(years) if how == "older" else -int(years))
        for ahead, back, one, times, two in _THEN.findall(prompt):
            factor, years = _FACTORS[times], int(ahead) if ahead else -int(back)
            equation({one: 1, two: -factor}, (factor - 1) * years)
        for years, group, value in _SUM.findall(prompt):
            members = re.findall(_NAME, group)
            equation(dict.fromkeys(members, 1), int(value) - int(years or 0) * len(members))
        for i in range(len(names)):
            pivot = next(j for j in range(i, len(rows)) if rows[j][i])
            rows[i], rows[pivot] = rows[pivot], rows[i]
            rows[i] = [x / rows[i][i] for x in rows[i]]
            for j, row in enumerate(rows):
                if j != i and row[i]:
                    rows[j] = [x - row[i] * y for x, y in zip(row, rows[i], strict=True)]
        return ", ".join(str(rows[i][-1]) for i in range(len(names)))

    def cheats(self, task: Task) -> list[str]:
        """Ages left out, one added, or one changed."""
        ages = self.oracle(task).split(", ")
        other = str(int(ages[0]) + 1)
        return [
            ages[0],
            ", ".join(ages[:-1]),
            ", ".join([*ages, "5"]),
            ", ".join([other, *ages[1:]]),
        ]
