"""Recorded prices cut into episodes, who trades them, and what the accounts earn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from benchmarks.baselines.common import learn, make_ppo, set_up
from synth_envs.trading.asset import layout as at
from synth_envs.trading.asset.policies import Trader
from synth_envs.trading.asset.sim import AssetSim, Tape
from synth_envs.trading.markets.data import Recorded

__all__ = [
    "POSITIONS",
    "RULES",
    "Episodes",
    "Make",
    "Played",
    "cut",
    "kelly",
    "permuted",
    "play",
    "train",
]

#: Shares of equity that everybody chooses from; short ones, too.
POSITIONS: Final = tuple((np.arange(9) / 4.0 - 1.0).tolist())

_PPO: Final[dict[str, Any]] = {
    "policy": "MlpPolicy",
    "n_envs": 128,
    "n_steps": 64,
    "batch_size": 2048,
    "n_epochs": 4,
    "learning_rate": 1e-3,
    "ent_coef": 0.0,
    "gamma": 0.95,
    "gae_lambda": 0.9,
    "clip_range": 0.2,
    "net_arch": [64, 64],
}
#: The night's share of the variance where bars have opens of their own, as the presets have it.
_NIGHT: Final = 0.25
#: What training shows as costs, 100 times fee and half the spread: 2 to 10 bp.
_COSTS_SEEN: Final = (0.02, 0.1)
_APART: Final = 1_000_000  # between the streams of training episodes of two seeds
_TRIES: Final = 16  # keys drawn for each episode at first

#: Makes whoever trades the episodes of a simulator; `act` takes observations.
Make = Callable[[AssetSim, "Episodes"], Any]


@dataclass(frozen=True)
class Episodes:
    """Consecutive episodes of recordings, none of which trades a bar of another.

    Attributes:
        names: Of the recordings, whose episodes follow one another in this order, equally many each.
        recording: All recordings one behind the other, with a part for each episode.
        keys: That begin these episodes, uint64 (n,).
        horizon: Bars of an episode.
        shares: What `kelly` holds before each bar of the recording, float64 (bars,).
    """

    names: tuple[str, ...]
    recording: Recorded
    keys: np.ndarray
    horizon: int
    shares: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def bars_per_year(self) -> float:
        """By the times of the recording."""
        return float(Tape(self.recording).bars_per_year)


@dataclass(frozen=True)
class Played:
    """What accounts earned.

    Attributes:
        returns: Logarithmic, of equity, of each bar; float64 (recordings, bars).
        turnover: Value traded over equity, summed over all bars; float64 (recordings,).
        ruined: How many episodes ended in ruin; each begins with fresh cash.
    """

    returns: np.ndarray
    turnover: np.ndarray
    ruined: int


def cut(
    recordings: Mapping[str, Recorded], horizon: int, keys: np.ndarray | None = None
) -> Episodes:
    """Cut recordings into episodes of consecutive bars; what is left at the end is not traded.

    Args:
        recordings: By name. Either one, or several of the same bars.
        horizon: Bars of an episode; 64 bars before the first of each part are only seen.
        keys: Of an earlier cut of as many bars, to save time.

    Raises:
        ValueError: No episode fits in, or recordings differ in length.
    """
    parts: list[tuple[int, int]] = []
    shares = []
    offset = 0
    if len({(len(one), one.parts) for one in recordings.values()}) > 1:
        msg = "several recordings must have the same bars"
        raise ValueError(msg)
    for one in recordings.values():
        for start, stop in one.parts:
            firsts = range(start, stop - at.WARM_UP - horizon, horizon)
            parts += [
                (offset + k, offset + k + at.WARM_UP + horizon + 1) for k in firsts
            ]  # closes, one more than bars
        shares.append(kelly(one))
        offset += len(one)
    if not parts:
        msg = f"an episode needs {at.WARM_UP + horizon} bars without a gap, which are not there: lower --horizon"
        raise ValueError(msg)
    rows = list(recordings.values())
    pooled = Recorded(
        rows[0].times if len(rows) == 1 else np.arange(offset, dtype=np.float64),
        np.concatenate([one.open for one in rows]),
        np.concatenate([one.close for one in rows]),
        np.concatenate([one.volume for one in rows]),
        tuple(parts),
    )
    if keys is None:
        keys = _keys(pooled, horizon)
    return Episodes(tuple(recordings), pooled, keys, horizon, np.concatenate(shares))


def _keys(recording: Recorded, horizon: int) -> np.ndarray:
    """Return keys of episodes that begin with the parts of a recording, in their order.

    An environment draws where an episode begins by its key. As each part has room for one episode
    only, so many keys are tried that all parts were drawn.
    """
    wanted = np.array([start for start, _ in recording.parts])
    tries = _TRIES * len(wanted) + 64
    while True:
        sim = AssetSim(tries, market=recording, horizon=horizon, history=False)
        keys = np.arange(tries, dtype=np.uint64)
        sim.reset(np.ones(tries, np.bool_), keys, np.zeros(tries))
        drawn = sim.save()["_state"][:, at.FIRST_BAR]
        there, place = np.unique(drawn, return_index=True)
        if len(there) == len(wanted):
            found: np.ndarray = keys[place[np.searchsorted(there, wanted)]]
            return found
        tries *= 2


def permuted(recording: Recorded, seed: int) -> Recorded:
    """Return a recording whose bars come in another order, each with its night, day and volume.

    Recordings of the same length and seed are permuted alike, so that what happens on a day stays
    together. Parts keep their first close; prices are as if the bars had come so.
    """
    rng = np.random.default_rng(seed)
    opened, closed, volume = (
        values.copy() for values in (recording.open, recording.close, recording.volume)
    )
    for start, stop in recording.parts:
        order = start + 1 + rng.permutation(stop - start - 1)
        night = recording.open[order] / recording.close[order - 1]
        day = recording.close[order] / recording.open[order]
        closed[start + 1 : stop] = recording.close[start] * np.cumprod(night * day)
        opened[start + 1 : stop] = closed[start : stop - 1] * night
        volume[start + 1 : stop] = recording.volume[order]
    return replace(recording, open=opened, close=closed, volume=volume)


def kelly(recording: Recorded) -> np.ndarray:
    """Return Merton's share for logarithmic utility before each bar, mean over variance.

    Both are estimated from all earlier bars of the recording, gaps left out; 0 before there are two.

    Returns:
        float64 (bars + 1,); entry k is before the bar that follows the k-th close.
    """
    there = np.zeros(len(recording), np.bool_)
    for start, stop in recording.parts:
        there[start : stop - 1] = True
    change = np.append(recording.close[1:] / recording.close[:-1] - 1.0, 0.0) * there
    count, total, squares = (
        np.concatenate([[0.0], np.cumsum(values)[:-1]]) for values in (there, change, change**2)
    )
    mean = total / np.maximum(count, 1.0)
    variance = squares / np.maximum(count, 1.0) - mean**2
    # The first difference is all rounding.
    known = (count >= 2) & (variance > 1e-16)
    found: np.ndarray = np.where(known, mean / np.where(known, variance, 1.0), 0.0)
    return found


class _Kelly:
    """Holds what `kelly` says, as nearly as the positions allow."""

    def __init__(self, sim: AssetSim, episodes: Episodes) -> None:
        starts = np.array([start for start, _ in episodes.recording.parts])
        self._next = starts + at.WARM_UP
        self._shares, self._positions = episodes.shares, sim.choices()

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return one action for each episode."""
        del observations  # everything is known from the prices before
        wanted = self._shares[self._next]
        self._next = self._next + 1
        found: np.ndarray = np.abs(self._positions - wanted[:, None]).argmin(axis=1)
        return found


