"""Counting out in a circle."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CountingOut"]

#: How far the counting goes: text, and the number counted in round `turn` (from 0), when
#: `who` left last and `left` are still there.
_COUNTS = (
    ("counts `k` people", "k"),
    ("counts `k` people the first time and one more every time after that", "k + turn"),
    (
        "counts `k` people the first time, `k + 1` the second time, then `k` again, and so on in turn",
        "k + turn % 2",
    ),
    (
        "counts `k` people if the number of people still in the circle is even, and 2 if it is odd",
        "2 if $left % 2 else k",
    ),
    (
        "counts `k` people the first time, and after that one more than the number of the person who left last",
        "gone[-1] + 1 if gone else k",
    ),
)
_OUT_ASKED = (
    ("Return the numbers of the people in the order in which they leave.", "gone", "list[int]", 0),
    (
        "Return the number of the person who leaves last, or -1 if `n` is 0.",
        "gone[-1] if gone else -1",
        "int",
        0,
    ),
    (
        "It ends when $stay or fewer are left. Return the numbers of those who are left, in ascending order.",
        "people",
        "list[int]",
        1,
    ),
)

_OUT = """def count_out(n, k):
    people = list(range(1, n + 1))
$before    while $going:
$size        place = $place
        $leave
$after    return $answer
"""

_OUT_AGAIN = """from collections import deque


def count_out(n, k):
    ring = deque(range(1, n + 1))
    gone = []
    turn = 0
    while len(ring) > $stay:
        for _ in range($size - 1):
            $rotate
        gone.append(ring.popleft())
        $after
        turn += 1
    return $answer
"""

#: Direction: text, place of the last person counted, what follows, and for the second program one
#: step of the ring and what follows.
_WAYS = (
    (
        "always in ascending direction, and the next count begins with the next person after the one who left",
        "(start + $size - 1) % len(people)",
        "        start = place\n",
        "ring.rotate(-1)",
        "pass",
    ),
    (
        (
            "always in descending direction (after person 1 comes the person with the highest number who is still there), and the next "
            "count begins with the next person in this direction"
        ),
        "(start - $size + 1) % len(people)",
        "        start = place - 1\n",
        "ring.rotate(1)",
        "ring.rotate(1)",
    ),
    (
        (
            "in ascending direction the first time and then in alternating directions (descending, ascending, ...), and "
            "the next count begins with the nearest person, in its own direction, next to the one who left"
        ),
        "(start + step * ($size - 1)) % len(people)",
        "        start = place - 1 if step == 1 else place\n        step = -step\n",
        "ring.rotate(-1 if turn % 2 == 0 else 1)",
        "ring.rotate(1 if turn % 2 == 0 else 0)",
    ),
    (
        "always in ascending direction, and every count begins with the person who has the lowest number of those who are still there",
        "($size - 1) % len(people)",
        "",
        "ring.rotate(-1)",
        "ring = deque(sorted(ring))",
    ),
)


#: What is drawn, written in another way for the second program.
_OUT_PARTS_AGAIN = {
    "k": "k",
    "k + turn": "k + len(gone)",
    "k + turn % 2": "k + (len(gone) & 1)",
    "2 if $left % 2 else k": "[k, 2][len(ring) & 1]",
    "gone[-1] + 1 if gone else k": "([k - 1, *gone][-1] + 1)",
    "gone": "gone",
    "gone[-1] if gone else -1": "[-1, *gone][-1]",
    "people": "sorted(ring)",
}


class CountingOut(Template):
    """Count people out of a circle with changing counts and directions."""

    name: ClassVar[str] = "counting_out"
    group: ClassVar[str] = "recursion and combinatorics"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the counts, the direction and the question."""
        counts, size = rng.choice(_COUNTS[:2] if difficulty < 0.2 else _COUNTS)
        way, place, move, rotate, after = rng.choice(_WAYS[:2] if difficulty < 0.2 else _WAYS)
        asked, answer, kind, stops = rng.choice(_OUT_ASKED)
        stay = str(rng.randint(2, 3) if stops else 0)
        statement = (
            "The people 1, 2, ..., `n` stand in a circle in this order. Again and again somebody is counted out: one "
            f"{counts}, {way}. The first count begins with person 1. The person with whom a count begins counts as one, people who "
            "have left are not counted, and it goes round the circle as often as needed. The last person counted "
            f"leaves. `n` is at least 0 and `k` at least 1. {Text(asked).substitute(stay=stay)}"
        )
        if not stops:
            statement += " All leave in the end."
        given: list[list[Json]] = [
            [7, 2],
            [4, 3],
            [0, 3],
            [0, 1],
            [5, 2],
            [7, 3],
            [4, 6],
            [0, 3],
            [1, 1],
            [1, 5],
            [2, 1],
            [2, 2],
            [3, 1],
            [3, 3],
            [6, 1],
        ]
        given += [[rng.randint(4, 14 + int(10 * difficulty)), rng.randint(1, 9)] for _ in range(34)]
        given += [[30, 4], [25, 100]]
        kept = not stops or "gone" in size
        plain = size in ("k", "k + turn") and place.startswith(("(start + $", "($"))
        plain = plain or (size == "k" and "step" not in place)
        before = "    gone = []\n" * kept
        before += "    start = 0\n" * ("start" in place) + "    step = 1\n" * ("step" in place)
        before += "    turn = 0\n" * ("turn" in size)
        line = f"        size = {Text(size).substitute(left='len(people)')}\n"
        values = {
            "before": before,
            "going": f"len(people) > {stay}" if stops else "people",
            "size": "" if plain else line,
            "place": Text(place).substitute(size=size if plain else "size"),
            "leave": "gone.append(people.pop(place))" if kept else "people.pop(place)",
            "after": move + "        turn += 1\n" * ("turn" in size),
            "answer": answer,
        }
        return self.problem(
            entry="count_out",
            parameters=(("n", "int"), ("k", "int")),
            returns=kind,
            statement=statement,
            source=Text(_OUT).substitute(values),
            second=Text(_OUT_AGAIN).substitute(
                stay=stay,
                size=_OUT_PARTS_AGAIN[size],
                rotate=rotate,
                after=after,
                answer=_OUT_PARTS_AGAIN[answer],
            ),
            inputs=given,
            difficulty=difficulty,
        )
