"""Scores of episodes from their returns.

Where a return is a score (it is in [0, 1], and doing nothing earns 0), nothing is to be done. In a
simulator caution alone earns much in some episodes and little in others, so there the score of an
episode is 0 at the better of two cautious trivial agents on the same episode, and 1 at the oracle.
Where luck decides an episode, as in markets, the oracle can lose one to doing nothing: there the two
ends lie as far apart as the means over all episodes of the case, and luck that all share cancels.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from benchmarks.suites import Case

__all__ = ["CEILING", "FLOOR", "REFERENCES", "Scores", "skill_scores"]

#: By case, by run, of each episode; None where a fault of ours took it away.
Scores: TypeAlias = list[list[list[float | None]]]

#: The agents whose returns are the scale.
FLOOR, CEILING = ("empty", "echo"), "oracle"
REFERENCES = (*FLOOR, CEILING)


def skill_scores(cases: Sequence[Case], returns: Mapping[str, Scores]) -> dict[str, Scores]:
    """Score the episodes of all agents of a plan.

    Args:
        cases: Those whose `span` is not 0 are scaled: 1 - (ceiling - return) / (ceiling - floor),
            where ceiling - floor is taken to be at least the span; of "pooled" cases it is the
            difference of the means over all episodes.
        returns: By agent; `REFERENCES` are among them.
    """
    scores: dict[str, Scores] = {name: [] for name in returns}
    for place, case in enumerate(cases):
        apart = _apart(returns, place, case.span) if case.pooled else 0.0
        for name, found in returns.items():
            if case.pooled:
                ceiling = returns[CEILING][place]
                scores[name].append(
                    [
                        [_pooled(one, high, apart) for one, high in zip(*run, strict=True)]
                        for run in zip(found[place], ceiling, strict=True)
                    ]
                )
                continue
            runs = [
                [
                    one
                    if not case.span
                    else _scaled(one, returns, (place, run, episode), case.span)
                    for episode, one in enumerate(found[place][run])
                ]
                for run in range(len(found[place]))
            ]
            scores[name].append(runs)
    return scores


def _apart(returns: Mapping[str, Scores], place: int, span: float) -> float:
    """Return how far the oracle's mean return is above the better of the cautious ones."""
    mean = {}
    for name in REFERENCES:
        known = [one for run in returns[name][place] for one in run if one is not None]
        if not known:
            return span
        mean[name] = sum(known) / len(known)
    return max(mean[CEILING] - max(mean[name] for name in FLOOR), span)


def _pooled(value: float | None, ceiling: float | None, apart: float) -> float | None:
    if value is None or ceiling is None:
        return None
    return 1.0 - (ceiling - value) / apart


def _scaled(
    value: float | None,
    returns: Mapping[str, Scores],
    place: tuple[int, int, int],
    span: float,
) -> float | None:
    case, run, episode = place
    low = [returns[name][case][run][episode] for name in FLOOR]
    high = returns[CEILING][case][run][episode]
    known = [one for one in low if one is not None]
    if value is None or high is None or len(known) < len(low):
        return None
    floor = max(known)
    ceiling = max(floor, high)
    return 1.0 - (ceiling - value) / max(ceiling - floor, span)
