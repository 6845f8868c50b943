"""Finds the one program that a response states; parses, bounded, and never executes.

People and models answer with a fenced block, several of them, or bare code with prose around it.
What is read: the last fenced block that defines what the task asks for, together with earlier
blocks that only import and define; without fences, the longest stretch of lines that is Python.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from synth_envs.code.parsing import parse_module

__all__ = ["MAX_SOURCE", "Extracted", "extract_program", "parse_source"]

#: The longest program that is parsed, in characters.
MAX_SOURCE = 32_768
#: Deeper nesting of brackets or blocks than any person writes is not parsed.
_MAX_BRACKETS, _MAX_INDENT = 60, 40
#: Attempts at finding bare code among prose, in all and from one line on.
_MAX_TRIES, _MAX_CUTS = 24, 4
_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)$")
_PYTHON = {"", "python", "py", "python3", "py3", "pycon", "python2", "code"}
_OPENS = re.compile(r"^(?:async def|def|class|import|from|@|[A-Za-z_]\w*\s*(?::[^=\n]+)?=[^=])")
_BRACKETS = re.compile(r"[()\[\]{}]")
_NESTING = (ast.stmt, ast.ExceptHandler, ast.match_case)
#: Statements of an earlier block that can be put in front of the main one: nothing is called.
_DEFINING = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a response holds.

    Attributes:
        source: The program, or empty if none was found.
        problem: What is wrong with it as an answer, in a sentence for its author; empty if it
            defines what the task asks for.
    """

    source: str
    problem: str = ""


def parse_source(source: str) -> ast.Module | None:
    """Parse Python of bounded length and depth; None if it is neither that nor Python."""
    found = _parse(source)
    return found if isinstance(found, ast.Module) else None


def _parse(source: str) -> ast.Module | int:
    """Return the tree, or the number of the line at which the source stops being Python (or 0)."""
    if len(source) > MAX_SOURCE or "\0" in source:
        return 0
    # Strings and comments count too: a real program stays far below either bound.
    depth = 0
    for found in _BRACKETS.finditer(source):
        depth += 1 if found.group() in "([{" else -1
        if depth > _MAX_BRACKETS:
            return 0
    try:
        tree = parse_module(source)
    except SyntaxError as error:
        return error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        return 0
    return tree if _depth(tree) <= _MAX_INDENT else 0


def _depth(tree: ast.Module) -> int:
    """Return how deeply blocks are nested, up to one more than is allowed."""
    todo: list[tuple[ast.AST, int]] = [(statement, 1) for statement in tree.body]
    deepest = 0
    while todo and deepest <= _MAX_INDENT:
        statement, depth = todo.pop()
        deepest = max(deepest, depth)
        children = ast.iter_child_nodes(statement)
        todo += [(child, depth + 1) for child in children if isinstance(child, _NESTING)]
    return deepest


def _blocks(response: str) -> list[str]:
    """Return the contents of fenced blocks of Python, the last one also if it is not closed."""
    blocks: list[str] = []
    fence, language = "", ""
    lines: list[str] = []
    for line in response.splitlines():
        found = _FENCE.match(line)
        if not fence:
            if found:
                fence, language, lines = found.group(1), found.group(2).strip(), []
        elif found and found.group(1).startswith(fence) and not found.group(2).strip():
            _add(blocks, language, lines)
            fence = ""
        else:
            lines.append(line)
    if fence:
        _add(blocks, language, lines)
    return blocks


