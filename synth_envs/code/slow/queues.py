"""Queues whose head goes to the back."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["RoundRobin"]

#: How long a turn is: text, and the number for job `job` in turn `turn` (from 1).
_TURNS = (
    ("`quantum` minutes", "quantum"),
    ("`quantum` minutes (for job 0: 1 minute)", "(1 if job == 0 else quantum)"),
    (
        "`quantum` minutes if the number of the job is even, and `quantum + 1` minutes if it is odd",
        "(quantum + job % 2)",
    ),
    (
        "`quantum` minutes if the number of the turn is odd, and `quantum + 2` minutes if it is even; the turns of all jobs are numbered together as 1, 2, 3, ...",
        "(quantum if turn % 2 else quantum + 2)",
    ),
)
_ASKS = (
    ("Return the sum of the times at which the jobs are finished.", "result += clock"),
    ("Return how many jobs finish at an even time.", "result += clock % 2 == 0"),
    (
        "Number the jobs 1, 2, 3, ... in the order in which they finish. Return the sum of `job * number` over all jobs.",
        "done += 1\n            result += job * done",
    ),
    (
        "Return how many turns there are in all, until the last job is finished.",
        "result = turn",
    ),
)
_ROBIN = Text("""\
def round_robin(times, quantum):
    queue = list(range(len(times)))
    left = list(times)
    $names = 0
    while queue:
        job = queue[0]
        queue = [other for other in queue if other != job]
${turn}        spent = min(left[job], $most)
${clock}        left[job] -= spent
        if left[job] == 0:
            $step
        else:
            queue.append(job)
    return $result
""")


class RoundRobin(SlowTemplate):
    """Jobs that take turns, each found and taken out by going over the queue."""

    name: ClassVar[str] = "round_robin"
    level: ClassVar[float] = 0.15

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw how long a turn is and what is asked."""
        words, most = rng.choice(_TURNS)
        asked, step = rng.choice(_ASKS)
        counts = [name for name in ("clock", "turn", "done") if re.search(name, step + most)]
        result = "turn" if step == "result = turn" else "result"
        source = _ROBIN.substitute(
            names=" = ".join(counts if result == "turn" else [*counts, "result"]),
            most=bare(most),
            step=step,
            turn="        turn += 1\n" if "turn" in counts else "",
            clock="        clock += spent\n" if "clock" in counts else "",
            result=result,
        )
        if result == "turn":
            source = source.replace("== 0:\n            result = turn\n        else:\n", "> 0:\n")
        given: list[list[Json]] = [[[3, 1, 4], 2], [[5, 6, 2, 9], 3], [[2, 2, 7, 1], 1]]
        given += [[[], 3], [[3], 1], [[1], 4], [[2, 2], 2], [[9, 1, 1, 1], 2], [[1, 1, 1, 8], 3]]
        for _ in range(32):
            size = rng.randint(2, 8 + int(10 * difficulty))
            given.append([numbers(rng, size, 1, 12), rng.randint(1, 4)])
        growing: list[list[Json]] = [[numbers(rng, size, 9, 14), 12] for size in doubled(rng, 1800)]
        return self.problem(
            entry="round_robin",
            parameters=(("times", "list[int]"), ("quantum", "int")),
            returns="int",
            statement=(
                f"The jobs are 0, 1, ..., and job `i` takes `times[i]` minutes (at least 1); `quantum` is at least "
                f"1. At time 0 all jobs stand in a queue in the order of their numbers. The job at the head of the "
                f"queue leaves it for a turn. The length of a turn is {words}; but a turn ends sooner if the "
                f"job is finished. If the job is not finished at the end of its turn, it goes to the back "
                f"of the queue. The next turn begins at once. {asked} The "
                f"answer is 0 if there are no jobs."
            ),
            source=source,
            second="from collections import deque\n\n\n"
            + source.replace("list(range(len(times)))", "deque(range(len(times)))").replace(
                "job = queue[0]\n        queue = [other for other in queue if other != job]",
                "job = queue.popleft()",
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
