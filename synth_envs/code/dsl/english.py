"""A term as a specification in English: numbered steps, prose, or definitions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from synth_envs.code.dsl import loops, nested
from synth_envs.code.dsl.grammar import capital, negated, plural, verbs
from synth_envs.code.dsl.python import Nouns, after
from synth_envs.code.dsl.registry import element
from synth_envs.code.dsl.terms import Ref, Term, subterms
from synth_envs.code.dsl.vocabulary import CHANGES, CONDITIONS, ENDS, STEPS, TESTS, given_type

__all__ = ["STYLES", "Start", "clause", "specification"]

#: The three kinds of wording.
STYLES = ("list", "prose", "definitions")
_MARKS = {
    ",": "a comma (`,`)",
    "-": "a hyphen (`-`)",
    "/": "a slash (`/`)",
    "+": "a plus sign (`+`)",
}
_NAMES = "ABCDEFGH"
#: What needs no word if no row can be empty.
_EMPTY_ROW = re.compile(r" \(0 for an empty (?:row|column|group)\)")
_LINKS = ("Then", "Next", "After that", "Then", "Next")


@dataclass(frozen=True, slots=True)
class Start:
    """What the program is given.

    Attributes:
        name: The parameter that it starts with.
        kind: Its type, in the vocabulary's spelling.
        about: A sentence on every parameter.
        nouns: What the elements are called.
    """

    name: str
    kind: str
    about: str
    nouns: Nouns


@dataclass(frozen=True, slots=True)
class _Scene:
    """What has been said so far.

    Attributes:
        kind: The type of the value at hand.
        nouns: What its elements are called.
        left: What its elements are called at this point, without an article.
        prev: The value itself.
    """

    kind: str
    nouns: Nouns
    left: str
    prev: str


def _shown(value: Any) -> str:
    if isinstance(value, Ref):
        return f"`{value.name}`"
    if value is None or isinstance(value, bool):
        return f"`{value}`"
    if isinstance(value, str):
        return _MARKS.get(value) or (f"`{value}`" if value else "an empty string")
    if isinstance(value, list):
        return "an empty list"
    if isinstance(value, dict):
        return "an empty dictionary"
    return str(value)


def clause(term: Term) -> str:
    """Return a test as a clause in the singular, "is even and at most 5"."""
    if term.op in {"both", "either"}:
        return verbs([clause(one) for one in term.args], "and" if term.op == "both" else "or")
    if term.op == "not":
        return negated(clause(term.args[0]))
    row = TESTS.get(term.op) or CONDITIONS[term.op]
    return row.says.format(*map(_shown, term.args))


def _clauses(term: Term) -> str:
    """Return a test as a clause in the plural, "are even"."""
    if term.op in {"both", "either"}:
        return verbs([_clauses(one) for one in term.args], "and" if term.op == "both" else "or")
    return plural(clause(term))


def _its(term: Term, one: str) -> str:
    """Return the result of a change, "its square"."""
    if term.op == "same":
        return f"the {one} itself"
    args = [_clauses(arg) if isinstance(arg, Term) else _shown(arg) for arg in term.args]
    return CHANGES[term.op].its.format(*args, one=one)


def _their(text: str) -> str:
    """Speak of several instead of one."""
    return re.sub(r"\bin it\b", "in each", re.sub(r"\bits\b", "their", text))


def _do_change(term: Term, nouns: Nouns) -> str:
    """Return the instruction for a map."""
    one, many = nouns.one, nouns.many
    if term.op == "case":
        test, then, other = term.args
        first = f"replace each {one} that {clause(test)} with {_its(then, one)}"
        if other.op == "same":
            return f"{first}, and leave the other {many} as they are"
        return f"{first}, and every other {one} with {_its(other, one)}"
    args = [_clauses(arg) if isinstance(arg, Term) else _shown(arg) for arg in term.args]
    row = CHANGES[term.op]
    return (row.do or f"replace each {one} with {row.its}").format(*args, one=one, many=many)


def _define_change(term: Term, nouns: Nouns, prev: str) -> str:
    one = nouns.one
    head = f"the list that has, for each {one} in {prev},"
    if term.op == "case":
        test, then, other = term.args
        return f"{head} {_its(then, one)} if it {clause(test)}, and {_its(other, one)} otherwise"
    return f"{head} {_its(term, one)}"


def _fill(text: str, term: Term, scene: _Scene) -> str:
    """Fill in a row's text."""
    nouns = scene.nouns
    text_order = element(scene.kind) == "str"
    args, label = [], ""
    for one in term.args:
        if not isinstance(one, Term):
            args.append(_shown(one))
        elif one.op in CHANGES:
            label = one.op.replace("_", " ")
            its = _its(one, nouns.one)
            several = "order of {0}" in text or "by {0}" in text
            args.append(_their(its) if several else its)
        else:
            args.append(clause(one))
    first = term.args[0] if term.args else None
    twice = str(2 * first) if isinstance(first, int) else ""
    if "{0s}" in text and isinstance(first, Term):
        text = text.replace("{0s}", _clauses(first))
    return text.format(
        *args,
        one=nouns.one,
        many=nouns.many,
        key=nouns.key,
        keys=nouns.keys,
        value=nouns.value,
        values=nouns.values,
        left=scene.left,
        prev=scene.prev,
        order="alphabetical order" if text_order else "ascending order",
        reverse_order="reverse alphabetical order" if text_order else "descending order",
        twice=twice,
        label=label + "s",
        label1=label,
    )


