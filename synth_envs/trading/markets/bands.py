"""The bands of stylised facts that generators are held against, and which of them are gates.

Quantiles across 20 stocks of the United States, 8,312 daily log returns each, 1990 to 2022 (the
data set `load_sp500_dataset` of scikit-portfolio); volume from three series of single stocks.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BANDS", "GATES", "Band"]


@dataclass(frozen=True)
class Band:
    """What stocks have: quantiles 5 %, 50 % and 95 % across them."""

    low: float
    middle: float
    high: float
    upper_only: bool = False

    def holds(self, value: float) -> bool:
        """Return whether a value lies within; never true of nan."""
        return value <= self.high and (self.upper_only or value >= self.low)


BANDS = {
    "kurtosis_1": Band(5.1, 14.0, 64.0),
    "kurtosis_5": Band(2.3, 4.7, 27.0),
    "kurtosis_20": Band(0.6, 2.4, 10.6),
    "hill_left": Band(2.67, 3.01, 3.41),
    "hill_right": Band(2.55, 3.20, 3.52),
    "skewness": Band(-2.1, -0.32, 0.12),
    "acf_1": Band(-0.078, -0.017, 0.006),
    # Its sampling error alone fills it from below: no market is too little predictable.
    "acf_max": Band(0.029, 0.043, 0.058, upper_only=True),
    "acf_abs_1": Band(0.165, 0.246, 0.349),
    "acf_abs_20": Band(0.091, 0.159, 0.231),
    "acf_abs_100": Band(0.042, 0.086, 0.138),
    "decay": Band(0.17, 0.25, 0.365),
    "leverage": Band(-0.055, -0.031, -0.009),
    "leverage_near": Band(-14.0, -9.0, -1.5),
    "leverage_reversed": Band(-4.8, 0.8, 5.4),
    "wait_gain": Band(44.0, 56.5, 70.5),
    "wait_loss": Band(47.0, 57.0, 66.0),
    "coarse_fine": Band(0.0, 0.042, 0.12),
    "kurtosis_filtered": Band(1.8, 6.3, 464.0),
    "volume": Band(0.34, 0.39, 0.42),
}

#: What a generator of single stocks must pass; the others are only counted.
GATES = ("hill_left", "hill_right", "acf_abs_1", "acf_abs_20", "acf_abs_100", "leverage")
