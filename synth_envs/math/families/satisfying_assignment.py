"""Truth values that satisfy every rule: any satisfying assignment is right."""

import re

from synth_envs.core import Json, Task
from synth_envs.math import truth
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["SatisfyingAssignment"]

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_WORDINGS = (
    "Find truth values for {names} such that all these rules hold:",
    "Make each of {names} true or false so that every rule below is kept:",
    "The statements {names} are each true or false, and all of the following hold:",
)
_ASK = '\nGive one possible value for each letter, such as "{first}: true, {second}: false, ...".'
_WORDS = {
    "or": ("{} or {}", "{} or {} or {}"),
    "if": ("if {} then {}", "if {} and {} then {}"),
    "one": ("exactly one of {} and {} is true",),
    "some": ("{} and {} are not both true", "{}, {} and {} are not all true"),
}
_SYMBOLS = {
    "or": ("{} ∨ {}", "{} ∨ {} ∨ {}"),
    "if": ("{} → {}", "({} ∧ {}) → {}"),
    "one": ("{} ⊕ {}",),
    "some": ("¬({} ∧ {})", "¬({} ∧ {} ∧ {})"),
}
_LEGEND = " (∨ is or, ∧ is and, ¬ is not, → is if-then, ⊕ is exclusive or)"
_MARKS = {"exactly one": "one", "⊕": "one", "are not": "some", "¬(": "some", "if ": "if", "→": "if"}
_KINDS = ("or", "or", "if", "if", "one", "some")


class SatisfyingAssignment(MathFamily):
    """Give truth values that satisfy a list of clauses, implications and exclusive ors.

    Difficulty sets the number of variables (7 to 12) and the share of assignments that may satisfy
    all rules (at most 1 in 64 to 1 in 4096). The rules agree with a hidden assignment.
    """

    family = "satisfying_assignment"
    group = "logic"
    answer = truth.TRUTH_VALUES

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Add rules that a hidden assignment keeps until few others keep them."""
        n = 7 + int(5.99 * difficulty)
        limit = max(1, 1 << n >> 6 + int(6 * difficulty))
        names = sorted(rng.sample(_LETTERS, n))
        tables, worlds = truth.variables(n), truth.every_world(n)
        hidden = rng.randrange(1 << n)
        rules: list[Json] = []
        for _ in range(500):  # a dozen or two suffice
            kind = rng.choice(_KINDS)
            size = 2 if kind == "one" else 2 + rng.randrange(2)
            literals = [i if rng.randrange(2) else ~i for i in rng.sample(range(n), size)]
            kept = _table(kind, literals, tables)
            if not kept >> hidden & 1:
                literals[-1] = ~literals[-1]  # makes any kind of rule true
                kept = _table(kind, literals, tables)
            if worlds & kept != worlds:
                worlds &= kept
                rules.append([kind, literals])
                if worlds.bit_count() <= limit:
                    break
        style, no = (_WORDS, "not ") if phrasing("ws", str(rules)) == "w" else (_SYMBOLS, "¬")
        words = {i: names[i] for i in range(n)} | {~i: no + names[i] for i in range(n)}
        lines = [
            style[kind][len(lits) - 2].format(*[words[i] for i in lits]) for kind, lits in rules
        ]
        head = phrasing(_WORDINGS, *lines).format(names=", ".join(names))
        legend = _LEGEND if style is _SYMBOLS else ""
        ask = _ASK.format(first=names[0], second=names[1])
        prompt = "\n- ".join([head, *lines]) + ask + legend
        reference = {"answer": truth.assignment_text(names, hidden), "names": names, "rules": rules}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: dict[str, str]) -> bool:
        """A value for every letter and nothing else, and every rule kept."""
        names = [name.lower() for name in reference["names"]]
        if set(value) != set(names):
            return False
        values = [value[name] == "true" for name in names]
        return all(
            _holds(kind, [values[i] if i >= 0 else not values[~i] for i in literals])
            for kind, literals in reference["rules"]
        )

    def solve(self, prompt: str) -> str:
        """Unit propagation and branching on the clauses read from the prompt."""
        head, *lines = prompt.partition("\nGive")[0].split("\n- ")
        clauses: list[frozenset[str]] = []
        for line in lines:
            kind = next((kind for mark, kind in _MARKS.items() if mark in line), "or")
            found = re.findall(
                r"(not |¬)?([A-Z])\b", line.replace("are not", "").replace("¬(", "(")
            )
            literals = [("-" if sign else "+") + name for sign, name in found]
            negated = [_negate(literal) for literal in literals]
            if kind == "if":
                clauses.append(frozenset([*negated[:-1], literals[-1]]))
            elif kind == "some":
                clauses.append(frozenset(negated))
            else:
                clauses.append(frozenset(literals))
            if kind == "one":
                clauses.append(frozenset(negated))
        model = _model(clauses)
        if model is None:
            msg = "the rules contradict each other"
            raise ValueError(msg)
        names = re.findall(r"\b[A-Z]\b", head)
        return ", ".join(f"{name}: {'true' if '+' + name in model else 'false'}" for name in names)

    def cheats(self, task: Task) -> list[str]:
        """A missing letter, a letter with both values, an unknown letter or value, mere claims."""
        return truth.wrong_assignments(self.oracle(task))


def _table(kind: str, literals: list[int], tables: tuple[int, ...]) -> int:
    full = truth.every_world(len(tables))
    values = [tables[i] if i >= 0 else full ^ tables[~i] for i in literals]
    if kind == "one":
        return values[0] ^ values[1]
    if kind == "or":
        values = [full ^ value for value in values]
    elif kind == "if":
        values[-1] ^= full
    both = values[0] & values[1]
    return full ^ (both & values[2] if len(values) > 2 else both)


def _holds(kind: str, values: list[bool]) -> bool:
    if kind == "or":
        return any(values)
    if kind == "if":
        return values[-1] or not all(values[:-1])
    if kind == "one":
        return sum(values) == 1
    return not all(values)


def _negate(literal: str) -> str:
    return ("-" if literal[0] == "+" else "+") + literal[1:]


def _model(clauses: list[frozenset[str]]) -> frozenset[str] | None:
    """The true literals of one model; None if there is none."""
    if not clauses:
        return frozenset()
    shortest = min(clauses, key=len)
    for literal in sorted(shortest):
        opposite = _negate(literal)
        rest = [clause - {opposite} for clause in clauses if literal not in clause]
        if all(rest):
            model = _model(rest)
            if model is not None:
                return model | {literal}
        if len(shortest) == 1:
            break
    return None
