"""Gymnasium environments of selling a position under price impact."""

from __future__ import annotations

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.execution.simulator import ExecutionSim

__all__ = ["ExecutionEnv", "ExecutionVectorEnv"]


class ExecutionEnv(SimEnv):
    """Optimal execution: sell a position at little cost and little risk, with a known optimum.

    ## Description

    X shares are sold in N steps of tau days. Selling n of them in a step is filled at
    `S - epsilon - eta n / tau - d - kappa n / 2`; then the mid moves to
    `S + sigma sqrt(tau) xi - gamma n` with a standard normal xi: temporary and permanent impact in
    the convention of Almgren and Chriss. With decaying impact, d is what earlier sales have pushed the
    price by: it becomes `(d + kappa n) exp(-rho tau)`; otherwise kappa = d = 0. Selling fast costs
    impact, selling slowly costs risk. The optimal expected return of every episode is known exactly:
    `env.unwrapped.sim.optimum(0)`.

    Drawn problems: S0 in [20, 200], volatility 15 to 45 % a year, half spread 1 to 12 bp, volume V of
    1 to 10 million shares a day, 1 to 5 days, 10 to 30 steps, X of 5 to 15 % of the volume. Trading at
    1 % of the volume costs a spread (eta), selling 10 % of a day's volume moves the price by a spread
    (gamma), both within 50 %. The difficulty sets the urgency kappa T of the optimum (from 0.2 to 1 at
    difficulty 0, from 4 to 10 at difficulty 1), from which the risk aversion lambda follows: the
    optimum departs further and further from equal slices.

    Sources: Almgren and Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3
    (2000); Obizhaeva and Wang, "Optimal trading strategy and supply/demand dynamics", Journal of
    Financial Markets 16 (2013).

    ## Observation Space

    `Box(-1, 1, (12,))`:

    * 0: shares left over X; 1: steps left over N;
    * 2: the mid's move since the beginning over 4 sigma sqrt(T), cut to [-1, 1];
    * 3: displacement over kappa X, 0 without decaying impact;
    * 4 to 8: the shares of spread, temporary, permanent, transient and risk in what equal slices
      cost; they sum to 1 and, with N, give all constants up to one unit of money;
    * 9: 1 / N; 10: exp(-rho tau), 0 without decaying impact;
    * 11: v / (1 + v) with v = sigma sqrt(T) X over what equal slices cost.

    ## Action Space

    The share of the remaining shares to sell now.

    * "share": `Box(-1, 1, (1,))`, from -1 for none to 1 for all: the action a sells (1 + a) / 2.
    * "grid": `Discrete(grid)`, action i is the share i / (grid - 1).

    In the last step all that is left is sold, whatever the action.

    ## Rewards

    The sum of `info["reward_terms"]`, each in units of U_twap, the expected cost of equal slices plus
    lambda times its variance, so that equal slices have the expected return -1. With x the shares left
    after the sale of n: "spread" -epsilon n, "temporary" -eta n^2 / tau, "permanent" -gamma n x,
    "transient" -n (d + kappa n / 2), "timing" x sigma sqrt(tau) xi (zero on average) and "risk"
    -lambda sigma^2 tau x^2. All but "risk" sum to the change of cash + x S, the implementation
    shortfall; the expected return of a schedule is exactly -(E + lambda V) / U_twap.

    ## Starting State

    `reset(seed=s)` fixes the episode; `info["task_id"]` names it, and
    `reset(options={"task": task_id})` replays it.

    ## Episode End

    Truncates after N steps and never terminates. `info["metrics"]` then has "shortfall_bp" (of X S0),
    "cost_bp" (the shortfall without the price's luck, its expectation given the schedule), "risk_bp"
    (the standard deviation of the shortfall given the schedule), "utility" (the return without
    "timing"), "optimum" (the optimal expected return), "share_of_optimum" (optimal over own utility
    E + lambda V, at most 1, free of luck), "mean_time" (when the average share was sold, in [0, 1]),
    "sold" (the share sold) and "steps".

    ## Arguments

    * `exact`: True for the example of Almgren and Chriss in every episode, or a problem by name:
      shares, steps, horizon, price, volatility, spread, permanent, temporary, risk_aversion,
      transient (kappa), resilience (rho), the example's values where left out.
    * `steps`: N of drawn problems, 2 to 1000, or None to draw it.
    * `transient`: whether drawn problems have decaying impact, with half-lives of 3 to 50 % of T.
    * `action`, `grid`: as above.
    * `history`: whether pictures show the past; None keeps it for up to 16 episodes at a time.
    * `difficulty`: in [0, 1], or None to draw it for each episode; without effect on `exact`.
    * `split`: "train", "validation", "test" (disjoint by key) or "all".
    * `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = ExecutionSim


class ExecutionVectorEnv(SimVectorEnv):
    """Many `ExecutionEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = ExecutionSim
