"""Gymnasium environments of making a market."""

from __future__ import annotations

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.making.simulator import MakingSim

__all__ = ["MakingEnv", "MakingVectorEnv"]


class MakingEnv(SimEnv):
    """Market making: earn the spread without being stuck with inventory, with a known optimum.

    ## Description

    In each of N steps of dt = T / N, a bid and an ask for one unit each are quoted by their offsets
    from the mid S. Each is filled, independently, with probability A exp(-k offset) dt, at most 1
    (`law="linear"`), or 1 - exp(-A exp(-k offset) dt) (`law="exponential"`). A filled bid buys at
    S - offset, a filled ask sells at S + offset. Then the mid moves by +-sigma sqrt(dt) with equal
    probability (`mid="two-point"`) or by a normal number of that standard deviation ("gaussian"), and
    by psi against each fill (adverse selection). The inventory q stays within the limit Q: a side that
    would pass it is closed. It costs phi q^2 dt after each step and alpha q^2 at the end.

    Harder markets come by option: `reversion` pulls the mid back to its first value, `jumps` makes it
    jump by 4 to 10 standard deviations of a step, either way.

    The optimal expected return of every episode without reversion is known exactly, by dynamic
    programming: `env.unwrapped.sim.optimum(0)`. With `exact=True` every episode is the market of
    Avellaneda and Stoikov with the penalties of Cartea and Jaimungal (S0 = 100, sigma = 2, A = 140,
    k = 1.5, T = 1, phi = 0.5, alpha = 0.001, psi = 0; N = 200, Q = 10), whose optimum is 65.709 with
    the linear and 57.860 with the exponential law.

    Drawn markets: A dt in [0.3, 0.7], k in [1, 2], T = 1, S0 = 100. With the difficulty d,
    sigma sqrt(200 dt) is (1 + 2 d) times 0.75 to 1.25, phi dt N is (0.05 + 0.95 d) N / 200 times 0.5 to 1.5,
    psi is d / k times 0.2 to 0.6 and alpha is 0.001 + 0.05 d times 0.5 to 1.5: inventory becomes more
    dangerous, and fills cost more.

    Sources: Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative
    Finance 8 (2008); Cartea, Jaimungal and Penalva, "Algorithmic and high-frequency trading" (2015).

    ## Observation Space

    `Box(-1, 1, (19,))`:

    * 0: q / Q; 1: share of the steps left;
    * 2: the mid's last move over 4 sigma sqrt(dt); 3: its move since the beginning over 4 sigma
      sqrt(T); both cut to [-1, 1];
    * 4, 5: whether the last bid, the last ask was filled;
    * 6 to 14: v / (1 + v) of A dt, k, sigma sqrt(T), phi T, alpha, psi, the fee, reversion T and
      jumps T;
    * 15: -1 for the linear, 1 for the exponential law; 16: 1 / N; 17: 1 / Q; 18: v / (1 + v) of
      `max_offset`.

    ## Action Space

    Offsets of bid and ask. Those above 99 % of `max_offset` withdraw the quote.

    * "offsets": `Box(-1, 1, (2,))`, from -1 for `min_offset` to 1 for `max_offset`: with the defaults
      -0.5 is an offset of 0.75 money.
    * "grid": `Discrete(grid * grid)`: action i quotes the offsets number i // grid (bid) and
      i % grid (ask) of `grid` even steps from `min_offset` to `max_offset`.

    ## Rewards

    The sum of `info["reward_terms"]`, in money: "spread" (offsets of what was filled), "inventory" (q
    times the mid's move), "penalty" (-phi q^2 dt), "terminal" (-alpha q^2, in the last step) and "fees".
    "spread", "inventory" and "fees" sum to the change of cash + q S.

    ## Starting State

    `reset(seed=s)` fixes the episode; `info["task_id"]` names it, and
    `reset(options={"task": task_id})` replays it. Inventory and cash are 0.

    ## Episode End

    Truncates after N steps and never terminates. `info["metrics"]` then has "pnl" (cash + q S),
    "objective" (less the penalties: the return), "captured" (spread), "penalties", "inventory_sd" (over
    the steps of the episode), "final_inventory", "fills", "fill_rate" (per quote), "turnover" (value
    traded, in money), "share_of_bound" (the objective over what quotes could earn on average if
    inventory and fees cost nothing, N times twice the largest chance times offset) and "steps".

    ## Arguments

    * `exact`: True for the market above in every episode, or a market by name: intensity (A), decay
      (k), volatility, running (phi), terminal (alpha), adverse (psi), horizon (T), price (S0); its
      values where left out.
    * `law`, `mid`, `reversion`, `jumps` (per unit of time): as above.
    * `steps`: N, at least 2. `limit`: Q, at least 1.
    * `fee`: for each fill, in money.
    * `max_offset`, `min_offset`: the range of offsets, in money; `min_offset` is at most 0, and below 0
      quotes may cross the mid.
    * `action`, `grid`: as above.
    * `history`: whether pictures show the past; None keeps it for up to 16 episodes at a time.
    * `difficulty`: in [0, 1], or None to draw it for each episode; without effect on `exact`.
    * `split`: "train", "validation", "test" (disjoint by key) or "all".
    * `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = MakingSim


class MakingVectorEnv(SimVectorEnv):
    """Many `MakingEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = MakingSim
