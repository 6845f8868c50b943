"""Manoeuvres: what the clairvoyant planner tries, and how each becomes actions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from synth_envs.driving.replicas import Clock, Helm, Replica, Wish
from synth_envs.driving.sim import layout as at

__all__ = ["MANOEUVRES", "Course", "Manoeuvre"]

_FREE, _BRAKE, _SLOW, _FAST, _HOLD = range(5)
#: Speeds in m/s, accelerations in m/s2, times in s.
_WALKING, _SETTLE_S = 1.5, 0.6
_HARD, _FIRM, _PUSH = 8.0, 4.0, 3.0
#: Up to this share of the speed limit nothing is lost by rules.
_MOST = 1.04


@dataclass(frozen=True)
class Manoeuvre:
    """Something done for a while, between stretches of plain driving.

    Attributes:
        name: For people.
        base: How the rest is driven, as shares of the rule driver's desired time headway and speed.
        mode: What is done with the speed meanwhile: 0 as in the rest, 1 brake hard, 2 slow down to
            walking speed, 3 go as fast as the speed limit allows, whoever is ahead, 4 keep the speed.
        begins: Seconds after the decision.
        lasts: For how many seconds the speed is set.
        shift: By how many lanes to the left the ego changes when it begins.
        stays: For how many seconds the lane is kept then.
    """

    name: str
    base: tuple[float, float] = (1.0, 1.0)
    mode: int = _FREE
    begins: float = 0.0
    lasts: float = 0.0
    shift: int = 0
    stays: float = 0.0


def _manoeuvres() -> tuple[Manoeuvre, ...]:
    eager = (0.45, 1.25)
    found = [
        Manoeuvre("rule driver"),
        Manoeuvre("eager", eager),
        Manoeuvre("careful", (2.5, 0.9)),
        Manoeuvre("slow", (1.5, 0.6)),
        Manoeuvre("eager in this lane", eager, stays=math.inf),
        Manoeuvre("cruise at the limit", eager, _FAST, 0.0, math.inf, 0, math.inf),
    ]
    for begins in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.5, 8.0):
        for lasts in (1.0, 3.0):
            name = f"brake hard for {lasts:g} s in {begins:g} s"
            found.append(Manoeuvre(name, eager, _BRAKE, begins, lasts, 0, lasts))
    for begins in (0.0, 2.0, 4.0, 6.0, 8.0):
        name = f"walking speed for 8 s in {begins:g} s"
        found.append(Manoeuvre(name, eager, _SLOW, begins, 8.0, 0, 8.0))
    found += [
        Manoeuvre(f"accelerate for {lasts:g} s", eager, _FAST, 0.0, lasts, 0, lasts)
        for lasts in (2.0, 5.0)
    ]
    found.append(Manoeuvre("keep the speed for 3 s", eager, _HOLD, 0.0, 3.0, 0, 3.0))
    for shift, side in ((1, "left"), (-1, "right")):
        for begins in (0.0, 1.0, 2.0, 3.0, 4.5, 6.0):
            name = f"to the {side} in {begins:g} s"
            found.append(Manoeuvre(name, eager, _FREE, begins, 0.0, shift, 8.0))
            if begins < 4:
                name += ", braking"
                found.append(Manoeuvre(name, eager, _BRAKE, begins, 1.5, shift, 8.0))
    return tuple(found)


#: All that is tried, in a fixed order.
MANOEUVRES = _manoeuvres()
_BASES = np.array([one.base for one in MANOEUVRES])
_MODES = np.array([one.mode for one in MANOEUVRES])
_BEGINS = np.array([one.begins for one in MANOEUVRES])
_LASTS = np.array([one.lasts for one in MANOEUVRES])
_SHIFTS = np.array([one.shift for one in MANOEUVRES])
_STAYS = np.array([one.stays for one in MANOEUVRES])


class Course:
    """The manoeuvre that each of n episodes is in, and what has to be remembered for it."""

    def __init__(self, helm: Helm, taken: np.ndarray, since: np.ndarray, aims: np.ndarray) -> None:
        self.helm = helm
        self.taken = taken  # int64 (n,): which of MANOEUVRES
        self.since = since  # float64 (n,): when it was decided, in seconds of the episode
        self.aims = aims  # int64 (n,): the lane changed to, or -1 before

    @classmethod
    def begin(cls, replica: Replica, clock: Clock) -> Course:
        """Begin with plain driving everywhere."""
        n = replica.num_rows
        helm = Helm(clock, n)
        helm.begin(replica, np.ones(n, np.bool_))
        return cls(helm, np.zeros(n, np.int64), _time(replica), np.full(n, -1, np.int64))

    def rows(self, index: np.ndarray) -> Course:
        """Copy the rows of an index."""
        return Course(self.helm.rows(index), self.taken[index], self.since[index], self.aims[index])

    def copy(self) -> Course:
        """Copy all rows."""
        return self.rows(np.arange(len(self.taken)))

    def put(self, index: np.ndarray, other: Course) -> None:
        """Replace the rows of an index by those of another course."""
        self.helm.lanes[index], self.helm.debt[index] = other.helm.lanes, other.helm.debt
        self.taken[index], self.since[index] = other.taken, other.since
        self.aims[index] = other.aims

    def take(self, replica: Replica, manoeuvres: np.ndarray, where: np.ndarray) -> None:
        """Begin manoeuvres (int (n,)) where `where` (bool (n,)) is set."""
        self.taken[where] = manoeuvres[where]
        self.since[where] = _time(replica)[where]
        self.aims[where] = -1

    def actions(self, replica: Replica, mask: np.ndarray) -> np.ndarray:
        """Return the next actions where `mask` is set; those of other rows mean nothing."""
        helm, taken = self.helm, self.taken
        clock = helm.clock
        lanes = helm.look(replica)
        after = _time(replica) - self.since - _BEGINS[taken] + 1e-4
        begun = after >= 0
        stays = begun & (after < _STAYS[taken])
        fresh = stays & (self.aims < 0)
        aims = np.clip(lanes + _SHIFTS[taken], 0, replica.lane_counts - 1)
        self.aims = np.where(fresh, aims, self.aims)
        considers = replica.considers(clock) & ~stays
        if clock.kind == "longitudinal":
            considers[:] = False
        else:
            lanes = np.where(stays, self.aims, lanes)
        limit, speed = replica.limit, replica.speed
        share, headway = _BASES[taken, 1], replica.actors[:, at.HEADWAY, 0] * _BASES[taken, 0]
        wanted = replica.actors[:, at.WANTED, 0] * share
        wish = replica.rule(clock, mask, lanes, considers, wanted=wanted, headway=headway)
        push = np.where(share > 1, np.minimum(wish.push, _towards(speed, _MOST * limit)), wish.push)
        mode = np.where(begun & (after < _LASTS[taken]), _MODES[taken], _FREE)
        push = np.where(mode == _BRAKE, -_HARD, push)
        push = np.where(mode == _SLOW, _towards(speed, _WALKING), push)
        push = np.where(mode == _FAST, _towards(speed, _MOST * limit), push)
        push = np.where(mode == _HOLD, 0.0, push)
        return helm.actions(replica, Wish(wish.lanes, push, wish.turn))


def _time(replica: Replica) -> np.ndarray:
    return replica.world[:, at.TIME].astype(np.float64)


def _towards(speed: np.ndarray, wanted: np.ndarray | float) -> np.ndarray:
    """The acceleration that takes a speed to another one."""
    return np.clip((wanted - speed) / _SETTLE_S, -_FIRM, _PUSH)
