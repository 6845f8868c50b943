"""Continue a sequence whose kind of rule is stated, so that its terms determine it."""

import re
from fractions import Fraction
from itertools import pairwise

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Sequence"]

_AFFINE = "a(n+1) = p*a(n) + q for fixed integers p and q"
_SECOND = "a(n+2) = p*a(n+1) + q*a(n) for fixed integers p and q"
_MODULAR = "a(n+1) = (p*a(n) + q) mod {} for fixed integers p and q"
_POLYNOMIAL = "a(n) = f(n) for a polynomial f of degree at most {}"
_ASK = (
    "The sequence a(1), a(2), ... starts {terms}. Its rule: {rule}. Give the next {count} terms in order, separated by commas.",
    "A sequence a(1), a(2), ... obeys {rule}. It starts {terms}. What are the next {count} terms? List them in order, separated by commas.",
    "Continue the sequence {terms} = a(1), a(2), ..., knowing that {rule}. List the next {count} terms in order, separated by commas.",
)
_SHOWN = re.compile(r"(?:starts|sequence) (-?\d+(?:, -?\d+)*)")
_ASKED = re.compile(r"next\s(\d) terms")
_PRIMES = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149)


class Sequence(MathFamily):
    """Give the next terms of a sequence.

    The kind of rule is stated and more terms are shown than determine it: two different
    consecutive differences fix p and q of a recurrence a(n+1) = p*a(n) + q (modulo a prime too),
    four terms with a(2)^2 != a(1)*a(3) those of a(n+2) = p*a(n+1) + q*a(n), and d + 1 terms a
    polynomial of degree d. Difficulty sets the kind (affine or quadratic; second order or cubic;
    modular, larger second order or quartic), how many terms are shown (4 to 10) and how many are
    asked for (2 to 4).
    """

    family = "sequence"
    group = "algebra"
    answer = Numbers(hint="the next terms separated by commas, such as 31, 63")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a rule and run it."""
        level = int(2.99 * difficulty)
        shown, count = 4 + int(6.99 * difficulty), 2 + level
        kind = rng.randrange(2 if level < 2 else 3)
        if kind == 0:
            degree = 2 + level
            rule = _POLYNOMIAL.format(degree)
            terms = _polynomial(rng, degree, shown + count)
        elif level == 0:
            rule = _AFFINE
            terms = _affine(rng, shown + count, rng.choice((-3, -2, 2, 3, 4)), 0)
        elif kind == 1:
            rule = _SECOND
            terms = _second_order(rng, shown + count, 2 + level)
        else:
            prime = rng.choice(_PRIMES)
            rule = _MODULAR.format(prime)
            terms = _affine(rng, shown + count, 2 + rng.randrange(prime - 3), prime)
        start = ", ".join(map(str, terms[:shown]))
        ask = phrasing(_ASK, rule, *terms)
        prompt = ask.format(terms=start, rule=rule, count=count)
        return Task(self.family, prompt, ", ".join(map(str, terms[shown:])), difficulty)

    def solve(self, prompt: str) -> str:
        """Fit the rule to the first terms, check it on the others, continue."""
        found = _SHOWN.search(prompt)
        asked = _ASKED.search(prompt)
        if found is None or asked is None:
            msg = "no sequence"
            raise ValueError(msg)
        terms = [int(term) for term in found[1].split(", ")]
        count = int(asked[1])
        if match := re.search(r"degree at most (\d)", prompt):
            return _listed(_extrapolated(terms, int(match[1]), count))
        match = re.search(r" mod (\d+)", prompt)
        prime = int(match[1]) if match else 0
        second = "a(n+2)" in prompt
        # Two equations u*p + v*q = w, solved by Cramer's rule (modulo the prime if there is one).
        a, b, c, d = terms[:4]
        (u, v, w), (x, y, z) = ((b, a, c), (c, b, d)) if second else ((a, 1, b), (b, 1, c))
        over = pow(u * y - v * x, -1, prime) if prime else Fraction(1, u * y - v * x)
        p, q = (w * y - v * z) * over, (u * z - w * x) * over
        extended = terms[:2]
        while len(extended) < len(terms) + count:
            value = p * extended[-1] + q * (extended[-2] if second else 1)
            extended.append(int(value) % prime if prime else int(value))
        if extended[: len(terms)] != terms:
            msg = "no rule of this kind"
            raise ValueError(msg)
        return _listed(extended[len(terms) :])

    def cheats(self, task: Task) -> list[str]:
        """Fewer terms, more terms, the terms reversed."""
        answer = self.oracle(task)
        terms = answer.split(", ")
        wrong = [terms[0], ", ".join(terms[:-1]), f"{answer}, {terms[-1]}"]
        if terms != terms[::-1]:
            wrong.append(", ".join(terms[::-1]))
        return wrong


def _listed(terms: list[int]) -> str:
    return ", ".join(map(str, terms))


def _affine(rng: TaskRandom, length: int, p: int, prime: int) -> list[int]:
    """a(n+1) = p*a(n) + q, modulo a prime unless that is 0, never constant."""
    term = rng.randrange(prime) if prime else rng.randint(-40, 40)
    q = rng.randrange(prime) if prime else rng.randint(-40, 40)
    following = p * term + q
    if (following - term) % (prime or 10**9) == 0:
        q += 1
    terms = [term]
    for _ in range(length - 1):
        term = p * term + q
        if prime:
            term %= prime
        terms.append(term)
    return terms


def _second_order(rng: TaskRandom, length: int, size: int) -> list[int]:
    """a(n+2) = p*a(n+1) + q*a(n), with terms that determine p and q."""
    p, q = rng.randint(-size, size) or 1, rng.randint(-size, size) or 1
    a, b = rng.randint(-9, 9) or 1, rng.randint(-9, 9)
    while b * b == a * (p * b + q * a):  # a quadratic equation for b: at most two values fail
        b += 1
    terms = [a, b]
    for _ in range(length - 2):
        a, b = b, p * b + q * a
        terms.append(b)
    return terms


def _polynomial(rng: TaskRandom, degree: int, length: int) -> list[int]:
    """The values of an integer polynomial at 1, 2, 3, ..."""
    coefficients = [rng.randint(1, 5 if degree > 2 else 9) * (1 - 2 * rng.randrange(2))]
    coefficients += [rng.randint(-20, 20) for _ in range(degree)]
    terms = []
    for n in range(1, length + 1):
        value = 0
        for coefficient in coefficients:
            value = value * n + coefficient
        terms.append(value)
    return terms


def _extrapolated(terms: list[int], degree: int, count: int) -> list[int]:
    """Carry on the table of differences, whose row `degree` must be constant."""
    rows = [terms]
    for _ in range(degree):
        rows.append([b - a for a, b in pairwise(rows[-1])])
    if len(set(rows[-1])) != 1:
        msg = "no polynomial of this degree"
        raise ValueError(msg)
    edge = [row[-1] for row in rows]
    found = []
    for _ in range(count):
        for i in range(degree - 1, -1, -1):
            edge[i] += edge[i + 1]
        found.append(edge[0])
    return found
