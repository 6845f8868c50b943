"""Quantities in other units."""

import re
from fractions import Fraction
from functools import lru_cache
from math import gcd

from synth_envs.core import Json, Score, Task
from synth_envs.math.answers import Rational
from synth_envs.math.extract import final_answer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.numbers import parse_number
from synth_envs.seeding import TaskRandom

__all__ = ["UnitConversion"]

# One system a line. Each unit has its plural name, its size in a step that makes all sizes of the
# system whole, and other spellings; spellings without "s" and with "metre" and "litre" follow.
_TABLE = """
millimeters|1|mm; centimeters|10|cm; meters|1000|m; kilometers|1000000|km
inches|1|in|inch; feet|12|ft|foot; yards|36|yd; miles|63360|mi
milligrams|1|mg; grams|1000|g; kilograms|1000000|kg; metric tons|1000000000|t|tonnes
ounces|1|oz; pounds|16|lb|lbs; stone|224|st
seconds|1|s|sec; minutes|60|min; hours|3600|h|hr; days|86400|d; weeks|604800|wk
milliliters|1|ml; deciliters|100|dl; liters|1000|l; cubic meters|1000000|m^3|m^{3}|m3
US pints|1|pt|pints; US quarts|2|qt|quarts; US gallons|8|gal|gallons
square centimeters|1|cm^2|cm^{2}|cm2|sq cm; square meters|10000|m^2|m^{2}|m2|sq m; \
hectares|100000000|ha; square kilometers|10000000000|km^2|km^{2}|km2|sq km
square inches|1|in^2|in^{2}|in2|sq in; square feet|144|ft^2|ft^{2}|ft2|sq ft; \
square yards|1296|yd^2|yd^{2}|yd2|sq yd; acres|6272640|ac
centimeters per second|9|cm/s; meters per minute|15|m/min; \
kilometers per hour|250|km/h|kph|kmh; meters per second|900|m/s
feet per minute|1|ft/min|foot per minute; feet per second|60|ft/s|foot per second; \
miles per hour|88|mph|mi/h
"""
_SYSTEMS: tuple[dict[str, tuple[int, list[str]]], ...] = tuple(
    {
        name: (int(size), more)
        for name, size, *more in (unit.split("|") for unit in line.split("; "))
    }
    for line in _TABLE.strip().split("\n")
)
# The solver's own knowledge: each unit in terms of one that is named before it.
_DEFINITIONS = """
millimeters; centimeters = 10 millimeters; meters = 100 centimeters; kilometers = 1000 meters
inches; feet = 12 inches; yards = 3 feet; miles = 1760 yards
milligrams; grams = 1000 milligrams; kilograms = 1000 grams; metric tons = 1000 kilograms
ounces; pounds = 16 ounces; stone = 14 pounds
seconds; minutes = 60 seconds; hours = 60 minutes; days = 24 hours; weeks = 7 days
milliliters; deciliters = 100 milliliters; liters = 10 deciliters; cubic meters = 1000 liters
US pints; US quarts = 2 US pints; US gallons = 4 US quarts
square meters; square centimeters = 1/10000 square meters; hectares = 10000 square meters
square kilometers = 100 hectares
square feet; square inches = 1/144 square feet; square yards = 9 square feet; acres = 4840 square yards
meters per second; centimeters per second = 1/100 meters per second
meters per minute = 1/60 meters per second; kilometers per hour = 5/18 meters per second
feet per second; feet per minute = 1/60 feet per second; miles per hour = 22/15 feet per second
"""

_PROMPTS = (
    "Convert {amounts} to {unit}.",
    "Express {amounts} in {unit}.",
    "How many {unit} are {amounts}?",
)
_FORM = "Give the exact number, as a fraction if it has no exact decimal."
_QUESTION = re.compile(
    r"(?:Convert (?P<a>.+) to (?P<b>.+)\.|Express (?P<c>.+) in (?P<d>.+)\."
    r"|How many (?P<e>.+) are (?P<f>.+)\?) Give"
)
_LATEX_TEXT = re.compile(r"\\(?:text|mathrm)\{([^{}]*)\}")
_BRITISH = (("meter", "metre"), ("liter", "litre"))


