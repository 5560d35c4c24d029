"""Several events taken together: what they did on average, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.event_study.ranks import centred, rank_z
from data.event_study.single import EventWindow, Refusal, Window
from data.tails import binomial_p, normal_p, student_p, student_quantile

Floats = NDArray[np.float64]

#: Below so many events, tests that lean on the normal distribution are approximate, and the page says so.
SMALL = 10
#: Fewer shared estimation days than this say nothing of how two events' returns go together.
MIN_SHARED_DAYS = 20


@dataclass(frozen=True, eq=False)
class PooledWindows:
    """Several events, day by day. See `pooled` for the formulas.

    `days`: one row a relative day: `relative_day`; the mean abnormal return `aar_pct` with `aar_se_pct`,
    `aar_t`, `aar_p`, `aar_low_pct`, `aar_high_pct` (across events), `aar_bmp`, `aar_bmp_p`, `aar_correlation`,
    `aar_adj_bmp`, `aar_adj_bmp_p`, `aar_rank_z`, `aar_rank_p`, `aar_adj_rank_z`, `aar_adj_rank_p`,
    `aar_n_positive`, `aar_sign_p`; and the same of the cumulated returns up to that day, with the prefix `caar`.
    """

    n_events: int
    is_small: bool  #: fewer than SMALL events
    model: str
    returns: str
    window: Window
    estimation: Window
    level: float
    n_pairs: int
    n_overlapping: int  #: pairs whose windows share a day
    overlapping_share: float
    overlaps: tuple[tuple[int, int], ...]  #: those pairs, by their places among the events given
    n_estimated_over: int  #: events in whose estimation window the trading day of another lies
    positive_share: float  #: of the abnormal returns in the estimation windows
    days: pd.DataFrame


def pooled(results: Sequence[EventWindow]) -> PooledWindows | Refusal:
    """Average and cumulated average abnormal returns of two or more events, with the tests below; all are two-sided.

    With n events, A_i either the abnormal return of a relative day or the cumulated one up to it, and s_i its
    standard error from the event's own fit (prediction error included):

    - Across events: t = mean A / (sd(A) / sqrt n), Student with n - 1 degrees of freedom; the band is its
      interval. Free of the estimation window's variance (Brown & Warner 1980, JFE 8; 1985, JFE 14).
    - BMP, the standardised cross-sectional test: S_i = A_i / s_i, t = mean S / (sd(S) / sqrt n) (Boehmer,
      Musumeci & Poulsen 1991, JFE 30). As the spread is that of the event's days, variance that events
      themselves bring does not make it reject too often. Held against Student with n - 1 degrees of freedom.
    - ADJ-BMP: BMP x sqrt((1 - r) / (1 + (n - 1) r)), r the mean of the correlations of estimation-window
      residuals over all pairs of events (Kolari & Pynnönen 2010, RFS 23). That supposes that all events share
      their days. Here a pair counts with the share of the window's days that its two windows have in common
      (of a single day: 1 where both fall on it, else 0), as abnormal returns of different days are taken to
      be uncorrelated. With one event day for all it is theirs; without overlaps r is 0 and it is BMP.
      nan where a pair that overlaps shares fewer than 20 estimation days, or repeats the same event.
    - Rank: Corrado (1989) and Corrado & Zivney (1992), over several days as in `ranks.rank_z`; normal. It
      rejects too often where windows overlap without falling on the same days. ADJ-RANK is for those, in the
      manner of Pynnönen (2022, J. Risk and Financial Management 15): the same sum of mean ranks, its variance
      m (T - m) / (12 (T + 1)) x (1 + (n - 1) r) / n, with r as above but of the ranks.
    - Sign: positive returns against the share p of positive ones in the estimation windows (the generalised
      sign test of Cowan 1992), with the binomial distribution itself instead of its normal approximation.

    Raises ValueError where the events were not computed with the same parameters.
    """
    if len({(r.model, r.returns, r.window, r.estimation, r.level) for r in results}) > 1:
        raise ValueError("events can be pooled only when they were computed with the same model, returns, windows and level")
    n = len(results)
    if n < 2:
        return Refusal("too_few_events", n=n, needed=2)
    first = results[0]
    dates = np.array([r.days["date"].to_numpy() for r in results])
    same, shared = _shared_days(dates)
    correlations = _correlations([r.estimation_days.set_index("date")["abnormal_return_pct"] for r in results])
    positive = float(np.mean([(r.estimation_days["abnormal_return_pct"] > 0).mean() for r in results]))
    columns: dict[str, Floats | NDArray[np.int64]] = {"relative_day": first.days["relative_day"].to_numpy()}
    for prefix, value, error, weights in (("aar", "abnormal_return", "abnormal_se", same), ("caar", "car", "car_se", shared)):
        values = np.array([r.days[f"{value}_pct"].to_numpy() for r in results])
        errors = np.array([r.days[f"{error}_pct"].to_numpy() for r in results])
        columns |= _tests(prefix, values, errors, _weighted(correlations, weights), positive, first.level)
    columns |= _rank_tests(results, same, shared)
    overlaps = [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(shared[:, :, -1] > 0, 1)), strict=True)]
    pairs = n * (n - 1) // 2
    return PooledWindows(
        n_events=n,
        is_small=n < SMALL,
        model=first.model,
        returns=first.returns,
        window=first.window,
        estimation=first.estimation,
        level=first.level,
        n_pairs=pairs,
        n_overlapping=len(overlaps),
        overlapping_share=len(overlaps) / pairs,
        overlaps=tuple(overlaps),
        n_estimated_over=sum(any(one.estimation_first <= other.trading_day <= one.estimation_last for other in results) for one in results),
        positive_share=positive,
        days=pd.DataFrame(columns),
    )


def _each(function: Callable[[float], float], values: Floats) -> Floats:
    return np.array([function(float(value)) for value in values])


def _tests(prefix: str, values: Floats, errors: Floats, correlation: Floats, positive: float, level: float) -> dict[str, Floats]:
    """The tests of one quantity; `values` and `errors` hold a row an event, a column a relative day."""
    n = len(values)

    def against_zero(sample: Floats) -> tuple[Floats, Floats]:
        spread = sample.std(axis=0, ddof=1) / np.sqrt(n)
        with np.errstate(divide="ignore", invalid="ignore"):
            return spread, np.where(spread > 1e-12, sample.mean(axis=0) / spread, np.nan)

    se, t = against_zero(values)
    _, bmp = against_zero(values / errors)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (1 - correlation) / (1 + (n - 1) * correlation)
        adjusted = bmp * np.sqrt(np.where((factor > 1e-12) & np.isfinite(factor), factor, np.nan))
    reach = student_quantile(level, n - 1)
    n_positive = (values > 0).sum(axis=0)
    mean = values.mean(axis=0)

    def p_of(statistic: Floats) -> Floats:
        return _each(lambda each: student_p(each, n - 1), statistic)

    return {
        f"{prefix}_pct": mean,
        f"{prefix}_se_pct": se,
        f"{prefix}_t": t,
        f"{prefix}_p": p_of(t),
        f"{prefix}_low_pct": mean - reach * se,
        f"{prefix}_high_pct": mean + reach * se,
        f"{prefix}_bmp": bmp,
        f"{prefix}_bmp_p": p_of(bmp),
        f"{prefix}_correlation": correlation,
        f"{prefix}_adj_bmp": adjusted,
        f"{prefix}_adj_bmp_p": p_of(adjusted),
        f"{prefix}_n_positive": n_positive,
        f"{prefix}_sign_p": np.array([binomial_p(int(count), n, positive) for count in n_positive]),
    }


def _shared_days(dates: NDArray[np.datetime64]) -> tuple[Floats, Floats]:
    """For each pair of events and relative day: 1 where both fall on one date; and the share of dates up to it that both have."""
    n, m = dates.shape
    same, shared = np.zeros((n, n, m)), np.zeros((n, n, m))
    for i in range(n):
        for j in range(i + 1, n):
            if dates[i, 0] > dates[j, -1] or dates[j, 0] > dates[i, -1]:
                continue
            same[i, j] = same[j, i] = dates[i] == dates[j]
            _, a, b = np.intersect1d(dates[i], dates[j], assume_unique=True, return_indices=True)
            # A date that both have is shared as soon as both windows have come to it.
            counts = np.bincount(np.maximum(a, b), minlength=m).cumsum()
            shared[i, j] = shared[j, i] = counts / np.arange(1, m + 1)
    return same, shared


def _correlations(values: Sequence[pd.Series]) -> Floats:
    """Correlations of the events' estimation days over the dates that two share; nan where those are too few."""
    return pd.concat(values, axis=1, keys=range(len(values)), sort=False).corr(min_periods=MIN_SHARED_DAYS).to_numpy()


