"""Synthetic loaded levels beside the shipped tables. Every series made here is invented and says nothing of the world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data.build import TABLES_DIR
from data.levels.store import LoadedSeries
from data.loaded import Loaded
from data.tables import Tables, open_tables


def walk(seed: int, first: str = "2023-01-03", days: int = 900, drift: float = 0.0003, spread: float = 0.01) -> pd.DataFrame:
    """A random walk on weekdays: `date`, `close`."""
    random = np.random.default_rng(seed)
    dates = pd.bdate_range(first, periods=days)
    return pd.DataFrame({"date": dates, "close": 1000 * np.exp(np.cumsum(random.normal(drift, spread, days)))})


def levels_of(frames: dict[str, pd.DataFrame], **facts: dict[str, Any]) -> Loaded:
    """Loaded levels of these frames; `facts` gives a series more than its code (kind, sectors, benchmark, …)."""
    tables = {code: pa.table({"date": pa.array(f["date"].dt.date), "close": pa.array(f["close"])}) for code, f in frames.items()}
    series = tuple(_described(code, frame, facts.get(code.replace("-", "_"), {})) for code, frame in sorted(frames.items()))

    def read(code: str, start: Any = None, end: Any = None, columns: Sequence[str] = ("date", "close")) -> pa.Table:
        days = tables[code].column("date").to_pylist()
        low, high = _day(start) or date.min, _day(end) or date.max
        return tables[code].filter(pa.array([low <= d <= high for d in days])).select(list(columns))

    return Loaded(series, _read=read)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _described(code: str, frame: pd.DataFrame, facts: dict[str, Any]) -> LoadedSeries:
    base = {"name_en": f"Invented {code}", "name_zh": f"虚构 {code}", "kind": "sector_index", "sectors": ("film",), "currency": "CNY"}
    days = [d.date().isoformat() for d in frame["date"].iloc[[0, -1]]]
    return LoadedSeries(code=code, **(base | facts), n_rows=len(frame), first=days[0], last=days[1], revision=f"made-{code}")


def with_levels(loaded: Loaded, tables: Tables | None = None) -> Tables:
    """The shipped tables (or others), with these levels loaded beside them."""
    base = tables or open_tables()
    return Tables(TABLES_DIR, base.version, base.native, levels=loaded)


def two_series(days: int = 900) -> Tables:
    """The shipped tables beside an invented benchmark and an invented index that follows it."""
    market = walk(1, days=days)
    own = walk(2, days=days, spread=0.008)
    index = own.assign(close=1000 * (market["close"] / 1000) ** 1.2 * (own["close"] / 1000))
    loaded = levels_of(
        {"made-market": market, "made-index": index},
        made_market={"kind": "benchmark", "sectors": ("cross",)},
        made_index={"benchmark": "made-market", "sectors": ("film", "short_drama")},
    )
    return with_levels(loaded)
