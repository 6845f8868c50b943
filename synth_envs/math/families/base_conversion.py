"""Numerals in other bases."""

import re
from dataclasses import dataclass

from synth_envs.core import Json, Task
from synth_envs.math.family import MathFamily
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["BaseConversion"]

_DIGITS = "0123456789abcdef"
_MAX_TEXT = 300
_PREFIXES = {2: "0b", 8: "0o", 16: "0x"}
_NUMERAL = re.compile(
    r"(?P<open>\()?(?P<digits>(?:0[xo])?[0-9a-f]+(?:[ _,][0-9a-f]{3,4})*)(?(open)\))"
    r"(?:_?(?:(?P<sub>[0-9]{1,2})|\{(?P<braced>[0-9]{1,2})\})|"
    r" \(?(?:in )?base[ -]?(?P<base>[0-9]{1,2})\)?)?"
).fullmatch
_LATEX_TEXT = re.compile(r"\\(?:text|mathrm|mathtt|texttt)\{([^{}]*)\}")
_SUBSCRIPT = re.compile("[₀₁₂₃₄₅₆₇₈₉]{1,2}$")
_SUBSCRIPT_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True)
class Numeral:
    """Digits 0-9 and a-f in any case, grouped by 3 or 4, with a prefix (0x) or stated base (_16, base 16).

    The base is the task's to know, so the value keeps the digits and the stated base as text.
    """

    hint: str = "the digits alone, such as 3fa"

    def parse(self, text: str) -> tuple[str, str] | None:
        """The digits in lower case and the stated base or "", or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = _LATEX_TEXT.sub(r"\1", clean_math(text))
        text = _SUBSCRIPT.sub(lambda run: "_" + run[0].translate(_SUBSCRIPT_DIGITS), text.strip())
        match = _NUMERAL(text.lower())
        if match is None:
            return None
        digits = match["digits"].replace(" ", "").replace("_", "").replace(",", "")
        return digits, match["sub"] or match["braced"] or match["base"] or ""


class BaseConversion(MathFamily):
    """Write a number given in one base in another base, both from 2 to 16.

    Difficulty sets the size of the number (3 to 9 decimal digits).
    """

    family = "base_conversion"
    group = "arithmetic"
    answer = Numeral()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw two bases and the value, and write it twice."""
        source, target = divmod(rng.randrange(15 * 14), 14)
        if target >= source:
            target += 1
        source += 2
        target += 2
        low = 10 ** (2 + int(6.99 * difficulty))
        value = low + rng.randrange(9 * low)
        prompt = (
            f"Convert {_numeral(value, source)} from base {source} to base {target}. "
            "Write digits above 9 as the letters a to f."
        )
        reference = {"answer": _numeral(value, target), "base": target}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: tuple[str, str]) -> bool:
        """The same digits, after a prefix or a stated base only if it is the asked one."""
        digits, stated = value
        base = reference["base"]
        if stated not in ("", str(base)):
            return False
        prefix = _PREFIXES.get(base)
        if prefix and len(digits) > 2:
            digits = digits.removeprefix(prefix)
        return bool(digits.lstrip("0") == reference["answer"])

    def solve(self, prompt: str) -> str:
        """Add up place values, then take out powers of the target base from the highest down."""
        words = prompt.partition(".")[0].split()
        source, target = int(words[4]), int(words[7])
        if not (2 <= source <= 16 and 2 <= target <= 16):
            msg = f"no bases: {source}, {target}"
            raise ValueError(msg)
        value = 0
        for place, digit in enumerate(reversed(words[1])):
            value += _DIGITS.index(digit) * source**place
        power = 1
        while power * target <= value:
            power *= target
        digits = ""
        while power:
            digits += _DIGITS[value // power]
            value, power = value % power, power // target
        return digits

    def cheats(self, task: Task) -> list[str]:
        """The given numeral, a sign, a wrong base or prefix, the digits spelled as numbers."""
        given, base = task.prompt.split()[1], task.reference["base"]
        answer = self.oracle(task)
        wrong = [
            given,
            f"-{answer}",
            f"+{answer}",
            f"{answer}_{base + 1}",
            f"{answer}.0",
            answer[:-1],
        ]
        wrong += [f"{prefix}{answer}" for b, prefix in _PREFIXES.items() if b != base]
        return [*wrong, f"{answer}0", " ".join(str(_DIGITS.index(digit)) for digit in answer)]


def _numeral(value: int, base: int) -> str:
    if base == 10:
        return str(value)
    digits = ""
    while value:
        value, digit = divmod(value, base)
        digits = _DIGITS[digit] + digits
    return digits
