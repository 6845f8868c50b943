"""Fields of rows that hold code: normalised, bounded, parsed and never run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from synth_envs.code.extract import MAX_SOURCE, parse_source
from synth_envs.row_files import refuse, text_field

__all__ = ["code_field", "defined", "text_list", "tree_of"]

_MOST_TESTS = 100


def code_field(content: Mapping[Any, Any], field: str) -> str:
    """Return a field with the line ends of Unix.

    Raises:
        BadRowError: It is missing, empty or no text.
    """
    if field not in content:
        refuse(f"the field {field!r} is missing")
    return text_field(content, field).replace("\r\n", "\n").replace("\r", "\n")


def text_list(content: Mapping[Any, Any], field: str) -> list[str]:
    """Return a field that is a list of texts.

    Raises:
        BadRowError: It is not.
    """
    value = content[field]
    if not isinstance(value, list) or not value or len(value) > _MOST_TESTS:
        refuse(f"{field!r} is not a list of 1 to {_MOST_TESTS} texts")
    return [
        text_field({f"{field}[{place}]": one}, f"{field}[{place}]").replace("\r\n", "\n")
        for place, one in enumerate(value)
    ]


def tree_of(source: str, what: str) -> ast.Module:
    """Return the tree of code.

    Raises:
        BadRowError: It is no Python, or too long or too deep.
    """
    tree = parse_source(source)
    if tree is None:
        refuse(f"{what} is not Python, or more than {MAX_SOURCE} characters")
    return tree


def defined(tree: ast.Module) -> set[str]:
    """Return the names of the functions at the top level."""
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
