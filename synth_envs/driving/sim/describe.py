"""The scene in words for agents that read, and the commands that they give.

Only what the ego sees is told. Distances along the road are from bumper to bumper; lanes are those
of the ego's road, counted from the right.
"""

from __future__ import annotations

import math
import re
import unicodedata

import numpy as np

from synth_envs.driving.sim.layout import (
    ACC,
    CAR,
    CONE,
    CRASHED,
    CYCLIST,
    DOOR,
    EMERGENCY,
    GOAL_LANE,
    GOAL_S,
    KIND,
    LANE,
    LANE_CLOSE,
    LANE_FROM,
    LANE_IN,
    LANE_OPEN,
    LANE_OUT,
    LANE_TO,
    LENGTH,
    LIGHT,
    LIMIT,
    MU,
    NONE,
    PEDESTRIAN,
    PHASE,
    ROAD,
    ROAD_LANES,
    ROAD_LENGTH,
    ROAD_ONCOMING,
    ROAD_WIDTH,
    ROLE,
    SEEN,
    SIREN,
    TARGET_SPEED,
    TRUCK,
    VAN,
    WALL,
    WIDTH,
    D,
    H,
    S,
    V,
    X,
    Y,
)

__all__ = ["COMMANDS", "MOST", "command_of", "describe"]

#: What a command says; its place is the number of the meta action.
COMMANDS = (
    "change to the left lane",
    "keep speed and lane",
    "change to the right lane",
    "faster",
    "slower",
    "brake hard",
)
#: Road users told of at most.
MOST = 8

_NAMES = {
    CAR: "a car",
    TRUCK: "a truck",
    CYCLIST: "a cyclist",
    PEDESTRIAN: "a pedestrian",
    EMERGENCY: "an emergency vehicle",
    CONE: "a cone",
    VAN: "a van",
    DOOR: "an open car door",
    WALL: "a barrier",
}
_STANDING = 0.3  # m/s
_BRAKING = -1.5  # m/s2
_NUMBERS = ("no", "one", "two", "three", "four", "five")


def describe(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray
) -> str:
    """Return what a driver would say of the scene, and the commands that can be given.

    Args:
        actors: float32 (len(FIELDS), V), with world poses up to date.
        marks: int32 (len(MARKS), V); whoever is not SEEN is not told of.
        world: float32 (len(WORLD),).
        roads: float32 (roads, 6), of the map.
        lanes: float32 (roads, MAX_LANES, 6), of the map.
    """
    return _Scene(actors, marks, world, roads, lanes).text()


def _metres(value: float) -> str:
    """Whole metres, or tenths below ten."""
    if value >= 9.95:
        return f"{value:.0f} m"
    return f"{value:.1f}".removesuffix(".0") + " m"


def _speed(value: float) -> str:
    return f"{value:.0f} m/s"


