"""Price generators, one bar at a time: returns overnight and by day, volume, signal and volatility.

Every kind draws a gap (from the last close to the open) and a rest (from the open to the close) as

    1 + gap = growth (1 + lean) M,    E[M | past] = 1,    M > 0,

where growth comes from the drift and lean from the planted signal. M is exp(s g - s^2 / 2) with g
normal, or 1 + s g q with g normal, q an independent scale, and s g q cut at the same size on both sides.
So without drift and signal the price is an exact martingale, at the open and at the close. The kind
"ou" alone is none: its log price comes back to its trend.

Sources: Merton, J. Financial Economics 3 (1976) 125; Heston, Rev. Financial Studies 6 (1993) 327, by
full truncation (Lord, Koekkoek and van Dijk, Quantitative Finance 10 (2010) 177); Glosten, Jagannathan
and Runkle, J. Finance 48 (1993) 1779; Calvet and Fisher, J. Financial Econometrics 2 (2004) 49;
Hamilton, Econometrica 57 (1989) 357.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import inlined, kernel
from synth_envs.kernels.random import mixed, poisson, uniform
from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.normal import normal

__all__ = ["advance", "advance_all", "begin", "bounded", "cut", "noise_of", "spread"]

# At most this much is gained or lost at once where shocks are cut, and by a signal.
_CUT, _MOST_LEAN = 0.5, 0.5
# Larger moves, in standard deviations, bring no more volume.
_MOST_MOVED = 6.0
# Of the usual variance; below it Heston's does not move prices less.
_LEAST_VARIANCE = 2.5e-3
# The size of a shock, in standard deviations, from which losses and gains count nearly in full.
_SOFT = 0.25
# Of activity, in a bar.
_FORGOTTEN = 0.1
_S21, _S42, _BITS_21 = np.uint64(21), np.uint64(42), np.uint64((1 << 21) - 1)
_PER_SUM = 2.0**-22
# Places of a bar's draws.
_GAP, _REST, _OTHER, _SIGNAL, _VOLUME = 0, 1, 2, 3, 4
_SCALE, _ODD, _JUMPS = 8, 15, 8


@kernel
def begin(
    kind: int, p: np.ndarray, s: np.ndarray, keys: np.ndarray, steps: np.ndarray, i: int
) -> None:
    """Write the state before an episode's first bar, and no bars to its steps.

    Args:
        kind: The kind's number in `layout.KINDS`.
        p: Rows of parameters that `draw` or `prepare` wrote, float64 (n, PARAMETERS).
        s: States, float64 (n, STATE); row `i` is written.
        keys: Of the episodes, uint64 (n,).
        steps: How many bars came before, int64 (n,); becomes 0 at `i`.
        i: The episode's row.
    """
    draws = mixed(keys[i], at.START)
    scale, latent = p[i, at.SD], 0.0
    if kind == at.HESTON:
        # The stationary gamma distribution, by Wilson and Hilferty's cube.
        shape = (
            2.0 * p[i, at.REVERSION] * p[i, at.LEVEL] / (p[i, at.VOL_OF_VOL] * p[i, at.VOL_OF_VOL])
        )
        ninth = 1.0 / (9.0 * shape)
        root = max(1.0 - ninth + math.sqrt(ninth) * normal(draws, 1), 0.1)
        latent = p[i, at.LEVEL] * root * root * root
        scale = p[i, at.YEAR_ROOT] * math.sqrt(latent)
    elif kind == at.GJR:
        latent = p[i, at.SD] * p[i, at.SD] * exp(0.4 * normal(draws, 1) - 0.08)
        scale = math.sqrt(latent)
    elif kind >= at.MSM:
        high, many = 0, 0
        for k in range(at.COMPONENTS):
            if uniform(draws, 1 + k) < 0.5:
                high |= 1 << k
                many += 1
        latent, scale = float(high), p[i, at.LEVELS + many]
    elif kind == at.REGIME:
        latent = 1.0 if uniform(draws, 1) < p[i, at.WILD] else 0.0
        scale = p[i, at.WILD_SD] if latent != 0.0 else p[i, at.CALM_SD]
    elif kind == at.OU:
        latent = p[i, at.SD_LONG] * normal(draws, 1)
    s[i, at.LATENT], s[i, at.SCALE], s[i, at.SIGNAL] = latent, scale, normal(draws, 0)
    s[i, at.SIGMA], s[i, at.ACTIVITY], s[i, at.BUSY] = scale, 1.0, 1.0
    s[i, at.RECENT] = 0.0
    s[i, at.NEXT_GAP], s[i, at.NEXT_REST] = p[i, at.ROOT_GAP], p[i, at.ROOT_REST]
    s[i, at.NEXT_SHARE] = p[i, at.PART_GAP]
    s[i, at.NEXT_GROW_GAP], s[i, at.NEXT_GROW_REST] = 1.0, 1.0
    # A bar that nobody sees writes what is known of the first.
    steps[i] = -1
    _advance(kind, p, s, keys, steps, i, i + 1)
    steps[i] = 0


@kernel
def advance(
    kind: int, p: np.ndarray, s: np.ndarray, keys: np.ndarray, steps: np.ndarray, i: int
) -> tuple[float, float, float]:
    """Draw the next bar of one episode and go on to its close.

    Batches take `advance_all`: passing arrays costs more than drawing a bar.

    Args:
        kind: The kind's number in `layout.KINDS`.
        p: Rows of parameters that `draw` or `prepare` wrote, float64 (n, PARAMETERS).
        s: States, float64 (n, STATE); row `i` changes.
        keys: Of the episodes, uint64 (n,).
        steps: How many bars came before, int64 (n,).
        i: The episode's row.

    Returns:
        The arithmetic returns from the last close to the open and from the open to the close, both
        above -1, and the volume, above 0 and about 1 on average.
    """
    _advance(kind, p, s, keys, steps, i, i + 1)
    return s[i, at.GAP], s[i, at.REST], s[i, at.TRADED]


@inlined
def advance_all(
    kind: int, p: np.ndarray, s: np.ndarray, keys: np.ndarray, steps: np.ndarray, mask: np.ndarray
) -> None:
    """Draw the next bar of every episode whose `mask` (bool) is set, as `advance` does.

    GAP, REST and TRADED of its state are what `advance` returns; SIGNAL, SIGMA and EXPECTED are then
    of the bar after.
    """
    first, n = 0, len(keys)
    while first < n:
        # Runs of set masks, so that the loop over a run has no other branches.
        while first < n and not mask[first]:
            first += 1
        last = first
        while last < n and mask[last]:
            last += 1
        if last > first:
            _advance(kind, p, s, keys, steps, first, last)
        first = last


@inlined
def _advance(
    kind: int,
    p: np.ndarray,
    s: np.ndarray,
    keys: np.ndarray,
    steps: np.ndarray,
    first: int,
    last: int,
) -> None:
    for i in range(first, last):
        key, t = keys[i], steps[i]
        draws, c = mixed(key, at.PRICES), t * at.STRIDE
        sigma, share = s[i, at.SIGMA], s[i, at.NEXT_SHARE]
        scale, latent = s[i, at.SCALE], s[i, at.LATENT]
        root_gap, root_rest = s[i, at.NEXT_GAP], s[i, at.NEXT_REST]
        lean = bounded(p[i, at.ALPHA] * sigma * s[i, at.SIGNAL])
        more, leant = 0.0, 1.0
        # Shocks of the gap and of the rest; with normal ones exp(x - x's variance / 2) has mean 1.
        z_gap = root_gap * normal(draws, c + _GAP) if root_gap > 0.0 else 0.0
        z_rest = root_rest * normal(draws, c + _REST)
        shock = z_gap + z_rest
        if kind <= at.REGIME:
            kept = p[i, at.KEEP] * scale
            half = 0.5 * kept * kept
            gap = exp(kept * z_gap - half * share) if root_gap > 0.0 else 1.0
            rest = exp(kept * z_rest - half * (1.0 - share))
            if kind == at.HESTON:
                push = p[i, at.PUSH] * shock + p[i, at.OWN_PUSH] * normal(draws, c + _OTHER)
                above = max(latent, 0.0)
                latent += p[i, at.PULL] * (p[i, at.LEVEL] - above) + math.sqrt(above) * push
                scale = p[i, at.YEAR_ROOT] * math.sqrt(
                    max(latent, _LEAST_VARIANCE * p[i, at.LEVEL])
                )
            elif kind == at.REGIME:
                chance = p[i, at.TO_CALM] if latent != 0.0 else p[i, at.TO_WILD]
                if uniform(draws, c + _OTHER) < chance:
                    latent = 1.0 - latent
                more = latent
                scale = p[i, at.WILD_SD] if latent != 0.0 else p[i, at.CALM_SD]
        elif kind >= at.GJR:
            # One scale for both, so that their sum has Student's distribution too; cut evenly.
            q = spread(int(p[i, at.DEGREES]), draws, c + _SCALE)
            kept = p[i, at.KEEP] * scale * q
            gap = 1.0 + cut(kept * z_gap)
            rest = 1.0 + cut(kept * z_rest)
            shock *= q
            if kind == at.GJR:
                weight = p[i, at.ARCH] + (shock < 0.0) * p[i, at.GJR_LEVERAGE]
                latent = p[i, at.OMEGA] + latent * (p[i, at.KEPT_VARIANCE] + weight * shock * shock)
                scale = math.sqrt(latent)
            else:
                # Renewed components are high more often after losses and after large shocks.
                recent = p[i, at.RECALL] * s[i, at.RECENT] + p[i, at.FRESH] * shock
                size = abs(recent)
                high = 0.5 - 0.5 * p[i, at.LEVERAGE] * recent / (_SOFT + size)
                s[i, at.RECENT] = recent
                high += p[i, at.FEEDBACK] * ((size > p[i, at.TYPICAL]) - 0.5)
                u = uniform(draws, c + _OTHER)
                if u < p[i, at.ANY]:
                    k, before = 0, 0.0
                    while u >= p[i, at.RENEWED + k] and k < at.COMPONENTS - 1:
                        before = p[i, at.RENEWED + k]
                        k += 1
                    bit = int(u - before < (p[i, at.RENEWED + k] - before) * high)
                    which = (int(latent) & ~(1 << k)) | (bit << k)
                    latent, scale = float(which), p[i, at.LEVELS + _ones(which)]
        elif kind == at.JUMP:
            kept = p[i, at.DIFFUSION]
            half, change = 0.5 * kept * kept, 0.0
            gap = 1.0
            if root_gap > 0.0:
                change = kept * z_gap - half * share - p[i, at.RATE_GAP] * p[i, at.JUMP_LOSS]
                change += _jump(
                    p[i, at.RATE_GAP], p[i, at.JUMP_MEAN], p[i, at.JUMP_SD], draws, c + _JUMPS
                )
                gap = exp(change)
            later = kept * z_rest - half * (1.0 - share) - p[i, at.RATE_REST] * p[i, at.JUMP_LOSS]
            later += _jump(
                p[i, at.RATE_REST], p[i, at.JUMP_MEAN], p[i, at.JUMP_SD], draws, c + _JUMPS + 2
            )
            rest, shock = exp(later), (change + later) / sigma
        else:
            # The log price's distance from its trend comes back, at night and by day.
            x, opened, leant = latent, latent, 0.0
            gap = 1.0
            if root_gap > 0.0:
                opened = p[i, at.KEPT_GAP] * x + share * lean + p[i, at.SD_GAP] * z_gap
                gap = exp(opened - x)
            latent = p[i, at.KEPT_REST] * opened + (1.0 - share) * lean + p[i, at.SD_REST] * z_rest
            rest = exp(latent - opened)
        s[i, at.GAP] = s[i, at.NEXT_GROW_GAP] * (1.0 + leant * share * lean) * gap - 1.0
        s[i, at.REST] = s[i, at.NEXT_GROW_REST] * (1.0 + leant * (1.0 - share) * lean) * rest - 1.0
        # Volume: slow activity, the size of the move, and noise.
        fresh = noise_of(mixed(draws, c + _VOLUME))
        moved = fresh * (p[i, at.STILL] + p[i, at.VOLUME] * min(abs(shock), _MOST_MOVED))
        activity = s[i, at.ACTIVITY] + _FORGOTTEN * (moved - s[i, at.ACTIVITY])
        s[i, at.ACTIVITY], s[i, at.TRADED] = activity, s[i, at.BUSY] * activity * moved
        # What is known of the next bar.
        signal = p[i, at.PERSISTENCE] * s[i, at.SIGNAL]
        signal += p[i, at.INNOVATION] * normal(draws, c + _SIGNAL)
        s[i, at.SIGNAL], s[i, at.LATENT], s[i, at.SCALE] = signal, latent, scale
        sigma = scale
        if kind == at.INTRADAY:
            bars = int(p[i, at.BARS_PER_DAY])
            root_gap, root_rest, busy, more = _season(
                (t + 1) % bars,
                bars,
                p[i, at.SEASON],
                p[i, at.CURVE],
                p[i, at.PART_GAP],
                p[i, at.PART_REST],
            )
            # Within days, traders are as busy as prices are volatile.
            s[i, at.BUSY] = busy * scale * p[i, at.BUSYNESS]
            a, b = root_gap * root_gap, root_rest * root_rest
            share, sigma = a / (a + b), sigma * math.sqrt(a + b)
            s[i, at.NEXT_GAP], s[i, at.NEXT_REST], s[i, at.NEXT_SHARE] = root_gap, root_rest, share
        grow_gap = p[i, at.GROW_GAP] + more * p[i, at.MORE_GAP]
        grow_rest = p[i, at.GROW_REST] + more * p[i, at.MORE_REST]
        s[i, at.NEXT_GROW_GAP], s[i, at.NEXT_GROW_REST] = grow_gap, grow_rest
        lean = bounded(p[i, at.ALPHA] * sigma * signal)
        s[i, at.SIGMA] = sigma
        if kind == at.OU:
            factor = _reverted(latent, p[i, at.KEPT], p[i, at.LEAN] * lean, p[i, at.HALF])
        else:
            factor = (1.0 + share * lean) * (1.0 + (1.0 - share) * lean)
        s[i, at.EXPECTED] = grow_gap * grow_rest * factor - 1.0


@kernel
def _reverted(x: float, kept: float, leant: float, half: float) -> float:
    """Return the factor by which a price comes back to its trend, on average."""
    return exp((kept - 1.0) * x + leant + half)


@kernel
def bounded(promised: float) -> float:
    """Return the return that a signal promises, bounded."""
    return min(max(promised, -_MOST_LEAN), _MOST_LEAN)


@kernel
def spread(degrees: int, draws: np.uint64, c: int) -> float:
    """Return the scale that makes a normal number one of Student's, of variance 1."""
    pairs = degrees >> 1
    product = 1.0 - uniform(draws, c)
    # Twice the sum of k exponentials has the chi-squared distribution of 2 k degrees. Without a loop
    # for the usual few degrees, which takes a third longer.
    if pairs > 1:
        product *= 1.0 - uniform(draws, c + 1)
    if pairs > 2:
        product *= 1.0 - uniform(draws, c + 2)
    for k in range(3, pairs):
        product *= 1.0 - uniform(draws, c + k)
    squares = -2.0 * log(product)
    if degrees & 1:
        extra = normal(draws, c + _ODD)
        squares += extra * extra
    return math.sqrt((degrees - 2.0) / squares)


