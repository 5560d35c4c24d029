"""One event and one series: what it returned around the event, beyond what it would have returned anyway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.event_study.ranks import centred, one_rank_p, rank_z, ranks
from data.event_study.returns import as_day, daily_closes, paired_closes, trading_day
from data.tails import normal_p, student_p, student_quantile

Floats = NDArray[np.float64]
Window = tuple[int, int]

#: What a series is expected to return: as its benchmark by its own beta, just as its benchmark, as on average.
MODELS = ("market", "market_adjusted", "mean_adjusted")
#: The event's window and the estimation window, in trading days from the event.
WINDOW: Window = (-5, 20)
ESTIMATION: Window = (-120, -21)
#: Why there may be no result (`Refusal.reason`).
REASONS = (
    "windows_overlap",
    "no_benchmark",
    "no_levels_in_window",
    "window_incomplete",
    "window_has_gap",
    "not_daily",
    "too_few_estimation_days",
    "no_variation",
    "too_few_events",
)
#: Why the trading day is not the event's own (`EventWindow.moved_why`); empty where it is.
MOVES = ("closed", "no_series_level", "no_benchmark_level")
MIN_ESTIMATION = 30
MIN_ESTIMATION_SHARE = 0.7
MAX_GAP = 5
#: Exchanges close for less: 11 days over China's longest holidays. Where no level follows for longer, levels are missing.
MAX_CLOSED_DAYS = 15
#: Daily levels lie one day apart as a rule, with weekends; weekly ones seven.
MAX_USUAL_DAYS_APART = 4


@dataclass(frozen=True)
class Refusal:
    """Why nothing was computed: a code of REASONS, how much there is of what is lacking, and how much it would take.

    `first` and `last` are the relative days that the levels cover, for a window that reaches beyond them;
    `lacking` says whose levels end: "series" or "benchmark".
    """

    reason: str
    n: int = 0
    needed: int = 0
    first: int | None = None
    last: int | None = None
    lacking: str = ""


@dataclass(frozen=True, eq=False)
class EventWindow:
    """One event in one series. Amounts in percent; see `event_window` for the formulas.

    `days`: one row a day of the window, in order: `relative_day`, `date`, `return_pct`, `benchmark_return_pct`,
    `normal_return_pct`, `abnormal_return_pct` with `_se_pct`, `_t`, `_p`, `_low_pct`, `_high_pct` (prefix
    `abnormal`), the same for the sum from the window's first day to this (prefix `car`: `car_pct`,
    `car_se_pct` ...), `rank` among the `n_ranked` days (1 is the lowest), `rank_z`, `rank_p`, `car_rank_z`,
    `car_rank_p`, and `n_sessions` that the return covers (1 unless after a gap).

    `estimation_days`: one row a day that the model was fitted to: `relative_day`, `date`, `return_pct`,
    `benchmark_return_pct`, `abnormal_return_pct`.
    """

    event_day: date
    trading_day: date
    is_moved: bool
    moved_why: str
    model: str
    returns: str
    window: Window
    estimation: Window
    level: float
    alpha_pct: float  #: of the market model; the mean return of the mean-adjusted; 0 by definition of the market-adjusted
    beta: float  #: 1 by definition of the market-adjusted model, nan of the mean-adjusted
    beta_se: float  #: nan where beta is not estimated
    sigma_pct: float  #: standard deviation of a day's abnormal return
    r2: float  #: share of the variance that the market model explains; nan for the other models
    drift_pct: float  #: mean abnormal return of the estimation days: 0 where a mean is fitted, left in by the market-adjusted model
    n_estimation: int
    n_estimation_asked: int
    df: int  #: degrees of freedom of t
    estimation_first: date
    estimation_last: date
    n_ranked: int
    n_series_only: int  #: days of the series, from the first estimation day to the window's last, that the benchmark lacks
    n_benchmark_only: int  #: days of the benchmark, in the same span, that the series lacks
    n_left_out: int  #: returns over a gap that were left out of the estimation
    n_gaps_in_window: int  #: returns over a gap in the window
    days: pd.DataFrame
    estimation_days: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Fit:
    """A fitted model: what it expects of the window's rows, and what the estimate adds to their variance."""

    alpha: float
    beta: float
    beta_se: float
    sigma: float
    r2: float
    df: int
    residuals: Floats
    normal: Floats
    loadings: Floats  #: A with A A' = X*(X'X)^-1 X*', a row a day of the window


