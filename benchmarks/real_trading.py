"""Policies trained in synthetic markets trade recorded prices, beside rules that need no training.

    python -m benchmarks.real_trading --stocks --seeds 5 -o runs/real_trading.json
    python -m benchmarks.real_trading --prices prices.csv --steps 200000

The stocks are 20 large ones of the United States, 1990 to 2022, which the package skfolio brings along;
they are read where they lie. PPO (Stable-Baselines3) is trained on "msm" and on "gjr" markets alone:
they have volatility that comes and goes, the leverage effect and the presets' drift of 5% a year; each
episode has parameters of its own (vary=0.4), and no signal is planted. So there is nothing to learn but
how much to hold when. Nothing is fitted to what is traded here. Then everybody trades the recordings
year by year (`--horizon` bars), each episode from cash.

* Costs per side are swept. Returns are those of an equal share in every account at each bar, evened out
  free of charge ("account log return" is the mean of accounts left alone); in excess of cash, which
  earns nothing here, and of buying and holding at the same costs. Intervals are of circular block
  bootstraps. The deflated Sharpe ratio counts all policies, seeds and costs as trials; it is near 1 for
  whatever is long while prices rise, so that of the returns beyond holding is given, too.
* The placebo: the same with the bars in random order, of all recordings alike. What a policy earns of
  the real order must stand out among many such; one that knows nothing of order does not differ. It is
  at no cost, as orders that differ in number would differ in costs as well.

To be read with care. Prices without opens fill at the close that was decided at, as the next bar opens
there; a rule that fades the last move is flattered by that. The 20 stocks are survivors, so that holding
them is flattered, too. Cash earns nothing, so that a return in excess of cash is too high by the rate
of interest. The presets' parameters were once chosen so that their stylised facts are those of such
stocks (`markets.bands`), which says nothing of the direction of prices. Short positions pay 1% a year.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console

from benchmarks.baselines.common import write
from benchmarks.command import integer, need, progress
from benchmarks.errors import BenchmarkError, UsageError
from benchmarks.real_accounts import RULES, Episodes, Make, cut, permuted, play, train
from benchmarks.real_verdict import draw, judge, portfolio, rank, show, together
from synth_envs.trading.markets.data import Recorded, recorded
from synth_envs.trading.markets.real import stocks

__all__ = ["COSTS_BP", "KINDS", "main"]

#: The markets that policies are trained in.
KINDS: Final = ("msm", "gjr")
#: Per side, in hundredths of a percent.
COSTS_BP: Final = (0.0, 1.0, 5.0, 10.0, 20.0, 50.0)

_SHOWN_AT: Final = 5.0
_BP: Final = 1e-4
#: On 10 April 1990 Range Resources falls by a factor of 3.0008, most likely a split that was forgotten.
#: It is left as it was found.
_LARGEST_MOVE: Final = 4.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything; return 0, or 2 for wrong input."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except BenchmarkError as error:
        print(f"real_trading: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_trading",
        description="Train on synthetic markets, test on recorded ones.",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--prices", type=Path, metavar="FILE", help="CSV or Parquet with a column close"
    )
    which.add_argument("--stocks", action="store_true", help="those of skfolio (default)")
    for name, low, high, default, what in (
        ("seeds", 1, 100, 5, "training runs in each kind of market"),
        ("steps", 1, 10**9, 500_000, "environment steps of a training run"),
        ("horizon", 2, 100_000, 252, "bars of an episode"),
        ("placebos", 0, 100_000, 99, "permutations of the returns"),
    ):
        shown = f"{what} (default {default:,})"
        parser.add_argument(
            f"--{name}", type=integer(low, high), metavar="N", default=default, help=shown
        )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write JSON here, and a picture beside it"
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    need(stable_baselines3="sb3", matplotlib="render", scipy="bench")
    recordings = _recordings(options.prices)
    _check_output(options.output)
    try:
        episodes = cut(recordings, options.horizon)
    except ValueError as error:
        raise UsageError(str(error)) from error
    begun = time.perf_counter()
    nights = bool(
        (episodes.recording.open[1:] != episodes.recording.close[:-1]).sum() > _edges(recordings)
    )
    parts = len(KINDS) * options.seeds + len(COSTS_BP) + options.placebos
    with progress(parts) as begin:
        policies: dict[str, list[Make]] = {}
        training: dict[str, Any] = {}
        for kind in KINDS:
            runs = []
            for seed in range(options.seeds):
                begin(f"PPO in {kind}, seed {seed}")
                runs.append(
                    train(kind, seed, options.steps, horizon=options.horizon, nights=nights)
                )
            policies[f"PPO {kind}"] = [make for make, _ in runs]
            training[f"PPO {kind}"] = [curve for _, curve in runs]
        policies |= {name: [make] for name, make in RULES.items()}
        groups, runs_of, curves = _swept(policies, episodes, begin)
        placebos = _placebos(policies, recordings, episodes, options.placebos, begin)
    real = {name: float(by_cost["0"]["log_return"]) for name, by_cost in groups.items()}
    result = {
        "data": str(options.prices) if options.prices else "skfolio, 20 stocks, 1990-2022",
        "recordings": list(recordings),
        "bars": [len(one) for one in recordings.values()],
        "episodes": len(episodes),
        "bars_per_year": episodes.bars_per_year,
        **{name: getattr(options, name) for name in ("seeds", "steps", "horizon")},
        "costs_bp": list(COSTS_BP),
        "shown_at_bp": _SHOWN_AT,
        "trials": len(COSTS_BP) * sum(map(len, policies.values())),
        "groups": groups,
        "runs": runs_of,
        "placebo": {name: rank(real[name], values) for name, values in placebos.items()},
        "placebo_log_returns": placebos,
        "training": training,
        "seconds": round(time.perf_counter() - begun, 1),
    }
    show(result, Console(width=None if sys.stdout.isatty() else 160))
    if options.output:
        picture = options.output.with_suffix(".png")
        write(result, options.output)
        draw(result, curves, placebos, picture)
        print(f"Written: {options.output}, {picture}")


def _recordings(file: Path | None) -> dict[str, Recorded]:
    """Return what is to be traded.

    Raises:
        UsageError: There is nothing, or it is not usable.
    """
    if file is not None:
        try:
            return {file.name: recorded(file, on_gap="split")}
        except (ValueError, OSError, ImportError) as error:
            msg = f"cannot use {str(file)!r}: {' '.join(str(error).split())}"
            raise UsageError(msg) from error
    found = stocks()
    if found is None:
        msg = "no recorded prices: pip install skfolio for 20 stocks, or name your own with --prices FILE"
        raise UsageError(msg)
    return {
        name: recorded(np.exp(np.append(0.0, np.cumsum(changes))), largest_move=_LARGEST_MOVE)
        for name, changes in found.items()
    }


def _check_output(output: Path | None) -> None:
    """Say now that results cannot be written, not when everything is done."""
    if output is None:
        return
    if output.suffix == ".png" or output.is_dir():
        msg = (
            f"--output {str(output)!r} must be a file for JSON; the picture goes beside it as .png"
        )
        raise UsageError(msg)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        new = not output.exists()
        output.open("a").close()
        if new:
            output.unlink()
    except OSError as error:
        msg = f"cannot write to {str(output)!r}: {error.strerror}"
        raise UsageError(msg) from error


def _edges(recordings: Mapping[str, Recorded]) -> int:
    """How many parts follow another: their opens say nothing of nights."""
    return sum(len(one.parts) for one in recordings.values()) - 1


def _swept(
    policies: Mapping[str, Sequence[Make]], episodes: Episodes, begin: Any
) -> tuple[dict[str, Any], dict[str, Any], dict[str, np.ndarray]]:
    """Let all trade at all costs.

    Returns:
        By policy and cost: means over seeds; what each seed earned; and the logarithm of wealth at the
        cost that is shown, mean over seeds.
    """
    trials = len(COSTS_BP) * sum(map(len, policies.values()))
    groups: dict[str, Any] = {name: {} for name in policies}
    runs: dict[str, Any] = {name: {} for name in policies}
    curves: dict[str, np.ndarray] = {}
    for cost in COSTS_BP:
        begin(f"trading at {cost:g} bp")
        hold = play(episodes, RULES["hold"], cost * _BP)
        for name, makes in policies.items():
            found = [
                judge(play(episodes, make, cost * _BP), hold, episodes, trials) for make in makes
            ]
            judged, logs = [one for one, _ in found], [series for _, series in found]
            groups[name][f"{cost:g}"] = together(judged, logs, episodes.bars_per_year)
            runs[name][f"{cost:g}"] = judged
            if cost == _SHOWN_AT:
                curves[name] = np.cumsum(np.mean(logs, axis=0)[0])
    return groups, runs, curves


def _placebos(
    policies: Mapping[str, Sequence[Make]],
    recordings: Mapping[str, Recorded],
    episodes: Episodes,
    count: int,
    begin: Any,
) -> dict[str, list[float]]:
    """Return the yearly log returns of all policies, means over seeds, under permutations."""
    found: dict[str, list[float]] = {name: [] for name in policies} if count else {}
    for k in range(count):
        begin(f"placebo {k + 1}")
        shuffled = {name: permuted(one, k) for name, one in recordings.items()}
        other = cut(shuffled, episodes.horizon, episodes.keys)
        for name, makes in policies.items():
            means = [np.log1p(portfolio(play(other, make, 0.0))).mean() for make in makes]
            found[name].append(float(np.mean(means)) * episodes.bars_per_year)
    return found


if __name__ == "__main__":
    sys.exit(main())
