"""Trading on a fading signal when trading costs grow with its square.

Source: Garleanu and Pedersen, "Dynamic trading with predictable returns and transaction costs",
Journal of Finance 68 (2013). In step t the signal f_t is seen, the position x_t is chosen, and the
step is worth beta (x_t f_t - gamma sigma^2 x_t^2 / 2) - lambda (x_t - x_(t-1))^2 / 2; f_t is the
expected return of the step and an autoregression, f_(t+1) = rho f_t + s e_t with E e^2 = 1. With a discount beta,
what comes later counts beta times for each step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Policy", "aim", "solve", "trading_rate", "value"]


def trading_rate(gamma: float, cost: float, discount: float) -> float:
    """Return a / lambda, the share of the way to the aim that is traded in each step, without end.

    Args:
        gamma: Risk aversion.
        cost: lambda, relative to the variance: a trade of u costs lambda sigma^2 u^2 / 2.
        discount: rho, what is lost of the future in a step, in [0, 1).

    >>> round(trading_rate(1e-8, 1e-7, 1e-4), 4)
    0.2701
    """
    b = gamma * (1 - discount) + cost * discount
    a = (-b + math.sqrt(b * b + 4 * gamma * cost * (1 - discount) ** 2)) / (2 * (1 - discount))
    return a / cost


@dataclass(frozen=True)
class Policy:
    """The exact finite-horizon optimum: x_t = keep x_(t-1) + push f_t.

    Attributes:
        keep: (steps,).
        push: (steps,), in position per return.
        values: (steps + 1, 4): A, B, C, D of the value -A x^2 / 2 + B x f + C f^2 / 2 + D at each
            step's beginning and at the end.
    """

    keep: np.ndarray
    push: np.ndarray
    values: np.ndarray


def solve(
    steps: int,
    *,
    gamma: float,
    volatility: float,
    cost: float,
    persistence: float,
    noise: float,
    beta: float = 1.0,
) -> Policy:
    """Solve by Riccati recursion.

    Args:
        steps: How many, at least 1.
        gamma: Risk aversion, at least 0.
        volatility: sigma of a step's return, at least 0.
        cost: lambda above 0: a trade of u costs lambda u^2 / 2.
        persistence: rho of the signal.
        noise: s, the standard deviation of the signal's innovations.
        beta: What the next step counts, in (0, 1].

    Raises:
        ValueError: A value is out of range.
    """
    if steps < 1 or cost <= 0 or gamma < 0 or not 0 < beta <= 1:
        msg = "steps must be at least 1, cost above 0, gamma at least 0 and beta in (0, 1]"
        raise ValueError(msg)
    keep, push, values = np.empty(steps), np.empty(steps), np.zeros((steps + 1, 4))
    for t in range(steps - 1, -1, -1):
        a, b, c, d = values[t + 1]
        curve = cost + beta * (gamma * volatility**2 + a)
        gain = beta * (1 + persistence * b)
        keep[t], push[t] = cost / curve, gain / curve
        values[t] = (
            cost - cost**2 / curve,
            cost * gain / curve,
            gain**2 / curve + beta * persistence**2 * c,
            beta * (0.5 * c * noise**2 + d),
        )
    return Policy(keep, push, values)


def value(policy: Policy, position: float, signal: float, step: int = 0) -> float:
    """Return the optimal expected value from a step on.

    Args:
        policy: From `solve`.
        position: Held before the step.
        signal: f seen in the step.
        step: Which, from 0.
    """
    a, b, c, d = policy.values[step].tolist()
    return float(-0.5 * a * position**2 + b * position * signal + 0.5 * c * signal**2 + d)


def aim(policy: Policy, signal: float, step: int = 0) -> float:
    """Return the position towards which the optimum trades in a step: where it would stay."""
    return float(policy.push[step] * signal / (1 - policy.keep[step]))
