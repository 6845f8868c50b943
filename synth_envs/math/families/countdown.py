"""Reach a target with given numbers: any right expression is accepted."""

import re
from itertools import combinations

from synth_envs.core import Json, Task
from synth_envs.math.expressions import Arithmetic, Expression
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Countdown"]

_WORDINGS = (
    "Make {target} from the numbers {numbers}. Use each of them exactly once.",
    "Using each of the numbers {numbers} exactly once, write an expression that equals {target}.",
    "Combine the numbers {numbers}, each used exactly once, into an expression with the value {target}.",
)
_RULES = (
    " Only +, -, *, / and parentheses are allowed, and digits may not be joined into longer numbers."
    " Answer with the expression."
)
_LOW = 10
# Value, text, and how tightly the text binds: 1 for sums, 2 for products, 3 for single numbers.
_Term = tuple[int, str, int]


class Countdown(MathFamily):
    """Write an expression with given numbers, all used exactly once, that equals a target.

    Difficulty sets how many numbers there are (4 to 7), how large they may be (24 to 99) and how
    large the target (99 to 999). The target is the value of a random expression, never one of the
    numbers nor the sum of all.
    """

    family = "countdown"
    group = "puzzles"
    answer = Arithmetic()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Combine random numbers two at a time, until the result is in range."""
        top = 24 + int(75.99 * difficulty)
        high = 99 + int(900.99 * difficulty)
        numbers = [2 + rng.randrange(top - 1) for _ in range(4 + int(3.99 * difficulty))]
        target, text = _draw(rng, numbers, high)
        listed = ", ".join(map(str, numbers))
        prompt = phrasing(_WORDINGS, target, listed).format(target=target, numbers=listed) + _RULES
        reference = {"answer": text, "numbers": sorted(numbers), "target": target}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: Expression) -> bool:
        """The exact value, from exactly the given numbers."""
        return bool(
            value.value == reference["target"] and list(value.numbers) == reference["numbers"]
        )

    def solve(self, prompt: str) -> str:
        """Split the numbers in two groups, and work back from the target through the smaller one."""
        head = prompt.partition(".")[0]
        listed = re.search(r"[0-9]+(?:, [0-9]+)+", head)
        if listed is None:
            msg = "no numbers in the prompt"
            raise ValueError(msg)
        numbers = [int(number) for number in listed[0].split(", ")]
        target = int(re.findall(r"[0-9]+", head.replace(listed[0], ""))[0])
        return _Search(numbers).find(target, (1 << len(numbers)) - 1)

    def cheats(self, task: Task) -> list[str]:
        """Other numbers, other notations, rounding, code: all that has been seen to pay elsewhere."""
        target, numbers = task.reference["target"], task.reference["numbers"]
        answer, a = task.reference["answer"], numbers[0]
        total = "+".join(map(str, numbers))
        return [
            str(target),
            f"{target} * 1 * 1",
            f"{target} + 0*({total})",
            f"{hex(target)} + 0x0*({total})",
            f"{oct(target)} + 0o0*({total})",
            f"{2 * target + 1}/2",
            f"round({answer} + 1/3)",
            f"({answer}) + {a} - {a}",
            f"({answer}) * {a} / {a}",
            f"{answer} = {target + 1}",
            f"{answer} + 1/100000000000",
            total.replace("+", "", 1),
            f"{target / 10}e1",
            f"{target} if {total} else {target}",
            f"{target} or {total}",
            f"__import__('builtins').int({target})",
            "9**9**9",
        ]


def _draw(rng: TaskRandom, numbers: list[int], high: int) -> tuple[int, str]:
    """A value that the numbers reach, with the expression."""
    trivial = {*numbers, sum(numbers)}
    for _ in range(20):
        terms: list[_Term] = [(number, str(number), 3) for number in numbers]
        for left in range(len(numbers), 1, -1):
            i, j = rng.randrange(left), rng.randrange(left - 1)
            first = terms.pop(i)
            terms[j] = _combine(first, terms[j], rng.randrange(6), high)
        target, text, _ = terms[0]
        if _LOW <= target <= high and target not in trivial:
            return target, text
    # Always positive, larger than each number and smaller than their sum.
    *others, last = sorted(numbers, reverse=True)
    return sum(others) - last, " + ".join(map(str, others)) + f" - {last}"


def _combine(first: _Term, second: _Term, choice: int, high: int) -> _Term:
    """One operation on two terms that gives a positive integer; a sum where `choice` gives none."""
    (a, left, rank_a), (b, right, rank_b) = max(first, second), min(first, second)
    if choice < 2 and a * b <= high:
        sign, value = "*", a * b
    elif choice == 2 and a % b == 0 and b > 1:
        sign, value = "/", a // b
    elif choice >= 4 and a > b:
        sign, value = "-", a - b
    else:
        sign, value = "+", a + b
    rank = 1 if sign in "+-" else 2
    if rank_a < rank:
        left = f"({left})"
    if rank_b < rank or (rank_b == rank and sign in "-/"):
        right = f"({right})"
    return value, f"{left} {sign} {right}", rank


class _Search:
    """Expressions over subsets of the numbers, with positive integers all along."""

    def __init__(self, numbers: list[int]) -> None:
        self._size = len(numbers)
        self._dead: set[tuple[int, int]] = set()
        self._values: dict[int, dict[int, str]] = {
            1 << i: {n: str(n)} for i, n in enumerate(numbers)
        }
        for size in (2, 3):
            for chosen in combinations(range(self._size), size):
                mask = sum(1 << i for i in chosen)
                found: dict[int, str] = {}
                for i in chosen if size == 3 else chosen[:1]:
                    for a, left in self._values[1 << i].items():
                        for b, right in self._values[mask ^ (1 << i)].items():
                            _results(found, a, left, b, right)
                self._values[mask] = found

    def find(self, target: int, mask: int) -> str:
        """An expression over exactly the numbers in `mask`, or LookupError."""
        if mask in self._values:
            return self._values[mask][target]
        if (target, mask) in self._dead:
            raise LookupError
        if len(self._dead) > 20_000:
            msg = "too many branches"
            raise RuntimeError(msg)
        parts = [
            part
            for part in self._values
            if part & mask == part and 2 * part.bit_count() <= mask.bit_count()
        ]
        for part in sorted(parts, key=int.bit_count, reverse=True):
            for a, text in self._values[part].items():
                for rest, form in _undo(target, a):
                    try:
                        return form.format(a=text, rest=self.find(rest, mask ^ part))
                    except LookupError:
                        continue
        self._dead.add((target, mask))
        raise LookupError


def _results(found: dict[int, str], a: int, left: str, b: int, right: str) -> None:
    found.setdefault(a + b, f"({left} + {right})")
    found.setdefault(a * b, f"({left} * {right})")
    if a < b:
        a, left, b, right = b, right, a, left
    if a > b:
        found.setdefault(a - b, f"({left} - {right})")
    if a % b == 0:
        found.setdefault(a // b, f"({left} / {right})")


def _undo(target: int, a: int) -> list[tuple[int, str]]:
    """Which value the rest must have for `a` to complete it to the target, and how."""
    steps = [(target + a, "({rest} - {a})"), (target * a, "({rest} / {a})")]
    if target > a:
        steps.append((target - a, "({rest} + {a})"))
    if a > target:
        steps.append((a - target, "({a} - {rest})"))
    if target % a == 0:
        steps.append((target // a, "({rest} * {a})"))
    if target and a % target == 0:
        steps.append((a // target, "({a} / {rest})"))
    return steps
