"""Counterexamples in propositional logic: any assignment that refutes the argument is right."""

import re
from collections.abc import Callable, Iterator

from synth_envs.core import Json, Task
from synth_envs.math import truth
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Counterexample"]

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_WORDINGS = (
    "This argument is not valid: its conclusion does not follow from its premises.",
    "Refute the following argument.",
    "Show by a counterexample that the premises do not imply the conclusion.",
)
_ASK = (
    "Give truth values for {names} that make every premise true and the conclusion false, such as"
    ' "{first}: true, {second}: false, ...".'
)
_LEGENDS = (
    " (iff means if and only if, xor means exactly one of the two)",
    " (¬ is not, ∧ is and, ∨ is or, → is implies, ↔ is if and only if, ⊕ is exclusive or)",
)
_WORDS = {"not": "not ", "and": "and", "or": "or", "implies": "implies", "iff": "iff", "xor": "xor"}
_SYMBOLS = {"not": "¬", "and": "∧", "or": "∨", "implies": "→", "iff": "↔", "xor": "⊕"}
_MEANING = {symbol: word for word, symbol in _SYMBOLS.items()}
# Bit 2 * left + right of each mask is the value of "left op right".
_OPS = {"and": 0b1000, "or": 0b1110, "implies": 0b1011, "iff": 0b1001, "xor": 0b0110}
_WITH_VALUE = [
    [[op for op, mask in _OPS.items() if mask >> case & 1 == value] for case in range(4)]
    for value in (0, 1)
]
_NAMES = tuple(_OPS)
_TABLES: dict[str, Callable[[int, int], int]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "implies": lambda a, b: ~a | b,
    "iff": lambda a, b: ~(a ^ b),
    "xor": lambda a, b: a ^ b,
}


