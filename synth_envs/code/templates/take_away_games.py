"""Games of two players who take counters away."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["HeapGame", "TwoHeaps"]

#: Extra moves: text and test of taking `take` counters from `n`.
_EXTRAS = (
    ("", ""),
    (
        " A move may not take more than half of the counters that lie there, unless only one lies there.",
        " and (n == 1 or 2 * take <= n)",
    ),
    (
        " A move may not leave a number of counters that is a positive multiple of $m.",
        " and (n == take or (n - take) % $m != 0)",
    ),
    (" No move may take as many counters as the move directly before it.", " and take != last"),
    (
        " Except for the first move, a move may not take more than one counter more than the move directly before it.",
        " and (last == 0 or take <= last + 1)",
    ),
)

#: Text, answer with `wins(n, last)` and `moves(n, last)`, where `last` may be missing, and type.
_GAME_ASKED = (
    (
        "Return the list of all numbers of counters from 0 to `n` with which the player who begins loses, in ascending order.",
        "[size for size in range(n + 1) if not wins(size$first)]",
        "list[int]",
    ),
    (
        "Return how many of the numbers of counters from 0 to `n` are such that the player who begins can force a win.",
        "sum(wins(size$first) for size in range(n + 1))",
        "int",
    ),
    (
        "Return the list of all numbers that the player who begins can take in the first move and then force a win, in ascending order.",
        "[take for take in moves(n$first) if not wins(n - take$take)]",
        "list[int]",
    ),
    (
        "Return the smallest number that the player who begins can take in the first move and then force a win, or -1 if there is no such move.",
        "next((take for take in moves(n$first) if not wins(n - take$take)), -1)",
        "int",
    ),
)

_GAME = """from functools import cache


def moves(n$last):
    return [take for take in $takes if take <= n$extra]


@cache
def wins(n$last):
${stuck}    return any(not wins(n - take$take) for take in $options)


def play(n):
    return $answer
"""

_GAME_AGAIN = """def play(n):
    top = n
    lost = {}
    for n in range(top + 1):
        for last in (0, *$takes):
            goes = [take for take in $takes if take <= n$extra]
            lost[n, last] = sum(lost[n - take, take] for take in goes) == 0 if goes else not $stuck
    n = top

    def moves(n, last):
        return [take for take in $takes if take <= n$extra]

    return $answer
"""


#: What is drawn, written in another way for the second program.
_GAME_PARTS_AGAIN = {
    "": "",
    " and (n == 1 or 2 * take <= n)": " and take <= max(n // 2, n == 1)",
    " and (n == take or (n - take) % $m != 0)": " and n - take not in range($m, n + 1, $m)",
    " and take != last": " and not take == last",
    " and (last == 0 or take <= last + 1)": " and not 0 < last < take - 1",
    "[size for size in range(n + 1) if not wins(size$first)]": "[size for size in range(n + 1) if lost[size, 0]]",
    "sum(wins(size$first) for size in range(n + 1))": "n + 1 - sum(lost[size, 0] for size in range(n + 1))",
    "[take for take in moves(n$first) if not wins(n - take$take)]": "sorted(take for take in moves(n, 0) if lost[n - take, take])",
    "next((take for take in moves(n$first) if not wins(n - take$take)), -1)": "min((take for take in moves(n, 0) if lost[n - take, take]), default=-1)",
}


class HeapGame(Template):
    """Who wins when two players take counters from a heap under a drawn rule."""

    name: ClassVar[str] = "heap_game"
    group: ClassVar[str] = "recursion and combinatorics"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the moves, the rule, who wins at the end, and the question."""
        takes = tuple(sorted(rng.sample([1, 2, 3, 4, 5, 6, 7], 3 if difficulty < 0.5 else 4)))
        words, extra = rng.choice(_EXTRAS[:2] if difficulty < 0.3 else _EXTRAS[1:])
        m = str(rng.randint(3, 5))
        stuck = rng.choice(("False", "True"))
        asked, answer, kind = rng.choice(_GAME_ASKED)
        sizes = ", ".join(map(str, takes[:-1])) + f" or {takes[-1]}"
        statement = (
            f"Two players move in turn. There are `n` counters (at least 0); a move takes away {sizes} of them, never more "
            f"than there are.{Text(words).substitute(m=m)} A player who cannot move "
            f"{'loses' if stuck == 'False' else 'wins'}, and the game is over. Both play as well as possible. {asked}"
        )
        known = "last" in extra
        calls = {"first": ", 0" * known, "take": ", take" * known}
        go = f"moves(n{', last' * known})"
        ends = f"    options = {go}\n    if not options:\n        return True\n"
        values = {
            "takes": str(takes),
            "extra": Text(extra).substitute(m=m),
            "last": ", last" * known,
            "take": calls["take"],
            "stuck": ends if stuck == "True" else "",
            "options": "options" if stuck == "True" else go,
            "answer": Text(answer).substitute(calls),
        }
        sizes_tried = [9, 16, 23, 8, 11, 5, *range(5), *range(6, 8), 9, 10, *range(12, 34)]
        given: list[list[Json]] = [[size] for size in sizes_tried]
        given += [[rng.randint(35, 60)] for _ in range(8)]
        return self.problem(
            entry="play",
            parameters=(("n", "int"),),
            returns=kind,
            statement=statement,
            source=Text(_GAME).substitute(values),
            second=Text(_GAME_AGAIN).substitute(
                takes=str(takes),
                extra=Text(_GAME_PARTS_AGAIN[extra]).substitute(m=m),
                stuck=stuck,
                answer=_GAME_PARTS_AGAIN[answer],
            ),
            inputs=given,
            difficulty=difficulty,
        )