class UnitConversion(MathFamily):
    """Express a quantity, later a sum of quantities, in another unit: an exact number.

    Difficulty sets the number of quantities (1 to 4, each in its own unit) and the digits of each
    (3 to 5). An answer may name the unit asked for or another one that makes it equal, but not one
    of the units it is given in: repeating the question is no conversion.
    """

    family = "unit_conversion"
    group = "arithmetic"
    answer = Rational(hint="an exact number (a fraction such as 7/3 if it has no exact decimal)")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a system, units and amounts, and add them up in the system's step."""
        system = rng.choice(_SYSTEMS)
        count = 1 + int(3.99 * difficulty)
        low = 10 ** (2 + int(2.99 * difficulty))
        names = rng.sample(tuple(system), min(count + 1, len(system)))
        target = names[-1]
        given = names[:count]
        total = 0
        amounts: list[str] = []
        for name in given:
            amount = low + rng.randrange(9 * low)
            amounts.append(f"{amount} {name}")
            total += amount * system[name][0]
        asked = phrasing(_PROMPTS, target, *amounts).format(
            amounts=" + ".join(amounts), unit=target
        )
        answer = _write(total, system[target][0])
        reference = {"answer": answer, "unit": target, "given": [n for n in given if n != target]}
        return Task(self.family, f"{asked} {_FORM}", reference, difficulty)

    def __call__(self, task: Task, response: str) -> Score:
        """Score one response, with the units that this task allows."""
        units = _spellings(task.reference["unit"], tuple(task.reference["given"]))
        value, problem = final_answer(
            response, lambda text: parse_number(_LATEX_TEXT.sub(r"\1", text), units)
        )
        return self._refusal(problem) if value is None else super().__call__(task, str(value))

    def accepts(self, reference: Json, value: Fraction) -> bool:
        """The exact number."""
        return value == Fraction(reference["answer"])

    def solve(self, prompt: str) -> str:
        """Follow the definition of each unit down to the one its system is built on."""
        match = _QUESTION.match(prompt)
        if match is None:
            msg = f"cannot read {prompt!r}"
            raise ValueError(msg)
        amounts, unit = (
            match["a"] or match["c"] or match["f"],
            match["b"] or match["d"] or match["e"],
        )
        total = Fraction(0)
        for amount in amounts.split(" + "):
            number, _, name = amount.partition(" ")
            total += int(number) * _factor(name)
        return str(total / _factor(unit))

    def cheats(self, task: Task) -> list[str]:
        """The question repeated, the right number of a wrong unit, a rounded or inverted number."""
        answer = self.oracle(task)
        value = Fraction(answer)
        match = _QUESTION.match(task.prompt)
        amounts = str(match and (match["a"] or match["c"] or match["f"])).split(" + ")
        wrong = [f"{answer} {name}" for name in (*task.reference["given"], "apples", "K", "%")]
        wrong += [" + ".join(amounts), f"{float(value) * 1.01:.1f}1", f"${answer}0{answer}"]
        if len(amounts) == 1:
            wrong += [amounts[0], amounts[0].split()[0]]
        return wrong if abs(value) == 1 else [*wrong, f"{value.denominator}/{value.numerator}"]


@lru_cache(maxsize=1024)
def _spellings(unit: str, given: tuple[str, ...]) -> dict[str, Fraction]:
    """Every spelling of the units an answer may name, with its factor to `unit`."""
    system = next(system for system in _SYSTEMS if unit in system)
    factors: dict[str, Fraction] = {}
    for name, (size, others) in system.items():
        if name in given:
            continue
        for spelling in (name.lower(), *others):
            for american, british in (("", ""), *_BRITISH):
                text = spelling.replace(american, british)
                words = text.split(" per ")
                singular = " per ".join([words[0].removesuffix("s"), *words[1:]])
                for form in (text, singular, singular.replace(" per ", "/")):
                    factors[form] = Fraction(size, system[unit][0])
    return factors


def _write(num: int, den: int) -> str:
    """The quotient as an exact decimal of at most 12 places, else as a fraction."""
    common = gcd(num, den)
    num, den = num // common, den // common
    if den == 1:
        return str(num)
    if 10**12 % den:
        return f"{num}/{den}"
    whole, rest = divmod(num, den)
    return f"{whole}.{rest * 10**12 // den:012d}".rstrip("0")


def _factor(name: str) -> Fraction:
    """What a unit is worth in the first unit of its line of definitions."""
    for definition in _DEFINITIONS.replace("\n", "; ").split("; "):
        unit, equals, rest = definition.partition(" = ")
        if unit == name:
            number, _, other = rest.partition(" ")
            return Fraction(number) * _factor(other) if equals else Fraction(1)
    msg = f"unknown unit {name!r}"
    raise LookupError(msg)
