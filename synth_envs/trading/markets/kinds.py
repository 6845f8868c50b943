"""What the kinds of markets are called, which parameters they have, and their presets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synth_envs.trading.markets import layout as at

__all__ = ["COMMON", "OWN", "PRESETS", "Parameter"]


@dataclass(frozen=True)
class Parameter:
    """One parameter: its place in a row, its range, whether episodes vary it, and what it is."""

    place: int
    default: float
    low: float
    high: float
    varies: bool
    about: str
    whole: bool = False


#: What every kind has.
COMMON = {
    "bars_per_year": Parameter(at.BARS, 252.0, 1.0, 1e7, False, "bars in a year"),
    "volatility": Parameter(
        at.VOLATILITY, 0.2, 1e-4, 5.0, True, "standard deviation of log returns over a year"
    ),
    "drift": Parameter(
        at.DRIFT, 0.0, -5.0, 5.0, True, "logarithm of the growth of the expected price in a year"
    ),
    "alpha": Parameter(
        at.ALPHA,
        0.0,
        0.0,
        0.9,
        False,
        "correlation of the signal with the next standardised return",
    ),
    "persistence": Parameter(
        at.PERSISTENCE, 0.9, 0.0, 0.9999, False, "correlation of the signal with itself a bar later"
    ),
    "overnight": Parameter(
        at.OVERNIGHT,
        0.0,
        0.0,
        0.9,
        False,
        "share of the variance between a close and the next open",
    ),
    "volume": Parameter(
        at.VOLUME, 0.33, 0.0, 1.2, False, "how much volume rises per standard deviation of a return"
    ),
}

_CASCADE = {
    "spread": Parameter(at.SPREAD, 1.44, 1.0, 1.9, True, "variance factor of a high component"),
    "fast": Parameter(
        at.FAST, 0.23, 0.001, 0.8, True, "chance a day that the fastest component renews"
    ),
    "ratio": Parameter(at.RATIO, 3.0, 1.1, 6.0, True, "of the times of neighbouring components"),
    "leverage": Parameter(
        at.LEVERAGE, 0.85, 0.0, 0.9, True, "how much losses make renewed components high"
    ),
    "feedback": Parameter(
        at.FEEDBACK, 0.06, 0.0, 0.1, False, "how much large shocks make renewed components high"
    ),
    "degrees": Parameter(
        at.DEGREES, 8.0, 3.0, 24.0, False, "degrees of freedom of Student's shocks", whole=True
    ),
}
#: What each kind has of its own.
OWN: dict[str, dict[str, Parameter]] = {
    "gbm": {},
    "jump": {
        "jumps": Parameter(at.JUMPS, 6.0, 0.0, 1e4, True, "jumps in a year"),
        "jump_mean": Parameter(at.JUMP_MEAN, -0.015, -1.0, 1.0, True, "of the logarithm of a jump"),
        "jump_sd": Parameter(at.JUMP_SD, 0.035, 0.0, 1.0, True, "of the logarithm of a jump"),
    },
    "heston": {
        "reversion": Parameter(at.REVERSION, 4.0, 0.01, 1e3, True, "of the variance, per year"),
        "vol_of_vol": Parameter(
            at.VOL_OF_VOL, 0.5, 1e-3, 20.0, True, "of the variance per year, per root of a year"
        ),
        "correlation": Parameter(
            at.CORRELATION, -0.6, -0.99, 0.99, True, "of shocks of price and variance"
        ),
    },
    "gjr": {
        "arch": Parameter(at.ARCH, 0.02, 0.0, 0.9, True, "weight of the last squared shock"),
        "leverage": Parameter(at.GJR_LEVERAGE, 0.13, 0.0, 0.9, True, "more of it after a loss"),
        "garch": Parameter(at.GARCH, 0.90, 0.0, 0.998, False, "weight of the last variance"),
        "degrees": Parameter(
            at.DEGREES, 6.0, 3.0, 24.0, False, "degrees of freedom of Student's shocks", whole=True
        ),
    },
    "msm": _CASCADE,
    "regime": {
        "turbulence": Parameter(
            at.TURBULENCE, 2.5, 1.0, 20.0, True, "turbulent volatility over the calm one"
        ),
        "enter": Parameter(at.ENTER, 1.0, 1e-3, 1e4, True, "calm periods that end, per year of calm"),
        "leave": Parameter(at.LEAVE, 5.0, 1e-3, 1e4, True, "turbulent periods that end, per year of it"),
        "slump": Parameter(at.SLUMP, -2.0, -20.0, 1.0, True, "drift in turbulence over the mean drift"),
    },
    "ou": {
        "reversion": Parameter(
            at.REVERSION, 5.0, 1e-3, 1e4, True, "of the log price to its trend, per year"
        ),
    },
    "intraday": {
        **_CASCADE,
        "bars_per_day": Parameter(at.BARS_PER_DAY, 78.0, 1.0, 1440.0, False, "bars in a day", whole=True),
        "season": Parameter(at.SEASON, 0.4, 0.0, 0.49, True, "how much busier a day's ends are"),
    },
}  # fmt: skip

#: Markets by name; what they leave out has the default above.
PRESETS: dict[str, dict[str, Any]] = {
    "gbm": {"kind": "gbm", "drift": 0.05, "volume": 0.29},
    "jump": {"kind": "jump", "drift": 0.05, "volume": 0.31},
    "heston": {"kind": "heston", "drift": 0.05, "volume": 0.37},
    "gjr": {"kind": "gjr", "volatility": 0.3, "drift": 0.05, "overnight": 0.25, "volume": 0.34},
    "msm": {
        "kind": "msm",
        "volatility": 0.3,
        "drift": 0.05,
        "overnight": 0.25,
        "volume": 0.39,
    },
    "regime": {"kind": "regime", "drift": 0.05, "volume": 0.33},
    "ou": {"kind": "ou", "volume": 0.3},
    "intraday": {
        "kind": "intraday",
        "volatility": 0.3,
        "drift": 0.05,
        "overnight": 0.25,
        "volume": 0.39,
        "bars_per_year": 252.0 * 78,
    },
}
