"""Closes of loaded series as charts take them: sorted, positive, of finer levels the last of each day.

Whole columns at a time: a million minutes become their 4,000 closes in some 50 ms.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data.frames.studied import shifted
from data.loaded import Loaded

#: How far before a day the session before it can lie: the longest holidays of the exchanges take eleven days.
SESSION_BEFORE_DAYS = 15


def moments(loaded: Loaded, code: str, first: date | None, last: date | None) -> pd.DataFrame:
    """One row a stored level that is a positive number, in order of time: `level_time`, `close`."""
    read = loaded.read(code, first, last, ("date", "close"))
    times = read.column("date").to_numpy().astype("datetime64[us]")
    closes = read.column("close").to_numpy().astype(float)
    known = np.isfinite(closes) & (closes > 0)
    if not known.all():
        times, closes = times[known], closes[known]
    return pd.DataFrame({"level_time": times, "close": closes})


def daily(loaded: Loaded, code: str, first: date | None, last: date | None) -> pd.DataFrame:
    """One row a day: `level_time` at midnight, `close`, the last of the day."""
    found = moments(loaded, code, first, last)
    days = found["level_time"].to_numpy().astype("datetime64[D]")
    closing = np.flatnonzero(np.append(days[1:] != days[:-1], np.ones(min(len(days), 1), dtype=bool)))
    return pd.DataFrame({"level_time": days[closing].astype("datetime64[us]"), "close": found["close"].to_numpy()[closing]})


def since(closes: pd.DataFrame, day: Any) -> tuple[pd.Timestamp, float] | None:
    """The first close on that day or within two weeks after it: what is announced on a closed day counts on the next."""
    at = int(closes["level_time"].searchsorted(pd.Timestamp(day)))
    if at == len(closes) or closes["level_time"].iloc[at] > pd.Timestamp(shifted(pd.Timestamp(day).date(), SESSION_BEFORE_DAYS)):
        return None
    return closes["level_time"].iloc[at], float(closes["close"].iloc[at])


def before(closes: pd.DataFrame, day: Any) -> tuple[pd.Timestamp, float] | None:
    """The close of the session before that day, None where none lies within two weeks."""
    at = int(closes["level_time"].searchsorted(pd.Timestamp(day))) - 1
    if at < 0 or closes["level_time"].iloc[at] < pd.Timestamp(shifted(pd.Timestamp(day).date(), -SESSION_BEFORE_DAYS)):
        return None
    return closes["level_time"].iloc[at], float(closes["close"].iloc[at])


def on(closes: pd.DataFrame, day: Any) -> float | None:
    """The close of exactly that day."""
    at = int(closes["level_time"].searchsorted(pd.Timestamp(day)))
    return float(closes["close"].iloc[at]) if at < len(closes) and closes["level_time"].iloc[at] == pd.Timestamp(day) else None
