"""How a series runs: rebased to an event, below its peak, how much it swings, how it moves with another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from data.event_study.returns import as_day, daily_closes, paired

#: Sessions a year by which volatility is annualised: the usual round figure; Chinese exchanges have about 243.
SESSIONS_A_YEAR = 252


def rebased(levels: pd.DataFrame, base_day: Any, base: float = 100.0) -> pd.DataFrame:
    """One row a day: `date`, `close`, `rebased_index` (100 at the base) and `base_date`, the same in every row.

    The base is the last close on or before the chosen day. Where the series begins later, it has no base:
    `rebased_index` is nan and `base_date` is empty.
    """
    closes = daily_closes(levels)
    position = int(closes.index.searchsorted(as_day(base_day), side="right")) - 1
    at = float(closes.iloc[position]) if position >= 0 else np.nan
    since = closes.index[position] if position >= 0 else pd.NaT
    frame = pd.DataFrame({"date": closes.index, "close": closes.to_numpy(), "rebased_index": base * closes.to_numpy() / at})
    frame["base_date"] = pd.Series(since, index=frame.index, dtype=frame["date"].dtype)
    return frame


def drawdown(levels: pd.DataFrame) -> pd.DataFrame:
    """One row a day: `date`, `close`, `peak` (highest close so far) and `drawdown_pct` below it, 0 or less."""
    closes = daily_closes(levels)
    peak = closes.cummax().to_numpy()
    close = closes.to_numpy()
    return pd.DataFrame({"date": closes.index, "close": close, "peak": peak, "drawdown_pct": 100 * (close / peak - 1)})


def rolling_volatility(returns: pd.DataFrame, days: int = 60, sessions_a_year: float = SESSIONS_A_YEAR) -> pd.DataFrame:
    """One row a day of `returns` (from `daily_returns`): `date`, `volatility_pct`.

    The sample standard deviation (n - 1) of the last `days` returns times the square root of the sessions of a
    year; nan until there are so many.
    """
    frame = returns.sort_values("date", ignore_index=True)
    deviation = frame["return_pct"].rolling(days, min_periods=days).std(ddof=1)
    return pd.DataFrame({"date": frame["date"], "volatility_pct": deviation * np.sqrt(sessions_a_year)})


def rolling_beta(returns: pd.DataFrame, benchmark: pd.DataFrame, days: int = 120, kind: str = "simple") -> pd.DataFrame:
    """One row a day that both have: `date`, `beta` and `correlation` over the last `days` returns since common days.

    Beta is the covariance with the benchmark by its variance: the slope of the market model by least squares.
    nan until there are so many returns, or where the benchmark (for the correlation, either) did not move.
    Both frames need `date` and `close`; those of `daily_returns` have them.
    """
    frame = paired(returns, benchmark, kind)
    own, other = frame["return_pct"], frame["benchmark_return_pct"]

    def window(values: pd.Series) -> Any:
        return values.rolling(days, min_periods=days)

    # Where nothing moved, rolling sums leave dust of rounding: such windows are found by their range instead.
    still = [(window(values).max() - window(values).min()) <= 0 for values in (own, other)]
    covariance = window(own).cov(other)
    variance, own_variance = window(other).var(), window(own).var()
    beta = (covariance / variance).mask(still[1])
    correlation = (covariance / np.sqrt(variance * own_variance)).mask(still[0] | still[1])
    return pd.DataFrame({"date": frame["date"], "beta": beta, "correlation": correlation})
