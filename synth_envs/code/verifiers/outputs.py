"""Whether a response states what a program returns: compared as values, with types.

`Task.reference` is {"kind": "output", "value"}, with "tolerance" for floats.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandboxes.values import same_value
from synth_envs.code.answers import parse_value, stated
from synth_envs.core import Score, Task

__all__ = ["verify_outputs"]

_PASS = Score(1.0, "pass", {"correct": 1.0}, "Correct.")
_FAIL = Score(0.0, "fail", {"correct": 0.0}, "Incorrect.")
_NONE = "No value was found. State it as a Python literal, for example as `The answer is [1, 2]`."
_MANY = "The response states different values. Give exactly one."


def verify_outputs(tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
    """Score responses; nothing runs."""
    scores = []
    for task, response in zip(tasks, responses, strict=True):
        found, problem = stated(response, parse_value)
        if found is None:
            text = _MANY if problem == "many" else _NONE
            scores.append(Score(0.0, "unparsable", {"correct": 0.0}, text))
            continue
        reference = task.reference
        tolerance = reference.get("tolerance", 0.0)
        right = same_value(found.value, reference["value"], tolerance=tolerance)
        scores.append(_PASS if right else _FAIL)
    return scores
