"""Trees given by the list of parents."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["ChosenNodes", "SubtreeScores"]

#: The score of a node from the list `parts` of its children's scores, `values` and `x`, by text.
_SCORES = (
    ("its value plus the sum of the scores of its children", "values[x] + sum(parts)"),
    (
        "its value plus the largest score of its children (plus 0 if it has no children)",
        "values[x] + max(parts, default=0)",
    ),
    ("its value minus the sum of the scores of its children", "values[x] - sum(parts)"),
    (
        "its value if it has no children, and otherwise the largest score of its children minus the smallest",
        "max(parts) - min(parts) if parts else values[x]",
    ),
    (
        "its value plus the smallest score of its children if it has at least two children, and its value plus 1 otherwise",
        "values[x] + (min(parts) if len(parts) >= 2 else 1)",
    ),
    (
        "its value plus twice the number of its children whose score is greater than its value",
        "values[x] + 2 * sum(part > values[x] for part in parts)",
    ),
    (
        "the larger of its value and the sum of the scores of its children (0 if it has no children)",
        "max(values[x], sum(parts))",
    ),
)
_SCORE_ASKED = (
    (
        "Return the scores of all nodes, as a list in the order of their numbers.",
        "score",
        "list[int]",
    ),
    (
        "Return the node with the highest score; the smallest number of several.",
        "score.index(max(score))",
        "int",
    ),
    (
        "Return in ascending order all nodes whose score is higher than that of their parent. Node 0 has no parent and is left out.",
        "[x for x in range(1, n) if score[x] > score[parents[x]]]",
        "list[int]",
    ),
    (
        "Return in ascending order all nodes whose score is smaller than the value of the root, node 0.",
        "[x for x in range(n) if score[x] < values[0]]",
        "list[int]",
    ),
    (
        "Return the score of node 0 times 100 plus the number of nodes with a positive score.",
        "score[0] * 100 + sum(s > 0 for s in score)",
        "int",
    ),
)

_TREE = """def scores(parents, values):
    n = len(parents)
    children = [[] for _ in range(n)]
    for x in range(1, n):
        children[parents[x]].append(x)
    score = [0] * n
    order = [0]
    for x in order:
        order.extend(children[x])
    for x in reversed(order):
        parts = [score[child] for child in children[x]]
        score[x] = $score
    return $answer
"""

_TREE_AGAIN = """def scores(parents, values):
    n = len(parents)

    def find(x):
        parts = [find(child) for child in range(1, n) if parents[child] == x]
        return $score

    score = [find(x) for x in range(n)]
    return $answer
