"""Monotone lattice paths around blocked points."""

import re
from math import comb

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["LatticePaths"]

_WORDINGS = (
    "A path on the integer grid starts at (0, 0) and ends at {end}. Each step adds 1 to x or adds 1 to y. The path must not visit any of these points: {blocked}. How many such paths are there?",
    "A robot walks from (0, 0) to {end} on a grid. Each move goes one unit right or one unit up. These grid points are closed and may not be visited: {blocked}. How many different routes can the robot take?",
    "Streets run along all lines x = 0, 1, 2, ... and y = 0, 1, 2, ... of a town. A courier rides from the crossing (0, 0) to the crossing {end}, always going right or up. Roadworks close these crossings: {blocked}. How many routes avoid all of them?",
)


class LatticePaths(MathFamily):
    """Count the shortest grid paths that avoid blocked points.

    Difficulty sets the width and height (5 to 8, up to 12) and the number of blocked points
    (3 to 14).
    """

    family = "lattice_paths"
    group = "combinatorics"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Block points off a hidden path, then count paths row by row."""
        low = 5 + int(4.99 * difficulty)
        width, height = low + rng.randrange(4), low + rng.randrange(4)
        hidden, x, y = {0}, 0, 0
        for step in rng.sample(range(width + height), width + height):
            if step < width:
                x += 1
            else:
                y += 1
            hidden.add(y * (width + 1) + x)
        free = [i for i in range((width + 1) * (height + 1)) if i not in hidden]
        blocked = sorted(rng.sample(free, 3 + int(11.99 * difficulty)))
        closed = set(blocked)
        row = [1] + [0] * width
        for start in range(0, (height + 1) * (width + 1), width + 1):
            ways = 0
            for i in range(width + 1):
                ways = 0 if start + i in closed else ways + row[i]
                row[i] = ways
        points = ", ".join(f"({i % (width + 1)}, {i // (width + 1)})" for i in blocked)
        end = f"({width}, {height})"
        prompt = phrasing(_WORDINGS, end, points).format(end=end, blocked=points)
        return Task(self.family, prompt, str(row[-1]), difficulty)

    def solve(self, prompt: str) -> str:
        """Subtract the paths through blocked points, by the first one that a path meets."""
        points = [(int(x), int(y)) for x, y in re.findall(r"\(([0-9]+), ([0-9]+)\)", prompt)]
        _, end, *blocked = points
        first: dict[tuple[int, int], int] = {}
        for x, y in [*sorted(set(blocked) - {end}), end]:
            ways = comb(x + y, x)
            for (u, v), count in first.items():
                if u <= x and v <= y:
                    ways -= count * comb(x - u + y - v, x - u)
            first[x, y] = ways
        return str(first[end])

    def cheats(self, task: Task) -> list[str]:
        """The count without the blocked points, a choice, a wrong sign, and one too many."""
        right = int(task.reference)
        x, y = (
            int(n) for n in re.findall(r"[0-9]+(?=[,)])", task.prompt.partition(" (0, 0) ")[2])[:2]
        )
        return [str(comb(x + y, x)), f"{right} or {right + 1}", f"-{right}", f"{right + 1}"]
