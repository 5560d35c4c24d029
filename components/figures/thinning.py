"""Which points of a long line are drawn, and where a line stops: files hold every point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Points of a line that the picture holds: two a pixel of a screen of 1,440.
POINTS = 2880
#: Marks of all series together.
MARKS = 1500
#: A line stops where more weekdays than this lie without a level; the longest holidays of the mainland exchanges take eight.
GAP_WEEKDAYS = 10


def drawn_points(times: NDArray[Any], values: NDArray[np.float64], most: int = POINTS) -> NDArray[np.int64]:
    """Positions of the points to draw: all, or about `most`, chosen by MinMax-LTTB with the ends and both extremes kept.

    Jonas Van Der Donckt and others, MinMaxLTTB, IEEE VIS 2023; Sveinn Steinarsson, MSc thesis, University of Iceland 2013.
    """
    n = len(values)
    if n <= most:
        return np.arange(n)
    from tsdownsample import MinMaxLTTBDownsampler  # costs a quarter of a second, and few series are so long

    thinner: Any = MinMaxLTTBDownsampler
    kept = thinner().downsample(times.astype("int64"), np.ascontiguousarray(values, dtype="float64"), n_out=most - 4)
    return np.unique(np.concatenate([kept.astype("int64"), [0, n - 1, int(values.argmin()), int(values.argmax())]]))


def unbroken(times: NDArray[Any]) -> NDArray[np.int64]:
    """The number of the unbroken stretch that each time lies in.

    A stretch ends before a gap of more than GAP_WEEKDAYS weekdays; of moments within days, with each day.
    """
    days = times.astype("datetime64[D]")
    if len(days) < 2:
        return np.zeros(len(days), dtype="int64")
    if (times != days).any():
        return np.concatenate([[0], np.cumsum(days[1:] != days[:-1])])
    # Counting weekdays is slow: only where the calendar leaves room for so many.
    gaps = np.flatnonzero(np.diff(days).astype("int64") > GAP_WEEKDAYS)
    wide = [at for at in gaps if np.busday_count(days[at] + 1, days[at + 1]) > GAP_WEEKDAYS]
    breaks = np.zeros(len(days), dtype="int64")
    breaks[[at + 1 for at in wide]] = 1
    return np.cumsum(breaks)


def few(levels: pd.DataFrame, n_series: int) -> pd.DataFrame:
    """The stated levels of one series to draw, where so many series share MARKS; rows in order of `date`."""
    most = max(MARKS // max(n_series, 1), 20)
    if len(levels) <= most:
        return levels
    return levels.iloc[drawn_points(levels["date"].to_numpy(), levels["value"].to_numpy(dtype=float), most)]
