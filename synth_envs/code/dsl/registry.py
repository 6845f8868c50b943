"""What an operation is: four kinds of rows, which the tables of the vocabulary fill.

In `python`, `{x}` is an element, `{xs}` the list (or dictionary) so far, `{it}` the same where any
iterable will do, and `{0}`, `{1}` the arguments. In English, `{one}` and `{many}` are the nouns of
the elements, `{left}` is what the elements are called at this point ("remaining numbers"), and
`{prev}` names the list in a definition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Change", "End", "Native", "Step", "Test", "annotation", "element"]

#: Given the arguments (terms among them compiled), a function of the element or of the list.
Native: TypeAlias = Callable[..., Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Test:
    """A property of an element.

    Attributes:
        name: Unique in the vocabulary.
        of: The element's type.
        level: The least difficulty at which it is drawn.
        draws: The kinds of its arguments.
        native: What it means.
        python: An expression.
        unless: Its opposite.
        says: A clause in the singular, "is even".
        word: An adjective for names, or "".
        note: What must be said of it once, or "".
    """

    name: str
    of: str
    level: float
    draws: tuple[str, ...]
    native: Native
    python: str
    unless: str
    says: str
    word: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A function of an element.

    Attributes:
        name: Unique in the vocabulary.
        of: The type of what it takes.
        to: The type of what it gives.
        level: The least difficulty at which it is drawn.
        draws: The kinds of its arguments.
        native: What it means.
        python: An expression.
        its: The result in English: "its square".
        nouns: What a result and results are called; "" keeps the elements' nouns.
        do: An instruction for all elements, if "replace each" is not the best one.
        scale: How large the results are, or 0 for as large as before.
        note: What must be said of it once, or "".
    """

    name: str
    of: str
    to: str
    level: float
    draws: tuple[str, ...]
    native: Native
    python: str
    its: str
    nouns: tuple[str, str] = ("", "")
    do: str = ""
    scale: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A function of the whole list, dictionary, text or number so far.

    Attributes:
        name: Unique in the vocabulary.
        takes: The type of what it takes; "T" stands for any element.
        gives: The type of what it gives.
        level: The least difficulty at which it is drawn.
        draws: The kinds of its arguments.
        native: What it means.
        python: An expression, or statements that set `{out}`.
        do: An instruction.
        define: The result as a noun phrase, from `{prev}`.
        name_hint: What the result is called in Python.
        nouns: What an element and elements of the result are called; "" keeps them.
        left: "remaining" or "resulting".
        fits: The element types that "T" may be.
        scale: How large the results are, or 0 for as large as before.
        note: What must be said of it once, or "".
    """

    name: str
    takes: str
    gives: str
    level: float
    draws: tuple[str, ...]
    native: Native
    python: str
    do: str
    define: str
    name_hint: str
    nouns: tuple[str, str] = ("", "")
    left: str = "resulting"
    fits: tuple[str, ...] = ("int", "str")
    scale: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """What is returned of the list, dictionary or text in the end.

    Attributes:
        name: Unique in the vocabulary.
        takes: The type of what it takes; "T" stands for any element.
        gives: The type of what it gives.
        level: The least difficulty at which it is drawn.
        draws: The kinds of its arguments.
        native: What it means.
        python: An expression.
        says: What is returned, a noun phrase.
        tag: The beginning of the function's name, "sum_of", or "".
        fits: The element types that "T" may be.
        note: What must be said of it once, or "".
    """

    name: str
    takes: str
    gives: str
    level: float
    draws: tuple[str, ...]
    native: Native
    python: str
    says: str
    tag: str = ""
    fits: tuple[str, ...] = ("int", "str", "char")
    note: str = ""


def element(kind: str) -> str:
    """Return the type of the elements of a list type, or "" for another type."""
    return kind[5:-1] if kind.startswith("list[") else ""


def annotation(kind: str) -> str:
    """Return a type as Python writes it: a character is a `str` there."""
    return kind.replace("char", "str").replace("row2", "list[str | int]")
