"""Programs that differ from a given one in a single small way, as bugs do.

Used twice: a task is kept only if its tests tell its reference from nearly all of its mutants, and
a mutant is what `CodeRepair` asks to mend. Everything is a change of the syntax tree; nothing runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["OPERATORS", "Mutant", "mutants"]

#: The kinds of change, from those that stand out to those that hide in corner cases or are not there.
OPERATORS = (
    "negate condition",
    "swap arithmetic",
    "swap logic",
    "swap branches",
    "swap function",
    "flip boolean",
    "swap arguments",
    "leave loop",
    "shift comparison",
    "shift constant",
    "shift range",
    "shift slice",
    "shift index",
    "drop statement",
)

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.FloorDiv: (ast.Mod, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
_FUNCTIONS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "sum": "len",
    "upper": "lower",
    "lower": "upper",
    "startswith": "endswith",
    "endswith": "startswith",
    "find": "rfind",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "append": "extend",
    "popleft": "pop",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed program.

    Attributes:
        source: Its text, formatted by `ast.unparse`.
        operator: What kind of change it is, one of `OPERATORS`.
        line: The line of the original at which it is.
    """

    source: str
    operator: str
    line: int


#: A kind, the field of the node to set, and the value to set it to.
_Edit = tuple[str, str, Any]


def mutants(source: str, most: int | None = None) -> list[Mutant]:
    """Return the mutants of a program in the order of the program, each text once.

    Args:
        source: One of ours: responses are never mutated.
        most: So many at most, spread evenly over the program.

    Raises:
        SyntaxError: The source is not Python.
    """
    tree = ast.parse(source)
    nodes = list(_walk(tree))
    added = {
        id(one.right)
        for one in nodes
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add | ast.Sub)
    }
    edits = [
        (node, edit)
        for node in nodes
        for edit in _edits(node)
        # Nobody writes `x + 0`.
        if not (id(node) in added and edit[1] == "value" and edit[2] == 0)
    ]
    edits.sort(key=lambda one: getattr(one[0], "lineno", 0))
    if most is not None and len(edits) > most:
        edits = [edits[place * len(edits) // most] for place in range(most)]
    seen = {ast.unparse(tree)}
    found = []
    for node, (operator, name, value) in edits:
        before = getattr(node, name)
        setattr(node, name, value)
        text = ast.unparse(tree)
        setattr(node, name, before)
        if text not in seen:
            seen.add(text)
            found.append(Mutant(text + "\n", operator, getattr(node, "lineno", 0)))
    return found


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those of annotations, which do nothing."""
    todo = [tree]
    for node in todo:
        yield node
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                values = value if isinstance(value, list) else [value]
                todo += [one for one in values if isinstance(one, ast.AST)]


def _edits(node: ast.AST) -> Iterator[_Edit]:
    """Yield the changes of one node."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARISONS.get(type(operator), ()):
                kind = "negate condition" if len(_COMPARISONS[type(operator)]) == 1 else ""
                changed = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                yield kind or "shift comparison", "ops", changed
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        for arithmetic in _ARITHMETIC.get(type(node.op), ()):
            yield "swap arithmetic", "op", arithmetic()
    elif isinstance(node, ast.BoolOp):
        yield "swap logic", "op", ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Subscript):
        yield from _subscripts(node)
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield "negate condition", "test", _negated(node.test)
    yield from _statements(node)


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def _constants(node: ast.Constant) -> Iterator[_Edit]:
    value = node.value
    if isinstance(value, bool):
        yield "flip boolean", "value", not value
    elif isinstance(value, int):
        yield "shift constant", "value", value + 1
        if value > 0:
            yield "shift constant", "value", value - 1


def _shifted(value: ast.expr, by: int) -> ast.expr:
    """Return the expression more or less one, as a person would write it."""
    if isinstance(value, ast.Constant) and type(value.value) is int:
        return ast.Constant(value.value + by)
    if (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add | ast.Sub)
        and isinstance(value.right, ast.Constant)
        and type(value.right.value) is int
    ):
        sign = 1 if isinstance(value.op, ast.Add) else -1
        total = sign * value.right.value + by
        if total == 0:
            return value.left
        return ast.BinOp(
            value.left, ast.Add() if total > 0 else ast.Sub(), ast.Constant(abs(total))
        )
    operator = ast.Add() if by > 0 else ast.Sub()
    return ast.BinOp(value, operator, ast.Constant(abs(by)))


def _calls(node: ast.Call) -> Iterator[_Edit]:
    name = node.func
    plain = [one for one in node.args if not isinstance(one, ast.Starred)]
    if isinstance(name, ast.Name) and name.id in _FUNCTIONS:
        yield "swap function", "func", ast.Name(_FUNCTIONS[name.id], ast.Load())
    if isinstance(name, ast.Name) and name.id in ("sorted", "set") and not node.keywords:
        yield "swap function", "func", ast.Name("list", ast.Load())  # it was forgotten to sort
    if isinstance(name, ast.Attribute) and name.attr in _FUNCTIONS:
        yield "swap function", "func", ast.Attribute(name.value, _FUNCTIONS[name.attr], ast.Load())
    if isinstance(name, ast.Name) and name.id == "range" and plain == node.args:
        stop = 0 if len(plain) == 1 else 1
        places = {stop} if len(plain) == 1 else {0, stop}
        for place in sorted(places):
            for by in (1, -1):
                changed = [*plain[:place], _shifted(plain[place], by), *plain[place + 1 :]]
                yield "shift range", "args", changed
    elif len(plain) == len(node.args) == 2:
        yield "swap arguments", "args", [plain[1], plain[0]]


def _subscripts(node: ast.Subscript) -> Iterator[_Edit]:
    if not isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return
    part = node.slice
    if isinstance(part, ast.Slice):
        for name in ("lower", "upper"):
            bound = getattr(part, name)
            if isinstance(bound, ast.expr):
                for by in (1, -1):
                    fields: dict[str, Any] = {
                        "lower": part.lower,
                        "upper": part.upper,
                        "step": part.step,
                    }
                    fields[name] = _shifted(bound, by)
                    yield "shift slice", "slice", ast.Slice(**fields)
    elif isinstance(part, ast.Name | ast.BinOp):
        for by in (1, -1):
            yield "shift index", "slice", _shifted(part, by)


def _statements(node: ast.AST) -> Iterator[_Edit]:
    """Yield what can be done to the statements of a block."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        for place, statement in enumerate(block):
            rest = [*block[:place], *block[place + 1 :]]
            if isinstance(statement, ast.Break | ast.Continue):
                other = ast.Continue() if isinstance(statement, ast.Break) else ast.Break()
                yield "leave loop", name, [*block[:place], other, *block[place + 1 :]]
            called = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            guard = isinstance(statement, ast.If) and not statement.orelse
            if called or guard or isinstance(statement, ast.AugAssign):
                yield "drop statement", name, rest or [ast.Pass()]
            if isinstance(statement, ast.If) and statement.orelse:
                swapped = ast.If(statement.test, statement.orelse, statement.body)
                yield "swap branches", name, [*block[:place], swapped, *block[place + 1 :]]
