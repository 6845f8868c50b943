"""Division with remainder."""

import re
from dataclasses import dataclass

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["DivisionRemainder"]

# Dollars, LaTeX text and bold marks (but no power such as 2**3) inside an answer.
_MARKUP = re.compile(r"\$|\\(?:text|mathrm)\{([^{}]*)\}|\*\*(?![0-9])|(?<![0-9])\*\*")
_MAX_TEXT = 200
_NUMBER = "(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})"
_QUOTIENT_AND_REMAINDER = re.compile(
    rf"(?:(?:the )?q(?:uotient)?(?: is)? ?[:=]? ?)?({_NUMBER})"
    r"(?: ?[,;] ?| |(?=r))(?:and |with )?"
    rf"(?:(?:an? |the )?r(?:em(?:ainder)?)?(?: of| is)? ?[:=]? ?)?({_NUMBER})"
).fullmatch


@dataclass(frozen=True)
class QuotientRemainder:
    """Two integers as "17, 5", "17 R 5", "17 remainder 5" or "quotient = 17, remainder = 5"."""

    hint: str = "the quotient and the remainder, such as 17, 5"

    def parse(self, text: str) -> tuple[int, int] | None:
        """The quotient and the remainder, or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = " ".join(_MARKUP.sub(r"\1", clean_math(text)).lower().split())
        if text[:1] in "([" and text[-1:] in ")]":
            text = text[1:-1].strip()
        match = _QUOTIENT_AND_REMAINDER(text)
        if match is None:
            return None
        return int(match[1].replace(",", "")), int(match[2].replace(",", ""))


class DivisionRemainder(MathFamily):
    """Divide two integers and give the quotient and the remainder.

    Difficulty sets the digits of the divisor (2 to 5) and of the quotient (2 to 6).
    """

    family = "division_remainder"
    group = "arithmetic"
    answer = QuotientRemainder()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the divisor, the quotient and the remainder."""
        low = 10 ** (1 + int(3.99 * difficulty))
        divisor = low + 1 + rng.randrange(9 * low - 1)
        low = 10 ** (1 + int(4.99 * difficulty))
        quotient = low + rng.randrange(9 * low)
        remainder = rng.randrange(divisor)
        prompt = (
            f"Divide {quotient * divisor + remainder} by {divisor}. "
            "Give the quotient and the remainder, separated by a comma."
        )
        return Task(self.family, prompt, f"{quotient}, {remainder}", difficulty)

    def solve(self, prompt: str) -> str:
        """Long division, digit by digit."""
        _, dividend, _, divisor_text = prompt.partition(".")[0].split()
        divisor, quotient, remainder = int(divisor_text), 0, 0
        if divisor < 1:
            msg = f"cannot divide by {divisor}"
            raise ValueError(msg)
        for digit in dividend:
            remainder = 10 * remainder + int(digit)
            times = 0
            while remainder >= divisor:
                remainder -= divisor
                times += 1
            quotient = 10 * quotient + times
        return f"{quotient}, {remainder}"

    def cheats(self, task: Task) -> list[str]:
        """One part only, a remainder that is too large or negative, or a decimal quotient."""
        quotient, remainder = map(int, self.oracle(task).split(", "))
        _, dividend, _, divisor = task.prompt.partition(".")[0].split()
        return [
            str(quotient),
            f"{quotient}, {remainder}, {divisor}",
            f"{quotient - 1}, {remainder + int(divisor)}",
            f"{quotient + 1}, {remainder - int(divisor)}",
            f"0, {dividend}",
            f"{int(dividend) / int(divisor):.4f}",
            f"{dividend}/{divisor}",
        ]