def event_window(
    levels: pd.DataFrame,
    benchmark: pd.DataFrame | None,
    event_day: Any,
    window: Window = WINDOW,
    estimation: Window = ESTIMATION,
    model: str = "market",
    *,
    returns: str = "simple",
    level: float = 0.95,
    min_estimation: int | None = None,
    max_gap: int = MAX_GAP,
) -> EventWindow | Refusal:
    """Abnormal returns around one event, with standard errors, t, a rank test and bands; or the reason why not.

    `levels`, `benchmark`: frames with `date` and `close` (those of `daily_returns` will do). Days are counted
    in event time: 0 is the trading day (see `trading_day`), and a day is one on which both have a level.

    Normal returns, from the estimation window alone (Campbell, Lo & MacKinlay 1997, sections 4.3 and 4.4;
    MacKinlay 1997, JEL 35, sections 4 and 5):
    - market: R_t = alpha + beta Rm_t + e_t by ordinary least squares, s^2 = e'e / (L - 2), df = L - 2.
    - mean_adjusted: R_t = mu + e_t, s^2 = e'e / (L - 1), df = L - 1. Needs no benchmark; one that is given
      still decides which days count, so that models can be compared over the same days.
    - market_adjusted: R_t = Rm_t + e_t with nothing estimated. s^2 = sum (e - mean e)^2 / (L - 1), df = L - 1:
      the mean is taken out of the deviation but left in the abnormal return, as Brown & Warner (1985, JFE 14)
      do. So a series that drifts against its benchmark shows its drift; `drift_pct` says how much.

    Abnormal returns AR = R - normal. As the normal return is an estimate, V = s^2 [I + X*(X'X)^-1 X*'], with X
    the estimation window's (1, Rm) and X* the event window's (CLM section 4.4.2; Salinger 1992, JFQA 27). Its
    diagonal, for the market model s^2 [1 + 1/L + (Rm_t - mean Rm)^2 / sum (Rm - mean Rm)^2] (MacKinlay 1997, eq. 8), is
    the variance of one day; that of the cumulated sum is 1'V1 over its days (CLM section 4.4.3), so the error of
    alpha and beta, shared by all days, is carried in full and does not average out. t = AR / se has Student's
    distribution; bands are AR -+ quantile x se.

    Ranks (see `ranks.rank_z`): abnormal returns of estimation and event window ranked together (Corrado 1989).
    The p of a single day is exact, that of several days (Wilcoxon's rank sum) a normal approximation.

    Gaps: a day that only one of the two has is no day of event time, and is counted. The return after such a gap
    covers it on both sides (trade-to-trade returns; Maynes & Rumsey 1993). Such a return is left out of the
    estimation; in the window it is held against k sessions' normal return (k alpha) and k s^2 of variance, and
    ranked by AR / sqrt(k). A gap in the window of more than `max_gap` sessions, or of more than 15 days
    without a level of either, is refused, as is an estimation window with fewer than `min_estimation` returns
    (by default 70% of those asked, never under 30).
    """
    if model not in MODELS:
        raise ValueError(f"{model!r} is no model: write {', '.join(MODELS[:-1])} or {MODELS[-1]}")
    if window[0] > window[1] or estimation[0] > estimation[1]:
        raise ValueError("a window ends before it begins")
    if estimation[1] >= window[0]:
        return Refusal("windows_overlap")
    if benchmark is None and model != "mean_adjusted":
        return Refusal("no_benchmark")
    own = daily_closes(levels)
    other = None if benchmark is None else daily_closes(benchmark)
    pairs = paired_closes(own, other, returns)
    found = _position(pairs, own, other, as_day(event_day))
    if isinstance(found, Refusal):
        return found
    position, why = found

    rows = np.arange(position + window[0], position + window[1] + 1)
    if rows[0] < 1 or rows[-1] >= len(pairs):
        return _incomplete(pairs, own, position, rows)
    inside = pairs.iloc[rows]
    apart = pairs["date"].diff().dt.days.to_numpy()
    reached = np.union1d(rows, [position])
    gap = int(pairs["n_sessions"].to_numpy()[reached].max()) - 1
    if gap > max_gap or apart[reached].max() > MAX_CLOSED_DAYS:
        return Refusal("window_has_gap", n=gap, needed=max_gap, lacking=_gap_of(pairs.iloc[reached]))
    before = np.arange(max(position + estimation[0], 1), max(position + estimation[1] + 1, 1))
    if len(before) and np.median(apart[before]) > MAX_USUAL_DAYS_APART:
        return Refusal("not_daily")
    whole = before[(pairs["n_sessions"].to_numpy()[before] == 1) & (apart[before] <= MAX_CLOSED_DAYS)]
    asked = estimation[1] - estimation[0] + 1
    share = int(np.ceil(MIN_ESTIMATION_SHARE * asked - 1e-9))
    needed = max(3, max(MIN_ESTIMATION, share) if min_estimation is None else min_estimation)
    if len(whole) < needed:
        return Refusal("too_few_estimation_days", n=len(whole), needed=needed)

    sample = pairs.iloc[whole]
    fit = _fit(model, sample, inside)
    if fit is None:
        return Refusal("no_variation")
    span = pairs.iloc[before[0] : rows[-1] + 1]
    days, n_ranked = _days(inside, rows - position, fit, level)
    kept = ["relative_day", "date", "return_pct", "benchmark_return_pct", "abnormal_return_pct"]
    return EventWindow(
        event_day=as_day(event_day).date(),
        trading_day=pairs["date"].iloc[position].date(),
        is_moved=bool(why),
        moved_why=why,
        model=model,
        returns=returns,
        window=(int(window[0]), int(window[1])),
        estimation=(int(estimation[0]), int(estimation[1])),
        level=level,
        alpha_pct=fit.alpha,
        beta=fit.beta,
        beta_se=fit.beta_se,
        sigma_pct=fit.sigma,
        r2=fit.r2,
        drift_pct=float(fit.residuals.mean()) if model == "market_adjusted" else 0.0,
        n_estimation=len(whole),
        n_estimation_asked=asked,
        df=fit.df,
        estimation_first=sample["date"].iloc[0].date(),
        estimation_last=sample["date"].iloc[-1].date(),
        n_ranked=n_ranked,
        n_series_only=int(span["n_series_only"].sum()),
        n_benchmark_only=int(span["n_benchmark_only"].sum()),
        n_left_out=len(before) - len(whole),
        n_gaps_in_window=int((inside["n_sessions"] > 1).sum()),
        days=days,
        estimation_days=sample.assign(relative_day=whole - position, abnormal_return_pct=fit.residuals)[kept].reset_index(drop=True),
    )


