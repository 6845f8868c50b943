"""Which trader, seller, quoter, lender or analyst plays which part among the reference policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth_envs.core import Policy

__all__ = ["make_market_policy"]


def _trading() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.asset.policies import make_trading_policy

    return make_trading_policy


def _execution() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.execution.policies import make_execution_policy

    return make_execution_policy


def _making() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.making.policies import make_making_policy

    return make_making_policy


def _book() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.book.policies import make_book_policy

    return make_book_policy


def _credit() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.credit.policies import make_credit_policy

    return make_credit_policy


def _fraud() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.fraud.policies import make_fraud_policy

    return make_fraud_policy


def _portfolio() -> Callable[[str, Any], Policy]:
    from synth_envs.trading.portfolio.policies import make_portfolio_policy

    return make_portfolio_policy


#: By what the simulators' names begin with.
_MAKERS = {
    "trading-asset": _trading,
    "trading-linear": _trading,
    "trading-portfolio": _portfolio,
    "trading-execution": _execution,
    "trading-making": _making,
    "trading-book": _book,
    "trading-credit": _credit,
    "trading-fraud": _fraud,
}


def make_market_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of trading or finance.

    Args:
        name: "empty" (does nothing), "constant", "echo", "oracle", "scripted" or "careless"; what they
            do stands in each environment's own `policies` module.
        env: The environment, a view of it in words, or a vector environment of either.

    Raises:
        ValueError: There is no such policy.
    """
    inner = env.unwrapped
    one = inner.envs[0].unwrapped if hasattr(inner, "envs") else inner
    for start, maker in _MAKERS.items():
        if one.sim.name.startswith(start):
            return maker()(name, env)
    msg = f"there is no policy {name!r} for {one.sim.name}; 'random' acts in any"
    raise ValueError(msg)
