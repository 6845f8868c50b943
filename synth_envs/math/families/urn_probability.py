"""Exact probabilities of draws from urns."""

import re
from collections import defaultdict
from fractions import Fraction
from math import comb, gcd
from operator import add

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import NAMES, article, join
from synth_envs.seeding import TaskRandom

__all__ = ["UrnProbability"]

_COLORS = ("red", "blue", "green", "white", "black", "yellow", "orange", "purple", "brown", "pink")
_URNS = ("Urn A", "Urn B", "Urn C")
_WITHOUT, _BACK = "without replacement", "putting each ball back before the next draw"
_WORDINGS = (
    "{urns} {name} draws {draws}, at random and {mode}. What is the probability that {event}?",
    "{urns} After mixing the balls, {name} takes out {draws} blindly, {mode}. Find the probability that {event}.",
    "{urns} Suppose that {name} picks {draws} at random, {mode}. How likely is it that {event}?",
)


class UrnProbability(MathFamily):
    """Give the exact probability of the colours drawn from one or more urns.

    Difficulty sets the number of urns (1 to 3), of colours in each (3 to 5) and of balls.
    """

    family = "urn_probability"
    group = "probability"
    answer = Rational(units={"%": Fraction(1, 100), "percent": Fraction(1, 100)})

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Count favourable draws by products of binomials or of powers."""
        urns = 1 + int(2.49 * difficulty)
        colors = rng.sample(_COLORS, 3 + int(2.49 * difficulty))
        high = 12 + int(9.99 * difficulty)
        table = [[rng.randint(4, high) for _ in colors] for _ in range(urns)]
        draws = [rng.randint(3, 4) if urns == 1 else rng.randint(2, 3) for _ in table]
        back = rng.randrange(2) == 1
        k = sum(draws)
        first, second = rng.sample(range(len(colors)), 2)
        kind = rng.randrange(4 if urns == 1 else 2)
        if kind == 3:
            good = sum(_ways(n, sum(table[0]) - n, k, 0, back=back) for n in table[0])
            event = f"all {k} draws give the same colour"
        elif kind == 2:
            a, b = table[0][first], table[0][second]
            i = rng.randint(1, k - 1)
            j = rng.randint(1, k - i)
            rest = _ways(b, sum(table[0]) - a - b, j, k - i - j, back=back)
            good = rest * (comb(k, i) * a**i if back else comb(a, i))
            event = f"exactly {i} of the {k} draws {_gives(i, colors[first])} and exactly {j} of them {_gives(j, colors[second])}"
        else:
            row = [1]
            for counts, draw in zip(table, draws, strict=True):
                n, others = counts[first], sum(counts) - counts[first]
                some = [_ways(n, others, i, draw - i, back=back) for i in range(draw + 1)]
                mixed = [0] * (len(row) + draw)
                for i, before in enumerate(row):
                    for j, ways in enumerate(some):
                        mixed[i + j] += before * ways
                row = mixed
            i = rng.randint(1, k - 1)
            good = sum(row[i:]) if kind else row[i]
            event = (
                f"{('exactly', 'at least')[kind]} {i} of the {k} draws {_gives(i, colors[first])}"
            )
        every = 1
        for counts, draw in zip(table, draws, strict=True):
            every *= sum(counts) ** draw if back else comb(sum(counts), draw)
        common = gcd(good, every)
        holds = [
            join([f"{n} {c}" for n, c in zip(counts, colors, strict=True)]) for counts in table
        ]
        if urns == 1:
            contents, drawn = f"A bag holds {holds[0]} balls.", f"{k} balls"
        else:
            contents = " ".join(f"{u} holds {x} balls." for u, x in zip(_URNS, holds, strict=False))
            drawn = join([f"{n} balls from {u}" for u, n in zip(_URNS, draws, strict=False)])
        wording = phrasing(_WORDINGS, contents, drawn, back, event)
        mode, name = _BACK if back else _WITHOUT, rng.choice(NAMES)
        prompt = wording.format(urns=contents, name=name, draws=drawn, mode=mode, event=event)
        prompt += " Give an exact fraction."
        return Task(self.family, prompt, f"{good // common}/{every // common}", difficulty)

    def solve(self, prompt: str) -> str:
        """Draw one ball after another, with the probability of each composition so far."""
        urns = [
            {color: int(n) for n, color in re.findall(r"([0-9]+) ([a-z]+)", contents)}
            for contents in re.findall(r" holds ([^.]*) balls\.", prompt)
        ]
        draws = re.findall(r"([0-9]+) balls(?= from|, at| blindly| at)", prompt)
        event = re.split(r"probability that|likely is it that", prompt)[1]
        named = re.findall(r"(exactly|at least) ([0-9]+) of [a-z0-9 ]*? an? ([a-z]+) ball", event)
        # Colours that the event does not tell apart count as one, the last.
        kept = [color for _, _, color in named] or sorted(urns[0])
        chance = {(0,) * (len(kept) + 1): Fraction(1)}
        for urn, draw in zip(urns, draws, strict=True):
            balls = [urn[color] for color in kept]
            balls.append(sum(urn.values()) - sum(balls))
            after: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
            for here, share in _draw(balls, int(draw), back=_BACK in prompt).items():
                for before, other in chance.items():
                    after[tuple(map(add, before, here))] += share * other
            chance = after
        good = Fraction(0)
        for state, share in chance.items():
            tests = [
                count == int(n) or (how == "at least" and count > int(n))
                for count, (how, n, _) in zip(state, named, strict=False)
            ]
            good += share * (all(tests) if named else max(state) == sum(state))
        return str(good)

    def cheats(self, task: Task) -> list[str]:
        """A rounded decimal, the complement, the odds as two numbers, and a bare numerator."""
        value = Fraction(task.reference)
        good, every = value.numerator, value.denominator
        return [
            f"{float(value):.3f}1",
            f"{every - good}/{every}0",
            f"{good}, {every}",
            f"{good}:{every}",
        ]


def _ways(a: int, b: int, i: int, j: int, *, back: bool) -> int:
    """Ways to draw i of a balls and j of b others: ordered with replacement, else as sets."""
    return comb(i + j, i) * a**i * b**j if back else comb(a, i) * comb(b, j)


def _draw(balls: list[int], draws: int, *, back: bool) -> dict[tuple[int, ...], Fraction]:
    """The distribution of the numbers drawn of each kind, drawing one ball after another."""
    states = {(0,) * len(balls): Fraction(1)}
    for drawn in range(draws):
        after: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
        total = sum(balls) - (0 if back else drawn)
        for state, share in states.items():
            for i, n in enumerate(balls):
                left = n if back else n - state[i]
                if left > 0:
                    more = (*state[:i], state[i] + 1, *state[i + 1 :])
                    after[more] += share * Fraction(left, total)
        states = after
    return states


def _gives(count: int, color: str) -> str:
    return f"give{'s' if count == 1 else ''} {article(color)} ball"