@kernel
def cut(x: float) -> float:
    """Return a return, cut at the same size on both sides."""
    return min(max(x, -_CUT), _CUT)


@kernel
def _jump(rate: float, mean: float, sd: float, draws: np.uint64, c: int) -> float:
    """Return the sum of the logarithms of a Poisson number of jumps."""
    # exp(-rate) >= 1 - rate: mostly one comparison tells that there is no jump.
    if uniform(draws, c) < 1.0 - rate:
        return 0.0
    jumps = poisson(draws, c, rate)
    return jumps * mean + math.sqrt(jumps) * sd * normal(draws, c + 1)


@kernel
def _ones(bits: int) -> int:
    """Return how many of eight bits are set."""
    bits -= (bits >> 1) & 0x55
    bits = (bits & 0x33) + ((bits >> 2) & 0x33)
    return (bits + (bits >> 4)) & 0x0F


@kernel
def _season(
    j: int, bars: int, season: float, curve: float, part_gap: float, part_rest: float
) -> tuple[float, float, float, float]:
    """Return the shares of bar `j` of a day: the gap comes before the first, and middays are calm.

    Returns:
        Roots of the variances of the gap and of the rest, over that of a usual bar; how busy the bar
        is; and 1.0 for the first one.
    """
    x = (2.0 * j + 1.0) / bars - 1.0
    weight = 1.0 + season * (x * x * curve - 1.0)
    first = 1.0 if j == 0 else 0.0
    return math.sqrt(part_gap * bars * first), math.sqrt(part_rest * weight), weight, first


@kernel
def noise_of(word: np.uint64) -> float:
    """Return a number in (0, 2) of mean 1, cheaply: the sum of three uniform ones."""
    total = (word & _BITS_21) + ((word >> _S21) & _BITS_21) + (word >> _S42)
    return (np.float64(np.int64(total)) + 0.5) * _PER_SUM