"""


def _tree(rng: TaskRandom, n: int) -> list[Json]:
    """Return parents of a random tree whose nodes are not in order."""
    names = list(range(1, n))
    rng.shuffle(names)
    names = [0, *names]
    parents = [-1] * n
    deep = rng.randrange(3) == 0
    for place in range(1, n):
        low = max(0, place - 2) if deep else 0
        parents[names[place]] = names[rng.randint(low, place - 1)]
    return list(parents)


def _given(rng: TaskRandom, most: int, low: int) -> list[list[Json]]:
    """Return trees with values: three to show, corner cases, random ones."""
    given: list[list[Json]] = [
        [[-1, 2, 0, 0, 1, 2, 3], [-1, 5, -4, 6, 0, -3, 4]],
        [[-1, 3, 0, 2], [-2, 0, 3, 0]],
        [[-1, 0], [3, 1]],
        [[-1, 0, 0, 1, 1], [3, 1, 4, 2, 5]],
        [[-1, 2, 0, 0, 3, 3], [2, 6, 1, 3, 4, 1]],
        [[-1, 0, 1], [5, 2, 7]],
        [[-1], [4]],
        [[-1, 0], [1, 3]],
        [[-1, 0], [3, 1]],
        [[-1, 0, 0, 0, 0], [4, 1, 2, 3, 1]],
        [[-1, 0, 1, 2, 3], [1, 2, 3, 4, 5]],
        [[-1, 2, 3, 0], [2, 2, 2, 2]],
    ]
    for _ in range(34):
        n = rng.randint(4, most)
        given.append([_tree(rng, n), [rng.randint(low, 9) for _ in range(n)]])
    return given


_WORDS = (
    "`parents` describes a tree with the nodes 0, 1, ..., `len(parents) - 1` (at least one): node 0 is the root, `parents[0]` is -1, and "
    "`parents[x]` is the parent of every other node `x` (it may be larger than `x`). `values[x]` is the value of node `x`. "
)


#: What is drawn, written in another way for the second program.
_SCORES_AGAIN = {
    "values[x] + sum(parts)": "sum([values[x], *parts])",
    "values[x] + max(parts, default=0)": "values[x] + (sorted(parts)[-1] if parts else 0)",
    "values[x] - sum(parts)": "values[x] + sum(-part for part in parts)",
    "max(parts) - min(parts) if parts else values[x]": "sorted(parts)[-1] - sorted(parts)[0] if parts != [] else values[x]",
    "values[x] + (min(parts) if len(parts) >= 2 else 1)": "values[x] + ([1] + sorted(parts)[:1])[len(parts) > 1]",
    "values[x] + 2 * sum(part > values[x] for part in parts)": "sum([values[x]] + [2 for part in parts if values[x] - part < 0])",
    "max(values[x], sum(parts))": "sorted([sum(parts), values[x]])[1]",
    "score": "score",
    "score.index(max(score))": "-max((s, -x) for x, s in enumerate(score))[1]",
    "[x for x in range(1, n) if score[x] > score[parents[x]]]": "[x for x, p in enumerate(parents) if p >= 0 and score[p] - score[x] < 0]",
    "[x for x in range(n) if score[x] < values[0]]": "[x for x, s in enumerate(score) if not s >= values[0]]",
    "score[0] * 100 + sum(s > 0 for s in score)": "100 * score[0] + len([s for s in score if s > 0])",
}


class SubtreeScores(Template):
    """Scores of the nodes of a tree, worked out from the children's scores."""

    name: ClassVar[str] = "subtree_scores"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the score and the question."""
        words, score = rng.choice(_SCORES[:3] if difficulty < 0.3 else _SCORES[1:])
        asked, answer, kind = rng.choice(_SCORE_ASKED)
        statement = f"{_WORDS}Values may be negative. The score of a node is {words}. {asked}"
        return self.problem(
            entry="scores",
            parameters=(("parents", "list[int]"), ("values", "list[int]")),
            returns=kind,
            statement=statement,
            source=Text(_TREE).substitute(score=score, answer=answer),
            second=Text(_TREE_AGAIN).substitute(
                score=_SCORES_AGAIN[score], answer=_SCORES_AGAIN[answer]
            ),
            inputs=_given(rng, 8 + int(6 * difficulty), -4),
            difficulty=difficulty,
        )


#: Which sets of nodes are allowed: text, what is joined for `take` and for `skip` from the
#: children's (take, skip), if anything, and a test of a set `c` of nodes with `up(x)`, the list of x's ancestors.
_CHOICES = (
    (
        "a chosen node's parent must not be chosen",
        "s for _, s in below",
        "$fold for t, s in below",
        "all(parents[x] not in c for x in c)",
    ),
    (
        "if a node is chosen, none of its ancestors may be chosen (its parent, its parent's parent, ...)",
        "",
        "$fold for t, s in below",
        "not any(y in c for x in c for y in up(x))",
    ),
    (
        "the parent of every chosen node, except the root, has to be chosen",
        "$fold for t, s in below",
        "",
        "all(x == 0 or parents[x] in c for x in c)",
    ),
    (
        "of a node and its parent, at least one has to be chosen",
        "$fold for t, s in below",
        "t for t, _ in below",
        "all(x in c or parents[x] in c for x in range(1, n))",
    ),
    (
        "a node with an odd value must not be chosen together with its parent (a node with an even value may be)",
        "s if values[y] % 2 else $fold for y, (t, s) in zip(children[x], below)",
        "$fold for t, s in below",
        "all(x == 0 or values[x] % 2 == 0 or parents[x] not in c for x in c)",
    ),
)
#: Text, fold of two cases, value of nothing, joining, weight of a chosen node, result, and the
#: same from the list `sets` of all allowed sets.
_AIMS = (
    (
        "Return the largest sum of the values of the chosen nodes.",
        "max(t, s)",
        "0",
        "sum",
        "values[x]",
        "max(solve(0))",
        "max(sum(values[x] for x in c) for c in sets)",
    ),
    (
        "Return the number of allowed choices.",
        "t + s",
        "1",
        "prod",
        "",
        "sum(solve(0))",
        "len(sets)",
    ),
    (
        "Return the smallest sum of the values of the chosen nodes.",
        "min(t, s)",
        "0",
        "sum",
        "values[x]",
        "min(solve(0))",
        "min(sum(values[x] for x in c) for c in sets)",
    ),
)

_CHOOSE = """${module}def choose(parents$values):
    n = len(parents)
    children = [[] for _ in range(n)]
    for x in range(1, n):
        children[parents[x]].append(x)

    def solve(x):
        below = [solve(child) for child in children[x]]
        take = $take
        skip = $skip
        return take, skip

    return $result
