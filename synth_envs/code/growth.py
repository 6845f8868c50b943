"""How the cost of a program grows with its input, counted exactly, and what that earns.

The meter is WebAssembly fuel: instructions counted outside the program, C code included, the same
number at every repetition. A submission runs once for every size, each time in an interpreter of
its own, so nothing it keeps reaches the next size. It finds nothing there to tell measuring from
testing by that would help it: answers are compared here, strictly, at every size.

Two things are subtracted from a figure, and a submission has a hand in neither. The one is the
cost of a function that does nothing, on the same arguments: the interpreter's start, and reading
the arguments. The other is the cost of compiling the submission's text, found by compiling it
without running any of it. Everything that it computes is charged: what it does while it is being
defined, tables, the answer's encoding.

The rule follows the doubling method (R. Sedgewick and K. Wayne, Algorithms, 4th ed., section 1.4):
where the cost is about a * n**b, the ratio of the costs at 2n and n tends to 2**b, whatever a is.
So b, the local exponent, shows the class, and constant factors drop out of it. Alone it can be
forged: whoever wastes fuel on smaller sizes makes any growth look flat. So the cost itself must
also lie, on a logarithmic scale, on the fast reference's side of the way from the slow reference
to the fast one. A slow algorithm that wastes fuel to look flat has to be faster than the slow
reference by the square root of the whole gain, with the slow algorithm; a fast one may be slower
than the fast reference by as much.

What this cannot see: logarithmic factors, and a term of the cost that is small at the largest
size. Moving memory is cheap here, some 20 instructions an element, so at the sizes at which
the slow reference can be measured, `list.pop(0)` and `insort` come out between classes or better.

Figures compare where the versions of wasmtime and of the interpreter are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sandboxes import Limits, Sandbox, call_batch
from sandboxes.calls import Call, Calls
from sandboxes.values import same_value
from sandboxes.wasm_image import FUEL_PER_SECOND
from synth_envs.code.problems import Problem
from synth_envs.core import Json

__all__ = [
    "LEAST_GAIN",
    "Growth",
    "Yardstick",
    "growth_reward",
    "make_yardsticks",
    "measure_growth",
    "step_reward",
]

#: How many of the largest sizes give the exponents, and at how many the cost itself is looked at.
_JUDGED, _LARGE = 3, 2
#: What a reference may use at one size, in fuel, beside what a function that does nothing costs.
_MOST = 4_000_000_000
#: More than a function that does nothing costs.
_FLOOR = 250_000_000
#: Fuel that is nobody's algorithm: added to what is allowed.
_ALLOWED = 2_000_000
#: More than compiling costs, for each character of the text.
_PER_CHARACTER = 8_000
#: Less than this is not told from nothing.
_LEAST = 100_000
#: How far from the slow reference's cost, on the way to the fast one's, a submission must be to be
#: paid in full and in half.
_FULL, _HALF = 1 / 2, 1 / 3
#: Exponents count as those of a reference within this share of their distance, and within this.
_NEAR, _NEAR_MOST = 0.35, 0.5
#: A problem whose fast reference is not at least so many times as cheap at the largest size cannot
#: be judged.
LEAST_GAIN = 24.0
_CLOCK_S = 60.0
_MEMORY_MB = 256


_COMPILE = "def compiled(text):\n    compile(text, 'solution.py', 'exec')\n"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a task knows of its growing arguments, one entry for each size, smallest first.

    Attributes:
        floor: Fuel of a function that does nothing, without compiling it.
        slow: Fuel of the slow reference, less the floor and its compiling; None where it went over
            the bound.
        fast: Fuel of the fast reference, less the floor and its compiling.
        expected: The right answers.
        blank: Fuel of compiling no text, one figure for all sizes: it is contained in that of
            compiling any text.
    """

    floor: tuple[int, ...]
    slow: tuple[int | None, ...]
    fast: tuple[int, ...]
    expected: tuple[Json, ...]
    blank: int

    def as_json(self) -> dict[str, Json]:
        """Return all of it as JSON values, to be kept with a task."""
        return {
            "floor": list(self.floor),
            "slow": list(self.slow),
            "fast": list(self.fast),
            "expected": list(self.expected),
            "blank": self.blank,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Yardstick:
        """Return what `as_json` was made of."""
        floor, slow, fast, expected = (
            tuple(kept[name]) for name in ("floor", "slow", "fast", "expected")
        )
        return cls(floor, slow, fast, expected, kept["blank"])


@dataclass(frozen=True, slots=True)
class Growth:
    """What a submission did on growing arguments, one entry for each size.

    Attributes:
        fuel: Fuel less the floor and compiling; None where it did not come to a good end within
            the bound.
        right: Whether it gave the right answer.
        said: "ok", or what happened instead: "exception", "timeout", "memory_limit", ...
        cpu_s: Processor seconds of all sizes, as the sandbox saw them.
    """

    fuel: tuple[int | None, ...]
    right: tuple[bool, ...]
    said: tuple[str, ...]
    cpu_s: float


def make_yardsticks(sandbox: Sandbox, problems: Sequence[Problem]) -> list[Yardstick | str]:
    """Measure the references of problems, all in one batch.

    A problem that cannot serve gives the reason as text: an answer is missing, the references
    disagree, or the fast one is not fast enough (`LEAST_GAIN`).

    Raises:
        SandboxError: A fault of ours.
        ValueError: The sandbox has no exact meter.
    """
    limits = _limits(_MOST + _FLOOR)
    calls = []
    for one in problems:
        sources = (_nothing(one.entry), one.source, one.second)
        calls += [_compiling(source) for source in ("", *sources)]
        calls += [
            Call(source, one.entry, one.growing, isolated=True, limits=limits) for source in sources
        ]
    done = iter(call_batch(sandbox, calls))
    return [_yardstick([next(done) for _ in range(7)]) for _ in problems]


def _compiling(source: str) -> Call:
    """Return what compiles a text, and runs nothing of it."""
    limits = _limits(_FLOOR + _PER_CHARACTER * len(source))
    return Call(_COMPILE, "compiled", [[source]], isolated=True, limits=limits)


def _nothing(entry: str) -> str:
    return f"def {entry}(*_):\n    return None\n"


def _limits(fuel: float) -> Limits:
    # The clock only ends what hangs without using fuel, so that a busy machine decides nothing.
    cpu_s = max(0.01, fuel / FUEL_PER_SECOND)
    return Limits(cpu_s=cpu_s, wall_s=_CLOCK_S, memory_mb=_MEMORY_MB)


def _fuel(done: Calls, floor: Sequence[int]) -> list[int | None]:
    """Return the fuel at each size less the floor, None where there is no result."""
    found: list[int | None] = []
    for result, execution, base in zip(done.results, done.executions, floor, strict=True):
        if execution.ok and execution.cost is None:
            msg = 'growth needs a sandbox with an exact meter: open_sandbox("wasm")'
            raise ValueError(msg)
        good = execution.ok and result.status == "ok" and execution.cost is not None
        found.append((execution.cost or 0) - base if good else None)
    return found


def _yardstick(done: Sequence[Calls]) -> Yardstick | str:
    # A text that does not compile has no figure there, and none as a reference either.
    blank, *compiling = ((_fuel(one, [0])[0] or 0) for one in done[:4])
    texts = [one - blank for one in compiling]
    nothing, slow, fast = done[4:]
    sizes = len(nothing.results)
    if sizes < _JUDGED + 1:
        return f"{sizes} sizes are too few"
    floor = [one or 0 for one in _fuel(nothing, [texts[0]] * sizes)]
    slows = _fuel(slow, [base + texts[1] for base in floor])
    slows = [None if one is None or one > _MOST else one for one in slows]
    fasts = _fuel(fast, [base + texts[2] for base in floor])
    quick = [one for one in fasts if one is not None]
    if len(quick) < len(fasts):
        bad = next(one for one in fast.results if one.status != "ok")
        return f"the fast reference: {bad.status} {bad.error}"
    for one, other, execution in zip(slow.results, fast.results, slow.executions, strict=True):
        ended = execution.status == "timeout"  # that it is too slow to answer is no disagreement
        if not ended and (one.status != "ok" or not same_value(one.value, other.value)):
            return f"the references disagree: {one.status} {one.value!r:.200} {one.error}"
    expected = tuple(one.value for one in fast.results)
    made = Yardstick(tuple(floor), tuple(slows), tuple(quick), expected, blank)
    if (gain := _or_most(slows[-1]) / max(_LEAST, quick[-1])) < LEAST_GAIN:
        return f"the fast reference is only {gain:.1f} times as fast at the largest size"
    if (
        step_reward(made.slow, made.slow, made.fast)
        or step_reward(made.fast, made.slow, made.fast) < 1
    ):
        return f"the references cannot be told apart: {made.slow} and {made.fast}"
    return made


def _or_most(fuel: int | None) -> int:
    return _MOST if fuel is None else fuel


def _allowed(slow: int | None, fast: int, share: float) -> float:
    """Return the cost that lies so far from the slow reference's on the way to the fast one's."""
    low, high = max(_LEAST, fast), max(_LEAST, _or_most(slow))
    return float(high ** (1 - share) * low**share) + _ALLOWED


def _bounds(source: str, yardstick: Yardstick) -> list[float]:
    """Return the fuel that a submission gets at each size, which nobody paid for needs in full."""
    large = [
        _allowed(slow, fast, _HALF)
        for slow, fast in zip(yardstick.slow, yardstick.fast, strict=True)
    ][-_LARGE:]
    early = [large[0]] * (len(yardstick.floor) - len(large))
    return [
        base + bound + _PER_CHARACTER * len(source)
        for base, bound in zip(yardstick.floor, (*early, *large), strict=True)
    ]


def measure_growth(
    sandbox: Sandbox,
    submissions: Sequence[tuple[str, str, Sequence[Sequence[Json]], Yardstick]],
) -> list[Growth]:
    """Run submissions on growing arguments, all in one batch.

    A submission is stopped at each size, always at the same instruction, when it has used more
    than any that is paid, which at the largest sizes is less than the slow reference uses.

    Args:
        sandbox: A sandbox with an exact meter: `sandboxes.wasm.WasmSandbox`.
        submissions: For each, its source, the function's name, the growing arguments and what the
            task knows of them.

    Raises:
        SandboxError: A fault of ours.
        ValueError: The sandbox has no exact meter.
    """
    calls = []
    for source, entry, growing, yardstick in submissions:
        calls.append(_compiling(source))
        calls += [
            Call(source, entry, [arguments], isolated=True, limits=_limits(bound))
            for arguments, bound in zip(growing, _bounds(source, yardstick), strict=True)
        ]
    done = iter(call_batch(sandbox, calls))
    return [_growth(next(done), [next(done) for _ in one.floor], one) for *_, one in submissions]


def _growth(compiling: Calls, runs: Sequence[Calls], yardstick: Yardstick) -> Growth:
    fuel, right, said = [], [], []
    text = (_fuel(compiling, [0])[0] or 0) - yardstick.blank
    for run, base, expected in zip(runs, yardstick.floor, yardstick.expected, strict=True):
        fuel += _fuel(run, [base + text])
        result, execution = run.results[0], run.executions[0]
        right.append(execution.ok and result.status == "ok" and same_value(result.value, expected))
        ended = execution.status not in ("ok", "runtime_error")
        said.append(execution.status if ended else result.status)
    cpu_s = sum(run.executions[0].cpu_s for run in (compiling, *runs))
    return Growth(tuple(fuel), tuple(right), tuple(said), cpu_s)


def growth_reward(growth: Growth, yardstick: Yardstick) -> float:
    """Return 1, 0.5 or 0 for a measured submission; 0 if one answer was not right."""
    if not all(growth.right):
        return 0.0
    return step_reward(growth.fuel, yardstick.slow, yardstick.fast)


def step_reward(
    own: Sequence[int | None], slow: Sequence[int | None], fast: Sequence[int | None]
) -> float:
    """Return what the growth of a cost earns, given the costs of the two references.

    1 for the fast reference's class or better, 0 for the slow one's, 0.5 for one between.
    The exponent of a submission is the largest of its last two steps, so that waste at one size
    does not hide it.

    Args:
        own: Fuel of the submission at each size, smallest first; None where it was stopped.
        slow: Fuel of the slow reference; None where it would have taken too long.
        fast: Fuel of the fast reference.

    Raises:
        ValueError: There are fewer than three sizes, or the fast reference lacks one.

    Example:
        >>> slow = [10**6 * n * n for n in (8, 16, 32, 64)]
        >>> fast = [10**6 * n for n in (8, 16, 32, 64)]
        >>> step_reward([3 * cost for cost in fast], slow, fast)
        1.0
        >>> step_reward([cost // 5 for cost in slow], slow, fast)
        0.0
    """
    if not len(own) == len(slow) == len(fast) >= _JUDGED:
        msg = f"three sizes at least, the same for all; got {len(own)}, {len(slow)}, {len(fast)}"
        raise ValueError(msg)
    quick = [one for one in fast if one is not None]
    if len(quick) < len(fast):
        msg = "the fast reference has no figure at some size"
        raise ValueError(msg)
    costs = [one for one in own if one is not None]
    if len(costs) < len(own):
        return 0.0
    mine, high = max(_exponents(costs)), min(_exponents(slow))
    low = min(max(_exponents(quick)), high)
    near = min(_NEAR_MOST, _NEAR * (high - low))
    if mine >= high - near or not _cheap(costs, slow, quick, _HALF):
        return 0.0
    return 1.0 if mine <= low + near and _cheap(costs, slow, quick, _FULL) else 0.5


def _exponents(costs: Sequence[int | None]) -> list[float]:
    """Return the local exponents of the judged steps; infinite where the cost is unknown."""
    last = costs[-_JUDGED:]
    return [
        math.inf if one is None or two is None else math.log2(max(_LEAST, two) / max(_LEAST, one))
        for one, two in pairwise(last)
    ]


def _cheap(
    own: Sequence[int], slow: Sequence[int | None], fast: Sequence[int], share: float
) -> bool:
    last = zip(own[-_LARGE:], slow[-_LARGE:], fast[-_LARGE:], strict=True)
    return all(mine <= _allowed(most, least, share) for mine, most, least in last)
