"""Counts and optima that a plain recursion computes again and again."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["ChosenItems", "GridWays", "StairWays"]

_MODULUS = 1_000_003
#: What is computed over the ways to climb: text, the value on top, and what it becomes from the
#: values `below` of the stairs from which the top is reached in one step: a line, if it takes one,
#: and an expression.
_STAIRS = (
    (
        "Stair `i` is closed and must not be stepped on if `tolls[i % len(tolls)]` is 0; stair 0 is never closed. Return the number of ways to get from stair 0 to stair `n`, modulo 1000003. (Two ways are different if they do not step on the same stairs.)",
        "1",
        "",
        "sum(below) % 1000003 if tolls[i % len(tolls)] else 0",
    ),
    (
        "A stair costs what `tolls` says: stair `i` costs `tolls[i % len(tolls)]` when it is stepped on, also stair `n`, but not stair 0. Return the least cost to get from stair 0 to stair `n`, or -1 if it cannot be reached.",
        "0",
        "        costs = [x for x in below if x >= 0]\n",
        "min(costs) + tolls[i % len(tolls)] if costs else -1",
    ),
    (
        "Stair `i` gives `tolls[i % len(tolls)]` points when it is stepped on, also stair `n`, but not stair 0. Return the largest number of points on a way from stair 0 to stair `n`, or -1 if it cannot be reached.",
        "0",
        "        best = max(below, default=-1)\n",
        "best + tolls[i % len(tolls)] if best >= 0 else -1",
    ),
    (
        "A way earns the product of `tolls[i % len(tolls)]` over all stairs `i` that it steps on, also stair `n`, but not stair 0. Return the sum of what all ways from stair 0 to stair `n` earn, modulo 1000003. (For `n` = 0 it is 1.)",
        "1",
        "",
        "sum(below) * tolls[i % len(tolls)] % 1000003",
    ),
)
_CLIMB = Text("""\
def climb(n, tolls):
    def value(i):
        if i == 0:
            return $top
        below = [value(i - s) for s in $steps if s <= i$rule]
${line}        return $result

    return value(n)
""")
_CLIMB_FAST = Text("""\
def climb(n, tolls):
    values = [$top]
    for i in range(1, n + 1):
        below = [values[i - s] for s in $steps if s <= i$rule]
${line}        values.append($result)
    return values[n]
