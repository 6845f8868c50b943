"""Terms drawn at random: a walk along the types, whose length and operations the difficulty sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from synth_envs.code.dsl.registry import Change, End, Step, Test, element
from synth_envs.code.dsl.terms import Ref, Term
from synth_envs.code.dsl.vocabulary import (
    CONDITIONS,
    STEPS,
    changes_of,
    ends_for,
    given_type,
    steps_for,
    tests_of,
)
from synth_envs.seeding import TaskRandom

__all__ = ["SCALE", "Drawer", "Walk", "length"]

#: How large the numbers of inputs are, roughly.
SCALE = 12
#: Letters that begin, end and occur in enough of the words that inputs consist of.
LETTERS = "aeiorstnlcdmp"
_TESTED = {"filter", "map", "sort_by_up", "sort_by_down"}
#: Steps after which rows may differ in length.
_RAGGED = {"map", "chunks", "runs"}
#: Changes that make good keys to sort by.
_KEYS = {
    "absolute",
    "remainder",
    "digit_sum",
    "digit_count",
    "units",
    "length",
    "letter_count",
    "vowel_count",
    "distinct_letters",
    "row_sum",
    "row_length",
    "row_max",
    "row_min",
    "row_distinct_count",
    "row_alternating",
}
#: Steps that say nothing about the keys of a dictionary.
_WASTED = {"count_words", "unique", "single", "repeated", "collapse"}
_MAY_EMPTY = {"without_letter", "without_vowels"}
#: Changes that are about lowercase letters.
_LOWERCASE = {
    "letter_count",
    "vowel_count",
    "without_letter",
    "without_vowels",
    "suffix",
    "shift",
}
#: What can be returned of strings of any characters.
_RAW_ENDS = {"concat", "join", "count", "listed"}
_LABELS = ("first_letter", "last_letter")
_NEEDS_LETTERS = {"vowels_at_least", "vowel_start", "same_ends", "starts", "ends", "contains"}


def length(rng: TaskRandom, difficulty: float) -> int:
    """Draw the number of operations: 1 at difficulty 0, 5 or 6 at difficulty 1."""
    return 1 + int(4.4 * difficulty + 0.75 * rng.random() * min(1.0, 4 * difficulty) + 0.1)


@dataclass(slots=True)
class Walk:
    """Where a walk is.

    Attributes:
        kind: The type of the value so far.
        scale: How large its numbers are, roughly.
        steps: The steps taken.
        emptied: Whether words may have lost all their letters.
        cased: Whether words may have uppercase letters.
        raw: Whether strings may have characters that are not letters.
    """

    kind: str
    scale: int
    steps: list[Term]
    emptied: bool = False
    cased: bool = False
    raw: bool = False


@cache
def _weighted(kind: str, level: float, other: str) -> tuple[Step, ...]:
    found: list[Step] = []
    for one in steps_for(kind):
        if one.level > level or ({"other", "othertable"} & set(one.draws) - {other}):
            continue
        found += [one] * {"filter": 4, "map": 4}.get(one.name, 1)
    return tuple(found)


@cache
def _tests(kind: str, level: float) -> tuple[Test, ...]:
    return tuple(one for one in tests_of(kind) if one.level <= level)


@cache
def _changes(kind: str, level: float, to: str) -> tuple[Change, ...]:
    return tuple(one for one in changes_of(kind) if one.level <= level and to in {"", one.to})


@cache
def _ends(kind: str, level: float) -> tuple[End, ...]:
    return tuple(one for one in ends_for(kind) if one.level <= level)


class Drawer:
    """Draws the parts of one term.

    Args:
        rng: The stream.
        difficulty: In [0, 1].
        other: The second parameter, if it is of the first one's type.
        other_draw: The kind of argument that it is: "other" or "othertable".
    """

    def __init__(
        self, rng: TaskRandom, difficulty: float, other: str = "", other_draw: str = ""
    ) -> None:
        self.rng = rng
        self.difficulty = difficulty
        self.level = round(difficulty * 10) / 10
        self.other = other
        self.other_draw = other_draw
        self._scale = SCALE

    def args(self, draws: Sequence[str], walk: Walk) -> tuple[Any, ...]:
        """Draw the arguments of a row."""
        self._scale = walk.scale
        found: list[Any] = []
        for one in draws:
            found.append(self._arg(one, walk, found))
        return tuple(found)

    def _arg(self, kind: str, walk: Walk, before: list[Any]) -> Any:
        rng, scale = self.rng, max(2, self._scale)
        if kind == "test":
            return self.test(element(walk.kind), walk)
        if kind == "itest":
            return self.test("int", Walk("list[int]", SCALE, []), plain=True)
        if kind == "vtest":
            return self.test("int", walk)
        if kind == "ktest":
            return self.test("str", walk)
        if kind == "change":
            return self.change(element(walk.kind), walk)
        if kind == "vchange":
            return self.change("int", walk, to="int", plain=True)
        if kind == "key":
            return self.key(element(walk.kind), walk)
        if kind == "label":
            return Term(rng.choice(_LABELS))
        if kind in {"other", "othertable"}:
            return Ref(self.other)
        return _CONSTANTS[kind](rng, scale, before)

    def test(self, kind: str, walk: Walk, *, plain: bool = False) -> Term:
        """Draw a test of elements of a type; composed ones only if not `plain`."""
        if not plain and self.rng.random() < 0.55 * self.difficulty:
            one, two = self._atom(kind, walk), self._atom(kind, walk)
            names = {one.op, two.op, *(a.op for a in (*one.args, *two.args) if isinstance(a, Term))}
            simple = not names & {"same_ends", "square_number", "between"}
            if len(names - {"not"}) == 2 and simple and names != {"even", "odd"}:
                return Term(self.rng.choice(("both", "either", "either")), (one, two))
            return one
        return self._atom(kind, walk)

    def _atom(self, kind: str, walk: Walk) -> Term:
        options = _tests(kind, self.level)
        row = self.rng.choice(options)
        while (walk.emptied or walk.cased) and row.name in _NEEDS_LETTERS:
            row = self.rng.choice(options)
        self._scale = walk.scale
        term = Term(row.name, self.args(row.draws, walk))
        deniable = row.name in {
            "multiple",
            "contains",
            "starts",
            "ends",
            "residue",
            "vowel",
            "has_digit",
            "last_digit",
            "palindrome",
            "row_contains",
        }
        if deniable and self.rng.random() < 0.3 * min(1.0, 2 * self.difficulty):
            return Term("not", (term,))
        return term

    def change(self, kind: str, walk: Walk, *, to: str = "", plain: bool = False) -> Term:
        """Draw a change of elements of a type."""
        if not plain and kind == "int" and self.rng.random() < 0.4 * self.difficulty:
            then = self.change(kind, walk, to="int", plain=True)
            other = self.change(kind, walk, to="int", plain=True)
            if self.rng.randrange(3) == 0 or other.op == then.op:
                other = Term("same")
            return Term("case", (self.test(kind, walk, plain=self.difficulty < 0.7), then, other))
        options = _changes(kind, self.level, to)
        row = self.rng.choice(options)
        while walk.cased and row.name in _LOWERCASE:
            row = self.rng.choice(options)
        return Term(row.name, self.args(row.draws, walk))

    def key(self, kind: str, walk: Walk) -> Term:
        """Draw a change to sort by."""
        names = _KEYS - _LOWERCASE if walk.cased else _KEYS
        rows = [one for one in _changes(kind, self.level, "int") if one.name in names]
        row = self.rng.choice(rows)
        return Term(row.name, self.args(row.draws, walk))

    def step(self, walk: Walk) -> bool:
        """Take one more step, if there is one."""
        options = _weighted(walk.kind, self.level, self.other_draw)
        if walk.raw and walk.kind == "list[str]":
            return False
        taken = {one.op for one in walk.steps}
        last = walk.steps[-1].op if walk.steps else ""
        for _ in range(8):
            if not options:
                return False
            row = self.rng.choice(options)
            if row.name in taken - _TESTED or row.name == last:
                continue
            if row.name in {"columns", "diagonal"} and taken & _RAGGED:
                continue
            if row.name in _WASTED and taken & {"keys_sorted", "keys_ranked"}:
                continue
            if "label" in row.draws and walk.emptied:
                continue
            if {row.name, last} <= {
                "reverse",
                "sort_up",
                "sort_down",
                "sort_by_up",
                "sort_by_down",
            }:
                continue
            self.take(walk, Term(row.name, self.args(row.draws, walk)))
            return True
        return False

    def take(self, walk: Walk, term: Term) -> None:
        """Append a step to a walk."""
        row = STEPS[term.op]
        to, scale = "", row.scale
        if term.op in {"map", "map_values"}:
            change = term.args[0]
            inner = _row_of(change)
            to, scale = inner.to, inner.scale
            walk.emptied = walk.emptied or change.op in _MAY_EMPTY
            walk.cased = walk.cased or change.op == "upper_case"
        walk.raw = walk.raw or row.name == "characters"
        walk.kind = given_type(row, walk.kind, to)
        walk.scale = scale or walk.scale
        walk.steps.append(term)

    def end(self, walk: Walk, *, listed: float = 0.35) -> tuple[Term, str] | None:
        """Draw the end, and return it with the type of what it gives."""
        rng = self.rng
        options = _ends(walk.kind, self.level)
        if walk.raw and walk.kind == "list[str]":
            options = tuple(one for one in options if one.name in _RAW_ENDS)
        plain = [one for one in options if one.python == "{list}"]
        useful = [one for one in options if one.python != "{list}"]
        if walk.steps and plain and (not useful or rng.random() < listed):
            return Term(plain[0].name), given_type(plain[0], walk.kind)
        if not useful:
            return None
        row = rng.choice(useful)
        gives = given_type(row, walk.kind)
        first = Term(row.name, self.args(row.draws, walk))
        if walk.kind in {"list[int]", "list[str]"} and rng.random() < 0.3 * self.difficulty:
            others = [
                one
                for one in options
                if one.name != row.name and given_type(one, walk.kind) == gives
            ]
            if others and row.python != "{list}":
                other = rng.choice(others)
                second = Term(other.name, self.args(other.draws, walk))
                return Term("branch", (self.condition(walk), first, second)), gives
        return first, gives

    def condition(self, walk: Walk) -> Term:
        """Draw a property of a whole list."""
        fits = [
            one
            for one in CONDITIONS.values()
            if one.level <= self.level and one.of in {"list", walk.kind}
        ]
        row = self.rng.choice(fits)
        return Term(row.name, self.args(row.draws, walk))


def _row_of(change: Term) -> Change:
    from synth_envs.code.dsl.vocabulary import CHANGES

    return CHANGES[change.args[1].op if change.op == "case" else change.op]


def _higher(rng: TaskRandom, scale: int, before: list[Any]) -> int:
    return int(before[-1]) + rng.randint(2, max(3, scale // 2))


_CONSTANTS: dict[str, Callable[[TaskRandom, int, list[Any]], Any]] = {
    "limit": lambda rng, scale, _: rng.randint(-1 if scale >= 10 else 1, scale),
    "limit1": lambda rng, scale, _: rng.randint(2, max(3, scale // 2 + 2)),
    "higher": _higher,
    "bound": lambda rng, _s, _b: rng.randint(8, 20),
    "mod": lambda rng, _s, _b: rng.randint(2, 4),
    "mod3": lambda rng, _s, _b: rng.randint(3, 6),
    "rest": lambda rng, _s, before: rng.randint(0 if before[-1] < 3 else 1, before[-1] - 1),
    "digit": lambda rng, _s, _b: rng.randint(0, 7),
    "count": lambda rng, _s, _b: rng.randint(2, 4),
    "window": lambda rng, _s, _b: rng.randint(2, 3),
    "two": lambda rng, _s, _b: rng.randint(2, 3),
    "three": lambda rng, _s, _b: rng.randint(2, 4),
    "length": lambda rng, _s, _b: rng.randint(3, 6),
    "letter": lambda rng, _s, _b: rng.choice(LETTERS),
    "middle": lambda rng, _s, _b: rng.choice("fghmnps"),
    "mark": lambda rng, _s, _b: rng.choice(",-/+"),
    "default": lambda rng, _s, _b: rng.choice((0, -1)),
}
