"""Tail probabilities: how rarely chance alone lies so far out.

Written out as importing scipy costs every start of the server seconds; the tests hold each function against it.
"""

from __future__ import annotations

import math
from functools import lru_cache


def normal_p(z: float) -> float:
    """Two-sided tail probability of a standard normal: how often a draw lies as far from 0 as `z`. nan for nan."""
    return math.erfc(abs(z) / math.sqrt(2))


def student_p(t: float, df: float) -> float:
    """Two-sided tail probability of Student's t with `df` degrees of freedom. nan for nan.

    The regularised incomplete beta function I_x(df/2, 1/2) at x = df / (df + t^2) (Abramowitz & Stegun 1964, 26.7.1).
    """
    if math.isnan(t) or math.isinf(t):
        return 0.0 if math.isinf(t) else math.nan
    return _incomplete_beta(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5)


@lru_cache(maxsize=256)
def student_quantile(level: float, df: float) -> float:
    """The t that holds `level` of Student's distribution between -t and t: 2.228 for 0.95 and 10 degrees of freedom."""
    low, high = 0.0, 1.0
    while student_p(high, df) > 1 - level:
        low, high = high, high * 2
    while low < (middle := (low + high) / 2) < high:  # until no number lies between
        low, high = (middle, high) if student_p(middle, df) > 1 - level else (low, middle)
    return high


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """I_x(a, b), with `rest` = 1 - x given apart so that neither loses digits near 0.

    The continued fraction of NIST's Digital Library of Mathematical Functions, 8.17.22, by Lentz's method as
    Thompson and Barnett (1986) modified it; beyond the mean the mirrored one (8.17.4), as only there it is fast.
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(rest, x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)) / a
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(1, 1000):
        m = step // 2
        if step % 2:
            part = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            part = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + part * d) or 1e-300)
        c = (1 + part / c) or 1e-300
        fraction *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front / fraction


def binomial_p(count: int, n: int, share: float) -> float:
    """Two-sided exact probability of so uneven a count: twice the smaller tail of Binomial(n, share), at most 1.

    nan where nothing was counted or the share is not between 0 and 1.
    """
    if not n or not 0 < share < 1:
        return math.nan
    ways = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    chances = [math.exp(w + k * math.log(share) + (n - k) * math.log1p(-share)) for k, w in enumerate(ways)]
    return min(1.0, 2 * min(math.fsum(chances[: count + 1]), math.fsum(chances[count:])))