""")


class StairWays(SlowTemplate):
    """Ways up a staircase, by a recursion without memory."""

    name: ClassVar[str] = "stair_ways"
    level: ClassVar[float] = 0.1

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the steps, a rule, and what is computed."""
        asked, top, line, result = rng.choice(_STAIRS)
        steps = sorted({1, *rng.sample((2, 3, 4, 5), rng.randint(1, 3))})
        if rng.randrange(4) == 0 and len(steps) > 2:
            steps = steps[1:]
        rules = (
            ("", ""),
            (
                " A step that ends at a stair whose number is divisible by 5 must lead up by exactly {least}.",
                " and (i % 5 or s == {least})",
            ),
            (
                " A step by {most} must not end at a stair with an even number.",
                " and (s != {most} or i % 2)",
            ),
        )
        rule, test = rng.choice(rules)
        names = {"least": steps[0], "most": steps[-1]}
        rule, test = rule.format(**names), test.format(**names)
        parts = {"top": top, "steps": tuple(steps), "rule": test, "line": line, "result": result}
        given: list[list[Json]] = [[4, [1, 2, 3]], [7, [2, 5]], [5, [3, 1, 1, 4]]]
        given += [[0, [1]], [1, [2]], [2, [3, 1]], [3, [1, 0]], [1, [0, 4, 2]]]
        for _ in range(36):
            given.append([rng.randint(2, 12), numbers(rng, rng.randint(2, 6), 0, 9)])
        growing: list[list[Json]] = [[n, numbers(rng, 7, 1, 9)] for n in (20, 40, 80, 160)]
        listed = ", ".join(map(str, steps[:-1])) + f" or {steps[-1]}"
        return self.problem(
            entry="climb",
            parameters=(("n", "int"), ("tolls", "list[int]")),
            returns="int",
            statement=(
                f"Stairs are numbered from 0 to `n` (at least 0). A step leads up by {listed} stairs, and never beyond stair "
                f"`n`.{rule} `tolls` is not empty, and its numbers are at least 0. {asked}"
            ),
            source=_CLIMB.substitute(parts),
            second=_CLIMB_FAST.substitute(parts),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_GRID_ASKS = (
    (
        "Return the number of ways, modulo 1000003; cells with a number of at least {wall} must not be on a way, not even as its first or last cell.",
        "(0 if grid[r][c] >= {wall} else 1)",
        "0 if grid[r][c] >= {wall} else sum(nexts) % 1000003",
    ),
    (
        "Return the smallest possible sum of the numbers of all cells of a way, its first and last cell included.",
        "grid[r][c]",
        "grid[r][c] + min(nexts)",
    ),
    (
        "Return the largest possible sum of the numbers of all cells of a way, its first and last cell included, where a number of at least {wall} counts 0.",
        "(grid[r][c] if grid[r][c] < {wall} else 0)",
        "(grid[r][c] if grid[r][c] < {wall} else 0) + max(nexts)",
    ),
    (
        "The danger of a way is the largest number of its cells, its first and last cell included. Return the smallest danger of a way.",
        "grid[r][c]",
        "max(grid[r][c], min(nexts))",
    ),
)
#: Which moves there are besides right and down: text, and the offsets.
_MOVES = (
    ("one cell to the right or one cell down", "(0, 1), (1, 0)"),
    (
        "one cell to the right, one cell down, or one cell diagonally to the right and down",
        "(0, 1), (1, 0), (1, 1)",
    ),
    ("one cell to the right, one cell down, or two cells down", "(0, 1), (1, 0), (2, 0)"),
    ("one cell or two cells to the right, or one cell down", "(0, 1), (0, 2), (1, 0)"),
)
_GRID = Text("""\
def grid_ways(grid):
    rows, columns = len(grid), len(grid[0])

    def value(r, c):
        if r == rows - 1 and c == columns - 1:
            return $last
        nexts = [
            value(r + dr, c + dc)
            for dr, dc in ($moves)
            if r + dr < rows and c + dc < columns
        ]
        return $result

    return value(0, 0)
""")
_GRID_FAST = Text("""\
def grid_ways(grid):
    rows, columns = len(grid), len(grid[0])
    values = [[0] * columns for _ in grid]
    for r in range(rows - 1, -1, -1):
        for c in range(columns - 1, -1, -1):
            nexts = [
                values[r + dr][c + dc]
                for dr, dc in ($moves)
                if r + dr < rows and c + dc < columns
            ]
            if nexts:
                values[r][c] = $result
            else:
                values[r][c] = $end
    return values[0][0]
""")


class GridWays(SlowTemplate):
    """Ways through a grid, by a recursion without memory."""

    name: ClassVar[str] = "grid_ways"
    level: ClassVar[float] = 0.15

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the moves and what is computed."""
        asked, end, result = rng.choice(_GRID_ASKS)
        words, moves = rng.choice(_MOVES)
        wall = rng.choice((6, 7, 8))
        asked, end, result = (one.format(wall=wall) for one in (asked, end, result))
        parts = {"end": end, "last": bare(end), "moves": moves, "result": result}

        def grid(rows: int, columns: int) -> list[Json]:
            return [numbers(rng, columns, 0, 9) for _ in range(rows)]

        given: list[list[Json]] = [
            [[[1, 9, 2], [3, 5, 1]]],
            [[[4, 0], [7, 2], [1, 3]]],
            [[[2, 8, 1, 6]]],
        ]
        given += [[[[3]]], [[[9]]], [[[1], [2], [5]]], [[[0, 0], [0, 0]]], [[[1, 1, 1], [9, 9, 1]]]]
        given += [[grid(rng.randint(1, 5), rng.randint(2, 5))] for _ in range(36)]
        growing: list[list[Json]] = [
            [[numbers(rng, size, 0, 5) for _ in range(size)]] for size in (4, 8, 16, 32)
        ]
        return self.problem(
            entry="grid_ways",
            parameters=(("grid", "list[list[int]]"),),
            returns="int",
            statement=(
                f"`grid` is a list of rows of equal length, at least one row with at least one number; the numbers "
                f"are from 0 to 9. A way leads from the top left cell (the first one of the first row) to the "
                f"bottom right one. Every move goes {words}, and never out of the grid. {asked}"
            ),
            source=_GRID.substitute(parts),
            second=_GRID_FAST.substitute(parts),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_ITEM_ASKS = (
    (
        "Return how many of the selections have a total weight of exactly `limit`. (Two selections are different if they do not contain the same indices; the empty one counts.)",
        "0",
        "1 if w == 0 else 0",
        "{skip} + {take}",
    ),
    (
        "Return the largest total worth of a selection with a total weight of at most `limit`, where item `i` is worth `weights[i] % 5 + i % 3`.",
        "-FAR",
        "0",
        "max({skip}, {take} + weights[i] % 5 + i % 3)",
    ),
    (
        "Return the largest number of items in a selection with a total weight of exactly `limit`, or -1 if there is no such selection.",
        "-FAR",
        "0 if w == 0 else -FAR",
        "max({skip}, {take} + 1)",
    ),
    (
        "Return the least number of items in a selection with a total weight of exactly `limit`, or -1 if there is no such selection.",
        "FAR",
        "0 if w == 0 else FAR",
        "min({skip}, {take} + 1)",
    ),
)
_ITEMS = Text("""\
${head}def select(weights, limit):
    def value(i, w):
        if w < 0:
            return $over
        if i == len(weights):
            return $end
        return $result

    best = value(0, limit)
    return $final
""")
_ITEMS_FAST = Text("""\
${head}def select(weights, limit):
    later = [$end for w in range(limit + 1)]
    for i in range(len(weights) - 1, -1, -1):
        values = []
        for w in range(limit + 1):
            skip = later[w]
            left = w - weights[i]
            take = later[left] if left >= 0 else $over
            values.append($result)
        later = values
    best = later[limit]
    return $final
""")


class ChosenItems(SlowTemplate):
    """Selections of items under a limit, by trying to take and to skip each."""

    name: ClassVar[str] = "chosen_items"
    level: ClassVar[float] = 0.35

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the question."""
        asked, over, end, result = rng.choice(_ITEM_ASKS)
        far = "FAR" in end
        final = "best" if not far else "best if 0 <= best <= len(weights) else -1"
        rule = rng.choice(("", "odd", "even"))
        # A rule on the places of items makes another problem of each question.
        words = {
            "": "",
            "odd": " Items with an odd weight can be taken only if their index is even.",
            "even": " Items with an even weight can be taken only if their index is odd.",
        }[rule]
        ban = {
            "": "",
            "odd": "weights[i] % 2 == 1 and i % 2 == 1",
            "even": "weights[i] % 2 == 0 and i % 2 == 0",
        }[rule]
        slow = result.format(skip="value(i + 1, w)", take="value(i + 1, w - weights[i])")
        head = "FAR = 10**9\n\n\n" * ("FAR" in over)
        source = _ITEMS.substitute(head=head, over=over, end=end, result=slow, final=final)
        source = source.replace(
            "    best = value(0, limit)\n    return best\n", "    return value(0, limit)\n"
        )
        second = _ITEMS_FAST.substitute(
            head=head,
            over=over,
            end=end,
            result=result.format(skip="skip", take="take"),
            final=final,
        )
        if ban:
            source = source.replace(
                f"        return {slow}",
                f"        if {ban}:\n            return value(i + 1, w)\n        return {slow}",
            )
            second = second.replace(
                "        values = []\n",
                f"        if {ban}:\n            continue\n        values = []\n",
            )
        given: list[list[Json]] = [[[3, 1, 2, 2, 5], 5], [[4, 4, 2, 6], 8], [[2, 7, 1, 1, 6, 3], 9]]
        given += [[[], 0], [[], 3], [[3], 3], [[2], 1], [[1, 1, 1, 1], 2], [[5, 6, 7], 4]]
        for _ in range(36):
            size = rng.randint(2, 6 + int(3 * difficulty))
            given.append([numbers(rng, size, 1, 9), rng.randint(3, 20)])
        growing: list[list[Json]] = [
            [
                [2 * rng.randint(1, 6) - (place + 1) % 2 for place in range(size)],
                2 * size,
            ]
            for size in (6, 12, 24, 48)
        ]
        return self.problem(
            entry="select",
            parameters=(("weights", "list[int]"), ("limit", "int")),
            returns="int",
            statement=(
                f"Item `i` (counted from 0) weighs `weights[i]`, which is at least 1; `limit` is at least 0. A selection "
                f"contains each item at most once.{words} {asked}"
            ),
            source=source,
            second=second,
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )
