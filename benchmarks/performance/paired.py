"""The measuring protocol: interleaved repetitions, CPU seconds, ratios of rates."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Paired", "compare", "print_table"]

_BATCH_SECONDS = 0.2


@dataclass(frozen=True)
class Paired:
    """What one comparison measured.

    Attributes:
        name: What was compared.
        ratio: Our rate over the peer's, the median of the repetitions.
        lowest: The smallest ratio of a repetition.
        ours: Our rate per CPU second, the median.
        peer: The peer's rate per CPU second, the median.
    """

    name: str
    ratio: float
    lowest: float
    ours: float
    peer: float


def compare(
    name: str,
    ours: Callable[[], int],
    peer: Callable[[], int],
    *,
    repetitions: int = 5,
    seconds: float = _BATCH_SECONDS,
) -> Paired:
    """Measure two callables in turn.

    Args:
        name: What is compared.
        ours: Does some work and returns how many items it did.
        peer: The same of the peer.
        repetitions: Counted repetitions of each side, after one that is discarded.
        seconds: The least CPU time of one repetition of one side.
    """
    ours_rates: list[float] = []
    peer_rates: list[float] = []
    for repetition in range(repetitions + 1):
        rates = _rate(ours, seconds), _rate(peer, seconds)
        if repetition:
            ours_rates.append(rates[0])
            peer_rates.append(rates[1])
    ratios = [a / b for a, b in zip(ours_rates, peer_rates, strict=True)]
    return Paired(
        name,
        statistics.median(ratios),
        min(ratios),
        statistics.median(ours_rates),
        statistics.median(peer_rates),
    )


def _rate(work: Callable[[], int], seconds: float) -> float:
    items = 0
    start = time.process_time()
    while True:
        items += work()
        elapsed = time.process_time() - start
        if elapsed >= seconds:
            return items / elapsed


def print_table(title: str, rows: list[Paired], unit: str) -> None:
    """Print the comparisons with their geometric mean and the load average."""
    print(f"{title} (rates per CPU second in {unit}; load {os.getloadavg()[0]:.1f})")
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'ours':>12}  {'peer':>12}  {'ratio':>8}  {'lowest':>8}")
    for row in rows:
        print(
            f"{row.name:{width}}  {row.ours:12,.0f}  {row.peer:12,.0f}  "
            f"{row.ratio:8.1f}  {row.lowest:8.1f}"
        )
    if len(rows) > 1:
        mean = statistics.geometric_mean(row.ratio for row in rows)
        print(f"geometric mean of the ratios {mean:.1f}, smallest {min(r.ratio for r in rows):.1f}")