class _Scene:
    """One scene in plain numbers."""

    def __init__(
        self, actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray
    ) -> None:  # fmt: skip
        self.actors, self.marks = actors.astype(float), marks
        self.world = world.astype(float)
        self.road = int(marks[ROAD, 0])
        self.row = roads[self.road].astype(float)
        self.lanes = lanes[self.road].astype(float)
        self.many = int(self.row[ROAD_LANES])
        self.width = float(self.row[ROAD_WIDTH])
        self.s = float(self.actors[S, 0])
        self.lane = self.lane_at(self.s, float(self.actors[D, 0]))

    def centre(self, lane: int, s: float) -> float:
        """Metres from the reference line to the centre of a lane; see `drivers.lane_centre`."""
        row = self.lanes[lane]
        before, after = max(0.0, row[LANE_OPEN] - s), max(0.0, s - row[LANE_CLOSE])
        return float(lane * self.width - row[LANE_IN] * before - row[LANE_OUT] * after)

    def lane_at(self, s: float, d: float) -> int:
        """The lane nearest to a place among those that are there."""
        there = [
            k for k in range(self.many) if self.lanes[k, LANE_FROM] <= s <= self.lanes[k, LANE_TO]
        ]
        return min(there or [0], key=lambda k: abs(d - self.centre(k, s)))

    def text(self) -> str:
        """The whole description."""
        others = [j for j in range(1, self.actors.shape[1]) if self.marks[SEEN, j]]
        users = [j for j in others if self.marks[KIND, j] not in (NONE, LIGHT)]
        users.sort(key=lambda j: (self.distance(j), j))
        parts = [self.own(), self.ways(), self.goal()]
        lights = [
            j
            for j in others
            if self.marks[KIND, j] == LIGHT and self.marks[ROAD, j] == self.road and self.actors[S, j] >= self.s
        ]  # fmt: skip
        if lights:
            j = min(lights, key=lambda j: float(self.actors[S, j]))
            state = ("green", "yellow", "red")[max(0, min(2, int(self.marks[PHASE, j])))]
            ahead = max(0.0, self.actors[S, j] - self.s - self.actors[LENGTH, 0] / 2)
            parts.append(f"The traffic light {_metres(ahead)} ahead is {state}.")
        if users:
            parts.append("You see, nearest first:")
            parts += [f"- {self.told(j)}" for j in users[:MOST]]
        else:
            parts.append("You see no other road users.")
        parts.append("Commands: " + "; ".join(f"{k} {one}" for k, one in enumerate(COMMANDS)) + ".")
        return "\n".join(parts)

    def distance(self, j: int) -> float:
        """Between centres, in m."""
        x, y = self.actors[X], self.actors[Y]
        return math.hypot(x[j] - x[0], y[j] - y[0])

    def own(self) -> str:
        """Speed, target and lane of the ego."""
        v, target = self.actors[V, 0], self.world[TARGET_SPEED]
        text = f"You drive at {_speed(v)}"
        if abs(target - v) >= 0.5:
            text += f", heading for {_speed(target)}"
        text += f"; the limit is {_speed(self.world[LIMIT])}."
        if self.many == 1:
            text += " Your side of the road has one lane."
        else:
            text += f" You are in lane {self.lane + 1} of {self.many}, counted from the right"
            aim = int(self.marks[LANE, 0])
            text += f", changing to lane {aim + 1}." if aim != self.lane else "."
        return text

    def ways(self) -> str:
        """Which lanes can be changed to, and where the own lane ends."""

        def is_open(lane: int) -> bool:
            inside = 0 <= lane < self.many
            return inside and bool(
                self.lanes[lane, LANE_OPEN] <= self.s <= self.lanes[lane, LANE_CLOSE]
            )

        aim = int(self.marks[LANE, 0])
        sides = [
            name
            for name, lane in (("left", aim + 1), ("right", aim - 1))
            if is_open(aim) and is_open(lane)
        ]
        text = (
            f"There is a lane to change to on the {' and on the '.join(sides)}."
            if sides
            else "There is no lane to change to here."
        )
        if self.lanes[self.lane, LANE_TO] < self.row[ROAD_LENGTH]:
            text += (
                f" Your lane ends in {_metres(max(0.0, self.lanes[self.lane, LANE_TO] - self.s))}."
            )
        return text  # fmt: skip

    def goal(self) -> str:
        """What the route asks for."""
        left, lane = self.world[GOAL_S] - self.s, int(self.world[GOAL_LANE])
        if 0 <= lane < self.many:
            room = max(0.0, min(self.lanes[lane, LANE_CLOSE], self.world[GOAL_S]) - self.s)
            return f"Goal: be in lane {lane + 1} within {_metres(room)}."
        if left < 1e5:
            return f"Goal: {_metres(max(0.0, left))} further along this road."
        return "Goal: follow this road."

    def told(self, j: int) -> str:
        """One road user in words."""
        kind = int(self.marks[KIND, j])
        text = _NAMES.get(kind, "something")
        if self.marks[ROLE, j] == SIREN:
            text += " with its siren on"
        if self.marks[ROAD, j] == self.road:
            text += " " + self.place_on_road(j)
        else:
            text += " " + self.place_elsewhere(j)
        if self.marks[CRASHED, j]:
            text += ", crashed"
        elif kind < CONE and self.actors[ACC, j] < _BRAKING:
            text += ", braking"
        return text

    def place_on_road(self, j: int) -> str:
        """Where a user of the ego's road is and how it moves, in terms of lanes."""
        s, d, mu, v = (float(self.actors[field, j]) for field in (S, D, MU, V))
        kind = int(self.marks[KIND, j])
        along, across = abs(math.cos(mu)), abs(math.sin(mu))
        length, width = self.actors[LENGTH, j], self.actors[WIDTH, j]
        gap = abs(s - self.s) - (self.actors[LENGTH, 0] + along * length + across * width) / 2
        half = (along * width + across * length) / 2
        where = (
            "beside you" if gap <= 0 else f"{_metres(gap)} {'ahead' if s > self.s else 'behind'}"
        )
        offset = d - self.centre(self.lane, s)
        side = "left" if offset > 0 else "right"
        off_lane = abs(offset) - half - self.width / 2
        if kind in (PEDESTRIAN, CONE, DOOR, WALL, VAN):
            # These need not keep to lanes: what counts is whether they reach into the ego's.
            if off_lane < 0:
                where += (
                    " in your lane" if abs(offset) <= self.width / 2 else " reaching into your lane"
                )
            else:
                where += f", {_metres(off_lane)} to the {side} of your lane"
        else:
            where += " " + self.lane_of(s, d, offset)
        return where + self.motion(j, kind, mu, v, offset)

    def lane_of(self, s: float, d: float, offset: float) -> str:
        """The lane of a vehicle, as seen from that of the ego."""
        edge = (self.many - 0.5) * self.width
        if edge < d <= edge + self.row[ROAD_ONCOMING] * self.width:
            return "in the oncoming lane"
        lane = self.lane_at(s, d)
        if abs(d - self.centre(lane, s)) > self.width / 2:
            return f"off the road on the {'left' if offset > 0 else 'right'}"
        if lane == self.lane:
            return "in your lane"
        side = "left" if lane > self.lane else "right"
        many = abs(lane - self.lane)
        return (
            f"in the lane to your {side}" if many == 1 else f"{_NUMBERS[many]} lanes to your {side}"
        )

    def motion(self, j: int, kind: int, mu: float, v: float, offset: float) -> str:
        """How a user of the ego's road moves; empty for what cannot."""
        if kind in (CONE, DOOR, WALL):
            return ""
        if abs(v) < _STANDING:
            return ", standing still"
        ahead, sideways = v * math.cos(mu), v * math.sin(mu)
        if kind == PEDESTRIAN:
            if abs(sideways) < _STANDING:
                return ", walking along the road"
            if abs(offset) <= self.width / 2:
                return f", walking to the {'left' if sideways > 0 else 'right'}"
            return f", walking {'towards' if sideways * offset < 0 else 'away from'} it"
        if ahead < -_STANDING:
            return (
                f", coming towards you at {_speed(-ahead)}"
                if self.actors[S, j] > self.s
                else f", driving the other way at {_speed(-ahead)}"
            )
        more = ahead - self.actors[V, 0] * math.cos(self.actors[MU, 0])
        text = ", at your speed"
        if abs(more) >= 0.5:
            text = f", {_speed(abs(more))} {'faster' if more > 0 else 'slower'}"
        if abs(sideways) >= _STANDING:
            text += f", moving to the {'left' if sideways > 0 else 'right'}"
        return text  # fmt: skip

    def place_elsewhere(self, j: int) -> str:
        """Where a user of another road is and how it moves, as seen from the ego."""
        dx, dy = self.actors[X, j] - self.actors[X, 0], self.actors[Y, j] - self.actors[Y, 0]
        c, s = math.cos(self.actors[H, 0]), math.sin(self.actors[H, 0])
        ahead, left = dx * c + dy * s, dy * c - dx * s
        parts = []
        if abs(ahead) >= 0.5:
            parts.append(f"{_metres(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}")
        if abs(left) >= 0.5:
            parts.append(f"{_metres(abs(left))} to the {'left' if left > 0 else 'right'}")
        text = (" and ".join(parts) or "beside you") + " on another road"
        v = self.actors[V, j]
        if int(self.marks[KIND, j]) >= CONE and int(self.marks[KIND, j]) != VAN:
            return text
        if abs(v) < _STANDING:
            return text + ", standing still"
        turn = math.remainder(self.actors[H, j] - self.actors[H, 0], 2 * math.pi)
        if abs(turn) < math.pi / 4:
            return f"{text}, going your way at {_speed(v)}"
        if abs(turn) > 3 * math.pi / 4:
            return f"{text}, going the other way at {_speed(v)}"
        return f"{text}, crossing to the {'left' if turn > 0 else 'right'} at {_speed(v)}"