def _position(pairs: pd.DataFrame, own: pd.Series, other: pd.Series | None, day: pd.Timestamp) -> tuple[int, str] | Refusal:
    """The row of the trading day, and why it is not the event's own day ("" where it is)."""
    if not len(own) or not own.index[0] <= day <= own.index[-1]:
        return Refusal("no_levels_in_window")
    found = trading_day(pairs["date"], day)
    if found is None or day < pairs["date"].iloc[0]:
        return Refusal("no_benchmark")
    position, is_moved = found
    if not is_moved:
        return position, ""
    if day in own.index:
        return position, "no_benchmark_level"
    return position, "no_series_level" if other is not None and day in other.index else "closed"


def _incomplete(pairs: pd.DataFrame, own: pd.Series, position: int, rows: NDArray[np.int64]) -> Refusal:
    """The window reaches beyond the levels: to which relative days they go, and whose levels end there."""
    dates = pairs["date"]
    goes_on = own.index[-1] > dates.iloc[-1] if rows[-1] >= len(pairs) else own.index[0] < dates.iloc[0]
    have = int(np.count_nonzero((rows >= 1) & (rows < len(pairs))))
    lacking = "benchmark" if goes_on else "series"
    return Refusal("window_incomplete", have, len(rows), first=1 - position, last=len(pairs) - 1 - position, lacking=lacking)


def _gap_of(inside: pd.DataFrame) -> str:
    """Whose levels are missing in the longest gap of the window."""
    row = inside.iloc[int(np.argmax(inside["n_sessions"]))]
    return "series" if row["n_benchmark_only"] >= row["n_series_only"] else "benchmark"


