"""A term as Python that a person could have written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from synth_envs.code.dsl import loops, nested
from synth_envs.code.dsl.layout import enclosed, imported, wrapped
from synth_envs.code.dsl.registry import annotation, element
from synth_envs.code.dsl.terms import Ref, Term
from synth_envs.code.dsl.vocabulary import CHANGES, CONDITIONS, ENDS, STEPS, TESTS, given_type

__all__ = ["Nouns", "to_python"]

#: What an element is called where its noun will not do.
_VARIABLES = {"number": "x", "character": "char", "sum": "total", "range": "spread"}
_SPARE = ("values", "items", "current", "updated", "latest", "newest")
_KEPT = ("kept", "remaining", "chosen", "selected")
_TEST_NAMES = ("qualifies", "is_relevant", "is_accepted")
_CHANGE_NAMES = ("adjusted", "converted", "transformed")


@dataclass(frozen=True, slots=True)
class Nouns:
    """What the elements of the value at hand are called.

    Attributes:
        one: The noun for one of them.
        many: The noun for several.
        key: What the keys of a dictionary or the names in rows are called.
        value: What goes with a key.
        keys: Its plural.
        values: Its plural.
    """

    one: str = "number"
    many: str = "numbers"
    key: str = "key"
    value: str = "value"
    keys: str = "keys"
    values: str = "values"


def shown(value: Any) -> str:
    """Return a constant or a reference as Python writes it."""
    if isinstance(value, Ref):
        return value.name
    return json.dumps(value) if isinstance(value, str) else repr(value)


@dataclass(slots=True)
class _Writer:
    """The function under way: its lines, and how the value so far is written."""

    name: str
    kind: str
    nouns: Nouns
    used: set[str]
    entry: str
    lines: list[str] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    helped: dict[tuple[Term, str], str] = field(default_factory=dict)
    # A value that has no name yet: an expression, or the parts of a comprehension over `name`.
    expression: str = ""
    changed: str = ""
    tests: list[str] = field(default_factory=list)
    hint: str = ""

    @property
    def var(self) -> str:
        name = self.nouns.one.replace(" ", "_")
        name = _VARIABLES.get(name, name)
        for candidate in (name, "item", "entry", "one"):
            if candidate not in self.used:
                return candidate
        return name

    @property
    def pending(self) -> str:
        """The inside of a comprehension, or ""."""
        if not (self.tests or self.changed):
            return ""
        only = f" if {' and '.join(self.tests)}" if self.tests else ""
        return f"{self.changed or self.loop_var} for {self.loop_var} in {self.name}{only}"

    loop_var: str = ""

    def fresh(self, *wanted: str) -> str:
        for one in (*wanted, *_SPARE):
            if one and one not in self.used and one.isidentifier():
                self.used.add(one)
                return one
        count = 2
        while f"values{count}" in self.used:
            count += 1
        self.used.add(f"values{count}")
        return f"values{count}"

    def named(self) -> str:
        """Give the value so far a name, and return it."""
        if pending := self.pending:
            wanted = (self.hint, *(() if self.changed else _KEPT))
            text = f"[{pending}]"
            self.changed, self.tests = "", []
            self.name = self.fresh(*wanted)
            self.lines.append(f"{self.name} = {text}")
        elif self.expression:
            text, self.expression = self.expression, ""
            self.name = self.fresh(self.hint)
            self.lines.append(f"{self.name} = {text}")
        return self.name

    def test(self, term: Term, var: str, *, unless: bool = False) -> str:
        if term.op == "not":
            return self.test(_term(term.args[0]), var, unless=not unless)
        if term.op in {"both", "either"}:
            word = " and " if (term.op == "both") != unless else " or "
            return word.join(self.test(_term(one), var, unless=unless) for one in term.args)
        row = TESTS.get(term.op) or CONDITIONS[term.op]
        text = row.unless if unless else row.python
        return text.format(*map(shown, term.args), x=var)

    def helped_test(self, term: Term, var: str, kind: str, *, unless: bool = False) -> str:
        """Return a test, through a function of its own if it is long."""
        text = self.test(term, var, unless=unless)
        longest = max(len(text), len(self.test(term, var, unless=not unless)))
        if term.op not in {"both", "either"} or longest <= 36:
            return f"({text})" if " or " in text else text
        if (term, kind) in self.helped:
            name = self.helped[term, kind]
            return f"not {name}({var})" if unless else f"{name}({var})"
        name = self.helped[term, kind] = self.fresh(*_TEST_NAMES)
        body = self.test(term, var)
        self.helpers.append(
            f"def {name}({var}: {annotation(kind)}) -> bool:\n    {wrapped('return ' + body)}\n"
        )
        return f"not {name}({var})" if unless else f"{name}({var})"

    def change(self, term: Term, var: str, kind: str) -> str:
        if term.op == "same":
            return var
        if term.op == "case":
            return self._case(term, var, kind)
        row = CHANGES[term.op]
        inner = "number" if var != "number" else "n"
        args = [self.test(one, inner) if isinstance(one, Term) else shown(one) for one in term.args]
        return row.python.format(*args, x=var, y=inner)

    def _number(self, term: Term, var: str) -> str:
        return self.change(term, var, "int")

    def _case(self, term: Term, var: str, kind: str) -> str:
        test, then, other = map(_term, term.args)
        condition = self.test(test, var)
        first, second = self.change(then, var, kind), self.change(other, var, kind)
        text = f"{first} if {condition} else {second}"
        if len(text) <= 40 and test.op not in {"both", "either"}:
            return text
        name = self.fresh(*_CHANGE_NAMES)
        to = annotation(CHANGES[then.op].to)
        self.helpers.append(
            f"def {name}({var}: {annotation(kind)}) -> {to}:\n    if {condition}:\n"
            f"        {wrapped('return ' + first, 8)}\n    {wrapped('return ' + second)}\n"
        )
        return f"{name}({var})"

    def step(self, term: Term) -> None:
        row = STEPS[term.op]
        kind = element(self.kind)
        to = ""
        if term.op == "filter":
            self._filter(term, kind)
        elif term.op == "map":
            to = self._map(term, kind)
        else:
            self._other(term)
        self.kind = given_type(row, self.kind, to)
        self.nouns = after(self.nouns, term)

    def _filter(self, term: Term, kind: str) -> None:
        test = _term(term.args[0])
        if self.changed or self.expression:
            self.named()
        self.loop_var = self.var
        self.tests.append(self.helped_test(test, self.loop_var, kind))
        if len(self.tests) == 1 and self.tests[0].startswith("("):
            self.tests[0] = self.tests[0][1:-1]
        elif len(self.tests) == 2 and " or " in self.tests[0] and self.tests[0][0] != "(":
            self.tests[0] = f"({self.tests[0]})"
        self.hint = {"even": "evens", "odd": "odds"}.get(test.op, "kept")

    def _map(self, term: Term, kind: str) -> str:
        change = _term(term.args[0])
        if self.changed or self.expression:
            self.named()
        self.loop_var = self.loop_var if self.tests else self.var
        self.changed = self.change(change, self.loop_var, kind)
        self.hint = after(self.nouns, term).many.replace(" ", "_")
        if self.hint == self.nouns.many:
            self.hint = "results"
        row = CHANGES[_term(change.args[1]).op if change.op == "case" else change.op]
        return row.to

    def _fill(self, text: str, args: Sequence[Any], out: str = "") -> str:
        """Fill in a template; only what it asks for is rendered."""
        direct = "({it})" in text and not text.startswith("[")
        loose = any(one in text for one in ("{it}", "{arg}", "{list}", "{count}", "{set}"))
        tight = text.startswith("[") or "while(" in text
        if not loose or tight or (self.expression and "{list}" not in text):
            self.named()
        pending, var = self.pending, self.var
        name = self.expression or self.name
        counted = f"sum(1 for {self.loop_var} in {self.name} if {' and '.join(self.tests)})"
        values: dict[str, str] = {
            "xs": self.name,
            "it": (pending if direct else f"({pending})") if pending else name,
            "arg": f"({pending})" if pending else name,
            "set": f"{{{pending}}}" if pending else f"set({name})",
            "less": str(args[0] - 1) if args and isinstance(args[0], int) else "",
            "list": f"[{pending}]" if pending else name,
            "count": counted if self.tests else f"len({name})",
            "x": var,
            "out": out,
            "key": self.nouns.key.replace(" ", "_"),
            "value": self.nouns.value.replace(" ", "_"),
            "unless": "",
        }
        filled = []
        for one in args:
            if not isinstance(one, Term):
                filled.append(shown(one))
            elif one.op in TESTS or one.op in {"both", "either", "not"}:
                about = {"int": "value", "str": "key"}
                over = self.kind in {"dict[str, int]", "list[row2]"}
                kind = _tested(one) if over else element(self.kind)
                subject = values[about[kind]] if over else var
                filled.append(self.helped_test(one, subject, kind))
                if "{unless}" in text:
                    values["unless"] = self.helped_test(one, subject, kind, unless=True)
            else:
                over = self.kind == "dict[str, int]"
                subject = values["value"] if over else var
                shape = "int" if over else element(self.kind)
                filled.append(self.change(one, subject, shape))
                values["key" if "{key}" in text and not over else "_"] = _key(filled[-1], subject)
        filled = [one[1:-1] if enclosed(one) else one for one in filled]
        if values["unless"] and enclosed(values["unless"]):
            values["unless"] = values["unless"][1:-1]
        return text.format(*filled, **values)

    def _other(self, term: Term) -> None:
        row = STEPS[term.op]
        hint = row.name_hint.format(**_names(self.nouns))
        if "\n" in row.python:
            self.named()
            out = self.fresh(hint)
            self.lines += self._fill(row.python, term.args, out).split("\n")
            self.name = out
            return
        text = self._fill(row.python, term.args)
        self.changed, self.tests, self.expression = "", [], text
        self.hint = hint.replace(" ", "_")

    def end(self, term: Term) -> None:
        if term.op == "branch":
            test, then, other = map(_term, term.args)
            name = self.named()
            self.lines.append(f"if {self.test(test, name)}:")
            first = self._fill(ENDS[then.op].python, then.args)
            self.lines += ["    return " + first]
            self.lines.append(f"return {self._fill(ENDS[other.op].python, other.args)}")
        elif term.op == "loop":
            name = self.named()
            self.used |= {one.args[0] for one in term.args[:2] if one.args}
            self.lines += loops.python(term, name, self.test, self.var)
        elif term.op == "nested":
            self.lines += nested.python(term, self.entry, self.name, self.test, self._number)
        else:
            self.lines.append(f"return {self._fill(ENDS[term.op].python, term.args)}")


def _term(value: Any) -> Term:
    if not isinstance(value, Term):
        msg = f"{value!r} is not a term"
        raise TypeError(msg)
    return value


def _tested(term: Term) -> str:
    """Return the type of what a test looks at."""
    while term.op in {"both", "either", "not"}:
        term = _term(term.args[0])
    return TESTS[term.op].of


def _key(text: str, var: str) -> str:
    """Return a sort key: a plain function's name where the expression is its call."""
    found = re.fullmatch(rf"(\w+)\({var}\)", text)
    return found[1] if found else f"lambda {var}: {text}"