# What is read of an answer: its end, where the decision stands.
_READ = 4000
_TO = r"(?:\s+(?:in)?to|\s+over\s+to)?(?:\s+(?:the|a|your|my))?\s+"
_PHRASES = (
    rf"(?:change|move|switch|merge|shift|go|steer|pull)(?:\s+lanes?)?{_TO}left|(?:change|switch)_?lane_?left|lane[ _-]?left|left\s+lane\s+change|lane\s+change{_TO}left|overtake\s+on\s+the\s+left",
    r"(?:keep|hold|maintain)(?:\s+(?:the|your|my|this|current|same|present|steady)){0,2}\s+(?:speed|lane|course|going|pace|driving)|stay\s+in(?:\s+(?:the|your|my|this|current|same)){0,2}\s+lane|do\s+nothing|no\s+change|carry\s+on|go\s+straight|idle",
    rf"(?:change|move|switch|merge|shift|go|steer|pull)(?:\s+lanes?)?{_TO}right|(?:change|switch)_?lane_?right|lane[ _-]?right|right\s+lane\s+change|lane\s+change{_TO}right",
    r"faster|accelerate|speed\s+up|go\s+quicker|increase(?:\s+(?:the|your|my))?\s+speed",
    r"slower|slow\s+down|decelerate|(?:reduce|decrease)(?:\s+(?:the|your|my))?\s+speed|ease\s+off|brake\s+(?:gently|lightly|softly)|brake(?!\s+hard|\s+now|\s+fully|\s+immediately)",
    r"brake\s+(?:hard|now|fully|immediately)|hard\s+brak(?:e|ing)|emergency\s+(?:brak(?:e|ing)|stop)|full\s+brake|stop\s+(?:now|immediately|at\s+once)|stop(?=\W{0,3}$)",
)  # fmt: skip
_PHRASE = re.compile(r"\b(?:" + "|".join(f"({one})" for one in _PHRASES) + r")\b")
_REFUSED = re.compile(
    r"(?:\b(?:not|cannot|never|avoid|without|instead\s+of|rather\s+than)|n['’]t)\s+(?:\w{1,12}\s+){0,2}$"
)
# A command's number; no quantity, and no part of one.
_NUMBER = r"[\s*_(\[{#\"'`]{0,8}([0-5])(?![\w%]|[.,]\d|\s{0,3}(?:m|s|km|metres?|meters?|seconds?|lanes?)\b)"
_LONE = re.compile(_NUMBER + r"\W{0,8}$")
_STATED = re.compile(
    r"\b(?:command|action|answer|choice|decision|option)\b(?:\s+is\b)?[\s*_]{0,4}[:=]?|\\boxed(?=\{)"
)
_MARKS = " \t*_.!\"'`(){}[]"
_LONE_WORDS = {"left": 0, "keep": 1, "stay": 1, "right": 2, "stop": 5}


