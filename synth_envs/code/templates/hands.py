"""Games of dice: what a throw is worth, and who wins."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["DiceHands"]

#: Figures: name, text, condition on `counts` (a Counter of the dice), `dice` (sorted), the same on
#: the sorted list `d` alone.
_FIGURES = (
    ("pair", "at least two dice are equal", "max(counts.values()) >= 2", "len(set(d)) < len(d)"),
    (
        "triple",
        "at least three dice are equal",
        "max(counts.values()) >= 3",
        "any(x == z for x, z in zip(d, d[2:]))",
    ),
    (
        "twins",
        "at least two different numbers occur at least twice each",
        "sum(count >= 2 for count in counts.values()) >= 2",
        "len({x for x, y in zip(d, d[1:]) if x == y}) > 1",
    ),
    (
        "house",
        "exactly two different numbers occur, each of them at least twice",
        "len(counts) == 2 and min(counts.values()) >= 2",
        "d[0] == d[1] < d[-2] == d[-1] and {*d} == {d[0], d[-1]}",
    ),
    (
        "street",
        "three numbers that follow one another, such as 2, 3 and 4, all occur",
        "any(one + 1 in counts and one + 2 in counts for one in counts)",
        "any({x, x + 1, x + 2} <= {*d} for x in range(1, 7))",
    ),
    (
        "all even",
        "all dice are even",
        "all(one % 2 == 0 for one in dice)",
        "not [x for x in d if x & 1]",
    ),
    (
        "mixed",
        "no two dice are equal",
        "len(counts) == len(dice)",
        "not any(x == y for x, y in zip(d, d[1:]))",
    ),
    (
        "split",
        "the largest number is at least 4 larger than the smallest",
        "dice[-1] - dice[0] >= 4",
        "any(x + 4 <= y for x in d for y in d)",
    ),
    (
        "low",
        "the sum is less than three times the number of dice",
        "sum(dice) < 3 * len(dice)",
        "sum(x - 3 for x in d) < 0",
    ),
)
#: Of these, an earlier one may imply a later one, so it has to be looked for first.
_CHAIN = ("house", "twins", "triple", "pair")
#: Points of a figure: text, expression on `dice` and `counts`, expression on `d`.
_POINTS = (
    ("$p points", "$p", "$p"),
    ("$p points plus the sum of all dice", "$p + sum(dice)", "sum(d, $p)"),
    (
        "$p points plus twice the largest number",
        "$p + 2 * dice[-1]",
        "max(d) + $p + max(d)",
    ),
    (
        "the smallest number times $p",
        "$p * dice[0]",
        "sum([min(d)] * $p)",
    ),
    (
        "$p points plus the sum of the numbers that occur exactly once",
        "$p + sum(one for one, count in counts.items() if count == 1)",
        "$p + sum(x for x in d if d.count(x) == 1)",
    ),
)
#: What players with equal points are ordered by: text, key of the reference (smallest first), key of
#: the other program (largest first).
_TIES = (
    ("the larger sum of all dice", "-sum(hands[name])", "sum(hand)"),
    ("the larger largest number", "-max(hands[name])", "sorted(hand)[-1]"),
    ("the smaller number of ones", "hands[name].count(1)", "-len([x for x in hand if x == 1])"),
    ("the larger smallest number", "-min(hands[name])", "sorted(hand)[0]"),
)
_ASKED = (
    (
        "Return the list of [name, points] of all players, the best player first.",
        "list[list]",
        "    return [[name, value(hands[name])[1]] for name in ranking]",
        "return [[name, worth[name][1]] for name in order]",
    ),
    (
        "Return a dictionary that maps every name to [the name of the figure, the points].",
        "dict[str, list]",
        "    return {name: list(value(hand)) for name, hand in hands.items()}",
        "return {name: [figure, points] for name, (figure, points) in worth.items()}",
    ),
    (
        "Return a dictionary that maps every name to [place, points], where the place is 1 for the best player, 2 for the next one and so on.",
        "dict[str, list[int]]",
        """\
    return {name: [place, value(hands[name])[1]] for place, name in enumerate(ranking, start=1)}""",
        "return {name: [order.index(name) + 1, worth[name][1]] for name in hands}",
    ),
    (
        "Return [the name of the best player, the figure of that player, the points of that player, the sum of the points of all players] as a list.",
        "list",
        """\
    figure, points = value(hands[ranking[0]])
    return [ranking[0], figure, points, sum(value(hand)[1] for hand in hands.values())]""",
        "return [order[0], *worth[order[0]], sum(worth[name][1] for name in order)]",
    ),
)
_RANKING = """\
    def key(name):
        return -value(hands[name])[1], $tie, name

    ranking = sorted(hands, key=key)
"""
_SOURCE = Text("""\
from collections import Counter


def value(hand):
    dice = sorted(hand)
    counts = Counter(dice)
$figures    return "$nothing", $rest


def play(hands):
$ranking$answer
""")
_AGAIN = Text("""\
def play(hands):
    worth = {}
    for name, hand in hands.items():
        d = sorted(hand)
        rules = [
$rules
            (True, "$nothing", $rest),
        ]
        worth[name] = next((figure, points) for holds, figure, points in rules if holds)
    order = sorted(hands)
    order = sorted(order, key=lambda name: [(worth[name][1], $tie) for hand in [hands[name]]], reverse=True)
    $answer