@cache
def _names(nouns: Nouns) -> dict[str, str]:
    return {
        name: getattr(nouns, name) for name in ("one", "many", "key", "value", "keys", "values")
    }


def after(nouns: Nouns, term: Term) -> Nouns:
    """Return what the elements are called after a step."""
    row = STEPS[term.op]
    one, many = row.nouns
    if term.op == "map":
        change = _term(term.args[0])
        one, many = CHANGES[change.op].nouns if change.op != "case" else ("", "")
    names = _names(nouns)
    one, many = one.format(**names), many.format(**names)
    if row.gives.startswith("dict[") and not row.takes.startswith("dict["):
        label = _term(term.args[0]).op.replace("_", " ") if term.args else nouns.one
        labels = label + "s" if term.args else nouns.many
        if row.takes == "list[row2]":
            label, labels = nouns.key, nouns.keys
            one, many = one or nouns.value, many or nouns.values
        return Nouns("entry", "entries", label, one or "group", labels, many or "groups")
    if row.gives.startswith("dict["):
        return Nouns(
            "entry", "entries", nouns.key, one or nouns.value, nouns.keys, many or nouns.values
        )
    if not one:
        return nouns
    return Nouns(one, many, nouns.key, nouns.value, nouns.keys, nouns.values)


def to_python(
    term: Term,
    entry: str,
    parameters: Sequence[tuple[str, str]],
    returns: str = "",
    nouns: Nouns | None = None,
) -> str:
    """Return a program as Python text.

    Args:
        term: A pipe.
        entry: The function's name.
        parameters: Names and types, in the vocabulary's spelling.
        returns: The type of the result; nothing is said of it if empty.
        nouns: What the elements of the first parameter are called.
    """
    kinds = dict(parameters)
    start = term.args[0].name if isinstance(term.args[0], Ref) else parameters[0][0]
    writer = _Writer(start, kinds[start], nouns or Nouns(), {*kinds, entry}, entry)
    for one in map(_term, term.args[1:]):
        if one.op == "guard":
            test = writer.test(_term(one.args[0]), start)
            writer.lines += [f"if {test}:", f"    return {shown(one.args[1])}", ""]
        elif one.op in STEPS:
            writer.step(one)
        else:
            writer.end(one)
    inner = ", ".join(f"{name}: {annotation(kind)}" for name, kind in parameters)
    arrow = f" -> {annotation(returns)}" if returns else ""
    lines = [line if line[:1] in {"", " "} else wrapped(line) for line in writer.lines]
    body = "".join(f"    {line}".rstrip() + "\n" for line in lines)
    parts = [*writer.helpers, f"def {entry}({inner}){arrow}:\n{body}"]
    return imported("\n\n".join(parts))