def command_of(text: str) -> int | None:
    """Return the meta action that a text asks for, or None if it asks for none.

    Understood are the words of `COMMANDS`, common synonyms, and numbers from 0 to 5 where they are
    the statement ("3", "Action: 3"). What follows "command", "action", "answer", "choice",
    "decision" or "option" goes before anything else; otherwise the last command counts. Commands
    right after "not", "never", "avoid" and the like do not. Only the last 4,000 characters are read.
    """
    read = unicodedata.normalize("NFKC", text[-_READ:])[-_READ:].casefold().strip()
    for stated in reversed(list(_STATED.finditer(read))):
        rest = read[stated.end() : stated.end() + 120].lstrip().partition("\n")[0]
        number = re.match(_NUMBER, rest)
        if number:
            return int(number[1])
        found = _commands(rest)
        if found:
            return found[0]
        word = rest.strip(_MARKS)
        if word in _LONE_WORDS:
            return _LONE_WORDS[word]
    last = read.rpartition("\n")[2]
    found = _commands(last)
    if found:
        return found[-1]
    lone = _LONE.match(last)
    if lone:
        return int(lone[1])
    if last.strip(_MARKS) in _LONE_WORDS:
        return _LONE_WORDS[last.strip(_MARKS)]
    found = _commands(read)
    return found[-1] if found else None


def _commands(text: str) -> list[int]:
    """All commands in a text, in their order, without those that it refuses."""
    return [
        found.lastindex - 1
        for found in _PHRASE.finditer(text)
        if found.lastindex and not _REFUSED.search(text[max(0, found.start() - 40) : found.start()])
    ]
