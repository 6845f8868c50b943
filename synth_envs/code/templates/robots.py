"""Robots that follow commands on a grid."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["RobotWalk"]

_SOURCE = Text("""\
def walk(grid, commands):
    height, width = len(grid), len(grid[0])
    steps = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    row, column, facing = 0, 0, 1
    $start
    for c in commands:
        if c == 'L':
            facing = (facing - 1) % 4
        elif c == 'R':
            facing = (facing + 1) % 4
        elif c in '$moves':
            down, right = steps[facing]
$sign            r, q = $target
            if $blocked:
                $bump
            else:
                row, column = r, q
                $arrived
    return $asked
""")
_SECOND = Text("""\
class Robot:
    def __init__(self, grid):
        self.cells = {(r, q): c for r, line in enumerate(grid) for q, c in enumerate(line)}
        self.size = complex(len(grid[0]), len(grid))
        self.at = 0j
        self.ahead = 1 + 0j
        self.bumps = 0
        self.path = [0j]

    def turn(self, by):
        self.ahead *= by

    def move(self, times):
        there = self.at + self.ahead * times
        x, y = int(there.real), int(there.imag)
        $wrap
        if self.cells.get((y, x), '#') == '#':
            self.bumps += 1
            $second_bump
        else:
            self.at = complex(x, y)
            self.path.append(self.at)
            $second_arrived


def walk(grid, commands):
    robot = Robot(grid)
    actions = {
        'L': lambda: robot.turn(-1j),
        'R': lambda: robot.turn(1j),
        'F': lambda: robot.move(1),
        $back
    }
    for c in commands:
        actions.get(c, lambda: None)()
    path = [(int(p.imag), int(p.real)) for p in robot.path]
    facing = [-1j, 1, 1j, -1].index(robot.ahead)
    return $second_asked
