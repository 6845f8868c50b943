"""Derivatives of products and sums of polynomials with sin, cos, exp and ln."""

import re
from fractions import Fraction
from itertools import combinations
from math import factorial

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.function_sums import (
    FunctionSum,
    FunctionTerms,
    argument_text,
    function_text,
    parse_function_sum,
)
from synth_envs.math.polynomials import polynomial_text
from synth_envs.seeding import TaskRandom

__all__ = ["FunctionDerivative"]

_NAMES = ("sin", "cos", "exp", "ln")
# f' = sign * partner, both at the same argument and before the inner derivative.
_PARTNER = {"sin": ("cos", 1), "cos": ("sin", -1), "exp": ("exp", 1)}
_ASKED = re.compile(r"Differentiate (.*) with respect")
_ZERO = Fraction(0)
_ORDER = 8
_EXP = [Fraction(1, factorial(i)) for i in range(_ORDER)]
# Power series in u, lowest power first; ln is ln(1 + u).
_SERIES = {
    "sin": [_EXP[i] * (0, 1, 0, -1)[i % 4] for i in range(_ORDER)],
    "cos": [_EXP[i] * (1, 0, -1, 0)[i % 4] for i in range(_ORDER)],
    "exp": _EXP,
    "ln": [_ZERO, *(Fraction((-1) ** (i + 1), i) for i in range(1, _ORDER))],
    "": [Fraction(1), *[_ZERO] * (_ORDER - 1)],
}


class FunctionDerivative(MathFamily):
    """Differentiate a sum of products of polynomials with sin, cos, exp or ln.

    Difficulty sets the number of products (1 to 3), the terms of their polynomials (1 to 3), the
    size of the numbers (up to 9 to 15) and, from 0.5, lets the inner functions be k*x + b.
    """

    family = "function_derivative"
    group = "calculus"
    answer = FunctionSum()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the summands and apply the product rule to each."""
        size = 9 + int(6.99 * difficulty)
        exponent = 2 + rng.randrange(4)
        coefficient = _nonzero(rng, size)
        text = polynomial_text([0] * exponent + [coefficient])
        result = {(exponent - 1, "", 0, 0): exponent * coefficient}
        for _ in range(1 + int(2.99 * difficulty)):
            name = rng.choice(_NAMES)
            slope = 1 + rng.randrange(size)
            if name == "exp" and rng.randrange(2):
                slope = -slope
            shift = rng.randint(-5, 5) if difficulty >= 0.5 and name != "ln" else 0
            powers = rng.sample(range(4), 1 + int(2.99 * difficulty))
            factor = [0] * 4
            for power in powers:
                factor[power] = _nonzero(rng, size)
            function = f"{name}({argument_text(slope, shift)})"
            if len(powers) > 1:
                text += f" + ({polynomial_text(factor)})*{function}"
            else:
                term = function_text({(powers[0], name, slope, shift): factor[powers[0]]})
                text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
            _add_derivative(result, factor, name, slope, shift)
        domain = ", for x > 0" if "ln(" in text else ""
        prompt = (
            f"Differentiate {text} with respect to x{domain}. Write exp(...) or e^(...) for powers of e; "
            "no simplification is needed beyond carrying out every derivative."
        )
        return Task(self.family, prompt, function_text(result), difficulty)

    def solve(self, prompt: str) -> str:
        """Undetermined coefficients: compare power series of each term's derivative."""
        match = _ASKED.search(prompt)
        terms = parse_function_sum(match[1]) if match else None
        if not terms:
            msg = "no formula"
            raise ValueError(msg)
        result: FunctionTerms = {}
        for (power, name, slope, shift), value in terms.items():
            for key, part in _by_series(power, name, Fraction(slope), Fraction(shift)).items():
                result[key] = result.get(key, _ZERO) + value * part
        return function_text(result)

    def cheats(self, task: Task) -> list[str]:
        """The formula itself, an announced derivative, a term too many, a constant."""
        match = _ASKED.search(task.prompt)
        answer = self.oracle(task)
        wrong = [f"{answer} + x", f"{answer} + C", answer.rpartition(" ")[0].rpartition(" ")[0]]
        return [*wrong, match[1], f"d/dx({match[1]})", f"({match[1]})'"] if match else wrong


def _nonzero(rng: TaskRandom, size: int) -> int:
    return (1 + rng.randrange(size)) * (1 - 2 * rng.randrange(2))


def _add_derivative(
    result: dict[tuple[int, str, int, int], int],
    factor: list[int],
    name: str,
    slope: int,
    shift: int,
) -> None:
    """Add the derivative of factor(x) * f(slope*x + shift)."""
    for power, value in enumerate(factor):
        if not value:
            continue
        if power:
            key = (power - 1, name, slope, shift)
            result[key] = result.get(key, 0) + power * value
        if name == "ln":
            key = (power - 1, "", 0, 0)
            result[key] = result.get(key, 0) + value
        else:
            partner, sign = _PARTNER[name]
            key = (power, partner, slope, shift)
            result[key] = result.get(key, 0) + sign * slope * value


def _by_series(power: int, name: str, slope: Fraction, shift: Fraction) -> FunctionTerms:
    """The derivative of x^power * f(k*x + b) as a*x^(power-1)*f + c*x^power*g, g the partner of f.

    All are expanded in u = k*x + b (for ln, k*x + b = 1 + u), where their series have rational
    coefficients; a and c follow from the first coefficients and must fit the others.
    """
    if not name:
        return {(power - 1, "", _ZERO, _ZERO): Fraction(power)} if power else {}
    x = [((1 if name == "ln" else 0) - shift) / slope, 1 / slope]
    target = _times_power(_SERIES[name], x, power)
    target = [slope * i * value for i, value in enumerate(target) if i]
    keys = []
    if power:
        keys.append((power - 1, name, slope, shift))
    keys.append(
        (power - 1, "", _ZERO, _ZERO) if name == "ln" else (power, _PARTNER[name][0], slope, shift)
    )
    columns = [_times_power(_SERIES[f], x, n)[:-1] for n, f, _, _ in keys]
    return dict(zip(keys, _fit(columns, target), strict=True))


def _times_power(series: list[Fraction], x: list[Fraction], power: int) -> list[Fraction]:
    """The series times (x[0] + x[1]*u)^power, cut off at the same order."""
    result = list(series)
    for _ in range(abs(power)):
        if power > 0:
            result = [a * x[0] + b * x[1] for a, b in zip(result, [_ZERO, *result], strict=False)]
        else:
            carry = _ZERO
            for i, a in enumerate(result):
                carry = result[i] = (a - carry * x[1]) / x[0]
    return result


def _fit(columns: list[list[Fraction]], target: list[Fraction]) -> list[Fraction]:
    """The factors of one or two columns that add up to the target."""
    first, second = columns[0], columns[-1]
    for i, j in combinations(range(len(target)), 2):
        if len(columns) == 1:
            factors = [target[i] / first[i]] if first[i] else []
        elif over := first[i] * second[j] - first[j] * second[i]:
            factors = [
                (target[i] * second[j] - target[j] * second[i]) / over,
                (first[i] * target[j] - first[j] * target[i]) / over,
            ]
        else:
            factors = []
        if factors:
            rows = zip(*columns, strict=True)
            if [sum(f * v for f, v in zip(factors, row, strict=True)) for row in rows] == target:
                return factors
            break
    msg = "the derivative has another form"
    raise ValueError(msg)
