"""`Market`: a price generator and its parameters in units that people use; and whole paths of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from synth_envs.families import suggest
from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.kinds import COMMON, OWN, PRESETS, Parameter
from synth_envs.trading.markets.sample import sample

__all__ = ["Market", "market", "paths"]


@dataclass(frozen=True)
class Market:
    """A market of one asset.

    All rates and volatilities are per year; `volatility` is that of the whole return, whatever its
    kind makes it of (for "ou": of the log price's diffusion). Time is counted in bars.

    Args:
        kind: "gbm", "jump", "heston", "gjr", "msm", "regime", "ou" or "intraday".
        volatility: Standard deviation of log returns over a year, in [1e-4, 5].
        drift: Logarithm of what the expected price grows by in a year, in [-5, 5].
        bars_per_year: In [1, 1e7].
        alpha: The planted signal's information coefficient, its correlation with the next bar's
            standardised return, in [0, 0.9]. The return keeps its variance.
        persistence: Of the signal, its correlation with itself a bar later, in [0, 0.9999].
        overnight: Share of the variance that falls between a close and the next open, in [0, 0.9].
        volume: How much volume rises with the size of a return, in [0, 1.2].
        vary: The episode's key multiplies or divides volatility, drift and most of the kind's own
            parameters by 1 + x each, x uniform in [0, vary] or between the two numbers given: so
            (0, 0.2) for training and (0.2, 0.4) for tests have no market in common.
        fade: How much of drift and alpha is gone at difficulty 1, in [0, 1].
        own: The kind's own parameters by name, see `kinds.OWN`; what is left out has its default.

    Raises:
        ValueError: A name is unknown, or a value is not allowed.
    """

    kind: str
    volatility: float = 0.2
    drift: float = 0.0
    bars_per_year: float = 252.0
    alpha: float = 0.0
    persistence: float = 0.9
    overnight: float = 0.0
    volume: float = 0.33
    vary: float | tuple[float, float] = 0.0
    fade: float = 0.0
    own: Any = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Check everything and fill in what was left out."""
        if self.kind not in OWN:
            msg = f"unknown kind of market {self.kind!r}{suggest(str(self.kind), OWN)}"
            raise ValueError(msg)
        for name, one in COMMON.items():
            object.__setattr__(self, name, _checked(name, getattr(self, name), one))
        known = OWN[self.kind]
        if not isinstance(self.own, Mapping):
            msg = f"own must be a mapping of names to numbers, got {self.own!r}"
            raise ValueError(msg)  # noqa: TRY004 - as all bad values here
        for name in self.own:
            if name not in known:
                msg = f"a market of kind {self.kind!r} has no parameter {name!r}{suggest(str(name), [*known, *COMMON])}"
                raise ValueError(msg)
        values = {
            name: _checked(name, self.own.get(name, one.default), one)
            for name, one in known.items()
        }
        object.__setattr__(self, "own", values)
        object.__setattr__(self, "vary", _range(self.vary))
        object.__setattr__(
            self, "fade", _checked("fade", self.fade, Parameter(0, 0.0, 0.0, 1.0, False, ""))
        )
        self._check_together()

    def _check_together(self) -> None:
        own = self.own
        if self.kind == "jump":
            share = (
                own["jumps"] * (own["jump_mean"] ** 2 + own["jump_sd"] ** 2) / self.volatility**2
            )
            if share > 0.9 - self.alpha**2:
                msg = (
                    f"jumps (mean_square of a jump times jumps a year) make {share:.0%} of the variance; jumps and "
                    f"alpha may take 90% together: raise volatility or lower jumps, jump_mean or jump_sd"
                )
                raise ValueError(msg)
        if self.kind == "gjr":
            total = own["arch"] + own["leverage"] / 2 + own["garch"]
            if total > 0.998:
                msg = f"arch + leverage/2 + garch must be at most 0.998, so that volatility comes back; got {total:.4g}"
                raise ValueError(msg)

        if self.kind in ("msm", "intraday") and own["fast"] > 1.0 - 1.0 / own["ratio"]:
            msg = (
                f"at most one component renews in a bar, so fast may be at most 1 - 1/ratio = "
                f"{1.0 - 1.0 / own['ratio']:.3g}, got {own['fast']:g}"
            )
            raise ValueError(msg)

    @property
    def number(self) -> int:
        """The kind's number, as kernels take it."""
        return at.KINDS.index(self.kind)

    @cached_property
    def table(self) -> np.ndarray:
        """What `rows.draw` takes: float64 (4, GIVEN + 3)."""
        made = np.zeros((4, at.GIVEN + 3))
        made[2], made[3] = -np.inf, np.inf
        for name, one in (COMMON | OWN[self.kind]).items():
            value = getattr(self, name) if name in COMMON else self.own[name]
            made[:, one.place] = value, float(one.varies), one.low, one.high
        made[0, at.GIVEN :] = *self._vary, self.fade
        made.flags.writeable = False
        return made

    @property
    def _vary(self) -> tuple[float, float]:
        return self.vary if isinstance(self.vary, tuple) else _range(self.vary)

    def with_(self, **changes: Any) -> Market:
        """Return another market with some parameters changed, common ones or the kind's own."""
        return Market.from_dict(self.to_dict() | changes)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON takes it; the kind's own parameters stand beside the common."""
        common = {name: getattr(self, name) for name in COMMON}
        return {
            "kind": self.kind,
            **common,
            **self.own,
            "vary": list(self._vary),
            "fade": self.fade,
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Market:
        """Return the market that `to_dict` wrote, with its kind by name.

        Raises:
            ValueError: A name is unknown, or a value is not allowed.
        """
        if not isinstance(given, Mapping) or not isinstance(given.get("kind"), str):
            msg = f"a market is a dictionary with a kind, got {given!r}"
            raise ValueError(msg)  # noqa: TRY004 - as all bad values here
        known = {"kind", "vary", "fade", *COMMON}
        common = {name: value for name, value in given.items() if name in known}
        own = {name: value for name, value in given.items() if name not in known}
        if isinstance(common.get("vary"), list):
            common["vary"] = tuple(common["vary"])
        return cls(**common, own=own)


def market(name: str | Market | Mapping[str, Any], **changes: Any) -> Market:
    """Return a market by the name of its preset, with parameters changed; or what is given.

    Raises:
        ValueError: The name or a parameter is unknown, or a value is not allowed.
    """
    if isinstance(name, Market):
        return name.with_(**changes) if changes else name
    if isinstance(name, Mapping):
        return Market.from_dict({**name, **changes})
    if name not in PRESETS:
        msg = f"unknown market {name!r}{suggest(str(name), PRESETS)}"
        raise ValueError(msg)
    return Market.from_dict({**PRESETS[name], **changes})


def paths(
    of: Market, keys: Any, steps: int, *, difficulty: float = 0.0, start: float = 100.0
) -> dict[str, np.ndarray]:
    """Return whole episodes of a market, the numbers that simulators see.

    Args:
        of: The market.
        keys: uint64 (n,), one for each episode.
        steps: How many bars, at least 1.
        difficulty: In [0, 1].
        start: The close before the first bar, above 0.

    Returns:
        float64 (n, steps) each: `open`, `close` and `volume` of every bar; and what was known before
        it: `sigma`, the standard deviation of its return, `signal`, and `expected`, its expected
        return from close to close.

    Raises:
        ValueError: A value is not allowed.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        msg = f"steps must be an integer of at least 1, got {steps!r}"
        raise ValueError(msg)
    if not 0.0 <= difficulty <= 1.0 or not 0.0 < start < math.inf:
        msg = f"difficulty must be in [0, 1] and start above 0, got {difficulty!r} and {start!r}"
        raise ValueError(msg)
    given = np.atleast_1d(np.asarray(keys))
    if given.ndim != 1 or given.dtype.kind not in "iu" or not given.size:
        msg = f"keys must be integers of shape (n,), got {given.dtype} of shape {given.shape}"
        raise ValueError(msg)
    out = np.empty((6, given.size, steps))
    sample(of.number, of.table, given.astype(np.uint64), float(difficulty), float(start), out)
    return dict(zip(("open", "close", "volume", "sigma", "signal", "expected"), out, strict=True))


def _checked(name: str, value: Any, one: Parameter) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        msg = f"{name} must be a number, got {value!r}"
        raise ValueError(msg)  # noqa: TRY004 - as all bad values here
    found = float(value)
    if not one.low <= found <= one.high or (one.whole and found != int(found)):
        what = "an integer" if one.whole else "a number"
        msg = f"{name} ({one.about}) must be {what} in [{one.low:g}, {one.high:g}], got {value!r}"
        raise ValueError(msg)
    return found


def _range(value: Any) -> tuple[float, float]:
    pair = value if isinstance(value, tuple) else (0.0, value)
    if (
        len(pair) != 2
        or any(isinstance(one, bool) or not isinstance(one, int | float) for one in pair)
        or not 0.0 <= pair[0] <= pair[1] <= 1.0
    ):
        msg = f"vary must be a number in [0, 1] or two of them, the lower first, got {value!r}"
        raise ValueError(msg)
    return float(pair[0]), float(pair[1])
