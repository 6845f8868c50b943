"""`ast.parse` without warnings: strange escapes are no reason to refuse a program, or to print."""

from __future__ import annotations

import ast
import threading
import warnings

__all__ = ["parse_expression", "parse_module"]

#: Filters of warnings belong to the whole process: one thread at a time changes and restores them.
_FILTERS = threading.Lock()


def parse_module(text: str) -> ast.Module:
    """Parse a program.

    Raises:
        SyntaxError: It is not Python; ValueError, RecursionError and MemoryError mean the same.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def parse_expression(text: str) -> ast.expr:
    """Parse an expression.

    Raises:
        SyntaxError: It is not one; ValueError, RecursionError and MemoryError mean the same.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body
