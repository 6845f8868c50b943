"""The common part of the composed templates: draw a term until it is worthwhile, and tell it."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from synth_envs.code.dsl.draw import Drawer, Walk
from synth_envs.code.dsl.english import STYLES, Start, specification
from synth_envs.code.dsl.inputs import MAKERS
from synth_envs.code.dsl.interpret import function
from synth_envs.code.dsl.naming import entry_name
from synth_envs.code.dsl.python import Nouns, to_python
from synth_envs.code.dsl.registry import annotation
from synth_envs.code.dsl.screen import outputs, promising, worthwhile
from synth_envs.code.dsl.terms import Ref, Term, constants, pipe, subterms
from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["Composed", "Draft"]

_TRIES = 300
_SHOWN = 3
#: So many inputs are small ones at least, and come first.
_SMALL = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """A term and what is needed to make a problem of it.

    Attributes:
        term: A pipe.
        parameters: Names and types, in the vocabulary's spelling.
        returns: The type of the result.
        about: A sentence on each parameter.
        nouns: What the elements of the first parameter are called.
        inputs: The maker of the first argument, by its name in `MAKERS`.
        least: The least value of a second parameter that is a number.
    """

    term: Term
    parameters: tuple[tuple[str, str], ...]
    returns: str
    about: str
    nouns: Nouns
    inputs: str
    least: int = 1


class Composed(Template):
    """A template whose problems are composed of operations."""

    group: ClassVar[str] = "composed"

    @abstractmethod
    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw a term, or nothing if the walk led nowhere."""

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw terms until one is worthwhile."""
        for _ in range(_TRIES):
            draft = self.draft(rng, difficulty)
            if draft is None:
                continue
            inputs = self._inputs(rng, draft)
            names = [name for name, _ in draft.parameters]
            if not promising(outputs(draft.term, names, inputs[:_SMALL])):
                continue
            values = outputs(draft.term, names, inputs)
            if worthwhile(draft.term, names, inputs, values):
                ordered = _telling_first(inputs, values)
                if ordered is not None:
                    return self._problem(rng, difficulty, draft, ordered)
        msg = f"{self.name} found nothing worthwhile in {_TRIES} tries"
        raise ValueError(msg)

    def _inputs(self, rng: TaskRandom, draft: Draft) -> list[tuple[Json, ...]]:
        named = constants(draft.term)
        ints = [one for one in named if isinstance(one, int) and not isinstance(one, bool)]
        letters = [one for one in named if isinstance(one, str) and len(one) == 1]
        firsts = MAKERS[draft.inputs](rng, ints, letters)
        if len(draft.parameters) == 1:
            return _once([(one,) for part in firsts for one in part])
        kind = draft.parameters[1][1]
        if kind == "int":
            return _once(
                [
                    (one, draft.least + rng.randrange(4 + 5 * (draft.least < 1)))
                    for part in firsts
                    for one in part
                ]
            )
        seconds = MAKERS[draft.inputs](rng, ints, letters)
        found: list[tuple[Json, ...]] = []
        for part, other in zip(firsts, seconds, strict=True):
            found += [(one, _partner(rng, one, two)) for one, two in zip(part, other, strict=False)]
        return _once(found)

    def _problem(
        self, rng: TaskRandom, difficulty: float, draft: Draft, inputs: Sequence[Sequence[Json]]
    ) -> Problem:
        name, kind = draft.parameters[0]
        start = Start(name, kind, draft.about, draft.nouns)
        entry = entry_name(draft.term, draft.nouns, name, draft.returns, rng)
        if entry in {one for one, _ in draft.parameters}:
            entry = f"find_{entry}"
        texts = [specification(draft.term, start, style) for style in STYLES]
        rng.shuffle(texts)
        return self.problem(
            entry=entry,
            parameters=[(one, annotation(of)) for one, of in draft.parameters],
            returns=annotation(draft.returns),
            statement=texts[0],
            wordings=texts[1:],
            source=to_python(draft.term, entry, draft.parameters, draft.returns, draft.nouns),
            answer=function(draft.term, [one for one, _ in draft.parameters]),
            inputs=inputs,
            difficulty=difficulty,
            notes={
                "size": draft.term.size,
                "operations": [one.op for one in subterms(draft.term)][1:],
            },
        )


def _partner(rng: TaskRandom, one: Json, two: Json) -> Json:
    """Let the second argument share something with the first one."""
    if isinstance(one, list) and isinstance(two, list):
        return [rng.choice(one) if one and rng.randrange(3) == 0 else value for value in two]
    return two


def _once(given: Sequence[tuple[Json, ...]]) -> list[tuple[Json, ...]]:
    return list({repr(one): one for one in given}.values())


def _telling_first(
    inputs: Sequence[tuple[Json, ...]], values: Sequence[Json]
) -> list[tuple[Json, ...]] | None:
    """Put three small inputs with different, full outputs in front.

    The first dozen inputs are small ones.
    """
    chosen: list[int] = []
    seen: set[str] = set()
    for full in (True, False):
        for place in range(_SMALL):
            text = json.dumps(values[place], sort_keys=True)
            empty: tuple[Any, ...] = (0, 1, -1, None, "", [], {})
            if text in seen or (
                full and values[place] in empty and not isinstance(values[place], bool)
            ):
                continue
            if len(chosen) < _SHOWN and place not in chosen:
                seen.add(text)
                chosen.append(place)
    if len(chosen) < min(_SHOWN, len(set(map(repr, values)))):
        return None
    rest = [place for place in range(len(inputs)) if place not in chosen]
    chosen += rest[: max(0, _SHOWN - len(chosen))]
    rest = [place for place in rest if place not in chosen]
    return [inputs[place] for place in (*chosen, *rest)]


def program(
    drawer: Drawer,
    walk: Walk,
    name: str,
    count: int,
    *,
    guard: bool = True,
) -> tuple[Term, str] | None:
    """Walk on until `count` operations are there, and end.

    Args:
        drawer: Draws the parts.
        walk: The steps so far.
        name: The parameter that it starts with.
        count: The number of operations.
        guard: Whether it may begin with an early return.
    """
    start = walk.kind if not walk.steps else ""
    rng = drawer.rng
    left = count - len(walk.steps)
    steps = max(0, left - 1)
    if left == 1 and (not walk.steps or rng.randrange(2)):
        # One operation: a step whose result is returned, or the end alone.
        steps = int(rng.random() < 0.7)
    for _ in range(steps):
        if not drawer.step(walk):
            return None
    found = drawer.end(walk, listed=1.0 if count == 1 and walk.steps else 0.3)
    if found is None:
        return None
    end, gives = found
    steps_taken = list(walk.steps)
    if guard and start.startswith("list") and drawer.difficulty >= 0.4 and rng.randrange(5) == 0:
        value: Json = {"int": -1, "str": "", "bool": False}.get(gives)
        if gives in {"int", "str", "bool"}:
            condition = drawer.condition(Walk(start, 12, []))
            steps_taken.insert(0, Term("guard", (condition, value)))
    return pipe(name, *steps_taken, end), gives


def reference(name: str, op: str) -> Term:
    """Return a test or step with a parameter where its constant would stand."""
    return Term(op, (Ref(name),))
