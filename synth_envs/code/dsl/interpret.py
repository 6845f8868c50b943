"""What a term means, as closures: nothing of it is ever text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from synth_envs.code.dsl import loops, nested
from synth_envs.code.dsl.terms import Ref, Term, references, substitute
from synth_envs.code.dsl.vocabulary import CHANGES, CONDITIONS, ENDS, STEPS, TESTS

__all__ = ["compiled", "function"]


def _case(
    test: Callable[[Any], bool], then: Callable[[Any], Any], other: Callable[[Any], Any]
) -> Callable[[Any], Any]:
    return lambda one: then(one) if test(one) else other(one)


_NATIVE: dict[str, Callable[..., Callable[[Any], Any]]] = {
    **{name: one.native for name, one in TESTS.items()},
    **{name: one.native for name, one in CHANGES.items()},
    **{name: one.native for name, one in STEPS.items()},
    **{name: one.native for name, one in ENDS.items()},
    **{name: one.native for name, one in CONDITIONS.items()},
    "both": lambda *tests: lambda one: all(test(one) for test in tests),
    "either": lambda *tests: lambda one: any(test(one) for test in tests),
    # What `screen` puts in the place of a test, to see whether the test matters.
    "always": lambda: lambda _: True,
    "never": lambda: lambda _: False,
    "not": lambda test: lambda one: not test(one),
    "same": lambda: lambda one: one,
    "zero": lambda: lambda _: 0,
    "case": _case,
    "branch": _case,
}


def compiled(term: Term) -> Callable[[Any], Any]:
    """Return the function of an element or of a list that a term without references is."""
    if term.op in {"loop", "nested"}:
        native = loops.native if term.op == "loop" else nested.native
        return native(term, compiled)
    args = [compiled(one) if isinstance(one, Term) else one for one in term.args]
    return _NATIVE[term.op](*args)


def _chain(term: Term) -> Callable[[Any], Any]:
    """Return a pipe as a function of the value that it starts with."""
    rest = term.args[1:]
    guard = rest[0] if isinstance(rest[0], Term) and rest[0].op == "guard" else None
    steps = [compiled(one) for one in (rest[1:] if guard else rest) if isinstance(one, Term)]
    stops = compiled(guard.args[0]) if guard and isinstance(guard.args[0], Term) else None
    early = guard.args[1] if guard else None

    def run(value: Any) -> Any:
        if stops is not None and stops(value):
            return early
        for step in steps:
            value = step(value)
        return value

    return run


def function(term: Term, parameters: Sequence[str]) -> Callable[..., Any]:
    """Return the program as a function of its parameters.

    Args:
        term: A pipe.
        parameters: The names of the parameters, in order.
    """
    start = term.args[0]
    if not isinstance(start, Ref):
        msg = "a program starts with a parameter"
        raise TypeError(msg)
    place = list(parameters).index(start.name)
    if not references(term):
        chain = _chain(term)
        return lambda *given: chain(given[place])
    body = term.args[1:]

    def run(*given: Any) -> Any:
        bound = substitute(Term("pipe", body), dict(zip(parameters, given, strict=True)))
        return _chain(Term("pipe", (start, *bound.args)))(given[place])

    return run