#: Moves in the game of two heaps: text and the heaps after a move from (a, b).
_MOVES = (
    (
        "takes any positive number of counters from one heap",
        "[(x, b) for x in range(a)] + [(a, y) for y in range(b)]",
    ),
    (
        "takes one or two counters from one heap",
        "[(a - t, b) for t in (1, 2) if t <= a] + [(a, b - t) for t in (1, 2) if t <= b]",
    ),
    ("takes one counter from each heap (if both have one)", "[(a - 1, b - 1)] if a and b else []"),
    (
        "takes the same positive number of counters from both heaps",
        "[(a - t, b - t) for t in range(1, min(a, b) + 1)]",
    ),
    (
        (
            "removes one heap entirely and splits the other one, of at least two counters, into two heaps with at least one counter each, "
            "which become the first and the second heap in either order"
        ),
        "[(x, a - x) for x in range(1, a)] + [(x, b - x) for x in range(1, b)]",
    ),
    (
        "moves one counter from the larger heap to the smaller one, if the larger one has at least two more (the heap that was the larger one is the first heap from then on)",
        "[(max(a, b) - 1, min(a, b) + 1)] if abs(a - b) >= 2 else []",
    ),
    (
        "takes three counters from the first heap, or two from the second",
        "[(a - t, b - u) for t, u in ((3, 0), (0, 2)) if t <= a and u <= b]",
    ),
)
#: Pairs of moves that always end.
_PAIRS = ((0,), (0, 2), (0, 3), (1, 2), (1, 3), (1,), (3, 6), (4,), (4, 2), (2, 6), (1, 5), (5, 6))

_HEAPS = """from functools import cache


def after(a, b):
$options


@cache
def $name(a, b):
$body


def heaps(a, b):
    return $answer
"""

_HEAPS_AGAIN = """def heaps(a, b):
    top = (a, b)
    goes = {}
    waiting = [top]
    while waiting:
        a, b = waiting.pop()
        if (a, b) not in goes:
            goes[a, b] = $options
            waiting += goes[a, b]
    value = {}
    while len(value) < len(goes):
        for spot, options in goes.items():
            if spot not in value and all(one in value for one in options):
                nexts = sorted({value[one] for one in options})
                value[spot] = $value
    nexts = [value[one] for one in goes[top]]
    return $answer
"""

