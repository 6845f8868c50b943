"""Continue a sequence whose kind of rule is stated, so that its terms determine it."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Sequence"]

_AFFINE = "a(n+1) = p*a(n) + q for fixed integers p and q"
_SECOND = "a(n+2) = p*a(n+1) + q*a(n) for fixed integers p and q"
_MODULAR = "a(n+1) = (p*a(n) + q) mod {} for fixed integers p and q"
_POLYNOMIAL = "a(n) is a polynomial in n of degree at most {}"
_ASK = (
    "The sequence a(1), a(2), ... starts {terms}. Its rule: {rule}. Give the next {count} terms, in "
    "order, separated by commas.",
    "A sequence a(1), a(2), ... follows the rule that {rule}. It starts {terms}. What are the next "
    "{count} terms? List them in order, separated by commas.",
    "Continue the sequence {terms} = a(1), a(2), ..., knowing that {rule}. List the next {count} "
    "terms in order, separated by commas.",
)
_PRIMES = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149)


class Sequence(MathFamily):
    """Give the next terms of a sequence.

    The kind of rule is stated and more terms are shown than determine it: two different
    consecutive differences fix p and q of a recurrence a(n+1) = p*a(n) + q (modulo a prime too),
    four terms with a(2)^2 != a(1)*a(3) those of a(n+2) = p*a(n+1) + q*a(n), and d + 1 terms a
    polynomial of degree d. Difficulty sets the kind (affine or quadratic; second order or cubic;
    modular, larger second order or quartic), how many terms are shown (5 to 9) and how many are
    asked for (2 to 4).
    """

    family = "sequence"
    group = "algebra"
    answer = Numbers(hint="the next terms separated by commas, such as 31, 63")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a rule and run it."""
        level = int(2.99 * difficulty)
        shown, count = 5 + int(4.99 * difficulty), 2 + level
        kind = rng.randrange(2 if level < 2 else 3)
        if kind == 0:
            degree = 2 + level
            rule = _POLYNOMIAL.format(degree)
            terms = _polynomial(rng, degree, shown + count)
        elif level == 0:
            rule = _AFFINE
            terms = _affine(rng, shown + count, rng.choice((-3, -2, 2, 3, 4, 5)), 0)
        elif kind == 1:
            rule = _SECOND
            terms = _second_order(rng, shown + count, 1 + level)
        else:
            prime = rng.choice(_PRIMES)
            rule = _MODULAR.format(prime)
            terms = _affine(rng, shown + count, 2 + rng.randrange(prime - 3), prime)
        start = ", ".join(map(str, terms[:shown]))
        ask = phrasing(_ASK, rule, *terms)
        prompt = ask.format(terms=start, rule=rule, count=count)
        return Task(self.family, prompt, ", ".join(map(str, terms[shown:])), difficulty)

    def solve(self, prompt: str) -> str:
        """Determine the rule from the first terms, check it on the others, continue."""
        terms = [int(term) for term in re.findall(r"(?:starts|sequence) (-?\d+(?:, -?\d+)*)", prompt)[0].split(", ")]
        count = int(re.findall(r"next (\d) terms", prompt)[0])
        shown = len(terms)
        if match := re.search(r"degree at most (\d)", prompt):
            terms += _extrapolate(terms, int(match[1]), count)
        elif match := re.search(r"mod (\d+)", prompt):
            prime = int(match[1])
            a, b, c = terms[:3]
            p = (c - b) * pow(b - a, -1, prime) % prime
            for previous in [*terms, *[0] * (count - 1)][shown - 1 : shown]:
                value = previous
                for _ in range(count):
                    value = (p * (value - a) + b) % prime
                    terms.append(value)
        elif "a(n+2)" in prompt:
            a, b, c, d = terms[:4]
            p, q = Fraction(b * c - a * d, b * b - a * c), Fraction(b * d - c * c, b * b - a * c)
            for _ in range(count):
                terms.append(int(p * terms[-1] + q * terms[-2]))
        else:
            a, b, c = terms[:3]
            p = Fraction(c - b, b - a)
            for _ in range(count):
                terms.append(int(p * (terms[-1] - a) + b))
        return ", ".join(map(str, terms[shown:]))
