"""Antiderivatives of sums with sin, cos, exp, 1/x and powers; any constant of integration is right."""

import re
from collections.abc import Callable
from fractions import Fraction
from math import cos, exp, factorial, log, sin

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.function_sums import (
    FunctionTerms,
    Key,
    function_text,
    parse_function_sum,
)
from synth_envs.seeding import TaskRandom

__all__ = ["FunctionIntegral"]

_NAMES = ("sin", "cos", "exp")
_CONSTANT = re.compile(r"\s{0,4}[+-]\s{0,4}[cCkK]\s{0,4}$")
_BARS = re.compile(r"\|([0-9x*/ ]{1,20})\|")
_ASKED = re.compile(r"Find an antiderivative of (.*) with respect")
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": sin,
    "cos": cos,
    "exp": exp,
    "ln": log,
    "": lambda _: 1.0,
}


class _Antiderivative:
    """A sum of functions, read up to a constant: "+ C" is dropped and ln(3*x) is ln(x)."""

    hint = "a formula in x such as 2*x^3 - cos(3*x)/3 + ln(x) + C"

    def parse(self, text: str) -> FunctionTerms | None:
        """(n, f, k, b) -> coefficient, without the constant, or None."""
        terms = parse_function_sum(_CONSTANT.sub("", _BARS.sub(r"(\1)", text)))
        if not terms:
            return None
        merged: FunctionTerms = {}
        for (power, name, slope, shift), value in terms.items():
            key = (power, name, slope, shift)
            if name == "ln" and power == 0 and shift == 0:
                key = (0, "ln", 1, 0)
            if key != (0, "", 0, 0):
                merged[key] = merged.get(key, 0) + value
        return {key: value for key, value in merged.items() if value} or None


class FunctionIntegral(MathFamily):
    """Find an antiderivative of a sum of simple functions.

    Difficulty sets the number of summands (3 to 7) and the size of the numbers (up to 9 to 24);
    from 0.4 on, the arguments are k*x + b and one summand is x times a function (by parts).
    """

    family = "function_integral"
    group = "calculus"
    answer = _Antiderivative()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the integrand term by term; the table of basic integrals gives the result."""
        size = 9 + int(15.99 * difficulty)
        exponent = 2 + rng.randrange(5)
        value = _nonzero(rng, size)
        integrand: FunctionTerms = {(exponent, "", 0, 0): value}
        result: FunctionTerms = {(exponent + 1, "", 0, 0): Fraction(value, exponent + 1)}
        if rng.randrange(2):
            value = _nonzero(rng, size)
            integrand[-1, "", 0, 0] = result[0, "ln", 1, 0] = value
        for i in range(2 + int(4.49 * difficulty)):
            name, slope, value = rng.choice(_NAMES), 1 + rng.randrange(size), _nonzero(rng, size)
            shift = rng.randint(-6, 6) if difficulty >= 0.4 else 0
            power = int(difficulty >= 0.4 and i == 0)
            key = (power, name, slope, shift)
            if key in integrand:
                continue
            integrand[key] = value
            partner, sign = {"sin": ("cos", -1), "cos": ("sin", 1), "exp": ("exp", 1)}[name]
            _add(result, (power, partner, slope, shift), Fraction(sign * value, slope))
            if power:  # by parts: minus the integral of the antiderivative
                turned, turn = {"sin": ("sin", 1), "cos": ("cos", 1), "exp": ("exp", -1)}[name]
                _add(result, (0, turned, slope, shift), Fraction(turn * value, slope * slope))
        domain = ", for x > 0" if (-1, "", 0, 0) in integrand else ""
        prompt = (
            f"Find an antiderivative of {function_text(integrand)} with respect to x{domain}. "
            "Write exp(...) or e^(...) for powers of e; the constant of integration may be left out."
        )
        return Task(self.family, prompt, f"{function_text(result)} + C", difficulty)

    def solve(self, prompt: str) -> str:
        """Tabular integration by parts, checked against the integrand by numerical derivatives."""
        match = _ASKED.search(prompt)
        terms = parse_function_sum(match[1]) if match else None
        if not terms:
            msg = "no formula"
            raise ValueError(msg)
        result: FunctionTerms = {}
        for (power, name, slope, shift), value in terms.items():
            if not name:
                key = (0, "ln", 1, 0) if power == -1 else (power + 1, "", 0, 0)
                _add(result, key, value if power == -1 else Fraction(value) / (power + 1))
                continue
            if power < 0 or name == "ln":
                msg = "not in the table"
                raise ValueError(msg)
            integral, factor = name, Fraction(value)
            for j in range(power + 1):
                integral, sign = {"sin": ("cos", -1), "cos": ("sin", 1)}.get(
                    integral, (integral, 1)
                )
                factor *= Fraction(sign) / slope
                falling = (-1) ** j * factorial(power) // factorial(power - j)
                _add(result, (power - j, integral, slope, shift), factor * falling)
        for x in (0.61, 1.27):
            step = 1e-5
            rate = (_value(result, x + step) - _value(result, x - step)) / (2 * step)
            expected = _value(terms, x)
            scale = sum(abs(_value({key: value}, x)) for key, value in terms.items())
            if abs(rate - expected) > 1e-4 * (1 + scale):
                msg = "the derivative is not the integrand"
                raise ValueError(msg)
        return function_text(result)

    def cheats(self, task: Task) -> list[str]:
        """The integrand, a term too many, a lost summand, the constant alone, the integral sign."""
        match = _ASKED.search(task.prompt)
        answer = self.oracle(task).removesuffix(" + C")
        lost = answer.rpartition(" ")[0].rpartition(" ")[0]
        wrong = [f"{answer} + x + C", f"{lost} + C", "C", f"2*({answer})"]
        return [*wrong, match[1], f"\\int {match[1]} dx"] if match else wrong


def _nonzero(rng: TaskRandom, size: int) -> int:
    return (1 + rng.randrange(size)) * (1 - 2 * rng.randrange(2))


def _add(terms: FunctionTerms, key: Key, value: int | Fraction) -> None:
    terms[key] = terms.get(key, 0) + value


def _value(terms: FunctionTerms, x: float) -> float:
    return sum(
        float(value) * x**power * _FUNCTIONS[name](float(slope) * x + float(shift))
        for (power, name, slope, shift), value in terms.items()
    )