def _fit(model: str, sample: pd.DataFrame, inside: pd.DataFrame) -> _Fit | None:
    """The model fitted to the estimation days, applied to the window's; None where the returns leave nothing to fit."""
    y, x = sample["return_pct"].to_numpy(), sample["benchmark_return_pct"].to_numpy()
    k, x_star = inside["n_sessions"].to_numpy(dtype=float), inside["benchmark_return_pct"].to_numpy()
    n = len(y)
    total = float(((y - y.mean()) ** 2).sum())
    beta, beta_se, r2 = np.nan, np.nan, np.nan
    if model == "market":
        deviations = x - x.mean()
        sxx = float(deviations @ deviations)
        if sxx <= 1e-20 * n:
            return None
        beta = float(deviations @ (y - y.mean())) / sxx
        alpha = float(y.mean() - beta * x.mean())
        residuals, normal, df = y - alpha - beta * x, k * alpha + beta * x_star, n - 2
        # In centred terms X'X is diagonal, so its inverse's root is read off at once.
        loadings = np.column_stack([k / np.sqrt(n), (x_star - k * x.mean()) / np.sqrt(sxx)])
        sigma = float(np.sqrt(residuals @ residuals / df))
        beta_se = sigma / np.sqrt(sxx)
        r2 = 1 - float(residuals @ residuals) / total if total > 0 else np.nan
    elif model == "mean_adjusted":
        alpha = float(y.mean())
        residuals, normal, df = y - alpha, k * alpha, n - 1
        loadings = (k / np.sqrt(n))[:, None]
        sigma = float(np.sqrt(residuals @ residuals / df))
    else:
        alpha, beta = 0.0, 1.0
        residuals, normal, df = y - x, x_star, n - 1
        loadings = np.zeros((len(k), 0))
        sigma = float(residuals.std(ddof=1))
    # Equal series, or one that stands still, leave residuals that are nothing but rounding.
    if sigma**2 * n <= 1e-20 * max(total, 1.0):
        return None
    return _Fit(alpha, beta, beta_se, sigma, r2, df, residuals, normal, loadings)


def _days(inside: pd.DataFrame, relative: NDArray[np.int64], fit: _Fit, level: float) -> tuple[pd.DataFrame, int]:
    """The window's rows, and how many days were ranked."""
    k = inside["n_sessions"].to_numpy(dtype=float)
    ar = inside["return_pct"].to_numpy() - fit.normal
    car = np.cumsum(ar)
    ar_se = fit.sigma * np.sqrt(k + (fit.loadings**2).sum(axis=1))
    car_se = fit.sigma * np.sqrt(np.cumsum(k) + (np.cumsum(fit.loadings, axis=0) ** 2).sum(axis=1))
    reach = student_quantile(level, fit.df)
    scaled = np.concatenate([fit.residuals, ar / np.sqrt(k)])
    in_window = np.arange(len(scaled)) >= len(fit.residuals)
    rank = ranks(scaled)[in_window]
    day_z, car_z = rank_z(centred(scaled)[:, None], in_window)
    day_p = np.array([one_rank_p(float(r), len(scaled)) for r in rank])
    car_p = np.array([normal_p(z) for z in car_z])
    car_p[0] = day_p[0]  # a sum of one day is that day

    def tested(prefix: str, value: Floats, se: Floats) -> dict[str, Floats]:
        t = value / se
        return {
            f"{prefix}_se_pct": se,
            f"{prefix}_t": t,
            f"{prefix}_p": np.array([student_p(float(each), fit.df) for each in t]),
            f"{prefix}_low_pct": value - reach * se,
            f"{prefix}_high_pct": value + reach * se,
        }

    frame = pd.DataFrame(
        {
            "relative_day": relative,
            "date": inside["date"].to_numpy(),
            "return_pct": inside["return_pct"].to_numpy(),
            "benchmark_return_pct": inside["benchmark_return_pct"].to_numpy(),
            "normal_return_pct": fit.normal,
            "abnormal_return_pct": ar,
            **tested("abnormal", ar, ar_se),
            "car_pct": car,
            **tested("car", car, car_se),
            "rank": rank,
            "rank_z": day_z,
            "rank_p": day_p,
            "car_rank_z": car_z,
            "car_rank_p": car_p,
            "n_sessions": inside["n_sessions"].to_numpy(),
        }
    )
    return frame, len(scaled)
