"""Exponential, logarithm and the normal quantile in float64: the same bits on every machine.

A system's own functions differ between versions of its library and kinds of processor. These use
additions, multiplications, divisions and square roots only, which IEEE 754 rounds exactly.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.jit import inlined, kernel

__all__ = [
    "bits_of",
    "exp",
    "from_bits",
    "log",
    "normal_cdf",
    "normal_quantile",
    "normal_quantiles",
    "sincospi",
]

# ln 2 in two parts, so that reducing an argument loses nothing (fdlibm, e_exp.c and e_log.c).
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_PER_LN2 = 1.44269504088896338700
_TWO_52, _SPLITTER = 2.0**52, 1.5 * 2.0**52
_MANTISSA, _ONE_BITS = np.int64((1 << 52) - 1), np.int64(0x3FF0000000000000)
_LARGEST, _SMALLEST = 709.0, -708.0
#: How far from a half the quantile's first formula reaches.
_MIDDLE = 0.425
#: Up to where its second formula is good.
_TAIL = 5.0


@kernel
def bits_of(value: float) -> np.int64:
    """Return the bits of a float64."""
    return np.float64(value).view(np.int64)


@kernel
def from_bits(bits: np.int64) -> float:
    """Return the float64 of these bits."""
    return np.int64(bits).view(np.float64)


@kernel
def exp(x: float) -> float:
    """Return e to the power x, to 1e-15 relative; x is taken to be in [-708, 709].

    Source: the rational form of fdlibm's `e_exp.c`.
    """
    if x > _LARGEST:
        x = _LARGEST
    elif not x > _SMALLEST:
        x = _SMALLEST
    k = (x * _PER_LN2 + _SPLITTER) - _SPLITTER
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t
            * (
                6.61375632143793436117e-05
                + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
            )
        )
    )
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    return y * from_bits((np.int64(k) + np.int64(1023)) << np.int64(52))


@kernel
def log(x: float) -> float:
    """Return the natural logarithm of a positive normal number, to 1e-15 relative.

    Source: fdlibm's `e_log.c`, with one path for all arguments.
    """
    bits = bits_of(x)
    k = (bits >> np.int64(52)) - np.int64(1023)
    m = from_bits((bits & _MANTISSA) | _ONE_BITS)
    if m > 1.4142135623730951:
        m *= 0.5
        k += np.int64(1)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = z * (
        6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    whole = np.float64(k)
    return whole * _LN2_HIGH - ((half - (s * (half + even + odd) + whole * _LN2_LOW)) - f)


@kernel
def sincospi(x: float) -> tuple[float, float]:
    """Return sine and cosine of pi times x, to 1e-12; x is taken to be below 2**50 in size."""
    quarter = (2.0 * x + _SPLITTER) - _SPLITTER
    y = (x - 0.5 * quarter) * math.pi
    z = y * y
    # Taylor's series on [-pi/4, pi/4].
    sine = y * (
        1.0 + z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * (1 / 362880 - z / 39916800))))
    )
    cosine = 1.0 + z * (
        -1 / 2
        + z * (1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * (-1 / 3628800 + z / 479001600))))
    )
    place = np.int64(quarter) & np.int64(3)
    if place == 0:
        return sine, cosine
    if place == 1:
        return cosine, -sine
    if place == 2:
        return -sine, -cosine
    return -cosine, sine


@inlined
def _middle_quantile(q: float) -> float:
    """Return the standard normal's quantile at 0.5 + q, where q is at most `_MIDDLE` in size."""
    r = 0.180625 - q * q
    top = 2.5090809287301226727e3
    top = top * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080e0
    low = 5.2264952788528545610e3
    low = low * r + 2.8729085735721942674e4
    low = low * r + 3.9307895800092710610e4
    low = low * r + 2.1213794301586595867e4
    low = low * r + 5.3941960214247511077e3
    low = low * r + 6.8718700749205790830e2
    low = low * r + 4.2313330701600911252e1
    low = low * r + 1.0
    return q * top / low


@inlined
def _tail_quantile(r: float) -> float:
    """Return the size of the quantile where r, the root of the tail's -log, is at most `_TAIL`."""
    r -= 1.6
    top = 7.7454501427834140764e-4
    top = top * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    low = 1.05075007164441684324e-9
    low = low * r + 5.47593808499534494600e-4
    low = low * r + 1.51986665636164571966e-2
    low = low * r + 1.48103976427480074590e-1
    low = low * r + 6.89767334985100004550e-1
    low = low * r + 1.67638483018380384940e0
    low = low * r + 2.05319162663775882187e0
    low = low * r + 1.0
    return top / low


@kernel
def normal_quantile(p: float) -> float:
    """Return the standard normal's quantile at p in (0, 1), to 1e-15 relative.

    Source: PPND16 of Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), 477-484.
    """
    q = p - 0.5
    if abs(q) <= _MIDDLE:
        return _middle_quantile(q)
    r = math.sqrt(-log(p if q < 0.0 else 1.0 - p))
    if r <= _TAIL:
        found = _tail_quantile(r)
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7
        top = top * r + 2.71155556874348757815e-5
        top = top * r + 1.24266094738807843860e-3
        top = top * r + 2.65321895265761230930e-2
        top = top * r + 2.96560571828504891230e-1
        top = top * r + 1.78482653991729133580e0
        top = top * r + 5.46378491116411436990e0
        top = top * r + 6.65790464350110377720e0
        low = 2.04426310338993978564e-15
        low = low * r + 1.42151175831644588870e-7
        low = low * r + 1.84631831751005468180e-5
        low = low * r + 7.86869131145613259100e-4
        low = low * r + 1.48753612908506148525e-2
        low = low * r + 1.36929880922735805310e-1
        low = low * r + 5.99832206555887937690e-1
        low = low * r + 1.0
        found = top / low
    return -found if q < 0.0 else found


@kernel
def normal_quantiles(p: np.ndarray, out: np.ndarray) -> None:
    """Write the quantiles of many, each the one of `normal_quantile`.

    Loops without branches, for compilers to make vector instructions of them: over the middle, and over
    the tails, which are counted first.
    """
    n, count = len(p), 0
    places, room = np.empty(n, np.int64), np.empty((2, n))
    roots, found = room[0], room[1]
    for i in range(n):
        out[i] = _middle_quantile(p[i] - 0.5)
    for i in range(n):
        places[count] = i
        count += abs(p[i] - 0.5) > _MIDDLE
    for k in range(count):
        one = p[places[k]]
        found[k] = one if one < 0.5 else 1.0 - one
    for k in range(count):
        roots[k] = math.sqrt(-log(found[k]))
    for k in range(count):
        found[k] = _tail_quantile(roots[k])
    for k in range(count):
        i = places[k]
        out[i] = -found[k] if p[i] < 0.5 else found[k]
    for k in range(count):
        if roots[k] > _TAIL:
            out[places[k]] = normal_quantile(p[places[k]])


@kernel
def normal_cdf(x: float) -> float:
    """Return the standard normal's distribution function, to 1e-7 absolute.

    Source: formula 26.2.17 of Abramowitz and Stegun, "Handbook of mathematical functions" (1964).
    """
    z = abs(x)
    t = 1.0 / (1.0 + 0.2316419 * z)
    tail = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail *= 0.3989422804014327 * exp(-0.5 * z * z)
    return tail if x < 0.0 else 1.0 - tail
