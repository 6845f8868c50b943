"""Scores of episodes from their returns.

Where a return is a score (it is in [0, 1], and doing nothing earns 0), nothing is to be done. In a
simulator caution alone earns much in some episodes and little in others, so there the score of an
episode is 0 at the better of two cautious trivial agents on the same episode, and 1 at the oracle.
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
            where ceiling - floor is taken to be at least the span.
        returns: By agent; `REFERENCES` are among them.
    """
    scores: dict[str, Scores] = {name: [] for name in returns}
    for place, case in enumerate(cases):
        for name, found in returns.items():
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