#: Text, name and body of the function, answer, value from `nexts` and the second answer.
_HEAPS_ASKED = (
    (
        (
            "Return all positions after one move from which the player who then is to move loses, each once, as an "
            "ascending list of lists [size of the first heap, size of the second heap] (compared by the first heap, then by the second)."
        ),
        "wins",
        "    return any(not wins(*spot) for spot in after(a, b))",
        "[list(spot) for spot in sorted(set(after(a, b))) if not wins(*spot)]",
        "any(not one for one in nexts)",
        "sorted([x, y] for x, y in set(goes[top]) if not value[x, y])",
    ),
    (
        (
            "Return the Grundy value of the position: it is 0 if there is no move, and otherwise the smallest number 0, 1, 2, ... "
            "that is not the Grundy value of a position after one move."
        ),
        "grundy",
        "    taken = {grundy(*spot) for spot in after(a, b)}\n    value = 0\n    while value in taken:\n        value += 1\n    return value",
        "grundy(a, b)",
        "next(k for k in range(len(nexts) + 1) if k not in nexts)",
        "value[top]",
    ),
    (
        (
            "The winner wants the game to be short, the loser wants it to be long. Return the number of moves that the game then lasts, "
            "as a positive number if the player who begins wins and as a negative number if the other one does; 0 if there is no move."
        ),
        "lasts",
        (
            "    values = [lasts(*spot) for spot in after(a, b)]\n    if not values:\n        return 0\n"
            "    good = [value for value in values if value <= 0]\n    if good:\n        return 1 - max(good)\n"
            "    return -1 - max(values)"
        ),
        "lasts(a, b)",
        "(1 + min(abs(v) for v in nexts if v <= 0) if any(v <= 0 for v in nexts) else -1 - nexts[-1]) if nexts else 0",
        "value[top]",
    ),
)


#: What is drawn, written in another way for the second program.
_MOVES_AGAIN = {
    "[(x, b) for x in range(a)] + [(a, y) for y in range(b)]": "[spot for t in range(1, a + b + 1) for spot in ((a - t, b), (a, b - t)) if min(spot) >= 0]",
    "[(a - t, b) for t in (1, 2) if t <= a] + [(a, b - t) for t in (1, 2) if t <= b]": "[spot for spot in ((a - 1, b), (a - 2, b), (a, b - 1), (a, b - 2)) if min(spot) >= 0]",
    "[(a - 1, b - 1)] if a and b else []": "[(a - 1, b - 1)] * (a * b > 0)",
    "[(a - t, b - t) for t in range(1, min(a, b) + 1)]": "[(x, b - a + x) for x in range(a) if b - a + x >= 0]",
    "[(x, a - x) for x in range(1, a)] + [(x, b - x) for x in range(1, b)]": "[(x, y) for whole in (a, b) for x in range(1, whole) for y in range(1, whole) if x + y == whole]",
    "[(max(a, b) - 1, min(a, b) + 1)] if abs(a - b) >= 2 else []": "[(y - 1, x + 1) for x, y in [sorted((a, b))] if y > x + 1]",
    "[(a - t, b - u) for t, u in ((3, 0), (0, 2)) if t <= a and u <= b]": "[spot for spot in ((a - 3, b), (a, b - 2)) if -1 < min(spot)]",
}


class TwoHeaps(Template):
    """Grundy values, winning moves and lengths of games with two heaps."""

    name: ClassVar[str] = "two_heaps"
    group: ClassVar[str] = "recursion and combinatorics"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the moves and the question."""
        asked, name, body, answer, value, again = rng.choice(_HEAPS_ASKED)
        pairs = _PAIRS if name != "grundy" else _PAIRS[:9]
        chosen = [_MOVES[place] for place in rng.choice(pairs)]
        moves = ", or ".join(words for words, _ in chosen)
        if len(chosen) == 1:
            options = f"    return {chosen[0][1]}"
        else:
            (_, one), (_, two) = chosen
            options = f"    found = {one}\n    found += {two}\n    return found"
        statement = (
            "Two players move in turn with two heaps of `a` and `b` counters (both at least 0; a heap may become empty "
            f"and stays in the game). A move {moves}. A player who cannot move loses. "
            f"Both play as well as possible. {asked}"
        )
        spots = [
            (8, 5),
            (1, 2),
            (7, 0),
            (2, 3),
            (4, 4),
            (5, 1),
            (0, 0),
            (0, 1),
            (1, 0),
            (1, 1),
            (0, 3),
            (3, 0),
            (2, 2),
            (1, 2),
            (6, 0),
            (0, 7),
        ]
        given: list[list[Json]] = [[a, b] for a, b in spots]
        most = 8 + int(3 * difficulty)
        given += [[rng.randint(0, most), rng.randint(0, most)] for _ in range(44)]
        values = {"options": options, "name": name, "answer": answer}
        return self.problem(
            entry="heaps",
            parameters=(("a", "int"), ("b", "int")),
            returns="list[list[int]]" if name == "wins" else "int",
            statement=statement,
            source=Text(_HEAPS).substitute(values, body=body),
            second=Text(_HEAPS_AGAIN).substitute(
                options=" + ".join(_MOVES_AGAIN[code] for _, code in chosen),
                value=value,
                answer=again,
            ),
            inputs=given,
            difficulty=difficulty,
        )
