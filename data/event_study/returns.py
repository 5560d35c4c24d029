"""Daily closes, returns, and the days on which two series meet.

Levels come as a frame with the columns `date` and `close` (that of `data.levels.store.read_levels`, or that of
`daily_returns`, which keeps both), in any order; finer levels than daily count with the last of each day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: How a return is counted: as a share of the level before, or as the difference of logarithms.
RETURNS = ("simple", "log")
_DATE = "datetime64[us]"


def daily_closes(levels: pd.DataFrame) -> pd.Series:
    """The last close of each day, indexed by day, in order. Days without a positive, finite close are left out."""
    times = pd.to_datetime(levels["date"]).astype(_DATE)
    closes = pd.Series(levels["close"].to_numpy(dtype=float, na_value=np.nan), index=pd.DatetimeIndex(times), name="close")
    closes = closes[np.isfinite(closes) & (closes > 0)].sort_index(kind="stable")
    closes.index = closes.index.normalize()
    closes.index.name = "date"
    return closes[~closes.index.duplicated(keep="last")]


def returns_of(closes: NDArray[np.float64], kind: str = "simple") -> NDArray[np.float64]:
    """Returns in percent from each close to the next: nan first, then as many as there are steps."""
    if kind not in RETURNS:
        raise ValueError(f"{kind!r} is no way to count returns: write {' or '.join(RETURNS)}")
    result = np.full(len(closes), np.nan)
    if len(closes) > 1:
        ratio = closes[1:] / closes[:-1]
        result[1:] = 100 * (ratio - 1 if kind == "simple" else np.log(ratio))
    return result


def daily_returns(levels: pd.DataFrame, kind: str = "simple") -> pd.DataFrame:
    """One row a day with a level, in order: `date`, `close`, `return_pct` since the day before that has one (nan on the first).

    Simple returns, R = P_t / P_(t-1) - 1, are the default: they are what a press report prints as the day's
    move, what the event studies whose formulas are used here take (Brown & Warner 1985; MacKinlay 1997), and
    what adds up over events and portfolios (Campbell, Lo & MacKinlay 1997, section 1.4: simple returns
    aggregate across assets, continuously compounded ones over time). `log` gives 100 ln(P_t / P_(t-1)),
    which adds up over days: there a cumulative abnormal return is the logarithm of relative wealth.
    """
    closes = daily_closes(levels)
    return pd.DataFrame({"date": closes.index, "close": closes.to_numpy(), "return_pct": returns_of(closes.to_numpy(), kind)})


def as_day(day: Any) -> pd.Timestamp:
    """A date, ISO text or time as the day it falls on."""
    return pd.Timestamp(day).normalize()


def trading_day(dates: Any, event_day: Any) -> tuple[int, bool] | None:
    """Position in `dates` (in order) of the day that an event counts on, and whether that is a later day than its own.

    The day itself where it is among the dates, else the next one that is: what is announced while an exchange
    is closed can only be priced when it opens. None when no date follows. The event's day is taken as given:
    that news of 15 February in California is news of the 16th in Shanghai is for the caller to know.
    """
    days = pd.DatetimeIndex(pd.to_datetime(dates)).normalize()
    day = as_day(event_day)
    position = int(days.searchsorted(day))
    return None if position == len(days) else (position, bool(days[position] != day))


def paired(levels: pd.DataFrame, benchmark: pd.DataFrame | None, kind: str = "simple") -> pd.DataFrame:
    """One row a day on which both have a level, in order; with no benchmark, a row a day of the series.

    `date`, `close`, `benchmark_close`, `return_pct`, `benchmark_return_pct` (both since the row before, thus
    over the very same days; nan on the first), `n_sessions`: over how many sessions that is, 1 unless days
    that only one of them has lie between; `n_series_only`, `n_benchmark_only`: how many such days of each.
    """
    return paired_closes(daily_closes(levels), None if benchmark is None else daily_closes(benchmark), kind)


def paired_closes(series: pd.Series, benchmark: pd.Series | None, kind: str = "simple") -> pd.DataFrame:
    """`paired` of what `daily_closes` gives."""
    other = series if benchmark is None else benchmark
    days = series.index.union(other.index)
    in_series, in_other = days.isin(series.index), days.isin(other.index)
    common = np.flatnonzero(in_series & in_other)
    date = days[common]
    close, benchmark_close = (closes.to_numpy()[closes.index.get_indexer(date)] for closes in (series, other))
    if benchmark is None:
        benchmark_close = np.full(len(date), np.nan)

    def since(only: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many days of a kind lie between each row and the one before it."""
        seen = np.cumsum(only)[common]
        return np.diff(seen, prepend=seen[:1])

    return pd.DataFrame(
        {
            "date": date.astype(_DATE),
            "close": close,
            "benchmark_close": benchmark_close,
            "return_pct": returns_of(close, kind),
            "benchmark_return_pct": returns_of(benchmark_close, kind),
            "n_sessions": np.diff(common, prepend=common[:1] - 1),
            "n_series_only": since(in_series & ~in_other),
            "n_benchmark_only": since(in_other & ~in_series),
        }
    )