def _add(blocks: list[str], language: str, lines: list[str]) -> None:
    word = language.split(maxsplit=1)[0].strip("{}.").lower() if language else ""
    if word in _PYTHON:
        blocks.append("\n".join(lines) + "\n")


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that top-level statements bind, as far as their text tells."""
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name) for alias in statement.names)
    return names


def _functions(tree: ast.Module) -> list[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [one.name for one in tree.body if isinstance(one, kinds)]


def _stretches(response: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield stretches of lines that are code, each as long as it can be from where it starts."""
    lines = response.splitlines()
    tries = 0
    for start, line in enumerate(lines):
        if not _OPENS.match(line):
            continue
        end = len(lines)
        for _ in range(_MAX_CUTS):
            tries += 1
            if tries > _MAX_TRIES:
                return
            stretch = "\n".join(lines[start:end]).rstrip() + "\n"
            tree = _parse(stretch)
            if isinstance(tree, ast.Module):
                yield stretch, tree
                break
            # The prose that follows begins there, or above, on an unindented line.
            end = min(end - 1, start + tree - 1)
            while end > start and (not lines[end] or lines[end][0].isspace()):
                end -= 1
            if end <= start:
                break


def extract_program(response: str, entry: str | None = None) -> Extracted:
    """Return the program of a response.

    Args:
        response: Free text of any length and content.
        entry: The function or class that the program must define; None if it must only be a
            program (which reads standard input and prints).
    """
    blocks = _blocks(response)
    if blocks:
        return _of_blocks(blocks, entry)
    text = response.strip("\n") + "\n"
    whole = parse_source(text) if response.strip() else None
    if whole is not None and (entry is None or _functions(whole)):
        return _judged(text, whole, entry)
    found: tuple[str, ast.Module] | None = None
    for stretch, tree in _stretches(response):
        if entry is None or entry in _defined(tree):
            return Extracted(stretch)
        if found is None and _functions(tree):
            found = stretch, tree
    if found is not None:
        return _judged(*found, entry)
    if len(response) > MAX_SOURCE:
        return Extracted("", f"The response is longer than {MAX_SOURCE} characters of code.")
    return Extracted("", "No Python program was found. Put it in one ```python block.")


def _of_blocks(blocks: list[str], entry: str | None) -> Extracted:
    trees = [parse_source(block) for block in blocks]
    readable = [place for place, tree in enumerate(trees) if tree is not None and tree.body]
    if not readable:
        return Extracted("", _why_unreadable(blocks[-1]))
    chosen = readable[-1]
    if entry is not None:
        defining = [place for place in readable if entry in _defined(_sure(trees[place]))]
        with_functions = [place for place in readable if _functions(_sure(trees[place]))]
        chosen = (defining or with_functions or readable)[-1]
    tree = _sure(trees[chosen])
    if entry is not None and entry not in _defined(tree):
        return _judged(blocks[chosen], tree, entry)
    # Helpers and imports are often given in blocks of their own.
    names = _defined(tree)
    parts = []
    for place in readable:
        if place >= chosen:
            break
        earlier = _sure(trees[place])
        own = _defined(earlier)
        only_defines = all(isinstance(statement, _DEFINING) for statement in earlier.body)
        if only_defines and not own & names and (entry is None or entry not in own):
            parts += [blocks[place]]
    return Extracted("".join((*parts, blocks[chosen])))


def _sure(tree: ast.Module | None) -> ast.Module:
    if tree is None:
        raise AssertionError
    return tree


def _judged(source: str, tree: ast.Module, entry: str | None) -> Extracted:
    if entry is None or entry in _defined(tree):
        return Extracted(source)
    names = _functions(tree)
    if names:
        shown = ", ".join(f"`{name[:60]}`" for name in names[:5])
        return Extracted(source, f"The program defines {shown} but not `{entry}`.")
    return Extracted(source, f"The program does not define `{entry}`.")


def _why_unreadable(source: str) -> str:
    """Say what is wrong with a block, in a sentence for its author."""
    if len(source) > MAX_SOURCE:
        return f"The program is longer than {MAX_SOURCE} characters."
    try:
        parse_module(source)
    except SyntaxError as error:
        return f"The program is not valid Python: {error.msg} (line {error.lineno})."
    except (ValueError, RecursionError, MemoryError):
        return "The program is not valid Python."
    if not source.strip():
        return "The code block is empty."
    return "The program is nested too deeply to be read."
