"""Tables of a league: points, bonuses and how ties are broken."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["LeagueTable"]

#: Bonuses of a team that scored `own` and its opponent `other`: text, lines of the reference, term
#: of the other program (`d` is own minus other).
_BONUSES = (
    ("", "", ""),
    (
        " A team that scores at least $b goals in a game gets 1 more point for this game.",
        "    if own >= $b:\n        points += 1\n",
        " + (1 if own > $b - 1 else 0)",
    ),
    (
        " A team that loses a game by exactly one goal gets 1 more point for this game.",
        "    if other - own == 1:\n        points += 1\n",
        " + [-1].count(d)",
    ),
    (
        " A team that wins a game by at least $b goals gets 1 more point for this game.",
        "    if own - other >= $b:\n        points += 1\n",
        " + (not d < $b)",
    ),
    (
        " A team that scores no goal in a game loses 1 point for this game.",
        "    if own == 0:\n        points -= 1\n",
        " - (not own)",
    ),
    (
        " A game without any goals brings no points to either team.",
        "    if own + other == 0:\n        points = 0\n",
        " - DRAW * (own == 0 == d)",
    ),
)
#: What teams with equal points are ordered by: text, what the reference keeps of a team, how it is
#: compared there (smallest first), and the same on the list `own` of a team's games (largest first).
_TIES = (
    (
        "the larger goal difference",
        '-(row["scored"] - row["conceded"])',
        "sum(a - b for a, b in played)",
    ),
    ("more goals scored", '-row["scored"]', "sum(a for a, _ in played)"),
    ("fewer goals conceded", 'row["conceded"]', "-sum(b for _, b in played)"),
    ("more games won", '-row["won"]', "len([1 for a, b in played if a > b])"),
    ("fewer games played", 'row["games"]', "-len(played)"),
    ("fewer games lost", 'row["lost"]', "-sum(b > a for a, b in played)"),
)
#: What is asked: text, type, lines of the reference on the ranked names `order`, and of the other.
_ASKED = (
    (
        "Return the list of the teams in this order, each as [name, points].",
        "list[list]",
        '    return [[name, rows[name]["points"]] for name in order]',
        "return [[name, total(name)] for name in ranking]",
    ),
    (
        "Return a dictionary that maps every team to [place, games played, points], where the place is 1 for the best team, 2 for the next one and so on.",
        "dict[str, list[int]]",
        """\
    return {
        name: [place, rows[name]["games"], rows[name]["points"]]
        for place, name in enumerate(order, start=1)
    }""",
        "return {name: [p + 1, len(results(name)), total(name)] for p, name in enumerate(ranking)}",
    ),
    (
        "Return the list of the teams in this order, each as a text such as `2. ann 7 (5:3)`: its place, name, points, and goals scored and conceded.",
        "list[str]",
        """\
    return [
        f'{place}. {name} {rows[name]["points"]} ({rows[name]["scored"]}:{rows[name]["conceded"]})'
        for place, name in enumerate(order, start=1)
    ]""",
        "return ['%d. %s %d (%d:%d)' % (p + 1, name, total(name), sum(a for a, _ in results(name)), sum(b for _, b in results(name))) for p, name in enumerate(ranking)]",
    ),
    (
        "Return [the name of the best team, its points, the name of the last team, its points]; without any team, return the empty list.",
        "list",
        """\
    if not order:
        return []
    first, last = order[0], order[-1]
    return [first, rows[first]["points"], last, rows[last]["points"]]""",
        "return [x for name in ranking[:1] + ranking[-1:] for x in (name, total(name))]",
    ),
)
_SOURCE = Text("""\
FIELDS = ("games", "won", "lost", "scored", "conceded", "points")


def points_for(own, other):
    if own > other:
        points = $win
    elif own == other:
        points = $draw
    else:
        points = $lose
$bonus    return points


def enter(row, own, other):
    row["games"] += 1
    row["won"] += own > other
    row["lost"] += own < other
    row["scored"] += own
    row["conceded"] += other
    row["points"] += points_for(own, other)


def league(games):
    rows = {}
    for game in games:
        home, score, guest = game.split()
        a, b = map(int, score.split(":"))
        for name in (home, guest):
            rows.setdefault(name, dict.fromkeys(FIELDS, 0))
        enter(rows[home], a, b)
        enter(rows[guest], b, a)

    def key(name):
        row = rows[name]
        return -row["points"], $ties, name

    order = sorted(rows, key=key)
$answer
""")
_AGAIN = Text("""\
import re

DRAW = $draw


def league(games):
    parsed = [re.fullmatch("([a-z]+) ([0-9]+):([0-9]+) ([a-z]+)", game).groups() for game in games]
    names = {one[0] for one in parsed} | {one[3] for one in parsed}

    def results(name):
        at_home = [(int(a), int(b)) for x, a, b, _ in parsed if x == name]
        return at_home + [(int(b), int(a)) for _, a, b, y in parsed if y == name]

    def total(name):
        points = 0
        for own, other in results(name):
            d = own - other
            points += [DRAW, $win, $lose][(d > 0) - (d < 0)]$bonus
        return points

    ranking = sorted(names, reverse=True)
    keys = {}
    for name in ranking:
        played = results(name)
        keys[name] = (total(name), $ties)
    ranking.sort(key=keys.get)
    ranking.reverse()
    $answer
