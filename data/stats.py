"""Intervals and measures of agreement, as plain functions of counts.

Formulas are short and named with their source; the tests hold each against an independent computation
(statsmodels, the package krippendorff, worked examples). Written out here because importing statsmodels
costs every start of the server two seconds and 60 MB for three formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_NORMAL = NormalDist()


def _z(level: float, comparisons: int = 1) -> float:
    """The normal quantile of a two-sided interval, Bonferroni-corrected for several at once."""
    return _NORMAL.inv_cdf(1 - (1 - level) / (2 * comparisons))


def wilson(counts: ArrayLike, totals: ArrayLike, level: float = 0.95, comparisons: int = 1) -> tuple[Floats, Floats]:
    """Score intervals of shares, from 0 to 1 (Wilson 1927, JASA 22, eq. for the score test inverted).

    `counts` of `totals`, elementwise; nan where the total is 0.
    """
    n = np.asarray(totals, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.asarray(counts, dtype=float) / n
        z2 = _z(level, comparisons) ** 2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def goodman(counts: Sequence[int], level: float = 0.95) -> tuple[Floats, Floats]:
    """Simultaneous intervals of the shares of one multinomial sample (Goodman 1965, Technometrics 7).

    All of them hold together with probability `level`: the score interval of each share at the
    Bonferroni-corrected level. From 0 to 1; nan when there is nothing to take a share of.
    """
    return wilson(counts, [sum(counts)] * len(counts), level, comparisons=len(counts))


def newcombe(count_1: int, n_1: int, count_2: int, n_2: int, level: float = 0.95) -> tuple[float, float, float]:
    """Difference of two independent shares, first minus second, and its interval, from -1 to 1.

    The hybrid score interval (Newcombe 1998, Statistics in Medicine 17, method 10). nan where a sample is empty.
    """
    if not n_1 or not n_2:
        return float("nan"), float("nan"), float("nan")
    p1, p2 = count_1 / n_1, count_2 / n_2
    (l1, u1), (l2, u2) = ((float(side[0]) for side in wilson([c], [n], level)) for c, n in ((count_1, n_1), (count_2, n_2)))
    low = p1 - p2 - float(np.hypot(p1 - l1, u2 - p2))
    high = p1 - p2 + float(np.hypot(u1 - p1, p2 - l2))
    return p1 - p2, low, high


def agreement_a(counts: Sequence[float]) -> float:
    """Van der Eijk's agreement A of an ordered rating scale (Quality & Quantity 35, 2001, 325-341).

    `counts` of each step in order. 1: all on one step; 0: spread evenly; -1: half on each end.
    The distribution is cut into layers of equal height; each layer's pattern of filled and empty steps
    has an agreement U * (1 - (S - 1) / (K - 1)), and A is their mean weighted by the layers' mass.
    nan when there is no rating.
    """
    left = np.asarray(counts, dtype=float)
    total = left.sum()
    if total <= 0:
        return float("nan")
    agreement = 0.0
    while left.sum() > 1e-12 * total:
        filled = left > 1e-12 * total
        height = left[filled].min()
        layer = np.where(filled, height, 0.0)
        agreement += _pattern_agreement(filled.tolist()) * layer.sum() / total
        left = left - layer
    return float(agreement)


def _pattern_agreement(filled: list[bool]) -> float:
    """Agreement of one layer: how one-peaked its filled steps stand (U), and how few they are."""
    k, s = len(filled), sum(filled)
    if s == k:
        return 0.0
    # Triples (i < j < l): 110 and 011 speak for one peak (TU), 101 for two (TDU).
    one_peak = two_peaks = 0
    for i in range(k):
        for j in range(i + 1, k):
            for m in range(j + 1, k):
                triple = (filled[i], filled[j], filled[m])
                one_peak += triple in ((True, True, False), (False, True, True))
                two_peaks += triple == (True, False, True)
    told = one_peak + two_peaks
    u = ((k - 2) * one_peak - (k - 1) * two_peaks) / ((k - 2) * told) if told else 1.0
    return u * (1 - (s - 1) / (k - 1))


def percentile_interval(draws: Floats, level: float = 0.95) -> tuple[float, float]:
    """The middle of bootstrap draws (Efron's percentile interval); nan when there is none."""
    kept = draws[~np.isnan(draws)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def krippendorff_alpha(pairs: ArrayLike, ordinal: bool) -> float:
    """Krippendorff's alpha of two codings without gaps: 1 is full agreement, 0 what chance would give.

    `pairs` is a square table: how many units the first coding put on step i and the second on step k, the
    steps in order where the scale is ordinal. nan where alpha is not defined: fewer than two units, or one
    step only. Coincidence matrix and difference functions after Krippendorff, "Computing Krippendorff's
    Alpha-Reliability" (2011), sections C and D.
    """
    table = np.asarray(pairs, dtype=float)
    coincidences = table + table.T  # each unit gives both ordered pairs of its two values
    marginals = coincidences.sum(axis=0)
    n = marginals.sum()
    if table.sum() < 2 or np.count_nonzero(marginals) < 2:
        return float("nan")
    if ordinal:
        # Between two steps lie the values on all steps from the one to the other, half of the two ends.
        reached = np.cumsum(marginals) - marginals / 2
        differences = np.subtract.outer(reached, reached) ** 2
    else:
        differences = 1.0 - np.eye(len(marginals))
    observed = (coincidences * differences).sum() / n
    expected = (np.outer(marginals, marginals) * differences).sum() / (n * (n - 1))
    return float(1 - observed / expected)


def clopper_pearson(count: int, n: int, level: float = 0.95, comparisons: int = 1) -> tuple[float, float]:
    """Exact interval of a share, from 0 to 1 (Clopper & Pearson 1934, Biometrika 26); nan when `n` is 0.

    The shares under which `count` of `n` or more, or that or fewer, would not be rarer than half of what
    the level leaves; Bonferroni-corrected for several intervals at once.
    """
    if not n:
        return float("nan"), float("nan")
    tail = (1 - level) / (2 * comparisons)
    low = 0.0 if count == 0 else _where(lambda p: _at_least(count, n, p) >= tail)
    high = 1.0 if count == n else 1 - _where(lambda q: _at_least(n - count, n, q) >= tail)
    return low, high


def _at_least(count: int, n: int, p: float) -> float:
    """Chance of `count` or more of `n` when each comes with chance `p`, 0 < p < 1."""
    k = np.arange(count, n + 1)
    ways = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    return float(np.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p)).sum())


def _where(holds: Callable[[float], bool]) -> float:
    """The point between 0 and 1 from which on a condition holds, by halving."""
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def rate_ratio(
    count_1: int, days_1: float, count_2: int, days_2: float, level: float = 0.95, comparisons: int = 1
) -> tuple[float, float, float]:
    """Ratio of two rates of rare events, first to second, and its interval; inf where the second may be 0.

    Given both counts together, the first is binomial with share r·d1 / (r·d1 + d2) for a ratio r (the exact
    conditional test of Przyborowski & Wilenski 1940, Biometrika 31), so the ends are those of
    `clopper_pearson`. Events are taken to come independently. nan without events or without days.
    """
    if not count_1 + count_2 or min(days_1, days_2) <= 0:
        return float("nan"), float("nan"), float("nan")
    shares = (count_1 / (count_1 + count_2), *clopper_pearson(count_1, count_1 + count_2, level, comparisons))
    ratio, low, high = (share / (1 - share) * days_2 / days_1 if share < 1 else float("inf") for share in shares)
    return ratio, low, high
