"""Nodes and edges."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, doubled
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["FewestSteps", "LinkedGroups", "WaitingLevels"]


def _edges(rng: TaskRandom, nodes: int, count: int) -> list[Json]:
    return [[rng.randrange(nodes), rng.randrange(nodes)] for _ in range(count)]


#: What is asked of the groups: text and answer, from the list `groups` of lists of nodes.
_GROUP_ASKS = (
    ("Return how many groups there are.", "len(groups)"),
    (
        "Return the number of nodes in the largest group (0 if there are no nodes).",
        "max(map(len, groups), default=0)",
    ),
    ("Return how many groups have an odd number of nodes.", "sum(len(g) % 2 for g in groups)"),
    ("Return the sum of the smallest nodes of all groups.", "sum(min(g) for g in groups)"),
    (
        "Return the largest sum of the nodes of a group (0 if there are no nodes).",
        "max(map(sum, groups), default=0)",
    ),
    (
        "Return how many pairs of two different nodes lie in one group (a pair counts once).",
        "sum(len(g) * (len(g) - 1) // 2 for g in groups)",
    ),
)
#: Which links hold: text and test.
_LINKS = (
    ("Every entry [a, b] of `links` joins the nodes `a` and `b`.", ""),
    (
        "An entry [a, b] of `links` joins the nodes `a` and `b` if `a + b` is odd; all others are ignored.",
        "(a + b) % 2 == 1",
    ),
    (
        "An entry [a, b] of `links` joins the nodes `a` and `b` if `abs(a - b)` is at least 2; all others are ignored.",
        "abs(a - b) >= 2",
    ),
    (
        "An entry [a, b] of `links` joins the nodes `a` and `b` if `a < b`; all others are ignored.",
        "a < b",
    ),
)
_GROUPS = Text("""\
def linked_groups(n, links):
    label = list(range(n))
    for a, b in links:
        if label[a] != label[b]$extra:
            old, new = label[b], label[a]
            label = [new if x == old else x for x in label]
    groups = []
    for x in range(n):
        members = [v for v in range(n) if label[v] == x]
        if members:
            groups.append(members)
    return $answer
""")
_GROUPS_FAST = Text("""\
def linked_groups(n, links):
    near = [[] for _ in range(n)]
    for a, b in links:
        if $test:
            near[a].append(b)
            near[b].append(a)
    seen = [False] * n
    groups = []
    for start in range(n):
        if seen[start]:
            continue
        seen[start] = True
        group = [start]
        for v in group:
            for w in near[v]:
                if not seen[w]:
                    seen[w] = True
                    group.append(w)
        groups.append(group)
    return $answer
