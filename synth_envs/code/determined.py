"""Whether a few examples determine a program: for tasks that give nothing else.

Small programs that agree with the examples are enumerated. As long as one of them differs from the
reference on any other input, that input becomes an example, and the search begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandboxes.values import same_value
from synth_envs.code.dsl.enumerate import enumerate_programs
from synth_envs.code.dsl.interpret import function
from synth_envs.code.gates import Accepted
from synth_envs.core import Json

__all__ = ["chosen_examples"]

#: Terms that are looked at in each search, and programs of those that agree.
_BUDGET, _MOST_RIVALS = 6_000, 20
#: Of the programs that agree with the examples, no more than this share may differ elsewhere.
_MOST_APART = 0.05
_LEAST, _MOST_TEXT = 5, 200


def chosen_examples(accepted: Accepted, most: int) -> list[int] | None:
    """Return the places of at most `most` examples that determine the program, or None.

    None also where no small program agrees with the examples at all: then nothing shows that they
    determine anything.
    """
    problem = accepted.problem
    places = [place for place in accepted.shown if _short(accepted, place)]
    spare = [
        place
        for place in range(len(accepted.values))
        if place not in accepted.shown and _short(accepted, place)
    ]
    places += spare[: max(0, _LEAST - len(places))]
    names = [name for name, _ in problem.parameters]
    while len(places) <= most:
        examples = [(problem.inputs[place], accepted.values[place]) for place in places]
        rivals = []
        for term in enumerate_programs(problem.parameters, problem.returns, examples, _BUDGET):
            rivals.append(_fails(accepted, function(term, names)))
            if len(rivals) == _MOST_RIVALS:
                break
        apart = [fails for fails in rivals if fails]
        if not rivals:
            return None
        if len(apart) <= _MOST_APART * len(rivals):
            return sorted(places)
        candidates = [place for place in spare if place not in places]
        if not candidates:
            return None
        places.append(max(candidates, key=lambda place: sum(place in fails for fails in apart)))
    return None


def _short(accepted: Accepted, place: int) -> bool:
    texts = [repr(accepted.problem.inputs[place]), repr(accepted.values[place])]
    return sum(map(len, texts)) <= _MOST_TEXT


def _fails(accepted: Accepted, program: object) -> set[int]:
    wrong = set()
    for place, (given, value) in enumerate(
        zip(accepted.problem.inputs, accepted.values, strict=True)
    ):
        if not same_value(_run(program, given), value):
            wrong.add(place)
    return wrong


def _run(program: object, given: Sequence[Json]) -> Json:
    try:
        return program(*given)  # type: ignore[operator]
    except (TypeError, ValueError, LookupError, ArithmeticError):
        return None
