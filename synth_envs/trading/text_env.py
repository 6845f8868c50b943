"""The environments of trading and finance in words: briefs are read, and JSON is answered."""

from __future__ import annotations

from typing import Any, ClassVar

from synth_envs.sim_text_env import SimTextEnv, SimTextVectorEnv
from synth_envs.trading.asset.sim import AssetSim
from synth_envs.trading.credit.simulator import CreditSim
from synth_envs.trading.execution.simulator import ExecutionSim
from synth_envs.trading.fraud.simulator import FraudSim
from synth_envs.trading.making.simulator import MakingSim
from synth_envs.trading.portfolio.sim import PortfolioSim

__all__ = [
    "CreditRiskTextEnv",
    "CreditRiskTextVectorEnv",
    "ExecutionTextEnv",
    "ExecutionTextVectorEnv",
    "FraudDetectionTextEnv",
    "FraudDetectionTextVectorEnv",
    "MarketMakingTextEnv",
    "MarketMakingTextVectorEnv",
    "PortfolioTextEnv",
    "PortfolioTextVectorEnv",
    "TradingTextEnv",
    "TradingTextVectorEnv",
]


def _documented(of: str, summary: str, example: str, idle: str, price: float, shorter: str) -> str:
    """Return the documentation of a view in words."""
    return f"""`{of}` for language agents.

    ## Description

    The same simulator, episodes and rewards as `{of}`: {summary}

    ## Observation Space

    `Unicode(8192)`: a brief of all that the agent may know now, in units, and of the answers that are
    possible, with an example.

    ## Action Space

    `Unicode(65536)`: free text. Its last JSON object counts, such as `{example}`. A text without one that
    can be read {idle}.

    ## Rewards

    Those of `{of}`, less {price:g} ("unread" in `info["reward_terms"]`) for a text without an action.

    ## Starting State

    As in `{of}`.

    ## Episode End

    As in `{of}`.

    ## Arguments

    Those of `{of}`; by default {shorter}. `render_mode`: None, "ansi" or "rgb_array".

    ## Version History

    * v0: initial version.
    """


class _Briefed(SimTextEnv):
    """A view whose episodes are shorter by default: every step is a question."""

    shorter: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__(**(self.shorter | options))


class _BriefedMany(SimTextVectorEnv):
    """Many of them in lock step, equal to them; same arguments."""

    shorter: ClassVar[dict[str, Any]] = {}

    def __init__(self, *, num_envs: int = 1, **options: Any) -> None:
        super().__init__(num_envs=num_envs, **(self.shorter | options))


class TradingTextEnv(_Briefed):  # noqa: D101 - documented below, as its vector form
    __doc__ = _documented(
        "TradingEnv",
        "a position in one asset is chosen at every close.",
        '{"position": 0.5}',
        "keeps the last position",
        0.001,
        "an episode has 32 bars, and any position from -1 to 1 can be chosen",
    )
    simulator, unread = AssetSim, 0.001
    shorter: ClassVar[dict[str, Any]] = {"horizon": 32, "action": "continuous"}


class TradingTextVectorEnv(_BriefedMany):
    """Many `TradingTextEnv`s in lock step, equal to them; same arguments."""

    simulator, unread, shorter = AssetSim, TradingTextEnv.unread, TradingTextEnv.shorter


class PortfolioTextEnv(_Briefed):  # noqa: D101
    __doc__ = _documented(
        "PortfolioEnv",
        "the weights of several assets are chosen at every close.",
        '{"weights": [0.2, 0.3, 0.1]}',
        "keeps the last weights",
        0.001,
        "there are 4 assets, and an episode has 32 bars",
    )
    simulator, unread = PortfolioSim, 0.001
    shorter: ClassVar[dict[str, Any]] = {"horizon": 32, "assets": 4}


class PortfolioTextVectorEnv(_BriefedMany):
    """Many `PortfolioTextEnv`s in lock step, equal to them; same arguments."""

    simulator, unread, shorter = PortfolioSim, PortfolioTextEnv.unread, PortfolioTextEnv.shorter


class ExecutionTextEnv(_Briefed):  # noqa: D101
    __doc__ = _documented(
        "ExecutionEnv",
        "a block of shares is sold step by step.",
        '{"share": 0.25}',
        "sells nothing",
        0.01,
        "an episode has 10 steps",
    )
    simulator, unread = ExecutionSim, 0.01
    shorter: ClassVar[dict[str, Any]] = {"steps": 10}


class ExecutionTextVectorEnv(_BriefedMany):
    """Many `ExecutionTextEnv`s in lock step, equal to them; same arguments."""

    simulator, unread, shorter = ExecutionSim, ExecutionTextEnv.unread, ExecutionTextEnv.shorter


class MarketMakingTextEnv(_Briefed):  # noqa: D101
    __doc__ = _documented(
        "MakingEnv",
        "a bid and an ask are quoted at every step.",
        '{"bid": 0.7, "ask": 0.9}',
        "withdraws both quotes",
        0.1,
        "an episode has 20 steps",
    )
    simulator, unread = MakingSim, 0.1
    shorter: ClassVar[dict[str, Any]] = {"steps": 20}


class MarketMakingTextVectorEnv(_BriefedMany):
    """Many `MarketMakingTextEnv`s in lock step, equal to them; same arguments."""

    simulator, unread, shorter = MakingSim, MarketMakingTextEnv.unread, MarketMakingTextEnv.shorter


class CreditRiskTextEnv(_Briefed):  # noqa: D101
    __doc__ = _documented(
        "CreditRiskEnv",
        "applicants for credit come one by one.",
        '{"decision": 1}',
        "rejects",
        0.01,
        "an episode has 3 months of 8 applicants",
    )
    simulator, unread = CreditSim, 0.01
    shorter: ClassVar[dict[str, Any]] = {"months": 3, "per_month": 8}


class CreditRiskTextVectorEnv(_BriefedMany):
    """Many `CreditRiskTextEnv`s in lock step, equal to them; same arguments."""

    simulator, unread, shorter = CreditSim, CreditRiskTextEnv.unread, CreditRiskTextEnv.shorter


class FraudDetectionTextEnv(_Briefed):  # noqa: D101
    __doc__ = _documented(
        "FraudDetectionEnv",
        "payments are allowed, blocked or reviewed one by one.",
        '{"decision": 0}',
        "lets the payment through",
        0.01,
        "an episode has 3 days of 40 payments",
    )
    simulator, unread = FraudSim, 0.01
    shorter: ClassVar[dict[str, Any]] = {"days": 3, "per_day": 40}


class FraudDetectionTextVectorEnv(_BriefedMany):
    """Many `FraudDetectionTextEnv`s in lock step, equal to them; same arguments."""

    simulator, unread = FraudSim, FraudDetectionTextEnv.unread
    shorter = FraudDetectionTextEnv.shorter