""")
#: At a wall: text, reference, second.
_BUMPS = (
    ("it stays where it is", "pass", "pass"),
    ("it stays where it is and turns right", "facing = (facing + 1) % 4", "self.turn(1j)"),
    ("it stays where it is and turns around", "facing = (facing + 2) % 4", "self.turn(-1)"),
    ("it stays where it is and turns left", "facing = (facing - 1) % 4", "self.turn(-1j)"),
)
#: On a cell marked `o`.
_ARRIVALS = (
    ("", "", ""),
    (
        " When it has moved onto a cell `o`, it turns right.",
        "if grid[row][column] == 'o':\n                    facing = (facing + 1) % 4",
        "self.turn(1j if self.cells[y, x] == 'o' else 1)",
    ),
    (
        " When it has moved onto a cell `o`, it turns around.",
        "if grid[row][column] == 'o':\n                    facing = (facing + 2) % 4",
        "self.turn(-1 if self.cells[y, x] == 'o' else 1)",
    ),
    (
        " When it has moved onto a cell `o`, it is put back on the cell in row 0 and column 0 at once (this is not a move).",
        "if grid[row][column] == 'o':\n                    row, column = 0, 0",
        "self.at = 0j if self.cells[y, x] == 'o' else self.at",
    ),
)
#: What is asked: text, type, start, at a bump, at an arrival, answer, the second's answer.
_ASKED = (
    (
        "Return the list [row, column] of the cell on which the robot is at the end",
        "list[int]",
        "",
        "",
        "",
        "[row, column]",
        "[int(robot.at.imag), int(robot.at.real)]",
    ),
    (
        "Return the list [row, column, direction] at the end, where the direction is 0 for up, 1 for right, 2 for down and 3 for left",
        "list[int]",
        "",
        "",
        "",
        "[row, column, facing]",
        "[int(robot.at.imag), int(robot.at.real), facing]",
    ),
    (
        "Return the list [number of moves made, number of failed moves]",
        "list[int]",
        "made, failed = 0, 0",
        "failed += 1",
        "made += 1",
        "[made, failed]",
        "[len(path) - 1, robot.bumps]",
    ),
    (
        "Return [k, row, column], where k is the number of different cells onto which it has moved or on which it began, and row and column belong to the cell onto which it moved last (0 and 0 if it made no move)",
        "list[int]",
        "seen, last = {(0, 0)}, [0, 0]",
        "",
        "seen.add((row, column))\n                last = [row, column]",
        "[len(seen), *last]",
        "[sum(p not in path[:i] for i, p in enumerate(path)), *path[-1]]",
    ),
)


class RobotWalk(Template):
    """Steer a robot over a grid with walls under drawn rules."""

    name: ClassVar[str] = "robot_walk"
    group: ClassVar[str] = "state machines and simulations"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what happens at walls, edges and marks, and what is asked."""
        bump = rng.choice(_BUMPS[:2] if difficulty < 0.2 else _BUMPS)
        arrival = rng.choice(_ARRIVALS[1:] if difficulty >= 0.5 else _ARRIVALS[:2])
        asked = rng.choice(_ASKED)
        wraps = rng.randrange(2) == 1
        back = difficulty >= 0.3 and rng.randrange(2) == 1
        edge = (
            "The grid is closed like a ring in both directions: a step over an edge leads to the cell "
            "at the opposite end of the row or column. If the cell ahead is a wall"
            if wraps
            else "If the cell ahead is a wall or lies outside of the grid"
        )
        blocked = "grid[r][q] == '#'"
        if not wraps:
            blocked = f"not (0 <= r < height and 0 <= q < width) or {blocked}"
        at_bump = "\n                ".join(p for p in (asked[3], bump[1]) if p and p != "pass")
        arrived = "\n                ".join(p for p in (asked[4], arrival[1]) if p)
        source = _SOURCE.substitute(
            start=asked[2],
            moves="FB" if back else "F",
            sign="            if c == 'B':\n                down, right = -down, -right\n"
            if back
            else "",
            target="(row + down) % height, (column + right) % width"
            if wraps
            else "row + down, column + right",
            blocked=blocked,
            bump=at_bump or "continue",
            arrived=arrived,
            asked=asked[5],
        )
        source = "".join(line + "\n" for line in source.splitlines() if line.strip())
        if not back:
            source = source.replace("c in 'F'", "c == 'F'")
        forward = "`F`: it moves one cell ahead"
        if back:
            forward += "; `B`: it moves one cell back, the direction it faces staying the same"
            edge = edge.replace("the cell ahead", "the cell it would move to")
        return self.problem(
            entry="walk",
            parameters=(("grid", "list[str]"), ("commands", "str")),
            returns=asked[1],
            statement=(
                f"A robot stands on the cell in row 0 (the top one) and column 0 (the leftmost one) of "
                f"`grid`, a rectangle of at least one cell, and faces right. `#` is a wall; all other "
                f"cells are free, and the first cell always is. The robot carries out the letters of "
                f"`commands` in order. `L`: it turns left by 90 degrees; `R`: it turns right by 90 "
                f"degrees; {forward}; other characters do nothing. {edge}, {bump[0]} (a failed "
                f"move).{arrival[0]} {asked[0]}."
            ),
            source=source,
            second=_SECOND.substitute(
                wrap="x, y = x % int(self.size.real), y % int(self.size.imag)" if wraps else "",
                second_bump=bump[2],
                second_arrived=arrival[2],
                back="'B': lambda: robot.move(-1)," if back else "",
                second_asked=asked[6],
            ),
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [
        [["...", "#o."], "FFFRFB"],
        [["....", ".o..", "..#."], "RFFLFFLFRF"],
        [["..."], "FLLRLFFF-RF"],
        [["..#", ".o.", "..."], "FRFLF"],
        [["."], ""],
        [["."], "F"],
        [["."], "FBLRFB"],
        [["..o.."], "FFFFFFF"],
        [[".", ".", "o"], "RFFFF"],
        [["..", ".."], "fxLF RRF?"],
        [[".#", "#."], "FFLFFRBB"],
        [["o.", ".."], "FLLFF"],
    ]
    for _ in range(34):
        height, width = rng.randint(1, 5), rng.randint(2, 6)
        grid = ["".join(rng.choice("....." + "#o") for _ in range(width)) for _ in range(height)]
        grid[0] = "." + grid[0][1:]
        length = rng.randint(4, 14 + int(40 * difficulty))
        given.append([list(grid), "".join(rng.choice("FFFFFLRRB-") for _ in range(length))])
    return given
