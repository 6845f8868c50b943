"""Terms: an operation and its arguments, which may be terms again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Arg", "Ref", "Term", "constants", "pipe", "references", "substitute", "subterms"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A parameter of the program, where a constant could stand.

    Attributes:
        name: The parameter's name.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """An operation with its arguments.

    Attributes:
        op: The operation's name in `vocabulary`, or "pipe", "both", "either", "not", "case", "loop".
        args: Constants, references to parameters, and terms.
    """

    op: str
    args: tuple[Arg, ...] = ()

    @property
    def size(self) -> int:
        """The number of operations and arguments."""
        return 1 + sum(one.size if isinstance(one, Term) else 1 for one in self.args)


#: What an operation is applied with: a term, a reference or a JSON constant. A union would make
#: every reader of a term narrow each of its arguments.
Arg: TypeAlias = Any


def pipe(start: str, *steps: Term) -> Term:
    """Return the program that sends the parameter `start` through the steps."""
    return Term("pipe", (Ref(start), *steps))


def subterms(term: Term) -> Iterator[Term]:
    """Yield the term and every term in it, outside in."""
    yield term
    for one in term.args:
        if isinstance(one, Term):
            yield from subterms(one)


def constants(term: Term) -> list[Any]:
    """Return the constants of a term in the order in which it names them."""
    found: list[Any] = []
    for one in term.args:
        if isinstance(one, Term):
            found += constants(one)
        elif not isinstance(one, Ref):
            found.append(one)
    return found


def references(term: Term) -> set[str]:
    """Return the parameters that stand where a constant could."""
    skip = 1 if term.op == "pipe" else 0
    found = {one.name for one in term.args[skip:] if isinstance(one, Ref)}
    for one in term.args:
        if isinstance(one, Term):
            found |= references(one)
    return found


def substitute(term: Term, values: Mapping[str, Any]) -> Term:
    """Put values in the place of references."""
    return Term(
        term.op,
        tuple(
            substitute(one, values)
            if isinstance(one, Term)
            else values[one.name]
            if isinstance(one, Ref) and one.name in values
            else one
            for one in term.args
        ),
    )
