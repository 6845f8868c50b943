"""Additions in letters, such as SEND + MORE = MONEY: any assignment of digits that works is right."""

from synth_envs.core import Json, Task
from synth_envs.math.answers import Choice
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Cryptarithm"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORDINGS = (
    "In this addition each letter stands for one digit from 0 to 9, different letters for different digits, and no number starts with 0.",
    "Replace each letter by a digit (0 to 9) so that the addition is right. Equal letters are equal digits, different letters are different digits, and the first digit of a number is never 0.",
    "Solve this cryptarithm: every letter is a digit from 0 to 9, no two letters are the same digit, and no leading digit is 0.",
)
_ASK = '\n\n{sum}\n\nGive the digit of each letter, such as "{first}=1, {second}=2, ...".'
_MAX_STEPS = 60_000


class Cryptarithm(MathFamily):
    """Find digits for letters so that an addition is right.

    Difficulty sets how long the two numbers are (3 to 7 digits; the second may be one shorter). With
    at least six letters, fewer than 1 in 500 assignments of distinct digits are right.
    """

    family = "cryptarithm"
    group = "puzzles"
    answer = Choice(hint="a digit for each letter, such as A=1, B=2")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Add random numbers, then replace the digits by random letters."""
        low = 10 ** (2 + int(4.99 * difficulty))
        written = f"{123 * low // 100} {456 * low // 100} {579 * low // 100}"
        for _ in range(20):  # nearly always enough to find another
            shorter = max(100, low // 10) if rng.randrange(3) == 0 else low
            first, second = low + rng.randrange(9 * low), shorter + rng.randrange(9 * shorter)
            written = f"{first} {second} {first + second}"
            if len(set(written)) >= 7:  # six digits and the space
                break
        digits = sorted(set(written))[1:]
        letters = rng.sample(_LETTERS, len(digits))
        encode = str.maketrans("".join(digits), "".join(letters))
        numbers = written.translate(encode).split(" ")
        pairs = sorted(zip(letters, digits, strict=True))
        reference = {
            "answer": ", ".join([f"{letter}={digit}" for letter, digit in pairs]),
            "addends": numbers[:-1],
            "total": numbers[-1],
        }
        prompt = phrasing(_WORDINGS, numbers[0], numbers[1])
        prompt += _ASK.format(sum=_layout(numbers), first=pairs[0][0], second=pairs[1][0])
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: dict[str, str]) -> bool:
        """A digit of its own for every letter, no leading zero, and a right sum."""
        words = [word.lower() for word in (*reference["addends"], reference["total"])]
        if set(value) != set("".join(words)) or len(set(value.values())) != len(value):
            return False
        if not all(len(digit) == 1 and digit in "0123456789" for digit in value.values()):
            return False
        numbers = ["".join(value[letter] for letter in word) for word in words]
        return all(number[0] != "0" for number in numbers) and (
            sum(map(int, numbers[:-1])) == int(numbers[-1])
        )

    def solve(self, prompt: str) -> str:
        """Choose digits column by column from the right, carrying over."""
        lines = [line.replace("+", " ").split() for line in prompt.split("\n\n")[1].split("\n")]
        words = [line[::-1] for line in lines if "---" not in line[0]]
        columns = [
            [word[i] if i < len(word) else "" for word in words]
            for i in range(max(map(len, words)))
        ]
        found = _Search(columns, {word[-1] for word in words}).run()
        return ", ".join(f"{letter}={digit}" for letter, digit in sorted(found.items()))

    def cheats(self, task: Task) -> list[str]:
        """All zeros, one digit twice, letters left out, the numbers instead of the letters."""
        pairs = self.oracle(task).split(", ")
        letters = [pair[0] for pair in pairs]
        return [
            ", ".join(f"{letter}=0" for letter in letters),
            ", ".join(pairs[:-1]),
            ", ".join([*pairs, "Other=1"]),
            ", ".join([*pairs[:-1], f"{letters[-1]}={pairs[0][-1]}"]),
            ", ".join([*pairs, f"{letters[0]}=0"]),
            ", ".join([f"{letters[0]}=1{pairs[0][-1]}", *pairs[1:]]),
            " + ".join(task.reference["addends"]) + " = " + task.reference["total"],
        ]


def _layout(numbers: list[str]) -> str:
    """The addition in columns, with the letters spaced."""
    width = 2 * len(numbers[-1]) + 1
    first, second, total = [" ".join(number) for number in numbers]
    dashes = "-" * width
    return f"{first:>{width}}\n{'+ ' + second:>{width}}\n{dashes}\n{total:>{width}}"


class _Search:
    """Depth-first search over the letters, column by column."""

    def __init__(self, columns: list[list[str]], leading: set[str]) -> None:
        self._columns = columns
        self._leading = leading
        self._digits: dict[str, int] = {}
        self._steps = _MAX_STEPS

    def run(self) -> dict[str, int]:
        if not self._extend(0, 0, 0):
            msg = "no digits fit"
            raise ValueError(msg)
        return self._digits

    def _extend(self, column: int, row: int, total: int) -> bool:
        """Fill in from this letter on; `total` is the sum of the column so far."""
        if column == len(self._columns):
            return total == 0
        self._steps -= 1
        letters = self._columns[column]
        letter, is_sum = letters[row], row == len(letters) - 1
        known = self._digits.get(letter, None if letter else 0)
        options = list(range(10)) if known is None else [known]
        if is_sum:
            options = [total % 10] if known in (None, total % 10) else []
        elif known is None and letters[-1] in self._digits:
            later = [self._digits.get(other, None if other else 0) for other in letters[row + 1 :]]
            if None not in later:  # the rest of the column decides this letter
                *others, end = (digit or 0 for digit in later)
                options = [(end - total - sum(others)) % 10]
        used = set(self._digits.values()) if known is None else ()
        for digit in options:
            if digit in used or (digit == 0 and letter in self._leading) or self._steps < 0:
                continue
            if known is None:
                self._digits[letter] = digit
            after = (column + 1, 0, total // 10) if is_sum else (column, row + 1, total + digit)
            if self._extend(*after):
                return True
            if known is None:
                del self._digits[letter]
        return False