"""

_CHOOSE_AGAIN = """def choose(parents$values):
    n = len(parents)

    def up(x):
        return [] if x == 0 else [parents[x]] + up(parents[x])

    sets = []
    for mask in range(2**n):
        c = [x for x in range(n) if mask >> x & 1]
        if $test:
            sets.append(c)
    return $answer
"""


class ChosenNodes(Template):
    """Choose nodes of a tree under a rule: the best choice or the number of choices."""

    name: ClassVar[str] = "chosen_nodes"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rule and the aim."""
        words, take, skip, test = rng.choice(_CHOICES)
        place = rng.choice((1, 2) if "at least" in words else (0, 1))
        asked, fold, blank, join, weight, result, answer = _AIMS[place]
        valued = "value" in words + asked
        tree = f"{_WORDS}Values may be negative. " if valued else _WORDS.partition("`values")[0]
        statement = (
            f"{tree}You choose some of the nodes, perhaps none or all, but {words}. {asked}"
            + (
                " The sum of no values is 0."
                if place != 1
                else " Two choices differ if some node is chosen in only one of them."
            )
        )
        module = ""
        if place == 1:
            module = "from math import prod\n\n\n"
        take, skip = (
            f"{join}({Text(part).substitute(fold=fold)})" if part else blank
            for part in (take, skip)
        )
        if weight:
            take = weight if take == blank else f"{weight} + {take}"
        if len(take) > 85:
            take = f"{take[:-1]}\n        )".replace("sum(", "sum(\n            ")
        source = Text(_CHOOSE).substitute(
            module=module,
            values=", values" * valued,
            take=take,
            skip=skip,
            result=result,
        )
        given: list[list[Json]] = [
            [[-1, 0, 1, 1], [5, 5, 1, 4]],
            [[-1, 0, 1], [7, 3, 7]],
            [[-1, 0], [4, 9]],
            *_given(rng, 8, -4),
        ]
        return self.problem(
            entry="choose",
            parameters=(("parents", "list[int]"), ("values", "list[int]"))[: 1 + valued],
            returns="int",
            statement=statement,
            source=source,
            second=Text(_CHOOSE_AGAIN).substitute(
                test=test, answer=answer, values=", values" * valued
            ),
            inputs=[one[: 1 + valued] for one in given],
            difficulty=difficulty,
        )