def _instruction(term: Term, scene: _Scene) -> str:
    if term.op == "filter":
        test, many = term.args[0], scene.nouns.many
        word = TESTS[test.op].word if test.op in TESTS else ""
        return (
            f"keep only the {word} {many}"
            if word
            else f"keep only the {many} that {_clauses(test)}"
        )
    if term.op == "map":
        return _do_change(term.args[0], scene.nouns)
    return _fill(STEPS[term.op].do, term, scene)


def _definition(term: Term, scene: _Scene) -> str:
    if term.op == "filter":
        test, many = term.args[0], scene.nouns.many
        word = TESTS[test.op].word if test.op in TESTS else ""
        found = (
            f"{word} {many} in {scene.prev}"
            if word
            else f"{many} in {scene.prev} that {_clauses(test)}"
        )
        return f"the {found}, in the same order"
    if term.op == "map":
        return _define_change(term.args[0], scene.nouns, scene.prev)
    return _fill(STEPS[term.op].define, term, scene)


def _advance(scene: _Scene, term: Term, name: str) -> _Scene:
    """Return the scene after a step, whose result is called `name` if it has a name."""
    row = STEPS[term.op]
    to = ""
    if term.op == "map":
        change = term.args[0]
        to = CHANGES[change.args[1].op if change.op == "case" else change.op].to
    kind = given_type(row, scene.kind, to)
    nouns = after(scene.nouns, term)
    of = "of" if kind.startswith("dict") else "in"
    left = f"{nouns.many} {of} {name}" if name else f"{row.left} {nouns.many}"
    return _Scene(kind, nouns, left, name or "the list")


def _whole(kind: str) -> str:
    return "dictionary" if kind.startswith("dict") else "list"


def _ending(term: Term, scene: _Scene) -> str:
    """Return what the end gives, a noun phrase."""
    row = ENDS[term.op]
    if row.python == "{list}":
        return f"the resulting {_whole(scene.kind)}" if scene.prev == "the list" else scene.prev
    return _fill(row.says, term, scene)


def _returned(term: Term, scene: _Scene, style: str) -> str:
    """Return the last sentence or sentences."""
    if term.op == "branch":
        test, then, other = term.args
        subject = scene.prev if scene.prev != "the list" else "the list that you now have"
        return (
            f"if {subject} {clause(test)}, return {_ending(then, scene)}; otherwise, return "
            f"{_ending(other, scene)}."
        )
    if term.op == "loop":
        process, result = loops.told(term, f"the {scene.left}", scene.nouns.one, clause, style)
        gap = "\n" if "\n" in process else " "
        return f"{process}{gap}{'In the end, return' if style == 'prose' else 'Return'} {result}."
    if term.op == "nested":
        return nested.told(
            term, scene.prev.strip("`"), clause, lambda one: _its(one, "number"), style
        )
    return f"return {_ending(term, scene)}."


def _notes(term: Term) -> str:
    found: dict[str, None] = {}
    for one in subterms(term):
        for table in (TESTS, CHANGES, STEPS, ENDS):
            row: Any = table.get(one.op)
            if row is not None and row.note:
                found[row.note] = None
    return " ".join(found)