""")


class LinkedGroups(SlowTemplate):
    """Groups of linked nodes, every link relabelling all nodes."""

    name: ClassVar[str] = "linked_groups"
    level: ClassVar[float] = 0.4

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which links hold and what is asked."""
        words, test = rng.choice(_LINKS)
        asked, answer = rng.choice(_GROUP_ASKS)
        given: list[list[Json]] = [
            [6, [[0, 1], [4, 1], [2, 5]]],
            [5, [[3, 0], [1, 4], [4, 2]]],
            [7, [[0, 3], [3, 5], [5, 6], [1, 2], [6, 0]]],
            [0, []],
            [1, []],
            [1, [[0, 0]]],
            [2, [[1, 0]]],
            [2, [[0, 1], [0, 1]]],
            [5, []],
        ]
        for _ in range(32):
            nodes = rng.randint(3, 10 + int(15 * difficulty))
            given.append([nodes, _edges(rng, nodes, rng.randint(1, nodes))])
        growing: list[list[Json]] = []
        for size in doubled(rng, 1000):
            # A tree of links that hold, in random order.
            tree: list[Json] = [[max(0, v - rng.choice((3, 5, 7))), v] for v in range(3, size)]
            rng.shuffle(tree)
            growing.append([size, tree])
        return self.problem(
            entry="linked_groups",
            parameters=(("n", "int"), ("links", "list[list[int]]")),
            returns="int",
            statement=(
                f"The nodes are 0, 1, ..., `n - 1`. {words} Two nodes are in the same group if one can be reached from the "
                f"other by going from a node to one that it is joined to, any number of times; a node that is "
                f"joined to no other one is a group of its own. {asked}"
            ),
            source=_GROUPS.substitute(extra=f" and {test}" if test else "", answer=answer),
            second=_GROUPS_FAST.substitute(test=test or "True", answer=answer).replace(
                "        if True:\n            near[a].append(b)\n            near[b].append(a)",
                "        near[a].append(b)\n        near[b].append(a)",
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: What is asked of the list `steps`, with None where there is no way.
_STEP_ASKS = (
    (
        "Return the largest distance of a node that can be reached from node 0.",
        "max(d for d in steps if d is not None)",
    ),
    (
        "Return the sum of the distances of all nodes that can be reached from node 0.",
        "sum(d for d in steps if d is not None)",
    ),
    (
        "Return how many nodes that can be reached from node 0 have an odd distance.",
        "sum(d is not None and d % 2 for d in steps)",
    ),
    (
        "Return the sum of `v * distance` over all nodes `v` that can be reached from node 0.",
        "sum(v * d for v, d in enumerate(steps) if d is not None)",
    ),
    (
        "Return the distance of node `n - 1`, or -1 if it cannot be reached from node 0.",
        "-1 if steps[-1] is None else steps[-1]",
    ),
)
_WAYS = (
    ("Every entry [a, b] of `roads` is a road that can be used from `a` to `b` only.", "(a, b),"),
    (
        "Every entry [a, b] of `roads` is a road that can be used in both directions.",
        "(a, b), (b, a)",
    ),
    ("Every entry [a, b] of `roads` is a road that can be used from `b` to `a` only.", "(b, a),"),
    (
        "Every entry [a, b] of `roads` is a road that can be used from the node with the smaller number to the one with the larger number only.",
        "(min(a, b), max(a, b)),",
    ),
)
_STEPS = Text("""\
def fewest_steps(n, roads):
    far = n + 1
    between = [[0 if a == b else far for b in range(n)] for a in range(n)]
    for a, b in roads:
$join    for k in range(n):
        for x in range(n):
            for y in range(n):
                if between[x][k] + between[k][y] < between[x][y]:
                    between[x][y] = between[x][k] + between[k][y]
    steps = [d if d < far else None for d in between[0]]
    return $answer
""")
#: How the roads are entered: one after the other, or, where each has one direction, at once.
_BOTH = Text("""\
        for x, y in ($ways):
            between[x][y] = min(between[x][y], 1)
""")
_JOINED = {
    "(a, b),": "        between[a][b] = min(between[a][b], 1)\n",
    "(b, a),": "        between[b][a] = min(between[b][a], 1)\n",
    "(min(a, b), max(a, b)),": """\
        x, y = min(a, b), max(a, b)
        between[x][y] = min(between[x][y], 1)
""",
}
_STEPS_FAST = Text("""\
def fewest_steps(n, roads):
    near = [[] for _ in range(n)]
    for a, b in roads:
        for x, y in ($ways):
            near[x].append(y)
    steps = [None] * n
    steps[0] = 0
    queue = [0]
    for v in queue:
        for w in near[v]:
            if steps[w] is None:
                steps[w] = steps[v] + 1
                queue.append(w)
    return $answer
""")


class FewestSteps(SlowTemplate):
    """Distances from one node, found by those between all nodes."""

    name: ClassVar[str] = "fewest_steps"
    level: ClassVar[float] = 0.3

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw how roads are used and what is asked."""
        words, ways = rng.choice(_WAYS)
        asked, answer = rng.choice(_STEP_ASKS)
        given: list[list[Json]] = [
            [5, [[0, 1], [1, 2], [2, 4], [0, 3]]],
            [4, [[0, 2], [3, 2], [1, 0]]],
            [6, [[0, 5], [5, 4], [4, 1], [1, 0], [4, 5]]],
            [1, []],
            [1, [[0, 0]]],
            [2, [[1, 0]]],
            [2, [[0, 1]]],
            [3, []],
            [3, [[0, 1], [0, 1], [1, 2]]],
        ]
        for _ in range(34):
            nodes = rng.randint(3, 9 + int(6 * difficulty))
            given.append([nodes, _edges(rng, nodes, rng.randint(nodes // 2, 2 * nodes))])
        growing: list[list[Json]] = []
        for size in doubled(rng, 80):
            # Ascending so that every rule but one gets far, and some that go back for that one.
            roads: list[Json] = [[max(0, v - rng.randint(1, 3)), v] for v in range(1, size)]
            roads += [[v, max(0, v - rng.randint(1, 3))] for v in range(1, size)]
            rng.shuffle(roads)
            growing.append([size, roads])
        return self.problem(
            entry="fewest_steps",
            parameters=(("n", "int"), ("roads", "list[list[int]]")),
            returns="int",
            statement=(
                f"The nodes are 0, 1, ..., `n - 1`, and `n` is at least 1. {words} The distance of a node is the "
                f"least number of roads on a way from node 0 to it; node 0 itself has distance 0. {asked}"
            ),
            source=_STEPS.substitute(
                join=_JOINED.get(ways) or _BOTH.substitute(ways=ways), answer=answer
            ),
            second=_STEPS_FAST.substitute(ways=ways, answer=answer),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_LEVEL_ASKS = (
    ("Return the largest finishing time, or 0 if there are no tasks.", "max(ends, default=0)"),
    ("Return the sum of the finishing times of all tasks.", "sum(ends)"),
    ("Return how many tasks have an even finishing time.", "sum(e % 2 == 0 for e in ends)"),
    (
        "Return the number of the task that finishes last; of several, the smallest number; and -1 if there are no tasks.",
        "ends.index(max(ends)) if ends else -1",
    ),
)
#: When a task begins, given the finishing time of one it waits for: text, the finishing time of
#: `b` (as a task that waits for `a`).
_BEGINS = (
    ("begins as soon as all tasks that it waits for have finished", "ends[a] + times[b]"),
    (
        "begins one minute after all tasks that it waits for have finished",
        "ends[a] + 1 + times[b]",
    ),
    (
        "begins as soon as, for every task `a` that it waits for, `a % 3` minutes have passed since `a` finished",
        "ends[a] + a % 3 + times[b]",
    ),
)
_LEVELS = Text("""\
def finishing_times(times, waits):
    ends = list(times)
    changed = True
    while changed:
        changed = False
        for a, b in waits:
            if $end > ends[b]:
                ends[b] = $end
                changed = True
    return $answer
""")
_LEVELS_FAST = Text("""\
def finishing_times(times, waits):
    opens = [[] for _ in times]
    missing = [0] * len(times)
    for a, b in waits:
        opens[a].append(b)
        missing[b] += 1
    ends = list(times)
    ready = [v for v in range(len(times)) if missing[v] == 0]
    for a in ready:
        for b in opens[a]:
            ends[b] = max(ends[b], $end)
            missing[b] -= 1
            if missing[b] == 0:
                ready.append(b)
    return $answer
""")


class WaitingLevels(SlowTemplate):
    """When tasks that wait for others finish, by going over all pairs until nothing changes."""

    name: ClassVar[str] = "finishing_times"
    level: ClassVar[float] = 0.65

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw when a task begins and what is asked."""
        words, end = rng.choice(_BEGINS)
        asked, answer = rng.choice(_LEVEL_ASKS)
        given: list[list[Json]] = [
            [[3, 1, 2, 2], [[0, 3], [1, 3], [3, 2]]],
            [[2, 5, 1, 4, 1], [[4, 0], [4, 2], [0, 3]]],
            [[1, 4, 2], [[2, 1], [1, 0]]],
            [[], []],
            [[5], []],
            [[2, 2], [[0, 1]]],
            [[2, 2], [[1, 0], [1, 0]]],
            [[1, 1, 1, 1], []],
            [[4, 3, 2, 1], [[3, 2], [2, 1], [1, 0]]],
        ]
        for _ in range(34):
            n = rng.randint(3, 8 + int(12 * difficulty))
            names = list(range(n))
            rng.shuffle(names)
            places = [sorted(rng.sample(range(n), 2)) for _ in range(rng.randint(1, 2 * n))]
            pairs: list[Json] = [[names[a], names[b]] for a, b in places]
            given.append([[rng.randint(1, 9) for _ in range(n)], pairs])
        growing: list[list[Json]] = []
        for size in doubled(rng, 500):
            # A long chain, its last pair first, so that each round over the pairs settles one task.
            pairs = [[v, v + 1] for v in range(size - 2, -1, -1)]
            pairs += [[rng.randrange(v), v] for v in range(size - 1, 0, -1)]
            growing.append([[rng.randint(1, 9) for _ in range(size)], pairs])
        return self.problem(
            entry="finishing_times",
            parameters=(("times", "list[int]"), ("waits", "list[list[int]]")),
            returns="int",
            statement=(
                f"The tasks are 0, 1, ..., and task `i` takes `times[i]` minutes (at least 1). Every entry [a, b] of "
                f"`waits` says that task `b` waits for task `a`; no task waits for itself, not even "
                f"through others. Tasks do not hinder one another. A task that waits for no other begins at time "
                f"0; any other one {words}. Its finishing time is when it has begun plus the minutes that it takes. "
                f"{asked}"
            ),
            source=_LEVELS.substitute(end=end, answer=answer),
            second=_LEVELS_FAST.substitute(end=end, answer=answer),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