""")


class LeagueTable(Template):
    """Make the table of a league with drawn points, bonuses and tie-breaks."""

    name: ClassVar[str] = "league_table"
    group: ClassVar[str] = "records and orders"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw points, bonuses, tie-breaks and the question."""
        win, draw, lose = rng.choice(((3, 1, 0), (2, 1, 0), (4, 2, 1), (5, 2, 0), (3, 2, 1)))
        bonuses = rng.sample(_BONUSES[1:5], int(1.9 * difficulty + 0.3))
        if difficulty >= 0.5 and rng.randrange(3) == 0:
            bonuses = [_BONUSES[5]]
        b = rng.randint(2, 4)
        ties = rng.sample(_TIES, 1 + int(1.9 * difficulty))
        asked, kind, answer, again = rng.choice(_ASKED)
        words = [Text(text).substitute(b=b) for text, _, _ in bonuses]
        source = _SOURCE.substitute(
            win=win,
            draw=draw,
            lose=lose,
            bonus="".join(Text(code).substitute(b=b) for _, code, _ in bonuses),
            ties=", ".join(code for _, code, _ in ties),
            answer=answer,
        )
        if not bonuses:
            plain = f"    if own > other:\n        return {win}\n    if own == other:\n        return {draw}\n"
            start, end = source.index("    if own > other"), source.index("    return points\n")
            source = source[:start] + plain + source[end:].replace("points", str(lose), 1)
        for field in ("games", "won", "lost", "scored", "conceded"):
            if source.count(f'"{field}"') == 2:
                source = "\n".join(
                    line
                    for line in source.split("\n")
                    if not line.startswith(f'    row["{field}"] +=')
                ).replace(f'"{field}", ', "")
        how = "; if this is equal too, those with ".join(text for text, _, _ in ties)
        return self.problem(
            entry="league",
            parameters=(("games", "list[str]"),),
            returns=kind,
            statement=(
                "Each of the `games` is a text such as `ann 2:1 bob`: the home team, its goals, the goals of the guests, the guest team. Names consist of lower-case letters, and the two teams of a game are different. A "
                f"team belongs to the league if it has played at least one game. The winner of a game (the team with more goals) gets {win} points, the loser {lose}; if the goals are equal, both get {draw}.{''.join(words)} "
                f"The points of a team are the sum over its games. The teams are ordered by points, the most first. Of teams with equal points, those with {how} come first; and teams that are "
                f"equal in all this are in alphabetical order of their names. {asked}"
            ),
            source=source,
            second=_AGAIN.substitute(
                win=win,
                draw=draw,
                lose=lose,
                bonus="".join(Text(code).substitute(b=b) for _, _, code in bonuses),
                ties=", ".join(code for _, _, code in ties),
                answer=again,
            ),
            inputs=_inputs(rng),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom) -> list[list[Json]]:
    given: list[list[Json]] = [
        [["ann 2:1 bob", "bob 3:0 cy", "cy 1:1 ann"]],
        [["dee 0:0 ann"]],
        [["cy 1:4 dee", "dee 2:2 ann", "ann 0:3 cy"]],
        [[]],
        [["ann 1:0 bob"]],
        [["bob 0:1 ann"]],
        [["ann 1:0 bob", "bob 1:0 ann"]],
        [["bob 5:1 ann", "ann 4:0 bob"]],
        [["cy 0:0 bob", "bob 0:0 ann", "ann 0:0 cy"]],
        [["ann 2:0 bob", "cy 3:1 dee"]],
        [["ann 2:0 bob", "cy 2:0 dee", "eve 3:1 flo"]],
        [["ann 1:1 bob", "cy 2:2 dee", "cy 0:1 ann", "bob 1:0 dee"]],
        [["ann 10:9 bob", "cy 12:0 bob"]],
        [["ann 3:1 bob", "ann 0:2 cy", "dee 1:1 eve", "eve 2:2 dee", "dee 0:0 eve"]],
        [["ann 2:3 bob", "bob 2:3 cy", "cy 2:3 ann"]],
        [["ann 3:0 bob", "cy 1:0 dee", "dee 2:2 cy", "bob 4:4 ann"]],
    ]
    for _ in range(32):
        names = ("ann", "bob", "cy", "dee", "eve", "flo")[: rng.randint(3, 6)]
        most = rng.choice((1, 2, 3, 5))
        games: list[Json] = []
        for _ in range(rng.randint(2, 9)):
            home, guest = rng.sample(names, 2)
            games.append(f"{home} {rng.randint(0, most)}:{rng.randint(0, most)} {guest}")
        given.append([games])
    return given
