"""Greatest common divisor and least common multiple."""

import re
from dataclasses import dataclass
from math import gcd

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["GcdLcm"]

# Dollars, LaTeX text and bold marks (but no power such as 2**3) inside an answer.
_MARKUP = re.compile(r"\$|\\(?:text|mathrm)\{([^{}]*)\}|\\(?=gcd)|\*\*(?![0-9])|(?<![0-9])\*\*")
_MAX_TEXT = 400
_NUMBER = "([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,80})"
_OF = r"(?: ?\([0-9, ]{1,120}\))?(?: is)? ?[:=]? ?"
_GCD = rf"(?:the )?(?:gcd|gcf|hcf|greatest common divisor){_OF}"
_LCM = rf"(?:the )?(?:lcm|least common multiple){_OF}"
_BREAK = "(?: ?[,;] ?| )(?:and )?"
_BOTH = re.compile(rf"(?:{_GCD})?{_NUMBER}{_BREAK}(?:{_LCM})?{_NUMBER}").fullmatch
_REVERSED = re.compile(rf"{_LCM}{_NUMBER}{_BREAK}{_GCD}{_NUMBER}").fullmatch


@dataclass(frozen=True)
class GcdAndLcm:
    """Two integers as "6, 36", "gcd = 6, lcm = 36" or "LCM: 36, GCD: 6"."""

    hint: str = "the greatest common divisor and the least common multiple, such as 6, 36"

    def parse(self, text: str) -> tuple[int, int] | None:
        """The divisor and the multiple, or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = " ".join(_MARKUP.sub(r"\1", clean_math(text)).lower().split())
        if text[:1] in "([" and text[-1:] in ")]":
            text = text[1:-1].strip()
        match = _BOTH(text)
        if match:
            return int(match[1].replace(",", "")), int(match[2].replace(",", ""))
        match = _REVERSED(text)
        if match:
            return int(match[2].replace(",", "")), int(match[1].replace(",", ""))
        return None


class GcdLcm(MathFamily):
    """Give the greatest common divisor and the least common multiple of some integers.

    Difficulty sets how many there are (2 to 4), the largest common factor put into them (100 to
    700) and the largest cofactor (30 to 150).
    """

    family = "gcd_lcm"
    group = "number theory"
    answer = GcdAndLcm()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a common factor and cofactors."""
        common = 2 + rng.randrange(99 + int(600 * difficulty))
        largest = 29 + int(120 * difficulty)
        a = common * (2 + rng.randrange(largest))
        b = common * (2 + rng.randrange(largest))
        if a == b:
            b += common
        divisor = gcd(a, b)
        multiple = a // divisor * b
        if difficulty < 1 / 3:
            listed = f"{a} and {b}"
        else:
            numbers = [a, b]
            for _ in range(1 if difficulty < 2 / 3 else 2):
                c = common * (2 + rng.randrange(largest))
                while c in numbers:
                    c += common
                numbers.append(c)
                divisor = gcd(divisor, c)
                multiple = multiple // gcd(multiple, c) * c
            listed = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
        prompt = (
            f"Find the greatest common divisor and the least common multiple of {listed}. "
            "Give both, separated by a comma."
        )
        return Task(self.family, prompt, f"{divisor}, {multiple}", difficulty)

    def solve(self, prompt: str) -> str:
        """Prime exponents: the least of each make the divisor, the greatest the multiple."""
        numbers = [int(word) for word in re.findall("[0-9]+", prompt)]
        if not all(numbers):
            msg = "zero has no factors"
            raise ValueError(msg)
        divisor = multiple = 1
        prime = 2
        while prime * prime <= max(numbers):
            powers = [1] * len(numbers)
            for i, n in enumerate(numbers):
                rest = n
                while rest % prime == 0:
                    rest //= prime
                    powers[i] *= prime
                numbers[i] = rest
            divisor *= min(powers)
            multiple *= max(powers)
            prime += 1
        # What is left are primes or 1; the loop may have taken all small factors out of them.
        if len(set(numbers)) == 1:
            divisor *= numbers[0]
        for n in set(numbers):
            multiple *= n
        return f"{divisor}, {multiple}"

    def cheats(self, task: Task) -> list[str]:
        """One part, the parts swapped, a smaller divisor, a larger multiple, or the product."""
        divisor, multiple = map(int, self.oracle(task).split(", "))
        product = 1
        for word in re.findall("[0-9]+", task.prompt):
            product *= int(word)
        return [
            str(divisor),
            str(multiple),
            f"{divisor}, {2 * multiple}",
            f"1, {multiple}",
            f"1, {product}",
            f"{divisor}, {multiple}, {multiple}",
            f"{multiple}, {divisor}",
        ]
