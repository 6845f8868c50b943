"""What the arguments of a portfolio mean to its kernels: settings that all episodes share, and costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from synth_envs.families import suggest
from synth_envs.options import flag, number, whole
from synth_envs.trading import ledger as to
from synth_envs.trading.portfolio.kernels import SETTINGS

__all__ = ["charges", "chosen", "shared", "within"]

FILLS = ("next-open", "same-close")
#: Fee, and as much of half a spread, where costs are left to the difficulty: at 0, and more at 1.
_EASY, _MORE = 0.0001, 0.0004
_USUAL: dict[str, Any] = {
    "horizon": 252, "aversion": 1.0, "between": (0.0, 1.0), "leverage": 1.0, "short": False, "rebalance": False,
    "fill": "next-open", "impact": 0.5, "depth": 1000.0, "borrow": (0.005, 0.05), "funding": 0.03, "interest": 0.0,
    "maintenance": 0.25, "penalty": 0.005, "band": 0.0,
}  # fmt: skip
_EXACT: dict[str, Any] = {
    "horizon": 60, "aversion": 3.0, "interest": 0.02, "fee": 0.0, "spread": 0.0, "impact": 0.0, "borrow": 0.0,
    "funding": 0.0, "rebalance": True,
}  # fmt: skip
_FREE = {"horizon", "aversion", "interest"}


def chosen(given: Mapping[str, Any], exact: bool) -> dict[str, Any]:
    """Return the arguments by name, checked, with what was left out filled in.

    Raises:
        ValueError: A value is not allowed, or fixed in the exact setting.
    """
    named = {name: value for name, value in given.items() if value is not None}
    fixed = next((name for name in named if name not in _FREE), None)
    if exact and fixed is not None:
        msg = f"with exact=True {fixed} is fixed, for the optimum to be known: leave it out"
        raise ValueError(msg)
    found = {**_USUAL, **(_EXACT if exact else {}), **named}
    found["horizon"] = whole("horizon", found["horizon"], 2, 100_000)
    found["leverage"] = number("leverage", found["leverage"], 0.01, 50.0)
    for name in ("short", "rebalance"):
        found[name] = flag(name, found[name])
    found["aversion"] = number("aversion", found["aversion"], 0.5 if exact else 0.0, 5.0)
    found["interest"] = number("interest", found["interest"], 0.0, 1.0)
    if found["fill"] not in FILLS:
        msg = f"unknown fill {found['fill']!r}{suggest(str(found['fill']), FILLS)}; choose from {', '.join(FILLS)}"
        raise ValueError(msg)
    return found


def shared(
    options: Mapping[str, Any], per_year: float, sectors: int, persistence: float
) -> np.ndarray:
    """Return what all episodes have in common, as `kernels.SETTINGS`.

    Raises:
        ValueError: A value is not allowed.
    """
    fees = _range("fee", options.get("fee"), 1.0)
    halves = _range("spread", options.get("spread"), 0.5)
    rates = _rates(options["borrow"])
    values = {
        "horizon": options["horizon"],
        "aversion": options["aversion"],
        "band": number("band", options["band"], 0.0, 1.0),
        "leverage": options["leverage"],
        "short": options["short"],
        "always": options["rebalance"],
        "bars_per_year": per_year,
        "fee_0": fees[0],
        "fee_1": fees[1],
        "half_spread_0": halves[0],
        "half_spread_1": halves[1],
        "borrow_0": rates[0],
        "borrow_1": rates[1],
        "interest": options["interest"],
        "sectors": sectors,
        "persistence": persistence,
    }
    return np.array([float(values[name]) for name in SETTINGS])


def charges(options: Mapping[str, Any], per_year: float) -> np.ndarray:
    """Return what trading costs, as `ledger.COSTS`, but for what hangs on the difficulty.

    Raises:
        ValueError: A value is not allowed.
    """
    costs = {
        "impact": number("impact", options["impact"], 0.0, 10.0),
        "depth": number("depth", options["depth"], 0.1, 1e12),
        "funding": number("funding", options["funding"], 0.0, 10.0) / per_year,
        "interest": options["interest"] / per_year,
        "maintenance": number("maintenance", options["maintenance"], 0.0, 0.9),
        "penalty": number("penalty", options["penalty"], 0.0, 0.5),
        "margin": float(options["leverage"] > 1.0),
        "same_close": float(options["fill"] == "same-close"),
    }
    return np.array([costs.get(name, 0.0) for name in to.COSTS])


def within(between: Any) -> tuple[float, float]:
    """Return the shares of recordings that episodes may use.

    Raises:
        ValueError: They are none.
    """
    try:
        low, high = (float(one) for one in between)
    except (TypeError, ValueError):
        low, high = 1.0, 0.0
    if not 0.0 <= low < high <= 1.0:
        msg = f"between must be two shares of the recordings in [0, 1], the lower first, got {between!r}"
        raise ValueError(msg)
    return low, high


def _range(name: str, given: float | None, part: float) -> tuple[float, float]:
    """Return a cost at difficulty 0 and at 1."""
    if given is None:
        return _EASY, _EASY + _MORE
    value = part * number(name, given, 0.0, 0.1)
    return value, value


def _rates(given: Any) -> tuple[float, float]:
    """Return the range of the rates at which assets are borrowed."""
    low, high = given if isinstance(given, tuple) and len(given) == 2 else (given, given)
    rates = number("borrow", low, 0.0, 10.0), number("borrow", high, 0.0, 10.0)
    if rates[0] > rates[1]:
        msg = f"borrow must be a rate or two of them, the lower first, got {given!r}"
        raise ValueError(msg)
    return rates
