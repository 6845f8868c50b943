"""Truth tables as integers, and what families about truth values share.

The set of assignments that satisfy a formula over n variables is an integer of 2**n bits, so a
conjunction is one `&` and a count one `bit_count()`, fast enough for a dozen variables.
"""

from collections.abc import Sequence
from functools import cache

from synth_envs.math.answers import Choice

__all__ = ["TRUTH_VALUES", "assignment_text", "every_world", "variables", "wrong_assignments"]

TRUTH_VALUES = Choice(
    ("true", "false"),
    {"t": "true", "f": "false", "1": "true", "0": "false"},
    hint="a value for each letter, such as A: true, B: false",
)


@cache
def variables(n: int) -> tuple[int, ...]:
    """For each of n variables, the assignments that make it true; bit i of their number.

    >>> [bin(table) for table in variables(2)]
    ['0b1010', '0b1100']
    """
    return tuple((every_world(n) // ((1 << (1 << i)) + 1)) << (1 << i) for i in range(n))


@cache
def every_world(n: int) -> int:
    """All assignments of n variables."""
    return (1 << (1 << n)) - 1


def assignment_text(names: Sequence[str], world: int) -> str:
    """Assignment number `world` as an answer.

    >>> assignment_text("AB", 0b10)
    'A: false, B: true'
    """
    return ", ".join(
        f"{name}: {'true' if world >> i & 1 else 'false'}" for i, name in enumerate(names)
    )


def wrong_assignments(answer: str) -> list[str]:
    """Responses that are no assignment, made from one that is."""
    first, *rest = answer.split(", ")
    name, _, value = first.partition(": ")
    other = f"{name}: {'false' if value == 'true' else 'true'}"
    return [
        ", ".join(rest),
        ", ".join([first, other, *rest]),
        ", ".join([first, *rest, "Other: true"]),
        ", ".join([f"{name}: maybe", *rest]),
        ", ".join([f"{name}: true or false", *rest]),
        ", ".join(item.partition(":")[0] for item in [first, *rest]),
        "All of them hold.",
    ]
