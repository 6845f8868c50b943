"""Legs of many animals."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import join
from synth_envs.seeding import TaskRandom

__all__ = ["LegCounting"]

# Animals whose number of legs is beyond dispute.
_NONE = ("snakes", "earthworms", "snails", "eels")
_TWO = ("hens", "ducks", "geese", "penguins", "ostriches", "parrots", "owls", "flamingos")
_FOUR = (
    "horses", "cows", "sheep", "goats", "dogs", "cats", "mice", "rabbits", "elephants", "tigers",
    "wolves", "foxes", "deer", "frogs", "lizards", "tortoises",
)  # fmt: skip
_SIX = ("ants", "bees", "beetles", "butterflies", "wasps", "crickets", "flies")
_EIGHT = ("spiders", "scorpions")
_GROUPS = ((_NONE, 0), (_TWO, 2), (_FOUR, 4), (_SIX, 6), (_EIGHT, 8))
_ANIMALS = sorted((animal, legs) for group, legs in _GROUPS for animal in group)
# The list, what changes, and "that are left" go where the bars are.
_WORDINGS = (
    "In a park there are | How many legs do the animals| have in total?",
    "A vet looks after | What is the total number of legs of all the animals|?",
    "A film crew has hired | Count the legs: how many do the animals| have altogether?",
)


class LegCounting(MathFamily):
    """Add up the legs of animals, after some have left and whatever the others do.

    Difficulty sets the number of kinds (3 to 11), the size of the groups (up to 40, up to 99), how
    many kinds lose members (0 to 3) and how many irrelevant facts there are (0 to 2).
    """

    family = "leg_counting"
    group = "word problems"
    answer = Integer(units={"legs": Fraction(1)})

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw animals; add the legs of those that stay."""
        span = 35 + int(58.99 * difficulty)
        kinds = 3 + int(8.49 * difficulty)
        # Steps of equal length through a prime number of animals never meet one twice.
        place, step = divmod(rng.randrange(37 * 36), 36)
        herd: list[tuple[int, str, int]] = []
        total = packed = 0
        for i in range(kinds):
            if i % 8 == 0:
                packed = rng.randrange(span**8)
            packed, count = divmod(packed, span)
            animal, legs = _ANIMALS[place]
            place = (place + step + 1) % 37
            total += (count + 6) * legs
            herd.append((count + 6, animal, legs))
        changes, left = ".", ""
        leavers, sleepers = int(3.49 * difficulty), int(2.49 * difficulty)
        if leavers + sleepers:
            some = [
                (rng.randint(2, count - 2), f"of the {animal}", legs)
                for count, animal, legs in rng.sample(herd, leavers + sleepers)
            ]
            if sleepers:
                changes += f" {_listed(some[leavers:])} are asleep."
            if leavers:
                changes += f" Then {_listed(some[:leavers])} leave."
                left = " that are left"
                total -= sum([count * legs for count, _, legs in some[:leavers]])
        first, second, third = phrasing(_WORDINGS, total, kinds).split("|")
        prompt = f"{first}{_listed(herd)}{changes}{second}{left}{third}"
        return Task(self.family, prompt, str(total), difficulty)

    def solve(self, prompt: str) -> str:
        """Count the animals with each number of legs, then weigh these counts."""
        herd: dict[str, int] = {}
        for sentence in prompt.split(". "):
            for count, some, animal in re.findall(r"([0-9]+) (of the )?([a-z]+)", sentence):
                if not some:
                    herd[animal] = int(count)
                elif "leave" in sentence:
                    herd[animal] -= int(count)
        return str(sum(n * sum(herd.get(animal, 0) for animal in group) for group, n in _GROUPS))

    def cheats(self, task: Task) -> list[str]:
        """Legs counted in pairs, a choice, a wrong unit and a list."""
        total = int(task.reference)
        return [
            f"{total} or {total + 2}",
            f"{total // 2}" if total else "",
            f"{total} heads",
            f"{total}, {total}",
        ]


def _listed(groups: list[tuple[int, str, int]]) -> str:
    return join([f"{count} {animal}" for count, animal, _ in groups])