""")
_NOTHING = (
    ("the sum of all dice", "sum(dice)", "sum(d)"),
    ("the largest number", "dice[-1]", "max(d)"),
    ("0 points", "0", "0"),
)


class DiceHands(Template):
    """Rank throws of dice by drawn figures."""

    name: ClassVar[str] = "dice_hands"
    group: ClassVar[str] = "simulation"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the figures, their points and the question."""
        spared = rng.choice(("pair", "mixed"))  # one of the two would always apply
        known = [one for one in _FIGURES if one[0] != spared]
        figures = rng.sample(known, 2 + int(2 * difficulty + 0.5))
        chain = [one for name in _CHAIN for one in figures if one[0] == name]
        figures = [chain.pop(0) if one[0] in _CHAIN else one for one in figures]
        points = [rng.choice(_POINTS[: 3 + int(2 * difficulty)]) for _ in figures]
        rest, rest_code, rest_again = rng.choice(_NOTHING)
        tie, key, other = rng.choice(_TIES)
        asked, kind, answer, again = rng.choice(_ASKED)
        nothing = rng.choice(("nothing", "other", "junk"))
        worth = [
            rng.randint(2, 6) if "times" in one[0] else rng.randint(1, 4) * 5 for one in points
        ]
        words, code, rules = [], "", []
        for (name, text, holds, again_holds), point, p in zip(figures, points, worth, strict=True):
            said, first, second = (Text(part).substitute(p=p) for part in point)
            words.append(f"`{name}` if {text} (worth {said})")
            code += f'    if {holds}:\n        return "{name}", {first}\n'
            rules.append(f'            ({again_holds}, "{name}", {second}),')
        ranked = "ranking" in answer
        source = _SOURCE.substitute(
            figures=code,
            nothing=nothing,
            rest=rest_code,
            ranking=Text(_RANKING).substitute(tie=key) if ranked else "",
            answer=answer,
        )
        if source.count("counts") == 1:
            source = source.replace("    counts = Counter(dice)\n", "")
            source = source.replace("from collections import Counter\n\n\n", "")
        if "figure" not in answer and "list(value(" not in answer:  # only the points matter
            source = re.sub(r'return "[\w ]+", ', "return ", source).replace("])[1]", "])")
        return self.problem(
            entry="play",
            parameters=(("hands", "dict[str, list[int]]"),),
            returns=kind,
            statement=(
                "`hands` maps the names of the players (at least one) to their dice: lists of equal length, from 3 to 6, with numbers from 1 to 6 in any order. The figure of a player is the "
                f"first of these that applies: {'; '.join(words)}; else `{nothing}` (worth {rest})."
                + (
                    f" The more points, the better; of players with equal points, those with {tie} are better, and if this is equal too, those "
                    f"whose names come {{}} in alphabetical order. {asked}"
                    if ranked
                    else f" {asked}"
                ).replace("{}", "first")
            ),
            source=source,
            second=_AGAIN.substitute(
                rules="\n".join(rules), nothing=nothing, rest=rest_again, tie=other, answer=again
            ),
            inputs=_inputs(rng),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom) -> list[list[Json]]:
    given: list[list[Json]] = [
        [{"ann": [2, 5, 2, 3], "bob": [6, 6, 1, 1], "cy": [4, 6, 2, 4]}],
        [{"bob": [3, 1, 3, 3, 1], "ann": [2, 3, 4, 6, 5]}],
        [{"dee": [6, 6, 6]}],
        [{"ann": [1, 1, 1], "bob": [1, 1, 1]}],
        [{"bob": [2, 4, 6], "ann": [6, 4, 2]}],
        [{"zoe": [1, 2, 6]}],
        [{"ann": [5, 5, 6, 6, 6], "bob": [6, 6, 6, 6, 5], "cy": [1, 2, 1, 2, 3]}],
        [{"ann": [1, 2, 3, 4, 5, 6], "bob": [2, 2, 4, 4, 6, 6]}],
        [{"ann": [2, 2, 2], "bob": [4, 4, 4], "cy": [5, 4, 6]}],
        [{"ann": [2, 3, 4], "bob": [1, 3, 5], "cy": [3, 3, 3], "dee": [2, 2, 5]}],
        [{"ann": [3, 3, 4, 1], "bob": [1, 5, 1, 5], "cy": [6, 2, 2, 3]}],
        [{"ann": [1, 1, 6, 6], "bob": [2, 2, 6, 4], "cy": [5, 5, 3, 1]}],
        [{"ann": [1, 1, 4, 4, 4, 4], "bob": [3, 2, 1, 3, 2, 1], "cy": [5, 5, 5, 1, 1, 1]}],
    ]
    names = ("ann", "bob", "cy", "dee", "eve")
    for _ in range(36):
        size = rng.randint(3, 6)
        low, high = rng.choice(((1, 6), (1, 6), (1, 3), (2, 5), (4, 6)))
        players: dict[str, Json] = {}
        for name in rng.sample(names, rng.randint(1, 5)):
            players[name] = [rng.randint(low, high) for _ in range(size)]
            if rng.randrange(4) == 0 and len(players) > 1:
                other = next(iter(players.values()))
                players[name] = list(reversed(other)) if isinstance(other, list) else other
        given.append([players])
    return given