def specification(term: Term, start: Start, style: str) -> str:
    """Return the specification of a program.

    Args:
        term: A pipe.
        start: What it is given.
        style: One of `STYLES`.
    """
    *steps, end = term.args[1:]
    of = "of" if start.kind.startswith("dict") else "in"
    scene = _Scene(
        start.kind, start.nouns, f"{start.nouns.many} {of} `{start.name}`", f"`{start.name}`"
    )
    guard = ""
    if steps and steps[0].op == "guard":
        test, value = steps.pop(0).args
        guard = f"if `{start.name}` {clause(test)}, return {_shown(value)}"
    tell: Callable[..., str] = {
        "list": _as_list,
        "prose": _as_prose,
        "definitions": _as_definitions,
    }[style]
    notes = _notes(term)
    may_be_empty = any(one.op == "row_where" for one in subterms(term))
    body = tell(steps, end, scene, guard, style)
    if not any(one.op in {"without_letter", "without_vowels"} for one in subterms(term)):
        body = body.replace(" (an empty string stays empty)", "")
    if not may_be_empty:
        body = _EMPTY_ROW.sub("", body)
    gap = "\n" if "\n" in body else " "
    body = re.sub(r"\ba (?=[aeio]\w)", "an ", body)
    return f"{start.about}{gap}{body}{gap + notes if notes else ''}"


def _as_list(steps: list[Term], end: Term, scene: _Scene, guard: str, style: str) -> str:
    if not steps and not guard:
        return capital(_returned(end, scene, style))
    items = [f"{guard}; otherwise, go on" if guard else ""]
    for place, one in enumerate(steps):
        items.append(_first_instruction(one, scene) if place == 0 else _instruction(one, scene))
        scene = _advance(scene, one, "")
    items = [capital(one) + "." for one in items if one]
    if end.op == "loop":
        process, result = loops.told(end, f"the {scene.left}", scene.nouns.one, clause, style)
        items += [process.replace("\n", "\n   "), f"Return {result}."]
    else:
        items.append(capital(_returned(end, scene, style)))
    return "Do the following:\n" + "\n".join(
        f"{place}. {one}" for place, one in enumerate(items, 1)
    )


def _first_instruction(term: Term, scene: _Scene) -> str:
    """Say in the first instruction what it is about."""
    told, prev = _instruction(term, scene), scene.prev
    if prev in told:
        return told
    nouns = scene.nouns
    if "the list" in told and not told.startswith(("add", "multiply")):
        return told.replace("the list", prev, 1)
    several = f"{nouns.many}|{nouns.keys}|{nouns.values}"
    found = re.search(rf"\b({several}|each (?:{nouns.one}|{nouns.value}|{nouns.key}))\b", told)
    if found:
        where = "of" if found[1] == "entries" else "in"
        return f"{told[: found.end()]} {where} {prev}{told[found.end() :]}"
    return f"starting from {prev}, {told}"


def _as_prose(steps: list[Term], end: Term, scene: _Scene, guard: str, style: str) -> str:
    text = [capital(guard) + "."] if guard else []
    if not steps:
        last = _returned(end, scene, style)
        if last.startswith("return ") and not guard:
            found = last.removeprefix("return ").removesuffix(".")
            last = f"Given {scene.prev}, find {found}, and return it."
        return " ".join(
            [*text, ("Otherwise, " + last[:1].lower() + last[1:]) if guard else capital(last)]
        )
    clauses = []
    for place, one in enumerate(steps):
        clauses.append(_first_instruction(one, scene) if place == 0 else _instruction(one, scene))
        scene = _advance(scene, one, "")
    last = _returned(end, scene, style)
    if guard:
        text.append(f"Otherwise, do the following. First, {clauses[0]}.")
    elif len(clauses) > 1:
        text.append(f"First, {clauses[0]}.")
    elif last.startswith("return ") and ";" not in clauses[0]:
        return f"{capital(clauses[0])}, and {last}"
    else:
        text.append(f"{capital(clauses[0])}.")
    text += [f"{_LINKS[place % len(_LINKS)]}, {one}." for place, one in enumerate(clauses[1:])]
    text.append(f"Finally, {last}" if last.startswith(("return ", "if ")) else last)
    return " ".join(text)


def _as_definitions(steps: list[Term], end: Term, scene: _Scene, guard: str, style: str) -> str:
    text = [capital(guard) + ". Otherwise, the result is defined as follows."] if guard else []
    if not steps:
        last = _returned(end, scene, style)
        if last.startswith("return ") and not guard:
            last = f"The result is {last.removeprefix('return ')}"
        return " ".join([*text, capital(last)])
    plain = end.op in ENDS and ENDS[end.op].python == "{list}"
    for name, one in zip(_NAMES, steps, strict=False):
        found = _listed(_definition(one, scene), scene, one)
        if plain and one is steps[-1]:
            return " ".join([*text, f"Return {found}."])
        text.append(f"Let {name} be {found}.")
        scene = replace(_advance(scene, one, name), prev=name)
    return " ".join([*text, capital(_returned(end, scene, style))])


def _listed(found: str, scene: _Scene, term: Term) -> str:
    if found.startswith(("the list", "the dictionary")):
        return found
    return f"the {_whole(given_type(STEPS[term.op], scene.kind))} of {found}"
