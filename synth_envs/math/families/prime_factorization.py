"""Factorization into primes."""

import re
from dataclasses import dataclass
from math import prod

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["PrimeFactorization"]

_PRIMES = tuple(n for n in range(2, 1000) if all(n % d for d in range(2, int(n**0.5) + 1)))
_SMALL = _PRIMES[:15]
_MAX_TEXT = 600
_MAX_FACTORS = 64
_SEPARATOR = re.compile(r" ?(?:\*|(?<=[0-9 )}])x(?=[0-9 (])|[,;]| and ) ?| ")
_FACTOR = re.compile(
    r"\(?([0-9]{1,12})(?:\^ ?(?:\{ ?([0-9]{1,2}) ?\}|\(([0-9]{1,2})\)|([0-9]{1,2})))?\)?"
).fullmatch


@dataclass(frozen=True)
class Factors:
    """Factors with repetition, as "2 * 2 * 3", "2^2 x 3", "2, 2, 3" or "12 = 2^2 * 3"."""

    hint: str = "the prime factors with repetition, such as 2 * 2 * 3"

    def parse(self, text: str) -> tuple[int, ...] | None:
        """All factors, sorted, or None; an equation must hold."""
        if len(text) > _MAX_TEXT:
            return None
        text = " ".join(clean_math(text).lower().split())
        left, equals, text = text.rpartition("=")
        text = text.strip()
        if text[:1] in "[{" and text[-1:] in "]}":
            text = text[1:-1].strip()
        factors: list[int] = []
        text = text.replace("**", "^").replace(" ^ ", "^").replace(")(", ") * (")
        for item in _SEPARATOR.split(text):
            match = _FACTOR(item)
            if match is None:
                return None
            times = int(match[2] or match[3] or match[4] or 1)
            if times == 0 or len(factors) + times > _MAX_FACTORS:
                return None
            factors += [int(match[1])] * times
        if equals and left.strip().replace(",", "") != str(prod(factors)):
            return None
        return tuple(sorted(factors))


class PrimeFactorization(MathFamily):
    """Write an integer as a product of primes.

    Difficulty sets how many primes up to 47 there are (2 or 3, up to 7 or 8) and how many primes up
    to 199 (one), later up to 997 (two). Factorization is unique, so the sorted factors of an answer
    decide.
    """

    family = "prime_factorization"
    group = "number theory"
    answer = Factors()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the factors and multiply them."""
        count = 2 + int(5.99 * difficulty) + rng.randrange(2)
        factors = [rng.choice(_SMALL) for _ in range(count)]
        reach = 46 + int(122 * difficulty)
        factors.append(_PRIMES[rng.randrange(reach)])
        if difficulty >= 0.5:
            factors.append(_PRIMES[rng.randrange(reach)])
        factors.sort()
        prompt = f"Write {prod(factors)} as a product of prime numbers, repeating each as often as needed."
        return Task(self.family, prompt, " * ".join(map(str, factors)), difficulty)

    def solve(self, prompt: str) -> str:
        """Trial division."""
        n = int(prompt.split()[1])
        if n < 2:
            msg = f"{n} has no prime factors"
            raise ValueError(msg)
        factors = []
        divisor = 2
        while divisor * divisor <= n and divisor < 1000:
            if n % divisor:
                divisor += 1
            else:
                factors.append(str(divisor))
                n //= divisor
        if n > 1:  # prime when the prompt was read rightly
            factors.append(str(n))
        return " * ".join(factors)

    def cheats(self, task: Task) -> list[str]:
        """The number itself, two factors left multiplied, a factor 1, no repetition, one lost."""
        factors = self.oracle(task).split(" * ")
        first, second, *rest = factors
        number = task.prompt.split()[1]
        wrong = [
            number,
            f"1 * {number}",
            " * ".join(["1", *factors]),
            " * ".join([str(int(first) * int(second)), *rest]),
            " * ".join(factors[1:]),
            " * ".join([*factors, factors[-1]]),
            f"{number} = {number}",
        ]
        distinct = sorted(set(factors))
        return [*wrong, " * ".join(distinct)] if len(distinct) < len(factors) else wrong
