"""Exact arithmetic on decimals."""

from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["DecimalArithmetic"]

_TENS = tuple(10**k for k in range(9))


class DecimalArithmetic(MathFamily):
    """Add, subtract and multiply decimals exactly.

    Difficulty sets the number of terms (2 to 6), the digits before the point (2 to 4) and at most
    as many after it; from difficulty 0.3 on, one term is a product of two decimals.
    """

    family = "decimal_arithmetic"
    group = "arithmetic"
    answer = Rational(hint="an exact decimal")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Add integers scaled by the largest power of ten that can occur."""
        most = 2 + int(2.99 * difficulty)
        count = 2 + int(4.99 * difficulty)
        product = rng.randrange(count) if difficulty >= 0.3 else -1
        places = 2 * most
        text, total = "", 0
        for i in range(count):
            term, value, point = _decimal(rng, most)
            if i == product:
                factor, times, shift = _decimal(rng, most)
                term, value, point = f"{term} * {factor}", value * times, point + shift
            value *= _TENS[places - point]
            if i == 0:
                text, total = term, value
            elif rng.randrange(2):
                text, total = f"{text} + {term}", total + value
            else:
                text, total = f"{text} - {term}", total - value
        prompt = f"Compute {text}. Give the exact decimal, without rounding."
        return Task(self.family, prompt, _unscale(total, places), difficulty)

    def solve(self, prompt: str) -> str:
        """Sum the signed products as fractions, then write the fraction as a decimal."""
        text = prompt.removeprefix("Compute ").partition(". ")[0]
        total = Fraction(0)
        for term in text.replace("- ", "-").replace("+ ", "").replace(" * ", "*").split():
            first, _, second = term.partition("*")
            total += Fraction(first) * Fraction(second or 1)
        places = 0
        while (total * 10**places).denominator > 1:
            places += 1
        return _unscale((total * 10**places).numerator, places)

    def cheats(self, task: Task) -> list[str]:
        """The value rounded, nearly right, cut, with the point moved or with the sign flipped."""
        answer = self.oracle(task)
        whole, _, part = answer.partition(".")
        wrong = [f"{answer}1", f"about {answer}"]
        if answer != "0":
            wrong += [f"{answer}e1", f"-{answer}".removeprefix("--")]
        return wrong + ([whole, f"{whole}.{part[:-1]}", whole + part] if part else [])


def _decimal(rng: TaskRandom, most: int) -> tuple[str, int, int]:
    """A decimal as text, without its point, and the number of digits after the point."""
    places = 1 + rng.randrange(most)
    low = _TENS[most - 1 + places]
    value = low + rng.randrange(9 * low)
    digits = str(value)
    return f"{digits[:most]}.{digits[most:]}", value, places


def _unscale(value: int, places: int) -> str:
    """`value` / 10**`places`, as the shortest decimal."""
    digits = f"{abs(value):0{places + 1}d}"
    text = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip("0").rstrip(
        "."
    )
    return f"-{text}" if value < 0 else text
