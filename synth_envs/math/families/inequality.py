"""Integer solutions of inequalities that must hold together."""

import re
from operator import ge, gt, le, lt

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import parse_polynomial, polynomial_text
from synth_envs.seeding import TaskRandom

__all__ = ["Inequality"]

_ORDER = {"<": lt, "<=": le, ">": gt, ">=": ge}
_ABSOLUTE = re.compile(r"\|(?P<inner>[^|]+)\| (?P<sign>[<>]=?) (?P<bound>\d+)").fullmatch
_BETWEEN = re.compile(
    r"(?P<low>-?\d+) (?P<first><=?) (?P<inner>[^<>=]+) (?P<second><=?) (?P<high>-?\d+)"
).fullmatch
_QUADRATIC = re.compile(r"(?P<inner>[^<>=]+) (?P<sign>[<>]=?) 0").fullmatch
# All solutions lie inside: |witness| <= 60, and an interval is at most 2 * 207 long.
_REACH = 500


class Inequality(MathFamily):
    """Smallest and largest integer solution of all the given inequalities, and their number.

    The inequalities are quadratic, linear (two-sided) or with an absolute value. Difficulty sets
    how many must hold (1 to 4; the third and fourth cut holes), and the size of the numbers.
    """

    family = "inequality"
    group = "algebra"
    answer = Numbers(count=3, hint="three integers: smallest, largest, number of solutions")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a solution, then inequalities that it satisfies, each an interval or its outside."""
        count = 1 + int(3.99 * difficulty)
        slopes = 3 + int(5.99 * difficulty)
        reach = 60 + int(140 * difficulty)
        witness = rng.randint(-60, 60)
        solutions = range(-_REACH, _REACH + 1)
        holes: list[range] = []
        conditions = []
        for i in range(count):
            slope = 1 + rng.randrange(slopes)
            radius = 8 + rng.randrange(reach)
            outside = i >= 2
            if outside:
                radius = 1 + radius // 4
                side = radius + 1 + rng.randrange(slope * 12)
                centre = slope * witness + (side if rng.randrange(2) else -side)
            else:
                centre = slope * witness + rng.randint(-radius, radius)
            conditions.append(_condition(rng, slope, centre, radius, outside=outside))
            inside = range(-((radius - centre) // slope), (centre + radius) // slope + 1)
            if outside:
                holes.append(inside)
            else:
                solutions = range(max(solutions[0], inside[0]), min(solutions[-1], inside[-1]) + 1)
        found = [x for x in solutions if not any(x in hole for hole in holes)]
        prompt = (
            f"Consider all integers x with {' and '.join(conditions)}. Give the smallest such x, the "
            "largest such x and how many such x there are, separated by commas."
        )
        return Task(self.family, prompt, f"{found[0]}, {found[-1]}, {len(found)}", difficulty)

    def solve(self, prompt: str) -> str:
        """Try every integer."""
        text = prompt.removeprefix("Consider all integers x with ").partition(". Give")[0]
        solutions = set(range(-_REACH, _REACH + 1))
        for condition in text.split(" and "):
            solutions &= _solutions(condition)
        if not solutions or {-_REACH, _REACH} & solutions:
            msg = "no solution, or too many"
            raise ValueError(msg)
        return f"{min(solutions)}, {max(solutions)}, {len(solutions)}"

    def cheats(self, task: Task) -> list[str]:
        """A bound without the other numbers, bounds or number off by one, the bounds swapped."""
        low, high, count = map(int, self.oracle(task).split(", "))
        wrong = [
            f"{low}, {high}",
            f"{count}",
            f"{low}, {high}, {count + 1}",
            f"{low - 1}, {high + 1}, {count + 2}",
        ]
        if low != high:
            wrong.append(f"{high}, {low}, {count}")
        return wrong


def _condition(rng: TaskRandom, slope: int, centre: int, radius: int, *, outside: bool) -> str:
    """An inequality that holds when |slope*x - centre| <= radius, or exactly when it does not."""
    strict = rng.randrange(2) == 0
    sign = (">" if strict else ">=") if outside else ("<" if strict else "<=")
    style = rng.randrange(2 if outside else 3)
    # Over the integers, < radius + 1 is <= radius, and >= radius + 1 is > radius.
    bound = radius + (strict != outside)
    if style == 0:
        shift = -centre
        return f"|{polynomial_text([shift, slope])}| {sign} {bound}"
    if style == 1:
        # A number from radius^2 to (radius + 1)^2 compares like radius with a square.
        square = radius * radius + rng.randrange(2 * radius + 1) + (strict != outside)
        factor = 1 + rng.randrange(4)
        terms = [centre * centre - square, -2 * slope * centre, slope * slope]
        return f"{polynomial_text([factor * term for term in terms])} {sign} 0"
    shift = rng.randint(-40, 40)
    low, high = centre - bound + shift, centre + bound + shift
    return f"{low} {sign} {polynomial_text([shift, slope])} {sign} {high}"


def _solutions(condition: str) -> set[int]:
    """The integers within reach that satisfy one inequality."""
    match = _ABSOLUTE(condition) or _BETWEEN(condition) or _QUADRATIC(condition)
    terms = parse_polynomial(match["inner"]) if match else None
    if match is None or terms is None:
        msg = f"not an inequality: {condition!r}"
        raise ValueError(msg)
    group = match.groupdict()
    a, b, c = (int(terms.get(i, 0)) for i in (2, 1, 0))
    values = ((x, (a * x + b) * x + c) for x in range(-_REACH, _REACH + 1))
    if "low" in group:
        low, high, first, second = (group[key] for key in ("low", "high", "first", "second"))
        at_least, at_most = _ORDER[first], _ORDER[second]
        return {x for x, y in values if at_least(int(low), y) and at_most(y, int(high))}
    holds, bound = _ORDER[group["sign"]], int(group.get("bound") or 0)
    size = abs if "bound" in group else int
    return {x for x, y in values if holds(size(y), bound)}
