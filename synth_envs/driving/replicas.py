"""Copies of running episodes that can be driven on without touching them, and how to steer them.

What the experts have in common: a `Replica` asks the simulator itself what its rule driver would do
(IDM, MOBIL, lane keeping), so nothing of that is written down twice; a `Helm` turns a wish for a lane
and an acceleration into an action of the environment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.batch import step_batch
from synth_envs.driving.sim.maps import Tables, tables
from synth_envs.driving.sim.simulator import DrivingSim
from synth_envs.driving.sim.step import ACTIONS, TERMS

__all__ = ["Clock", "Helm", "Replica", "Wish", "clock_of"]

_DRIVEN = ACTIONS.index("driver")
#: Seconds between two looks at the other lanes, as in the simulator.
_BETWEEN_S = 1.0
_NEVER_S = 1e3
#: The commands of `step.drive`: speed steps, speeds and accelerations, in m/s and m/s2.
_STEP_SPEED, _MOST_SPEED, _SETTLE_S = 5.0, 40.0, 0.6
_FAST, _FIRM, _HARD = 3.0, 5.0, 8.0
_GRAVITY = 9.81
#: As meta actions; longitudinal actions in this order: keep, faster, slower, brake hard.
_KEEP, _FASTER, _SLOWER, _BRAKE = 1, 3, 4, 5
_LONGITUDINAL = np.array([1, 2, 0, 3])
_META = np.array([_KEEP, _FASTER, _SLOWER, _BRAKE])
_LEFT, _RIGHT = 0, 2
#: How far (m/s) the speed may be from what was wished for before it is forgotten.
_MOST_DEBT = 1.0
#: A lane is changed later if keeping the speed meanwhile would be this much (m/s2) off the wish.
_URGENT = 2.0


@dataclass(frozen=True)
class Clock:
    """How a simulator counts time.

    Attributes:
        kind: The kind of action, "meta", "longitudinal", "continuous" or "driver".
        frames: Of a step.
        dt: Seconds of a frame.
    """

    kind: str
    frames: int
    dt: float

    @property
    def step(self) -> float:
        """Seconds of a step."""
        return self.frames * self.dt


def clock_of(sim: DrivingSim) -> Clock:
    """Return how a simulator counts time."""
    # The experts belong to the simulator; it has no other users for these numbers.
    return Clock(ACTIONS[sim._kind], sim._frames, float(sim._dt))  # noqa: SLF001


@dataclass(frozen=True)
class Wish:
    """What a driver of each of n episodes would like to do.

    Attributes:
        lanes: The lane to be in, int64 (n,).
        push: Acceleration in m/s2, float64 (n,).
        turn: The steering in [-1, 1] that keeps or takes that lane, float64 (n,).
    """

    lanes: np.ndarray
    push: np.ndarray
    turn: np.ndarray


class Replica:
    """The state of some episodes, as copies; rows may repeat an episode.

    Args:
        actors: float32 (n, len(FIELDS), actors); see `synth_envs.driving.sim.layout`.
        marks: int32 (n, len(MARKS), actors).
        world: float32 (n, len(WORLD)).
        order: int32 (n, actors).
        places: int32 (n, 2): scenario and map.
    """

    def __init__(
        self,
        actors: np.ndarray,
        marks: np.ndarray,
        world: np.ndarray,
        order: np.ndarray,
        places: np.ndarray,
    ) -> None:
        n = len(world)
        self.num_rows = n
        self.actors, self.marks, self.world = actors, marks, world
        self.order, self.places = order, places
        self.rewards = np.zeros(n, np.float64)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(TERMS), n), np.float64)
        self._maps: Tables = tables()

    @classmethod
    def of(cls, sim: DrivingSim) -> Replica:
        """Copy all episodes of a simulator."""
        state = sim.save()
        names = ("_actors", "_marks", "_world", "_order", "_places")
        return cls(*(state[name] for name in names))

    def rows(self, index: np.ndarray) -> Replica:
        """Copy the rows of an index, int (m,), in its order."""
        own = (self.actors, self.marks, self.world, self.order, self.places)
        return Replica(*(np.ascontiguousarray(array[index]) for array in own))

    @property
    def speed(self) -> np.ndarray:
        """Of the egos, in m/s, float64 (n,)."""
        return self.actors[:, at.V, 0].astype(np.float64)

    @property
    def limit(self) -> np.ndarray:
        """The speed limits, in m/s, float64 (n,)."""
        return self.world[:, at.LIMIT].astype(np.float64)

    @property
    def lanes(self) -> np.ndarray:
        """The lane that each ego keeps or changes to, int64 (n,)."""
        return self.marks[:, at.LANE, 0].astype(np.int64)

    @property
    def lane_counts(self) -> np.ndarray:
        """How many lanes lead each ego's way, int64 (n,)."""
        roads = self._maps.roads[self.places[:, 1], self.marks[:, at.ROAD, 0]]
        return np.asarray(roads[:, at.ROAD_LANES], dtype=np.int64)

    def term(self, name: str) -> np.ndarray:
        """A term of the rewards of the last step, float64 (n,)."""
        return np.asarray(self._terms[TERMS.index(name)])

    def hide(self) -> None:
        """Take away everyone whom the ego does not see."""
        unseen = self.marks[:, at.SEEN] == 0
        unseen[:, 0] = False
        self.marks[:, at.KIND][unseen] = at.NONE

    def step(
        self, clock: Clock, actions: np.ndarray, mask: np.ndarray, frames: int | None = None
    ) -> None:
        """Advance where `mask` is set, as the simulator does.

        Args:
            clock: Of the simulator; its kind says what the actions are.
            actions: int64 (n,), or float64 (n, 2) for "continuous".
            mask: bool (n,).
            frames: Fewer frames than a step has, or None.
        """
        n, maps = self.num_rows, self._maps
        continuous = clock.kind == "continuous"
        choices = np.zeros(n, np.int64) if continuous else actions.astype(np.int64, copy=False)
        controls = actions.astype(np.float64, copy=False) if continuous else np.zeros((n, 2))
        step_batch(
            mask, ACTIONS.index(clock.kind), choices, controls, clock.frames if frames is None else frames,
            np.float32(clock.dt), self.actors, self.marks, self.world, self.order, self.places,
            maps.roads, maps.segments, maps.counts, maps.lanes, maps.zones, maps.junctions,
            self._terms, self.rewards, self.terminations, self.truncations,
        )  # fmt: skip

    def considers(self, clock: Clock) -> np.ndarray:
        """Return where the rule driver looks at the other lanes within the next step, bool (n,).

        A function of the episode's time alone, so that nothing has to be remembered for it.
        """
        wait = self.actors[:, at.WAIT, 0].astype(np.float64)
        before = (self.world[:, at.TIME].astype(np.float64) - wait) / _BETWEEN_S
        now = np.floor(before + clock.step / _BETWEEN_S + 1e-6)
        return np.asarray((now > np.floor(before + 1e-6)) & (now >= 0))

    def rule(
        self,
        clock: Clock,
        mask: np.ndarray,
        lanes: np.ndarray,
        considers: np.ndarray,
        *,
        wanted: np.ndarray | None = None,
        headway: np.ndarray | None = None,
    ) -> Wish:
        """Return what the rule driver would do in the next step, knowing everyone in this replica.

        Args:
            clock: Of the simulator.
            mask: Which rows are asked, bool (n,); the answer for others means nothing.
            lanes: The lanes that the egos keep, int64 (n,).
            considers: Where the driver may choose another lane, bool (n,).
            wanted: Desired speeds in m/s, float (n,), if not the simulator's.
            headway: Desired time headways in s, float (n,), if not the simulator's.
        """
        trial = self.rows(np.flatnonzero(mask))
        trial.marks[:, at.LANE, 0] = lanes[mask]
        trial.actors[:, at.WAIT, 0] = np.where(considers[mask], 0.0, _NEVER_S)
        if wanted is not None:
            trial.actors[:, at.WANTED, 0] = wanted[mask]
        if headway is not None:
            trial.actors[:, at.HEADWAY, 0] = headway[mask]
        driver = Clock("driver", 1, clock.dt)
        everyone, none = np.ones(trial.num_rows, np.bool_), np.zeros(trial.num_rows, np.int64)
        trial.step(driver, none, everyone)
        push = trial.actors[:, at.ACC, 0].astype(np.float64)
        slip = _slip(trial)
        chosen = trial.lanes
        if clock.kind == "continuous":
            # The steering of a step is held through all its frames: take the mean of what the lane
            # needs in each of them. It hangs on nothing that the driver cannot know.
            for _ in range(clock.frames - 1):
                trial.step(driver, none, everyone)
                slip += _slip(trial)
            slip /= clock.frames
        turn = np.arctan(2.0 * np.tan(np.arcsin(np.clip(slip, -0.999, 0.999)))) / (np.pi / 4)
        wish = Wish(lanes.copy(), np.zeros(self.num_rows), np.zeros(self.num_rows))
        wish.lanes[mask], wish.push[mask], wish.turn[mask] = chosen, push, np.clip(turn, -1.0, 1.0)
        return wish