class Counterexample(MathFamily):
    """Make every premise of an invalid argument true and its conclusion false.

    Difficulty sets the number of letters (7 to 10), the size of the formulas (2 to 5 letters each)
    and the share of assignments that may be counterexamples (1 in 64 to 1 in 1024).
    """

    family = "counterexample"
    group = "logic"
    answer = truth.TRUTH_VALUES

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Add premises that a hidden assignment makes true until few other assignments do."""
        n = 7 + int(3.99 * difficulty)
        limit = max(1, 1 << n >> 6 + int(4 * difficulty))
        names = sorted(rng.sample(_LETTERS, n))
        hidden, worlds = rng.randrange(1 << n), truth.every_world(n)
        smallest, largest = 2 + int(difficulty), 3 + int(2 * difficulty)
        conclusion, table = _formula(rng, rng.sample(range(n), largest), n, hidden, 0)
        worlds &= ~table
        premises: list[Json] = []
        for _ in range(500):  # a dozen or less suffice
            letters = rng.sample(range(n), rng.randint(smallest, largest))
            formula, table = _formula(rng, letters, n, hidden, 1)
            if worlds & table != worlds:
                worlds &= table
                premises.append(formula)
                if worlds.bit_count() <= limit:
                    break
        symbolic = phrasing("ws", str(premises)) == "s"
        words = _SYMBOLS if symbolic else _WORDS
        lines = [f"Premise: {_text(formula, names, words)}" for formula in premises]
        lines.append(f"Conclusion: {_text(conclusion, names, words)}")
        ask = _ASK.format(names=", ".join(names), first=names[0], second=names[1])
        prompt = "\n".join([phrasing(_WORDINGS, *lines), *lines, ask + _LEGENDS[symbolic]])
        reference = {
            "answer": truth.assignment_text(names, hidden),
            "names": names,
            "premises": premises,
            "conclusion": conclusion,
        }
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: dict[str, str]) -> bool:
        """A value for every letter and nothing else, true premises and a false conclusion."""
        names = [name.lower() for name in reference["names"]]
        if set(value) != set(names):
            return False
        world: list[bool | None] = [value[name] == "true" for name in names]
        return _value(reference["conclusion"], world) is False and all(
            _value(premise, world) for premise in reference["premises"]
        )

    def solve(self, prompt: str) -> str:
        """Branch on one letter after another; give up a branch once a formula has the wrong value."""
        names = prompt.rpartition("truth values for ")[2].partition(" that")[0].split(", ")
        wanted = [
            (_parse(iter(_TOKENS(line)), names), kind == "Premise")
            for kind, line in re.findall(r"(?m)^(Premise|Conclusion): (.*)$", prompt)
        ]
        world: list[bool | None] = [None] * len(names)

        def extend(i: int) -> bool:
            if any(_value(formula, world) is (not value) for formula, value in wanted):
                return False
            if i == len(names):
                return True
            for world[i] in (True, False):
                if extend(i + 1):
                    return True
            world[i] = None
            return False

        if not extend(0):
            msg = "there is no counterexample"
            raise ValueError(msg)
        return truth.assignment_text(names, sum(1 << i for i, value in enumerate(world) if value))

    def cheats(self, task: Task) -> list[str]:
        """A missing letter, a letter with both values, an unknown letter or value, mere claims."""
        return [
            *truth.wrong_assignments(self.oracle(task)),
            "premises: true, conclusion: false",
            "invalid",
        ]


_TOKENS = re.compile(r"\b(?:[A-Z]|not|and|or|implies|iff|xor)\b|[()¬∧∨→↔⊕]").findall


def _formula(
    rng: TaskRandom, letters: list[int], n: int, hidden: int, value: int
) -> tuple[Json, int]:
    """A formula over these letters with this value (any if negative) at `hidden`, and its table."""
    full = truth.every_world(n)
    if len(letters) == 1:
        i = letters[0]
        a = truth.variables(n)[i]
        return (i, a) if rng.randrange(3) else (["not", i], full ^ a)
    half = len(letters) // 2
    left, a = _formula(rng, letters[:half], n, hidden, -1)
    right, b = _formula(rng, letters[half:], n, hidden, -1)
    case = 2 * (a >> hidden & 1) + (b >> hidden & 1)
    op = rng.choice(_NAMES if value < 0 else _WITH_VALUE[value][case])
    return [op, left, right], full & _TABLES[op](a, b)


def _text(formula: Json, names: list[str], words: dict[str, str], *, inner: bool = False) -> str:
    if isinstance(formula, int):
        return names[formula]
    op, *parts = formula
    if op == "not":
        return words[op] + _text(parts[0], names, words, inner=True)
    left, right = (_text(part, names, words, inner=True) for part in parts)
    return f"({left} {words[op]} {right})" if inner else f"{left} {words[op]} {right}"


def _value(formula: Json, world: list[bool | None]) -> bool | None:
    """The value of a formula; None while it is open."""
    if isinstance(formula, int):
        return world[formula]
    op, *parts = formula
    values = [_value(part, world) for part in parts]
    if op == "not":
        return None if values[0] is None else not values[0]
    left, right = ((0, 1) if value is None else (int(value),) for value in values)
    possible = {_OPS[op] >> (2 * a + b) & 1 for a in left for b in right}
    return bool(possible.pop()) if len(possible) == 1 else None


def _parse(tokens: Iterator[str], names: list[str]) -> Json:
    """Everything up to the closing bracket or the end: one term, or two joined by an operation."""
    terms: list[Json] = []
    ops: list[str] = []
    signs: list[int] = [0]
    for token in tokens:
        word = _MEANING.get(token, token)
        if word == ")":
            break
        if word == "not":
            signs[-1] += 1
        elif word in _OPS:
            ops.append(word)
            signs.append(0)
        else:
            term = _parse(tokens, names) if word == "(" else names.index(word)
            terms.append(["not", term] if signs[-1] else term)
    return [ops[0], terms[0], terms[1]] if ops else terms[0]