def _weighted(correlations: Floats, weights: Floats) -> Floats:
    """The mean over all pairs of correlation times weight, for each relative day. A pair of weight 0 adds 0, known or not."""
    upper = np.triu_indices(len(correlations), 1)
    rho, share = correlations[upper][:, None], weights[upper]
    return np.where(share > 0, np.where(share > 0, rho, 0) * share, 0.0).mean(axis=0)


def _centred_ranks(results: Sequence[EventWindow]) -> list[pd.Series]:
    """Each event's ranks of estimation and window days together, by relative day; a return over a gap by what it is a session."""
    columns = []
    for result in results:
        scaled = result.days["abnormal_return_pct"] / np.sqrt(result.days["n_sessions"])
        values = np.concatenate([result.estimation_days["abnormal_return_pct"].to_numpy(), scaled.to_numpy()])
        at = np.concatenate([result.estimation_days["relative_day"].to_numpy(), result.days["relative_day"].to_numpy()])
        columns.append(pd.Series(centred(values), index=at))
    return columns


def _rank_tests(results: Sequence[EventWindow], same: Floats, shared: Floats) -> dict[str, Floats]:
    """The rank test of each relative day and of the days up to it, as it is and adjusted for windows that overlap."""
    n = len(results)
    columns = _centred_ranks(results)
    table = pd.concat(columns, axis=1, sort=False).sort_index()
    in_window = table.index.to_numpy() >= results[0].window[0]
    day_z, window_z = rank_z(table.to_numpy(), in_window)
    estimated = [column.iloc[: r.n_estimation].set_axis(r.estimation_days["date"]) for column, r in zip(columns, results, strict=True)]
    correlations = _correlations(estimated)
    mean = table.to_numpy()[in_window].mean(axis=1)
    m = np.arange(1, len(mean) + 1)
    totals = np.array([len(column) for column in columns])[:, None]

    def adjusted(total: Floats, days: NDArray[np.int64], weights: Floats) -> Floats:
        variance = (days * (totals - days) / (12 * (totals + 1))).mean(axis=0)
        widened = variance * (1 + (n - 1) * _weighted(correlations, weights)) / n
        return np.divide(total, np.sqrt(np.maximum(widened, 0)), out=np.full(len(total), np.nan), where=widened > 1e-12)

    found = {
        "aar_rank": day_z,
        "aar_adj_rank": adjusted(mean, np.ones_like(m), same),
        "caar_rank": window_z,
        "caar_adj_rank": adjusted(np.cumsum(mean), m, shared),
    }
    return {f"{name}_{what}": z if what == "z" else _each(normal_p, z) for name, z in found.items() for what in ("z", "p")}
