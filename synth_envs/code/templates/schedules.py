"""The order in which tasks that wait for one another are done."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["TaskOrder"]

#: Which of the ready tasks is next: text and key to minimise (`x`, and `needs[x]`, `opens[x]`).
_TIES = (
    ("the one with the smallest number", "x"),
    ("the one with the largest number", "-x"),
    ("the shortest one; of several, the one with the smallest number", "(times[x], x)"),
    ("the longest one; of several, the one with the smallest number", "(-times[x], x)"),
    (
        "one with an even number if there is one, and among these (or, if there is none, among all) the one with the largest number",
        "(x % 2, -x)",
    ),
    (
        "the one that the most other tasks directly wait for (done or not); of several, the one with the largest number",
        "(-len(opens[x]), -x)",
    ),
    (
        "the one that directly waits for the fewest other tasks (done or not); of several, the longest one, and of several such ones the one with the smallest number",
        "(needs[x], -times[x], x)",
    ),
)
_TASK_ASKED = (
    (
        "Return the tasks in the order in which they are done; tasks that can never be started are left out.",
        "order",
        "list[int]",
    ),
    (
        "Return a list with one number per task 0, 1, ...: the time at which it is finished, or -1 if it can never be started.",
        "[ends.get(x, -1) for x in range(len(times))]",
        "list[int]",
    ),
    (
        "If some task can never be started, return the ascending list of all such tasks. Otherwise return all tasks in the order in which they are done.",
        "order if len(order) == len(times) else [x for x in range(len(times)) if x not in order]",
        "list[int]",
    ),
)

_TASKS = """import heapq


def schedule(times, pairs):
    opens = [[] for _ in times]
    waits = [0] * len(times)
    for a, b in pairs:
        opens[a].append(b)
        waits[b] += 1
    needs = list(waits)
    ready = [$item for x in range(len(times)) if waits[x] == 0]
    heapq.heapify(ready)
    order = []
    ends = {}
    clock = 0
    while ready:
        $task = heapq.heappop(ready)
        clock += times[task]
        order.append(task)
        ends[task] = clock
        for x in opens[task]:
            waits[x] -= 1
            if waits[x] == 0:
                heapq.heappush(ready, $item)
    return $answer
"""

_TASKS_AGAIN = """def schedule(times, pairs):
    opens = [[b for a, b in pairs if a == x] for x in range(len(times))]
    needs = [sum(b == x for _, b in pairs) for x in range(len(times))]
    order = []
    while True:
        ready = [x for x in range(len(times)) if x not in order and all(a in order for a, b in pairs if b == x)]
        if not ready:
            break
        order.append(min(ready, key=lambda x: $key))
    return $answer
"""


#: What is drawn, written in another way for the second program.
_TASK_PARTS_AGAIN = {
    "x": "x",
    "-x": "len(times) - x",
    "(times[x], x)": "times[x] * len(times) + x",
    "(-times[x], x)": "x - times[x] * len(times)",
    "(x % 2, -x)": "(x & 1) * 2 * len(times) - x",
    "(-len(opens[x]), -x)": "-len(opens[x]) * len(times) - x",
    "(needs[x], -times[x], x)": "(needs[x], x - times[x] * len(times))",
    "order": "order",
    "[ends.get(x, -1) for x in range(len(times))]": "[sum(times[y] for y in order[: order.index(x) + 1]) if x in order else -1 for x in range(len(times))]",
    "order if len(order) == len(times) else [x for x in range(len(times)) if x not in order]": "sorted(set(range(len(times))) - set(order)) or order",
}


class TaskOrder(Template):
    """The order in which tasks that wait for others are done, under a tie rule."""

    name: ClassVar[str] = "task_order"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the tie rule and the question."""
        words, key = rng.choice(_TIES[:4] if difficulty < 0.4 else _TIES[1:])
        asked, answer, kind = rng.choice(_TASK_ASKED)
        statement = (
            "The tasks are 0, 1, ..., and task `i` takes `times[i]` minutes (at least 1). Every entry [a, b] of `pairs` says that task `b` "
            "directly waits for task `a`: it can only be started when `a` is finished; `a` and `b` differ, and no two entries are equal. One worker begins at "
            "time 0 and does one task after the other without a break. Of the tasks not yet done that can be started, "
            f"the next one is always {words}. The worker stops when no task can be started. {asked}"
        )
        inner = key[1:-1] if key.startswith("(") else key
        item = f"({inner})" if inner.endswith(", x") else f"({inner}, x)"
        task = "_, task" if item.count(",") == 1 else "*_, task"
        if key == "x":
            item, task = "x", "task"
        source = Text(_TASKS).substitute(item=item, task=task, answer=answer)
        if "needs" not in key:
            source = source.replace("    needs = list(waits)\n", "")
        if key == "x":
            source = source.replace(
                "x for x in range(len(times)) if waits[x] == 0",
                "x for x, count in enumerate(waits) if count == 0",
            )
        if "order" not in answer:
            source = source.replace("    order = []\n", "").replace(
                "        order.append(task)\n", ""
            )
        if "ends" not in answer:
            source = source.replace("    ends = {}\n    clock = 0\n", "").replace(
                "        ends[task] = clock\n", ""
            )
            source = source.replace("        clock += times[task]\n", "")
        given: list[list[Json]] = [
            [[3, 1, 2, 2], [[0, 3], [1, 3]]],
            [[2, 5, 1, 4, 1], [[4, 0], [4, 2], [0, 3]]],
            [[1, 4, 2], [[0, 1], [1, 0]]],
            [[], []],
            [[5], []],
            [[2, 2], [[0, 1]]],
            [[2, 2], [[1, 0]]],
            [[1, 1, 1, 1], []],
            [[4, 3, 2, 1], []],
            [[1, 2, 3], [[0, 1], [1, 2], [2, 0]]],
        ]
        for _ in range(34):
            n = rng.randint(4, 8 + int(4 * difficulty))
            names = list(range(n))
            rng.shuffle(names)
            found: list[Json] = [
                [a, b] for i, a in enumerate(names) for b in names[i + 1 :] if rng.randrange(n) < 2
            ]
            if rng.randrange(4) == 0 and [names[-1], names[n - 3]] not in found:
                found.append([names[-1], names[n - 3]])
            rng.shuffle(found)
            given.append([[rng.randint(1, 6) for _ in range(n)], found])
        return self.problem(
            entry="schedule",
            parameters=(("times", "list[int]"), ("pairs", "list[list[int]]")),
            returns=kind,
            statement=statement,
            source=source,
            second=Text(_TASKS_AGAIN).substitute(
                key=_TASK_PARTS_AGAIN[key], answer=_TASK_PARTS_AGAIN[answer]
            ),
            inputs=given,
            difficulty=difficulty,
        )
