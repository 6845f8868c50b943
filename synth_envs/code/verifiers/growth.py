"""Whether a program is right, and its cost of a lower order of growth: see `synth_envs.code.growth`.

`Task.reference` is {"kind": "growth", "entry", "public", "hidden", "growing", "yardstick",
"solution"}: tests as in `programs`, arguments of doubling size, and what was measured on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandboxes import Sandbox
from synth_envs.code.extract import extract_program
from synth_envs.code.growth import Yardstick, growth_reward, measure_growth
from synth_envs.code.verifiers.programs import verify_programs
from synth_envs.core import Json, Score, Task

__all__ = ["verify_growth"]


def verify_growth(
    tasks: Sequence[Task],
    responses: Sequence[str],
    sandbox: Callable[[], Sandbox],
    meter: Callable[[], Sandbox],
) -> list[Score]:
    """Score responses: first their tests in one batch, then the growth of the right ones.

    Raises:
        SandboxError: A fault of ours.
    """
    scores = [_without_growth(one) for one in verify_programs(tasks, responses, sandbox)]
    right = [place for place, one in enumerate(scores) if one.status == "pass"]
    submissions: list[tuple[str, str, Sequence[Sequence[Json]], Yardstick]] = []
    for place in right:
        reference = tasks[place].reference
        source = extract_program(responses[place], reference["entry"]).source
        yardstick = Yardstick.from_json(reference["yardstick"])
        submissions.append((source, reference["entry"], reference["growing"], yardstick))
    measured = measure_growth(meter(), submissions) if submissions else []
    for place, growth, (*_, yardstick) in zip(right, measured, submissions, strict=True):
        reward = growth_reward(growth, yardstick)
        parts = {"correct": float(all(growth.right)), "public": 1.0, "growth": reward}
        if reward == 1.0:
            scores[place] = Score(1.0, "pass", parts, "Correct, and fast enough.")
        elif not all(growth.right):
            text = "The tests passed, but on larger arguments the program is too slow or wrong."
            scores[place] = Score(0.0, "fail", parts, text)
        else:
            text = "Correct, but its cost grows too fast with the size of the arguments."
            scores[place] = Score(reward, "fail", parts, text)
    return scores


def _without_growth(score: Score) -> Score:
    parts = {**score.parts, "growth": 0.0}
    return Score(score.value, score.status, parts, score.feedback, score.final)
