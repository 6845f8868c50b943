"""Puts a mutant's change into the text of the original, whose layout and comments stay."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

__all__ = ["spliced"]

_Pair: TypeAlias = tuple[ast.AST, ast.AST]


def spliced(source: str, changed: str) -> str:
    """Return the original with as little text replaced as makes it mean what `changed` means.

    Args:
        source: A program.
        changed: The same with one change, as `ast.unparse` writes it.

    Raises:
        SyntaxError: One of them is not Python.
    """
    wanted = ast.dump(ast.parse(changed))
    for text in _attempts(source, ast.parse(source), ast.parse(changed)):
        try:
            if ast.dump(ast.parse(text)) == wanted:
                return text
        except SyntaxError:
            continue
    return changed


def _attempts(source: str, before: ast.AST, after: ast.AST) -> Iterator[str]:
    """Yield texts that may mean the same as the changed tree, the smallest replacement first."""
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for old, new in reversed(_differing(before, after)):
        dropped = _dropped(old, new)
        if dropped is not None:
            whole = [*lines[: dropped.lineno - 1], *lines[dropped.end_lineno or dropped.lineno :]]
            yield b"".join(whole).decode()
        if not isinstance(old, ast.expr | ast.stmt) or not isinstance(new, ast.expr | ast.stmt):
            continue
        begin = starts[old.lineno - 1] + old.col_offset
        end = starts[(old.end_lineno or old.lineno) - 1] + (old.end_col_offset or 0)
        text = ast.unparse(new)
        if isinstance(old, ast.stmt):
            text = text.replace("\n", "\n" + " " * old.col_offset)
        for one in (text, f"({text})"):
            yield (source.encode()[:begin] + one.encode() + source.encode()[end:]).decode()


def _differing(old: ast.AST, new: ast.AST) -> list[_Pair]:
    """Return the pairs of nodes from the root to the smallest one that holds the whole change."""
    path = [(old, new)]
    while True:
        pairs: list[_Pair] = []
        for name, one in ast.iter_fields(old):
            two = getattr(new, name, None)
            if isinstance(one, list) and isinstance(two, list):
                if len(one) != len(two):
                    return path
                pairs += zip(one, two, strict=True)
            elif isinstance(one, ast.AST) and isinstance(two, ast.AST):
                pairs.append((one, two))
            elif one != two:
                return path
        apart = [
            (one, two)
            for one, two in pairs
            if not (isinstance(one, ast.AST) and isinstance(two, ast.AST))
            or ast.dump(one) != ast.dump(two)
        ]
        if len(apart) != 1 or type(apart[0][0]) is not type(apart[0][1]):
            return path + [pair for pair in apart if len(apart) == 1 and _are_nodes(pair)]
        old, new = apart[0]
        path.append((old, new))


def _are_nodes(pair: _Pair) -> bool:
    return isinstance(pair[0], ast.AST) and isinstance(pair[1], ast.AST)


def _dropped(old: ast.AST, new: ast.AST) -> ast.stmt | None:
    """Return the statement that the new node lacks, if it lacks one."""
    for name in ("body", "orelse", "finalbody"):
        one, two = getattr(old, name, None), getattr(new, name, None)
        if isinstance(one, list) and isinstance(two, list) and len(one) == len(two) + 1:
            for place, statement in enumerate(one):
                if place == len(two) or ast.dump(statement) != ast.dump(two[place]):
                    return statement if isinstance(statement, ast.stmt) else None
    return None
