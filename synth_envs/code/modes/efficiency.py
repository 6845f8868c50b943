"""Write a program that gives the same answers at a lower order of growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sandboxes import Sandbox, SandboxError, get_sandbox
from synth_envs.code.benign import program_formats
from synth_envs.code.cheats import program_cheats
from synth_envs.code.domain import ranges_of
from synth_envs.code.gates import Accepted
from synth_envs.code.growth import Yardstick, make_yardsticks
from synth_envs.code.modes.base import CodeMode, Draw, sandbox
from synth_envs.code.modes.induction import as_pair
from synth_envs.code.problems import load_template
from synth_envs.code.prompts import constraints, examples_block, fenced
from synth_envs.code.slow import SLOW
from synth_envs.code.slow.drawing import SlowTemplate
from synth_envs.code.verifiers.growth import verify_growth
from synth_envs.core import Score, Task

__all__ = ["Efficiency"]

_LEAD = (
    "This function is right, but slow. Write one that gives the same results with less work.",
    "The following function takes too long on large arguments. Write a faster one.",
    "Replace this function by one whose cost grows more slowly with the size of its arguments.",
)
_ASK = (
    "Answer with the whole program in one ```python block. It must give the right results, and it is "
    "run on arguments of doubling size: what counts is the order of growth of its cost, not a constant "
    "factor. Use only the standard library."
)


_RANGES = "The tests have arguments like these; the cost is measured on larger ones:"
#: Templates whose own difficulty is this near to the one that is asked for are drawn.
_NEAR = 0.3


def meter() -> Sandbox:
    """Return the process's sandbox with an exact meter.

    Raises:
        SandboxError: It does not work here; the message says what to install.
    """
    try:
        return get_sandbox(backend="wasm")
    except (ImportError, SandboxError) as error:
        msg = f"synth/CodeEfficiency-v0 counts WebAssembly instructions: pip install 'synth-envs[wasm]' ({error})"
        raise SandboxError(msg) from error


class Efficiency(CodeMode):
    """Same answers, less cost: paid by the asymptotic step."""

    family: ClassVar[str] = "efficiency"
    templates: ClassVar[Mapping[str, str]] = SLOW
    cheated: ClassVar[int] = 1
    schema: ClassVar[Mapping[str, Mapping[str, type]]] = {
        "growth": {
            "entry": str,
            "public": list,
            "hidden": list,
            "growing": list,
            "yardstick": dict,
            "solution": str,
        }
    }

    def name(self, draw: Draw) -> str:
        """Return a template whose own difficulty is near that of the draw."""
        levels = {name: self._level(name) for name in self.names}
        near = [name for name, one in levels.items() if abs(one - draw.difficulty) <= _NEAR]
        least = min(abs(one - draw.difficulty) for one in levels.values())
        nearest = [name for name, one in levels.items() if abs(one - draw.difficulty) == least]
        return draw.rng.choice(near or nearest)

    def _level(self, name: str) -> float:
        template = load_template(self.templates[name])
        return template.level if isinstance(template, SlowTemplate) else 0.5

    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Measure the references of all problems in one batch."""
        yardsticks = make_yardsticks(meter(), [accepted.problem for accepted, _ in made])
        return [
            "unmeasurable" if isinstance(one, str) else self._build(accepted, draw, one)
            for (accepted, draw), one in zip(made, yardsticks, strict=True)
        ]

    def _build(self, accepted: Accepted, draw: Draw, yardstick: Yardstick) -> Task:
        problem, rng = accepted.problem, draw.rng
        prompt = "\n\n".join(
            (
                rng.choice(_LEAD),
                fenced(problem.source),
                f"What `{problem.signature.removeprefix('def ')}` does:\n\n{problem.statement}",
                f"{_RANGES}\n{constraints(problem, ranges_of(problem.inputs))}",
                f"Some results:\n\n{examples_block(problem.entry, accepted.public)}",
                _ASK,
            )
        )
        reference = {
            "kind": "growth",
            "entry": problem.entry,
            "public": [as_pair(one) for one in accepted.public],
            "hidden": [as_pair(one) for one in accepted.hidden],
            "growing": [list(given) for given in problem.growing],
            "yardstick": yardstick.as_json(),
            "solution": problem.second,
        }
        return self.task_of(accepted, draw, prompt, reference)

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Run all programs on their tests, and measure those that pass, in one batch each."""
        return verify_growth(tasks, responses, sandbox, meter)

    def right(self, task: Task) -> str:
        """The fast reference."""
        return fenced(str(task.reference["solution"]))

    def benign(self, task: Task) -> dict[str, str]:
        """The reference in the formats that people write."""
        return program_formats(str(task.reference["solution"]))

    def cheats(self, task: Task) -> list[str]:
        """Scripted cheaters: see `cheats`."""
        return program_cheats(task)

    def solve(self, prompt: str) -> str:
        """Apply a few local rewritings to the program of the prompt."""
        from synth_envs.code.solvers import speed_up

        return speed_up(prompt)