def _rule(name: str) -> Make:
    return lambda sim, _: Trader(name, [sim])


#: Whoever needs no training. "merton" estimates as it goes; "learner" looks for a signal.
RULES: Final[Mapping[str, Make]] = {
    "hold": _rule("hold"),
    "flat": _rule("flat"),
    "merton": _Kelly,
    "momentum": _rule("momentum"),
    "reversion": _rule("reversion"),
    "learner": _rule("learner"),
}


class _Trained:
    """A trained policy's likeliest actions."""

    def __init__(self, model: Any, normalizer: Any) -> None:
        self._model, self._normalizer = model, normalizer

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return one action for each episode."""
        seen = observations.copy()
        # Higher costs than those of training are shown as the highest of them.
        cost = seen[:, at.FEATURES.index("cost") - len(at.FEATURES)]
        np.clip(cost, *_COSTS_SEEN, out=cost)
        actions: np.ndarray = self._model.predict(
            self._normalizer.normalize_obs(seen), deterministic=True
        )[0]
        return actions


def train(
    kind: str, seed: int, steps: int, *, horizon: int, nights: bool
) -> tuple[Make, list[tuple[int, float]]]:
    """Train PPO in synthetic markets, whose parameters nothing recorded has touched.

    Args:
        kind: Of the markets, a preset's name; alpha is 0, and each episode has parameters of its own.
        seed: Of the network, the sampling and the episodes.
        steps: Environment steps.
        horizon: Bars of an episode.
        nights: Whether opens differ from the closes before them, as in the recordings to come.

    Returns:
        The greedy policy, and the learning curve: steps and mean return of the last 100 episodes.
    """
    import gymnasium as gym
    from stable_baselines3.common.vec_env import VecMonitor, VecNormalize

    from synth_envs.adapters.sb3 import Sb3VecEnv
    from synth_envs.trading.markets.market import market

    set_up()
    kinds = market(kind, alpha=0.0, vary=0.4, overnight=_NIGHT if nights else 0.0)
    native: Any = gym.make_vec(
        "synth/Trading-v0", _PPO["n_envs"], split="train", autoreset_mode="SameStep", market=kinds,
        horizon=horizon, positions=POSITIONS, impact=0.0,
    )  # fmt: skip
    vector: Any = VecNormalize(VecMonitor(Sb3VecEnv(native)), gamma=_PPO["gamma"])
    model = make_ppo(_PPO, vector, seed=seed, schedule=lambda left: left)
    vector.seed(_APART * (seed + 1))
    curve = learn(model, steps)
    vector.close()
    return (lambda *_: _Trained(model, vector)), curve


def play(episodes: Episodes, make: Make, cost: float) -> Played:
    """Let somebody trade all episodes.

    Args:
        episodes: Of recordings.
        make: Makes the policy.
        cost: Per side, as a share of the value traded; there is neither spread nor impact besides.
    """
    n = len(episodes)
    sim = AssetSim(
        n, market=episodes.recording, horizon=episodes.horizon, positions=POSITIONS, fee=cost, spread=0.0,
        impact=0.0, history=False,
    )  # fmt: skip
    sim.reset(np.ones(n, np.bool_), episodes.keys, np.zeros(n))
    policy, running = make(sim, episodes), np.ones(n, np.bool_)
    returns = np.zeros((n, episodes.horizon))
    for t in range(episodes.horizon):
        sim.step(np.asarray(policy.act(sim.observations)), running)
        returns[:, t] = sim.rewards  # of logarithmic utility; 0 after ruin
        running &= ~(sim.terminations | sim.truncations)
    metrics, count = sim.metrics, len(episodes.names)
    return Played(
        returns.reshape(count, -1),
        metrics["turnover"].reshape(count, -1).sum(axis=1),
        int(metrics["ruined"].sum()),
    )