def _slip(replica: Replica) -> np.ndarray:
    """The sines of the egos' slip angles in the last frame."""
    return 0.5 * replica.actors[:, at.STEER, 0].astype(np.float64)


class Helm:
    """Turns wishes into actions of one kind, for n episodes.

    Meta actions know speeds in steps of 5 m/s only. What they leave of a wished-for change of speed
    is carried over, so that the speed follows the wish on average.

    Args:
        clock: Of the simulator.
        n: How many episodes.

    Raises:
        ValueError: The ego of this environment drives itself.
    """

    def __init__(self, clock: Clock, n: int) -> None:
        if clock.kind == "driver":
            msg = "with action='driver' the ego drives itself; choose 'meta', 'longitudinal' or 'continuous'"
            raise ValueError(msg)
        self.clock = clock
        self.lanes = np.zeros(n, np.int64)
        self.debt = np.zeros(n, np.float64)

    def rows(self, index: np.ndarray) -> Helm:
        """Copy the memory of the rows of an index."""
        made = Helm(self.clock, len(index))
        made.lanes, made.debt = self.lanes[index], self.debt[index]
        return made

    def begin(self, replica: Replica, where: np.ndarray) -> None:
        """Forget what was remembered where `where` (bool (n,)) is set."""
        self.lanes[where] = replica.lanes[where]
        self.debt[where] = 0.0

    def look(self, replica: Replica) -> np.ndarray:
        """Return the lanes that the egos keep now, int64 (n,)."""
        # The simulator does not know at which lane somebody who steers is aiming.
        if self.clock.kind != "continuous":
            self.lanes = replica.lanes
        return self.lanes

    def actions(self, replica: Replica, wish: Wish) -> np.ndarray:
        """Return the actions nearest to a wish: int64 (n,), or float32 (n, 2) if continuous."""
        speed = replica.speed
        if self.clock.kind == "continuous":
            self.lanes = wish.lanes.copy()
            push = np.maximum(wish.push, -speed / self.clock.step)  # stop, do not drive backwards
            push = np.where(push > 0, push / _FAST, push / _HARD)
            return np.stack([np.clip(push, -1.0, 1.0), wish.turn], axis=1).astype(np.float32)
        gains = self._gains(replica, speed)
        due = wish.push * self.clock.step
        # Nothing is carried over an emergency, nor into a stop.
        self.debt[(wish.push < -_FAST) | (speed < 0.1)] = 0.0
        off = np.abs(gains - (self.debt + due))
        # Whoever has to slow down does not go faster first because that were nearer on average.
        choice = np.where((wish.push < 0) & (gains > 0), np.inf, off).argmin(axis=0)
        rows = np.arange(len(speed))
        made = _LONGITUDINAL[choice] if self.clock.kind == "longitudinal" else _META[choice]
        if self.clock.kind == "meta":
            aside = np.sign(wish.lanes - replica.lanes)
            late = due - gains[0] < -_URGENT * self.clock.step
            moves = (aside != 0) & ~(late & (choice != 0))
            made = np.where(moves, np.where(aside > 0, _LEFT, _RIGHT), made)
            choice = np.where(moves, 0, choice)
        left = self.debt + due - gains[choice, rows]
        self.debt = np.clip(left, -_MOST_DEBT, _MOST_DEBT)
        return np.asarray(made, dtype=np.int64)

    def _gains(self, replica: Replica, speed: np.ndarray) -> np.ndarray:
        """By how much each command changes the speed within a step, float64 (4, n)."""
        target = replica.world[:, at.TARGET_SPEED].astype(np.float64)
        grip = replica.world[:, at.FRICTION].astype(np.float64) * _GRAVITY
        faster = np.minimum(_MOST_SPEED, np.maximum(target, speed - 1.0) + _STEP_SPEED)
        slower = np.maximum(0.0, np.minimum(target, speed + 1.0) - _STEP_SPEED)
        goals = np.stack([target, faster, slower, np.zeros_like(target)])
        after = np.repeat(speed[None], 4, axis=0)
        for _ in range(self.clock.frames):
            push = np.clip((goals - after) / _SETTLE_S, -_FIRM, _FAST)
            push[3] = -np.minimum(_HARD, after[3] / 0.1)
            after = np.maximum(0.0, after + np.clip(push, -grip, grip) * self.clock.dt)
        return np.asarray(after - speed)
