"""Rank tests of abnormal returns: days in the window against all days, whatever the returns' distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ranks(values: Floats) -> Floats:
    """Ranks from 1 up, equal values sharing their mean rank; nan stays nan."""
    result = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    _, place, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    result[known] = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return result


def centred(values: Floats) -> Floats:
    """Ranks as U = K / (1 + M) - 1/2, M of the values being known: between -1/2 and 1/2, with mean 0 (Corrado & Zivney 1992)."""
    return ranks(values) / (1 + np.count_nonzero(~np.isnan(values))) - 0.5


def rank_z(centred_ranks: Floats, in_window: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The rank test for each day of the window, and for the window from its first day to each: two rows of z.

    `centred_ranks`: a row a relative day (estimation days, then the window's), a column an event, nan where an
    event has no such day; `in_window` marks the window's rows, in order.

    A day: z_t = U_t / S with U_t the mean over the n_t events that have the day and S^2 = (1/T) sum over all
    T days of (n_t / n) U_t^2 (Corrado 1989, JFE 23; ranks standardised for missing days: Corrado & Zivney 1992,
    JFQA 27).
    As S is taken from the series of daily means, events that are correlated on the same relative day widen it.

    The window's first m days: z = sum of U_t / (S sqrt(m (T - m) / (T - 1))). Corrado's statistic summed over
    days, as Campbell & Wasley (1993, JFE 33) do, with the variance of a sum of m out of T ranks that sum to nothing,
    instead of m (the correction of Kolari & Pynnönen 2011, J. Empirical Finance 18). For one event without
    ties that variance is m (T - m) / (12 (T + 1)), and z is that of Wilcoxon's rank sum.
    """
    known = ~np.isnan(centred_ranks)
    n_t = known.sum(axis=1)
    used = n_t > 0
    mean = np.divide(np.where(known, centred_ranks, 0).sum(axis=1), n_t, out=np.zeros(len(n_t)), where=used)
    total = np.count_nonzero(used)
    spread = np.sqrt((n_t / centred_ranks.shape[1] * mean**2).sum() / total) if total else np.nan
    m = np.arange(1, np.count_nonzero(in_window) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        day = np.where(used[in_window], mean[in_window] / spread, np.nan)
        window = np.cumsum(mean[in_window]) / (spread * np.sqrt(m * (total - m) / (total - 1)))
    return day, window


def one_rank_p(rank: float, n: int) -> float:
    """How often one of `n` days in random order lies as near either end as this rank: exact, twice the smaller tail.

    A single day's z is at most the square root of 3, so the normal distribution would never find one rare.
    """
    return min(1.0, 2 * min(rank, n + 1 - rank) / n)
